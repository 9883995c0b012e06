"""Both sides of a trip against each other: outcome, causes, noise, features."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.unit.compare import sides
from tests.unit.compare.leaves import Steps, leaves_of
from tests.unit.compare.sides import NOW, drafts, failed, put, side, without
from tripinvoice.assemble import assemble
from tripinvoice.compare.comparison import LIMIT, MAX_PATHS, Outcome, Side, compare, features_of, noise
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.ignoring import IgnoreRule
from tripinvoice.rollouts.rollout import Scope

NOTES = IgnoreRule(
    name="notes",
    path="*.notes.**",
    scope=Scope(),
    tolerance_minor=None,
    reason="the candidate knows more notes",
    owner="invoicing-team",
    expires=date(2026, 12, 31),
)
NET: Steps = (0, "lines", 0, "net", "minor")


def with_notes(count: int = 1, base: Any = None) -> list[Any]:
    changed: list[Any] = put(base or drafts(), (0, "notes"), [f"note-{n}" for n in range(count)])
    return changed


class TestOutcome:
    def test_the_same_drafts_are_equal(self) -> None:
        """Written in another way, too."""
        written = put(drafts(), (0, "lines", 0, "tax_rate"), "7.00")
        assert drafts() != written
        found = compare(side(), side(written), [], NOW)
        assert (found.outcome, found.differences, found.paths, found.fingerprint) == (Outcome.EQUAL, (), (), "")

    def test_a_difference_counts(self) -> None:
        """It is named by contract."""
        found = compare(side(), side(put(drafts(), NET, 1)), [NOTES], NOW)
        assert (found.outcome, found.ignored, found.expired) == (Outcome.DIFFERENT, (), ())
        assert found.paths == ("goods.lines.*.net.minor",)
        assert [(one.path, one.candidate) for one in found.differences] == [("goods.lines.0.net.minor", 1)]

    def test_what_a_rule_lets_be_is_alike(self) -> None:
        """The difference and its rule are still known."""
        found = compare(side(), side(with_notes(2)), [NOTES], NOW)
        assert (found.outcome, found.differences, found.ignored, found.expired) == (Outcome.ALIKE, (), ("notes",), ())
        assert [one.difference.path for one in found.let_be] == ["goods.notes.0", "goods.notes.1"]

    def test_a_rule_that_has_expired_warns_and_then_counts(self) -> None:
        """By the day in UTC."""
        last = datetime(2026, 12, 31, 23, tzinfo=UTC)
        day = timedelta(days=1)
        sides_ = side(), side(with_notes())
        assert compare(*sides_, [NOTES], last).expired == ()
        found = compare(*sides_, [NOTES], last + day)
        assert (found.outcome, found.expired) == (Outcome.ALIKE, ("notes",))
        assert compare(*sides_, [NOTES], last + 15 * day).outcome is Outcome.DIFFERENT

    def test_what_is_let_be_hides_nothing(self) -> None:
        """However much it is, the amount behind it counts."""
        found = compare(side(), side(put(with_notes(1_000), (0, "totals", "net", "minor"), 1)), [NOTES], NOW)
        assert (found.outcome, found.paths) == (Outcome.DIFFERENT, ("goods.totals.net.minor",))

    def test_differences_end_somewhere(self) -> None:
        """Who has so many has another document."""
        found = compare(side(), side(with_notes(1_000)), [], NOW)
        assert (len(found.differences), found.paths) == (LIMIT, ("goods.notes.*",))

    def test_paths_end_somewhere(self) -> None:
        """They are kept for every trip."""
        goods = {name: "x" for name in drafts()[0] if name != "key"}
        found = compare(side(), side([drafts()[0] | goods, drafts()[1] | goods]), [], NOW)
        assert len(found.paths) == MAX_PATHS < len({one.path for one in found.differences})


class TestDraftsThemselves:
    def test_one_that_is_missing(self) -> None:
        """And one that is too many."""
        goods, delivery = drafts()
        missing = compare(side(), side([goods]), [], NOW)
        assert [(one.path, one.kind) for one in missing.differences] == [("delivery", Kind.MISSING)]
        added = compare(side([goods]), side([goods, delivery]), [], NOW)
        assert [(one.path, one.kind) for one in added.differences] == [("delivery", Kind.ADDED)]

    def test_their_order(self) -> None:
        """It is part of the contract."""
        found = compare(side(), side(drafts()[::-1]), [], NOW)
        assert found.differences == (
            Difference(path="drafts", kind=Kind.ORDER, current=["goods", "delivery"], candidate=["delivery", "goods"]),
        )


class TestFailures:
    def test_a_candidate_without_drafts_failed(self) -> None:
        """Whatever the current one did, if it was not the same."""
        assert compare(side(), failed("TimedOut"), [], NOW).outcome is Outcome.FAILED
        assert compare(failed("TotalsError"), failed("TimedOut"), [], NOW).outcome is Outcome.FAILED

    def test_both_failing_alike_are_equal(self) -> None:
        """There is no invoice for the same reason."""
        assert compare(failed("TotalsError"), failed("TotalsError"), [], NOW).outcome is Outcome.EQUAL

    def test_drafts_where_the_current_one_has_none(self) -> None:
        """Each is added; a list without any is not a failure either."""
        found = compare(failed("TotalsError"), side(), [], NOW)
        assert (found.outcome, found.paths) == (Outcome.DIFFERENT, ("delivery", "goods"))
        found = compare(failed("TotalsError"), side([]), [], NOW)
        assert (found.outcome, found.paths) == (Outcome.DIFFERENT, ("drafts",))
        assert compare(side([]), side([]), [], NOW).outcome is Outcome.EQUAL


class TestFingerprint:
    def test_one_cause_has_one(self) -> None:
        """Places and values do not matter."""
        first = compare(side(), side(put(drafts(), NET, 1)), [], NOW)
        second = compare(side(), side(put(drafts(), (0, "lines", 2, "net", "minor"), 7)), [], NOW)
        assert len(first.fingerprint) == 12
        assert first.fingerprint == second.fingerprint

    def test_another_kind_or_path_has_another(self) -> None:
        """An amount that is wrong is not one that is missing."""
        wrong = [put(drafts(), NET, 1), put(drafts(), NET, "1"), without(drafts(), NET), put(drafts(), NET[:-1], 1)]
        prints = {compare(side(), side(of), [], NOW).fingerprint for of in wrong}
        assert len(prints) == 4
        assert "" not in prints


@given(st.data())
def test_any_one_changed_leaf_is_different_by_its_path(data: st.DataObject) -> None:
    """No rule, nothing hidden."""
    steps, was = data.draw(st.sampled_from(list(leaves_of(drafts()))))
    if steps[:3] == (0, "key", "contract") or steps[:3] == (1, "key", "contract"):
        return  # then it is another draft; see above
    value = data.draw(st.sampled_from([None, True, 7, "changed"]))
    found = compare(side(), side(put(drafts(), steps, value)), [], NOW)
    if type(was) is type(value) and was == value:
        assert found.outcome is Outcome.EQUAL
    else:
        contract = ("goods", "delivery")[int(steps[0])]
        assert [one.path for one in found.differences] == [".".join(map(str, (contract, *steps[1:])))]


def test_noise_is_where_an_implementation_differs_from_itself() -> None:
    """Paths only; rules do not matter."""
    assert noise(drafts(), drafts()) == ()
    assert noise(drafts(), put(drafts(), NET, 1)) == ("goods.lines.*.net.minor",)
    assert noise((), drafts()) == ("delivery", "goods")
    assert noise(drafts(), with_notes(1_000)) == ("goods.notes.*",)


def test_features_are_what_kinds_of_trip_it_was() -> None:
    """Product, end, contracts, titles, tax and charges; no amount, nobody."""
    made = assemble(factories.delivery_sources())
    assert features_of(made, "courier", "completed") == (
        "charge:delivery_fee",
        "charge:deposit",
        "charge:drink",
        "charge:food_hot",
        "charge:tip",
        "completion:completed",
        "contract:delivery",
        "contract:goods",
        "invoicing:automatic",
        "product:courier",
        "tax:S-19",
        "tax:S-7",
        "title:invoice",
    )
    assert features_of([], "taxi", "completed") == ("completion:completed", "product:taxi")


@pytest.mark.parametrize("outcome", Outcome)
def test_a_side_may_be_without_time(outcome: Outcome) -> None:
    """Who ran before the comparison was asked for was not timed."""
    assert Side(drafts=()).seconds is None
    assert replace(sides.compared(1, outcome), current_seconds=None).current_seconds is None

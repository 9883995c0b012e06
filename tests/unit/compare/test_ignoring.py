"""Ignore rules: what they let be, for how long, and that money is not among it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.ignoring import GRACE, Ignored, IgnoreRule, read_rules, sift
from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import Scope

TODAY = date(2026, 11, 2)
RULE = IgnoreRule(
    name="vehicle-names",
    path="*.journey.vehicle",
    scope=Scope(),
    tolerance_minor=None,
    reason="the candidate writes the maker's name out",
    owner="invoicing-team",
    expires=date(2027, 3, 31),
)
VEHICLE = Difference(path="transport.journey.vehicle", kind=Kind.CHANGED, current="VW", candidate="Volkswagen")
EUROS = {"minor": 5, "currency": "EUR"}


def rule(path: str = "**", tolerance: int | None = None, **changes: Any) -> IgnoreRule:
    return replace(RULE, path=path, tolerance_minor=tolerance, **changes)


def minor(current: Any, candidate: Any, path: str = "goods.totals.tax.minor", kind: Kind = Kind.CHANGED) -> Difference:
    return Difference(path=path, kind=kind, current=current, candidate=candidate)


class TestPaths:
    @pytest.mark.parametrize(
        ("pattern", "path", "fits"),
        [
            ("a", "a", True),
            ("a", "b", False),
            ("a", "a.b", False),
            ("a.b", "a", False),
            ("*", "a", True),
            ("*", "a.b", False),
            ("a.*.c", "a.7.c", True),
            ("a.*.c", "a.c", False),
            ("*.journey.*", "goods.journey.vehicle", True),
            ("**", "a.b.c", True),
            ("**.c", "a.b.c", True),
            ("**.c", "c", True),
            ("**.c", "a.c.b", False),
            ("a.**", "a", True),
            ("a.**", "a.b.c", True),
            ("a.**.c", "a.c", True),
            ("a.**.c", "a.b.b.c", True),
            ("a.**.c.**.e", "a.c.c.d.e", True),
            ("**.**.**.b", "a.a.a.a", False),
            ("**.**", "a", True),
            ("name*", "name_there", True),
            ("name?", "name", False),
        ],
    )
    def test_patterns(self, pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001 - a table
        """``*`` is one name or place, ``**`` any number of them, none too."""
        assert rule(pattern).holds(replace(VEHICLE, path=path), TODAY) is fits

    def test_a_pattern_of_many_takes_no_time(self) -> None:
        """Neither a deep path nor many ``**`` make it slow."""
        deep = replace(VEHICLE, path=".".join("a" * 300))
        assert not rule(".".join(["**", "a"] * 10 + ["b"])).holds(deep, TODAY)


class TestMoney:
    @given(
        st.sampled_from(["**", "*", "**.minor", "**.currency", "goods.**", "**.net", "**.net.*", "goods.a.net.minor"]),
        st.sampled_from(["goods.a.net.minor", "goods.a.net.currency", "goods.net", "goods", "goods.currency"]),
        st.sampled_from(Kind),
        st.sampled_from([5, True, "5", None, EUROS, [EUROS], {"net": EUROS}, [[{"a": {"minor": 1}}]]]),
        st.sampled_from([6, EUROS]),
    )
    def test_it_is_never_let_be_without_a_tolerance(
        self, pattern: str, path: str, kind: Kind, current: Any, candidate: Any
    ) -> None:
        """Whatever the rule's path: no amount, no currency, nothing that holds one."""
        if isinstance(candidate, int) and not path.endswith(("minor", "currency")):
            candidate = EUROS
        assert not rule(pattern).holds(Difference(path=path, kind=kind, current=current, candidate=candidate), TODAY)

    @given(st.integers(), st.integers(), st.integers(min_value=1, max_value=100))
    def test_a_tolerance_is_the_most_that_it_may_be_off(self, current: int, candidate: int, tolerance: int) -> None:
        """To either side."""
        assert rule(tolerance=tolerance).holds(minor(current, candidate), TODAY) is (
            abs(current - candidate) <= tolerance
        )

    @pytest.mark.parametrize(
        "difference",
        [
            minor(1, 2, path="goods.revision"),
            minor(1, None, kind=Kind.MISSING),
            minor(None, 1, kind=Kind.ADDED),
            minor(candidate=True, current=1),
            minor(1, 1.5, kind=Kind.TYPE),
            minor(1.0, 1.5),
            minor("EUR", "USD", path="goods.totals.tax.currency"),
            VEHICLE,
        ],
    )
    def test_a_tolerance_is_for_amounts_only(self, difference: Difference) -> None:
        """Both of them whole numbers."""
        assert not rule(tolerance=100).holds(difference, TODAY)

    @pytest.mark.parametrize("value", [None, "x", 5, [], {}, ["minor"], {"name": "minor"}])
    def test_what_holds_none_may_be_let_be(self, value: Any) -> None:
        """Of any type."""
        assert rule().holds(Difference(path="goods.note", kind=Kind.TYPE, current=value, candidate="y"), TODAY)


class TestExpiry:
    @pytest.mark.parametrize(
        ("days", "holds", "expired"),
        [(-1, True, False), (0, True, False), (1, True, True), (14, True, True), (15, False, True)],
    )
    def test_it_warns_for_two_weeks_and_then_counts(self, days: int, holds: bool, expired: bool) -> None:  # noqa: FBT001 - a table
        """Day by day around the last one."""
        assert timedelta(days=14) == GRACE
        today = RULE.expires + timedelta(days=days)
        sifted = sift([VEHICLE], [RULE], today, 10)
        assert (RULE.holds(VEHICLE, today), RULE.expired(today)) == (holds, expired)
        assert sifted.counted == (() if holds else (VEHICLE,))
        assert sifted.expired == ((RULE.name,) if holds and expired else ())


@pytest.mark.parametrize(
    ("scope", "country", "line", "concerned"),
    [
        ("*/*", "DE", "rides", True),
        ("DE", "DE", "delivery", True),
        ("DE", "GB", "rides", False),
        ("*/rides", "GB", "rides", True),
        ("*/rides", "GB", "delivery", False),
        ("DE/rides", "DE", "rides", True),
        ("DE/rides", "DE", "delivery", False),
    ],
)
def test_whom_it_concerns(scope: str, country: str, line: str, concerned: bool) -> None:  # noqa: FBT001 - a table
    """As a rollout's scope."""
    assert rule(scope=Scope.parse(scope)).concerns(country, line) is concerned


class TestSift:
    def test_the_first_rule_that_holds_lets_it_be(self) -> None:
        """What none lets be counts."""
        other = replace(VEHICLE, path="transport.supply_date")
        rules = [rule("nothing", name="a"), rule("**.vehicle", name="b"), rule("**.vehicle", name="c")]
        sifted = sift([VEHICLE, other], rules, TODAY, 10)
        assert (sifted.counted, sifted.expired) == ((other,), ())
        assert sifted.ignored == (Ignored(difference=VEHICLE, rule="b"),)

    def test_it_stops_when_enough_count(self) -> None:
        """The rest is another document anyway."""
        found = (replace(VEHICLE, path=f"a.{place}") for place in range(100))
        assert [one.path for one in sift(found, [], TODAY, 3).counted] == ["a.0", "a.1", "a.2"]
        assert next(found).path == "a.3"

    def test_what_is_let_be_hides_nothing_behind_it(self) -> None:
        """However much it is: the amount at the end is seen."""
        found = [*(replace(VEHICLE, path=f"notes.{place}") for place in range(1_000)), minor(1, 900)]
        sifted = sift(found, [rule("notes.*")], TODAY, 3)
        assert (len(sifted.ignored), sifted.counted) == (1_000, (minor(1, 900),))


FILE = """
[[ignore]]
name = "vehicle-names"
path = "*.journey.vehicle"
reason = "the candidate writes the maker's name out"
owner = "invoicing-team"
expires = 2027-03-31

[[ignore]]
name = "cents"
path = "**.tax.minor"
scope = "DE/rides"
tolerance_minor = 1
reason = "rounds per line"
owner = "tax"
expires = 2026-12-31
"""


class TestReading:
    def test_rules(self) -> None:
        """All fields, and what is left out."""
        first, second = read_rules(FILE)
        assert first == RULE
        assert (str(second.scope), second.tolerance_minor, second.expires) == ("DE/rides", 1, date(2026, 12, 31))

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "ignore = []"])
    def test_none(self, text: str) -> None:
        """A file without rules is one."""
        assert read_rules(text) == ()

    @pytest.mark.parametrize(
        ("was", "becomes", "field"),
        [
            ('name = "cents"', 'name = "Cents!"', "ignore.1.name"),
            ('name = "cents"', "", "ignore.1.name"),
            ('path = "**.tax.minor"', 'path = "a..b"', "ignore.1.path"),
            ('path = "**.tax.minor"', 'path = ""', "ignore.1.path"),
            ('scope = "DE/rides"', 'scope = "Germany"', "ignore.1.scope"),
            ('scope = "DE/rides"', "scope = 5", "ignore.1.scope"),
            ("tolerance_minor = 1", "tolerance_minor = 0", "ignore.1.tolerance_minor"),
            ("tolerance_minor = 1", "tolerance_minor = 101", "ignore.1.tolerance_minor"),
            ("tolerance_minor = 1", "tolerance_minor = 1.0", "ignore.1.tolerance_minor"),
            ("tolerance_minor = 1", "tolerance_minor = true", "ignore.1.tolerance_minor"),
            ('reason = "rounds per line"', 'reason = "  "', "ignore.1.reason"),
            ('owner = "tax"', "", "ignore.1.owner"),
            ("expires = 2026-12-31", "", "ignore.1.expires"),
            ("expires = 2026-12-31", 'expires = "2026-12-31"', "ignore.1.expires"),
            ("expires = 2026-12-31", "expires = 2026-12-31T10:00:00", "ignore.1.expires"),
            ('owner = "tax"', 'owner = "tax"\nextra = 1', "ignore.1.extra"),
            ("\n[[ignore]]", "\nextra = 1\n[[ignore]]", "extra"),
            ("[[ignore]]", "[[ignore]", "ignore"),
            ('name = "cents"', 'name = "vehicle-names"', "ignore"),
        ],
    )
    def test_a_mistake_is_named(self, was: str, becomes: str, field: str) -> None:
        """The rule by its place, and the field."""
        assert was in FILE
        with pytest.raises(ConfigurationError, match=r"^ignore rules: ") as caught:
            read_rules(FILE.replace(was, becomes, 1))
        assert caught.value.field == field

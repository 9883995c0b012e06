"""Every store of comparisons: found by rollout and time, and by trip; kept once; forgotten after 90 days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.contract.standing import NOON, StandingClock
from tests.contract.stores import ComparisonsOpener
from tripinvoice.adapters.comparisons_sqlite import SqliteComparisons
from tripinvoice.adapters.sqlite import Database
from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.ports import Comparisons
from tripinvoice.rollouts.rollout import Scope

DE = Scope(country="DE")
DE_RIDES = Scope(country="DE", line_of_business="rides")
MOMENT = timedelta(microseconds=1)


def comparison(trip: str = "a", at: datetime = NOON, scope: Scope = DE_RIDES, revision: int = 1) -> Comparison:
    """One with something in every field."""
    return Comparison(
        trip_id=trip,
        revision=revision,
        scope=str(scope),
        candidate="core-v2",
        rollout_version=3,
        country="DE",
        line_of_business="rides",
        compared_at=at,
        outcome=Outcome.DIFFERENT,
        issued="candidate",
        failure="",
        fingerprint="0123456789ab",
        paths=("transport.lines.*.net.minor", "transport.größe"),
        ignored=("vehicle-names", "vehicle-names"),
        expired=("vehicle-names",),
        noisy=(),
        current_seconds=0.012,
        candidate_seconds=None,
        features=("product:taxi", "tax:standard-7"),
    )


def ids(found: object) -> list[str]:
    """Which trips, sorted."""
    return sorted(one.trip_id for one in found)  # type: ignore[attr-defined]


def test_a_comparison_comes_back_as_it_was(comparisons: Comparisons) -> None:
    """Every field; that the current one ran once is not the same as that it did not differ."""
    kept = [comparison(), replace(comparison("b"), noisy=None, outcome=Outcome.FAILED, failure="timeout", paths=())]
    for one in kept:
        comparisons.add(one)
    found = sorted(comparisons.between(DE_RIDES, NOON, NOON + MOMENT), key=lambda one: one.trip_id)
    assert found == kept
    assert list(comparisons.of_trip("b")) == kept[1:]


def test_a_span_has_its_beginning_and_not_its_end(comparisons: Comparisons) -> None:
    """To the microsecond, over hours and days."""
    begin = NOON - timedelta(days=2)
    times = {"before": begin - MOMENT, "first": begin, "late": begin + timedelta(hours=30), "last": NOON}
    for trip, at in times.items():
        comparisons.add(comparison(trip, at))
    assert ids(comparisons.between(DE_RIDES, begin, NOON)) == ["first", "late"]
    assert ids(comparisons.between(DE_RIDES, begin - MOMENT, begin)) == ["before"]
    assert not ids(comparisons.between(DE_RIDES, NOON, NOON))
    assert not ids(comparisons.between(DE_RIDES, NOON, begin))


def test_a_span_may_be_longer_than_anything_is_kept(comparisons: Comparisons) -> None:
    """From the beginning of time to its end, without asking for every hour of it."""
    comparisons.add(comparison())
    always = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert ids(comparisons.between(DE_RIDES, *always)) == ["a"]


def test_zones_do_not_matter(comparisons: Comparisons) -> None:
    """Half an hour's zone, where an hour of UTC is not one of the clock on the wall."""
    kolkata = timezone(timedelta(hours=5, minutes=30))
    comparisons.add(comparison(at=NOON.astimezone(kolkata)))
    comparisons.add(comparison("b", NOON + timedelta(minutes=59)))
    span = NOON.astimezone(kolkata), (NOON + timedelta(hours=1)).astimezone(kolkata)
    assert ids(comparisons.between(DE_RIDES, *span)) == ["a", "b"]


def test_only_those_of_the_very_scope_are_found(comparisons: Comparisons) -> None:
    """A rollout is judged by its own comparisons, though another one covers the same trips."""
    for trip, scope in (("a", DE_RIDES), ("b", DE), ("c", Scope())):
        comparisons.add(comparison(trip, scope=scope))
    for trip, scope in (("a", DE_RIDES), ("b", DE), ("c", Scope())):
        assert ids(comparisons.between(scope, NOON, NOON + MOMENT)) == [trip]
    assert not ids(comparisons.between(Scope(country="GB"), NOON, NOON + MOMENT))


def test_the_same_again_is_kept_once(comparisons: Comparisons) -> None:
    """A step that is repeated; what it says last counts. Another time or revision is another one."""
    comparisons.add(comparison())
    comparisons.add(comparison())
    mended = replace(comparison(), outcome=Outcome.EQUAL, paths=())
    comparisons.add(mended)
    assert list(comparisons.between(DE_RIDES, NOON, NOON + MOMENT)) == [mended]
    assert list(comparisons.of_trip("a")) == [mended]
    others = [comparison(at=NOON + MOMENT), comparison(revision=2)]
    for one in others:
        comparisons.add(one)
    assert len(list(comparisons.between(DE_RIDES, NOON, NOON + 2 * MOMENT))) == 3


def test_those_of_a_trip_are_the_latest_first(comparisons: Comparisons) -> None:
    """Whatever the rollout was; of one moment the later revision."""
    for day, scope in ((1, DE), (3, DE_RIDES), (2, Scope())):
        comparisons.add(comparison(at=NOON - timedelta(days=day), scope=scope))
    comparisons.add(comparison(at=NOON - timedelta(days=2), revision=2))
    comparisons.add(comparison("b"))
    found = [((NOON - one.compared_at).days, one.revision) for one in comparisons.of_trip("a")]
    assert found == [(1, 1), (2, 2), (2, 1), (3, 1)]
    assert not comparisons.of_trip("c")


def test_many_are_all_found(comparisons: Comparisons) -> None:
    """More than one page, at the same moment and at others, each once."""
    wanted = [f"trip-{no:04}" for no in range(1_050)]
    for no, trip in enumerate(wanted):
        comparisons.add(comparison(trip, NOON + timedelta(seconds=no % 3)))
    assert ids(comparisons.between(DE_RIDES, NOON, NOON + timedelta(hours=1))) == wanted


def test_a_time_without_a_zone_is_a_mistake(comparisons: Comparisons) -> None:
    """Ours: nobody could say which hour it is."""
    with pytest.raises(ValueError, match="zone"):
        comparisons.add(comparison(at=datetime(2026, 3, 29, 12)))  # noqa: DTZ001 - that is the point


def test_it_outlives_the_process(open_comparisons: ComparisonsOpener, tmp_path: Path) -> None:
    """Opened again, it is there."""
    with open_comparisons(tmp_path) as store:
        store.add(comparison())
    with open_comparisons(tmp_path) as store:
        assert list(store.of_trip("a")) == [comparison()]


def test_what_is_older_than_90_days_is_forgotten_in_sqlite(tmp_path: Path) -> None:
    """When the next one is added; the file does not grow for ever. Cassandra's tables do it themselves."""
    with Database(tmp_path / "stores.sqlite") as database:
        for day, trip in enumerate("abc"):
            SqliteComparisons(database, StandingClock(NOON)).add(comparison(trip, NOON + timedelta(days=day)))
        later = NOON + timedelta(days=91)
        store = SqliteComparisons(database, StandingClock(later))
        store.add(comparison("d", later))
        assert ids(store.between(DE_RIDES, NOON, later + MOMENT)) == ["b", "c", "d"]
        assert not store.of_trip("a")

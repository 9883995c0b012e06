"""Many comparisons together, with cases worked out by hand."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.compare.sides import compared
from tripinvoice.compare.comparison import MAX_PATHS, Comparison, Outcome
from tripinvoice.compare.tally import Cause, Quantiles, Tally, tally

EQUAL, ALIKE, DIFFERENT, FAILED = Outcome


def many(count: int, outcome: Outcome = EQUAL, *, start: int = 0, **more: Any) -> list[Comparison]:
    return [compared(start + n, outcome, **more) for n in range(count)]


class TestCounts:
    def test_nothing_is_nothing(self) -> None:
        """No rate is divided by none."""
        none = tally([])
        assert none == Tally()
        assert [none.answered, none.net_mismatch, none.errors, none.at_most] == [0, 0, 0, 1]
        assert none.p95_ratio is None

    def test_by_outcome(self) -> None:
        """Trips, not differences."""
        found = tally(
            [
                *many(5, noisy=(), issued="candidate"),
                *many(2, ALIKE, start=10, ignored=("vehicle", "cents"), expired=("cents",)),
                *many(3, DIFFERENT, start=20, paths=("a", "b"), noisy=("z",), ignored=("cents", "cents")),
                *many(1, FAILED, start=30),
            ]
        )
        assert (found.compared, found.equal, found.alike, found.different, found.failed) == (11, 5, 2, 3, 1)
        assert (found.noise_measured, found.noisy, found.issued_by_candidate) == (8, 3, 5)
        assert (found.answered, found.net_mismatch, found.errors) == (10, Fraction(3, 10), Fraction(1, 11))
        assert found.fields == {"a": 3, "b": 3}
        assert found.ignored == {"cents": 5, "vehicle": 2}
        assert found.expired == ("cents",)

    def test_a_trip_counts_once_as_the_latest_says(self) -> None:
        """In whatever order they come; another revision is another trip."""
        first, second = compared(1, DIFFERENT), compared(1, EQUAL, after=60)
        for order in ([first, second], [second, first]):
            assert (tally(order).compared, tally(order).equal) == (1, 1)
        assert tally([first, compared(1, EQUAL, revision=2)]).compared == 2

    def test_features(self) -> None:
        """The most frequent first, then by name."""
        found = tally([compared(1, features=("b", "a")), compared(2, features=("b",)), compared(3, features=("c",))])
        assert list(found.features.items()) == [("b", 2), ("a", 1), ("c", 1)]


class TestCauses:
    def test_by_fingerprint_and_by_failure(self) -> None:
        """The most frequent first; samples are the latest."""
        found = tally(
            [
                *(compared(n, DIFFERENT, after=n, paths=("a",), fingerprint="aa") for n in range(5)),
                *many(7, FAILED, start=10),
                *many(5, DIFFERENT, start=20, paths=("b",), fingerprint="bb"),
                *many(9, ALIKE, start=30),
            ]
        )
        assert found.causes == (
            Cause(fingerprint="TimedOut", trips=7, paths=(), samples=("trip-16", "trip-15", "trip-14")),
            Cause(fingerprint="aa", trips=5, paths=("a",), samples=("trip-4", "trip-3", "trip-2")),
            Cause(fingerprint="bb", trips=5, paths=("b",), samples=("trip-24", "trip-23", "trip-22")),
        )


class TestNoise:
    """A path is explained when raw - noise is at most 0.0003, or at most a fifth of raw + noise."""

    @pytest.mark.parametrize(
        ("differ", "of", "noisy", "twice", "net"),
        [
            # raw 0.30, noise 0.20: 0.10 / 0.50 is just 20 %, so it is noise.
            (30, 100, 20, 100, 0),
            # raw 0.31, noise 0.20: 0.11 / 0.51 is 21.6 %, so it is not.
            (31, 100, 20, 100, 31),
            # raw 0.10, noise 0.10 (1 of 10 run twice).
            (10, 100, 1, 10, 0),
            # raw 0.10, noise 0.50: less than noise.
            (10, 100, 5, 10, 0),
            # never noisy: each counts, however rare.
            (1, 10_000, 0, 100, 1),
            (1, 10_000, 0, 0, 1),
            # raw 0.0004, noise 0.0001: 0.0003 is not above 0.03 %, so it is noise although it is four times as much.
            (4, 10_000, 1, 10_000, 0),
            # raw 0.0005, noise 0.0001: 0.0004 is above, and 4 / 6 is over a fifth.
            (5, 10_000, 1, 10_000, 5),
        ],
    )
    def test_by_hand(self, differ: int, of: int, noisy: int, twice: int, net: int) -> None:
        """``differ`` of ``of`` trips differ on a path, on which the current one did ``noisy`` of ``twice`` times."""
        comparisons = [
            compared(
                n,
                DIFFERENT if n < differ else EQUAL,
                paths=("x",) if n < differ else (),
                noisy=None if n >= twice else ("x",) if n < noisy else (),
            )
            for n in range(of)
        ]
        found = tally(comparisons)
        assert (found.different, found.noise_measured, found.noisy) == (differ, twice, noisy)
        assert (found.net_different, found.net_mismatch) == (net, Fraction(net, of))

    def test_failed_ones_are_not_among_those_that_could_differ(self) -> None:
        """It is 30 of 100 that answered, not of 200."""
        failed = many(100, FAILED, start=1_000)
        usual = [
            compared(n, DIFFERENT if n < 30 else EQUAL, paths=("x",) if n < 30 else (), noisy=("x",) if n < 10 else ())
            for n in range(100)
        ]
        assert tally([*usual, *failed]).net_different == 30

    def test_a_trip_is_noise_only_if_all_its_paths_are(self) -> None:
        """One path that noise does not explain is enough."""
        both = compared(1, DIFFERENT, paths=("x", "y"), noisy=("x",))
        only = compared(2, DIFFERENT, paths=("x",), noisy=("x",))
        assert (tally([both, only]).different, tally([both, only]).net_different) == (2, 1)

    def test_of_many_paths_not_all_are_known(self) -> None:
        """So noise does not explain them."""
        paths = tuple(f"p{n:02}" for n in range(MAX_PATHS))
        assert tally([compared(1, DIFFERENT, paths=paths, noisy=paths)]).net_different == 1
        assert tally([compared(1, DIFFERENT, paths=paths[1:], noisy=paths)]).net_different == 0


class TestTimes:
    def test_nearest_rank(self) -> None:
        """Of 200 values the 100th, 190th and 198th."""
        assert Quantiles.of([n / 10 for n in range(200, 0, -1)]) == Quantiles(p50=10.0, p95=19.0, p99=19.8)
        assert Quantiles.of([3.0]) == Quantiles(p50=3.0, p95=3.0, p99=3.0)
        assert Quantiles.of([1.0, 2.0]) == Quantiles(p50=1.0, p95=2.0, p99=2.0)
        assert Quantiles.of([]) == Quantiles()

    @given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1))
    def test_they_are_values_that_were_measured_in_order(self, seconds: list[float]) -> None:
        """And so many of 100 are not above."""
        found = Quantiles.of(seconds)
        assert found.p50 is not None
        assert found.p95 is not None
        assert found.p99 is not None
        assert found.p50 <= found.p95 <= found.p99 <= max(seconds)
        for percent, value in ((50, found.p50), (95, found.p95), (99, found.p99)):
            assert value in seconds
            assert 100 * sum(1 for one in seconds if one <= value) >= percent * len(seconds)

    def test_ratio(self) -> None:
        """Of the 95th percentiles of those that were timed."""
        timed = compared(1, current_seconds=0.25, candidate_seconds=0.5)
        assert tally([timed, compared(2, current_seconds=None, candidate_seconds=None)]).p95_ratio == 2.0

    @pytest.mark.parametrize(("ours", "theirs"), [(None, 1.0), (0.0, 1.0), (1.0, None)])
    def test_no_ratio_without_both(self, ours: float | None, theirs: float | None) -> None:
        """Nor to nothing."""
        assert tally([compared(1, current_seconds=ours, candidate_seconds=theirs)]).p95_ratio is None


def test_the_rule_of_three() -> None:
    """Of 300 trips without a mismatch, 1 % is still possible; of two, everything."""
    assert tally(many(300)).at_most == Fraction(1, 100)
    assert tally([*many(300), *many(5, FAILED, start=1_000)]).at_most == Fraction(1, 100)
    assert tally(many(2)).at_most == 1

"""Whether a rollout goes on: every verdict, on both sides of every boundary."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.rollouts.judgement import Judgement, Measured, Verdict, judge
from tripinvoice.rollouts.plan import Stage, Thresholds
from tripinvoice.rollouts.rollout import Mode

STAGE = Stage(mode=Mode.LIVE, min_samples=100, min_time=timedelta(minutes=10))
LIMITS = Thresholds(net_mismatch=Decimal("0.05"), candidate_errors=Decimal("0.01"), p95_ratio=Decimal(2))
LONG = timedelta(hours=1)
GOOD = Measured(compared=1_000, current_p95=0.5, candidate_p95=0.5)


def judged(overall: Measured = GOOD, lately: Measured = GOOD, *, limits: Thresholds = LIMITS, **more: Any) -> Judgement:
    return judge(more.get("stage", STAGE), limits, overall, lately, more.get("elapsed", LONG))


def measured(compared: int = 1_000, **more: Any) -> Measured:
    return Measured(compared=compared, **more)


def test_it_goes_on_when_all_is_known_and_well() -> None:
    """At the least number of trips, and at the least time."""
    enough = measured(100)
    assert judged(enough, Measured(), elapsed=STAGE.min_time) == Judgement(
        verdict=Verdict.PROMOTE, reasons=("all thresholds kept",)
    )


@pytest.mark.parametrize(
    ("overall", "elapsed", "reasons"),
    [
        (measured(99), LONG, ("99 of 100 trips compared",)),
        (measured(100, failed=1), LONG, ("99 of 100 trips compared",)),
        (measured(), timedelta(minutes=9, seconds=30), ("9.5 of 10 minutes",)),
        (measured(0), timedelta(), ("0 of 100 trips compared", "0 of 10 minutes")),
    ],
)
def test_it_waits_for_what_is_missing(overall: Measured, elapsed: timedelta, reasons: tuple[str, ...]) -> None:
    """Trips that were answered, and time."""
    assert judged(overall, Measured(), elapsed=elapsed) == Judgement(verdict=Verdict.HOLD, reasons=reasons)


@pytest.mark.parametrize(
    ("broken", "kept", "reason"),
    [
        (measured(net_different=51), measured(net_different=50), "51 of 1000 trips differ"),
        (measured(failed=11), measured(failed=10), "the candidate failed on 11 of 1000 trips"),
        (
            measured(current_p95=0.5, candidate_p95=1.001),
            measured(current_p95=0.5, candidate_p95=1.0),
            "the candidate takes over 2 times as long at the 95th percentile",
        ),
        # Of those that it answered: 50 of 990 are above 5 %, 49 are not.
        (measured(net_different=50, failed=10), measured(net_different=49, failed=10), "50 of 990 trips differ"),
    ],
)
class TestThresholds:
    def test_above_it_goes_back(self, broken: Measured, kept: Measured, reason: str) -> None:
        """Seen over all of the stage, or lately; both say it once."""
        back = Judgement(verdict=Verdict.ROLL_BACK, reasons=(reason,))
        assert judged(broken, GOOD) == judged(GOOD, broken) == judged(broken, broken) == back
        assert judged(broken, kept, elapsed=timedelta()) == back

    def test_at_the_threshold_it_goes_on(self, broken: Measured, kept: Measured, reason: str) -> None:
        """It is kept until it is exceeded."""
        assert judged(kept, kept).verdict is Verdict.PROMOTE
        assert judged(broken, kept).reasons == (reason,)


def test_all_reasons_are_told() -> None:
    """And nothing else is needed to go back."""
    bad = measured(100, net_different=50, failed=50, current_p95=0.1, candidate_p95=1.0)
    assert judged(bad, Measured(), elapsed=timedelta()).reasons == (
        "50 of 50 trips differ",
        "the candidate failed on 50 of 100 trips",
        "the candidate takes over 2 times as long at the 95th percentile",
    )


@pytest.mark.parametrize(
    ("bad", "verdict"),
    [
        (measured(19, net_different=19), Verdict.HOLD),
        (measured(20, net_different=20), Verdict.ROLL_BACK),
        (measured(19, failed=19), Verdict.HOLD),
        (measured(20, failed=20), Verdict.ROLL_BACK),
        (measured(19, current_p95=0.1, candidate_p95=9.0), Verdict.HOLD),
        (measured(20, current_p95=0.1, candidate_p95=9.0), Verdict.ROLL_BACK),
        (measured(21, failed=2, current_p95=0.1, candidate_p95=9.0), Verdict.ROLL_BACK),
    ],
)
def test_of_few_trips_a_rate_says_little(bad: Measured, verdict: Verdict) -> None:
    """Below twenty nothing goes back, unless nothing at all is allowed."""
    assert judged(bad, Measured()).verdict is verdict


def test_a_stage_that_needs_fewer_is_judged_by_fewer() -> None:
    """Five trips are enough where five are asked for."""
    stage = Stage(mode=Mode.SHADOW, min_samples=5)
    assert judged(measured(5, failed=5), Measured(), stage=stage).verdict is Verdict.ROLL_BACK
    assert judged(measured(4, failed=4), Measured(), stage=stage).verdict is Verdict.HOLD


def test_a_threshold_of_nothing_is_broken_by_one() -> None:
    """The first trip that differs, the first that failed."""
    none = Thresholds(net_mismatch=Decimal(0), candidate_errors=Decimal(0))
    for one in (measured(1, net_different=1), measured(1, failed=1)):
        assert judged(one, Measured(), limits=none).verdict is Verdict.ROLL_BACK
    assert judged(measured(1), Measured(), limits=none).verdict is Verdict.HOLD


@pytest.mark.parametrize(("theirs", "verdict"), [(0.099, Verdict.PROMOTE), (0.101, Verdict.ROLL_BACK)])
def test_what_is_quick_is_not_measured_by_what_is_quicker(theirs: float, verdict: Verdict) -> None:
    """Below a twentieth of a second the current one counts as that: most of it is waiting for a worker."""
    assert judged(measured(current_p95=0.001, candidate_p95=theirs), Measured()).verdict is verdict


@pytest.mark.parametrize(("ours", "theirs"), [(None, 9.0), (0.1, None), (None, None)])
def test_without_times_it_is_not_too_slow(ours: float | None, theirs: float | None) -> None:
    """Nobody knows."""
    assert judged(measured(current_p95=ours, candidate_p95=theirs)).verdict is Verdict.PROMOTE


counts = st.integers(min_value=0, max_value=2_000)


@given(counts, counts, counts, st.integers(min_value=0, max_value=50))
def test_a_worse_measurement_never_has_a_better_verdict(compared: int, different: int, failed: int, more: int) -> None:
    """One more trip that differs neither promotes nor saves a rollout."""
    failed = min(failed, compared)
    answered = compared - failed
    rank = {Verdict.PROMOTE: 0, Verdict.HOLD: 1, Verdict.ROLL_BACK: 2}
    verdicts = [
        judged(measured(compared, net_different=min(count, answered), failed=failed), Measured()).verdict
        for count in (different, different + more)
    ]
    assert rank[verdicts[0]] <= rank[verdicts[1]]


@given(counts, counts, counts)
def test_every_verdict_has_reasons(compared: int, different: int, failed: int) -> None:
    """In words."""
    assert all(judged(measured(compared, net_different=different, failed=min(failed, compared))).reasons)

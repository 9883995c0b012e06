"""Whether a rollout goes on, waits or goes back, from what was compared."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from tripinvoice.rollouts.plan import Stage, Thresholds

ENOUGH_TO_BREAK = 20
"""Trips below which a rate says little; a threshold of zero is broken by one."""

QUICK = Decimal("0.05")
"""Seconds below which nobody cares how much longer the other takes: most of it is waiting for a worker."""


class Verdict(StrEnum):
    """What to do. ``HOLD``: nothing is wrong, and not enough is known yet."""

    PROMOTE = "promote"
    HOLD = "hold"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was compared within some time: counts of trips, and the seconds at the 95th percentile of both sides.

    ``cause`` is the most frequent way to differ or fail, ``paths`` where, ``sample`` a trip that shows it.
    """

    compared: int = 0
    net_different: int = 0
    failed: int = 0
    current_p95: float | None = None
    candidate_p95: float | None = None
    cause: str = ""
    paths: tuple[str, ...] = ()
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdict and why, one text per reason."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(stage: Stage, limits: Thresholds, overall: Measured, lately: Measured, elapsed: timedelta) -> Judgement:
    """Judge a stage by all of it and by its last interval, so that neither a slow nor a sudden fault escapes."""
    enough = min(stage.min_samples, ENOUGH_TO_BREAK)
    broken = tuple(dict.fromkeys((*_broken(limits, overall, enough), *_broken(limits, lately, enough))))
    if broken:
        return Judgement(verdict=Verdict.ROLL_BACK, reasons=broken)
    missing = _missing(stage, overall, elapsed)
    return Judgement(verdict=Verdict.HOLD if missing else Verdict.PROMOTE, reasons=missing or ("all thresholds kept",))


def _broken(limits: Thresholds, measured: Measured, enough: int) -> list[str]:
    answered = measured.compared - measured.failed
    broken: list[str] = []
    if _exceeds(measured.net_different, answered, limits.net_mismatch, enough):
        broken.append(f"{measured.net_different} of {answered} trips differ")
    if _exceeds(measured.failed, measured.compared, limits.candidate_errors, enough):
        broken.append(f"the candidate failed on {measured.failed} of {measured.compared} trips")
    if _too_slow(measured, limits, enough):
        broken.append(f"the candidate takes over {limits.p95_ratio} times as long at the 95th percentile")
    return broken


def _exceeds(part: int, whole: int, limit: Decimal, enough: int) -> bool:
    return part > limit * whole and (whole >= enough or not limit)


def _too_slow(measured: Measured, limits: Thresholds, enough: int) -> bool:
    ours, theirs = measured.current_p95, measured.candidate_p95
    if ours is None or theirs is None or measured.compared - measured.failed < enough:
        return False
    return Decimal(theirs) > limits.p95_ratio * max(Decimal(ours), QUICK)


def _missing(stage: Stage, overall: Measured, elapsed: timedelta) -> tuple[str, ...]:
    """What has to be waited for."""
    answered = overall.compared - overall.failed
    missing: list[str] = []
    if answered < stage.min_samples:
        missing.append(f"{answered} of {stage.min_samples} trips compared")
    if elapsed < stage.min_time:
        missing.append(f"{_minutes(elapsed)} of {_minutes(stage.min_time)} minutes")
    return tuple(missing)


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.1f}".removesuffix(".0")

"""What a rollout asks of the store, and how it says why: pure, from its plan and its progress."""

from dataclasses import replace
from datetime import datetime, timedelta

from activities.messages import MeasureInput, SetRolloutInput
from tripinvoice.rollouts.plan import Plan, Stage
from tripinvoice.rollouts.rollout import ALL, Mode, Rollout
from workflows.messages import MAX_REASON, Pause, Reading, RollBack, RolloutProgress

MAX_BY = 100  # characters of a person's name
ARRIVING = timedelta(seconds=10)
"""A comparison may be stored so much after its time, beyond the candidate's deadline, and still be seen as late."""


def to_begin(plan: Plan, at: RolloutProgress, now: datetime) -> SetRolloutInput:
    """Bring the stage into force, if nobody else changed the rollout meanwhile."""
    stage = plan.stages[at.stage]
    wanted = replace(
        _off(plan, at.decided_at or now, at.decided_by, at.decided_because),
        mode=stage.mode,
        live=stage.share if stage.mode is Mode.LIVE else 0,
        sample=stage.share if stage.mode is Mode.SHADOW else stage.sample,
    )
    return SetRolloutInput(wanted=wanted, expected=at.expected)


def to_turn_off(plan: Plan, back: RollBack, now: datetime) -> SetRolloutInput:
    """Take the candidate out of use, whatever there is."""
    return SetRolloutInput(wanted=_off(plan, now, back.by, _told(back)))


def _off(plan: Plan, changed_at: datetime, changed_by: str, reason: str) -> Rollout:
    """The plan's rollout, out of use."""
    return Rollout(
        scope=plan.scope,
        candidate=plan.candidate,
        mode=Mode.OFF,
        salt=plan.salt,
        live=0,
        sample=0,
        noise=plan.noise,
        deadline_ms=plan.deadline_ms,
        accounts=plan.accounts,
        changed_at=changed_at,
        changed_by=changed_by,
        reason=reason[:MAX_REASON],
    )


def to_measure(plan: Plan, at: RolloutProgress, now: datetime) -> MeasureInput:
    """The stage from its beginning on, and its last interval with what came late."""
    arriving = ARRIVING + timedelta(milliseconds=plan.deadline_ms)
    return MeasureInput(
        scope=plan.scope,
        candidate=plan.candidate,
        since=at.decided_at or now,
        lately=now - plan.interval - arriving,
        until=now,
        version=at.version,
        first_version=at.first_version,
    )


def live_part(stage: Stage) -> int:
    """The part of trips whose invoices are the candidate's, in basis points."""
    return {Mode.LIVE: stage.share, Mode.FULL: ALL}.get(stage.mode, 0)


def broken(reading: Reading, by: str) -> RollBack:
    """What the judgement found, with the cause that most of the trips have: lately's, where there is one."""
    shows = reading.lately if reading.lately.cause else reading.overall
    return RollBack(
        by=by,
        reason="; ".join(reading.reasons)[:MAX_REASON],
        cause=shows.cause,
        paths=shows.paths,
        sample=shows.sample,
    )


def _told(back: RollBack) -> str:
    """As the stored rollout tells it for ever."""
    parts = [back.reason]
    if back.cause:
        parts.append(f"{back.cause} at {', '.join(back.paths)}" if back.paths else back.cause)
    if back.sample:
        parts.append(f"for example trip {back.sample}")
    return "; ".join(parts)


def check_request(request: Pause | RollBack) -> None:
    """Raise ``ValueError`` when it does not say who and why."""
    check_by(request.by)
    if not request.reason.strip() or len(request.reason) > MAX_REASON:
        msg = f"reason: say why in 1 to {MAX_REASON} characters"
        raise ValueError(msg)


def check_by(by: str) -> None:
    """Raise ``ValueError`` when it does not say who."""
    if not by.strip() or len(by) > MAX_BY:
        msg = f"by: say who in 1 to {MAX_BY} characters"
        raise ValueError(msg)

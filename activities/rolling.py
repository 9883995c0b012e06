"""set_rollout and measure_rollout: how the workflow of a rollout changes traffic, and what it learns of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio import activity

from activities.messages import MeasuredRollout, MeasureInput, RolloutSet, SetRolloutInput, StandingRollout
from tripinvoice.compare.comparison import Comparison
from tripinvoice.compare.tally import tally
from tripinvoice.errors import ConflictError
from tripinvoice.ports import Comparisons, Rollouts
from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.rollout import Mode, Rollout

ATTEMPTS = 5
TICK = timedelta(milliseconds=1)  # how exactly a store keeps a time


@dataclass(frozen=True)
class RolloutActivities:
    """Reads and changes rollouts; runs on the store task queue."""

    rollouts: Rollouts
    comparisons: Comparisons

    @activity.defn(name="set_rollout", no_thread_cancel_exception=True)
    def set_rollout(self, request: SetRolloutInput) -> RolloutSet:
        """Bring the rollout to this state. The same request again changes nothing.

        Raises ``ConflictError`` when others change it all the time.
        """
        stored = bring_to(request.wanted, self.rollouts, over=request.expected)
        return RolloutSet(version=stored.version, displaced=None if _is(stored, request.wanted) else _standing(stored))

    @activity.defn(name="measure_rollout", no_thread_cancel_exception=True)
    def measure_rollout(self, request: MeasureInput) -> MeasuredRollout:
        """What was compared of the candidate, in all and lately, and what is stored of the rollout by now."""
        toggles = self.rollouts.toggles()
        since = min(request.since, request.lately)
        compared = [
            one
            for one in self.comparisons.between(request.scope, since, request.until)
            if one.candidate == request.candidate and one.rollout_version >= request.first_version
        ]
        stored = toggles.at(request.scope)
        return MeasuredRollout(
            overall=_measured(one for one in compared if _counts(one, request)),
            lately=_measured(one for one in compared if one.compared_at >= request.lately),
            killed=toggles.killed,
            killed_because=toggles.kill_switch.reason if toggles.kill_switch and toggles.killed else "",
            standing=_standing(stored) if stored else None,
        )


def bring_to(wanted: Rollout, rollouts: Rollouts, *, over: int | None = None) -> Rollout:
    """Store this state over whatever is there, or only over version ``over``; what is stored then.

    Raises ``ConflictError`` after a few races lost.
    """
    attempt = 1
    while True:
        known = rollouts.toggles().at(wanted.scope)
        if known is not None and (_is(known, wanted) or over not in {None, known.version}):
            return known
        try:
            return rollouts.save(replace(wanted, version=known.version if known else 0))
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        attempt += 1


def _is(known: Rollout, wanted: Rollout) -> bool:
    """Whether this is it already; what is off is off, whoever turned it off first."""
    if known.mode is Mode.OFF and wanted.mode is Mode.OFF and known.candidate == wanted.candidate:
        return True
    apart = abs(known.changed_at - wanted.changed_at)
    return apart < TICK and replace(known, version=wanted.version, changed_at=wanted.changed_at) == wanted


def _standing(stored: Rollout) -> StandingRollout:
    return StandingRollout(
        version=stored.version,
        candidate=stored.candidate,
        mode=stored.mode,
        changed_by=stored.changed_by,
        reason=stored.reason,
    )


def _counts(one: Comparison, request: MeasureInput) -> bool:
    return one.compared_at >= request.since and request.version in {0, one.rollout_version}


def _measured(comparisons: Iterable[Comparison]) -> Measured:
    found = tally(comparisons)
    cause = found.causes[0] if found.causes else None
    return Measured(
        compared=found.compared,
        net_different=found.net_different,
        failed=found.failed,
        current_p95=found.current.p95,
        candidate_p95=found.candidate.p95,
        cause=cause.fingerprint if cause else "",
        paths=cause.paths[:5] if cause else (),
        sample=cause.samples[0] if cause else "",
    )

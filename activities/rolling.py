"""set_rollout and measure_rollout: how the workflow of a rollout changes traffic, and what it learns of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from temporalio import activity

from activities.messages import MeasuredRollout, MeasureInput, RolloutSet, SetRolloutInput
from tripinvoice.compare.comparison import Comparison
from tripinvoice.compare.tally import tally
from tripinvoice.errors import ConflictError
from tripinvoice.ports import Comparisons, Rollouts
from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.rollout import Rollout

ATTEMPTS = 5


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
        wanted = Rollout(
            scope=request.scope,
            candidate=request.candidate,
            mode=request.mode,
            salt=request.salt,
            live=request.live,
            sample=request.sample,
            noise=request.noise,
            deadline_ms=request.deadline_ms,
            accounts=request.accounts,
            changed_at=request.changed_at,
            changed_by=request.changed_by,
            reason=request.reason,
        )
        return RolloutSet(version=bring_to(wanted, self.rollouts).version)

    @activity.defn(name="measure_rollout", no_thread_cancel_exception=True)
    def measure_rollout(self, request: MeasureInput) -> MeasuredRollout:
        """What was compared of the candidate, in all and lately."""
        compared = [
            one
            for one in self.comparisons.between(request.scope, request.since, request.until)
            if one.candidate == request.candidate
        ]
        lately = [one for one in compared if one.compared_at >= request.lately]
        return MeasuredRollout(overall=_measured(compared), lately=_measured(lately))


def bring_to(wanted: Rollout, rollouts: Rollouts) -> Rollout:
    """Store this state over whatever is there; what is stored then. Raises ``ConflictError`` after a few races lost."""
    attempt = 1
    while True:
        known = next((one for one in rollouts.toggles().rollouts if one.scope == wanted.scope), None)
        if known is not None and replace(known, version=wanted.version) == wanted:
            return known
        try:
            return rollouts.save(replace(wanted, version=known.version if known else 0))
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        attempt += 1


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

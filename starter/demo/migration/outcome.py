"""What became of a rollout: what its workflow says, what is stored of it, and everything that was compared."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tripinvoice.compare.tally import Tally, tally
from tripinvoice.ports import Comparisons, Rollouts
from tripinvoice.rollouts.rollout import Mode, Scope
from workflows.messages import RolloutStatus


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """``mode`` is what the bridge goes by from now on; ``compared`` are the trips of this run."""

    status: RolloutStatus
    mode: Mode | None
    compared: Tally

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        status, back, compared = self.status, self.status.ended, self.compared
        return {
            "scope": status.scope,
            "candidate": status.candidate,
            "state": status.state,
            "mode": self.mode,
            "stage": status.stages[status.stage - 1],
            "compared": compared.compared,
            "equal": compared.equal,
            "different": compared.different,
            "failed": compared.failed,
            "issued_by_candidate": compared.issued_by_candidate,
            "current_p95": compared.current.p95,
            "candidate_p95": compared.candidate.p95,
            "rolled_back": None
            if back is None
            else {
                "by": back.by,
                "reason": back.reason,
                "cause": back.cause,
                "paths": list(back.paths),
                "sample": back.sample,
            },
            "events": [
                {"at": event.at, "what": event.what, "by": event.by, "reason": event.reason} for event in status.events
            ],
        }


def outcome(
    status: RolloutStatus, rollouts: Rollouts, comparisons: Comparisons, since: datetime, until: datetime
) -> Outcome:
    """Look it up, with what was compared from ``since`` to ``until``."""
    scope = Scope.parse(status.scope)
    stored = rollouts.toggles().at(scope)
    return Outcome(
        status=status,
        mode=stored.mode if stored else None,
        compared=tally(comparisons.between(scope, since, until)),
    )

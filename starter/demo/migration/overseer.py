"""Starts the rollouts, looks at them, and approves what waits for it: what a person does in a migration."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError

from starter import rolling
from starter.demo.migration.plans import SCOPES, plan
from tripinvoice.errors import TripInvoiceError
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.rollout import Scope
from workflows.messages import RolloutStatus
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id
from workflows.search_attributes import RolloutState

BY = "the demonstration"
ENDS = frozenset({RolloutState.COMPLETED, RolloutState.ROLLED_BACK})


class Overseer:
    """``seen`` is what the rollouts said last."""

    def __init__(self, client: Client, rollouts: Rollouts) -> None:
        self.seen: Sequence[RolloutStatus] = ()
        self._client = client
        self._rollouts = rollouts
        self._approved: set[tuple[str, int]] = set()

    @property
    def ended(self) -> bool:
        """Whether all have come to an end."""
        return bool(self.seen) and all(status.state in ENDS for status in self.seen)

    @property
    def in_force(self) -> bool:
        """Whether each has begun its first stage."""
        return bool(self.seen) and all(status.version for status in self.seen)

    async def start(self) -> None:
        """Start one in each scope, over what an earlier run left."""
        for scope in SCOPES:
            await rolling.start(self._client, self._rollouts, plan(scope), BY, over=True)

    async def look(self) -> Sequence[RolloutStatus]:
        """Ask all of them; approve what waits. While no worker answers, what was seen last stands."""
        with suppress(RPCError):
            self.seen = await asyncio.gather(*map(self._status, SCOPES))
            for status in self.seen:
                await self._approve(status)
        return self.seen

    async def _approve(self, status: RolloutStatus) -> None:
        """Each stage once, as a person would."""
        asked = (status.scope, status.version)
        if status.state == RolloutState.AWAITING_APPROVAL and asked not in self._approved:
            # Otherwise it does not wait any more, or no worker answers: then at the next look.
            with suppress(TripInvoiceError, WorkflowUpdateFailedError):
                await rolling.approve(self._client, Scope.parse(status.scope), BY)
                self._approved.add(asked)

    async def _status(self, scope: Scope) -> RolloutStatus:
        handle = self._client.get_workflow_handle(rollout_workflow_id(str(scope)))
        return await handle.query(RolloutCandidate.status)

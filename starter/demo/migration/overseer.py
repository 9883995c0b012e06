"""Starts the rollouts, looks at them, and approves what waits for it: what a person does in a migration."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError

from starter.demo.migration.plans import SCOPES, plan
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.rollout import Scope
from workflows.messages import Approve, RolloutInput, RolloutResult, RolloutStatus
from workflows.policies import WORKFLOWS
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
        toggles = await asyncio.to_thread(self._rollouts.toggles)
        for scope in SCOPES:
            known = toggles.at(scope)
            await self._client.start_workflow(
                RolloutCandidate.run,
                RolloutInput(plan=plan(scope), by=BY, over=known.version if known else 0),
                id=rollout_workflow_id(str(scope)),
                task_queue=WORKFLOWS,
            )

    async def look(self) -> Sequence[RolloutStatus]:
        """Ask all of them; approve what waits. While no worker answers, what was seen last stands."""
        with suppress(RPCError):
            self.seen = await asyncio.gather(*(self._handle(scope).query(RolloutCandidate.status) for scope in SCOPES))
            for status in self.seen:
                await self._approve(status)
        return self.seen

    async def _approve(self, status: RolloutStatus) -> None:
        """Each stage once, as a person would."""
        asked = (status.scope, status.version)
        if status.state == RolloutState.AWAITING_APPROVAL and asked not in self._approved:
            with suppress(WorkflowUpdateFailedError):  # it does not wait any more
                await self._handle(Scope.parse(status.scope)).execute_update(RolloutCandidate.approve, Approve(by=BY))
            self._approved.add(asked)

    def _handle(self, scope: Scope) -> WorkflowHandle[RolloutCandidate, RolloutResult]:
        return self._client.get_workflow_handle_for(RolloutCandidate.run, rollout_workflow_id(str(scope)))

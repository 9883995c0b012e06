"""Rollouts as an operator sees them: what is stored, and how far the plan's workflow is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import Rollout, Scope, Toggles
from workflows import search_attributes as sa
from workflows.messages import RolloutStatus
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id

PATIENCE = 3.0  # seconds for a query: a worker that is up answers in milliseconds


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A plan's workflow: ``status`` is Temporal's word, ``state`` ours; ``told`` is ``None`` when no worker answers."""

    workflow_id: str
    status: str
    state: str | None
    started_at: datetime
    told: RolloutStatus | None


@dataclass(frozen=True, kw_only=True)
class RolloutView:
    """A scope's rollout: ``stored`` decides about traffic, ``watch`` is the latest plan's workflow."""

    scope: Scope
    stored: Rollout | None
    watch: Watch | None

    @property
    def watched(self) -> bool:
        """Whether a plan is under way."""
        return self.watch is not None and self.watch.status == "Running"


async def views(client: Client, toggles: Toggles, only: Scope | None) -> Sequence[RolloutView]:
    """All rollouts that are stored or under way, by scope; or only this one's."""
    stored = {rollout.scope: rollout for rollout in toggles.rollouts}
    scopes = {only} if only is not None else {*stored, *await _under_way(client)}
    ordered = sorted(scopes)
    watches = await asyncio.gather(*(_watch(client, scope) for scope in ordered))
    found = [
        RolloutView(scope=scope, stored=stored.get(scope), watch=watch)
        for scope, watch in zip(ordered, watches, strict=True)
    ]
    return [one for one in found if one.stored is not None or one.watch is not None]


def stored_views(toggles: Toggles, only: Scope | None) -> Sequence[RolloutView]:
    """As far as they are known without Temporal."""
    rollouts = sorted(toggles.rollouts, key=lambda rollout: rollout.scope)
    return [
        RolloutView(scope=one.scope, stored=one, watch=None) for one in rollouts if only is None or one.scope == only
    ]


async def _under_way(client: Client) -> set[Scope]:
    """The scopes of plans that run; some are not stored yet."""
    query = "WorkflowType = 'RolloutCandidate' AND ExecutionStatus = 'Running'"
    scopes = set()
    async for execution in client.list_workflows(query, limit=1_000):
        try:
            scopes.add(Scope.parse(execution.id.removeprefix("rollout/")))
        except ConfigurationError:
            continue  # somebody's test under another id
    return scopes


async def _watch(client: Client, scope: Scope) -> Watch | None:
    handle = client.get_workflow_handle(rollout_workflow_id(str(scope)))
    try:
        described = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
            return None
        raise
    try:
        async with asyncio.timeout(PATIENCE):
            told = await handle.query(RolloutCandidate.status)
    except (TimeoutError, RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
        told = None
    return Watch(
        workflow_id=described.id,
        status=described.status.name.title().replace("_", "") if described.status else "Unknown",
        state=described.typed_search_attributes.get(sa.ROLLOUT_STATE),
        started_at=described.start_time,
        told=told,
    )

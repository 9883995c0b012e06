"""Doing again what was done: documents from their evidence, and histories with the code at hand."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, WorkflowFailureError, WorkflowHistory
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from starter.plugin import tripinvoice_plugin
from starter.waiting import waiting_for
from tripinvoice.errors import ConflictError, NotFoundError, TripInvoiceError
from workflows import policies
from workflows.messages import RegenerateInput, RegenerateResult
from workflows.regenerate import RegenerateInvoice
from workflows.registry import WORKFLOWS

LATER = Priority(priority_key=5)  # after every live trip


async def regenerate(client: Client, trip_id: str, patience: timedelta) -> RegenerateResult:
    """Have the trip's documents made again and compared. A second call joins the one under way.

    Raises ``NotFoundError`` when nothing is issued for the trip.
    """
    workflow_id = f"regenerate/{trip_id}"
    handle = await client.start_workflow(
        RegenerateInvoice.run,
        RegenerateInput(trip_id=trip_id),
        id=workflow_id,
        task_queue=policies.WORKFLOWS,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"make the documents of {trip_id} again"[:200],
        priority=LATER,
    )
    try:
        async with waiting_for(workflow_id, patience):
            return await handle.result()
    except WorkflowFailureError as error:
        raise _explained(workflow_id, error) from error


def _explained(workflow_id: str, error: WorkflowFailureError) -> TripInvoiceError:
    cause = error.cause.cause if isinstance(error.cause, ActivityError) else error.cause
    if not isinstance(cause, ApplicationError):
        return ConflictError(f"{workflow_id}: ended without an answer; see it with `temporal workflow show`")
    kind = NotFoundError if cause.type == "NotFoundError" else ConflictError
    return kind(cause.message)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One history, replayed; ``failure`` is what the code at hand does differently."""

    workflow_id: str
    run_id: str
    events: int
    failure: str | None


async def replay(histories: AsyncIterator[WorkflowHistory]) -> list[Replayed]:
    """Replay histories with the workflows of this installation, one after the other."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[tripinvoice_plugin()])
    results = []
    async for history in histories:
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        failure = result.replay_failure
        results.append(
            Replayed(
                workflow_id=history.workflow_id,
                run_id=history.run_id,
                events=len(history.events),
                failure=f"{type(failure).__name__}: {failure}" if failure else None,
            )
        )
    return results


async def histories_of(client: Client, workflow_ids: Iterable[str]) -> AsyncIterator[WorkflowHistory]:
    """The histories of these workflows' latest runs. Raises ``NotFoundError``."""
    for workflow_id in workflow_ids:
        try:
            yield await client.get_workflow_handle(workflow_id).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise NotFoundError(f"{workflow_id}: Temporal has no such workflow, or its retention has ended") from None


async def histories_by(client: Client, query: str, limit: int) -> AsyncIterator[WorkflowHistory]:
    """The histories that a list filter finds."""
    async for history in client.list_workflows(query, limit=limit).map_histories():
        yield history

"""What an operator does to a parked invoice: corrects its trip or its answers, resumes it, voids it, or resets it."""

import asyncio
import uuid
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import get_args, get_type_hints

from temporalio.api.common.v1 import WorkflowExecution as ExecutionRef
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from starter.client import invoice_workflow_id
from starter.lookup import WorkflowView, latest
from tripinvoice.answers import Provides, read_answer
from tripinvoice.errors import (
    ConflictError,
    InvalidAnswerError,
    InvalidTripError,
    NotFoundError,
    SystemUnavailableError,
)
from tripinvoice.money_systems import Answer
from tripinvoice.ports import Clock, MoneySystems
from tripinvoice.strict_json import read_object
from tripinvoice.trip import Place, Trip
from workflows.messages import Resume, TripInvoiceInput, TripInvoiceResult, Void
from workflows.trip_invoice import TripInvoice

MAX_ANSWER = 1024 * 1024  # bytes of a corrected answer
PATIENCE = timedelta(seconds=15)  # a worker that is up takes an update in milliseconds

OF_A_TRIP = "invoice/"
"""How the ids of workflows begin that make the invoice of a trip."""

Handle = WorkflowHandle[TripInvoice, TripInvoiceResult]


def workflow_id_of(trip_id: str, revision: int) -> str:
    """That of the trip, or what is such an id already: ``credit/trip-4711``."""
    return trip_id if "/" in trip_id else invoice_workflow_id(trip_id, revision)


async def running_invoice(client: Client, trip_id: str, revision: int) -> Handle:
    """The trip's workflow, or the one of this id, which must not have ended.

    All that issue documents take the same updates. Raises ``NotFoundError`` or ``ConflictError``.
    """
    workflow_id = workflow_id_of(trip_id, revision)
    found = await latest(client, workflow_id)
    if found is None:
        raise NotFoundError(
            "trip: no workflow has this trip and revision; `tripinvoice parked` lists those that wait", field="trip_id"
        )
    if found.status != "Running":
        raise ConflictError(
            f"{workflow_id}: has ended ({found.state or found.status}); only one that waits can be changed"
        )
    return client.get_workflow_handle_for(TripInvoice.run, workflow_id=workflow_id)


async def resume(handle: Handle, request: Resume) -> str:
    """Have it go on; returns what the workflow says."""
    return await patiently(handle.execute_update(TripInvoice.resume, request))


async def request(handle: Handle) -> str:
    """Have it made for its customer; returns what the workflow says."""
    return await patiently(handle.execute_update(TripInvoice.request))


async def void(handle: Handle, request: Void) -> str:
    """End it without a document; returns what the workflow says."""
    return await patiently(handle.execute_update(TripInvoice.void, request))


async def patiently(update: Awaitable[object], look: str = "tripinvoice show") -> str:
    """What a workflow says to an update. Raises ``SystemUnavailableError`` when no worker takes it in time.

    ``look`` is the command that shows whether one took it later.
    """
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return str(await update)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise SystemUnavailableError(
            f"no worker took the update within {PATIENCE.total_seconds():.0f} s: start one with `tripinvoice worker`, "
            f"then look with `{look}` before you try again"
        ) from None


# --- a corrected trip ----------------------------------------------------------------------------------------------


async def current_trip(client: Client, handle: Handle) -> Trip:
    """The trip that the workflow works with: its input, or the last correction that a ``resume`` brought."""
    if not handle.id.startswith(OF_A_TRIP):
        raise InvalidTripError("only the invoice of a trip can be corrected: leave out --set")
    trip: Trip | None = None
    async for event in handle.fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            trip = (await client.data_converter.decode(payloads, [TripInvoiceInput]))[0].trip
        elif event.HasField("workflow_execution_update_accepted_event_attributes"):
            request = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
            if request.name == "resume":
                trip = (await client.data_converter.decode(request.args.payloads, [Resume]))[0].trip or trip
    if trip is None:
        raise NotFoundError("trip: the workflow's history has no input", field="trip_id")
    return trip


def read_changes(settings: Sequence[str]) -> dict[str, object]:
    """``pickup.country=DE`` as a field and a value of the field's kind; an empty value takes the field away.

    Raises ``InvalidTripError`` for what is no such setting.
    """
    changes: dict[str, object] = {}
    for number, setting in enumerate(settings, 1):
        field, equals, text = setting.partition("=")
        if not equals or not field:
            raise InvalidTripError(
                f"--set number {number}: expected FIELD=VALUE such as pickup.country=DE", field="corrections"
            )
        changes[field] = _typed(field, text) if text else None
    return changes


def _typed(field: str, text: str) -> object:
    """Whole numbers and truths where the trip has them; everything else is text, also a code made of digits."""
    kinds = _kinds(field)
    if bool in kinds and text in {"true", "false"}:
        return text == "true"
    if int in kinds and text.removeprefix("-").isdecimal():
        return int(text)
    return text


def _kinds(field: str) -> set[type]:
    parent, dot, leaf = field.rpartition(".")
    hint = get_type_hints(Place if dot and parent else Trip).get(leaf)
    return set(get_args(hint)) or {hint} if hint is not None else set()


# --- corrected answers ---------------------------------------------------------------------------------------------


def read_answers(
    files: Mapping[str, bytes], systems: MoneySystems, clock: Clock, *, only: Provides | None = None
) -> dict[str, Answer]:
    """Check each file as an answer of the system it is for; ``only`` those that provide this may be given.

    Raises ``InvalidAnswerError``.
    """
    provides = {system.name: system.provides for system in systems.table()}
    answers = {}
    for system, content in files.items():
        if system not in provides:
            raise InvalidAnswerError(
                f"--answer: no system of this name; the table has {', '.join(sorted(provides))}", field="corrections"
            )
        if only not in {None, provides[system]}:
            raise InvalidAnswerError(
                f"{system}: this is made of documents that are issued, or of drafts; only an answer of a system that "
                f"provides '{only}' may be newer",
                field=system,
            )
        if len(content) > MAX_ANSWER:
            raise InvalidAnswerError(f"{system}: {len(content)} bytes; send at most {MAX_ANSWER}", field=system)
        body = read_object(content, system, InvalidAnswerError)
        read_answer(system, provides[system], body)
        answers[system] = Answer(system=system, provides=provides[system], body=body, fetched_at=clock.now())
    return answers


# --- reset ---------------------------------------------------------------------------------------------------------


async def failed_step_event(client: Client, workflow_id: str) -> int:
    """The workflow task after which the last failed activity was scheduled: where a reset does it again.

    Resetting to the last workflow task would not help: the failure would already be in the history then.
    Raises ``NotFoundError`` when no activity failed.
    """
    decided: dict[int, int] = {}
    found: int | None = None
    async for event in client.get_workflow_handle(workflow_id).fetch_history_events():
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            decided[event.event_id] = scheduled.workflow_task_completed_event_id
        for kind in ("activity_task_failed_event_attributes", "activity_task_timed_out_event_attributes"):
            if event.HasField(kind):
                found = decided[getattr(event, kind).scheduled_event_id]
    if found is None:
        raise NotFoundError("trip: no step of its workflow failed; add --from-start to do everything again")
    return found


async def first_task_event(client: Client, workflow_id: str) -> int:
    """The first completed workflow task: a reset there does every step again. Raises ``NotFoundError``."""
    async for event in client.get_workflow_handle(workflow_id).fetch_history_events():
        if event.HasField("workflow_task_completed_event_attributes"):
            return event.event_id
    raise NotFoundError("trip: no worker has begun with its workflow yet; start one with `tripinvoice worker`")


async def reset(client: Client, one: WorkflowView, event_id: int, reason: str) -> str:
    """Begin a new run from that event of this run; returns its run id."""
    try:
        response = await client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=ExecutionRef(workflow_id=one.workflow_id, run_id=one.run_id),
                reason=reason,
                workflow_task_finish_event_id=event_id,
                request_id=str(uuid.uuid4()),
            )
        )
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise ConflictError(f"{one.workflow_id}: Temporal cannot reset there ({error.message})") from None
        raise
    return response.run_id

"""Questions about invoices that need both sides: the record store and Temporal."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution as ExecutionRef
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecution
from temporalio.exceptions import ActivityError
from temporalio.service import RPCError, RPCStatusCode

from starter.client import credit_workflow_id, invoice_workflow_id
from tripinvoice import archive
from tripinvoice.invoice import Invoice
from tripinvoice.ports import DocumentStore, InvoiceRecord, InvoiceRecords
from workflows import search_attributes as sa
from workflows.failures import read_failure
from workflows.messages import Failure
from workflows.search_attributes import InvoiceState

OF_TRIPS = "WorkflowType IN ('TripInvoice', 'CreditTrip')"
"""The workflows that issue a trip's documents, as a list filter."""

NEWEST_EVENTS = 50  # a parked history ends within a handful of events after the failure
AT_ONCE = 8  # requests to Temporal


@dataclass(frozen=True, kw_only=True)
class WorkflowView:
    """One invoice workflow as its list entry tells it: ``status`` is Temporal's word, ``state`` ours."""

    trip_id: str
    workflow_id: str
    run_id: str
    status: str
    state: str | None
    failed_step: str | None
    country: str | None
    line_of_business: str | None
    numbers: tuple[str, ...]
    started_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why an invoice is parked, and since when."""

    failure: Failure
    since: datetime


def quoted(value: str) -> str:
    """A string literal of Temporal's list filters; whatever it holds stays inside."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def view(execution: WorkflowExecution) -> WorkflowView:
    """What a list entry or description says about an invoice."""
    attributes = execution.typed_search_attributes
    return WorkflowView(
        trip_id=attributes.get(sa.TRIP_ID) or execution.id.removeprefix("invoice/"),
        workflow_id=execution.id,
        run_id=execution.run_id,
        status=execution.status.name.title().replace("_", "") if execution.status else "Unknown",
        state=attributes.get(sa.INVOICE_STATE),
        failed_step=attributes.get(sa.FAILED_STEP),
        country=attributes.get(sa.COUNTRY),
        line_of_business=attributes.get(sa.LINE_OF_BUSINESS),
        numbers=tuple(attributes.get(sa.INVOICE_NUMBER) or ()),
        started_at=execution.start_time,
        closed_at=execution.close_time,
    )


async def workflows_of(client: Client, trip_id: str) -> list[WorkflowView]:
    """The trip's workflows: one per revision, and that of its credit notes, each by its latest run.

    Later revisions are found by search attribute, which is a moment behind; the others are asked for directly.
    """
    ids = {invoice_workflow_id(trip_id), credit_workflow_id(trip_id)}
    query = f"{OF_TRIPS} AND TripId = {quoted(trip_id)}"
    ids |= {execution.id async for execution in client.list_workflows(query, limit=100)}
    found = [await latest(client, workflow_id) for workflow_id in sorted(ids)]
    return [one for one in found if one is not None]


async def latest(client: Client, workflow_id: str) -> WorkflowView | None:
    """The latest run under this id, or ``None``: nobody started it, or its retention has ended."""
    try:
        return view(await client.get_workflow_handle(workflow_id).describe())
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
            return None
        raise


async def parked(client: Client, *, country: str | None, limit: int) -> list[tuple[WorkflowView, Why | None]]:
    """The invoices that wait for an operator, oldest trip first, each with its reason."""
    query = f"ExecutionStatus = 'Running' AND InvoiceState = '{InvoiceState.PARKED}'"
    if country:
        query += f" AND Country = {quoted(country)}"
    views = [view(execution) async for execution in client.list_workflows(query, limit=limit)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def why(one: WorkflowView) -> Why | None:
        async with gate:
            return await why_parked(client, one)

    pairs = zip(views, await asyncio.gather(*map(why, views)), strict=True)
    return sorted(pairs, key=lambda pair: pair[1].since if pair[1] else pair[0].started_at)


async def why_parked(client: Client, one: WorkflowView) -> Why | None:
    """The last failure in its history: read from the server, so that it needs no worker."""
    response = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=ExecutionRef(workflow_id=one.workflow_id, run_id=one.run_id),
            maximum_page_size=NEWEST_EVENTS,
        )
    )
    for event in response.history.events:
        if (error := await _activity_error(client, event)) is not None:
            return Why(
                failure=read_failure(one.failed_step or "", error), since=event.event_time.ToDatetime(tzinfo=UTC)
            )
    return None


async def _activity_error(client: Client, event: HistoryEvent) -> ActivityError | None:
    """The error as the workflow saw it, if this event is the end of a failed activity."""
    for kind in ("activity_task_failed_event_attributes", "activity_task_timed_out_event_attributes"):
        if event.HasField(kind):
            attributes = getattr(event, kind)
            error = ActivityError(
                "",
                scheduled_event_id=attributes.scheduled_event_id,
                started_event_id=attributes.started_event_id,
                identity="",
                activity_type="",
                activity_id="",
                retry_state=None,
            )
            error.__cause__ = await client.data_converter.decode_failure(attributes.failure)
            return error
    return None


def find_records(records: InvoiceRecords, trip_or_number: str) -> Sequence[InvoiceRecord]:
    """The document with this number, or else all documents of this trip."""
    record = records.by_number(trip_or_number)
    return records.by_trip(trip_or_number) if record is None else [record]


def find_printed(
    records: InvoiceRecords, documents: DocumentStore, printed: str, issued: date
) -> Sequence[InvoiceRecord]:
    """The documents of this date of issue that show this number: several, where each supplier has numbers of his own.

    No index has printed numbers, so the records of the day are read; of those only whose count is the number's end are
    opened. The date is the supplier's and records are kept by UTC's, so the days beside it are read too.
    """
    count = re.search(r"[0-9]+$", printed)
    if count is None:
        return []
    days = (issued + timedelta(days=shift) for shift in (-1, 0, 1))
    ending = f"-{int(count[0]):06d}"
    likely = (record for day in days for record in records.by_day(day) if record.number.endswith(ending))
    return [record for record in likely if _shows(stored_invoice(documents, record), printed, issued)]


def _shows(invoice: Invoice | None, printed: str, issued: date) -> bool:
    return invoice is not None and (invoice.number, invoice.issue_date) == (printed, issued)


def stored_invoice(documents: DocumentStore, record: InvoiceRecord) -> Invoice | None:
    """The invoice as it was issued; ``None`` for a void. It holds personal data: for the operator's screen only."""
    if record.invoice is None:
        return None
    return archive.recall(record.invoice, documents, Invoice)

"""Has a trip credited, and says what is taken back and what is left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.messages import CreditInput
from starter.client import LIVE, credit_workflow_id, start_trip_invoice
from starter.lookup import latest, why_parked
from starter.waiting import waiting_for
from tripinvoice import archive
from tripinvoice.consolidate import Month, is_monthly
from tripinvoice.credit.books import Book, Issued, books
from tripinvoice.errors import ConflictError, CreditError
from tripinvoice.invoice import DocumentKey
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, InvoiceRecord, InvoiceRecords, MonthlyCollection
from tripinvoice.trip import Trip
from workflows import policies
from workflows import search_attributes as sa
from workflows.credit_trip import CreditTrip
from workflows.messages import CreditResult
from workflows.search_attributes import InvoiceState

_LOOK_EVERY = 1.0  # seconds: whether it is parked, which nobody tells

Handle = WorkflowHandle[Any, CreditResult]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a request has come to: its credit notes, and the books of the trip. ``again``: it was asked for before."""

    again: bool
    notes: frozenset[DocumentKey]
    books: tuple[Book, ...]


async def credit(
    client: Client, records: InvoiceRecords, documents: DocumentStore, request: CreditInput, patience: timedelta
) -> Taken:
    """Have the credit notes made, or found. The same request joins the one under way.

    Raises ``CreditError`` for what cannot be taken back, ``ConflictError`` when another request of this trip is under
    way or this one is parked, ``SystemUnavailableError`` when it takes too long.
    """
    of_trip = await asyncio.to_thread(records.by_trip, request.trip_id)
    handle = await _start(client, request, of_trip)
    result = await _outcome(client, handle, patience)
    if result.refusal is not None:
        raise CreditError(result.refusal.reason, field=result.refusal.field)
    if result.state != InvoiceState.ISSUED:
        raise ConflictError(f"{handle.id}: ended as {result.state}; see it with `temporal workflow show`")
    after = await asyncio.to_thread(records.by_trip, request.trip_id)
    return Taken(
        again=result.again,
        notes=frozenset(one.document for one in result.documents),
        books=await asyncio.to_thread(books, after, documents),
    )


async def _start(client: Client, request: CreditInput, of_trip: Sequence[InvoiceRecord]) -> Handle:
    """Start it, or join it if it is under way with this very request."""
    attributes = [
        SearchAttributePair(sa.TRIP_ID, request.trip_id),
        SearchAttributePair(sa.INVOICE_STATE, InvoiceState.RUNNING),
    ]
    if of_trip:
        attributes.append(SearchAttributePair(sa.COUNTRY, of_trip[0].country))
        attributes.append(SearchAttributePair(sa.LINE_OF_BUSINESS, of_trip[0].line_of_business))
    try:
        return await client.start_workflow(
            CreditTrip.run,
            request,
            id=credit_workflow_id(request.trip_id),
            task_queue=policies.WORKFLOWS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=TypedSearchAttributes(attributes),
            static_summary=f"credit {request.trip_id}"[:200],
            priority=LIVE,
        )
    except WorkflowAlreadyStartedError as running:
        handle = client.get_workflow_handle_for(CreditTrip.run, running.workflow_id, run_id=running.run_id)
        if await _request_of(client, handle) != request:
            raise ConflictError(
                f"{running.workflow_id}: another credit of this trip is under way; wait until it has ended "
                "(`tripinvoice show`), then ask again"
            ) from None
        return handle


async def _request_of(client: Client, handle: Handle) -> CreditInput | None:
    """What a workflow was started with."""
    async for event in handle.fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            request: CreditInput = (await client.data_converter.decode(payloads, [CreditInput]))[0]
            return request
    return None


async def _outcome(client: Client, handle: Handle, patience: timedelta) -> CreditResult:
    """Its result; looks meanwhile whether a person must help."""
    waiting = asyncio.ensure_future(handle.result())
    try:
        async with waiting_for(handle.id, patience):
            while not (await asyncio.wait([waiting], timeout=_LOOK_EVERY))[0]:
                await _check_not_parked(client, handle)
            return waiting.result()
    except WorkflowFailureError:
        raise ConflictError(f"{handle.id}: ended without an answer; see it with `temporal workflow show`") from None
    finally:
        waiting.cancel()


async def _check_not_parked(client: Client, handle: Handle) -> None:
    found = await latest(client, handle.id)
    if found is None or found.state != InvoiceState.PARKED:
        return
    why = await why_parked(client, found)
    reason = f"at {why.failure.step}: {why.failure.reason}" if why else ""
    raise ConflictError(
        f"{handle.id}: parked {reason}; go on with `tripinvoice resume {handle.id}`, or end it with "
        f"`tripinvoice void {handle.id}`"
    )


async def reissue(
    client: Client, documents: DocumentStore, collection: MonthlyCollection, taken: Taken
) -> tuple[Trip, ...]:
    """Have the trips invoiced anew whose documents were taken back: one, or all of a month's document.

    Doing it twice is doing it once. Raises ``ConflictError`` when something of a document is left.
    """
    credited = [book for book in taken.books if any(note.record.document in taken.notes for note in book.notes)]
    revisions = {book.original.record.document.revision for book in credited}
    if not all(book.left.nothing for book in taken.books if book.original.record.document.revision in revisions):
        raise ConflictError("--reissue: a document of the trip is not taken back in full; credit all of it first")
    trips = {
        (trip.trip_id, trip.revision): trip
        for book in credited
        for trip in await asyncio.to_thread(_trips_of, book.original, documents, collection)
    }
    anew = tuple(replace(trip, revision=trip.revision + 1) for trip in trips.values())
    for trip in anew:
        await start_trip_invoice(client, trip)
    return anew


def _trips_of(issued: Issued, documents: DocumentStore, collection: MonthlyCollection) -> list[Trip]:
    """The trip that a document is of; of a monthly one, those whose drafts it was made of."""
    evidence = issued.record.sources
    if evidence is None:
        raise ConflictError(f"--reissue: {issued.record.number} has no evidence that says of which trip it is")
    if not is_monthly(issued.record.document, issued.record.account):
        return [archive.recall(evidence, documents, Sources).trip]
    keys = [draft.key for draft in archive.recall(evidence, documents, Month).drafts]
    collected = {one.document: one for key in keys for one in collection.of_trip(key.trip_id)}
    sources = (collected[key].sources for key in keys)
    return [archive.recall(ref, documents, Sources).trip for ref in sources if ref is not None]

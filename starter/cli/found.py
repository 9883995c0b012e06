"""What the looking commands ask, of the record store and of Temporal together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starter.cli.failures import CommandError
from starter.cli.session import temporal
from starter.lookup import (
    Why,
    WorkflowView,
    find_printed,
    find_records,
    parked,
    stored_invoice,
    why_parked,
    workflows_of,
)
from starter.overview import Overview, overview
from tripinvoice.credit import Remaining, remaining
from tripinvoice.errors import NotFoundError, StoreUnavailableError
from tripinvoice.invoice import Invoice
from tripinvoice.ports import InvoiceRecord
from tripinvoice.settings import read_settings
from tripinvoice.wiring import Wiring
from workflows.search_attributes import InvoiceState


@dataclass(frozen=True, kw_only=True)
class FoundDocument:
    """A record, the invoice as it was issued (``None`` for a void) and where its PDF is.

    ``notes`` are the credit notes that take back something of it, void ones apart.
    """

    record: InvoiceRecord
    invoice: Invoice | None
    pdf: str | None
    notes: Sequence[Invoice] = ()

    @property
    def left(self) -> Remaining | None:
        """What is not taken back of a document that was issued."""
        return remaining(self.invoice, self.notes) if self.invoice and not self.record.corrects else None


@dataclass(frozen=True, kw_only=True)
class Found:
    """All about a trip, or about every trip with a document of that printed number.

    ``trouble`` says why Temporal could not be asked.
    """

    trip_id: str
    documents: Sequence[FoundDocument]
    workflows: Sequence[tuple[WorkflowView, Why | None]]
    trouble: str | None = None


async def find(trip_or_number: str, issued: date | None = None) -> Found:
    """Ask both sides. Raises ``NotFoundError`` when neither knows it.

    With a date of issue, ``trip_or_number`` is what the document shows as its number.
    """
    async with Wiring(read_settings()) as wiring:
        records = await asyncio.to_thread(_records, wiring, trip_or_number, issued)
        documents = await asyncio.to_thread(_documents, wiring, records)
    trips = list(dict.fromkeys(record.document.trip_id for record in records)) or [trip_or_number]
    try:
        workflows, trouble = [one for trip_id in trips for one in await _workflows(trip_id)], None
    except (CommandError, StoreUnavailableError) as error:
        if not documents:
            raise
        workflows, trouble = [], error.message
    if not documents and not workflows:
        raise unknown()
    return Found(trip_id=trips[0], documents=documents, workflows=workflows, trouble=trouble)


def _records(wiring: Wiring, trip_or_number: str, issued: date | None) -> Sequence[InvoiceRecord]:
    if issued is None:
        return find_records(wiring.records, trip_or_number)
    return find_printed(wiring.records, wiring.documents, trip_or_number, issued)


def unknown() -> NotFoundError:
    """Neither side knows it."""
    return NotFoundError(
        "trip or number: neither the record store nor Temporal knows it; check TRIPINVOICE_STORE, TRIPINVOICE_DATA and "
        "TEMPORAL_NAMESPACE"
    )


def _documents(wiring: Wiring, records: Sequence[InvoiceRecord]) -> list[FoundDocument]:
    """Each with its credit notes, which follow it if they are shown too."""
    trips = dict.fromkeys(record.document.trip_id for record in records)
    known = [record for trip_id in trips for record in wiring.records.by_trip(trip_id)]
    invoices = {record.document: stored_invoice(wiring.documents, record) for record in known}

    def document(record: InvoiceRecord) -> FoundDocument:
        notes = (invoices[other.document] for other in known if other.corrects == record.document)
        return FoundDocument(
            record=record,
            invoice=invoices[record.document],
            pdf=wiring.documents.location(record.pdf) if record.pdf else None,
            notes=[note for note in notes if note is not None],
        )

    return [document(record) for record in sorted(records, key=_beside_its_invoice)]


def _beside_its_invoice(record: InvoiceRecord) -> tuple[str, str, int, int]:
    about = record.corrects or record.document
    return about.trip_id, about.contract, about.revision, record.document.revision if record.corrects else 0


async def _workflows(trip_id: str) -> list[tuple[WorkflowView, Why | None]]:
    client = await temporal()
    views = await workflows_of(client, trip_id)
    return [(one, await why_parked(client, one) if one.state == InvoiceState.PARKED else None) for one in views]


@dataclass(frozen=True, kw_only=True)
class StoredPdf:
    """Where a document's PDF is; ``link`` is a secret, and ``None`` when it is a file of this machine."""

    number: str
    location: str
    link: str | None


async def stored_pdfs(trip_or_number: str, valid: timedelta) -> list[StoredPdf]:
    """Each PDF, with a link that is valid so long. Raises ``NotFoundError`` when there is none."""
    async with Wiring(read_settings()) as wiring:
        records = await asyncio.to_thread(find_records, wiring.records, trip_or_number)
        documents = wiring.documents
        found = [
            StoredPdf(
                number=record.number,
                location=documents.location(record.pdf),
                link=await asyncio.to_thread(documents.link, record.pdf, f"{record.number}.pdf", valid),
            )
            for record in records
            if record.pdf
        ]
    if not found:
        raise _not_issued()
    return found


async def stored_invoices(trip_or_number: str) -> list[Invoice]:
    """Each invoice as it was issued. Raises ``NotFoundError`` when there is none."""
    async with Wiring(read_settings()) as wiring:
        records = await asyncio.to_thread(find_records, wiring.records, trip_or_number)
        read = [await asyncio.to_thread(stored_invoice, wiring.documents, record) for record in records]
    found = [invoice for invoice in read if invoice is not None]
    if not found:
        raise _not_issued()
    return found


def _not_issued() -> NotFoundError:
    return NotFoundError("trip or number: no issued document; `tripinvoice show` says how far its invoice is")


async def count() -> Overview:
    """Counts of both sides."""
    client = await temporal()
    async with Wiring(read_settings()) as wiring:
        return await overview(client, wiring.records, wiring.ledger)


async def list_parked(country: str | None, limit: int) -> list[dict[str, object]]:
    """The parked invoices as plain values."""
    client = await temporal()
    return [parked_plain(one, why) for one, why in await parked(client, country=country, limit=limit)]


def parked_plain(one: WorkflowView, why: Why | None) -> dict[str, object]:
    """A parked invoice for a table or for JSON."""
    return {
        "trip_id": one.trip_id,
        "workflow_id": one.workflow_id,
        "country": one.country,
        "line_of_business": one.line_of_business,
        "step": one.failed_step,
        "code": why.failure.code if why else None,
        "field": why.failure.field if why else None,
        "reason": why.failure.reason if why else None,
        "since": why.since if why else None,
        "numbers": list(one.numbers),
    }

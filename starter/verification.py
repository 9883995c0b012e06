"""Making issued documents again, here, and comparing bytes: what is archived is what law and code make of the evidence.

A document is made from its archived evidence by the regime, or of a credit note by what is left of its invoice; it is
numbered as the ledger says, and rendered. What has no evidence of its own (a month's invoice) is numbered and rendered
again from its archived draft. Nothing is written.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from tripinvoice import archive, canonical
from tripinvoice.assemble import assemble, finish
from tripinvoice.consolidate import Month
from tripinvoice.credit import Order, credit
from tripinvoice.errors import ConflictError, TripInvoiceError
from tripinvoice.invoice import Invoice, Invoicing, Kind
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import ISSUED, DocumentStore, InvoiceRecord, InvoiceRecords, NumberLedger, Renderer


@dataclass(frozen=True, kw_only=True)
class Verified:
    """One document: ``difference`` is what is not as it was issued, ``None`` when all bytes are the same."""

    record: InvoiceRecord
    difference: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Compares what is stored with what is made again."""

    records: InvoiceRecords
    ledger: NumberLedger
    documents: DocumentStore
    renderer: Renderer

    def of_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        """The issued documents of a trip."""
        return [record for record in self.records.by_trip(trip_id) if record.state == ISSUED]

    def everything(self) -> Iterator[InvoiceRecord]:
        """Every issued document, series by series, in the order of the numbers."""
        for series in self.ledger.audit():
            for entry in self.ledger.entries(series.series, series.period):
                if record := self._issued(entry):
                    yield record

    def sample(self, size: int, seed: int) -> list[InvoiceRecord]:
        """So many of them by chance (reservoir sampling); the same for the same seed and the same documents."""
        chance = random.Random(seed)  # noqa: S311 - a sample that can be drawn again, no secret
        kept: list[NumberTaken] = []
        seen = 0
        for series in self.ledger.audit():
            for entry in self.ledger.entries(series.series, series.period):
                if entry.void_reason is not None:
                    continue
                seen += 1
                if len(kept) < size:
                    kept.append(entry)
                elif (place := chance.randrange(seen)) < size:
                    kept[place] = entry
        return [record for entry in kept if (record := self._issued(entry))]

    def _issued(self, entry: NumberTaken) -> InvoiceRecord | None:
        """The record of a number; none while its document is on the way (the audit tells of those that stay so)."""
        of_trip = self.records.by_trip(entry.document.trip_id)
        return next((r for r in of_trip if r.document == entry.document and r.state == ISSUED), None)

    async def verify(self, records: Iterator[InvoiceRecord] | Sequence[InvoiceRecord]) -> AsyncIterator[Verified]:
        """Each of them, in their order, a few at a time."""
        waiting: list[asyncio.Task[Verified]] = []
        source = iter(records)
        while True:
            while len(waiting) < _AT_ONCE and (record := await asyncio.to_thread(next, source, None)) is not None:
                waiting.append(asyncio.create_task(self._verified(record)))
            if not waiting:
                return
            yield await waiting.pop(0)

    async def _verified(self, record: InvoiceRecord) -> Verified:
        try:
            return Verified(record=record, difference=await self._difference(record))
        except TripInvoiceError as error:
            return Verified(record=record, difference=error.message)

    async def _difference(self, record: InvoiceRecord) -> str | None:
        if record.invoice is None or record.pdf is None:
            return "the record of an issued document names no invoice or no PDF; see `tripinvoice audit`"
        invoice, again = await asyncio.to_thread(_invoices, record, self.ledger, self.documents)
        if difference := _content(invoice, again):
            return difference
        rendition = await self.renderer.render(again)
        if rendition.content == await asyncio.to_thread(self.documents.get, record.pdf):
            return None
        if (record.template_version, record.environment) == (rendition.template_version, rendition.environment):
            return "the PDF has other bytes, though templates and libraries are the same"
        changed = "templates" if record.template_version != rendition.template_version else "libraries or fonts"
        return f"the PDF has other bytes: {changed} are not those it was issued with"


def content_difference(record: InvoiceRecord, ledger: NumberLedger, documents: DocumentStore) -> str | None:
    """What today's code makes otherwise of a document's evidence than what is archived, without printing it again."""
    try:
        return _content(*_invoices(record, ledger, documents))
    except TripInvoiceError as error:
        return error.message


def _invoices(record: InvoiceRecord, ledger: NumberLedger, documents: DocumentStore) -> tuple[Invoice, Invoice]:
    """As archived, and as made again."""
    if record.invoice is None or (taken := ledger.find(record.document)) is None:
        raise ConflictError("no number in the ledger; see `tripinvoice audit`")
    invoice = archive.recall(record.invoice, documents, Invoice)
    if record.sources is None:
        return invoice, finish(invoice.draft, taken)
    if record.document.kind is Kind.CREDIT_NOTE:
        return invoice, finish(credit(archive.recall(record.sources, documents, Order)), taken)
    if invoice.draft.invoicing is Invoicing.MONTHLY:
        return invoice, finish(archive.recall(record.sources, documents, Month).document(), taken)
    drafts = assemble(archive.recall(record.sources, documents, Sources))
    draft = next((draft for draft in drafts if draft.key == record.document), None)
    if draft is None:
        raise ConflictError("today's regime makes no such document of the evidence")
    return invoice, finish(draft, taken)


def _content(invoice: Invoice, again: Invoice) -> str | None:
    if canonical.dump(again) == canonical.dump(invoice):
        return None
    return f"today's code makes another invoice of the evidence: {', '.join(_differing(invoice, again))}"


_AT_ONCE = 16


def _differing(one: Invoice, other: Invoice) -> list[str]:
    """The names of the fields that differ, without their values."""
    fields = [name for name in ("number", "issued_at", "codes") if getattr(one, name) != getattr(other, name)]
    return [*fields, *(name for name in vars(one.draft) if getattr(one.draft, name) != getattr(other.draft, name))]

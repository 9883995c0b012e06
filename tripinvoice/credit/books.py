"""What was issued on a trip: each document with the credit notes that take it back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tripinvoice import archive
from tripinvoice.credit.left import Remaining, remaining
from tripinvoice.credit.note import Order
from tripinvoice.invoice import Contract, DocumentKey, Invoice, Kind
from tripinvoice.ports import ISSUED, DocumentStore, InvoiceRecord, Shelf


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document as it was issued, with its record and the shelf where it lies."""

    record: InvoiceRecord
    invoice: Invoice
    shelf: Shelf


@dataclass(frozen=True, kw_only=True)
class Book:
    """An issued document and its credit notes, in the order in which they were made."""

    original: Issued
    notes: tuple[Issued, ...]

    @property
    def left(self) -> Remaining:
        """What of it is not taken back."""
        return remaining(self.original.invoice, [note.invoice for note in self.notes])


def books(records: Sequence[InvoiceRecord], documents: DocumentStore) -> tuple[Book, ...]:
    """A book for each issued document among the records of a trip; what is void has none."""
    issued = list(_issued(records, documents))
    notes = sorted((one for one in issued if _is_note(one.record)), key=lambda one: one.record.document.revision)
    return tuple(
        Book(original=one, notes=tuple(note for note in notes if note.record.corrects == one.record.document))
        for one in issued
        if not _is_note(one.record)
    )


def meant(of_trip: Sequence[Book], contract: Contract | None = None, revision: int | None = None) -> tuple[Book, ...]:
    """The books that a credit is about, by contract and revision: those of which something is left.

    Of a trip only the latest revision has; of a month every one may. Where nothing is left, each contract's latest.
    """
    keyed = sorted(((book.original.record.document, book) for book in of_trip), key=lambda pair: _order(pair[0]))
    asked = [
        (key, book) for key, book in keyed if contract in {None, key.contract} and revision in {None, key.revision}
    ]
    latest = {key.contract: book for key, book in asked}
    return tuple(book for _, book in asked if not book.left.nothing) or tuple(latest.values())


def next_revision(records: Sequence[InvoiceRecord], contract: Contract) -> int:
    """Which credit note of the contract comes next; those whose number became void count."""
    made = [one.document.revision for one in records if _is_note(one) and one.document.contract is contract]
    return max(made, default=0) + 1


def order_of(note: Issued, documents: DocumentStore) -> Order | None:
    """The evidence that a credit note was made of."""
    return archive.recall(note.record.sources, documents, Order) if note.record.sources else None


def _issued(records: Sequence[InvoiceRecord], documents: DocumentStore) -> Iterator[Issued]:
    for record in records:
        if record.state == ISSUED and record.invoice is not None:
            invoice = archive.recall(record.invoice, documents, Invoice)
            yield Issued(record=record, invoice=invoice, shelf=record.invoice.shelf)


def _order(document: DocumentKey) -> tuple[str, int]:
    return document.contract, document.revision


def _is_note(record: InvoiceRecord) -> bool:
    return record.document.kind is Kind.CREDIT_NOTE

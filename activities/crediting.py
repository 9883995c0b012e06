"""credit: from what was issued on a trip to the drafts that take it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio import activity

from activities.invoicing import archived, warn_of_unverified
from activities.messages import Credited, CreditInput, DraftRef, Preprocessed, PreprocessInput
from activities.storage import issued_document
from tripinvoice import archive
from tripinvoice.credit import EVERYTHING, Order, credit, request_id
from tripinvoice.credit.books import Book, Issued, books, latest, next_revision, order_of
from tripinvoice.errors import CreditError
from tripinvoice.ports import DocumentStore, InvoiceRecord, InvoiceRecords, MonthlyCollection


@dataclass(frozen=True)
class CreditActivities:
    """Makes drafts of credit notes; runs on the store task queue."""

    records: InvoiceRecords
    documents: DocumentStore
    collection: MonthlyCollection

    @activity.defn(name="credit", no_thread_cancel_exception=True)
    def credit(self, request: CreditInput) -> Credited:
        """The drafts, archived with their evidence; or the credit notes that this request has made already.

        Raises ``CreditError`` for what cannot be taken back.
        """
        records = self.records.by_trip(request.trip_id)
        of_trip = books(records, self.documents)
        chosen = latest(of_trip, request.contract)
        if not chosen:
            raise self._nothing_issued(request, records)
        name = request.request or request_id(request.trip_id, request.contract, request.wish, request.reason)
        if done := [note for book in of_trip for note in book.notes if _asked_by(note) == name]:
            self._check_same(request, done)
            return Credited(request=name, issued=tuple(issued_document(note.record) for note in done))
        drafts = [self._drafted(book, _order(request, name, book, records)) for book in _to_credit(request, chosen)]
        return Credited(request=name, drafts=tuple(drafts))

    @activity.defn(name="credit_again", no_thread_cancel_exception=True)
    def credit_again(self, request: PreprocessInput) -> Preprocessed:
        """The draft that the archived evidence of a credit note makes today."""
        draft = credit(archive.recall(request.sources, self.documents, Order))
        return Preprocessed(drafts=(archived(draft, request.sources, request.sources.shelf, self.documents),))

    def _drafted(self, book: Book, order: Order) -> DraftRef:
        draft = credit(order)
        warn_of_unverified(draft)
        shelf = book.original.shelf
        return archived(draft, archive.keep(order, self.documents, shelf), shelf, self.documents)

    def _check_same(self, request: CreditInput, done: Sequence[Issued]) -> None:
        """Raise ``CreditError`` when the name of a request was used for another one."""
        orders = [order for note in done if (order := order_of(note, self.documents)) is not None]
        contracts = {note.record.document.contract for note in done}
        same = all((order.wish, order.reason) == (request.wish, request.reason) for order in orders)
        if not same or request.contract not in {None, *contracts}:
            raise CreditError(
                "request: a credit note with another wish or reason was made under this name; choose another one",
                field="request",
            )

    def _nothing_issued(self, request: CreditInput, records: Sequence[InvoiceRecord]) -> CreditError:
        if self.collection.of_trip(request.trip_id):
            return CreditError(
                "trip: it is on the invoice of its month, or will be; credit that, by the lines of this trip",
                field="trip_id",
            )
        if records and request.contract is None:
            return CreditError("trip: its numbers are void, so there is nothing to take back", field="trip_id")
        return CreditError("trip: no such document of it is issued; see `tripinvoice show`", field="trip_id")


def _to_credit(request: CreditInput, chosen: Sequence[Book]) -> Sequence[Book]:
    """All that has something left, or the one document that a part is wished of."""
    if request.wish == EVERYTHING and len(chosen) > 1:
        return [book for book in chosen if not book.left.nothing] or chosen
    if len(chosen) > 1:
        contracts = ", ".join(book.original.record.document.contract for book in chosen)
        raise CreditError(f"contract: a part of which document? Say one of {contracts}", field="contract")
    return chosen


def _order(request: CreditInput, name: str, book: Book, records: Sequence[InvoiceRecord]) -> Order:
    return Order(
        invoice=book.original.invoice,
        reason=request.reason,
        request=name,
        wish=request.wish,
        earlier=tuple(note.invoice for note in book.notes),
        revision=next_revision(records, book.original.record.document.contract),
    )


def _asked_by(note: Issued) -> str | None:
    correction = note.invoice.draft.correction
    return correction.request if correction else None

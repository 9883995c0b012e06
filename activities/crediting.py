"""credit: from what was issued on a trip to the drafts that take it back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from temporalio import activity

from activities.invoicing import archived, warn_of_unverified
from activities.messages import Credited, CreditInput, DraftRef, Preprocessed, PreprocessInput
from activities.registrations import Registrations
from activities.storage import issued_document
from tripinvoice import archive
from tripinvoice.credit import EVERYTHING, Order, credit, request_id
from tripinvoice.credit.books import Book, Issued, books, meant, next_revision, order_of
from tripinvoice.errors import CreditError
from tripinvoice.invoice import Contract, Kind
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
        chosen = meant(of_trip, request.contract, request.revision or None)
        if not chosen:
            raise self._nothing_issued(request, records)
        name = request.request or request_id(
            request.trip_id, request.contract, request.wish, request.reason, request.revision
        )
        if done := [note for book in of_trip for note in book.notes if _asked_by(note) == name]:
            self._check_same(request, done)
            return Credited(request=name, issued=tuple(issued_document(note.record) for note in done))
        known = Registrations.read(request.corrections, self.documents)
        orders = _orders(request, name, _to_credit(request, chosen), records, known)
        return Credited(request=name, drafts=tuple(self._drafted(book, order) for book, order in orders))

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
        same = all((order.wish, order.reason) == (request.wish, request.reason) for order in orders)
        of = [order.invoice.draft.key for order in orders]
        same = same and request.contract in {None, *(key.contract for key in of)}
        if not same or request.revision not in {0, *(key.revision for key in of)}:
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
    """All of them, or the one document that a part is wished of."""
    if request.wish == EVERYTHING or len(chosen) == 1:
        return chosen
    keys = [book.original.record.document for book in chosen]
    contracts = dict.fromkeys(key.contract for key in keys)
    if len(contracts) > 1:
        raise CreditError(f"contract: a part of which document? Say one of {', '.join(contracts)}", field="contract")
    revisions = ", ".join(str(key.revision) for key in keys)
    raise CreditError(f"revision: a part of which document? Say one of {revisions}", field="revision")


def _orders(
    request: CreditInput, name: str, chosen: Sequence[Book], records: Sequence[InvoiceRecord], known: Registrations
) -> Iterator[tuple[Book, Order]]:
    """An order for each; the credit notes of a contract are counted on, whichever document they take back."""
    made: Counter[Contract] = Counter()
    for book in chosen:
        contract = book.original.record.document.contract
        yield (
            book,
            Order(
                invoice=book.original.invoice,
                reason=request.reason,
                request=name,
                wish=request.wish,
                earlier=tuple(note.invoice for note in book.notes),
                revision=next_revision(records, contract) + made[contract],
                ranges=known.of(book.original.invoice.draft, Kind.CREDIT_NOTE),
            ),
        )
        made[contract] += 1


def _asked_by(note: Issued) -> str | None:
    correction = note.invoice.draft.correction
    return correction.request if correction else None

"""What a trip has already, and whether a revision of it may be invoiced: never while an earlier one is owed."""

from dataclasses import dataclass

from activities.messages import IssuedDocument
from activities.storage import issued_document
from tripinvoice import archive
from tripinvoice.consolidate import monthly_ids
from tripinvoice.credit.books import books
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import Draft, Kind
from tripinvoice.ports import CollectedDraft, DocumentStore, InvoiceRecords, MonthlyCollection
from tripinvoice.trip import Trip


@dataclass(frozen=True)
class Revisions:
    """Looks at the records of a trip and at what waits for its month's invoice."""

    documents: DocumentStore
    records: InvoiceRecords
    collection: MonthlyCollection

    def issued(self, trip: Trip) -> tuple[IssuedDocument, ...]:
        """The documents of this revision. An earlier one must be void or credited in full before a later one is made.

        Raises ``ConflictError`` when it is not.
        """
        records = self.records.by_trip(trip.trip_id)
        of_revision = (record for record in records if record.document.revision == trip.revision)
        if own := [record for record in of_revision if record.document.kind is not Kind.CREDIT_NOTE]:
            return tuple(map(issued_document, own))
        for book in books(records, self.documents):
            if book.original.record.document.revision > trip.revision or not book.left.nothing:
                raise ConflictError(
                    "revision: another revision of this trip is issued already; credit it in full, then invoice the "
                    "trip again with a later revision",
                    field="revision",
                )
        return ()

    def is_collected(self, trip: Trip) -> bool:
        """Whether this revision waits for its month's invoice, or is on it. Another one must be credited there first.

        Raises ``ConflictError`` when it is not.
        """
        collected = self.collection.of_trip(trip.trip_id)
        if any(one.document.revision == trip.revision for one in collected):
            return True
        for one in collected:
            self._check_taken_back(one)
            if one.document.revision > trip.revision:
                raise ConflictError("revision: a later revision of this trip is collected already", field="revision")
        return False

    def _check_taken_back(self, collected: CollectedDraft) -> None:
        """Raise ``ConflictError`` unless the lines of this draft were invoiced and nothing of them is left."""
        draft = archive.recall(collected.draft, self.documents, Draft)
        of_month = [book for key in monthly_ids([draft]) for book in books(self.records.by_trip(key), self.documents)]
        origin = str(draft.key)
        ours = [book for book in of_month if any(line.origin == origin for line in book.original.invoice.draft.lines)]
        if not ours:
            raise ConflictError(
                "revision: another revision of this trip waits for the invoice of its month; when that is issued, "
                "credit the lines of this trip there, then resume",
                field="revision",
            )
        if any(left.line.origin == origin for book in ours for left in book.left.lines):
            raise ConflictError(
                f"revision: another revision of this trip is on the invoice {ours[0].original.record.number} of its "
                "month; credit its lines there in full, then resume",
                field="revision",
            )

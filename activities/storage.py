"""record and announce: the row that makes an invoice exist, written last, and the news of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio import activity

from activities.messages import (
    AnnounceInput,
    DraftRef,
    IssuedDocument,
    Recalled,
    RecalledDocument,
    RecallInput,
    Recorded,
    RecordInput,
    Rendered,
    VoidInput,
)
from tripinvoice.consolidate import is_monthly
from tripinvoice.errors import ConflictError, NotFoundError
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import ISSUED, VOIDED, EventSink, InvoiceRecord, InvoiceRecords, NumberLedger, ObjectRef


def issued_document(record: InvoiceRecord) -> IssuedDocument:
    """The part of a record that may stand in a history."""
    return IssuedDocument(
        document=record.document,
        state=record.state,
        number=record.number,
        total=record.total,
        pdf=record.pdf,
    )


def check_not_void(taken: NumberTaken | None) -> None:
    """Raise ``ConflictError`` when this number is void: no document can have it any more."""
    if taken is not None and taken.void_reason is not None:
        raise ConflictError(
            f"{taken.document}: its number is void; a new document needs a new revision of the trip", field="document"
        )


@dataclass(frozen=True)
class StorageActivities:
    """Writes and reads invoice records; runs on the store task queue."""

    records: InvoiceRecords
    ledger: NumberLedger
    events: EventSink

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, request: RecordInput) -> Recorded:
        """Make the documents exist, all or none. Raises ``ConflictError`` when a number of theirs is void by now."""
        workflow_id = activity.info().workflow_id or ""
        for rendered in request.documents:
            check_not_void(self.ledger.find(rendered.draft.document))
        records = [_issued_record(rendered, workflow_id) for rendered in request.documents]
        self.records.save(records)
        return Recorded(documents=tuple(map(issued_document, records)))

    @activity.defn(name="announce", no_thread_cancel_exception=True)
    def announce(self, request: AnnounceInput) -> None:
        """Publish what is recorded of the trip; consumers recognise a repetition by its event id."""
        records = self.records.by_trip(request.trip_id)
        wanted = request.documents or tuple(record.document for record in records)
        self.events.announce([record for record in records if record.document in wanted])

    @activity.defn(name="void", no_thread_cancel_exception=True)
    def void(self, request: VoidInput) -> Recorded:
        """Give every number that these drafts took a record that says it is void; drafts without one leave no trace.

        Raises ``ConflictError`` when a document is issued after all: an attempt that was given up may have succeeded.
        """
        workflow_id = activity.info().workflow_id or ""
        self._check_not_issued(request.drafts)
        records = []
        for draft in request.drafts:
            taken = self.ledger.void(draft.document, request.reason)
            if taken is not None:
                records.append(_record(draft, taken, workflow_id, state=VOIDED))
        self.records.save(records)
        return Recorded(documents=tuple(map(issued_document, records)))

    @activity.defn(name="recall", no_thread_cancel_exception=True)
    def recall(self, request: RecallInput) -> Recalled:
        """What is issued of a trip. Raises ``NotFoundError`` if nothing is."""
        documents = tuple(
            RecalledDocument(
                document=record.document,
                taken=taken,
                sources=record.sources,
                pdf=record.pdf,
                monthly=is_monthly(record.document, record.account),
            )
            for record in self.records.by_trip(request.trip_id)
            if record.state == ISSUED
            and record.sources is not None
            and record.pdf is not None
            and (taken := self.ledger.find(record.document)) is not None
        )
        if not documents:
            raise NotFoundError("trip: no document of it is issued; look at its workflow first", field="trip_id")
        return Recalled(documents=documents)

    def _check_not_issued(self, drafts: Sequence[DraftRef]) -> None:
        voidable = {draft.document for draft in drafts}
        trips = dict.fromkeys(draft.document.trip_id for draft in drafts)
        for record in (record for trip in trips for record in self.records.by_trip(trip)):
            if record.state == ISSUED and record.document in voidable:
                raise ConflictError(
                    f"{record.document}: it is issued already, so its number cannot be voided; resume instead",
                    field="document",
                )


def _record(  # noqa: PLR0913 - what a void lacks, by name
    draft: DraftRef,
    taken: NumberTaken,
    workflow_id: str,
    *,
    state: str,
    pdf: ObjectRef | None = None,
    invoice: ObjectRef | None = None,
    template_version: str = "",
    environment: str = "",
) -> InvoiceRecord:
    return InvoiceRecord(
        document=draft.document,
        state=state,
        number=taken.number,
        country=draft.country,
        line_of_business=draft.line_of_business,
        total=draft.total,
        issued_at=taken.issued_at,
        pdf=pdf,
        invoice=invoice,
        sources=draft.sources,
        regime_version=draft.regime_version,
        template_version=template_version,
        environment=environment,
        workflow_id=workflow_id,
        account=draft.account,
        corrects=draft.corrects,
    )


def _issued_record(rendered: Rendered, workflow_id: str) -> InvoiceRecord:
    return _record(
        rendered.draft,
        rendered.taken,
        workflow_id,
        state=ISSUED,
        pdf=rendered.pdf,
        invoice=rendered.invoice,
        template_version=rendered.template_version,
        environment=rendered.environment,
    )

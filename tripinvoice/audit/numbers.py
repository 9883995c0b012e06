"""One number, looked at from all sides: its claim, its record, the indexes that find both, and its objects."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from tripinvoice import archive, canonical
from tripinvoice.audit.findings import Finding, Rule, about
from tripinvoice.audit.scope import Scope, Stores, day_of
from tripinvoice.errors import ConflictError, NotFoundError
from tripinvoice.invoice import DocumentKey, Invoice
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import ISSUED, VOIDED, InvoiceRecord, NumberLedger, ObjectRef

_ACCOUNT_MONTHS = 256  # kept at once: a business has many documents a month, and each is asked for


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What there is of a number; ``under_way`` when its record may still come."""

    entry: NumberTaken
    record: InvoiceRecord | None
    under_way: bool
    findings: tuple[Finding, ...]


class NumberCheck:
    """Looks at numbers; any thread may ask."""

    def __init__(self, stores: Stores, scope: Scope) -> None:
        self._stores = stores
        self._scope = scope
        self._account_month = lru_cache(_ACCOUNT_MONTHS)(self._ask_account_month)

    def look(self, entry: NumberTaken) -> Looked:
        """Everything about this number. What is found is looked at again: it may have been written meanwhile."""
        looked = self._once(entry)
        if not looked.findings:
            return looked
        before = {(finding.rule, finding.detail) for finding in looked.findings}
        again = self._once(entry)
        return replace(again, findings=tuple(f for f in again.findings if (f.rule, f.detail) in before))

    def _once(self, entry: NumberTaken) -> Looked:
        found = number_of(self._stores.ledger, entry.document)
        if found is not None and replace(entry, void_reason=found.void_reason) == found and entry.void_reason is None:
            entry = found  # voided since the series was read
        findings = [*self._index(entry, found), *self._claim(entry)]
        try:
            record = self._record(entry)
            findings += self._found_by_number(entry, record)
        except ConflictError as error:
            return _looked(entry, None, [*findings, about(entry, Rule.RECORD_DIFFERS, error.message)])
        if record is None:
            return self._without_record(entry, findings)
        findings += [*_agrees(entry, record), *self._found_by_account(entry, record), *self._objects(entry, record)]
        return _looked(entry, record, findings)

    def _record(self, entry: NumberTaken) -> InvoiceRecord | None:
        of_trip = self._stores.records.by_trip(entry.document.trip_id)
        return next((record for record in of_trip if record.document == entry.document), None)

    def _without_record(self, entry: NumberTaken, findings: list[Finding]) -> Looked:
        """A young number is on its way to its document; for an older one somebody must look at the workflow."""
        if not self._scope.settled(entry.issued_at):
            return _looked(entry, None, findings, under_way=True)
        claim = self._stores.ledger.claim_of(entry.document)
        where = f"; its workflow is {claim.workflow_id}" if claim else ""
        what = "void, but without a record that says so" if entry.void_reason is not None else "without a record"
        since = f"since {entry.issued_at:%Y-%m-%d %H:%M}Z"
        return _looked(entry, None, [*findings, about(entry, Rule.RECORD_MISSING, f"{what} {since}{where}")])

    # --- the ledger's side -----------------------------------------------------------------------------------------

    def _index(self, entry: NumberTaken, found: NumberTaken | None) -> Iterator[Finding]:
        """The document must lead back to this number: to none, the index is wrong; to another, it has two."""
        if found is None:
            yield about(entry, Rule.NUMBER_INDEX, "its document leads to no number, or to another document's", entry)
        elif found.number != entry.number:
            yield about(entry, Rule.TWO_NUMBERS, f"its document also has {found.number}")
        elif found != entry:
            yield about(entry, Rule.NUMBER_INDEX, "its document leads to an older state of the number", entry)

    def _claim(self, entry: NumberTaken) -> Iterator[Finding]:
        claim = self._stores.ledger.claim_of(entry.document)
        if claim is None:
            yield about(entry, Rule.CLAIM, "no claim was made for its document")
        elif (claim.series, claim.period) != (entry.series, entry.period):
            yield about(entry, Rule.CLAIM, f"the claim asked for {claim.series}, period {claim.period}")

    # --- the record's side -----------------------------------------------------------------------------------------

    def _found_by_number(self, entry: NumberTaken, record: InvoiceRecord | None) -> Iterator[Finding]:
        found = self._stores.records.by_number(entry.number)
        if record is not None and record.number == entry.number and found != record:
            yield about(entry, Rule.RECORD_INDEX, "its number does not lead to the record", record)
        elif record is None and found is not None and found.document != entry.document:
            yield about(entry, Rule.RECORD_DIFFERS, f"the record with this number is of {found.document}")

    def _found_by_account(self, entry: NumberTaken, record: InvoiceRecord) -> Iterator[Finding]:
        with suppress(ConflictError):  # another record of the account cannot be read; it is told by its own number
            if record.account and not self._of_account(record):
                yield about(entry, Rule.RECORD_INDEX, "its account does not lead to the record", record)

    def _of_account(self, record: InvoiceRecord) -> bool:
        month = day_of(record.issued_at).replace(day=1)
        content = canonical.dump(record)
        # What was kept may be older than the record: then the store is asked once more.
        return content in self._account_month(record.account, month) or (
            content in self._ask_account_month(record.account, month)
        )

    def _ask_account_month(self, account: str, month: date) -> frozenset[bytes]:
        return frozenset(map(canonical.dump, self._stores.records.by_account(account, month)))

    # --- objects ---------------------------------------------------------------------------------------------------

    def _objects(self, entry: NumberTaken, record: InvoiceRecord) -> Iterator[Finding]:
        """An issued document has all three; of a void one only what was stored before it was void."""
        for name, ref in (("PDF", record.pdf), ("invoice", record.invoice), ("evidence", record.sources)):
            if ref is not None:
                yield from self._object(entry, record, name, ref)
            elif record.state == ISSUED:
                yield about(entry, Rule.OBJECT_MISSING, f"{name}: the record names none")

    def _object(self, entry: NumberTaken, record: InvoiceRecord, name: str, ref: ObjectRef) -> Iterator[Finding]:
        if self._stores.documents is None:
            return
        try:
            content = self._stores.documents.get(ref)
            if name == "invoice" and not _is_that_of(content, entry, record):
                yield about(entry, Rule.OBJECT_DIFFERS, "number, document or total of the stored invoice is another")
        except NotFoundError as error:
            yield about(entry, Rule.OBJECT_MISSING, f"{name}: {_told(error, ref)}")
        except ConflictError as error:
            yield about(entry, Rule.OBJECT_ALTERED, f"{name}: {_told(error, ref)}")


def number_of(ledger: NumberLedger, document: DocumentKey) -> NumberTaken | None:
    """The number that a document leads to; ``None`` also when that is no number of its own."""
    try:
        found = ledger.find(document)
    except ConflictError:  # the index leads to nothing
        return None
    return found if found is not None and found.document == document else None


def _looked(
    entry: NumberTaken, record: InvoiceRecord | None, findings: list[Finding], *, under_way: bool = False
) -> Looked:
    return Looked(entry=entry, record=record, under_way=under_way, findings=tuple(findings))


def _agrees(entry: NumberTaken, record: InvoiceRecord) -> Iterator[Finding]:
    """Number, date and state are taken from the ledger, so they are the ledger's."""
    state = ISSUED if entry.void_reason is None else VOIDED
    if record.state != state:
        yield about(entry, Rule.RECORD_DIFFERS, f"the ledger says {state}, the record {record.state}")
    if record.number != entry.number:
        yield about(entry, Rule.RECORD_DIFFERS, f"the record has the number {record.number}")
    if record.issued_at != entry.issued_at:
        yield about(entry, Rule.RECORD_DIFFERS, f"the record is dated {record.issued_at:%Y-%m-%d %H:%M:%S}Z")


def _is_that_of(content: bytes, entry: NumberTaken, record: InvoiceRecord) -> bool:
    invoice = canonical.load(archive.unpack(content), Invoice)
    is_number = invoice.ledger_number, invoice.draft.key, invoice.draft.totals.gross
    return is_number == (entry.number, entry.document, record.total)


def _told(error: ConflictError | NotFoundError, ref: ObjectRef) -> str:
    """What was found, then where; the rule says what helps."""
    found = error.message.partition("; ")[0].removeprefix(f"{ref.key}: ")
    return f"{found} ({ref.key})"

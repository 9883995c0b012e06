"""Stores in good order, with real invoices in them, and the hands that break them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import factories as f
from tripinvoice import archive
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.sqlite import Database
from tripinvoice.assemble import finish
from tripinvoice.audit.auditor import Auditor
from tripinvoice.audit.findings import Finding, SeriesReport
from tripinvoice.audit.scope import Scope, Stores
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import DocumentKey, account_key
from tripinvoice.numbering import Claim, NumberTaken, SeriesAudit
from tripinvoice.ports import ISSUED, VOIDED, InvoiceRecord, InvoiceRecords, NumberLedger, ObjectRef, Shelf

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=30)
SERIES, PERIOD = "DE-FL-FLT-7", "2026"
SHELF = Shelf(country="DE", line_of_business="rides", day=NOON.date())
ACCOUNT = account_key("rdr-501")


@dataclass
class House:
    """The embedded stores in a folder; ``data`` is where to break them from outside."""

    data: Path
    documents: FolderDocumentStore
    ledger: NumberLedger
    records: InvoiceRecords

    def number(self, trip_id: str, *, hours: float = 0, series: str = SERIES, revision: int = 1) -> NumberTaken:
        """Take the next number for a trip."""
        document = replace(f.draft().key, trip_id=trip_id, revision=revision)
        claim = Claim(
            document=document,
            series=series,
            period=PERIOD,
            claimed_at=NOON + timedelta(hours=hours),
            workflow_id=f"invoice/{trip_id}",
        )
        return self.ledger.take([claim])[0]

    def issue(self, trip_id: str, *, account: str = ACCOUNT, **number: Any) -> InvoiceRecord:
        """A trip with everything that belongs to it."""
        taken = self.number(trip_id, **number)
        draft = replace(f.draft(), key=taken.document, series=taken.series, account=account)
        record = self.record_of(
            taken,
            pdf=self.documents.put(f"%PDF of {trip_id}".encode(), "application/pdf", SHELF),
            invoice=archive.keep(finish(draft, taken), self.documents, SHELF),
            sources=archive.keep({"trip": trip_id}, self.documents, SHELF),
            account=account,
        )
        self.records.save([record])
        return record

    def void(self, trip_id: str, **number: Any) -> InvoiceRecord:
        """A trip whose number is void."""
        taken = self.number(trip_id, **number)
        self.ledger.void(taken.document, "test trip")
        sources = archive.keep({"trip": trip_id}, self.documents, SHELF)
        record = self.record_of(taken, state=VOIDED, sources=sources)
        self.records.save([record])
        return record

    def record_of(  # noqa: PLR0913 - what a void lacks, by name
        self,
        taken: NumberTaken,
        *,
        state: str = ISSUED,
        pdf: ObjectRef | None = None,
        invoice: ObjectRef | None = None,
        sources: ObjectRef | None = None,
        account: str = "",
    ) -> InvoiceRecord:
        """A record of this number."""
        return InvoiceRecord(
            document=taken.document,
            state=state,
            number=taken.number,
            country="DE",
            line_of_business="rides",
            total=f.draft().totals.gross,
            issued_at=taken.issued_at,
            pdf=pdf,
            invoice=invoice,
            sources=sources,
            regime_version="1",
            template_version="1",
            environment="test",
            workflow_id=f"invoice/{taken.document.trip_id}",
            account=account,
        )

    def sql(self, *changes: str) -> None:
        """Change rows as nobody may: with the triggers dropped."""
        with closing(sqlite3.connect(self.data / "stores.sqlite", isolation_level=None)) as raw:
            for (trigger,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {trigger}")
            for change in changes:
                raw.execute(change)

    def change_record(self, trip_id: str, path: str, value: object) -> None:
        """Another value in the content of a trip's record."""
        self.sql()
        with closing(sqlite3.connect(self.data / "stores.sqlite", isolation_level=None)) as raw:
            change = "UPDATE record SET content = json_set(content, ?, ?) WHERE trip_id = ?"
            raw.execute(change, (path, value, trip_id))

    def overwrite(self, ref: ObjectRef | None, content: bytes) -> None:
        """Other bytes under the name of an object."""
        assert ref is not None
        path = Path(self.documents.location(ref))
        path.unlink()
        path.write_bytes(content)

    def remove(self, ref: ObjectRef | None) -> None:
        """Take an object away."""
        assert ref is not None
        Path(self.documents.location(ref)).unlink()

    def audit(
        self,
        *,
        now: datetime = NOW,
        since: date | None = None,
        series: str | None = None,
        documents: bool = True,
        repair: bool = False,
    ) -> "Told":
        """Audit everything with a grace of an hour."""
        stores = Stores(ledger=self.ledger, records=self.records, documents=self.documents if documents else None)
        scope = Scope(now=now, grace=timedelta(hours=1), since=since, series=series)
        told = Told()
        with Auditor(stores, scope, tell=told.findings.append, repair=repair) as auditor:
            told.series = [auditor.numbers(one) for one in auditor.series()]
            told.of_days = auditor.days()
        return told


@dataclass
class Told:
    """What an audit told."""

    findings: list[Finding] = field(default_factory=list)
    series: list[SeriesReport] = field(default_factory=list)
    of_days: int = 0

    @property
    def rules(self) -> list[tuple[str, str]]:
        """Rule and number of each finding."""
        return [(str(finding.rule), finding.number) for finding in self.findings]


@contextmanager
def opened(data: Path) -> Iterator[House]:
    """Empty stores in a folder."""
    with Database(data / "stores.sqlite") as database:
        yield House(
            data=data,
            documents=FolderDocumentStore(data / "documents"),
            ledger=SqliteNumberLedger(database),
            records=SqliteInvoiceRecords(database),
        )


NOWHERE = NumberTaken(document=f.draft().key, series="", period="", no=0, issued_at=NOON)


@dataclass
class LooseLedger:
    """A ledger whose index by document is apart, as in a distributed store; ``lost`` entries it does not find."""

    real: NumberLedger
    lost: dict[DocumentKey, NumberTaken | None] = field(default_factory=dict)
    reindexed: list[NumberTaken] = field(default_factory=list)
    stubborn: bool = False

    def find(self, document: DocumentKey) -> NumberTaken | None:
        found = self.lost[document] if document in self.lost else self.real.find(document)
        if found is NOWHERE:
            raise ConflictError("number_by_document: leads to nothing")
        return found

    def reindex(self, entry: NumberTaken) -> None:
        self.reindexed.append(entry)
        if not self.stubborn:
            self.lost.pop(entry.document, None)

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        return self.real.take(claims)

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        return self.real.void(document, reason)

    def audit(self) -> Sequence[SeriesAudit]:
        return self.real.audit()

    def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
        return self.real.entries(series, period)

    def claim_of(self, document: DocumentKey) -> Claim | None:
        return self.real.claim_of(document)


@dataclass
class LooseRecords:
    """Records whose indexes are apart: what is in a set is not found that way until it is indexed again."""

    real: InvoiceRecords
    without_number: set[str] = field(default_factory=set)
    without_day: set[str] = field(default_factory=set)
    without_account: set[str] = field(default_factory=set)
    reindexed: list[InvoiceRecord] = field(default_factory=list)

    def save(self, records: Sequence[InvoiceRecord]) -> None:
        self.real.save(records)

    def by_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        return self.real.by_trip(trip_id)

    def by_number(self, number: str) -> InvoiceRecord | None:
        return None if number in self.without_number else self.real.by_number(number)

    def by_account(self, account: str, month: date) -> Sequence[InvoiceRecord]:
        return [r for r in self.real.by_account(account, month) if r.number not in self.without_account]

    def by_day(self, day: date) -> Iterator[InvoiceRecord]:
        return (record for record in self.real.by_day(day) if record.number not in self.without_day)

    def counts(self) -> Mapping[str, int]:
        return self.real.counts()

    def reindex(self, record: InvoiceRecord) -> None:
        self.reindexed.append(record)
        for lost in (self.without_number, self.without_day, self.without_account):
            lost.discard(record.number)

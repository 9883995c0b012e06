"""How each adapter of a store is opened, and samples to put into it.

An opener takes a place of its own and gives a store; opening the same place again, from any process, gives the same
content. A new adapter is one more line in the table of its port, and every test of the port then runs over it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.contract import cassandra
from tests.contract.s3 import s3_documents
from tests.contract.standing import NOON, StandingClock
from tripinvoice.adapters.answers_sqlite import SqliteAnswerCache
from tripinvoice.adapters.collected_sqlite import SqliteMonthlyCollection
from tripinvoice.adapters.comparisons_sqlite import SqliteComparisons
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.rollouts_sqlite import SqliteRollouts
from tripinvoice.adapters.sqlite import Database
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.money import Money
from tripinvoice.numbering import Claim
from tripinvoice.ports import (
    AnswerCache,
    Comparisons,
    DocumentStore,
    InvoiceRecord,
    InvoiceRecords,
    MonthlyCollection,
    NumberLedger,
    ObjectRef,
    Rollouts,
    Shelf,
)

SHELF = Shelf(country="GB", line_of_business="rides", day=date(2026, 3, 29))


@contextmanager
def sqlite_ledger(place: Path) -> Iterator[NumberLedger]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteNumberLedger(database)


@contextmanager
def sqlite_records(place: Path) -> Iterator[InvoiceRecords]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteInvoiceRecords(database)


@contextmanager
def sqlite_collection(place: Path) -> Iterator[MonthlyCollection]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteMonthlyCollection(database)


@contextmanager
def sqlite_rollouts(place: Path) -> Iterator[Rollouts]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteRollouts(database)


@contextmanager
def sqlite_comparisons(place: Path) -> Iterator[Comparisons]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteComparisons(database, StandingClock(NOON))


@contextmanager
def sqlite_answers(place: Path) -> Iterator[AnswerCache]:
    with Database(place / "stores.sqlite") as database:
        yield SqliteAnswerCache(database)


@contextmanager
def folder_documents(place: Path) -> Iterator[DocumentStore]:
    yield FolderDocumentStore(place / "documents")


RolloutsOpener = Callable[[Path], AbstractContextManager[Rollouts]]
ComparisonsOpener = Callable[[Path], AbstractContextManager[Comparisons]]
CollectionsOpener = Callable[[Path], AbstractContextManager[MonthlyCollection]]
LedgerOpener = Callable[[Path], AbstractContextManager[NumberLedger]]
RecordsOpener = Callable[[Path], AbstractContextManager[InvoiceRecords]]
AnswersOpener = Callable[[Path], AbstractContextManager[AnswerCache]]
DocumentsOpener = Callable[[Path], AbstractContextManager[DocumentStore]]

LEDGERS: dict[str, LedgerOpener] = {
    "sqlite": sqlite_ledger,
    "cassandra": cassandra.cassandra_ledger,
    "cassandra-small": cassandra.cassandra_ledger_of_small_buckets,
}
RECORDS: dict[str, RecordsOpener] = {"sqlite": sqlite_records, "cassandra": cassandra.cassandra_records}
COLLECTIONS: dict[str, CollectionsOpener] = {
    "sqlite": sqlite_collection,
    "cassandra": cassandra.cassandra_collection,
}
ROLLOUTS: dict[str, RolloutsOpener] = {"sqlite": sqlite_rollouts, "cassandra": cassandra.cassandra_rollouts}
COMPARISONS: dict[str, ComparisonsOpener] = {
    "sqlite": sqlite_comparisons,
    "cassandra": cassandra.cassandra_comparisons,
}
ANSWERS: dict[str, AnswersOpener] = {"sqlite": sqlite_answers, "cassandra": cassandra.cassandra_answers}
DOCUMENTS: dict[str, DocumentsOpener] = {"folder": folder_documents, "s3": s3_documents}


def document(trip: str, contract: Contract = Contract.TRANSPORT, revision: int = 1) -> DocumentKey:
    return DocumentKey(trip_id=trip, contract=contract, kind=Kind.INVOICE, revision=revision)


def claim(
    trip: str, series: str = "GB-OP", *, minutes: int = 0, period: str = "2026", limit: int | None = None
) -> Claim:
    """A claim made so many minutes after noon."""
    return Claim(
        document=document(trip),
        series=series,
        period=period,
        claimed_at=NOON + timedelta(minutes=minutes),
        workflow_id=f"invoice/{trip}",
        limit=limit,
    )


def object_ref(letter: str, media_type: str = "application/pdf") -> ObjectRef:
    """A reference to an object that need not exist."""
    digest = letter * 64
    return ObjectRef(key=f"{SHELF}/{digest[:2]}/{digest}.pdf", sha256=digest, size=48_211, media_type=media_type)


def record(  # noqa: PLR0913 - what the tests vary, by name
    trip: str, no: int, *, state: str = "ISSUED", minor: int = 1240, minutes: int = 0, account: str = ""
) -> InvoiceRecord:
    """The record of a trip's transport invoice with number ``no``."""
    voided = state == "VOIDED"
    return InvoiceRecord(
        document=document(trip),
        state=state,
        number=f"GB-OP-2026-{no:06d}",
        country="GB",
        line_of_business="rides",
        total=Money(minor, "GBP"),
        issued_at=NOON + timedelta(minutes=minutes),
        pdf=None if voided else object_ref("a"),
        invoice=None if voided else object_ref("b"),
        sources=object_ref("c"),
        regime_version="2026.1",
        template_version="7",
        environment="weasyprint-70",
        workflow_id=f"invoice/{trip}",
        account=account,
    )

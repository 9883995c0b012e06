"""Verification finds every way in which a document may not be what its evidence makes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from starter.verification import Verification, Verified
from tests import factories
from tripinvoice import archive, canonical
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.sqlite import Database
from tripinvoice.assemble import assemble, finish
from tripinvoice.credit import Order, credit
from tripinvoice.invoice import Invoice
from tripinvoice.numbering import Claim
from tripinvoice.ports import ISSUED, InvoiceRecord, Rendition, Shelf

AT = datetime(2026, 11, 2, 18, 6, tzinfo=UTC)


@dataclass
class Printer:
    """A renderer whose PDF is the invoice's JSON; ``version`` is that of its templates."""

    version: str = "1"
    environment: str = "here"
    smudge: bytes = b""

    async def start(self) -> None:
        """Ready."""

    async def render(self, invoice: Invoice) -> Rendition:
        """The JSON."""
        content = b"%PDF-" + canonical.dump(invoice) + self.smudge
        return Rendition(
            content=content, media_type="application/pdf", template_version=self.version, environment=self.environment
        )


@dataclass
class House:
    """Stores with issued trips in them."""

    root: Path
    printer: Printer = field(default_factory=Printer)

    def __post_init__(self) -> None:
        """Open them."""
        database = Database(self.root / "test.db")
        self.documents = FolderDocumentStore(self.root / "documents")
        self.records, self.ledger = SqliteInvoiceRecords(database), SqliteNumberLedger(database)
        self.verification = Verification(
            records=self.records, ledger=self.ledger, documents=self.documents, renderer=self.printer
        )

    async def issue(self, trip_id: str, change: str = "") -> InvoiceRecord:
        """A trip, issued; with ``change``, its archived invoice is not what the evidence makes."""
        sources = factories.sources(factories.trip(trip_id=trip_id), paid="19.40")
        shelf = Shelf.of(sources.trip)
        (draft,) = assemble(sources)
        claim = Claim(document=draft.key, series=draft.series, period="2026", claimed_at=AT, workflow_id="w")
        (taken,) = self.ledger.take([claim])
        invoice = finish(draft, taken)
        if change:
            invoice = replace(invoice, draft=replace(invoice.draft, purchase_order=change))
        rendition = await self.printer.render(invoice)
        record = InvoiceRecord(
            document=draft.key,
            state=ISSUED,
            number=taken.number,
            country="DE",
            line_of_business="rides",
            total=draft.totals.gross,
            issued_at=taken.issued_at,
            pdf=self.documents.put(rendition.content, rendition.media_type, shelf),
            invoice=archive.keep(invoice, self.documents, shelf),
            sources=archive.keep(sources, self.documents, shelf),
            regime_version=draft.regime_version,
            template_version=rendition.template_version,
            environment=rendition.environment,
            workflow_id="w",
        )
        self.records.save([record])
        return record

    async def credit(self, record: InvoiceRecord, reason: str, *, archived: str = "") -> InvoiceRecord:
        """The credit note of a trip; with ``archived``, its evidence has that reason."""
        assert record.invoice is not None
        shelf = record.invoice.shelf
        invoice = archive.recall(record.invoice, self.documents, Invoice)
        number = len(self.records.by_trip(record.document.trip_id))
        order = Order(invoice=invoice, reason=reason, request="ticket-1", revision=number)
        draft = credit(order)
        claim = Claim(document=draft.key, series=draft.series, period="2026", claimed_at=AT, workflow_id="w")
        (taken,) = self.ledger.take([claim])
        note = finish(draft, taken)
        rendition = await self.printer.render(note)
        evidence = replace(order, reason=archived or reason)
        made = replace(
            record,
            document=draft.key,
            number=taken.number,
            corrects=record.document,
            pdf=self.documents.put(rendition.content, rendition.media_type, shelf),
            invoice=archive.keep(note, self.documents, shelf),
            sources=archive.keep(evidence, self.documents, shelf),
        )
        self.records.save([made])
        return made

    def lose(self, record: InvoiceRecord) -> None:
        """Its PDF is no longer there."""
        if record.pdf is not None:
            Path(self.documents.location(record.pdf)).unlink()

    async def verify(self, records: Sequence[InvoiceRecord]) -> list[Verified]:
        """All of them."""
        return [one async for one in self.verification.verify(records)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty one."""
    return House(tmp_path)


async def test_what_was_issued_is_identical(house: House) -> None:
    """Everything, in the order of the numbers; a void is nothing to verify."""
    records = [await house.issue(f"trip-{no}") for no in range(40)]
    house.ledger.void(replace(records[0].document, trip_id="unknown"), "nobody")
    assert list(house.verification.everything()) == records
    assert [one.difference for one in await house.verify(records)] == [None] * 40
    assert house.verification.of_trip("trip-3") == [records[3]]


async def test_a_sample_is_of_its_size_and_can_be_drawn_again(house: House) -> None:
    """Every document once at most; fewer where there are fewer."""
    records = [await house.issue(f"trip-{no}") for no in range(12)]
    sample = house.verification.sample(5, seed=3)
    assert house.verification.sample(5, seed=3) == sample
    assert house.verification.sample(5, seed=4) != sample
    assert len({record.number for record in sample}) == 5
    assert house.verification.sample(100, seed=0) == records


async def test_other_content_is_told_by_the_names_of_its_fields(house: House) -> None:
    """Never by their values: they may be personal."""
    record = await house.issue("trip-1", change="secret")
    (one,) = await house.verify([record])
    assert one.difference == "today's code makes another invoice of the evidence: purchase_order"


@pytest.mark.parametrize(
    ("printer", "words"),
    [
        (Printer(smudge=b"x"), "though templates and libraries are the same"),
        (Printer(smudge=b"x", version="2"), "templates are not those it was issued with"),
        (Printer(smudge=b"x", environment="there"), "libraries or fonts are not those it was issued with"),
    ],
)
async def test_other_bytes_are_told_with_what_changed(house: House, printer: Printer, words: str) -> None:
    """Templates, libraries, or neither: then it is an alarm."""
    record = await house.issue("trip-1")
    vars(house.printer).update(vars(printer))
    (one,) = await house.verify([record])
    assert one.difference is not None
    assert words in one.difference


async def test_what_is_missing_is_told(house: House) -> None:
    """One damaged document does not stop the others."""
    good, bad = await house.issue("trip-1"), await house.issue("trip-2")
    house.lose(bad)
    unknown = replace(good, document=replace(good.document, trip_id="trip-9"))
    no_pdf = replace(good, pdf=None)
    moved = replace(good, sources=bad.sources)
    told = [one.difference for one in await house.verify([good, bad, unknown, no_pdf, moved])]
    assert told[0] is None
    assert [bool(words) for words in told[1:]] == [True] * 4
    assert "no number in the ledger" in (told[2] or "")
    assert "names no invoice or no PDF" in (told[3] or "")
    assert "makes no such document of the evidence" in (told[4] or "")


async def test_a_credit_note_is_what_its_order_makes(house: House) -> None:
    """Made of its invoice again; one that says another reason is told."""
    record = await house.issue("trip-1")
    good = await house.credit(record, "charged twice")
    other = await house.credit(record, "charged thrice", archived="charged twice")
    told = [one.difference for one in await house.verify([good, other])]
    assert told == [None, "today's code makes another invoice of the evidence: correction"]


async def test_without_evidence_the_archived_draft_is_printed_again(house: House) -> None:
    """A month's invoice has none of its own."""
    record = replace(await house.issue("trip-1"), sources=None)
    (one,) = await house.verify([record])
    assert one.difference is None

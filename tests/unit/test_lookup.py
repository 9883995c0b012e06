"""Documents found by the number that they show, which may be several suppliers' and is in no index."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from starter.lookup import find_printed
from tests.factories import PARTIES, sources, trip
from tests.parties.cast import Body
from tripinvoice import archive
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.sqlite import Database
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.invoice import Invoice
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import InvoiceRecord, Shelf
from tripinvoice.regimes import regime_named
from tripinvoice.trip import Place

SHELF = Shelf(country="BG", line_of_business="rides", day=date(2026, 11, 2))
NEXT_DAY_IN_SOFIA = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)


def issued(trip_id: str, driver: str, no: int, at: datetime, country: str = "BG") -> Invoice:
    """A driver's invoice with this count."""
    person: Body = PARTIES["BG"][Provides.DRIVER] | {"ref": driver}
    record: Body = {"rider_ref": "rdr-117", "driver_ref": driver}
    given = {Provides.DRIVER: person, Provides.TRIP: record} if country == "BG" else {}
    place = Place(country=country)
    (draft,) = assemble(sources(trip(trip_id=trip_id, pickup=place, dropoff=place), given=given))
    period = regime_named(country).numbering_period(at)
    return finish(draft, NumberTaken(document=draft.key, series=draft.series, period=period, no=no, issued_at=at))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[SqliteInvoiceRecords, FolderDocumentStore]]:
    """The ones that need no server."""
    with Database(tmp_path / "stores.sqlite") as database:
        yield SqliteInvoiceRecords(database), FolderDocumentStore(tmp_path / "documents")


def test_a_printed_number_finds_the_documents_of_all_suppliers(
    stores: tuple[SqliteInvoiceRecords, FolderDocumentStore],
) -> None:
    """Of that date at the suppliers, which is another than that of UTC at night."""
    records, documents = stores
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    invoices = [
        issued("trip-1", "drv-1", 42, noon),
        issued("trip-2", "drv-2", 42, noon),
        issued("trip-3", "drv-1", 43, noon),
        issued("trip-4", "drv-3", 42, NEXT_DAY_IN_SOFIA),
        issued("trip-5", "drv-4", 42, noon, "NL"),
    ]
    kept = [_record(invoice, documents) for invoice in invoices]
    void = replace(kept[0], document=replace(kept[0].document, trip_id="trip-6"), number="BG-DR-DRV-9-ALL-000042")
    records.save([*kept, replace(void, state="VOIDED", invoice=None, pdf=None)])

    def trips(printed: str, day: date) -> list[str]:
        found = find_printed(records, documents, printed, day)
        return sorted(record.document.trip_id for record in found)

    assert trips("0000000042", date(2026, 11, 2)) == ["trip-1", "trip-2"]
    assert trips("0000000042", date(2026, 11, 3)) == ["trip-4"]
    assert trips("0000000042", date(2026, 11, 6)) == []
    assert trips("0000000041", date(2026, 11, 2)) == []
    assert trips("42", date(2026, 11, 2)) == []
    assert trips("trip-A", date(2026, 11, 2)) == []
    assert trips(invoices[4].number, date(2026, 11, 2)) == ["trip-5"]


def _record(invoice: Invoice, documents: FolderDocumentStore) -> InvoiceRecord:
    draft = invoice.draft
    ref = archive.keep(invoice, documents, SHELF)
    return InvoiceRecord(
        document=draft.key,
        state="ISSUED",
        number=invoice.ledger_number,
        country=draft.country,
        line_of_business=draft.line_of_business,
        total=draft.totals.gross,
        issued_at=invoice.issued_at,
        pdf=ref,
        invoice=ref,
        sources=ref,
        regime_version=draft.regime_version,
        template_version="7",
        environment="weasyprint-70",
        workflow_id=f"invoice/{draft.key.trip_id}",
    )

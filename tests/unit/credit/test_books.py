"""What was issued on a trip, and what takes it back, from records and archive."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import factories as f
from tests.unit.credit.sequences import document
from tripinvoice import archive
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.assemble import assemble
from tripinvoice.credit import Order, Wish, credit
from tripinvoice.credit.books import books, meant, next_revision, order_of
from tripinvoice.invoice import Contract, Invoice, Kind
from tripinvoice.ports import ISSUED, VOIDED, DocumentStore, InvoiceRecord, Shelf

SHELF = Shelf.of(f.delivery_sources().trip)
GOODS, DELIVERY = (document(draft) for draft in assemble(f.delivery_sources()))


@pytest.fixture
def documents(tmp_path: Path) -> DocumentStore:
    """An empty store."""
    return FolderDocumentStore(tmp_path)


def recorded(documents: DocumentStore, invoice: Invoice, order: Order | None = None) -> InvoiceRecord:
    """The record of an issued document, which is archived."""
    draft = invoice.draft
    return InvoiceRecord(
        document=draft.key,
        state=ISSUED,
        number=invoice.ledger_number,
        country=draft.country,
        line_of_business=draft.line_of_business,
        total=draft.totals.gross,
        issued_at=invoice.issued_at,
        pdf=None,
        invoice=archive.keep(invoice, documents, SHELF),
        sources=archive.keep(order, documents, SHELF) if order else None,
        regime_version=draft.regime_version,
        template_version="1",
        environment="here",
        workflow_id="w",
        corrects=draft.correction.document if draft.correction else None,
    )


def void(record: InvoiceRecord) -> InvoiceRecord:
    """Its number is void."""
    return replace(record, state=VOIDED, invoice=None, sources=None)


def credited(invoice: Invoice, amount: str, revision: int, *earlier: Invoice) -> tuple[Invoice, Order]:
    """A credit note, and its order."""
    order = Order(
        invoice=invoice,
        reason="cold",
        request=f"ticket-{revision}",
        wish=Wish(amount=amount),
        earlier=earlier,
        revision=revision,
    )
    return document(credit(order), no=revision), order


def test_each_document_has_its_credit_notes_beside_it(documents: DocumentStore) -> None:
    """In their order, whatever that of the records is; what is left is what they leave; evidence is read back."""
    first, order = credited(GOODS, "5.00", 1)
    second, _ = credited(GOODS, "1.00", 10, first)
    records = [recorded(documents, one) for one in (DELIVERY, second, GOODS)]
    delivery, goods = books([*records, recorded(documents, first, order)], documents)
    assert (delivery.notes, delivery.original.invoice, delivery.original.shelf) == ((), DELIVERY, SHELF)
    assert [note.invoice for note in goods.notes] == [first, second]
    assert goods.left.totals.gross.minor == GOODS.draft.totals.gross.minor - 600
    assert [order_of(note, documents) for note in goods.notes] == [order, None]


def test_what_is_void_has_no_book_and_takes_nothing_back(documents: DocumentStore) -> None:
    """Neither a document nor a credit note."""
    note, _ = credited(GOODS, "5.00", 1)
    (goods,) = books(
        [void(recorded(documents, DELIVERY)), recorded(documents, GOODS), void(recorded(documents, note))], documents
    )
    assert (goods.original.invoice, goods.notes) == (GOODS, ())


def test_what_is_left_of_a_trip_is_meant(documents: DocumentStore) -> None:
    """Of one contract, or of all, in their order; an earlier revision keeps its own credit notes."""
    again = document(replace(GOODS.draft, key=replace(GOODS.draft.key, revision=2)))
    note, _ = credited(GOODS, "28.55", 1)
    of_trip = books([recorded(documents, one) for one in (again, note, GOODS, DELIVERY)], documents)
    assert [book.original.invoice for book in meant(of_trip)] == [DELIVERY, again]
    assert [book.original.invoice for book in meant(of_trip, Contract.GOODS)] == [again]
    assert meant(of_trip, Contract.TRANSPORT) == ()
    assert [book.left.nothing for book in meant(of_trip)] == [False, False]


def test_where_nothing_is_left_the_latest_is_meant(documents: DocumentStore) -> None:
    """So that whoever asks again is told of it."""
    again = document(replace(GOODS.draft, key=replace(GOODS.draft.key, revision=2)))
    notes = [credited(GOODS, "28.55", 1)[0], credited(again, "28.55", 2)[0]]
    of_trip = books([recorded(documents, one) for one in (again, *notes, GOODS)], documents)
    assert [book.original.invoice for book in meant(of_trip)] == [again]
    assert [book.original.invoice for book in meant(of_trip, revision=1)] == [GOODS]


def test_a_month_has_several_revisions_at_once(documents: DocumentStore) -> None:
    """All are meant, or the one that is named."""
    late = document(replace(GOODS.draft, key=replace(GOODS.draft.key, revision=2)))
    of_month = books([recorded(documents, one) for one in (late, GOODS)], documents)
    assert [book.original.invoice for book in meant(of_month)] == [GOODS, late]
    assert [book.original.invoice for book in meant(of_month, revision=1)] == [GOODS]


def test_credit_notes_of_a_contract_are_counted(documents: DocumentStore) -> None:
    """Void ones too: their keys are used up."""
    note, _ = credited(GOODS, "5.00", 1)
    records = [recorded(documents, GOODS), void(recorded(documents, note))]
    assert next_revision(records, Contract.GOODS) == 2
    assert next_revision(records, Contract.DELIVERY) == 1
    assert {record.document.kind for record in records} == {Kind.INVOICE, Kind.CREDIT_NOTE}

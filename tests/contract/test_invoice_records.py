"""Every record store: a record is written once, never changes, and is found again."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.contract.standing import NOON
from tests.contract.stores import RecordsOpener, document, object_ref, record
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import Contract, Kind
from tripinvoice.money import Money
from tripinvoice.ports import InvoiceRecord, InvoiceRecords


def test_a_record_comes_back_as_it_was_saved(records: InvoiceRecords) -> None:
    """Every field, of an issued and of a voided document, with amounts and times exact."""
    issued = replace(record("a", 1), total=Money(-9_007_199_254_740_993, "JPY"), issued_at=NOON.replace(microsecond=1))
    voided = record("b", 2, state="VOIDED")
    records.save([issued, voided])
    assert ([issued], [voided]) == (list(records.by_trip("a")), list(records.by_trip("b")))
    assert (issued, voided) == (records.by_number(issued.number), records.by_number(voided.number))


def test_a_credit_note_stands_beside_what_it_takes_back(records: InvoiceRecords) -> None:
    """A document of its own, of the same contract and revision, that names the other."""
    invoice = record("a", 1)
    key = replace(invoice.document, kind=Kind.CREDIT_NOTE)
    note = replace(record("a", 2), document=key, corrects=invoice.document)
    records.save([invoice])
    records.save([note])
    assert {invoice.document: invoice, key: note} == {one.document: one for one in records.by_trip("a")}


def test_the_same_record_again_is_no_change(records: InvoiceRecords) -> None:
    """Alone, twice in one call or among new ones."""
    records.save([record("a", 1)])
    records.save([record("a", 1), record("a", 1), record("b", 2)])
    assert dict(records.counts()) == {"ISSUED": 2}


@pytest.mark.parametrize(
    "other",
    [
        replace(record("a", 1), total=Money(1241, "GBP")),
        replace(record("a", 1), number="GB-OP-2026-000009"),
        replace(record("a", 1), pdf=object_ref("d")),
        record("a", 1, state="VOIDED"),
    ],
    ids=["total", "number", "pdf", "state"],
)
def test_a_different_record_of_a_document_is_refused(records: InvoiceRecords, other: InvoiceRecord) -> None:
    """Whatever differs; the error names the document and no content, and the first record stays."""
    records.save([record("a", 1)])
    with pytest.raises(ConflictError, match="a/transport/invoice/1") as caught:
        records.save([other])
    assert not {"1240", "1241", "GBP", other.number} & set(caught.value.message.replace(";", " ").split())
    assert [record("a", 1)] == list(records.by_trip("a"))


def test_a_number_belongs_to_one_document(records: InvoiceRecords) -> None:
    """A second document with the number of the first is refused."""
    records.save([record("a", 1)])
    with pytest.raises(ConflictError, match="b/transport/invoice/1"):
        records.save([record("b", 1)])
    assert dict(records.counts()) == {"ISSUED": 1}


def test_records_are_saved_together_or_not_at_all(records: InvoiceRecords) -> None:
    """A conflict in the last one leaves none of the new ones behind."""
    records.save([record("a", 1)])
    with pytest.raises(ConflictError):
        records.save([record("b", 2), record("c", 3), record("a", 1, minor=1)])
    assert (dict(records.counts()), records.by_number("GB-OP-2026-000002")) == ({"ISSUED": 1}, None)


def test_a_trips_documents_come_by_contract_and_revision(records: InvoiceRecords) -> None:
    """In that order, whenever they were saved; other trips' are left out."""
    keys = [
        document("a", Contract.DELIVERY),
        document("a", Contract.GOODS),
        document("a", Contract.GOODS, revision=2),
        document("a", Contract.GOODS, revision=10),
        document("a", Contract.PLATFORM_FEE),
    ]
    saved = [replace(record("a", no), document=key) for no, key in enumerate(keys, 1)]
    records.save([record("aa", 9), *reversed(saved)])
    assert saved == list(records.by_trip("a"))


def test_what_is_not_there_is_not_found(records: InvoiceRecords) -> None:
    """No error: an empty store is a fact."""
    assert records.by_number("GB-OP-2026-000001") is None
    assert not [*records.by_trip("a"), *records.counts(), *records.by_day(NOON.date())]


def test_counts_go_by_state(records: InvoiceRecords) -> None:
    """Issued and voided apart."""
    records.save([record("a", 1), record("b", 2, state="VOIDED"), record("c", 3)])
    assert dict(records.counts()) == {"ISSUED": 2, "VOIDED": 1}


def test_a_day_has_what_was_issued_on_it(records: InvoiceRecords) -> None:
    """From midnight to midnight in UTC, issued and void, whatever the account."""
    night = [record("a", 1, minutes=-721), record("e", 5, minutes=720)]
    day = [record("b", 2, minutes=-720), record("c", 3, state="VOIDED"), record("d", 4, minutes=719, account="x")]
    records.save([*night, *day])
    assert day == sorted(records.by_day(NOON.date()), key=lambda one: one.number)
    assert not list(records.by_day(date(2026, 4, 1)))


def test_a_long_day_is_read_bit_by_bit(records: InvoiceRecords) -> None:
    """Over the pages of the store none is missing or twice."""
    for first in range(1, 1301, 100):
        records.save([record(f"t{no}", no, minutes=no // 3) for no in range(first, first + 100)])
    numbers = [found.number for found in records.by_day(NOON.date())]
    assert [f"GB-OP-2026-{no:06d}" for no in range(1, 1301)] == sorted(numbers)


def test_an_accounts_month_has_the_latest_first(records: InvoiceRecords) -> None:
    """Its own documents only, void ones too; the month is that of the time of issue in UTC."""
    first, second = record("a", 1, minutes=-5, account="x"), record("b", 2, minutes=5, account="x", state="VOIDED")
    april = record("c", 3, minutes=4 * 1440, account="x")
    records.save([first, second, april, record("d", 4, account="y"), record("e", 5)])
    found = [list(records.by_account("x", date(2026, month, 17))) for month in (2, 3, 4)]
    assert [[], [second, first], [april]] == found


def test_nobody_has_no_documents(records: InvoiceRecords) -> None:
    """A record without an account is found by no account."""
    records.save([record("a", 1)])
    assert not records.by_account("", NOON.date())


def test_what_is_derived_can_be_written_again(records: InvoiceRecords) -> None:
    """Any number of times, and nothing changes."""
    saved = record("a", 1, account="x")
    records.save([saved])
    for _ in range(2):
        records.reindex(saved)
    assert [saved] == list(records.by_account("x", NOON.date())) == list(records.by_day(NOON.date()))


def test_records_outlive_the_process(open_records: RecordsOpener, tmp_path: Path) -> None:
    """Opened again, they are there and still cannot be changed."""
    with open_records(tmp_path) as store:
        store.save([record("a", 1)])
    with open_records(tmp_path) as store:
        assert [record("a", 1)] == list(store.by_trip("a"))
        with pytest.raises(ConflictError):
            store.save([record("a", 1, minor=1)])

"""Each rule: broken by hand beneath the adapters, and told alone, with the number it is about."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.audit.house import NOW, NOWHERE, PERIOD, SERIES, House, LooseLedger, LooseRecords
from tripinvoice.audit.findings import EXPLAINED, Finding, Rule, SeriesReport
from tripinvoice.ports import InvoiceRecord

N1, N2, N3, N4 = (f"{SERIES}-{PERIOD}-{no:06d}" for no in range(1, 5))


def record_of(house: House, trip_id: str) -> InvoiceRecord:
    [record] = house.records.by_trip(trip_id)
    return record


def test_what_is_in_order_has_nothing_to_tell(house: House) -> None:
    """Four numbers, one void, every object read."""
    told = house.audit()
    expected = SeriesReport(
        series=SERIES, period=PERIOD, numbers=4, voids=1, under_way=0, holes=0, findings=0, repaired=0
    )
    assert ([expected], [], 0) == (told.series, told.findings, told.of_days)


def test_a_series_that_is_not_meant_is_not_looked_at(house: House) -> None:
    """Nor are its records."""
    told = house.audit(series="DE-OTHER")
    assert ([], []) == (told.series, told.findings)


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        # The row is gone: a hole, and its record has lost its number.
        ("DELETE FROM ledger WHERE no = 2", [("hole", N2), ("number-missing", N2)]),
        # The last row is gone: only the counter knows of it.
        ("DELETE FROM ledger WHERE no = 4", [("hole", N4), ("number-missing", N4)]),
        ("UPDATE series SET next_no = 3", [("counter", f"{SERIES}-{PERIOD}")]),
        ("DELETE FROM claim WHERE document LIKE 'two/%'", [("claim", N2)]),
        ("UPDATE claim SET series = 'DE-OTHER' WHERE document LIKE 'two/%'", [("claim", N2)]),
        ("UPDATE claim SET period = '2025' WHERE document LIKE 'two/%'", [("claim", N2)]),
        ("DELETE FROM record WHERE trip_id = 'two'", [("record-missing", N2)]),
        ("DELETE FROM record WHERE trip_id = 'four'", [("record-missing", N4)]),
        ("UPDATE ledger SET void_reason = 'x' WHERE no = 2", [("record-differs", N2)]),
        ("UPDATE ledger SET void_reason = NULL WHERE no = 4", [("record-differs", N4)]),
        ("UPDATE record SET content = '{}' WHERE trip_id = 'two'", [("record-differs", N2), ("record-differs", "")]),
        # The columns by which SQLite finds a record; its content is untouched.
        ("UPDATE record SET number = 'X' WHERE trip_id = 'two'", [("record-index", N2)]),
        ("UPDATE record SET account = 'X' WHERE trip_id = 'two'", [("record-index", N2)]),
        ("UPDATE record SET issued_at = '2026-12-24T' WHERE trip_id = 'four'", [("record-index", N4)]),
    ],
)
def test_a_row_that_was_changed_is_told(house: House, change: str, rules: list[tuple[str, str]]) -> None:
    """And nothing else is."""
    house.sql(change)
    assert rules == house.audit().rules


def test_dates_that_run_backwards_are_told(house: House) -> None:
    """Of the number that is too early, and its record no longer agrees."""
    house.sql("UPDATE ledger SET issued_at = '2026-11-02T12:30:00.000000Z' WHERE no = 3")
    assert [("dates", N3), ("record-differs", N3)] == house.audit().rules


def test_a_hole_of_many_numbers_is_one_finding_and_all_are_counted(house: House) -> None:
    """A counter that somebody set to a billion fills no memory."""
    house.sql("DELETE FROM ledger WHERE no IN (2, 3)", "UPDATE series SET next_no = 1000000001")
    told = house.audit()
    [report] = told.series
    assert 2 + 999_999_996 == report.holes
    assert [("hole", N2), ("hole", f"{SERIES}-{PERIOD}-000005")] == [r for r in told.rules if r[0] == "hole"]
    assert told.findings[0].detail == "not in the ledger: 2 to 3"


def test_a_ledger_that_is_empty_is_told_by_its_records(house: House) -> None:
    """No series is left to walk; the days still have the records."""
    house.sql("DELETE FROM ledger", "DELETE FROM series")
    assert [("number-missing", number) for number in (N1, N2, N3, N4)] == sorted(house.audit().rules)


def test_a_document_with_two_numbers_is_told(house: House) -> None:
    """The ledger finds its first number; the second one is told."""
    two, three = list(house.ledger.entries(SERIES, PERIOD))[1:3]
    house.ledger = LooseLedger(house.ledger, {two.document: replace(three, document=two.document)})
    told = house.audit()
    assert [("two-numbers", N2)] == told.rules
    assert (f"its document also has {N3}", False) == (told.findings[0].detail, told.findings[0].repairable)


@pytest.mark.parametrize("nowhere", [True, False])
def test_an_index_that_leads_to_nothing_or_to_another_document_is_told(house: House, nowhere: bool) -> None:  # noqa: FBT001
    """It can be written again, and the record is not told a second time."""
    two, three = list(house.ledger.entries(SERIES, PERIOD))[1:3]
    house.ledger = LooseLedger(house.ledger, {two.document: NOWHERE if nowhere else three})
    house.records = LooseRecords(house.records, without_day={N1})
    told = house.audit(repair=True)
    assert [("number-index", N2, True), ("record-index", N1, True)] == [
        (str(finding.rule), finding.number, finding.repaired) for finding in told.findings
    ]


def test_an_index_that_knows_nothing_or_an_older_state_is_told(house: House) -> None:
    """Both can be written again; the record is not told a second time by its day."""
    one, two, _, four = house.ledger.entries(SERIES, PERIOD)
    house.ledger = LooseLedger(house.ledger, {one.document: None, four.document: replace(four, void_reason=None)})
    house.records = LooseRecords(house.records, without_day={N1, N2})
    told = house.audit()
    assert [("number-index", N1), ("number-index", N4), ("record-index", N1), ("record-index", N2)] == told.rules
    assert all(finding.repairable for finding in told.findings)
    assert str(two.document) == told.findings[3].document


@pytest.mark.parametrize("index", ["without_number", "without_day", "without_account"])
def test_a_record_that_an_index_does_not_find_is_told(house: House, index: str) -> None:
    """By its number, its day or its account."""
    records = LooseRecords(house.records)
    getattr(records, index).add(N2)
    house.records = records
    told = house.audit()
    assert [("record-index", N2)] == told.rules
    assert record_of(house, "two") == told.findings[0].derived


def test_a_number_whose_record_is_another_documents_is_told(house: House) -> None:
    """The record was given away."""
    house.sql("UPDATE record SET document = 'x/transport/invoice/1', trip_id = 'x' WHERE trip_id = 'one'")
    house.change_record("x", "$.document.trip_id", "x")
    told = house.audit()
    assert {("record-differs", N1), ("record-missing", N1), ("number-missing", N1)} == set(told.rules)


@pytest.mark.parametrize("name", ["pdf", "invoice", "sources"])
def test_an_object_that_is_gone_or_altered_is_told(house: House, name: str) -> None:
    """Each of the three, by its bytes; without documents nobody reads them."""
    two, three = record_of(house, "two"), record_of(house, "three")
    house.remove(getattr(two, name))
    house.overwrite(getattr(three, name), b"other bytes")
    assert [("object-missing", N2), ("object-altered", N3)] == house.audit().rules
    assert [] == house.audit(documents=False).rules


def test_the_evidence_of_a_void_number_is_kept_too(house: House) -> None:
    """It says why there is a number at all."""
    house.remove(record_of(house, "four").sources)
    assert [("object-missing", N4)] == house.audit().rules


@pytest.mark.parametrize("name", ["pdf", "invoice", "sources"])
def test_a_record_that_names_no_object_is_told(house: House, name: str) -> None:
    """Also when no bytes are read."""
    house.change_record("two", f"$.{name}", None)
    assert [("object-missing", N2)] == house.audit(documents=False).rules


def test_a_record_that_points_to_another_invoice_is_told(house: House) -> None:
    """Its bytes are whole, but they are of another number."""
    other = record_of(house, "three").invoice
    assert other is not None
    for field in ("key", "sha256", "size"):
        house.change_record("two", f"$.invoice.{field}", getattr(other, field))
    assert [("object-differs", N2)] == house.audit().rules


@pytest.mark.parametrize(("path", "value"), [("$.number", "DE-X-2026-000009"), ("$.issued_at", "2026-11-02T13:00:01Z")])
def test_a_record_that_disagrees_with_its_number_is_told(house: House, path: str, value: str) -> None:
    """Number and date are the ledger's."""
    house.change_record("two", path, value)
    assert ("record-differs", N2) in house.audit(documents=False).rules


def test_a_young_number_without_record_is_under_way(house: House) -> None:
    """An hour later it is a finding, which says which workflow to look at."""
    house.number("five", hours=29.5)
    told = house.audit()
    assert (1, []) == (told.series[0].under_way, told.findings)
    told = house.audit(now=NOW + timedelta(hours=1))
    assert (0, [("record-missing", f"{SERIES}-{PERIOD}-000005")]) == (told.series[0].under_way, told.rules)
    assert "its workflow is invoice/five" in told.findings[0].detail


def test_since_looks_closely_at_later_numbers_only(house: House) -> None:
    """Holes are still looked for in the whole ledger, records only from that day on."""
    house.issue("five", hours=20)
    house.sql("DELETE FROM record WHERE trip_id IN ('one', 'five')", "DELETE FROM ledger WHERE no = 2")
    rules = house.audit(since=date(2026, 11, 3)).rules
    assert [("hole", N2), ("record-missing", f"{SERIES}-{PERIOD}-000005")] == rules


@pytest.mark.parametrize("name", ["DE-OTHER", f"DE-OTHER-{PERIOD}"])
def test_one_series_can_be_audited_alone(house: House, name: str) -> None:
    """What is wrong in another is not told."""
    house.issue("other", series="DE-OTHER")
    house.sql("DELETE FROM ledger WHERE series <> 'DE-OTHER'")
    told = house.audit(series=name)
    assert ([], ["DE-OTHER"]) == (told.rules, [report.series for report in told.series])


def test_a_trip_that_was_voided_since_the_series_was_read_is_no_finding(house: House) -> None:
    """The ledger is read in pages; what a page says may be a moment old."""
    stale = [replace(entry, void_reason=None) for entry in house.ledger.entries(SERIES, PERIOD)]
    ledger = LooseLedger(house.ledger)
    ledger.entries = lambda *_: iter(stale)  # type: ignore[method-assign]
    house.ledger = ledger
    assert [] == house.audit().rules


def test_what_is_gone_at_the_second_look_is_no_finding(house: House) -> None:
    """A record that was written between two reads."""

    class Late(LooseRecords):
        asked = 0

        def by_trip(self, trip_id: str) -> list[InvoiceRecord]:
            self.asked += trip_id == "two"
            return [] if trip_id == "two" and self.asked == 1 else list(super().by_trip(trip_id))

    house.records = Late(house.records)
    assert [] == house.audit().rules


def test_rows_beyond_the_counter_are_counted_again(house: House) -> None:
    """Rows and counter need not be of one moment."""
    [sound] = house.ledger.audit()
    ledger = LooseLedger(house.ledger)
    answers = [[replace(sound, last_no=3)], [sound]]
    ledger.audit = lambda: answers.pop(0)  # type: ignore[method-assign]
    house.ledger = ledger
    assert [] == house.audit().rules


def test_every_rule_is_explained() -> None:
    """With what it means and what helps."""
    assert set(Rule) == set(EXPLAINED)
    finding = Finding(series="", period="", no=None, document="", rule=Rule.HOLE, detail="")
    assert (EXPLAINED[Rule.HOLE].remedy, "") == (finding.remedy, finding.number)


def test_many_numbers_are_walked_side_by_side_and_told_in_order(house: House) -> None:
    """More than are looked at at once."""
    for no in range(5, 100):
        house.number(f"trip-{no}", hours=4)
    told = house.audit()
    assert [f"{SERIES}-{PERIOD}-{no:06d}" for no in range(5, 100)] == [number for _, number in told.rules]


def test_of_a_day_that_is_unequal_only_its_own_records_are_compared(house: House) -> None:
    """Not those of other days, of other documents of a trip, nor those that are still young."""
    house.issue("earlier", hours=-30, series="DE-EARLIER")
    house.issue("young", hours=29.5)
    house.issue("two", series="DE-OTHER", revision=2)
    house.records = LooseRecords(house.records, without_day={N2, f"{SERIES}-{PERIOD}-000006"})
    assert [("record-index", N2)] == house.audit().rules

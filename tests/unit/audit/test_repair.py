"""``repair`` writes again what is derived, looks again, and touches nothing else."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.audit.house import NOON, NOW, PERIOD, SERIES, House, LooseLedger, LooseRecords
from tripinvoice.audit import days as audited_days
from tripinvoice.audit.auditor import Auditor
from tripinvoice.audit.days import DaySum
from tripinvoice.audit.scope import Scope, Stores, day_of

N1, N2, N3, N4 = (f"{SERIES}-{PERIOD}-{no:06d}" for no in range(1, 5))


def _state(data: Path) -> tuple[list[str], list[str]]:
    """Every row, and every file by its hash."""
    files = [path for path in sorted((data / "documents").rglob("*")) if path.is_file()]
    with closing(sqlite3.connect(data / "stores.sqlite")) as raw:
        return list(raw.iterdump()), [f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]


def _loosen(house: House) -> tuple[LooseLedger, LooseRecords]:
    """Every index has forgotten the second document, and the days the third one too."""
    two = next(entry for entry in house.ledger.entries(SERIES, PERIOD) if entry.no == 2)
    ledger = LooseLedger(house.ledger, {two.document: None})
    records = LooseRecords(house.records, without_number={N2}, without_day={N2, N3}, without_account={N2})
    house.ledger, house.records = ledger, records
    return ledger, records


def test_indexes_are_mended_and_the_second_time_nothing_is_left(house: House) -> None:
    """Each finding says that it is repaired; what is not derived is as it was."""
    ledger, records = _loosen(house)
    before = _state(house.data)
    told = house.audit(repair=True)
    assert {("number-index", N2), ("record-index", N2), ("record-index", N3)} == set(told.rules)
    assert [True] * len(told.findings) == [finding.repaired for finding in told.findings]
    assert (0, True) == (told.series[0].findings, told.series[0].repaired > 0)
    assert ({2}, {N2, N3}) == (
        {entry.no for entry in ledger.reindexed},
        {record.number for record in records.reindexed},
    )
    assert before == _state(house.data)
    ledger.reindexed.clear()
    records.reindexed.clear()
    assert [] == house.audit(repair=True).rules
    assert ([], []) == (ledger.reindexed, records.reindexed)


def test_without_repair_nothing_is_written(house: House) -> None:
    """A look changes nothing."""
    ledger, records = _loosen(house)
    told = house.audit()
    assert not any(finding.repaired for finding in told.findings)
    assert ([], []) == (ledger.reindexed, records.reindexed)


def test_what_writing_again_did_not_mend_stays_a_finding(house: House) -> None:
    """It says so, rather than that it tried."""
    ledger, _ = _loosen(house)
    ledger.stubborn = True
    told = house.audit(repair=True)
    assert {("number-index", False)} == {(str(f.rule), f.repaired) for f in told.findings if f.rule == "number-index"}
    assert 1 == told.series[0].findings


def test_what_is_not_derived_is_never_touched(house: House) -> None:
    """A row that is gone and an altered object need a backup, whatever was asked."""
    ledger, records = LooseLedger(house.ledger), LooseRecords(house.records)
    [record] = house.records.by_trip("two")
    house.overwrite(record.pdf, b"other bytes")
    house.sql("DELETE FROM ledger WHERE no = 3")
    house.ledger, house.records = ledger, records
    before = _state(house.data)
    told = house.audit(repair=True)
    assert [("object-altered", N2), ("hole", N3), ("number-missing", N3)] == sorted(told.rules, key=lambda r: r[1])
    assert not any(finding.repaired or finding.repairable for finding in told.findings)
    assert ([], [], before) == (ledger.reindexed, records.reindexed, _state(house.data))


def test_what_is_mended_and_what_is_not_are_told_apart(house: House) -> None:
    """Of one number that has both."""
    [record] = house.records.by_trip("two")
    house.remove(record.pdf)
    house.records = LooseRecords(house.records, without_number={N2})
    told = house.audit(repair=True)
    assert [("record-index", True), ("object-missing", False)] == [(str(f.rule), f.repaired) for f in told.findings]
    assert (1, 1) == (told.series[0].findings, told.series[0].repaired)


def test_days_that_are_unequal_are_read_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many records a day has, few are in memory."""
    monkeypatch.setattr(audited_days, "AT_ONCE", 2)
    house.records = LooseRecords(house.records, without_day={N1, N2, N3, N4})
    assert [("record-index", number) for number in (N1, N2, N3, N4)] == house.audit().rules


def test_an_audit_that_was_interrupted_goes_on_at_its_next_series(house: House) -> None:
    """With what the days must hold by the series before."""
    house.issue("other", series="DE-OTHER")
    stores = Stores(ledger=house.ledger, records=house.records, documents=house.documents)
    scope = Scope(now=NOW, grace=timedelta(hours=1))
    with Auditor(stores, scope) as first:
        done, left = first.series()
        first.numbers(done)
    with Auditor(stores, scope, expected_before=first.expected) as second:
        second.numbers(left)
        assert 0 == second.days()
    with Auditor(stores, scope) as forgetful:
        forgetful.numbers(left)
        assert {day_of(NOON)} == set(forgetful.expected)
        assert first.expected != forgetful.expected


def test_a_step_can_end_an_audit(house: House) -> None:
    """Ctrl-C, or a worker that stops."""

    def stop() -> None:
        raise KeyboardInterrupt

    stores = Stores(ledger=house.ledger, records=house.records, documents=None)
    with Auditor(stores, Scope(now=NOW, grace=timedelta(hours=1)), step=stop) as auditor:
        with pytest.raises(KeyboardInterrupt):
            auditor.days()
        with pytest.raises(KeyboardInterrupt):
            auditor.numbers(auditor.series()[0])


def test_a_sum_is_of_a_set(house: House) -> None:
    """The order does not matter; how often does."""
    [one], [two] = house.records.by_trip("one"), house.records.by_trip("two")
    assert DaySum().plus(one).plus(two) == DaySum().plus(two).plus(one)
    assert DaySum().plus(one) != DaySum().plus(one).plus(one) != DaySum().plus(one).plus(two)


def test_a_number_that_is_no_number_of_ours_is_told_as_it_is(house: House) -> None:
    """A record that somebody else wrote."""
    house.sql(
        "INSERT INTO record SELECT 'foreign/transport/invoice/1', 'foreign', contract, kind, revision, 'FREE TEXT', "
        "state, issued_at, content, account FROM record WHERE trip_id = 'one'"
    )
    house.change_record("foreign", "$.number", "FREE TEXT")
    house.change_record("foreign", "$.document.trip_id", "foreign")
    assert [("number-missing", "FREE TEXT")] == house.audit().rules

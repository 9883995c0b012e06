"""The audit over a real Cassandra: derived rows that are gone or altered are told; ``--repair`` writes them again."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.contract.cassandra import cassandra_place, keyspace_of, server
from tests.unit.audit.house import ACCOUNT, PERIOD, SERIES, House
from tripinvoice.adapters.cassandra import cluster
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.ledger_cassandra import CassandraNumberLedger
from tripinvoice.adapters.records_cassandra import CassandraInvoiceRecords

pytestmark = [pytest.mark.xdist_group("cassandra"), pytest.mark.usefixtures("cassandra_server")]

N1, N2, N3, N4, N5 = (f"{SERIES}-{PERIOD}-{no:06d}" for no in range(1, 6))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Five numbers in buckets of two, the fourth void."""
    with keyspace_of(tmp_path) as keyspace:
        made = House(
            data=tmp_path,
            documents=FolderDocumentStore(tmp_path / "documents"),
            ledger=CassandraNumberLedger(keyspace, bucket_size=2),
            records=CassandraInvoiceRecords(keyspace),
        )
        for hours, trip in enumerate(("one", "two", "three")):
            made.issue(trip, hours=hours)
        made.void("four", hours=3)
        made.issue("five", hours=4)
        yield made


@pytest.fixture
def cli(house: House) -> Cli:
    """``tripinvoice`` over these stores."""
    stores = {
        "TRIPINVOICE_STORE": f"cassandra://{server().address}/{_keyspace(house)}",
        "TRIPINVOICE_DOCUMENTS": f"folder://{house.data}/documents",
        "TEMPORAL_ADDRESS": "localhost:1",
        "NO_COLOR": "1",
    }
    return Cli({**os.environ, **stores})


def _keyspace(house: House) -> str:
    return (house.data / "keyspace").read_text()


def _cql(house: House, *changes: tuple[str, *tuple[object, ...]]) -> None:
    """Statements with their values."""
    with cluster(cassandra_place(_keyspace(house))) as made:
        session = made.connect(_keyspace(house))
        for change, *values in changes:
            session.execute(change, values)


def _all(house: House, table: str) -> list[Any]:
    with cluster(cassandra_place(_keyspace(house))) as made:
        return sorted(made.connect(_keyspace(house)).execute(f"SELECT * FROM {table}"))  # noqa: S608


_DERIVED = ("number_by_document", "record_by_number", "record_by_account", "record_by_day")
_TRUTH = ("claim", "series_ledger", "record_by_trip")


async def test_derived_rows_are_told_and_written_again(house: House, cli: Cli) -> None:
    """Gone, or leading to nothing, or to another document's number; the truth is not touched, and all is as it was."""
    before = {table: _all(house, table) for table in (*_DERIVED, *_TRUTH)}
    one, two, three, *_ = (str(entry.document) for entry in house.ledger.entries(SERIES, PERIOD))
    _cql(
        house,
        ("DELETE FROM number_by_document WHERE document = %s", one),
        ("UPDATE number_by_document SET bucket = 1, no = 3 WHERE document = %s", two),
        ("UPDATE number_by_document SET bucket = 9, no = 99 WHERE document = %s", three),
        ("DELETE FROM record_by_number WHERE number = %s", N3),
        ("DELETE FROM record_by_account WHERE account = %s AND month = '2026-11'", ACCOUNT),
        ("TRUNCATE record_by_day",),
    )
    found = (await cli("audit", "--json")).json()
    told = {(finding["rule"], finding["number"]) for finding in found["findings"]}
    expected = {("number-index", number) for number in (N1, N2, N3)}
    assert expected | {("record-index", number) for number in (N1, N2, N3, N4, N5)} == told
    assert all(finding["repairable"] for finding in found["findings"])

    repaired = await cli("audit", "--repair", "--json")
    assert (0, True) == (repaired.code, repaired.json()["in_order"])
    assert {True} == {finding["repaired"] for finding in repaired.json()["findings"]}
    assert before == {table: _all(house, table) for table in before}
    again = await cli("audit", "--repair", "--json")
    assert (0, []) == (again.code, again.json()["findings"])


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ("DELETE FROM series_ledger WHERE series = '{s}' AND period = '{p}' AND bucket = 0 AND no = 2", {"hole"}),
        ("DELETE FROM claim WHERE document = '{d}'", {"claim"}),
        ("DELETE FROM record_by_trip WHERE trip_id = 'two'", {"record-missing"}),
    ],
)
async def test_what_is_not_derived_is_told_and_left(house: House, cli: Cli, change: str, rules: set[str]) -> None:
    """A backup has it; --repair has not."""
    two = list(house.ledger.entries(SERIES, PERIOD))[1].document
    _cql(house, (change.format(s=SERIES, p=PERIOD, d=two),))
    before = {table: _all(house, table) for table in _TRUTH}
    told = await cli("audit", "--repair", "--json")
    assert 6 == told.code
    assert rules <= {finding["rule"] for finding in told.json()["findings"] if finding["number"] == N2}
    assert before == {table: _all(house, table) for table in _TRUTH}

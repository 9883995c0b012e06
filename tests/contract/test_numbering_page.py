"""The queries that docs/numbering.md gives to auditors: they work, and they find what was tampered with."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.stores import claim, document, record
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.sqlite import Database

PAGE = Path(__file__).parents[2] / "docs" / "numbering.md"
SERIES, MISSING, BACKWARDS, UNRECORDED, COUNTERS = range(5)


@pytest.fixture
def raw(tmp_path: Path) -> sqlite3.Connection:
    """A copy in memory of a file with three numbers, the last without a record, and without its triggers."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with Database(tmp_path / "stores.sqlite") as database:
        ledger = SqliteNumberLedger(database)
        ledger.take([claim("a"), claim("b", minutes=1), claim("c", minutes=2)])
        ledger.void(document("b"), "duplicate")
        SqliteInvoiceRecords(database).save([record("a", 1), record("b", 2, state="VOIDED")])
        with database.read() as connection:
            connection.backup(memory)
    for (trigger,) in memory.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        memory.execute(f"DROP TRIGGER {trigger}")
    return memory


def ask(raw: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    """What each query of the page finds."""
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    with closing(raw):
        return [raw.execute(query).fetchall() for query in queries]


def test_a_sound_ledger_gives_nothing_to_ask_about(raw: sqlite3.Connection) -> None:
    """Only the list of series, and the document that is being made."""
    expected = [[("GB-OP", "2026", 1, 3, 3, 1)], [], [], [("GB-OP", "2026", 3, "c/transport/invoice/1")], []]
    assert expected == ask(raw)


@pytest.mark.parametrize(
    ("change", "query", "found"),
    [
        ("DELETE FROM ledger WHERE no = 2", MISSING, ("GB-OP", "2026", 2, 2)),
        ("DELETE FROM ledger WHERE no = 3", COUNTERS, ("GB-OP", "2026", 4, 2)),
        ("UPDATE ledger SET issued_at = '2025' WHERE no = 2", BACKWARDS, ("GB-OP", "2026", 2, "2025")),
        ("DELETE FROM record WHERE trip_id = 'a'", UNRECORDED, ("GB-OP", "2026", 1, "a/transport/invoice/1")),
        ("UPDATE series SET next_no = 9", COUNTERS, ("GB-OP", "2026", 9, 3)),
    ],
)
def test_what_was_tampered_with_shows(raw: sqlite3.Connection, change: str, query: int, found: object) -> None:
    """Each query finds what it is there for."""
    raw.execute(change)
    assert found in ask(raw)[query]

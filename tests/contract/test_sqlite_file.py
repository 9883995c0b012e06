"""What only the SQLite stores promise: the file defends itself, says what is wrong, and is upgraded in place."""

import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.stores import claim, document, record
from tripinvoice.adapters.answers_sqlite import SqliteAnswerCache
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords
from tripinvoice.adapters.sqlite import Database
from tripinvoice.adapters.sqlite_schema import MIGRATIONS
from tripinvoice.answers import Provides
from tripinvoice.errors import ConflictError, StoreUnavailableError, StoreUnusableError
from tripinvoice.money_systems import Answer
from tripinvoice.numbering import SeriesAudit

SOON = timedelta(milliseconds=200)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with three numbers, one of them void, and a record."""
    file = tmp_path / "stores.sqlite"
    with Database(file) as database:
        ledger = SqliteNumberLedger(database)
        ledger.take([claim("a"), claim("b"), claim("c", minutes=2)])
        ledger.void(document("b"), "duplicate")
        SqliteInvoiceRecords(database).save([record("a", 1)])
    return file


@pytest.fixture
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The same file in the hands of somebody with a database tool."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as connection:
        yield connection


def tamper(raw: sqlite3.Connection, table: str, *statements: str) -> None:
    """Drop the table's triggers, as a determined person could, and change it."""
    triggers = raw.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()
    for (trigger,) in triggers:
        raw.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        raw.execute(statement)


def audits(path: Path) -> Sequence[SeriesAudit]:
    with Database(path) as database:
        return SqliteNumberLedger(database).audit()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger WHERE no = 3",
        "DELETE FROM claim",
        "DELETE FROM series",
        "DELETE FROM record",
        "UPDATE ledger SET no = 9 WHERE no = 3",
        "UPDATE ledger SET issued_at = '2020-01-01T00:00:00.000000Z' WHERE no = 1",
        "UPDATE ledger SET document = 'x' WHERE no = 1",
        "UPDATE ledger SET void_reason = NULL WHERE no = 2",
        "UPDATE ledger SET void_reason = 'other' WHERE no = 2",
        "UPDATE ledger SET void_reason = 'x', no = 9 WHERE no = 3",
        "UPDATE claim SET series = 'X'",
        "UPDATE series SET next_no = next_no - 1",
        "UPDATE series SET next_no = next_no + 2",
        "UPDATE series SET next_no = next_no + 1, last_issued_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE record SET state = 'VOIDED'",
        "INSERT INTO ledger SELECT series, period, 5, 'x', issued_at, NULL FROM ledger WHERE no = 3",
        "INSERT OR REPLACE INTO ledger SELECT series, period, 3, 'x', issued_at, NULL FROM ledger WHERE no = 3",
        "INSERT OR REPLACE INTO ledger SELECT series, period, 4, document, issued_at, NULL FROM ledger WHERE no = 3",
        "INSERT OR REPLACE INTO claim SELECT document, 'X', period, claimed_at, workflow_id FROM claim",
        "INSERT OR REPLACE INTO series SELECT series, period, 1, NULL FROM series",
        "INSERT OR REPLACE INTO record SELECT * FROM record",
    ],
)
def test_the_file_itself_refuses_to_be_rewritten(raw: sqlite3.Connection, statement: str) -> None:
    """Whatever program tries: deleting, changing and replacing are all refused by triggers."""
    before = [*raw.iterdump()]
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    assert before == [*raw.iterdump()]


def test_a_row_may_become_void_and_nothing_else(raw: sqlite3.Connection, path: Path) -> None:
    """The one change that the ledger's triggers let pass."""
    raw.execute("UPDATE ledger SET void_reason = 'cancelled' WHERE no = 3")
    (audit,) = audits(path)
    assert SeriesAudit(series="GB-OP", period="2026", last_no=3, count=3, voided=2, holes=()) == audit


@pytest.mark.parametrize(
    ("table", "statement", "last_no", "count", "holes"),
    [
        ("ledger", "DELETE FROM ledger WHERE no = 2", 3, 2, (2,)),
        ("ledger", "DELETE FROM ledger WHERE no = 1", 3, 2, (1,)),
        ("ledger", "DELETE FROM ledger WHERE no = 3", 3, 2, (3,)),
        ("ledger", "DELETE FROM ledger", 3, 0, (1, 2, 3)),
        ("ledger", "UPDATE ledger SET no = 6 WHERE no = 2", 3, 3, (2, 4, 5)),
        ("series", "UPDATE series SET next_no = 6", 5, 3, (4, 5)),
        ("series", "UPDATE series SET next_no = 2", 1, 3, ()),
        ("series", "DELETE FROM series", 0, 3, ()),
    ],
)
def test_the_audit_sees_what_was_tampered_with(  # noqa: PLR0913, PLR0917 - a row of the table above
    raw: sqlite3.Connection, path: Path, table: str, statement: str, last_no: int, count: int, holes: tuple[int, ...]
) -> None:
    """It looks at the rows: a deleted, moved or invented number shows, whatever the counter says."""
    tamper(raw, table, statement)
    (audit,) = audits(path)
    assert (last_no, count, holes) == (audit.last_no, audit.count, audit.holes)
    assert audit.last_no != audit.count or audit.holes


def test_the_audit_of_an_absurd_counter_is_bounded(raw: sqlite3.Connection, path: Path) -> None:
    """A thousand million numbers missing are not all listed."""
    tamper(raw, "series", "UPDATE series SET next_no = 1000000000")
    (audit,) = audits(path)
    assert (999_999_999, 10_000, 4) == (audit.last_no, len(audit.holes), audit.holes[0])


@pytest.mark.parametrize("change", ["UPDATE series SET next_no = 2", "UPDATE series SET next_no = 9"])
def test_a_ledger_whose_counter_is_wrong_gives_no_number(raw: sqlite3.Connection, path: Path, change: str) -> None:
    """It would be a duplicate or a gap; what was given is still found, and other series go on."""
    tamper(raw, "series", change)
    with Database(path) as database:
        ledger = SqliteNumberLedger(database)
        with pytest.raises(ConflictError, match="GB-OP, period 2026: counter and rows"):
            ledger.take([claim("other", "DE-A"), claim("new")])
        assert (None, None) == (ledger.find(document("other")), ledger.find(document("new")))
        assert [3, 1] == [n.no for n in ledger.take([claim("c"), claim("other", "DE-A")])]


def test_a_claim_without_a_number_is_honoured(raw: sqlite3.Connection, path: Path) -> None:
    """Whoever left it: its series, period and time count, not those of the one who asks now."""
    raw.execute(
        "INSERT INTO claim VALUES ('z/transport/invoice/1', 'FR-A', '2025', '2026-01-01T00:00:00.000000Z', 'w')"
    )
    with Database(path) as database:
        (number,) = SqliteNumberLedger(database).take([claim("z", "GB-OP", minutes=5)])
    assert ("FR-A-2025-000001", 1) == (number.number, number.issued_at.month)


def test_a_writer_who_does_not_let_go_makes_the_store_unavailable(raw: sqlite3.Connection, path: Path) -> None:
    """Another program's open transaction: readers go on, writers are told to come again."""
    with Database(path, patience=SOON) as database:
        ledger = SqliteNumberLedger(database)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked by another program"):
            ledger.take([claim("d")])
        assert ledger.find(document("d")) is None
        raw.execute("ROLLBACK")
        assert [4] == [number.no for number in ledger.take([claim("d")])]


def test_a_program_that_does_not_know_our_lock_cannot_write_between(raw: sqlite3.Connection, path: Path) -> None:
    """SQLite's own lock is held from the first statement of a write: what it reads stays true until it ends."""
    raw.execute("PRAGMA busy_timeout = 0")
    with Database(path) as database, database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        raw.execute("BEGIN IMMEDIATE")


def test_our_own_writers_wait_for_each_other_no_longer_than_patience(path: Path) -> None:
    """A transaction that hangs in one handle on the file, or one thread, holds the others up for that long."""
    with Database(path) as one, Database(path, patience=SOON) as two:
        ledger = SqliteNumberLedger(two)
        with one.write(), pytest.raises(StoreUnavailableError, match="other writers"):
            ledger.take([claim("d")])
    with Database(path, patience=SOON) as database, database.write():
        seen: list[BaseException] = []
        thread = threading.Thread(target=_take_in_thread, args=(database, seen))
        thread.start()
        thread.join()
    assert ["StoreUnavailableError"] == [type(error).__name__ for error in seen]


def _take_in_thread(database: Database, seen: list[BaseException]) -> None:
    try:
        SqliteNumberLedger(database).take([claim("d")])
    except StoreUnavailableError as error:
        seen.append(error)


def test_a_full_disk_makes_the_store_unavailable_and_loses_nothing(path: Path) -> None:
    """The transaction that did not fit is undone; with space again it succeeds with the next number."""
    with Database(path) as database:
        ledger = SqliteNumberLedger(database)
        with database.read() as connection:
            connection.execute("PRAGMA max_page_count = 1")  # no growth beyond what it has
        with pytest.raises(StoreUnavailableError, match="free space"):
            ledger.take([claim(f"trip{i}") for i in range(2_000)])
    assert [3] == [audit.count for audit in audits(path)]
    with Database(path) as database:
        assert 2_000 == len(SqliteNumberLedger(database).take([claim(f"trip{i}") for i in range(2_000)]))


_LIMITED = """
import resource, sys
from pathlib import Path
from tests.contract.stores import claim
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.sqlite import Database
from tripinvoice.errors import StoreUnavailableError
with Database(Path(sys.argv[1])) as database:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        SqliteNumberLedger(database).take([claim(f"trip{i}") for i in range(2_000)])
    except StoreUnavailableError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    print(SqliteNumberLedger(database).take([claim("after")])[0].number)
"""


def test_a_write_that_the_system_refuses_is_undone(path: Path) -> None:
    """The operating system fails the write itself; the same process goes on afterwards."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", _LIMITED, str(path)], capture_output=True, text=True, check=True)
    refused, number = done.stdout.splitlines()
    assert ("stores.sqlite: cannot be", "GB-OP-2026-000004") == (refused[:24], number)


def test_a_damaged_file_is_said_to_be_damaged(path: Path) -> None:
    """Not a traceback of SQLite's, and not to be tried again."""
    with closing(sqlite3.connect(path)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ledger'").fetchone()
    _overwrite(path, (page - 1) * 4096, 4096)
    with Database(path) as database:
        with pytest.raises(StoreUnusableError, match="backup"):
            SqliteNumberLedger(database).take([claim("d")])
        with pytest.raises(StoreUnusableError, match="backup"):
            database.verify()


def test_a_file_whose_schema_is_damaged_is_not_opened(path: Path) -> None:
    """The worker does not start, instead of parking every invoice."""
    _overwrite(path, 4096, path.stat().st_size - 4096)
    with pytest.raises(StoreUnusableError, match="backup"):
        Database(path)


def _overwrite(path: Path, offset: int, size: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * size)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    file = tmp_path / "notes.txt"
    file.write_text("Dear diary, " * 500)
    with pytest.raises(StoreUnusableError, match="no SQLite database"):
        Database(file)
    assert "Dear diary, " * 500 == file.read_text()


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """No tables of ours are put into it."""
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE photos (id)")
    with pytest.raises(StoreUnusableError, match="another program"):
        Database(file)
    with closing(sqlite3.connect(file)) as other:
        assert [("photos",)] == other.execute("SELECT name FROM sqlite_schema").fetchall()


def test_a_file_of_a_newer_version_is_refused(raw: sqlite3.Connection, path: Path) -> None:
    """An old worker must not write by rules that it does not know."""
    raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreUnusableError, match="newer version"):
        Database(path)


def test_an_upgrade_that_was_cut_off_is_done_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails half-way leaves the file as it was; the next start does the whole step."""
    half = (*MIGRATIONS, ("CREATE TABLE extra (a TEXT) STRICT", "CREATE TABLE extra (a TEXT) STRICT"))
    monkeypatch.setattr("tripinvoice.adapters.sqlite.MIGRATIONS", half)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        Database(path)
    monkeypatch.setattr(
        "tripinvoice.adapters.sqlite.MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE extra (a TEXT) STRICT",))
    )
    for _ in range(2):
        with Database(path) as database, database.read() as connection:
            assert [] == connection.execute("SELECT * FROM extra").fetchall()
            assert (len(MIGRATIONS) + 1,) == connection.execute("PRAGMA user_version").fetchone()


def test_a_path_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A file where a folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError, match="folder"):
        Database(tmp_path / "file" / "stores.sqlite")


def test_what_is_written_is_synced_and_checked(path: Path) -> None:
    """The settings on which durability rests, on the connections that are really used."""
    with Database(path) as database:
        database.verify()
        with database.write(durable=False):
            pass
        with database.write() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            values = [connection.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
    assert values == ["wal", 2, 1, 1]


def test_an_interrupted_transaction_leaves_nothing_and_the_file_usable(path: Path) -> None:
    """An exception in the block, here the interrupt of a stopping process."""
    with Database(path, patience=SOON) as database:
        with pytest.raises(KeyboardInterrupt):
            _begin_and_be_interrupted(database)
        with database.read() as connection:
            assert (3,) == connection.execute("SELECT count(*) FROM claim").fetchone()
        assert 4 == SqliteNumberLedger(database).take([claim("d")])[0].no


def _begin_and_be_interrupted(database: Database) -> None:
    with database.write() as connection:
        connection.execute("INSERT INTO claim VALUES ('x', 'S', '2026', 't', 'w')")
        raise KeyboardInterrupt


def test_a_closed_database_says_so(path: Path) -> None:
    """Closing twice is harmless; a step that comes too late is told to come again elsewhere."""
    database = Database(path)
    database.close()
    database.close()
    ledger = SqliteNumberLedger(database)
    for late in (lambda: ledger.find(document("a")), lambda: ledger.take([claim("a")])):
        with pytest.raises(StoreUnavailableError, match="closed"):
            late()


def test_a_transaction_may_outlive_the_closing(path: Path) -> None:
    """A reader that is under way when the process stops ends in peace, and no connection is left open."""
    database = Database(path)
    with database.read() as connection:
        database.close()
        assert (3,) == connection.execute("SELECT count(*) FROM ledger").fetchone()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_forked_child_must_open_its_own(path: Path) -> None:
    """Connections that cross a fork would share locks and lose them."""
    code = (
        "import os, sys; from pathlib import Path; from tripinvoice.adapters.sqlite import Database\n"
        "database = Database(Path(sys.argv[1])); child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        with database.read(): os._exit(1)\n"
        "    except RuntimeError: os._exit(7)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])); database.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "7\n"


def test_forgotten_answers_are_not_in_the_file_any_more(path: Path) -> None:
    """They are personal data: the bytes must go, not only the row."""
    secret = "Erika-Mustermann-" * 20
    answer = Answer(system="rider", provides=Provides.RIDER, body={"name": secret}, fetched_at=SystemClock().now())
    with Database(path) as database:
        cache = SqliteAnswerCache(database)
        cache.save("trip", [answer])
        cache.forget("trip")
    assert b"Erika" not in path.read_bytes()
    assert not path.with_name(path.name + "-wal").exists()


def test_answers_in_terms_of_a_newer_version_are_asked_again(raw: sqlite3.Connection, path: Path) -> None:
    """After going back to an older version: unknown is as good as not there."""
    raw.execute("INSERT INTO answer VALUES ('t', 'new', 'hologram', '{}', '2026-01-01T00:00:00.000000Z')")
    raw.execute("INSERT INTO answer VALUES ('t', 'old', 'facts', '{}', '2026-01-01T00:00:00.000000Z')")
    with Database(path) as database:
        assert ["old"] == list(SqliteAnswerCache(database).load("t"))


def test_the_lock_file_is_empty_and_stays(path: Path) -> None:
    """Deleting it would let two writers in."""
    lock = path.with_name("stores.sqlite-writer")
    assert (True, 0) == (lock.exists(), lock.stat().st_size)

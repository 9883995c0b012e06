"""One SQLite file for the embedded stores, safe for many threads and processes and against a kill at any moment.

WAL with ``synchronous=FULL``: when a write returns, it is on the disk. Writers take turns (``sqlite_writer``), readers
see one moment and wait for nobody. The file must be on a local disk: WAL needs memory shared between processes.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from tripinvoice.adapters.sqlite_schema import APPLICATION_ID, MIGRATIONS
from tripinvoice.adapters.sqlite_writer import WriterLock
from tripinvoice.errors import ConflictError, StoreUnavailableError, StoreUnusableError, TripInvoiceError

_PATIENCE = timedelta(seconds=30)

# secure_delete: answers hold personal data until they are forgotten, then the bytes must go too.
_PRAGMAS = ("foreign_keys = ON", "recursive_triggers = ON", "secure_delete = ON", "synchronous = FULL")

_DAMAGED = {
    sqlite3.SQLITE_CORRUPT: "is damaged; stop all processes, keep a copy of it and restore it from a backup",
    sqlite3.SQLITE_NOTADB: "is no SQLite database; point the setting at the right file, or restore it from a backup",
}
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another program; it may be an open transaction in a database tool",
    sqlite3.SQLITE_FULL: "cannot grow; free space on its disk",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check the folder, its permissions and the limit of open files",
    sqlite3.SQLITE_READONLY: "cannot be written; check permissions and whether the disk is mounted read-only",
    sqlite3.SQLITE_PERM: "cannot be used; check its permissions",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk and the limits on file size",
    sqlite3.SQLITE_LOCKED: "is locked by this process",
    sqlite3.SQLITE_PROTOCOL: "could not be locked in time",
    sqlite3.SQLITE_NOMEM: "could not be used for lack of memory",
}


class Database:
    """A file with the tables of all embedded stores; made, or brought up to date, when opened.

    Connections are lent for one transaction each, so there are as many as threads that work at once. A forked child
    must open its own. Raises ``StoreUnavailableError`` when waiting helps (locked, disk full, I/O error) and
    ``StoreUnusableError`` when it does not (damaged, foreign, written by a newer version).
    """

    def __init__(self, path: Path, *, patience: timedelta = _PATIENCE) -> None:
        self._path = path
        self._patience = patience.total_seconds()
        self._process = os.getpid()
        self._idle: list[sqlite3.Connection] = []
        self._idle_guard = threading.Lock()
        self._closed = False
        self._writer = self._open_writer()
        try:
            with self._explained(), self._writer.held(), self._lent() as connection:
                _prepare(connection, path.name)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the file for the whole block."""
        with self._explained(), self._lent() as connection, _transaction(connection, "BEGIN"):
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept together at the end of the block, or not at all after an exception.

        ``durable=False`` survives a kill but perhaps not a power cut: for what can be made again.
        """
        with self._explained(), self._writer.held(), self._lent() as connection:
            connection.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            with _transaction(connection, "BEGIN IMMEDIATE"):
                yield connection

    def verify(self) -> None:
        """Read the whole file and check its structure. Raises ``StoreUnusableError``; takes seconds per gigabyte."""
        with self.read() as connection:
            findings = connection.execute("PRAGMA integrity_check").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        if findings != [("ok",)] or orphans:
            raise StoreUnusableError(f"{self._path.name}: {_DAMAGED[sqlite3.SQLITE_CORRUPT]}")

    def close(self) -> None:
        """Close every connection; those in use close when their transaction ends. Closing twice is harmless."""
        if self._closed:
            return
        with self._writer.held():
            self._closed = True
            self._close_idle()
            self._writer.close()

    def __enter__(self) -> Self:
        """The database itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _open_writer(self) -> WriterLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return WriterLock(self._path.with_name(self._path.name + "-writer"), self._patience)
        except OSError:
            raise StoreUnavailableError(
                f"{self._path.name}: its folder cannot be made or written; check the path and its permissions"
            ) from None

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone. After an error of the database it is not trusted again."""
        connection = self._borrow()
        try:
            yield connection
        except sqlite3.Error:
            connection.close()
            raise
        except BaseException:
            self._give_back(connection)
            raise
        else:
            self._give_back(connection)

    def _borrow(self) -> sqlite3.Connection:
        if os.getpid() != self._process:
            msg = "a Database cannot be used in a forked process: open it there"
            raise RuntimeError(msg)
        with self._idle_guard:
            if self._closed:
                raise StoreUnavailableError(f"{self._path.name}: the store is closed, the process is stopping")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._idle_guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _close_idle(self) -> None:
        with self._idle_guard:
            while self._idle:
                self._idle.pop().close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors in our words. Those of our own SQL pass as they are: they are mistakes of ours."""
        try:
            yield
        except sqlite3.Error as error:
            explained = _explain(error, self._path.name)
            if explained is None:
                raise
            raise explained from None


def _explain(error: sqlite3.Error, name: str) -> TripInvoiceError | None:
    """The error of ours for an error of SQLite's; ``None`` when it is a programming error."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the code is detail
    if primary in _DAMAGED:
        return StoreUnusableError(f"{name}: {_DAMAGED[primary]}")
    if primary in _UNAVAILABLE:
        return StoreUnavailableError(f"{name}: {_UNAVAILABLE[primary]} ({error.sqlite_errorname})")
    if primary == sqlite3.SQLITE_CONSTRAINT:
        # A trigger's text is ours; the other constraints name a table and column. Neither holds a value.
        return ConflictError(f"{name}: refused, {error}; docs/numbering.md says how to check the tables")
    return None


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have rolled back already
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection, name: str) -> None:
    """Bring the file to our newest schema; the caller holds the writer lock, so nobody else does it now."""
    _refuse_foreign(connection, name)
    with closing(connection.execute("PRAGMA journal_mode = WAL")) as cursor:
        if cursor.fetchone() != ("wal",):
            raise StoreUnusableError(f"{name}: its file system has no shared memory; keep the store on a local disk")
    with _transaction(connection, "BEGIN IMMEDIATE"):
        for step in MIGRATIONS[_number(connection, "user_version") :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _refuse_foreign(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a file that is not ours, or that a newer version has changed."""
    if _number(connection, "application_id") != APPLICATION_ID and _number(connection, "schema_version") > 0:
        raise StoreUnusableError(f"{name}: is a database of another program; point the setting at another file")
    if _number(connection, "user_version") > len(MIGRATIONS):
        raise StoreUnusableError(f"{name}: was written by a newer version; start that version or a later one")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    (value,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(value)

"""The record store in SQLite: each record is written once, as canonical JSON, and never changes."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from tripinvoice import canonical
from tripinvoice.adapters.moments import to_text
from tripinvoice.adapters.sqlite import Database
from tripinvoice.errors import ConflictError
from tripinvoice.ports import InvoiceRecord

_PAGE = 500

_STORED = "SELECT content FROM record WHERE document = ?"
_INSERT = """
    INSERT INTO record (document, trip_id, contract, kind, revision, number, state, account, issued_at, content)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_BY_TRIP = "SELECT content FROM record WHERE trip_id = ? ORDER BY contract, revision, kind"
_BY_NUMBER = "SELECT content FROM record WHERE number = ?"
_COUNTS = "SELECT state, count(*) FROM record GROUP BY state"
_BY_TIME = """
    SELECT issued_at, number, content FROM record WHERE (issued_at, number) > (?, ?) AND issued_at < ?
    ORDER BY issued_at, number LIMIT ?
"""
_BY_ACCOUNT = """
    SELECT content FROM record WHERE account = ? AND account <> '' AND issued_at >= ? AND issued_at < ?
    ORDER BY issued_at DESC, number DESC
"""


class SqliteInvoiceRecords:
    """Records in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, records: Sequence[InvoiceRecord]) -> None:
        """Write them all or none. The same record again is no change.

        Raises ``ConflictError`` when a document has another record already, or another document its number.
        """
        with self._database.write() as connection:
            for record in records:
                _save(connection, record)

    def by_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        """All documents of a trip, issued or void, by contract and revision."""
        with self._database.read() as connection:
            return tuple(_load(content) for (content,) in connection.execute(_BY_TRIP, (trip_id,)))

    def by_number(self, number: str) -> InvoiceRecord | None:
        """The document with this number."""
        with self._database.read() as connection:
            row = connection.execute(_BY_NUMBER, (number,)).fetchone()
        return None if row is None else _load(row[0])

    def counts(self) -> Mapping[str, int]:
        """How many records there are, by state; a state without any is left out."""
        with self._database.read() as connection:
            return dict(connection.execute(_COUNTS).fetchall())

    def by_account(self, account: str, month: date) -> Sequence[InvoiceRecord]:
        """The account's documents of a month, issued and void, the latest first."""
        first = month.replace(day=1)
        span = _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))
        with self._database.read() as connection:
            return tuple(_load(content) for (content,) in connection.execute(_BY_ACCOUNT, (account, *span)))

    def by_day(self, day: date) -> Iterator[InvoiceRecord]:
        """Everything issued on a day, void or not, by time and number; read in pages as it is asked for."""
        place, end = (_midnight(day), ""), _midnight(day + timedelta(days=1))
        while True:
            with self._database.read() as connection:
                page = connection.execute(_BY_TIME, (*place, end, _PAGE)).fetchall()
            if not page:
                return
            for issued_at, number, content in page:
                place = issued_at, number
                yield _load(content)

    def reindex(self, record: InvoiceRecord) -> None:
        """Nothing is derived here: the database keeps its own indexes."""


def _midnight(day: date) -> str:
    return to_text(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _load(content: str) -> InvoiceRecord:
    return canonical.load(content.encode(), InvoiceRecord)


def _save(connection: sqlite3.Connection, record: InvoiceRecord) -> None:
    stored = connection.execute(_STORED, (str(record.document),)).fetchone()
    if stored is None:
        _insert(connection, record)
    elif _load(stored[0]) != record:
        raise ConflictError(
            f"record of {record.document}: written before with other content; an issued document never changes, "
            "correct it with a credit note and a new revision"
        )


def _insert(connection: sqlite3.Connection, record: InvoiceRecord) -> None:
    key = record.document
    content = canonical.dump(record).decode()
    where = (str(key), key.trip_id, key.contract, key.kind, key.revision, record.number, record.state)
    found_by = (record.account, to_text(record.issued_at), content)
    if connection.execute(_BY_NUMBER, (record.number,)).fetchone() is not None:
        raise ConflictError(
            f"record of {key}: its number belongs to another document; take numbers from the ledger only"
        )
    connection.execute(_INSERT, (*where, *found_by))

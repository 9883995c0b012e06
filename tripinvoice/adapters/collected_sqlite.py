"""Drafts that wait for their month's invoice, in SQLite: each is written once, as canonical JSON."""

import sqlite3
from collections.abc import Sequence

from tripinvoice import canonical
from tripinvoice.adapters.sqlite import Database
from tripinvoice.errors import ConflictError
from tripinvoice.ports import CollectedDraft

_STORED = "SELECT content FROM collected WHERE document = ?"
_INSERT = "INSERT INTO collected (document, trip_id, account, month, content) VALUES (?, ?, ?, ?, ?)"
_ACCOUNTS = "SELECT DISTINCT account FROM collected WHERE month = ? ORDER BY account"
_BY_ACCOUNT = "SELECT content FROM collected WHERE month = ? AND account = ? ORDER BY document"
_BY_TRIP = "SELECT content FROM collected WHERE trip_id = ? ORDER BY document"


class SqliteMonthlyCollection:
    """Collected drafts in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self, drafts: Sequence[CollectedDraft]) -> None:
        """Keep them, all or none. Raises ``ConflictError`` when a document was collected with other content."""
        with self._database.write() as connection:
            for draft in drafts:
                _save(connection, draft)

    def accounts(self, month: str) -> Sequence[str]:
        """The accounts that have something in this month, in order."""
        with self._database.read() as connection:
            return tuple(account for (account,) in connection.execute(_ACCOUNTS, (month,)))

    def of_account(self, account: str, month: str) -> Sequence[CollectedDraft]:
        """What an account has in this month, by document."""
        with self._database.read() as connection:
            return tuple(_load(content) for (content,) in connection.execute(_BY_ACCOUNT, (month, account)))

    def of_trip(self, trip_id: str) -> Sequence[CollectedDraft]:
        """What is collected of a trip, by document."""
        with self._database.read() as connection:
            return tuple(_load(content) for (content,) in connection.execute(_BY_TRIP, (trip_id,)))


def _save(connection: sqlite3.Connection, draft: CollectedDraft) -> None:
    document = str(draft.document)
    stored = connection.execute(_STORED, (document,)).fetchone()
    if stored is None:
        content = canonical.dump(draft).decode()
        connection.execute(_INSERT, (document, draft.document.trip_id, draft.account, draft.month, content))
    elif _load(stored[0]) != draft:
        raise ConflictError(f"{document}: collected before with other content; it is on its month's invoice as it was")


def _load(content: str) -> CollectedDraft:
    return canonical.load(content.encode(), CollectedDraft)

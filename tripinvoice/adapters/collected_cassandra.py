"""Drafts that wait for their month's invoice, in Cassandra: ``collected_by_trip`` is the truth, the rest leads to it.

A trip's drafts are one partition and are written by one conditional batch, after the keys that lead to them: a key that
leads to nothing was left by a crash and does not count.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

from tripinvoice import canonical
from tripinvoice.adapters.cassandra import CONDITIONAL, READ, SERIAL_READ, WRITE, Keyspace
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.ports import CollectedDraft

SHARDS = 16  # partitions of a month; never changed, for it says where an account's drafts are
_ROUNDS = 5

_STORED = SERIAL_READ("SELECT document, content FROM collected_by_trip WHERE trip_id = ?")
_INSERT = CONDITIONAL("INSERT INTO collected_by_trip (trip_id, document, content) VALUES (?, ?, ?) IF NOT EXISTS")
_BY_TRIP = READ("SELECT content FROM collected_by_trip WHERE trip_id = ?")
_ONE = READ("SELECT content FROM collected_by_trip WHERE trip_id = ? AND document = ?")
_POINT = WRITE("INSERT INTO collected_by_month (month, shard, account, document) VALUES (?, ?, ?, ?)")
_ACCOUNTS = READ("SELECT account, document FROM collected_by_month WHERE month = ? AND shard = ?")
_BY_ACCOUNT = READ("SELECT document FROM collected_by_month WHERE month = ? AND shard = ? AND account = ?")


class CassandraMonthlyCollection:
    """Collected drafts in a :class:`~tripinvoice.adapters.cassandra.Keyspace`."""

    def __init__(self, keyspace: Keyspace) -> None:
        self._keyspace = keyspace

    def collect(self, drafts: Sequence[CollectedDraft]) -> None:
        """Keep them; those of one trip all or none.

        Raises ``ConflictError`` when a document was collected with other content.
        """
        for _ in range(_ROUNDS):
            new = self._not_yet_there(drafts)
            for draft in new:
                where = draft.month, _shard_of(draft.account), draft.account
                self._keyspace.run(_POINT, *where, str(draft.document))
            if self._commit(new):
                return
        raise StoreUnavailableError("Cassandra: does not say whether a trip was collected; try again")

    def accounts(self, month: str) -> Sequence[str]:
        """The accounts that have something in this month, in order."""
        found: set[str] = set()
        for shard in range(SHARDS):
            keys = [row for row in self._keyspace.stream(_ACCOUNTS, month, shard) if row.account not in found]
            found.update(draft.account for draft in self._led_to(keys))
        return tuple(sorted(found))

    def of_account(self, account: str, month: str) -> Sequence[CollectedDraft]:
        """What an account has in this month, by document."""
        keys = self._keyspace.run(_BY_ACCOUNT, month, _shard_of(account), account)
        return _in_order(self._led_to(keys))

    def of_trip(self, trip_id: str) -> Sequence[CollectedDraft]:
        """What is collected of a trip, by document."""
        return _in_order(_load(row.content) for row in self._keyspace.run(_BY_TRIP, trip_id))

    def _not_yet_there(self, drafts: Sequence[CollectedDraft]) -> list[CollectedDraft]:
        trips = [(trip,) for trip in dict.fromkeys(draft.document.trip_id for draft in drafts)]
        rows = (row for found in self._keyspace.run_each(_STORED, trips) for row in found)
        stored = {row.document: _load(row.content) for row in rows}
        for draft in drafts:
            if stored.get(str(draft.document), draft) != draft:
                raise ConflictError(
                    f"{draft.document}: collected before with other content; it is on its month's invoice as it was"
                )
        return [draft for draft in drafts if str(draft.document) not in stored]

    def _commit(self, drafts: Sequence[CollectedDraft]) -> bool:
        """Write them, trip by trip; whether all are sure to be there now."""
        by_trip: dict[str, list[CollectedDraft]] = {}
        for draft in drafts:
            by_trip.setdefault(draft.document.trip_id, []).append(draft)
        work = [
            [(_INSERT, (trip, str(draft.document), canonical.dump(draft).decode())) for draft in of_trip]
            for trip, of_trip in by_trip.items()
        ]
        done = list(self._keyspace.apply_each(work))  # all of them, also after one that was not
        return all(one is True for one in done)

    def _led_to(self, keys: Iterable[Any]) -> list[CollectedDraft]:
        documents = [row.document for row in keys]
        places = [(DocumentKey.parse(document).trip_id, document) for document in documents]
        return [_load(row.content) for rows in self._keyspace.run_each(_ONE, places) for row in rows]


def _shard_of(account: str) -> int:
    return crc32(account.encode()) % SHARDS


def _in_order(drafts: Iterable[CollectedDraft]) -> tuple[CollectedDraft, ...]:
    return tuple(sorted(drafts, key=lambda draft: str(draft.document)))


def _load(content: str) -> CollectedDraft:
    return canonical.load(content.encode(), CollectedDraft)

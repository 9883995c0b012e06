"""The record store in Cassandra: ``record_by_trip`` is the truth, the other tables lead to it.

A trip's documents are one partition, and are written by one conditional batch: all or none, and never over another
record. That batch comes last. The tables by number, account and day are written before it and hold keys only, so a
crash in between leaves keys that lead to nothing: a key counts if the record is there and has what the key says.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date
from itertools import islice
from typing import Any
from zlib import crc32

from tripinvoice import canonical
from tripinvoice.adapters.cassandra import CONDITIONAL, READ, SCAN, SERIAL_READ, WRITE, Keyspace, Statement, Values
from tripinvoice.adapters.moments import to_text
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.ports import InvoiceRecord

SHARDS = 16  # partitions of a day; never changed, for it says where a trip's documents are
_ROUNDS = 5
_AT_ONCE = 200  # records read for one page of keys

_STORED = SERIAL_READ("SELECT content FROM record_by_trip WHERE trip_id = ?")
_INSERT = CONDITIONAL(
    "INSERT INTO record_by_trip (trip_id, contract, kind, revision, number, state, content) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS"
)
_BY_TRIP = READ("SELECT content FROM record_by_trip WHERE trip_id = ?")
_ONE = READ("SELECT content FROM record_by_trip WHERE trip_id = ? AND contract = ? AND kind = ? AND revision = ?")
_STATES = SCAN("SELECT state FROM record_by_trip")

_POINT_BY_NUMBER = WRITE("INSERT INTO record_by_number (number, document) VALUES (?, ?)")
_BY_NUMBER = READ("SELECT number, document FROM record_by_number WHERE number = ?")
_POINT_BY_ACCOUNT = WRITE(
    "INSERT INTO record_by_account (account, month, issued_at, number, document) VALUES (?, ?, ?, ?, ?)"
)
_BY_ACCOUNT = READ("SELECT issued_at, number, document FROM record_by_account WHERE account = ? AND month = ?")
_POINT_BY_DAY = WRITE("INSERT INTO record_by_day (day, shard, issued_at, number, document) VALUES (?, ?, ?, ?, ?)")
_BY_DAY = READ("SELECT issued_at, number, document FROM record_by_day WHERE day = ? AND shard = ?")


class CassandraInvoiceRecords:
    """Records in a :class:`~tripinvoice.adapters.cassandra.Keyspace`."""

    def __init__(self, keyspace: Keyspace) -> None:
        self._keyspace = keyspace

    def save(self, records: Sequence[InvoiceRecord]) -> None:
        """Write them. The same record again is no change.

        What conflicts is seen before anything is written. The documents of one trip are written all or none; those of
        several trips one trip after the other, should the process die in between.

        Raises ``ConflictError`` when a document has another record already, or another document its number.
        """
        wanted = _by_document(records)
        for _ in range(_ROUNDS):
            new = self._not_yet_there(wanted)
            self._refuse_taken_numbers(new)
            self._point_to(new)
            if self._commit(new):
                return
        raise StoreUnavailableError("Cassandra: does not say whether records were written; try again")

    def by_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        """All documents of a trip, issued or void, by contract and revision."""
        found = [_load(row.content) for row in self._keyspace.run(_BY_TRIP, trip_id)]
        return tuple(sorted(found, key=lambda record: _order(record.document)))

    def by_number(self, number: str) -> InvoiceRecord | None:
        """The document with this number."""
        for record in self._led_to(self._keyspace.run(_BY_NUMBER, number)):
            return record
        return None

    def by_account(self, account: str, month: date) -> Sequence[InvoiceRecord]:
        """The account's documents of a month, issued and void, the latest first."""
        if not account:
            return ()
        keys = self._keyspace.run(_BY_ACCOUNT, account, f"{month:%Y-%m}")
        return tuple(record for record in self._led_to(keys) if record.account == account)

    def by_day(self, day: date) -> Iterator[InvoiceRecord]:
        """Everything issued on a day, void or not, shard by shard; read in pages as it is asked for."""
        for shard in range(SHARDS):
            yield from self._led_to(self._keyspace.stream(_BY_DAY, day, shard))

    def counts(self) -> Mapping[str, int]:
        """How many records there are, by state; a state without any is left out.

        Reads every record's state from one replica each, so it takes minutes where there are many, and may miss
        what was written in this moment.
        """
        return Counter(row.state for row in self._keyspace.stream(_STATES))

    def reindex(self, record: InvoiceRecord) -> None:
        """Write its keys again in the tables by number, account and day."""
        self._point_to([record])

    def _not_yet_there(self, wanted: Mapping[DocumentKey, InvoiceRecord]) -> Sequence[InvoiceRecord]:
        """Those that nobody has written. Raises ``ConflictError`` when another one is in the place of any."""
        trips = [(trip,) for trip in dict.fromkeys(document.trip_id for document in wanted)]
        rows = (row for found in self._keyspace.run_each(_STORED, trips) for row in found)
        stored = {record.document: record for record in (_load(row.content) for row in rows)}
        for document, record in wanted.items():
            if document in stored and stored[document] != record:
                raise _changed(document)
        return [record for document, record in wanted.items() if document not in stored]

    def _refuse_taken_numbers(self, new: Sequence[InvoiceRecord]) -> None:
        owner = {record.number: record.document for record in new}
        for record in new:
            if owner[record.number] != record.document:
                raise _taken(record.document)
        keys = self._keyspace.run_each(_BY_NUMBER, [(number,) for number in owner])
        others = [key for found in keys for key in found if key.document != str(owner[key.number])]
        for other in self._led_to(others):
            raise _taken(owner[other.number])

    def _point_to(self, records: Sequence[InvoiceRecord]) -> None:
        """Let the other tables lead to these: written before the records, so that none is ever missed."""
        rows: defaultdict[Statement, list[Values]] = defaultdict(list)
        for record in records:
            for statement, values in _keys(record):
                rows[statement].append(values)
        for statement, values_of_all in rows.items():
            for _ in self._keyspace.run_each(statement, values_of_all):
                pass

    def _commit(self, records: Sequence[InvoiceRecord]) -> bool:
        """Write the records, trip by trip; whether all are sure to be there now."""
        trips: defaultdict[str, list[tuple[Statement, Values]]] = defaultdict(list)
        for record in records:
            trips[record.document.trip_id].append((_INSERT, _row(record)))
        done = list(self._keyspace.apply_each(list(trips.values())))  # all of them, also after one that was not
        return all(one is True for one in done)

    def _led_to(self, keys: Iterable[Any]) -> Iterator[InvoiceRecord]:
        """The records that keys lead to, in their order; those that are not there, or do not agree, are left out."""
        rest = iter(keys)
        while some := list(islice(rest, _AT_ONCE)):
            places = [_place(DocumentKey.parse(key.document)) for key in some]
            for key, rows in zip(some, self._keyspace.run_each(_ONE, places), strict=True):
                for row in rows:
                    if _agrees(record := _load(row.content), key):
                        yield record


def _by_document(records: Sequence[InvoiceRecord]) -> Mapping[DocumentKey, InvoiceRecord]:
    wanted: dict[DocumentKey, InvoiceRecord] = {}
    for record in records:
        if wanted.setdefault(record.document, record) != record:
            raise _changed(record.document)
    return wanted


def _load(content: str) -> InvoiceRecord:
    return canonical.load(content.encode(), InvoiceRecord)


def _place(key: DocumentKey) -> Values:
    return key.trip_id, key.contract, key.kind, key.revision


def _row(record: InvoiceRecord) -> Values:
    return *_place(record.document), record.number, record.state, canonical.dump(record).decode()


def _keys(record: InvoiceRecord) -> Iterator[tuple[Statement, Values]]:
    """Where it is found, other than by its trip."""
    document, at = str(record.document), record.issued_at.astimezone(UTC)
    found_by = to_text(at), record.number, document
    yield _POINT_BY_NUMBER, (record.number, document)
    yield _POINT_BY_DAY, (at.date(), shard_of(record.document.trip_id), *found_by)
    if record.account:
        yield _POINT_BY_ACCOUNT, (record.account, f"{at:%Y-%m}", *found_by)


def shard_of(trip_id: str) -> int:
    """In which of a day's partitions the documents of a trip are."""
    return crc32(trip_id.encode()) % SHARDS


def _agrees(record: InvoiceRecord, key: Any) -> bool:
    return bool(record.number == key.number and getattr(key, "issued_at", None) in {None, to_text(record.issued_at)})


def _order(key: DocumentKey) -> tuple[str, int, str]:
    return key.contract, key.revision, key.kind


def _changed(document: DocumentKey) -> ConflictError:
    return ConflictError(
        f"record of {document}: written before with other content; an issued document never changes, "
        "correct it with a credit note and a new revision"
    )


def _taken(document: DocumentKey) -> ConflictError:
    return ConflictError(
        f"record of {document}: its number belongs to another document; take numbers from the ledger only"
    )

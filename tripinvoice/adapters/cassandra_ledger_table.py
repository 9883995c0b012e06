"""What :mod:`~tripinvoice.adapters.cassandra_numbering` asks of the store, as statements of Cassandra."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from cassandra.query import UNSET_VALUE

from tripinvoice.adapters.cassandra import CONDITIONAL, READ, SERIAL_READ, WRITE, Keyspace
from tripinvoice.adapters.cassandra_numbering import Bucket, Series, Spot
from tripinvoice.adapters.moments import to_moment, to_text
from tripinvoice.adapters.observed import Unobserved
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import Observer

# All at once: a bucket that is read in pages would be read at several moments.
_BUCKET = SERIAL_READ("""
    SELECT first_no, end_no, next_no, last_issued_at, closed, no, document, issued_at, void_reason
    FROM series_ledger WHERE series = ? AND period = ? AND bucket = ?
""")
_SINCE = SERIAL_READ("""
    SELECT no, document, issued_at, void_reason
    FROM series_ledger WHERE series = ? AND period = ? AND bucket = ? AND no >= ?
""")
_ROW = SERIAL_READ("""
    SELECT no, document, issued_at, void_reason
    FROM series_ledger WHERE series = ? AND period = ? AND bucket = ? AND no = ?
""")
_BOUNDS = SERIAL_READ("""
    SELECT first_no, end_no FROM series_ledger WHERE series = ? AND period = ? AND bucket = ? LIMIT 1
""")
_OPEN = CONDITIONAL("""
    INSERT INTO series_ledger (series, period, bucket, first_no, end_no, next_no, last_issued_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS
""")
_NEXT = SERIAL_READ("SELECT next_no FROM series_ledger WHERE series = ? AND period = ? AND bucket = ? LIMIT 1")
_ADVANCE = CONDITIONAL("""
    UPDATE series_ledger SET next_no = ?, last_issued_at = ?
    WHERE series = ? AND period = ? AND bucket = ? IF next_no = ? AND closed = NULL
""")
_CLOSE = CONDITIONAL("""
    UPDATE series_ledger SET closed = true WHERE series = ? AND period = ? AND bucket = ? IF next_no = ?
""")
_APPEND = CONDITIONAL("""
    INSERT INTO series_ledger (series, period, bucket, no, document, issued_at, batch_id) VALUES (?, ?, ?, ?, ?, ?, ?)
""")
_VOID = CONDITIONAL("""
    UPDATE series_ledger SET void_reason = ?
    WHERE series = ? AND period = ? AND bucket = ? AND no = ? IF document = ? AND void_reason = NULL
""")
_PUBLISH = WRITE("INSERT INTO number_by_document (document, series, period, bucket, no) VALUES (?, ?, ?, ?, ?)")
_LOOK_UP = READ("SELECT series, period, bucket, no FROM number_by_document WHERE document = ?")
_HINT = WRITE("INSERT INTO series (series, period, bucket) VALUES (?, ?, ?)")
_LAST_HINT = READ("SELECT bucket FROM series WHERE series = ? AND period = ?")
_ALL_SERIES = READ("SELECT series, period, bucket FROM series")


class CassandraLedgerTable:
    """The tables ``series_ledger``, ``number_by_document`` and ``series``."""

    def __init__(self, keyspace: Keyspace, observer: Observer | None = None) -> None:
        self._keyspace = keyspace
        self._observer: Observer = observer or Unobserved()

    # --- what the protocol asks ----------------------------------------------------------------------------------

    def bucket(self, series: Series, index: int) -> Bucket | None:
        """A bucket as it is now. Raises ``ConflictError`` when counter and rows disagree."""
        found = self.read(series, index)
        if found is None:
            return None
        bucket, rows = found
        if [row.no for row in rows] != list(range(bucket.first_no, bucket.next_no)):
            raise ConflictError(
                f"series {series.name}, period {series.period}: counter and rows disagree, so no number is given; "
                "docs/numbering.md says how to check them, a backup what they were"
            )
        return bucket

    def since(self, bucket: Bucket) -> Sequence[NumberTaken]:
        """Its rows from its ``next_no`` on."""
        rows = self._keyspace.run(_SINCE, *_of(bucket.series, bucket.index), bucket.next_no)
        return [_taken(bucket.series, row) for row in rows]

    def append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        """Rows and counter in one write."""
        where = _of(bucket.series, bucket.index)
        last, batch = rows[-1], uuid4()
        advance = _ADVANCE, (last.no + 1, to_text(last.issued_at), *where, bucket.next_no)
        added = ((_APPEND, (*where, row.no, str(row.document), to_text(row.issued_at), batch)) for row in rows)
        won = self._keyspace.apply(advance, *added)
        self._observer.ledger_write("cassandra", len(rows), won=won)
        return won

    def close(self, bucket: Bucket) -> bool:
        """No more rows in it, if the counter still is the bucket's."""
        return self._keyspace.apply((_CLOSE, (*_of(bucket.series, bucket.index), bucket.next_no)))

    def open(self, bucket: Bucket) -> None:
        """Make it, unless it is there."""
        last = UNSET_VALUE if bucket.last_issued_at is None else to_text(bucket.last_issued_at)
        bounds = bucket.first_no, bucket.end_no, bucket.next_no
        self._keyspace.apply((_OPEN, (*_of(bucket.series, bucket.index), *bounds, last)))

    def publish(self, bucket: Bucket) -> None:
        """Its numbers into the index."""
        where = _of(bucket.series, bucket.index)
        rows = [(str(document), *where, no) for document, no in bucket.numbers.items()]
        for _ in self._keyspace.run_each(_PUBLISH, rows):
            pass

    def look_up(self, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        """What the index knows."""
        answers = self._keyspace.run_each(_LOOK_UP, [(str(document),) for document in documents])
        return {
            document: Spot(series=Series(name=row.series, period=row.period), bucket=row.bucket, no=row.no)
            for document, rows in zip(documents, answers, strict=True)
            for row in rows
        }

    def last_hint(self, series: Series) -> int:
        """What the registry says; 0 when it does not know the series."""
        row = self._keyspace.one(_LAST_HINT, series.name, series.period)
        return row.bucket if row else 0

    def hint(self, series: Series, index: int) -> None:
        """Into the registry."""
        self._keyspace.run(_HINT, series.name, series.period, index)

    def rows(self, spots: Sequence[Spot]) -> Sequence[NumberTaken]:
        """What is there now. Raises ``ConflictError`` when the index leads to nothing."""
        where = [(*_of(spot.series, spot.bucket), spot.no) for spot in spots]
        answers = self._keyspace.run_each(_ROW, where)
        return [_row_at(spot, rows) for spot, rows in zip(spots, answers, strict=True)]

    # --- what the ledger asks beside it --------------------------------------------------------------------------

    def void(self, spot: Spot, document: DocumentKey, reason: str) -> bool:
        """Mark a number as void, if it is not."""
        return self._keyspace.apply((_VOID, (reason, *_of(spot.series, spot.bucket), spot.no, str(document))))

    def next_no(self, series: Series) -> int:
        """The series' next number; it may be a later one by now."""
        row = self._keyspace.one(_NEXT, *_of(series, self.last_hint(series)))
        return 1 if row is None else int(row.next_no)

    def read(self, series: Series, index: int) -> tuple[Bucket, Sequence[NumberTaken]] | None:
        """A bucket and its rows at one moment, whether or not they agree."""
        found = self._keyspace.run(_BUCKET, *_of(series, index))
        if not found:
            return None
        rows = [_taken(series, row) for row in found if row.no is not None]
        return _bucket(series, index, found[0], rows), rows

    def bounds(self, series: Series, index: int) -> range | None:
        """Which numbers are a bucket's own; they never change."""
        row = self._keyspace.one(_BOUNDS, *_of(series, index))
        return None if row is None else range(row.first_no, row.end_no + 1)

    def all_series(self) -> Sequence[tuple[Series, int]]:
        """Every series, by name, with the hint which bucket is its last."""
        rows = self._keyspace.run(_ALL_SERIES)
        found = [(Series(name=row.series, period=row.period), row.bucket) for row in rows]
        return sorted(found, key=lambda one: (one[0].name, one[0].period))


def _of(series: Series, index: int) -> tuple[str, str, int]:
    return series.name, series.period, index


def _bucket(series: Series, index: int, statics: Any, rows: Sequence[NumberTaken]) -> Bucket:
    return Bucket(
        series=series,
        index=index,
        first_no=statics.first_no,
        end_no=statics.end_no,
        next_no=statics.next_no,
        last_issued_at=to_moment(statics.last_issued_at) if statics.last_issued_at else None,
        numbers={row.document: row.no for row in rows},
        is_closed=bool(statics.closed),
    )


def _taken(series: Series, row: Any) -> NumberTaken:
    return NumberTaken(
        document=DocumentKey.parse(row.document),
        series=series.name,
        period=series.period,
        no=row.no,
        issued_at=to_moment(row.issued_at),
        void_reason=row.void_reason,
    )


def _row_at(spot: Spot, rows: Sequence[Any]) -> NumberTaken:
    if not rows:
        raise ConflictError(
            f"series {spot.series.name}, period {spot.series.period}: number {spot.no} is in the index and not in the "
            "ledger; docs/numbering.md says how to check the tables, a backup what they were"
        )
    return _taken(spot.series, rows[0])

"""The protocol that gives numbers without gaps from a store whose only lock is "write this if that still holds".

A series is a log in *buckets*, one partition each; a bucket knows which numbers are its own and which comes next.

1. Numbers are appended by one conditional write: "these rows, and the counter after them, if the counter is still n".
   Number and owner are written as one, so there is no number without its document.
2. Whoever appends has seen the whole bucket up to n, and has looked up in the index every document that is not in it.
3. A bucket that is full is published to the index, all of it, before the next one is opened.

Why no document gets two numbers: let it have one in bucket c, and somebody be about to append it to bucket b. If c = b,
its row is below n, or the condition fails: it was seen. If c < b, bucket b was opened after c was published (3), and
the index was asked after b was seen (2): it was found. c > b cannot be, for then b is full and the condition fails.
That is why the index is asked again after every change of bucket, and never before the bucket was read.

A claim that does not fit in its stock is refused when the bucket was read after it was asked for: the counter only goes
forward, so what does not fit now never will.

A refused claim may move to a later period, by three steps in this order: the series of the old period is *closed*, by a
conditional write on the counter of its last bucket, after which none can be appended to; it is searched for the
document once more; the claim is changed, if it still is the old one. Whoever read the old claim before can no longer
append.

Why there is no gap: rows and counter are one write, and the next bucket begins where the one before it ends. Two
processes that append at once cost each other a round, never a number; whoever dies leaves all of a write or nothing.

The outcome of a write that was not answered is never guessed: the bucket is read again, and shows it.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tripinvoice.errors import ConflictError, StoreUnavailableError, TripInvoiceError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import Claim, NumberTaken, exhausted

MOST_AT_ONCE = 500  # numbers in one conditional write
_ROUNDS = 60  # each that is lost was won by somebody else
_UNANSWERED = 4

Answer = NumberTaken | TripInvoiceError
"""What comes of one claim; the error is that claim's alone."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """What counts from 1: a supplier's series in a period."""

    name: str
    period: str

    @classmethod
    def of(cls, claim: Claim) -> "Series":
        """From which a claim's number comes."""
        return cls(name=claim.series, period=claim.period)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a number's row is. It never moves."""

    series: Series
    bucket: int
    no: int


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A part of a series as it was once: of its numbers, ``first_no`` to ``end_no``, ``next_no`` is next."""

    series: Series
    index: int
    first_no: int
    end_no: int
    next_no: int
    last_issued_at: datetime | None
    numbers: Mapping[DocumentKey, int]
    is_closed: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the next number is the next bucket's."""
        return self.next_no > self.end_no

    def spot(self, document: DocumentKey) -> Spot:
        """Where a document of this bucket is."""
        return Spot(series=self.series, bucket=self.index, no=self.numbers[document])

    def after(self, rows: Sequence[NumberTaken]) -> "Bucket":
        """The bucket with the rows that were appended to it."""
        if not rows:
            return self
        return replace(
            self,
            next_no=rows[-1].no + 1,
            last_issued_at=rows[-1].issued_at,
            numbers={**self.numbers, **{row.document: row.no for row in rows}},
        )


class LedgerTable(Protocol):
    """What the store can do; each call is one step, and any process may do others in between.

    ``append``, ``open`` and ``close`` are conditional. ``bucket``, ``since`` and ``rows`` see each of them that was
    answered; ``look_up`` sees all that was published. All raise ``StoreUnavailableError``, after which a write may have
    happened, or happen yet.
    """

    def bucket(self, series: Series, index: int) -> Bucket | None:
        """A bucket as it is now; ``None`` when it is not open. Raises ``ConflictError`` when it contradicts itself."""

    def since(self, bucket: Bucket) -> Sequence[NumberTaken]:
        """What was appended to it after it was read."""

    def append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        """Write the rows and the counter after them, if the counter still is the bucket's; whether it was.

        Never to a bucket that is closed.
        """

    def close(self, bucket: Bucket) -> bool:
        """Let nothing more be appended, if the counter still is the bucket's; whether it was."""

    def open(self, bucket: Bucket) -> None:
        """Make it, unless somebody has made one in its place."""

    def publish(self, bucket: Bucket) -> None:
        """Put all its numbers into the index."""

    def look_up(self, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        """What the index knows of them."""

    def last_hint(self, series: Series) -> int:
        """A bucket that is open, if any is: the last or one before it."""

    def hint(self, series: Series, index: int) -> None:
        """Remember that this bucket is open, or about to be when it is the first."""

    def rows(self, spots: Sequence[Spot]) -> Sequence[NumberTaken]:
        """What is there now, in their order."""


class Numbering:
    """The numbers of one series, as one process gives them. Not for two threads at once."""

    def __init__(self, table: LedgerTable, series: Series, bucket_size: int) -> None:
        self._table = table
        self._series = series
        self._size = bucket_size
        self._seen: Bucket | None = None  # the last bucket as we know it
        self._is_current = False  # nobody is known to have appended since

    def take(self, claims: Sequence[Claim]) -> Mapping[DocumentKey, Answer]:
        """A number for each, the old one for those that have one; an error for those that can get none here."""
        waiting = {claim.document: claim for claim in claims}
        done: dict[DocumentKey, Answer] = {}
        known: dict[DocumentKey, Spot] = {}
        unanswered = 0
        for _ in range(_ROUNDS):
            is_read_now = not self._is_current
            bucket = self._with_room()
            found = self._already_numbered(bucket, list(waiting))  # never before the bucket was read
            refused = _refused(bucket, _without(waiting, found).values())
            if refused and not is_read_now:  # somebody may have numbered it since we looked
                self._is_current = False
                continue
            known |= found
            done |= refused
            waiting = _without(waiting, {**found, **refused})
            try:
                done |= self._appended(bucket, list(waiting.values()))
            except StoreUnavailableError:
                unanswered += 1
                if unanswered == _UNANSWERED:
                    raise
                continue
            waiting = _without(waiting, done)
            if not waiting:
                return done | self._as_they_are_now(known)
        raise StoreUnavailableError(f"Cassandra: too many others number series {self._series.name} now; try again")

    def close(self) -> None:
        """Let the series give no more numbers, for ever."""
        for _ in range(_ROUNDS):
            bucket = self._with_room()
            self._is_current = False
            if bucket.is_closed or self._table.close(bucket):
                return
        raise StoreUnavailableError(f"Cassandra: too many others number series {self._series.name} now; try again")

    def _appended(self, bucket: Bucket, claims: Sequence[Claim]) -> Mapping[DocumentKey, NumberTaken]:
        """The next numbers, as many as there is room for; none when somebody else was quicker."""
        rows = _next_rows(bucket, claims)
        return {row.document: row for row in rows} if rows and self._append(bucket, rows) else {}

    def _append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        self._is_current = False  # until the answer is there
        if not self._table.append(bucket, rows):
            return False
        self._seen, self._is_current = bucket.after(rows), True
        with suppress(StoreUnavailableError):  # the numbers are given; the index is made whole before the next bucket
            self._table.publish(replace(bucket, numbers={row.document: row.no for row in rows}))
        return True

    def _already_numbered(self, bucket: Bucket, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        here = {document: bucket.spot(document) for document in documents if document in bucket.numbers}
        elsewhere = [document for document in documents if document not in here]
        return {**here, **self._table.look_up(elsewhere)}

    def _as_they_are_now(self, known: Mapping[DocumentKey, Spot]) -> dict[DocumentKey, NumberTaken]:
        return dict(zip(known, self._table.rows(list(known.values())), strict=True))

    def _with_room(self) -> Bucket:
        """The last bucket, which has room: opened if need be, after the one before it was published."""
        bucket = self._current()
        while bucket is None or bucket.is_full:
            bucket = self._opened_after(bucket)
        self._seen, self._is_current = bucket, True
        return bucket

    def _current(self) -> Bucket | None:
        if self._seen is None:
            return last_bucket(self._table, self._series)
        if self._is_current:
            return self._seen
        news = self._table.since(self._seen)
        # Without news somebody's write is under way, or the counter is not what the rows say: reading it all tells.
        return self._seen.after(news) if news else self._table.bucket(self._series, self._seen.index)

    def _opened_after(self, full: Bucket | None) -> Bucket:
        """The bucket after a full one, or the first."""
        if full is None:
            self._table.hint(self._series, 0)  # before there are numbers: the auditor must know of every series
        else:
            following = self._table.bucket(self._series, full.index + 1)
            if following is not None:
                return following
            self._table.publish(full)
        wanted = self._empty_after(full)
        with suppress(StoreUnavailableError):
            self._table.open(wanted)
        made = self._table.bucket(self._series, wanted.index)
        if made is None:
            raise StoreUnavailableError("Cassandra: does not say whether a series goes on; try again")
        if wanted.index:
            with suppress(StoreUnavailableError):
                self._table.hint(self._series, wanted.index)
        return made

    def _empty_after(self, full: Bucket | None) -> Bucket:
        first_no = full.end_no + 1 if full else 1
        return Bucket(
            series=self._series,
            index=full.index + 1 if full else 0,
            first_no=first_no,
            end_no=first_no + self._size - 1,
            next_no=first_no,
            last_issued_at=full.last_issued_at if full else None,
            numbers={},
        )


def last_bucket(table: LedgerTable, series: Series) -> Bucket | None:
    """The last bucket that is open; ``None`` when the series has none.

    At the moment it was read there was no later one: it had room, or its successor was looked for after it.
    """
    index = table.last_hint(series)
    bucket = table.bucket(series, index)
    if bucket is None and index:
        raise ConflictError(
            f"series {series.name}, period {series.period}: bucket {index} is gone, so no number is given; "
            "docs/numbering.md says how to check the tables, a backup what they were"
        )
    while bucket is not None and bucket.is_full:
        following = table.bucket(series, bucket.index + 1)
        if following is None:
            return bucket
        bucket = following
    return bucket


def locate(table: LedgerTable, document: DocumentKey, series: Series) -> Spot | None:
    """Where the number of a claimed document is, though the index may not know it yet: whoever took it may have died.

    The last bucket is read first, *then* the index. If the number was there when we began, it is in the bucket that we
    read, or in one before it, which was published before the one that we read was opened.
    """
    bucket = last_bucket(table, series)
    if bucket is None:
        return None
    if document in bucket.numbers:
        return bucket.spot(document)
    return table.look_up([document]).get(document)


def _next_rows(bucket: Bucket, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
    """As many as fit, in the order in which they were asked for; a date is never before the one before it."""
    rows: list[NumberTaken] = []
    last = bucket.last_issued_at
    room = min(bucket.end_no - bucket.next_no + 1, MOST_AT_ONCE)
    for claim in claims[:room]:
        no = bucket.next_no + len(rows)
        if claim.fits(no):
            last = max(claim.claimed_at, last or claim.claimed_at)
            rows.append(
                NumberTaken(document=claim.document, series=claim.series, period=claim.period, no=no, issued_at=last)
            )
    return rows


def _refused(bucket: Bucket, claims: Iterable[Claim]) -> dict[DocumentKey, TripInvoiceError]:
    """Who cannot get the next number, and so none after it."""
    if bucket.is_closed:
        return {claim.document: _closed(claim) for claim in claims}
    return {claim.document: exhausted(claim) for claim in claims if not claim.fits(bucket.next_no)}


def _closed(claim: Claim) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"series {claim.series}, period {claim.period}: it is over; asked again, the claim moves to the next period"
    )


def _without(waiting: Mapping[DocumentKey, Claim], done: Container[DocumentKey]) -> dict[DocumentKey, Claim]:
    return {document: claim for document, claim in waiting.items() if document not in done}

"""The number ledger in Cassandra: a claim first, then the next number of its series, many at a time.

:mod:`~tripinvoice.adapters.cassandra_numbering` says why there are no gaps and no doubles, ``docs/numbering.md`` how to
check it.
"""

import copy
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice

from tripinvoice.adapters.cassandra import Keyspace
from tripinvoice.adapters.cassandra_claims import Claims
from tripinvoice.adapters.cassandra_group_commit import GroupCommit
from tripinvoice.adapters.cassandra_ledger_table import CassandraLedgerTable
from tripinvoice.adapters.cassandra_moves import held
from tripinvoice.adapters.cassandra_numbering import MOST_AT_ONCE, Answer, Bucket, Numbering, Series, Spot, locate
from tripinvoice.errors import StoreUnavailableError, TripInvoiceError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import HOLES_LISTED, Claim, NumberTaken, SeriesAudit, exhausted
from tripinvoice.ports import Observer

BUCKET_SIZE = 10_000  # numbers; a bucket is read as a whole when a process first numbers its series
_SERIES_KEPT = 1_000  # whose last bucket this process remembers
_VOID_ROUNDS = 4


class CassandraNumberLedger:
    """Claims and numbers in a :class:`~tripinvoice.adapters.cassandra.Keyspace`.

    ``bucket_size`` is that of buckets opened from now on; those that are open keep theirs.
    """

    def __init__(self, keyspace: Keyspace, *, bucket_size: int = BUCKET_SIZE, observer: Observer | None = None) -> None:
        self._table = CassandraLedgerTable(keyspace, observer)
        self._claims = Claims(keyspace)
        self._bucket_size = bucket_size
        self._groups = GroupCommit(self._number, MOST_AT_ONCE)
        self._numbering: OrderedDict[Series, Numbering] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        """A number for each document, in order; the same number whenever it is asked again.

        Documents of one series are numbered together with what other threads ask at the same time. If some series'
        numbers were given and another's were not, the error is transient, and asking again finds them.

        Raises ``NumbersExhaustedError`` when a document does not fit in its stock. Then no number was taken, unless
        others were asking for the last ones at the same moment: asking again, with more in the stock, finds what was
        taken. Raises ``ConflictError`` when a series' rows and counter disagree: then it gives no number any more.
        """
        wishes: dict[DocumentKey, Claim] = {}
        for claim in claims:
            wishes.setdefault(claim.document, claim)
        self._check_room([claim for claim in wishes.values() if claim.limit is not None])
        by_series: defaultdict[Series, list[Claim]] = defaultdict(list)
        for made in self._claims.made(list(wishes.values())):
            claim = held(self._table, self._claims, self._bucket_size, made, wishes[made.document])
            by_series[Series.of(claim)].append(claim)
        answers: dict[DocumentKey, Answer] = {}
        for series, some in by_series.items():
            answers |= self._groups.submit(series, some)
        return tuple(_number_or_raise(answers[claim.document]) for claim in claims)

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        """Mark the document's number as void for ever; the first reason stays. ``None`` when it took no number."""
        spot = self._locate(document)
        if spot is None:
            return None
        for _ in range(_VOID_ROUNDS):
            with suppress(StoreUnavailableError):  # what became of it is read
                self._table.void(spot, document, reason)
            (taken,) = self._table.rows([spot])
            if taken.void_reason is not None:
                return taken
        raise StoreUnavailableError("Cassandra: does not say whether a number is void; try again")

    def find(self, document: DocumentKey) -> NumberTaken | None:
        """The document's number, if it took one."""
        spot = self._locate(document)
        return None if spot is None else self._table.rows([spot])[0]

    def audit(self) -> Sequence[SeriesAudit]:
        """Every series, by name: ``last_no`` is what the counter says, the rest is counted from the rows.

        The first 10,000 holes are listed. Reads the whole ledger, bucket by bucket.
        """
        audits = (self._audit(series, hint) for series, hint in self._table.all_series())
        return tuple(audit for audit in audits if audit.last_no or audit.count)

    def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
        """A series in the order of its numbers, read bucket by bucket as it is asked for."""
        wanted = Series(name=series, period=period)
        for _, rows in self._buckets(wanted, self._table.last_hint(wanted)):
            yield from rows

    def claim_of(self, document: DocumentKey) -> Claim | None:
        """The document's claim, if it was made."""
        return self._claims.of(document)

    def reindex(self, entry: NumberTaken) -> None:
        """Write again where the entry is found by its document."""
        series = Series(name=entry.series, period=entry.period)
        for index in count():
            bounds = self._table.bounds(series, index)
            if bounds is None:
                return  # the ledger does not know it, so there is nothing to lead to
            if entry.no in bounds:
                self._table.publish(_only(series, index, entry))
                return

    def _check_room(self, claims: Sequence[Claim]) -> None:
        """Raise ``NumbersExhaustedError`` unless all that have no number yet fit in their stocks."""
        for series in {Series.of(claim): None for claim in claims}:
            next_no = self._table.next_no(series)
            asking = [claim for claim in claims if Series.of(claim) == series]
            if all(claim.fits(no) for no, claim in enumerate(asking, next_no)):
                continue
            without = (claim for claim in asking if self._locate(claim.document) is None)
            for no, claim in enumerate(without, next_no):
                if not claim.fits(no):
                    raise exhausted(claim)

    def _number(self, series: Series, claims: Sequence[Claim]) -> Mapping[DocumentKey, Answer]:
        return self._numbering_of(series).take(claims)

    def _numbering_of(self, series: Series) -> Numbering:
        with self._guard:
            found = self._numbering.pop(series, None) or Numbering(self._table, series, self._bucket_size)
            self._numbering[series] = found
            if len(self._numbering) > _SERIES_KEPT:
                self._numbering.popitem(last=False)
            return found

    def _locate(self, document: DocumentKey) -> Spot | None:
        """Where the document's number is, also when whoever took it died before the index knew."""
        spot = self._table.look_up([document]).get(document)
        if spot is not None:
            return spot
        claim = self._claims.of(document)  # no number without a claim
        return None if claim is None else locate(self._table, document, Series.of(claim))

    def _audit(self, series: Series, hint: int) -> SeriesAudit:
        counted = voided = last_no = 0
        holes: list[int] = []
        for bucket, rows in self._buckets(series, hint):
            there = {row.no for row in rows}
            expected = range(last_no + 1, max(bucket.next_no, max(there, default=0) + 1))
            missing = (no for no in expected if no not in there)
            holes += islice(missing, HOLES_LISTED - len(holes))
            last_no = bucket.next_no - 1
            counted += len(rows)
            voided += sum(row.void_reason is not None for row in rows)
        return SeriesAudit(
            series=series.name, period=series.period, last_no=last_no, count=counted, voided=voided, holes=tuple(holes)
        )

    def _buckets(self, series: Series, hint: int) -> Iterator[tuple[Bucket, Sequence[NumberTaken]]]:
        """Every bucket with its rows, also beyond one that is gone."""
        for index in count():
            found = self._table.read(series, index)
            if found is not None:
                yield found
            if index >= hint and (found is None or not found[0].is_full):
                return


def _number_or_raise(answer: Answer) -> NumberTaken:
    if isinstance(answer, TripInvoiceError):
        raise copy.copy(answer)  # others may ask for the same document: a traceback grows as it is raised
    return answer


def _only(series: Series, index: int, entry: NumberTaken) -> Bucket:
    """As much of a bucket as the index needs to know of one entry."""
    return Bucket(
        series=series,
        index=index,
        first_no=entry.no,
        end_no=entry.no,
        next_no=entry.no + 1,
        last_issued_at=entry.issued_at,
        numbers={entry.document: entry.no},
    )

"""The number ledger in SQLite: claim and number of all documents asked for are one transaction.

There is no moment at which a number is taken and its document unknown: a crash leaves both or neither. See
``docs/numbering.md``.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from tripinvoice.adapters.moments import to_moment, to_text
from tripinvoice.adapters.observed import Unobserved
from tripinvoice.adapters.sqlite import Database
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import HOLES_LISTED, Claim, NumberTaken, SeriesAudit, exhausted
from tripinvoice.ports import Observer

_PAGE = 500

_FIND = "SELECT series, period, no, issued_at, void_reason FROM ledger WHERE document = ?"
_CLAIMED = "SELECT series, period, claimed_at, workflow_id FROM claim WHERE document = ?"
_CLAIM = "INSERT INTO claim (document, series, period, claimed_at, workflow_id) VALUES (?, ?, ?, ?, ?)"
_ENTRIES = """
    SELECT document, no, issued_at, void_reason FROM ledger
    WHERE series = ? AND period = ? AND no > ? ORDER BY no LIMIT ?
"""
_NEXT = "SELECT next_no, last_issued_at FROM series WHERE series = ? AND period = ?"
_BEGIN_SERIES = "INSERT INTO series (series, period, next_no, last_issued_at) VALUES (?, ?, 1, NULL)"
_APPEND = "INSERT INTO ledger (series, period, no, document, issued_at) VALUES (?, ?, ?, ?, ?)"
_ADVANCE = "UPDATE series SET next_no = ?, last_issued_at = ? WHERE series = ? AND period = ?"
_VOID = "UPDATE ledger SET void_reason = ? WHERE document = ? AND void_reason IS NULL"

# What the counters say beside what the rows say, over everything that either of them knows.
_SERIES = """
    SELECT series, period, coalesce(max(next_no), 1) - 1, count(no), count(void_reason), coalesce(max(no), 0)
    FROM (SELECT series, period FROM series UNION SELECT series, period FROM ledger)
    LEFT JOIN series USING (series, period) LEFT JOIN ledger USING (series, period)
    GROUP BY series, period ORDER BY series, period
"""
_GAPS = """
    SELECT series, period, before + 1, no
    FROM (SELECT series, period, no, lag(no, 1, 0) OVER (PARTITION BY series, period ORDER BY no) AS before FROM ledger)
    WHERE no > before + 1 ORDER BY series, period, no
"""


class SqliteNumberLedger:
    """Claims and numbers in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database, *, observer: Observer | None = None) -> None:
        self._database = database
        self._observer: Observer = observer or Unobserved()

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        """A number for each document, in order, all or none; the same number whenever it is asked again.

        Raises ``NumbersExhaustedError`` when a document does not fit in its stock, ``ConflictError`` when the ledger's
        rows and counter disagree: then nothing is numbered any more.
        """
        with self._database.write() as connection:
            taken = tuple(_take(connection, claim) for claim in claims)
        self._observer.ledger_write("sqlite", len(taken), won=True)  # one writer at a time: nobody else can win
        return taken

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        """Mark the document's number as void for ever; the first reason stays. ``None`` when it took no number."""
        with self._database.write() as connection:
            connection.execute(_VOID, (reason, str(document)))
            return _find(connection, document)

    def find(self, document: DocumentKey) -> NumberTaken | None:
        """The document's number, if it took one."""
        with self._database.read() as connection:
            return _find(connection, document)

    def audit(self) -> Sequence[SeriesAudit]:
        """Every series, by name: ``last_no`` is what the counter says, the rest is counted from the rows.

        The first 10,000 holes are listed.
        """
        with self._database.read() as connection:
            rows = connection.execute(_SERIES).fetchall()
            gaps = _gaps(connection)
        return tuple(
            SeriesAudit(
                series=series,
                period=period,
                last_no=counted,
                count=count,
                voided=voided,
                holes=_holes([*gaps[series, period], range(highest + 1, counted + 1)]),
            )
            for series, period, counted, count, voided, highest in rows
        )

    def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
        """A series in the order of its numbers, read in pages as it is asked for."""
        last = 0
        while True:
            with self._database.read() as connection:
                page = connection.execute(_ENTRIES, (series, period, last, _PAGE)).fetchall()
            if not page:
                return
            for document, *row in page:
                yield _taken(DocumentKey.parse(document), series, period, *row)
            last = page[-1][1]

    def claim_of(self, document: DocumentKey) -> Claim | None:
        """The document's claim, if it was made."""
        with self._database.read() as connection:
            row = connection.execute(_CLAIMED, (str(document),)).fetchone()
        if row is None:
            return None
        series, period, claimed_at, workflow_id = row
        return Claim(
            document=document,
            series=series,
            period=period,
            claimed_at=to_moment(claimed_at),
            workflow_id=workflow_id,
        )

    def reindex(self, entry: NumberTaken) -> None:
        """Nothing is derived here: the database keeps its own indexes."""


def _take(connection: sqlite3.Connection, claim: Claim) -> NumberTaken:
    return _find(connection, claim.document) or _append(connection, claim, *_claimed(connection, claim))


def _find(connection: sqlite3.Connection, document: DocumentKey) -> NumberTaken | None:
    row = connection.execute(_FIND, (str(document),)).fetchone()
    if row is None:
        return None
    return _taken(document, *row)


def _taken(  # noqa: PLR0913, PLR0917 - a row's columns
    document: DocumentKey, series: str, period: str, no: int, issued_at: str, void_reason: str | None
) -> NumberTaken:
    return NumberTaken(
        document=document,
        series=series,
        period=period,
        no=no,
        issued_at=to_moment(issued_at),
        void_reason=void_reason,
    )


def _claimed(connection: sqlite3.Connection, claim: Claim) -> tuple[str, str, str]:
    """Series, period and time of the document's claim: the stored one wins, else this one is stored."""
    stored = connection.execute(_CLAIMED, (str(claim.document),)).fetchone()
    if stored is not None:
        series, period, claimed_at, _ = stored
        return series, period, claimed_at
    wanted = claim.series, claim.period, to_text(claim.claimed_at)
    connection.execute(_CLAIM, (str(claim.document), *wanted, claim.workflow_id))
    return wanted


def _append(connection: sqlite3.Connection, claim: Claim, series: str, period: str, claimed_at: str) -> NumberTaken:
    """The next number of the series, dated not before the one before it: a clock may run backwards, a series not.

    A claim that does not fit is refused before anything is kept, so it was never made.
    """
    document = claim.document
    state = connection.execute(_NEXT, (series, period)).fetchone()
    if state is None:
        connection.execute(_BEGIN_SERIES, (series, period))
    no, last_issued_at = state or (1, None)
    if not claim.fits(no):
        raise exhausted(claim)
    issued_at = max(claimed_at, last_issued_at or claimed_at)
    try:
        connection.execute(_APPEND, (series, period, no, str(document), issued_at))
    except sqlite3.IntegrityError:
        raise ConflictError(
            f"series {series}, period {period}: counter and rows disagree, so no number is given; "
            "docs/numbering.md says how to check them, a backup what they were"
        ) from None
    connection.execute(_ADVANCE, (no + 1, issued_at, series, period))
    return NumberTaken(document=document, series=series, period=period, no=no, issued_at=to_moment(issued_at))


def _gaps(connection: sqlite3.Connection) -> Mapping[tuple[str, str], list[range]]:
    """The runs of numbers missing below a series' highest row."""
    gaps: defaultdict[tuple[str, str], list[range]] = defaultdict(list)
    for series, period, first, end in connection.execute(_GAPS):
        gaps[series, period].append(range(first, end))
    return gaps


def _holes(gaps: Sequence[range]) -> tuple[int, ...]:
    numbers: Iterator[int] = (no for gap in gaps for no in gap)
    return tuple(islice(numbers, HOLES_LISTED))

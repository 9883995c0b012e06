"""Gapless invoice numbers: the words that the ledger port speaks.

A *claim* is made once per document and fixes for ever which series and period its number comes from. The *ledger* of a
series is append-only: numbers 1..N, each belonging to one document or one void. The law: VAT Directive 2006/112/EC
art. 226(2) asks for a sequential number in one or more series; Spain, Portugal, Italy and others read it as
gapless, so every series here is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tripinvoice.errors import NumbersExhaustedError
from tripinvoice.invoice import DocumentKey, NumberRange

HOLES_LISTED = 10_000
"""Of a series, in its audit: a counter that somebody set to a billion must not fill the memory."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A wish for a number: ``series`` (per supplier) and ``period`` (a year) at the moment of claiming.

    If the document was claimed before, the stored claim wins, whatever series and period are asked now. ``limit`` is
    how many numbers the stock of the period holds, where an authority hands them out; a claim that it refuses is not
    stored, or gives way to one in a later period.
    """

    document: DocumentKey
    series: str
    period: str
    claimed_at: datetime
    workflow_id: str
    limit: int | None = None

    def fits(self, no: int) -> bool:
        """Whether the stock holds a number ``no``."""
        return self.limit is None or no <= self.limit


@dataclass(frozen=True, kw_only=True)
class NumberTaken:
    """A number in the ledger: ``no`` is 1..N inside (series, period), ``issued_at`` never runs backwards there."""

    document: DocumentKey
    series: str
    period: str
    no: int
    issued_at: datetime
    void_reason: str | None = None

    @property
    def number(self) -> str:
        """As printed: ``GB-OP-2026-000042``."""
        return f"{self.series}-{self.period}-{self.no:06d}"


@dataclass(frozen=True, kw_only=True)
class SeriesAudit:
    """One series as the ledger holds it: gapless if ``last_no == count`` and ``holes`` is empty."""

    series: str
    period: str
    last_no: int
    count: int
    voided: int
    holes: tuple[int, ...]


def exhausted(claim: Claim) -> NumbersExhaustedError:
    """The error for a claim that does not fit in its stock."""
    return NumbersExhaustedError(
        f"series {claim.series}, period {claim.period}: the stock of {claim.limit} numbers is used up, none was taken; "
        "register the next range in the system that provides 'numbering', then resume",
        field="numbering",
    )


def limit_of(ranges: Iterable[NumberRange], period: str) -> int | None:
    """How many numbers a period's stock holds: none if only other periods have one, ``None`` if nothing is limited."""
    known = tuple(ranges)
    if all(one.numbers is None for one in known):
        return None
    return sum(len(numbers) for _, numbers in _stock(known, period))


def in_stock(ranges: Iterable[NumberRange], period: str, no: int) -> tuple[str, int]:
    """Prefix and number of a period's ``no``-th number: each range is used up before the next is begun.

    Raises ``ValueError`` when there is none.
    """
    before = 0
    for prefix, numbers in _stock(ranges, period):
        if no <= before + len(numbers):
            return prefix, numbers[no - before - 1]
        before += len(numbers)
    msg = f"the stock of period {period} has {before} numbers, and this is number {no}"
    raise ValueError(msg)


def _stock(ranges: Iterable[NumberRange], period: str) -> Iterator[tuple[str, range]]:
    """What of the ranges are numbers of this period, or of any, in the order in which they are used up."""
    return ((one.prefix, one.numbers) for one in ranges if one.numbers is not None and one.period in {None, period})

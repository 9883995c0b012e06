"""Gapless invoice numbers: the words that the ledger port speaks.

A *claim* is made once per document and fixes for ever which series and period its number comes from. The *ledger* of a
series is append-only: numbers 1..N, each belonging to one document or one void. The law: VAT Directive 2006/112/EC
art. 226(2) asks for a sequential number in one or more series; Spain, Portugal, Italy and others read it as
gapless, so every series here is.
"""

from dataclasses import dataclass
from datetime import datetime

from tripinvoice.invoice import DocumentKey

HOLES_LISTED = 10_000
"""Of a series, in its audit: a counter that somebody set to a billion must not fill the memory."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A wish for a number: ``series`` (per supplier) and ``period`` (a year) at the moment of claiming.

    If the document was claimed before, the stored claim wins, whatever series and period are asked now.
    """

    document: DocumentKey
    series: str
    period: str
    claimed_at: datetime
    workflow_id: str


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

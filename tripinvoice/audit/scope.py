"""What an audit looks at, and when: its stores, its moment, and how far back it reads closely."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tripinvoice.numbering import NumberTaken, SeriesAudit
from tripinvoice.ports import DocumentStore, InvoiceRecords, NumberLedger


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where an audit reads; without ``documents`` no bytes are read."""

    ledger: NumberLedger
    records: InvoiceRecords
    documents: DocumentStore | None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """``now`` is when it began; numbers younger than ``grace`` may be under way.

    Numbers since ``since`` (a day of UTC; ``None``: all) are looked at closely. Holes and dates are of the whole
    ledger. ``series`` names one series, with or without its period.
    """

    now: datetime
    grace: timedelta
    since: date | None = None
    series: str | None = None

    def meant(self, one: SeriesAudit) -> bool:
        """Whether this series is audited."""
        return self.series in {None, one.series, f"{one.series}-{one.period}"}

    def close(self, entry: NumberTaken) -> bool:
        """Whether this number is looked at closely."""
        return self.since is None or day_of(entry.issued_at) >= self.since

    def settled(self, issued_at: datetime) -> bool:
        """Whether what was issued then is no longer young."""
        return self.now - issued_at >= self.grace

    def counts(self, number: str) -> bool:
        """Whether a record's number is of a series that is audited."""
        series, period, _ = place_of(number)
        return self.series in {None, series, f"{series}-{period}"}


def day_of(moment: datetime) -> date:
    """The day of UTC."""
    return moment.astimezone(UTC).date()


def place_of(number: str) -> tuple[str, str, int | None]:
    """Series, period and count of a number as printed; what is no number of ours is all series."""
    parts = number.rsplit("-", 2)
    if len(parts) < 3 or not parts[2].isdecimal():  # noqa: PLR2004 - series, period, count
        return number, "", None
    return parts[0], parts[1], int(parts[2])

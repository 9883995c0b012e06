"""The other way round: the records of each day, compared with those that the ledger led to.

Of each day only a count and a sum of hashes are kept, so a year of records needs a few kilobytes. Where the sums of a
day agree, each of its records has its number and is found by its day. Where they do not, the day is read record by
record.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tripinvoice import canonical
from tripinvoice.audit.findings import Finding, Rule, about
from tripinvoice.audit.numbers import number_of
from tripinvoice.audit.scope import Scope, Stores, day_of, place_of
from tripinvoice.errors import ConflictError
from tripinvoice.numbering import NumberTaken, SeriesAudit
from tripinvoice.ports import InvoiceRecord

LEAST_DAYS = 366  # looked through without `since`, so that a ledger that lost its first numbers is noticed
AT_ONCE = 20_000  # records of unequal days in memory
_MODULUS = 1 << 128

Portion = dict[date, dict[str, tuple[NumberTaken, InvoiceRecord]]]
"""Numbers with their records, by day and document."""


@dataclass(frozen=True)
class DaySum:
    """How many records, and the sum of their hashes: equal for equal sets in any order."""

    count: int = 0
    hashes: int = 0

    def plus(self, record: InvoiceRecord) -> "DaySum":
        """With one more."""
        digest = hashlib.blake2b(canonical.dump(record), digest_size=16).digest()
        return DaySum(self.count + 1, (self.hashes + int.from_bytes(digest)) % _MODULUS)


class Days:
    """``expected`` is what the ledger led to, by day; records too young to judge are left out on both sides."""

    def __init__(self, stores: Stores, scope: Scope, expected: Mapping[date, DaySum], step: Callable[[], None]) -> None:
        self._stores = stores
        self._scope = scope
        self._step = step
        self.expected: dict[date, DaySum] = dict(expected)
        self.unreadable: dict[date, str] = {}

    def expect(self, record: InvoiceRecord) -> None:
        """A record that a number of the ledger has."""
        if self._scope.settled(record.issued_at):
            day = day_of(record.issued_at)
            self.expected[day] = self.expected.get(day, DaySum()).plus(record)

    def unequal(self) -> Iterator[date]:
        """The days on which other records are found than the ledger led to; those that cannot be read are noted."""
        for day in self._all():
            found = DaySum()
            try:
                for record in self._listed(day):
                    found = found.plus(record)
            except ConflictError as error:
                self.unreadable[day] = error.message
                continue
            if found != self.expected.get(day, DaySum()):
                yield day

    def not_numbered(self, days: Collection[date], known: Collection[str]) -> Iterator[Finding]:
        """The records of these days whose document has no number, but for those ``known`` to have one."""
        for day in days:
            for record in self._listed(day):
                if str(record.document) not in known and number_of(self._stores.ledger, record.document) is None:
                    series, period, no = place_of(record.number)
                    yield Finding(
                        series=series,
                        period=period,
                        no=no,
                        document=str(record.document),
                        rule=Rule.NUMBER_MISSING,
                        detail=f"{record.state} on {day}, but the ledger knows neither document nor number",
                    )

    def portions(self, days: Collection[date], series: Collection[SeriesAudit]) -> Iterator[Portion]:
        """The numbered records of these days, a bounded number at a time."""
        portion: Portion = defaultdict(dict)
        held = 0
        for entry, record in self._numbered(days, series):
            portion[day_of(record.issued_at)][str(record.document)] = entry, record
            held += 1
            if held == AT_ONCE:
                yield portion
                portion.clear()
                held = 0
        yield portion

    def not_listed(self, portion: Portion) -> list[Finding]:
        """The records that their day does not list.

        Those that it lists leave the portion, so that it can be asked again after mending.
        """
        for day, documents in portion.items():
            for listed in self._listed(day):
                if (pair := documents.get(str(listed.document))) is not None and pair[1] == listed:
                    del documents[str(listed.document)]
        return [
            about(entry, Rule.RECORD_INDEX, f"{day} does not list the record", record)
            for day, documents in portion.items()
            for entry, record in documents.values()
        ]

    def _all(self) -> Iterator[date]:
        last = day_of(self._scope.now)
        first = self._scope.since or min([*self.expected, last - timedelta(days=LEAST_DAYS)])
        for number in range((last - first).days + 1):
            yield first + timedelta(days=number)

    def _listed(self, day: date) -> Iterator[InvoiceRecord]:
        self._step()
        for record in self._stores.records.by_day(day):
            if self._scope.counts(record.number) and self._scope.settled(record.issued_at):
                yield record

    def _numbered(
        self, days: Collection[date], series: Collection[SeriesAudit]
    ) -> Iterator[tuple[NumberTaken, InvoiceRecord]]:
        for one in series:
            for entry in self._stores.ledger.entries(one.series, one.period):
                if day_of(entry.issued_at) in days:
                    for record in self._stores.records.by_trip(entry.document.trip_id):
                        if record.document == entry.document and self._scope.settled(record.issued_at):
                            yield entry, record

"""The audit itself: every series number by number, then every day record by record.

``repair`` mends what is derived, by ``reindex``, and looks again. Ledger, records and objects are never touched.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from types import TracebackType
from typing import Self

from tripinvoice.audit.days import Days, DaySum
from tripinvoice.audit.findings import Finding, Rule, SeriesReport, about
from tripinvoice.audit.numbers import Looked, NumberCheck
from tripinvoice.audit.scope import Scope, Stores
from tripinvoice.numbering import NumberTaken, SeriesAudit

READERS = 16  # numbers that are looked at side by side: each waits for the document store
_AHEAD = 4 * READERS
_UNINDEXED = 100_000  # documents remembered so that the days do not tell them again


def nothing(*_: object) -> None:
    """For those who need not be told."""


@dataclass
class _Tally:
    """A series being walked."""

    numbers: int = 0
    voids: int = 0
    under_way: int = 0
    holes: int = 0
    findings: int = 0
    repaired: int = 0


@dataclass
class Auditor:
    """Audits stores in a scope; use as a context manager, it holds threads.

    ``tell`` is called with each finding as it is made, ``step`` before each number and day: what it raises ends the
    audit. ``expected_before`` is the :attr:`expected` of an audit that was interrupted between two series.
    """

    stores: Stores
    scope: Scope
    tell: Callable[[Finding], None] = nothing
    step: Callable[[], None] = nothing
    repair: bool = False
    expected_before: Mapping[date, DaySum] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check = NumberCheck(self.stores, self.scope)
        self._days = Days(self.stores, self.scope, self.expected_before, self.step)
        self._unindexed: set[str] = set()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="audit")

    def __enter__(self) -> Self:
        """Threads are started as they are needed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads."""
        self._readers.shutdown(cancel_futures=True)

    @property
    def expected(self) -> Mapping[date, DaySum]:
        """What the days must hold, by the series audited so far."""
        return self._days.expected

    def series(self) -> Sequence[SeriesAudit]:
        """The series in scope, by name."""
        return [one for one in self.stores.ledger.audit() if self.scope.meant(one)]

    def numbers(self, one: SeriesAudit) -> SeriesReport:
        """Walk a series, number by number."""
        tally = _Tally()
        for finding in self._counter(one):
            self._found(tally, finding)
        for looked in self._side_by_side(self._walk(one, tally)):
            tally.under_way += looked.under_way
            if looked.record is not None:
                self._days.expect(looked.record)
            for finding in self._mended(looked) if self.repair else looked.findings:
                self._found(tally, finding)
                self._remember(finding)
        return SeriesReport(series=one.series, period=one.period, **vars(tally))

    def days(self) -> int:
        """Compare the days' records with what the series led to; the number of findings that stay."""
        tally = _Tally()
        unequal = list(self._days.unequal())
        for day, reason in self._days.unreadable.items():
            self._found(tally, _of_day(day, reason))
        if unequal:
            for portion in self._days.portions(unequal, self.series()):
                findings = self._days.not_listed(portion)
                if self.repair and findings:
                    self._reindex(findings)
                    left = {finding.document for finding in self._days.not_listed(portion)}
                    findings = [replace(each, repaired=each.document not in left) for each in findings]
                for finding in findings:
                    self._found(tally, finding)
            for finding in self._days.not_numbered(unequal, self._unindexed):
                self._found(tally, finding)
        return tally.findings

    # --- one series ------------------------------------------------------------------------------------------------

    def _walk(self, one: SeriesAudit, tally: _Tally) -> Iterator[NumberTaken]:
        """Every entry in its order, compared with the one before it; gives those that are to be looked at closely."""
        before: NumberTaken | None = None
        for entry in self.stores.ledger.entries(one.series, one.period):
            self.step()
            tally.numbers += 1
            tally.voids += entry.void_reason is not None
            self._hole(one, tally, before.no + 1 if before else 1, entry.no)
            if before is not None and entry.issued_at < before.issued_at:
                self._found(tally, about(entry, Rule.DATES, f"dated before number {before.no}"))
            before = entry
            if self.scope.close(entry):
                yield entry
        # Numbers taken since the series was counted are no hole, for they are here.
        self._hole(one, tally, before.no + 1 if before else 1, one.last_no + 1)

    def _hole(self, one: SeriesAudit, tally: _Tally, first: int, end: int) -> None:
        """Numbers from ``first`` to before ``end`` are missing, if there are any."""
        if first >= end:
            return
        tally.holes += end - first
        missing = f"{first}" if first + 1 == end else f"{first} to {end - 1}"
        detail = f"not in the ledger: {missing}"
        self._found(tally, _of_series(one, Rule.HOLE, detail, first))

    def _counter(self, one: SeriesAudit) -> Iterator[Finding]:
        """Rows beyond the counter; counted again, because rows and counter need not be read at one moment."""
        if _beyond_counter(one):
            again = next(each for each in self.series() if (each.series, each.period) == (one.series, one.period))
            if _beyond_counter(again):
                detail = f"the counter is at {again.last_no}, the ledger has {again.count} numbers"
                yield _of_series(one, Rule.COUNTER, detail)

    def _side_by_side(self, entries: Iterable[NumberTaken]) -> Iterator[Looked]:
        """Look at entries in several threads; the answers come in order, and few are waiting."""
        waiting: deque[Future[Looked]] = deque()
        for entry in entries:
            waiting.append(self._readers.submit(self._check.look, entry))
            if len(waiting) == _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    # --- findings --------------------------------------------------------------------------------------------------

    def _found(self, tally: _Tally, finding: Finding) -> None:
        if finding.repaired:
            tally.repaired += 1
        else:
            tally.findings += 1
        self.tell(finding)

    def _mended(self, looked: Looked) -> list[Finding]:
        """The findings, those marked that are gone after what is derived was written again."""
        if not any(finding.repairable for finding in looked.findings):
            return list(looked.findings)
        self._reindex(looked.findings)
        left = {(finding.rule, finding.detail) for finding in self._check.look(looked.entry).findings}
        return [
            replace(each, repaired=each.repairable and (each.rule, each.detail) not in left) for each in looked.findings
        ]

    def _reindex(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if isinstance(finding.derived, NumberTaken):
                self.stores.ledger.reindex(finding.derived)
            elif finding.derived is not None:
                self.stores.records.reindex(finding.derived)

    def _remember(self, finding: Finding) -> None:
        if finding.rule is Rule.NUMBER_INDEX and len(self._unindexed) < _UNINDEXED:
            self._unindexed.add(finding.document)


def _beyond_counter(one: SeriesAudit) -> bool:
    return one.count + len(one.holes) > one.last_no


def _of_day(day: date, reason: str) -> Finding:
    detail = f"the records of {day} cannot all be read: {reason}"
    return Finding(series="", period="", no=None, document="", rule=Rule.RECORD_DIFFERS, detail=detail)


def _of_series(one: SeriesAudit, rule: Rule, detail: str, no: int | None = None) -> Finding:
    return Finding(series=one.series, period=one.period, no=no, document="", rule=rule, detail=detail)

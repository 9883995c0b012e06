"""The audit of all numbers as a step: it tells how far it is after each series, so that a retry goes on there."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from activities import metrics
from activities.messages import AuditInput, AuditSummary, ToldFinding
from tripinvoice import canonical
from tripinvoice.audit.auditor import Auditor
from tripinvoice.audit.days import DaySum
from tripinvoice.audit.findings import Finding, Rule, SeriesReport
from tripinvoice.audit.scope import Scope, Stores
from tripinvoice.ports import DocumentStore, InvoiceRecords, NumberLedger

FIRST = 20  # findings that a summary lists
BEAT_EVERY = 1.0  # seconds, at least: a million small series must not be a million heartbeats


@dataclass(frozen=True, kw_only=True)
class AuditProgress:
    """How far an audit is: the last series that is done, what was found, and what the days must hold."""

    series: str = ""
    period: str = ""
    summary: AuditSummary = field(default_factory=AuditSummary)
    expected: Mapping[date, DaySum] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditActivities:
    """Reads all stores; runs on the store task queue, where it takes one place for as long as it lasts."""

    ledger: NumberLedger
    records: InvoiceRecords
    documents: DocumentStore

    @activity.defn(name="audit", no_thread_cancel_exception=True)
    def audit(self, request: AuditInput) -> AuditSummary:
        """Audit every series, then every day; what is found is told and published, and is no error of this step."""
        before = _progress()
        walk = _Walk(before)
        with Auditor(
            Stores(ledger=self.ledger, records=self.records, documents=self.documents if request.documents else None),
            Scope(now=request.now, grace=request.grace, since=request.since),
            tell=walk.tell,
            step=_go_on,
            expected_before=before.expected,
        ) as auditor:
            for one in auditor.series():
                if (one.series, one.period) > (before.series, before.period):
                    walk.done(auditor.numbers(one), auditor.expected)
            auditor.days()
        publish(walk.summary, request.now)
        return walk.summary


class _Walk:
    """The summary as it grows."""

    def __init__(self, before: AuditProgress) -> None:
        self.summary = before.summary
        self._next_beat = 0.0

    def tell(self, finding: Finding) -> None:
        """One more finding."""
        findings = Counter(self.summary.findings) + Counter({str(finding.rule): 1})
        told = ToldFinding(rule=finding.rule, number=finding.number, document=finding.document, detail=finding.detail)
        first = self.summary.first if len(self.summary.first) >= FIRST else (*self.summary.first, told)
        self.summary = replace(self.summary, findings=dict(findings), first=first)

    def done(self, report: SeriesReport, expected: Mapping[date, DaySum]) -> None:
        """A series is done; a retry would begin after it."""
        self.summary = replace(
            self.summary,
            series=self.summary.series + 1,
            numbers=self.summary.numbers + report.numbers,
            voids=self.summary.voids + report.voids,
            under_way=self.summary.under_way + report.under_way,
            holes=self.summary.holes + report.holes,
        )
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_EVERY
            progress = AuditProgress(
                series=report.series, period=report.period, summary=self.summary, expected=expected
            )
            activity.heartbeat(canonical.dump(progress).decode())


def publish(summary: AuditSummary, now: datetime) -> None:
    """As metrics. Every rule has its value, so that one that was broken and is whole again goes back to 0."""
    meter = activity.metric_meter()
    metrics.SERIES_HOLES.set(meter, summary.holes)
    metrics.AUDIT_NUMBERS.set(meter, summary.numbers)
    metrics.AUDIT_TIME.set(meter, now.timestamp())
    for rule in Rule:
        metrics.AUDIT_FINDINGS.set(meter, summary.findings.get(rule, 0), rule=str(rule))


def _progress() -> AuditProgress:
    """Where an earlier attempt stopped."""
    details = activity.info().heartbeat_details
    return canonical.load(details[0].encode(), AuditProgress) if details else AuditProgress()


def _go_on() -> None:
    """Whether this worker still may: a large audit must not hold up a deploy, another worker goes on with it."""
    if activity.is_cancelled():
        raise CancelledError
    if activity.is_worker_shutdown():
        raise ApplicationError(
            "the worker stops; the audit goes on at the same series elsewhere",
            type="WorkerStopping",
            next_retry_delay=timedelta(seconds=1),
        )

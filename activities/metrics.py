"""What steps and workflows tell Prometheus, in the one place where the names are; ``docs/observability.md`` lists them.

An activity calls the function; a workflow hands in ``workflow.metric_meter()``, which says nothing in a replay.
"""

from collections.abc import Iterator
from enum import IntEnum

from temporalio import activity
from temporalio.common import MetricMeter

from activities.instruments import PATIENT, Counter, Gauge, Histogram, Metric
from tripinvoice import errors

CURRENT = "current"
"""The implementation of a step that issues invoices; every other is a candidate, by its name."""

COMPARED = Counter(
    "tripinvoice_compare_total",
    "Trips whose drafts were made twice, by how the candidate's compare with the current ones",
    ("country", "line_of_business", "candidate", "outcome"),
)
COMPARE_SECONDS = Histogram(
    "tripinvoice_compare_seconds", "How long each side of a comparison took to make the drafts of a trip", ("side",)
)
PREPROCESS_SECONDS = Histogram(
    "tripinvoice_preprocess_seconds",
    "Making the drafts of a trip, without waiting for a worker",
    ("implementation", "country"),
)
CANDIDATE_FAILURES = Counter(
    "tripinvoice_candidate_failures_total",
    "Trips for which a candidate had no drafts, by the error's code",
    ("candidate", "reason"),
)
ROLLOUT_STAGE = Gauge(
    "tripinvoice_rollout_stage",
    "Where a candidate's rollout is: 0 off, 1 shadow, 2 live for a part, 3 full",
    ("country", "line_of_business", "candidate"),
)
ROLLOUT_LIVE = Gauge(
    "tripinvoice_rollout_live_ratio",
    "The part of trips whose invoices are the candidate's, 0 to 1",
    ("country", "line_of_business", "candidate"),
)
STEP_SECONDS = Histogram(
    "tripinvoice_step_seconds",
    "One try of a step, from its begin in the worker to its end",
    ("step", "implementation", "outcome"),
)
UPSTREAM_SECONDS = Histogram(
    "tripinvoice_upstream_seconds",
    "Asking a money system about a trip, with the wait for a place in its limit",
    ("upstream", "outcome"),
)
END_TO_END_SECONDS = Histogram(
    "tripinvoice_end_to_end_seconds",
    "From the end of a trip to its issued documents",
    ("country", "line_of_business"),
    buckets=PATIENT,
)
PARKED = Counter("tripinvoice_parked_total", "Invoices that began to wait for a person", ("step", "code"))
SERIES_HOLES = Gauge("tripinvoice_series_holes", "Numbers missing in the ledger, as of the last audit; must be 0")
AUDIT_NUMBERS = Gauge("tripinvoice_audit_numbers", "Numbers that the last audit walked")
AUDIT_TIME = Gauge("tripinvoice_audit_timestamp_seconds", "As of when the last audit was, in seconds since 1970")
AUDIT_FINDINGS = Gauge("tripinvoice_audit_findings", "Findings of the last audit, by rule; must be 0", ("rule",))

METRICS: tuple[Metric, ...] = (
    STEP_SECONDS,
    UPSTREAM_SECONDS,
    END_TO_END_SECONDS,
    PARKED,
    PREPROCESS_SECONDS,
    COMPARED,
    COMPARE_SECONDS,
    CANDIDATE_FAILURES,
    ROLLOUT_STAGE,
    ROLLOUT_LIVE,
    SERIES_HOLES,
    AUDIT_NUMBERS,
    AUDIT_TIME,
    AUDIT_FINDINGS,
)


class RolloutStage(IntEnum):
    """The values of :data:`ROLLOUT_STAGE`."""

    OFF = 0
    SHADOW = 1
    LIVE = 2
    FULL = 3


def compared(*, country: str, line_of_business: str, candidate: str, outcome: str) -> None:
    """One trip was compared; ``outcome`` is one of a few words."""
    COMPARED.add(_meter(), country=country, line_of_business=line_of_business, candidate=candidate, outcome=outcome)


def compare_took(seconds: float, *, side: str) -> None:
    """``side`` is ``current`` or ``candidate``."""
    COMPARE_SECONDS.record(_meter(), seconds, side=side)


def preprocess_took(seconds: float, *, country: str, implementation: str = CURRENT) -> None:
    """The drafts of one trip were made."""
    PREPROCESS_SECONDS.record(_meter(), seconds, implementation=implementation, country=country)


def candidate_failed(*, candidate: str, reason: str) -> None:
    """A candidate had no drafts; ``reason`` is an error's code, ``other`` is told for one that we do not know."""
    CANDIDATE_FAILURES.add(_meter(), candidate=candidate, reason=known_code(reason))


def rollout_is_at(  # noqa: PLR0913 - its labels, by name
    stage: RolloutStage,
    live: float,
    *,
    country: str,
    line_of_business: str,
    candidate: str,
    meter: MetricMeter | None = None,
) -> None:
    """Where a rollout is now, and which part of trips is live, 0 to 1; in a workflow with its ``meter``."""
    where = {"country": country, "line_of_business": line_of_business, "candidate": candidate}
    ROLLOUT_STAGE.set(meter or _meter(), float(stage), **where)
    ROLLOUT_LIVE.set(meter or _meter(), live, **where)


def step_took(seconds: float, *, step: str, implementation: str, outcome: str) -> None:
    """One try of a step ended: ``done``, ``cancelled``, or with the code of its error."""
    STEP_SECONDS.record(_meter(), seconds, step=step, implementation=implementation, outcome=outcome)


def upstream_took(seconds: float, *, upstream: str, outcome: str) -> None:
    """A money system was asked: ``answered``, ``no_answer``, or the code of the error."""
    UPSTREAM_SECONDS.record(_meter(), seconds, upstream=upstream, outcome=outcome)


def issued(seconds: float, *, country: str, line_of_business: str, meter: MetricMeter) -> None:
    """The documents of a trip that ended so many seconds ago exist. For workflows."""
    END_TO_END_SECONDS.record(meter, seconds, country=country, line_of_business=line_of_business)


def parked(*, step: str, code: str, meter: MetricMeter) -> None:
    """An invoice waits for a person. For workflows."""
    PARKED.add(meter, step=step, code=known_code(code))


def known_code(code: str) -> str:
    """The code if it is one of ours, else ``other``: a worker in another language may call an error anything."""
    return code if code in _KNOWN else "other"


def _codes(kind: type[errors.TripInvoiceError]) -> Iterator[str]:
    yield kind.__name__
    for below in kind.__subclasses__():
        yield from _codes(below)


# Beside the product's own: what activities/failures.py, activities/auditing.py and workflows/failures.py make.
_KNOWN = frozenset(_codes(errors.TripInvoiceError)) | {"TimedOut", "UnexpectedError", "WorkerStopping"}


def _meter() -> MetricMeter:
    return activity.metric_meter()

"""What is told to the SDK's meters is what Prometheus reads, under the names and labels that are declared."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.testing import ActivityEnvironment

from activities import metrics
from activities.auditing import publish
from activities.instruments import Counter, Gauge, Histogram, buckets
from activities.messages import AuditSummary
from activities.metrics import RolloutStage
from tests.bridge.test_metrics import scrape
from tests.servers.server import free_port
from tripinvoice.errors import InvalidAnswerError, TransientError

# The SDK's own labels, which an activity's meter adds.
_SDK_LABELS = re.compile(r'(activity_type|namespace|task_queue)="[^"]*",?')

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PLACE = {"country": "DE", "line_of_business": "rides"}


def tell_everything() -> None:
    """One value of each metric that activities tell."""
    metrics.compared(**PLACE, candidate="go", outcome="equal")
    metrics.compare_took(0.02, side="candidate")
    metrics.preprocess_took(0.02, country="DE")
    metrics.candidate_failed(candidate="go", reason="InvalidAnswerError")
    metrics.candidate_failed(candidate="go", reason="panic: trip 4711")
    metrics.rollout_is_at(RolloutStage.LIVE, 0.05, country="DE", line_of_business="rides", candidate="go")
    metrics.step_took(0.2, step="render", implementation="current", outcome="done")
    metrics.upstream_took(0.2, upstream="payments", outcome="answered")
    publish(AuditSummary(series=1, numbers=3, holes=1, findings={"missing-number": 1}), NOW)
    meter = metrics._meter()
    metrics.issued(90.0, **PLACE, meter=meter)
    metrics.parked(step="fetch", code="MissingAnswerError", meter=meter)


def served(tell: Callable[[], None]) -> dict[str, float]:
    """What Prometheus reads after an activity has told this."""
    address = f"127.0.0.1:{free_port()}"
    prometheus = PrometheusConfig(bind_address=address, histogram_bucket_overrides=buckets(metrics.METRICS))
    runtime = Runtime(telemetry=TelemetryConfig(metrics=prometheus, attach_service_name=False))
    environment = ActivityEnvironment()
    environment.metric_meter = runtime.metric_meter
    environment.run(tell)
    return {_SDK_LABELS.sub("", name).replace(",}", "}"): value for name, value in scrape(address).items()}


def test_every_metric_is_served_with_its_labels() -> None:
    """Under its own name, whatever the kind."""
    found = served(tell_everything)
    series = {name.partition("{")[0]: name for name in found}
    for metric in metrics.METRICS:
        name = f"{metric.name}_count" if isinstance(metric, Histogram) else metric.name
        assert all(f'{label}="' in series[name] for label in metric.labels), metric.name
    assert found['tripinvoice_rollout_stage{candidate="go",country="DE",line_of_business="rides"}'] == 2
    assert found['tripinvoice_rollout_live_ratio{candidate="go",country="DE",line_of_business="rides"}'] == 0.05
    assert found['tripinvoice_end_to_end_seconds_bucket{country="DE",line_of_business="rides",le="60"}'] == 0
    assert found['tripinvoice_end_to_end_seconds_bucket{country="DE",line_of_business="rides",le="120"}'] == 1


def test_the_code_of_an_error_is_one_of_few() -> None:
    """A candidate may fail with any words; they must not become series, and may be personal."""
    found = served(tell_everything)
    failures = {name for name in found if name.startswith("tripinvoice_candidate_failures_total")}
    assert failures == {
        'tripinvoice_candidate_failures_total{candidate="go",reason="InvalidAnswerError"}',
        'tripinvoice_candidate_failures_total{candidate="go",reason="other"}',
    }


@pytest.mark.parametrize(
    ("code", "known"),
    [
        (InvalidAnswerError.__name__, "InvalidAnswerError"),
        (TransientError.__name__, "TransientError"),
        ("TimedOut", "TimedOut"),
        ("UnexpectedError", "UnexpectedError"),
        ("", "other"),
        ("java.lang.NullPointerException", "other"),
    ],
)
def test_known_codes(code: str, known: str) -> None:
    """The tree of errors, and what Temporal adds."""
    assert metrics.known_code(code) == known


def test_names_follow_prometheus() -> None:
    """Counters end with ``_total``, histograms with their unit, and no two are called the same."""
    for metric in metrics.METRICS:
        assert metric.name.startswith("tripinvoice_")
        assert metric.name.endswith("_total") == isinstance(metric, Counter)
        assert isinstance(metric, Gauge) or metric.name.endswith(("_total", "_seconds"))
    assert len({metric.name for metric in metrics.METRICS}) == len(metrics.METRICS)

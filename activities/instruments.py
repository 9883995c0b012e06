"""How a metric is declared: its name, what it tells, its labels; and how one value is told.

All go through the meters of the Temporal SDK (``activity.metric_meter()``, ``workflow.metric_meter()``, which is silent
in a replay, or ``Runtime.metric_meter``), so that one address of a process serves the SDK's metrics and ours. Making an
instrument again for each value takes the SDK about a microsecond, so none is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from temporalio.common import MetricMeter

LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60)
"""Seconds: close together where p95 and p99 of steps and of money systems lie."""

PATIENT = (0.5, 1, 2, 3, 5, 7.5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 43_200, 86_400, 604_800)
"""Seconds, up to a week: what waits for people, schedules or a system that is down."""

SIZES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 100, 200, 500)
"""How many at once."""


@dataclass(frozen=True)
class Metric:
    """``labels`` have few values each, known beforehand: never a trip, an account or a person."""

    kind: ClassVar[str]

    name: str
    told: str
    labels: tuple[str, ...] = ()


class Counter(Metric):
    """Only ever grows."""

    kind = "counter"

    def add(self, meter: MetricMeter, value: int = 1, **labels: str) -> None:
        """Count so many."""
        meter.create_counter(self.name, self.told).add(value, labels)


class Gauge(Metric):
    """Goes up and down; a process tells its last value until it ends."""

    kind = "gauge"

    def set(self, meter: MetricMeter, value: float, **labels: str) -> None:
        """Now it is this much."""
        meter.create_gauge_float(self.name, self.told).set(value, labels)


@dataclass(frozen=True)
class Histogram(Metric):
    """How often a value was up to each of the ``buckets``. ``name`` ends with the unit."""

    kind = "histogram"

    buckets: Sequence[float] = LATENCY

    def record(self, meter: MetricMeter, value: float, **labels: str) -> None:
        """One more."""
        meter.create_histogram_float(self.name, self.told).record(value, labels)


def buckets(metrics: Sequence[Metric]) -> Mapping[str, Sequence[float]]:
    """By name, as the SDK's Prometheus endpoint takes them."""
    return {one.name: one.buckets for one in metrics if isinstance(one, Histogram)}

"""What a process tells Prometheus: the Temporal SDK's own metrics and ours, at one address.

The SDK's runtime serves both, so no other library and no second port is needed. What steps and workflows tell is
in ``activities/metrics.py``, what the bridge and the adapters tell is here. Labels are bounded: no trip, no person.
"""

import asyncio
import ipaddress
from typing import Protocol

from temporalio.runtime import LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig

from activities import metrics
from activities.instruments import LATENCY, PATIENT, SIZES, Counter, Gauge, Histogram, Metric, buckets
from starter.bridge import BridgeSummary
from tripinvoice.errors import ConfigurationError
from tripinvoice.ports import FeedState
from tripinvoice.settings import PREFIX, Settings

BRIDGE_RECEIVED = Counter("tripinvoice_bridge_received_total", "Messages taken from Kafka")
BRIDGE_STARTED = Counter("tripinvoice_bridge_started_total", "Workflows started")
BRIDGE_DUPLICATE = Counter("tripinvoice_bridge_duplicate_total", "Trips that had their workflow")
BRIDGE_DEAD_LETTER = Counter("tripinvoice_bridge_dead_letter_total", "Dead letters delivered")
BRIDGE_REBALANCES = Counter(
    "tripinvoice_bridge_rebalances_total", "Times that the group changed this bridge's partitions"
)
BRIDGE_IN_FLIGHT = Gauge("tripinvoice_bridge_in_flight", "Messages under way")
BRIDGE_OLDEST = Gauge("tripinvoice_bridge_oldest_unacked_seconds", "Age of the message under way that was taken first")
CONSUMER_LAG = Gauge(
    "tripinvoice_kafka_consumer_lag",
    "Messages that the group has not committed, by topic and partition",
    ("topic", "partition"),
)
CALL_SECONDS = Histogram(
    "tripinvoice_call_seconds",
    "One call to a store, a broker, a money system or the renderer",
    ("system", "operation", "outcome"),
)
LEDGER_BATCH = Histogram(
    "tripinvoice_ledger_batch_size", "Numbers that one write to the ledger took", ("store",), buckets=SIZES
)
LEDGER_LOST = Counter(
    "tripinvoice_ledger_cas_lost_total",
    "Writes to the ledger that came second: somebody else had taken the number",
    ("store",),
)

BRIDGE: tuple[Metric, ...] = (
    BRIDGE_RECEIVED,
    BRIDGE_STARTED,
    BRIDGE_DUPLICATE,
    BRIDGE_DEAD_LETTER,
    BRIDGE_REBALANCES,
    BRIDGE_IN_FLIGHT,
    BRIDGE_OLDEST,
    CONSUMER_LAG,
)
ADAPTERS: tuple[Metric, ...] = (CALL_SECONDS, LEDGER_BATCH, LEDGER_LOST)
METRICS: tuple[Metric, ...] = (*BRIDGE, *metrics.METRICS, *ADAPTERS)
"""All of ours; ``docs/observability.md`` lists them."""

_OF_THE_SDK = {
    "temporal_activity_schedule_to_start_latency": PATIENT,
    "temporal_workflow_task_schedule_to_start_latency": PATIENT,
    "temporal_workflow_endtoend_latency": PATIENT,
    "temporal_activity_execution_latency": LATENCY,
    "temporal_activity_succeed_endtoend_latency": PATIENT,
    "temporal_workflow_task_execution_latency": LATENCY,
    "temporal_workflow_task_replay_latency": LATENCY,
    "temporal_request_latency": LATENCY,
    "temporal_long_request_latency": LATENCY,
}
"""Seconds. The SDK's own end at a minute or count milliseconds: of no use for a queue that waits for an hour."""

REFRESH_SECONDS = 2.0
_VARIABLE = f"{PREFIX}METRICS"


def runtime(settings: Settings, *, logging: LoggingConfig | None = LoggingConfig.default) -> Runtime:
    """The SDK's runtime of this process, which serves metrics when an address is set.

    Raises ``ConfigurationError`` when the address is none, or taken.
    """
    if not settings.metrics:
        return Runtime(telemetry=TelemetryConfig(logging=logging))
    prometheus = PrometheusConfig(
        bind_address=_address(settings.metrics),
        durations_as_seconds=True,
        histogram_bucket_overrides={**_OF_THE_SDK, **buckets(METRICS)},
    )
    try:
        return Runtime(telemetry=TelemetryConfig(logging=logging, metrics=prometheus, attach_service_name=False))
    except (RuntimeError, ValueError, OSError):
        raise _wrong("nothing can listen there; is another process at this address? Each needs its own") from None


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise _wrong("takes an IP address and a port such as 0.0.0.0:9464") from None
    if not port.isdigit():
        raise _wrong("takes an IP address and a port such as 0.0.0.0:9464")
    return text


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(f"{_VARIABLE}: {what}; see docs/settings.md", field=_VARIABLE)


class Measured(Protocol):
    """What :class:`starter.bridge.Bridge` tells about itself."""

    @property
    def summary(self) -> BridgeSummary:
        """The counts so far."""

    @property
    def in_flight(self) -> int:
        """Messages under way."""

    @property
    def feed_state(self) -> FeedState:
        """What the feed is doing."""


class BridgeMetrics:
    """The bridge in numbers; ``docs/bridge.md`` says what they are for."""

    def __init__(self, sdk: Runtime) -> None:
        self._sdk = sdk  # it serves for as long as somebody holds it
        self._meter = sdk.metric_meter
        self._told: dict[str, int] = {}
        self._lagging: set[tuple[str, int]] = set()

    def publish(self, bridge: Measured) -> None:
        """Bring all of them up to date."""
        summary, state = bridge.summary, bridge.feed_state
        counts = {
            BRIDGE_RECEIVED: summary.received,
            BRIDGE_STARTED: summary.started,
            BRIDGE_DUPLICATE: summary.duplicates,
            BRIDGE_DEAD_LETTER: summary.refused,
            BRIDGE_REBALANCES: state.rebalances,
        }
        for counter, count in counts.items():
            counter.add(self._meter, self._news(counter.name, count))
        BRIDGE_IN_FLIGHT.set(self._meter, bridge.in_flight)
        BRIDGE_OLDEST.set(self._meter, state.oldest_unfinished)
        self._publish_lags(state)

    def _news(self, name: str, now: int) -> int:
        """What came since the last time."""
        before = self._told.get(name, 0)
        self._told[name] = now
        return now - before

    def _publish_lags(self, state: FeedState) -> None:
        """A gauge cannot be taken back: a partition that is another bridge's by now has no lag here."""
        lags = {(one.topic, one.partition): one.lag for one in state.partitions if one.lag is not None}
        for place in self._lagging - lags.keys():
            self._set_lag(place, 0)
        for place, lag in lags.items():
            self._set_lag(place, lag)
        self._lagging = set(lags)

    def _set_lag(self, place: tuple[str, int], lag: int) -> None:
        topic, partition = place
        CONSUMER_LAG.set(self._meter, lag, topic=topic, partition=str(partition))

    async def keep_publishing(self, bridge: Measured) -> None:
        """Publish until cancelled."""
        while True:
            self.publish(bridge)
            await asyncio.sleep(REFRESH_SECONDS)

"""What Prometheus reads: a bridge's own numbers beside those of the Temporal SDK, at one address."""

import asyncio
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from temporalio.runtime import Runtime

from starter.bridge import Bridge, BridgeSummary
from starter.metrics import BridgeMetrics, runtime
from tests.bridge.test_bridge import QUICK, Starts, events, unavailable
from tests.kafka import PATIENCE, feed_of, fresh
from tests.servers.server import free_port
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.errors import ConfigurationError
from tripinvoice.ports import FeedState, PartitionState
from tripinvoice.settings import Settings


def settings(metrics: str) -> Settings:
    """With this address, and nothing of the environment's."""
    return Settings(_env_file=None, metrics=metrics)


@pytest.fixture
def address() -> str:
    """Nobody's yet."""
    return f"127.0.0.1:{free_port()}"


def scrape(address: str) -> dict[str, float]:
    """What is served there: value by name and labels."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=PATIENCE) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


class Fixed:
    """A bridge that tells what it is told."""

    def __init__(self) -> None:
        self.summary = BridgeSummary()
        self.in_flight = 0
        self.feed_state = FeedState()


def state(**lags: int) -> FeedState:
    """The lag of each partition, ``p0=3``."""
    return FeedState(
        partitions=tuple(
            PartitionState(topic="trips", partition=int(name[1:]), lag=lag, committed=None, unfinished=0)
            for name, lag in lags.items()
        ),
        oldest_unfinished=2.5,
        rebalances=2,
    )


def test_the_numbers_of_a_bridge_are_served(address: str) -> None:
    """Counters from nought on, gauges as they are, and a lag for each partition; one that went away has none."""
    bridge, metrics = Fixed(), BridgeMetrics(runtime(settings(address)))
    metrics.publish(bridge)
    assert scrape(address)["tripinvoice_bridge_received_total"] == 0
    bridge.summary = BridgeSummary(received=9, started=5, duplicates=3, refused=1)
    bridge.in_flight, bridge.feed_state = 4, state(p0=3, p1=7)
    metrics.publish(bridge)
    bridge.summary = replace(bridge.summary, received=10)
    bridge.feed_state = state(p1=6)
    metrics.publish(bridge)
    found = scrape(address)
    assert {name: value for name, value in found.items() if name.startswith("tripinvoice_")} == {
        "tripinvoice_bridge_received_total": 10,
        "tripinvoice_bridge_started_total": 5,
        "tripinvoice_bridge_duplicate_total": 3,
        "tripinvoice_bridge_dead_letter_total": 1,
        "tripinvoice_bridge_rebalances_total": 2,
        "tripinvoice_bridge_in_flight": 4,
        "tripinvoice_bridge_oldest_unacked_seconds": 2.5,
        'tripinvoice_kafka_consumer_lag{partition="0",topic="trips"}': 0,
        'tripinvoice_kafka_consumer_lag{partition="1",topic="trips"}': 6,
    }


async def test_a_running_bridge_is_measured(address: str) -> None:
    """A message that does not get done is in flight and grows old; those that are done are counted."""
    topic = fresh("trips")

    def stuck(trip_id: str, _: int) -> None:
        if trip_id == "stuck":
            raise unavailable()

    with MockCluster() as cluster:
        publish(cluster.bootstrap, topic, [*events("a", "b", "a", "stuck"), Record(key=None, value=b"bad")])
        bridge = Bridge(feed_of(cluster.bootstrap, topic, fresh("group")), Starts(stuck), SystemClock(), pace=QUICK)
        metrics, stop = BridgeMetrics(runtime(settings(address))), asyncio.Event()
        running = asyncio.create_task(bridge.run(stop))
        publishing = asyncio.create_task(metrics.keep_publishing(bridge))
        found: dict[str, float] = {}
        async with asyncio.timeout(PATIENCE):
            while found.get("tripinvoice_bridge_oldest_unacked_seconds", 0) < 1.0:
                await asyncio.sleep(0.2)
                found = await asyncio.to_thread(scrape, address)
        publishing.cancel()
        stop.set()
        await running
    counts = [found[f"tripinvoice_bridge_{name}_total"] for name in ("received", "started", "duplicate", "dead_letter")]
    assert counts == [5, 2, 1, 1]
    assert found["tripinvoice_bridge_in_flight"] == 1


@contextmanager
def taken() -> Iterator[str]:
    """An address at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("wrong", ["9464", "localhost:9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http"])
def test_an_address_that_is_none_is_told(wrong: str) -> None:
    """By the variable's name, with an example."""
    with pytest.raises(ConfigurationError, match=r"TRIPINVOICE_METRICS: takes .* such as 0\.0\.0\.0:9464"):
        runtime(settings(wrong))


def test_an_address_that_is_taken_is_told() -> None:
    """Two processes at one address are a common mistake."""
    with taken() as address, pytest.raises(ConfigurationError, match="TRIPINVOICE_METRICS: nothing can listen there"):
        runtime(settings(address))


def test_without_an_address_nothing_is_served() -> None:
    """Metrics are off, and publishing them harms nobody."""
    sdk = runtime(settings(""))
    assert isinstance(sdk, Runtime)
    BridgeMetrics(sdk).publish(Fixed())

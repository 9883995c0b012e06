"""The bridge on a real Kafka: what the mock cluster cannot show. Nothing is skipped, whoever comes, goes or dies."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest

from starter.bridge import Bridge, BridgeSummary, Pace
from starter.client import StartOutcome
from tests.bridge.test_bridge import NoPlaceToGo, Starts, bridge_until, done, events, unavailable
from tests.kafka import fresh, lag_of, make_topic
from tests.servers.kafka import Kafka
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.kafka_feed import GroupProtocol, KafkaTripFeed, Subscription
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.trip import Trip

PATIENCE = 90.0  # on a busy machine a broker takes its time
PARTITIONS = 4
PROTOCOLS = get_args(GroupProtocol)


class Group:
    """A topic of trips and the bridges that read it; ``starts`` are those of all of them."""

    def __init__(self, bootstrap: str, protocol: GroupProtocol) -> None:
        self.bootstrap = bootstrap
        self.protocol = protocol
        self.topic, self.name = fresh("trips"), fresh("group")
        self.starts = Starts()
        make_topic(bootstrap, self.topic, PARTITIONS)

    def send(self, *trip_ids: str) -> None:
        """An event for each trip, spread over the partitions."""
        records = [
            Record(key=event.key, value=event.value, partition=number % PARTITIONS)
            for number, event in enumerate(events(*trip_ids))
        ]
        publish(self.bootstrap, self.topic, records)

    def feed(self, *, instance: str | None = None, session_timeout: float = 45.0) -> KafkaTripFeed:
        """A feed of one more member."""
        return KafkaTripFeed(
            self.bootstrap,
            Subscription(
                topic=self.topic,
                group=self.name,
                protocol=self.protocol,
                instance=instance,
                session_timeout=session_timeout,
            ),
        )

    @asynccontextmanager
    async def bridge(self, start: Callable[..., object] | None = None, **member: object) -> AsyncIterator[Bridge]:
        """A running bridge of one more member; stopped as by a signal. Nothing that it took may come again."""
        pace = Pace(max_in_flight=16, drain=10.0, first_wait=0.05, longest_wait=0.2)
        bridge = Bridge(self.feed(**member), start or self.starts, SystemClock(), pace=pace)  # type: ignore[arg-type]
        stop = asyncio.Event()
        running = asyncio.create_task(bridge.run(stop))
        try:
            yield bridge
        finally:
            stop.set()
            summary = await running
        assert (summary.abandoned, summary.uncommitted) == (0, False)

    def lag(self) -> int:
        """What nobody has committed."""
        return lag_of(self.bootstrap, self.topic, self.name)


async def until(reached: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE):
        while not reached():  # noqa: ASYNC110 - what changes is in other threads
            await asyncio.sleep(0.05)


def partitions(bridge: Bridge) -> set[int]:
    """Those that the group has given to this bridge."""
    return {one.partition for one in bridge.feed_state.partitions}


def names(count: int, prefix: str = "trip") -> list[str]:
    return [f"{prefix}-{number}" for number in range(count)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_bridges_that_come_and_go_skip_nothing(kafka_server: Kafka, protocol: GroupProtocol) -> None:
    """While trips come, a second bridge joins and leaves again: what is in flight is finished and committed first.

    So every trip is started, and none a second time.
    """
    group = Group(kafka_server.address, protocol)
    slow = Slow(group.starts)
    async with group.bridge(slow) as one:
        group.send(*names(200))
        await until(lambda: len(group.starts.started) > 20)
        async with group.bridge(slow) as two:
            await until(lambda: bool(partitions(one)) and bool(partitions(two)))
            assert partitions(one) | partitions(two) == set(range(PARTITIONS))
            assert not partitions(one) & partitions(two)
            group.send(*names(60, "later"))
            await until(lambda: two.summary.started > 0)
        await until(lambda: len(group.starts.started) == 260)
        await until(lambda: len(partitions(one)) == PARTITIONS)
    assert set(group.starts.started.values()) == {1}
    assert group.lag() == 0


class Slow:
    """Starts that take long enough to be in flight when partitions go."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts

    async def __call__(self, trip: Trip) -> StartOutcome:
        """Start the trip, after a while."""
        await asyncio.sleep(0.1)
        return await self._starts(trip)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_static_member_restarts_without_a_rebalance(kafka_server: Kafka, protocol: GroupProtocol) -> None:
    """It gets its own partitions again, the other members notice nothing, and nothing is skipped or done twice."""
    group = Group(kafka_server.address, protocol)
    async with group.bridge(instance="bridge-1") as other:
        async with group.bridge(instance="bridge-0") as bridge:
            await until(lambda: len(partitions(bridge)) == len(partitions(other)) == PARTITIONS // 2)
            mine, rebalances = partitions(bridge), other.feed_state.rebalances
            group.send(*names(8))
            await until(lambda: len(group.starts.started) == 8)
        group.send(*names(8, "meanwhile"))
        async with group.bridge(instance="bridge-0") as bridge:
            await until(lambda: len(group.starts.started) == 16 and bool(partitions(bridge)))
            assert partitions(bridge) == mine
        assert other.feed_state.rebalances == rebalances
    assert set(group.starts.started.values()) == {1}
    assert group.lag() == 0


async def test_a_temporal_that_is_away_for_long_costs_no_membership(kafka_server: Kafka) -> None:
    """Longer than the group waits for a sign of life: the bridge gives one, keeps its partitions, and goes on."""
    group = Group(kafka_server.address, "classic")
    session = 6.0  # the least that brokers take
    back = time.monotonic() + session + 2.0

    def away(_trip_id: str, _tries: int) -> None:
        if time.monotonic() < back:
            raise unavailable()

    group.starts = Starts(away)
    group.send(*names(40))
    async with group.bridge(session_timeout=session) as bridge:
        await until(lambda: len(partitions(bridge)) == PARTITIONS)
        rebalances = bridge.feed_state.rebalances
        await until(lambda: bridge.in_flight == 16)
        assert bridge.summary.started == 0
        await until(lambda: len(group.starts.started) == 40)
        assert bridge.feed_state.rebalances == rebalances
    assert set(group.starts.started.values()) == {1}
    assert group.lag() == 0


async def test_a_crash_before_the_commit_starts_nothing_twice(kafka_server: Kafka) -> None:
    """What was started and not committed comes again, and is a duplicate."""
    group = Group(kafka_server.address, "consumer")
    group.send(*names(12))
    await bridge_until(NoPlaceToGo(group.feed()), group.starts, done(12))
    assert group.lag() == 12
    summary = await bridge_until(group.feed(), group.starts, done(12))
    assert summary == BridgeSummary(received=12, duplicates=12)
    assert group.lag() == 0


@pytest.mark.timeout(300)
async def test_a_broker_that_restarts_is_waited_for(tmp_path: Path) -> None:
    """It dies while messages are in flight and comes back: the bridge goes on, and every trip is started."""
    kafka = Kafka(tmp_path / "kafka")  # its own: others would notice
    await asyncio.to_thread(kafka.start)
    try:
        group = Group(kafka.address, "classic")
        group.send(*names(40))
        async with group.bridge(Slow(group.starts)) as bridge:
            await until(lambda: len(group.starts.started) > 5)
            kafka.kill()
            await asyncio.to_thread(kafka.restart)
            await asyncio.to_thread(group.send, *names(20, "later"))
            await until(lambda: len(group.starts.started) == 60 and bridge.in_flight == 0)
        assert group.lag() == 0
    finally:
        await asyncio.to_thread(kafka.stop)

"""The bridge between real Kafka clients and a start function: nothing lost, nothing in the way of anything."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from temporalio.service import RPCError, RPCStatusCode

from starter.bridge import Bridge, BridgeSummary, Pace, Start
from starter.client import StartOutcome
from tests import factories
from tests.kafka import PATIENCE, feed_of, fresh, headers_of, lag_of, poll_until, read_all
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.errors import InvalidTripError, StoreUnavailableError, UnsupportedTripError
from tripinvoice.ports import EventDecoder, FeedMessage, Refusal, TripFeed
from tripinvoice.trip import Trip
from tripinvoice.trip_event import trip_event

QUICK = Pace(drain=0.3, first_wait=0.01, longest_wait=0.05)


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """The address of a mock cluster."""
    with MockCluster() as cluster:
        yield cluster.bootstrap


class Starts:
    """A start function that remembers; ``trouble`` may raise for a trip and its number of tries so far."""

    def __init__(self, trouble: Callable[[str, int], None] = lambda _trip_id, _tries: None) -> None:
        self.tries: Counter[str] = Counter()
        self.started: Counter[str] = Counter()
        self.most_at_once = 0
        self._at_once = 0
        self._trouble = trouble

    async def __call__(self, trip: Trip) -> StartOutcome:
        """Start the trip, once."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(0.001)
            self.tries[trip.trip_id] += 1
            self._trouble(trip.trip_id, self.tries[trip.trip_id])
        finally:
            self._at_once -= 1
        self.started[trip.trip_id] += 1
        return StartOutcome.STARTED if self.started[trip.trip_id] == 1 else StartOutcome.DUPLICATE


def events(*trip_ids: str) -> list[Record]:
    """An event for each trip."""
    return [Record(key=name.encode(), value=trip_event(factories.trip(trip_id=name))) for name in trip_ids]


def unavailable(status: RPCStatusCode = RPCStatusCode.UNAVAILABLE, text: str = "tcp connect error") -> RPCError:
    """An error as the Temporal client raises it."""
    return RPCError(text, status, b"")


async def bridge_until(
    feed: TripFeed,
    start: Start,
    enough: Callable[[BridgeSummary], bool],
    *,
    decoder: EventDecoder | None = None,
    max_in_flight: int = 64,
) -> BridgeSummary:
    """Run a bridge until its counts are as wanted, then stop it as a signal does."""
    bridge = Bridge(feed, start, SystemClock(), decoder=decoder, pace=replace(QUICK, max_in_flight=max_in_flight))
    stop = asyncio.Event()
    running = asyncio.create_task(bridge.run(stop))
    deadline = time.monotonic() + PATIENCE
    while not (enough(bridge.summary) or running.done()) and time.monotonic() < deadline:
        await asyncio.wait([running], timeout=0.02)
    stop.set()
    return await running


def done(count: int) -> Callable[[BridgeSummary], bool]:
    """Whether so many messages have come to their end."""
    return lambda summary: summary.started + summary.duplicates + summary.refused >= count


BAD: Sequence[bytes | None] = (
    None,
    b"",
    b"\xff\xfe not UTF-8 \xc3\x28",
    b'{"schema": "trip.completed/1"',
    b"[1, 2, 3]",
    trip_event(factories.trip()).replace(b'"trip-berlin-taxi"', b"17"),
    trip_event(factories.trip()).replace(b"trip-berlin-taxi", b"x" * 100_000),
    b'{"schema":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    trip_event(factories.trip()).replace(b"2026", b"2999"),
    b"5 MB" + b"\x00" * 4_800_000,
)


async def test_good_events_start_and_bad_ones_become_dead_letters(bootstrap: str) -> None:
    """Whatever lies between them, every trip starts; every bad event is kept as it was; every offset is committed."""
    topic, group = fresh("trips"), fresh("group")
    names = [f"trip-{n}" for n in range(20)]
    good = events(*names, *names[:5])
    # One after the other on its own partition of the mock cluster, which keeps 5 MB, the largest last.
    bad = [Record(key=b"one", value=value, headers=(("no", b"%d" % n),)) for n, value in enumerate(BAD)]
    publish(bootstrap, topic, [*good, *bad])
    starts = Starts()
    with capture_logs() as logs:
        summary = await bridge_until(feed_of(bootstrap, topic, group), starts, done(25 + len(BAD)))
    assert summary == BridgeSummary(received=25 + len(BAD), started=20, duplicates=5, refused=len(BAD))
    assert set(names) == set(starts.started)
    letters = {headers_of(letter)["no"]: letter for letter in read_all(bootstrap, f"{topic}.dlq")}
    assert {b"%d" % n: value for n, value in enumerate(BAD)} == {no: letter.value() for no, letter in letters.items()}
    assert {headers_of(letter)["x-invoice-reason"] for letter in letters.values()} == {b"InvalidTripError"}
    assert lag_of(bootstrap, topic, group) == 0
    refusals = [entry for entry in logs if entry["event"] == "trip_event_refused"]
    assert len(BAD) == len(refusals)
    assert max(len(str(entry)) for entry in logs) < 500, "a value is in the log"


async def test_a_temporal_that_is_away_is_waited_for(bootstrap: str) -> None:
    """Errors of the server or the way to it are no fault of the event: it is tried until it starts."""
    topic, group = fresh("trips"), fresh("group")
    away: dict[str, Exception] = {
        "unavailable": unavailable(),
        "overload": unavailable(RPCStatusCode.RESOURCE_EXHAUSTED, "namespace rate limit exceeded"),
        "deadline": unavailable(RPCStatusCode.DEADLINE_EXCEEDED, "Timeout expired"),
        "set-up": unavailable(RPCStatusCode.INVALID_ARGUMENT, "no mapping defined for search attribute TripId"),
        "namespace": unavailable(RPCStatusCode.NOT_FOUND, "Namespace is not found"),
        "lazy": RuntimeError("Failed client connect: Server connection error"),
        "socket": ConnectionResetError(),
        "timeout": TimeoutError(),
        "store": StoreUnavailableError("away"),
    }

    def trouble(trip_id: str, tries: int) -> None:
        if tries < 8:
            raise away[trip_id]

    publish(bootstrap, topic, events(*away))
    starts = Starts(trouble)
    with capture_logs() as logs:
        summary = await bridge_until(feed_of(bootstrap, topic, group), starts, done(len(away)))
    assert summary == BridgeSummary(received=len(away), started=len(away))
    assert set(starts.tries.values()) == {8}
    assert lag_of(bootstrap, topic, group) == 0
    assert {"temporal_unavailable", "temporal_available"} == {entry["event"] for entry in logs}


async def test_what_is_refused_for_good_becomes_a_dead_letter(bootstrap: str) -> None:
    """A request that Temporal will never take, and a defect of ours after some tries, get out of the way."""
    topic, group = fresh("trips"), fresh("group")
    reasons: dict[str, Exception] = {
        "blob": unavailable(RPCStatusCode.INVALID_ARGUMENT, "Blob data size exceeds limit."),
        "grpc": unavailable(RPCStatusCode.RESOURCE_EXHAUSTED, "grpc: received message larger than max 4194304"),
        "rule": UnsupportedTripError("country: no regime"),
        "defect": TypeError("a text with the value in it"),
    }

    def trouble(trip_id: str, _: int) -> None:
        if trip_id in reasons:
            raise reasons[trip_id]

    publish(bootstrap, topic, events("before", *reasons, "after"))
    starts = Starts(trouble)
    summary = await bridge_until(feed_of(bootstrap, topic, group), starts, done(6))
    assert summary == BridgeSummary(received=6, started=2, refused=4)
    assert {"blob": 1, "grpc": 1, "rule": 1, "defect": 5, "before": 1, "after": 1} == starts.tries
    letters = {letter.key(): headers_of(letter) for letter in read_all(bootstrap, f"{topic}.dlq")}
    assert {key: headers["x-invoice-attempts"] for key, headers in letters.items()} == {
        b"blob": b"1",
        b"grpc": b"1",
        b"rule": b"1",
        b"defect": b"5",
    }
    assert {key: headers["x-invoice-reason"] for key, headers in letters.items()} == {
        b"blob": b"TemporalRefused",
        b"grpc": b"TemporalRefused",
        b"rule": b"UnsupportedTripError",
        b"defect": b"Unexpected",
    }
    assert not any(b"value in it" in (value or b"") for headers in letters.values() for value in headers.values())
    assert lag_of(bootstrap, topic, group) == 0


async def test_a_bridge_that_stops_leaves_what_is_stuck_to_the_next(bootstrap: str) -> None:
    """Starts that cannot end are given up after the drain; a new bridge starts those, and no finished head again."""
    topic, group = fresh("trips"), fresh("group")
    publish(bootstrap, topic, [Record(key=b"one", value=event.value) for event in events(*"abcdef")])

    def stuck(trip_id: str, _: int) -> None:
        if trip_id in "ce":
            raise unavailable()

    first = Starts(stuck)
    summary = await bridge_until(feed_of(bootstrap, topic, group), first, done(4))
    assert summary == BridgeSummary(received=6, started=4, abandoned=2)
    assert lag_of(bootstrap, topic, group) == 4
    second = Starts()
    summary = await bridge_until(feed_of(bootstrap, topic, group), second, done(4))
    assert set("cdef") == set(second.started)
    assert lag_of(bootstrap, topic, group) == 0


class NoPlaceToGo:
    """A feed whose process is killed: nothing is committed, nobody says good-bye to the group."""

    def __init__(self, feed: TripFeed) -> None:
        self._feed = feed
        self.accept, self.refuse, self.poll, self.state = (lambda _message: None), feed.refuse, feed.poll, feed.state

    def close(self) -> None:
        """Too late: but the test has to end its threads. What was accepted never reached the feed below."""
        self._feed.close()


async def test_a_crash_before_the_commit_loses_nothing(bootstrap: str) -> None:
    """Started but not committed: everything comes again, and Temporal knows it already."""
    topic, group = fresh("trips"), fresh("group")
    publish(bootstrap, topic, events(*"abcdef"))
    starts = Starts()
    await bridge_until(NoPlaceToGo(feed_of(bootstrap, topic, group)), starts, done(6))
    assert lag_of(bootstrap, topic, group) == 6
    summary = await bridge_until(feed_of(bootstrap, topic, group), starts, done(6))
    assert summary == BridgeSummary(received=6, duplicates=6)
    assert lag_of(bootstrap, topic, group) == 0


async def test_no_more_than_allowed_in_flight(bootstrap: str) -> None:
    """The bound holds while hundreds wait, and all of them start."""
    topic, group = fresh("trips"), fresh("group")
    publish(bootstrap, topic, events(*(f"trip-{n}" for n in range(300))))
    starts = Starts()
    summary = await bridge_until(feed_of(bootstrap, topic, group), starts, done(300), max_in_flight=5)
    assert summary == BridgeSummary(received=300, started=300)
    assert starts.most_at_once == 5


class Breaking:
    """A feed that cannot go on, or whose dead-letter topic is away for the first tries."""

    def __init__(self, feed: TripFeed, *, polls: int = 1_000_000, refusals: int = 0) -> None:
        self._feed = feed
        self._polls = polls
        self._refusals = refusals
        self.accept, self.state, self.close = feed.accept, feed.state, feed.close

    def poll(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """Break when the polls are used up."""
        self._polls -= 1
        if self._polls < 0:
            raise StoreUnavailableError("trip feed: fenced")
        return self._feed.poll(limit, timeout)

    def refuse(self, message: FeedMessage, refusal: Refusal) -> None:
        """Fail the first times."""
        self._refusals -= 1
        if self._refusals >= 0:
            raise StoreUnavailableError("dead-letter topic: away")
        self._feed.refuse(message, refusal)


async def test_a_feed_that_cannot_go_on_ends_the_bridge(bootstrap: str) -> None:
    """A consumer that was fenced is for the supervisor: the error comes out, with the feed closed."""
    feed = feed_of(bootstrap, fresh("trips"), fresh("group"))
    with pytest.raises(StoreUnavailableError, match="fenced"):
        await bridge_until(Breaking(feed, polls=3), Starts(), done(1))
    with pytest.raises(RuntimeError):
        feed.poll(1, 0.0)


async def test_a_dead_letter_topic_that_is_away_is_waited_for(bootstrap: str) -> None:
    """A bad event is not accepted before its letter is delivered; good ones go past it."""
    topic, group = fresh("trips"), fresh("group")
    publish(bootstrap, topic, [Record(key=b"bad", value=b"bad"), *events("a", "b")])
    feed = feed_of(bootstrap, topic, group)
    summary = await bridge_until(Breaking(feed, refusals=4), Starts(), done(3))
    assert summary == BridgeSummary(received=3, started=2, refused=1)
    assert len(read_all(bootstrap, f"{topic}.dlq")) == 1
    assert lag_of(bootstrap, topic, group) == 0


async def test_a_cancelled_bridge_closes_its_feed(bootstrap: str) -> None:
    """A bridge whose task is cancelled leaves no thread and no member of the group behind."""
    topic, group = fresh("trips"), fresh("group")
    feed = feed_of(bootstrap, topic, group)
    running = asyncio.create_task(Bridge(feed, Starts(), SystemClock(), pace=QUICK).run(asyncio.Event()))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    publish(bootstrap, topic, events("later"))
    with closing(feed_of(bootstrap, topic, group)) as next_feed:
        assert len(poll_until(next_feed, 1)) == 1


class Uncommittable:
    """A feed whose last commit the brokers do not take."""

    def __init__(self, feed: TripFeed) -> None:
        self._feed = feed
        self.poll, self.accept, self.refuse, self.state = feed.poll, feed.accept, feed.refuse, feed.state

    def close(self) -> None:
        """Leave the group, and fail."""
        self._feed.close()
        raise StoreUnavailableError("offsets: the brokers did not take the last ones")


async def test_a_last_commit_that_fails_is_told(bootstrap: str) -> None:
    """The bridge ends in order, and its summary says that what was done comes again."""
    topic = fresh("trips")
    publish(bootstrap, topic, events("a"))
    feed = Uncommittable(feed_of(bootstrap, topic, fresh("group")))
    with capture_logs() as logs:
        summary = await bridge_until(feed, Starts(), done(1))
    assert summary == BridgeSummary(received=1, started=1, uncommitted=True)
    assert [entry["event"] for entry in logs] == ["offsets_not_committed"]


class Shouting:
    """A decoder that knows capitals only; it is away for the first tries."""

    def __init__(self, away: int) -> None:
        self._away = away

    def decode(self, message: FeedMessage) -> FeedMessage:
        """Take the capitals away."""
        self._away -= 1
        if self._away >= 0:
            raise StoreUnavailableError("schema registry: no answer")
        if message.value == b"whisper":
            raise InvalidTripError("event: cannot be read")
        return replace(message, value=(message.value or b"").swapcase())


async def test_events_with_a_schema_are_decoded(bootstrap: str) -> None:
    """What cannot be decoded is a dead letter, as it came; a registry that is away is waited for."""
    topic, group = fresh("trips"), fresh("group")
    shouted = [replace(event, value=(event.value or b"").swapcase()) for event in events("a", "b")]
    publish(bootstrap, topic, [*shouted, Record(key=b"bad", value=b"whisper")])
    starts = Starts()
    feed = feed_of(bootstrap, topic, group)
    with capture_logs() as logs:
        summary = await bridge_until(feed, starts, done(3), decoder=Shouting(away=5))
    assert summary == BridgeSummary(received=3, started=2, refused=1)
    assert set(starts.started) == {"a", "b"}
    (letter,) = read_all(bootstrap, f"{topic}.dlq")
    assert letter.value() == b"whisper"
    assert headers_of(letter)["__connect.errors.stage"] == b"VALUE_CONVERTER"
    expected = {"schema_registry_unavailable", "schema_registry_available", "trip_event_refused"}
    assert expected == {entry["event"] for entry in logs}
    assert lag_of(bootstrap, topic, group) == 0

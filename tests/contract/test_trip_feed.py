"""The trip feed, on librdkafka's mock cluster and on a real one."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, get_args

import pytest
from confluent_kafka import Producer

from tests.kafka import PATIENCE, feed_of, fresh, headers_of, lag_of, make_topic, poll_until, read_all
from tests.servers.kafka import Kafka
from tripinvoice.adapters import kafka_brake, kafka_feed
from tripinvoice.adapters.kafka_brake import PAUSE_AFTER
from tripinvoice.adapters.kafka_feed import COMMIT_EVERY, GroupProtocol, KafkaTripFeed, Subscription
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import DeliveringProducer, GroupLag, Record, publish
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.ports import FeedMessage, FeedState, PartitionState, Refusal, TripFeed

Places = set[tuple[int, int]]
REFUSAL = Refusal(code="InvalidTripError", reason="trip_id: missing; send it", stage="VALUE_CONVERTER")


@pytest.fixture
def topic(bootstrap: str) -> str:
    """A topic with nine messages."""
    name = fresh("trips")
    publish(bootstrap, name, [Record(key=b"trip-%d" % n, value=b"event %d" % n) for n in range(9)])
    return name


def places(messages: list[FeedMessage]) -> Places:
    """Partition and offset of each message."""
    return {(message.partition, message.offset) for message in messages}


def accept_all(feed: TripFeed, messages: list[FeedMessage]) -> None:
    """Accept every message."""
    for message in messages:
        feed.accept(message)


def test_messages_come_untouched(bootstrap: str) -> None:
    """Key, value and headers are the bytes that were sent, also where they are no text or are missing."""
    topic = fresh("trips")
    sent = [
        Record(key=b"\xff\x00", value=b"\xc3\x28", headers=(("ce_id", b"\xfe"), ("empty", None), ("ce_id", b"2"))),
        Record(key=None, value=None),
    ]
    publish(bootstrap, topic, sent)
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        messages = poll_until(feed, 2)
    got = {Record(key=message.key, value=message.value, headers=message.headers) for message in messages}
    assert set(sent) == got


def test_a_poll_gives_no_more_than_asked(bootstrap: str, topic: str) -> None:
    """The limit holds, and nothing is skipped by it."""
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        batches = [feed.poll(2, 0.2) for _ in range(8)]
        assert max(map(len, batches)) == 2
        rest = poll_until(feed, 9 - sum(map(len, batches)))
    assert len(places([message for batch in [*batches, rest] for message in batch])) == 9


def test_what_is_accepted_does_not_come_again(bootstrap: str, topic: str) -> None:
    """A group that closed goes on where it left off."""
    group = fresh("group")
    with closing(feed_of(bootstrap, topic, group)) as feed:
        accept_all(feed, poll_until(feed, 9))
    assert lag_of(bootstrap, topic, group) == 0
    publish(bootstrap, topic, [Record(key=None, value=b"later")])
    with closing(feed_of(bootstrap, topic, group)) as feed:
        assert [message.value for message in poll_until(feed, 1)] == [b"later"]


def test_what_is_not_accepted_comes_again(bootstrap: str, topic: str) -> None:
    """A message in the middle that nobody accepted comes again, with all behind it in its partition."""
    group = fresh("group")
    with closing(feed_of(bootstrap, topic, group)) as feed:
        messages = poll_until(feed, 9)
        fullest = Counter(message.partition for message in messages).most_common(1)[0][0]
        stuck = min(message.offset for message in messages if message.partition == fullest)
        accept_all(feed, [m for m in messages if (m.partition, m.offset) != (fullest, stuck)])
    expected = {(m.partition, m.offset) for m in messages if m.partition == fullest}
    with closing(feed_of(bootstrap, topic, group)) as feed:
        assert expected == places(poll_until(feed, len(expected)))


def test_commits_go_out_while_polling(bootstrap: str, topic: str) -> None:
    """About a second after a message was accepted its offset is committed, without anybody asking."""
    group = fresh("group")
    with closing(feed_of(bootstrap, topic, group)) as feed, GroupLag(bootstrap, topic, group) as lag:
        accept_all(feed, poll_until(feed, 9))
        deadline = time.monotonic() + 5
        while lag.messages() and time.monotonic() < deadline:
            feed.poll(0, 0.1)
        assert lag.messages() == 0


def test_accepting_from_many_threads(bootstrap: str, topic: str) -> None:
    """Accepts of other threads, in any order and twice, count once each."""
    group = fresh("group")
    with closing(feed_of(bootstrap, topic, group)) as feed:
        messages = poll_until(feed, 9)
        threads = [threading.Thread(target=accept_all, args=(feed, part)) for part in (messages[::-2], messages)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert lag_of(bootstrap, topic, group) == 0


def test_limit_zero_waits_and_pauses_without_loss(bootstrap: str, topic: str) -> None:
    """A feed that had no room for a while takes up again with the very next message."""
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        first = poll_until(feed, 2)
        start = time.monotonic()
        assert [message for _ in range(14) for message in feed.poll(0, 0.1)] == []
        assert time.monotonic() - start >= 1.0
        rest = poll_until(feed, 7)
        assert tuple(feed.poll(1, 0.3)) == ()
    assert len(places(first + rest)) == 9
    assert len(rest) == 7


def test_limit_zero_from_the_start_loses_nothing(bootstrap: str, topic: str) -> None:
    """Messages of partitions that are assigned while there is no room wait for it."""
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        time.sleep(PAUSE_AFTER + 0.1)
        assert tuple(feed.poll(0, 2.0)) == ()
        assert len(places(poll_until(feed, 9))) == 9


def test_a_refused_message_is_a_dead_letter(bootstrap: str) -> None:
    """The letter has the message's bytes and headers, where it was, and why it was refused; the offset moves on."""
    topic, group = fresh("trips"), fresh("group")
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    sent = Record(key=b"k\xff", value=b"\x00 not json", headers=(("ce_type", b"trip"),), sent_at=noon)
    publish(bootstrap, topic, [sent])
    with closing(feed_of(bootstrap, topic, group)) as feed:
        (message,) = poll_until(feed, 1)
        feed.refuse(message, replace(REFUSAL, reason="trip_id: missing; send it " + "é" * 5_000, attempts=3))
    (letter,) = read_all(bootstrap, f"{topic}.dlq")
    assert (letter.key(), letter.value()) == (b"k\xff", b"\x00 not json")
    headers = headers_of(letter)
    reason = headers.pop("__connect.errors.exception.message")
    assert reason is not None
    assert reason.decode()[:27] == "trip_id: missing; send it é"
    assert len(reason) < 2_100
    assert {
        "ce_type": b"trip",
        "__connect.errors.topic": topic.encode(),
        "__connect.errors.partition": str(message.partition).encode(),
        "__connect.errors.offset": str(message.offset).encode(),
        "__connect.errors.connector.name": group.encode(),
        "__connect.errors.task.id": b"0",
        "__connect.errors.stage": b"VALUE_CONVERTER",
        "__connect.errors.class.name": b"starter.bridge.Bridge",
        "__connect.errors.exception.class.name": b"InvalidTripError",
        "x-invoice-reason": b"InvalidTripError",
        "x-invoice-attempts": b"3",
        "x-invoice-bridge-version": version("tripinvoice").encode(),
    } == headers
    assert letter.timestamp()[1] == 1_772_366_400_000
    assert lag_of(bootstrap, topic, group) == 0


def test_a_dead_letter_too_large_says_where_the_message_is() -> None:
    """Where the dead-letter topic cannot take the size, the letter leaves out the value and the feed goes on."""
    topic, group = fresh("trips"), fresh("group")
    with MockCluster() as cluster:
        publish(cluster.bootstrap, topic, [Record(key=b"k", value=b"x" * 4_000)])
        subscription = Subscription(topic=topic, group=group, protocol="consumer")
        small = DeliveringProducer(cluster.bootstrap, max_message_bytes=2_000)
        with closing(KafkaTripFeed(cluster.bootstrap, subscription, letters=small)) as feed:
            (message,) = poll_until(feed, 1)
            feed.refuse(message, REFUSAL)
        (letter,) = read_all(cluster.bootstrap, f"{topic}.dlq")
        assert (letter.key(), letter.value()) == (b"k", None)
        assert headers_of(letter)["x-invoice-value-left-out"] == b"4000"
        assert lag_of(cluster.bootstrap, topic, group) == 0


@pytest.mark.parametrize("protocol", get_args(GroupProtocol))
def test_a_second_reader_takes_over_what_is_not_done(bootstrap: str, kafka_kind: str, protocol: GroupProtocol) -> None:
    """Each moved partition goes on behind what was accepted; a late accept of its old owner changes nothing."""
    if protocol == "classic" and kafka_kind == "mock":
        pytest.skip("in the mock cluster a second member of a classic group waits for ever")
    topic, group = fresh("trips"), fresh("group")
    if kafka_kind == "real":
        make_topic(bootstrap, topic, 4)
    publish(bootstrap, topic, [Record(key=b"%d" % n, value=b"") for n in range(60)])
    subscription = Subscription(topic=topic, group=group, protocol=protocol, drain=0.1)
    with closing(KafkaTripFeed(bootstrap, subscription)) as one:
        before = poll_until(one, 60)
        firsts = [message for message in before if message.offset < 2]
        accept_all(one, firsts)
        with closing(KafkaTripFeed(bootstrap, subscription)) as two:
            again = _poll_both(one, two)
            moved = {message.partition for message in again}
            assert 0 < len(moved) < len({message.partition for message in before})
            assert {(m.partition, m.offset) for m in before if m.partition in moved and m.offset > 1} == places(again)
            accept_all(one, before)
            assert len(again) == _settled(bootstrap, subscription, len(again), one, two)
            accept_all(two, again)
            assert _settled(bootstrap, subscription, 0, one, two) == 0


def _settled(bootstrap: str, subscription: Subscription, wanted: int, *feeds: TripFeed) -> int:
    """The group's lag, once it is as wanted and has stayed so for two commits; or when patience ends."""
    deadline, since = time.monotonic() + PATIENCE, time.monotonic()
    with GroupLag(bootstrap, subscription.topic, subscription.group) as lag:
        while True:
            for feed in feeds:
                assert not feed.poll(100, 0.05)
            found = lag.messages()
            since = since if found == wanted else time.monotonic()
            if time.monotonic() > min(deadline, since + 2 * COMMIT_EVERY):
                return found


def _poll_both(one: TripFeed, two: TripFeed) -> list[FeedMessage]:
    """Poll both until the second has got messages, and a little longer; what it got."""
    got: list[FeedMessage] = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert not one.poll(100, 0.05)
        if more := two.poll(100, 0.05):
            got += more
            deadline = min(deadline, time.monotonic() + 0.5)
    return got


def test_the_classic_protocol(bootstrap: str, topic: str) -> None:
    """The default group protocol, which every broker speaks, reads and commits as well."""
    group = fresh("group")
    with closing(KafkaTripFeed(bootstrap, Subscription(topic=topic, group=group))) as feed:
        accept_all(feed, poll_until(feed, 9))
    assert lag_of(bootstrap, topic, group) == 0


def test_a_refusal_without_brokers_is_not_accepted() -> None:
    """When no dead letter can be delivered the feed says so, and keeps the message."""
    with MockCluster() as cluster:
        topic = fresh("trips")
        publish(cluster.bootstrap, topic, [Record(key=None, value=b"bad")])
        subscription = Subscription(topic=topic, group=fresh("group"), protocol="consumer")
        hasty = DeliveringProducer(cluster.bootstrap, timeout=1.0)
        feed = KafkaTripFeed(cluster.bootstrap, subscription, letters=hasty)
        (message,) = poll_until(feed, 1)
    with pytest.raises(StoreUnavailableError, match="dead-letter topic"):
        feed.refuse(message, REFUSAL)
    assert tuple(feed.poll(1, 0.3)) == (), "a feed without brokers goes on polling"
    feed.close()


def test_closing_twice(bootstrap: str, topic: str) -> None:
    """Closing again is no error."""
    feed = feed_of(bootstrap, topic, fresh("group"))
    feed.close()
    feed.close()


def test_publish_waits_for_the_readers() -> None:
    """More than a partition of the mock cluster holds arrives whole, because sending waits for the group."""
    topic, group = fresh("trips"), fresh("group")
    with MockCluster(topics=[topic]) as cluster, closing(feed_of(cluster.bootstrap, topic, group)) as feed:
        records = (Record(key=b"one-partition", value=b"%06d" % n + b"x" * 40_000) for n in range(200))
        options: dict[str, Any] = {"read_by": group, "stop": threading.Event()}
        sending = threading.Thread(target=publish, args=(cluster.bootstrap, topic, records), kwargs=options)
        sending.start()
        got: list[FeedMessage] = []
        deadline = time.monotonic() + 30
        while sending.is_alive() and time.monotonic() < deadline:
            messages = list(feed.poll(100, 0.1))
            accept_all(feed, messages)
            got += messages
        options["stop"].set()
        sending.join()
    assert list(range(200)) == [int((message.value or b"")[:6]) for message in got]


def test_publish_can_be_stopped() -> None:
    """A sender that waits for readers that never come stops when told."""
    stop = threading.Event()
    with MockCluster() as cluster:
        timer = threading.Timer(0.5, stop.set)
        timer.start()
        records = [Record(key=None, value=b"x" * 1_500_000) for _ in range(4)]
        assert publish(cluster.bootstrap, fresh("trips"), records, read_by=fresh("group"), stop=stop) == 1
        timer.join()


def test_no_brokers_is_transient() -> None:
    """Sending without brokers raises the error that says to try again."""
    with MockCluster() as cluster:
        bootstrap = cluster.bootstrap
    with (
        DeliveringProducer(bootstrap, timeout=0.5) as producer,
        pytest.raises(StoreUnavailableError, match="check the brokers"),
    ):
        producer.send("trips", [Record(key=None, value=b"")])
    with GroupLag(bootstrap, "trips", "group") as lag, pytest.raises(StoreUnavailableError, match="check the brokers"):
        lag.messages(0.5)


def test_the_clients_need_no_other_producer(bootstrap: str) -> None:
    """Events of a plain producer that does not compress are read as well."""
    topic = fresh("trips")
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"plain")
    assert producer.flush(10) == 0
    producer.close()
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        assert [message.value for message in poll_until(feed, 1)] == [b"plain"]


def test_the_state_tells_what_waits(bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Partitions, what is unfinished and for how long, what is committed; librdkafka's statistics tell the lag."""
    monkeypatch.setattr(kafka_feed, "STATISTICS_EVERY", 0.5)
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        assert feed.state() == FeedState()
        messages = poll_until(feed, 9)
        fullest = Counter(message.partition for message in messages).most_common(1)[0][0]
        last = max((m for m in messages if m.partition == fullest), key=lambda message: message.offset)
        accept_all(feed, [message for message in messages if message is not last])
        waiting = PartitionState(topic=topic, partition=fullest, lag=1, committed=last.offset, unfinished=1)
        state = _state_when(feed, lambda found: waiting in found.partitions)
        assert [waiting] == [one for one in state.partitions if one.unfinished]
        assert {message.partition for message in messages} <= {one.partition for one in state.partitions}
        assert state.oldest_unfinished > 0
        assert state.rebalances >= 1
        feed.accept(last)
        state = _state_when(feed, lambda found: not any(one.lag for one in found.partitions))
        assert [one.lag for one in state.partitions if one.partition == fullest] == [0]
        assert [one for one in state.partitions if one.unfinished] == []
        assert state.oldest_unfinished == 0.0


def _state_when(feed: KafkaTripFeed, wanted: Callable[[FeedState], bool]) -> FeedState:
    """Its state once it is as wanted, or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(feed.state()) and time.monotonic() < deadline:
        assert not feed.poll(1, 0.1)
    return feed.state()


def test_offsets_that_the_brokers_do_not_take_are_told() -> None:
    """Closing without brokers ends, and says that what was done comes again."""
    with MockCluster() as cluster:
        topic = fresh("trips")
        publish(cluster.bootstrap, topic, [Record(key=None, value=b"")])
        feed = KafkaTripFeed(cluster.bootstrap, Subscription(topic=topic, group=fresh("group"), session_timeout=6.0))
        accept_all(feed, poll_until(feed, 1))
    with pytest.raises(StoreUnavailableError, match="comes again"):
        feed.close()
    feed.close()
    for thread in threading.enumerate():  # the client itself gives up later, and is not to do so in another test
        if thread.name == "kafka-leaving":
            thread.join()


def test_only_the_partition_with_a_stuck_message_waits(
    bootstrap: str, kafka_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind it no more than a window is taken; the other partitions go on, and it does when it is done."""
    monkeypatch.setattr(kafka_brake, "MAX_WINDOW", 10)
    topic = fresh("trips")
    if kafka_kind == "real":
        make_topic(bootstrap, topic, 2)
    publish(bootstrap, topic, [Record(key=None, value=b"", partition=n % 2) for n in range(200)])
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        taken = _take_but(feed, lambda got: (0, 0) in got and len([one for one in got if one[0] == 1]) == 100)
        assert len([one for one in taken if one[0] == 0]) < 30
        feed.accept(taken[0, 0])
        rest = _take_but(feed, lambda got: len(got) + len(taken) == 200)
    assert set(taken) | set(rest) == {(partition, offset) for partition in range(2) for offset in range(100)}
    assert not set(taken) & set(rest)


def _take_but(
    feed: KafkaTripFeed, enough: Callable[[dict[tuple[int, int], FeedMessage]], bool]
) -> dict[tuple[int, int], FeedMessage]:
    """Take a few at a time, and accept all but the very first message of partition 0."""
    taken: dict[tuple[int, int], FeedMessage] = {}
    deadline = time.monotonic() + PATIENCE
    while not enough(taken) and time.monotonic() < deadline:
        for message in feed.poll(5, 0.1):
            taken[message.partition, message.offset] = message
            if (message.partition, message.offset) != (0, 0):
                feed.accept(message)
    return taken


@pytest.mark.parametrize("protocol", get_args(GroupProtocol))
def test_a_partition_that_left_while_paused_comes_back_to_life(
    kafka_server: Kafka, monkeypatch: pytest.MonkeyPatch, protocol: GroupProtocol
) -> None:
    """The client keeps it paused meanwhile, without telling: messages must come of it again all the same."""
    monkeypatch.setattr(kafka_brake, "PAUSE_AFTER", 0.1)
    bootstrap, topic = kafka_server.address, fresh("trips")
    make_topic(bootstrap, topic, 4)
    subscription = Subscription(topic=topic, group=fresh("group"), protocol=protocol, drain=0.1)
    with closing(KafkaTripFeed(bootstrap, subscription)) as one:
        _poll_until_assigned(4, one)
        time.sleep(kafka_brake.PAUSE_AFTER)
        assert not one.poll(0, 0.1), "without room, so that it pauses all four"
        with closing(KafkaTripFeed(bootstrap, subscription)) as two:
            _poll_until_assigned(2, one, two)
            assert not one.poll(100, 0.1), "with room, so that it resumes the two it has"
        _poll_until_assigned(4, one, limit=100)
        publish(bootstrap, topic, [Record(key=None, value=b"", partition=n) for n in range(4)])
        assert {message.partition for message in poll_until(one, 4)} == {0, 1, 2, 3}


def _poll_until_assigned(partitions: int, *feeds: KafkaTripFeed, limit: int = 0) -> None:
    """Poll, without room, until each of them has so many partitions."""
    deadline = time.monotonic() + PATIENCE
    while any(len(feed.state().partitions) != partitions for feed in feeds) and time.monotonic() < deadline:
        for feed in feeds:
            assert not feed.poll(limit, 0.1)
    assert [len(feed.state().partitions) for feed in feeds] == [partitions] * len(feeds)

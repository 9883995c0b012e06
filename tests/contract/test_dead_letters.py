"""Dead letters, on librdkafka's mock cluster and on a real one: what is told of them, and sending them again."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.kafka import feed_of, fresh, make_topic, poll_until
from tripinvoice.adapters.kafka_feed import KafkaTripFeed, Subscription
from tripinvoice.adapters.kafka_letters import KafkaDeadLetters
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import DeliveringProducer, Record, publish
from tripinvoice.adapters.kafka_topic import read_topic
from tripinvoice.errors import NotFoundError, StoreUnavailableError
from tripinvoice.ports import FeedMessage, Refusal, TopicPlace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REFUSAL = Refusal(code="InvalidTripError", reason="trip_id: missing; send it", stage="VALUE_CONVERTER", attempts=2)
SENT = Record(key=b"k\xff", value=b"\x00 no JSON", headers=(("ce_id", b"\xfe"), ("none", None)), sent_at=NOON)


@pytest.fixture
def topic(bootstrap: str, kafka_kind: str) -> str:
    """A topic of trips with a few partitions."""
    name = fresh("trips")
    if kafka_kind == "real":
        make_topic(bootstrap, name, 3)
    return name


@pytest.fixture
def dead(bootstrap: str, topic: str) -> Iterator[KafkaDeadLetters]:
    """Its dead letters."""
    with closing(KafkaDeadLetters(bootstrap, f"{topic}.dlq")) as letters:
        yield letters


def refuse(bootstrap: str, topic: str, *records: Record) -> list[FeedMessage]:
    """Send these, and have a feed refuse them all; the messages."""
    publish(bootstrap, topic, records)
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        messages = poll_until(feed, len(records))
        for message in messages:
            feed.refuse(message, REFUSAL)
    return messages


def values(bootstrap: str, topic: str) -> list[bytes | None]:
    """What the topic has."""
    return sorted((message.value for message in read_topic(bootstrap, topic)), key=str)


def test_a_letter_tells_where_it_came_from_and_why(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """Everything that the feed noted; bytes and time are the message's."""
    (message,) = refuse(bootstrap, topic, SENT)
    (letter,) = dead.letters()
    assert letter.origin == TopicPlace(topic=topic, partition=message.partition, offset=message.offset)
    assert letter.refusal == REFUSAL
    assert (letter.message.key, letter.message.value, letter.message.sent_at) == (SENT.key, SENT.value, NOON)
    assert letter.message.headers[:2] == SENT.headers
    assert (letter.replayed, letter.value_left_out) == (False, False)
    assert dead.letter(letter.message.partition, letter.message.offset) == letter


def test_a_replay_is_the_message_again(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """At its partition, with its bytes, its time and its own headers, and none of ours."""
    (first,) = refuse(bootstrap, topic, replace(SENT, partition=2))
    (letter,) = dead.letters()
    dead.replay(letter)
    _, again = read_topic(bootstrap, topic)
    assert replace(again, offset=first.offset, assignment=first.assignment) == first
    assert again.partition == 2
    assert again.offset == first.offset + 1


def test_what_was_replayed_is_known(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """By every reader and for ever, for exactly that letter; the note itself is no letter."""
    refuse(bootstrap, topic, *(replace(SENT, value=b"%d" % n, partition=0) for n in range(3)))
    chosen = next(letter for letter in dead.letters() if letter.message.value == b"1")
    dead.replay(chosen)
    with closing(KafkaDeadLetters(bootstrap, f"{topic}.dlq")) as others:
        found = {letter.message.value: letter.replayed for letter in others.letters()}
        assert found == {b"0": False, b"1": True, b"2": False}
        assert others.letter(chosen.message.partition, chosen.message.offset).replayed
        places = {(letter.message.partition, letter.message.offset) for letter in others.letters()}
        (note,) = [m for m in read_topic(bootstrap, f"{topic}.dlq") if (m.partition, m.offset) not in places]
        with pytest.raises(NotFoundError, match="notes that a letter was replayed"):
            others.letter(note.partition, note.offset)


def test_a_refused_message_with_our_headers_is_a_letter(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """Whoever sends trips can send any header: none hides a letter, or makes another look replayed."""
    forged = (("x-invoice-replayed", b"0:0"), ("x-invoice-value-left-out", b"9"), ("x-invoice-reason", b"Fake"))
    refuse(bootstrap, topic, replace(SENT, headers=forged, partition=0))
    (letter,) = dead.letters()
    assert (letter.refusal.code, letter.replayed, letter.value_left_out) == ("InvalidTripError", False, False)


def test_a_value_that_was_left_out_is_fetched(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """From where the message was, and the replay is whole."""
    large = replace(SENT, value=b"x" * 4_000)
    publish(bootstrap, topic, [large])
    small = DeliveringProducer(bootstrap, max_message_bytes=2_000)
    subscription = Subscription(topic=topic, group=fresh("group"), protocol="consumer")
    with closing(KafkaTripFeed(bootstrap, subscription, letters=small)) as feed:
        (message,) = poll_until(feed, 1)
        feed.refuse(message, REFUSAL)
    (letter,) = dead.letters()
    assert (letter.value_left_out, letter.message.value) == (True, None)
    dead.replay(letter)
    assert values(bootstrap, topic) == [large.value, large.value]
    with pytest.raises(NotFoundError, match="nothing at"):
        dead.replay(replace(letter, origin=TopicPlace(topic=topic, partition=0, offset=999)))


def test_a_letter_of_somebody_else(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """Without Connect's headers it is shown, and not replayed: nobody knows where to."""
    publish(bootstrap, f"{topic}.dlq", [Record(key=None, value=b"?", headers=(("x", b"y"),))])
    (letter,) = dead.letters()
    assert (letter.origin, letter.refusal.code, letter.refusal.reason) == (None, "Unknown", "")
    with pytest.raises(NotFoundError, match="send it by hand"):
        dead.replay(letter)
    assert next(dead.letters()).replayed is False


def test_a_partition_that_is_gone_is_told(bootstrap: str, topic: str, dead: KafkaDeadLetters) -> None:
    """Nothing is sent elsewhere, and nothing is noted."""
    refuse(bootstrap, topic, SENT)
    (letter,) = dead.letters()
    assert letter.origin is not None
    moved = replace(letter, origin=replace(letter.origin, partition=77))
    with pytest.raises(NotFoundError, match="no partition 77"):
        dead.replay(moved)
    assert [one.replayed for one in dead.letters()] == [False]


def test_no_letters_and_no_topic(dead: KafkaDeadLetters) -> None:
    """Nothing was ever refused: that is no error."""
    assert list(dead.letters()) == []
    with pytest.raises(NotFoundError):
        dead.letter(0, 0)


def test_without_brokers_nothing_is_replayed() -> None:
    """The error that says to try again."""
    with MockCluster() as cluster:
        topic = fresh("trips")
        refuse(cluster.bootstrap, topic, SENT)
        letters = KafkaDeadLetters(cluster.bootstrap, f"{topic}.dlq")
        (letter,) = letters.letters()
    with closing(letters), pytest.raises(StoreUnavailableError, match="check the brokers"):
        letters.replay(letter)

"""Reading a topic from end to end, on librdkafka's mock cluster and on a real one."""

from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Producer

from tests.kafka import fresh
from tests.servers.kafka import Kafka
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.adapters.kafka_topic import read_place, read_topic
from tripinvoice.errors import NotFoundError, StoreUnavailableError
from tripinvoice.ports import FeedMessage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def records(count: int) -> list[Record]:
    """A message a minute from noon on, over several partitions."""
    return [
        Record(
            key=b"key-%d" % n,
            value=b"value %d" % n,
            headers=(("n", b"%d" % n), ("none", None)),
            sent_at=NOON + timedelta(minutes=n),
        )
        for n in range(count)
    ]


def _place(message: FeedMessage) -> tuple[int, int]:
    """Among partitions there is no order, and which answers first differs from reading to reading."""
    return message.partition, message.offset


def test_all_of_a_topic_is_read_as_it_was_sent(bootstrap: str) -> None:
    """Every message once, with its bytes, headers and time; each partition in order."""
    topic, sent = fresh("topic"), records(40)
    publish(bootstrap, topic, sent)
    got = list(read_topic(bootstrap, topic))
    assert {Record(key=m.key, value=m.value, headers=m.headers, sent_at=m.sent_at) for m in got} == set(sent)
    assert len(got) == 40
    for partition in {message.partition for message in got}:
        offsets = [message.offset for message in got if message.partition == partition]
        assert offsets == list(range(len(offsets)))


def test_what_comes_while_reading_is_left_out(bootstrap: str) -> None:
    """The end is that of the beginning, so that reading ends although others write."""
    topic = fresh("topic")
    publish(bootstrap, topic, records(5))
    reading = read_topic(bootstrap, topic)
    first = next(reading)
    publish(bootstrap, topic, [Record(key=b"late", value=b"late")])
    assert b"late" not in {message.value for message in [first, *reading]}
    assert len(list(read_topic(bootstrap, topic))) == 6


def test_reading_again_gives_the_same(bootstrap: str) -> None:
    """Nothing is committed: a second reader, or the same one later, begins at the beginning."""
    topic = fresh("topic")
    publish(bootstrap, topic, records(5))
    first, again = (sorted(read_topic(bootstrap, topic), key=_place) for _ in range(2))
    assert len(first) == 5
    assert first == again


def test_since_leaves_out_what_was_sent_before(kafka_server: Kafka) -> None:
    """From the moment on, it included; a partition without anything later gives nothing."""
    bootstrap = kafka_server.address  # the mock cluster does not look up times
    topic, sent = fresh("topic"), records(40)
    publish(bootstrap, topic, sent)
    got = read_topic(bootstrap, topic, since=NOON + timedelta(minutes=30))
    assert {message.value for message in got} == {record.value for record in sent[30:]}
    assert list(read_topic(bootstrap, topic, since=NOON + timedelta(days=1))) == []


def test_an_empty_topic_has_an_end(bootstrap: str) -> None:
    """No message, no waiting."""
    topic = fresh("topic")
    publish(bootstrap, topic, records(1))
    (message,) = read_topic(bootstrap, topic)
    assert message.value == b"value 0"


def test_a_last_offset_without_a_message_ends_as_well(kafka_server: Kafka) -> None:
    """The marker of a transaction, aborted or not, takes an offset that nobody gets."""
    bootstrap = kafka_server.address  # the mock cluster has no transactions to speak of
    topic = fresh("topic")
    publish(bootstrap, topic, records(3))
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": fresh("transaction")})
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(topic, b"never committed", partition=0)
    producer.flush(10)
    producer.abort_transaction(10)
    producer.close()
    assert len(list(read_topic(bootstrap, topic))) == 3


def test_one_message_is_read_by_its_place(bootstrap: str) -> None:
    """That one and no other; where there is none, it says so."""
    topic = fresh("topic")
    publish(bootstrap, topic, records(20))
    wanted = max(read_topic(bootstrap, topic), key=lambda message: message.offset)
    assert wanted.offset > 0
    assert read_place(bootstrap, topic, wanted.partition, wanted.offset) == wanted
    for partition, offset in ((wanted.partition, 1_000), (99, 0), (wanted.partition, -1)):
        with pytest.raises(NotFoundError, match="nothing at"):
            read_place(bootstrap, topic, partition, offset)


def test_a_topic_that_is_missing_is_told(kafka_server: Kafka) -> None:
    """Reading does not make the topic."""
    bootstrap = kafka_server.address  # the mock cluster makes every topic that is asked for
    with pytest.raises(NotFoundError, match="no such topic"):
        list(read_topic(bootstrap, fresh("missing")))


def test_brokers_that_are_away_are_told() -> None:
    """The error that says to try again."""
    with MockCluster() as cluster:
        bootstrap = cluster.bootstrap
    with pytest.raises(StoreUnavailableError, match="check the brokers"):
        list(read_topic(bootstrap, "topic"))

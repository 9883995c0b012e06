"""Reads a topic from one end to the other without joining a group: nothing is committed, no reader is disturbed.

The end is where the topic ended when reading began, so it is reached while others go on writing.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition

from tripinvoice.adapters.kafka_message import feed_message
from tripinvoice.adapters.kafka_producer import LOGGER, ClientConfig, Setting, milliseconds, unavailable
from tripinvoice.errors import NotFoundError, StoreUnavailableError
from tripinvoice.ports import FeedMessage

ANSWER_SECONDS = 10.0
SILENT_SECONDS = 30.0
"""Without a message or an end for so long, the brokers count as away."""


@dataclass(frozen=True)
class _Span:
    """Offsets of one partition, the end excluded."""

    begin: int
    end: int


def read_topic(
    bootstrap: str, topic: str, *, since: datetime | None = None, client: ClientConfig | None = None
) -> Iterator[FeedMessage]:
    """Every message, each partition in order; ``since`` leaves out what was sent before.

    Raises ``NotFoundError`` when there is no such topic, ``StoreUnavailableError`` when the brokers are away.
    """
    with closing(_consumer(bootstrap, client)) as consumer:
        try:
            yield from _read(consumer, topic, _spans(consumer, topic, since))
        except KafkaException as error:
            raise unavailable(f"topic {topic}", error.args[0]) from None


def read_place(
    bootstrap: str, topic: str, partition: int, offset: int, *, client: ClientConfig | None = None
) -> FeedMessage:
    """The one message at this place. Raises ``NotFoundError`` when it is not, or no longer, there."""
    with closing(_consumer(bootstrap, client)) as consumer:
        try:
            span = _spans(consumer, topic, None).get(partition)
            if span is not None and span.begin <= offset < span.end:
                for message in _read(consumer, topic, {partition: _Span(offset, offset + 1)}):
                    return message
        except KafkaException as error:
            raise unavailable(f"topic {topic}", error.args[0]) from None
    raise NotFoundError(f"topic {topic}: nothing at {partition}:{offset}; it may be deleted by now", field="offset")


def _consumer(bootstrap: str, client: ClientConfig | None) -> Consumer:
    config: dict[str, Setting] = {
        **(client or {}),
        "bootstrap.servers": bootstrap,
        "group.id": "tripinvoice-reader",  # the client wants a name, but only subscribing joins a group
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,  # the last offset may hold no message: a transaction's marker, a compacted one
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "queued.max.messages.kbytes": 16_384,
    }
    return Consumer(config, logger=LOGGER)


def _spans(consumer: Consumer, topic: str, since: datetime | None) -> dict[int, _Span]:
    found = consumer.list_topics(topic, ANSWER_SECONDS).topics[topic]
    if found.error is not None:
        if found.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise NotFoundError(f"topic {topic}: the brokers have no such topic; check its name", field="topic")
        raise unavailable(f"topic {topic}", found.error)
    spans = {number: _span(consumer, TopicPartition(topic, number)) for number in found.partitions}
    return spans if since is None else _later(consumer, topic, spans, since)


def _span(consumer: Consumer, partition: TopicPartition) -> _Span:
    low, high = consumer.get_watermark_offsets(partition, ANSWER_SECONDS)
    return _Span(low, high)


def _later(consumer: Consumer, topic: str, spans: Mapping[int, _Span], since: datetime) -> dict[int, _Span]:
    """The spans from the first message that was sent then or later."""
    wanted = [TopicPartition(topic, number, milliseconds(since)) for number in spans]
    later = {}
    for found in consumer.offsets_for_times(wanted, ANSWER_SECONDS):
        end = spans[found.partition].end
        later[found.partition] = _Span(end if found.offset in {OFFSET_END, -1} else found.offset, end)
    return later


def _read(consumer: Consumer, topic: str, spans: Mapping[int, _Span]) -> Iterator[FeedMessage]:
    """What lies in these spans; a partition that is read to its end is let go."""
    left = {number: span for number, span in spans.items() if span.begin < span.end}
    consumer.assign([TopicPartition(topic, number, span.begin) for number, span in left.items()])
    heard = time.monotonic()
    while left:
        message = consumer.poll(1.0)
        if message is None:
            if time.monotonic() - heard > SILENT_SECONDS:
                raise StoreUnavailableError(f"topic {topic}: the brokers send nothing; check them, then try again")
            continue
        number = message.partition()
        if number not in left or not _is_news(message, topic):
            continue
        if message.error() is None and (message.offset() or 0) < left[number].end:
            yield feed_message(message)
        heard = time.monotonic()
        if message.error() is not None or (message.offset() or 0) + 1 >= left[number].end:
            del left[number]
            consumer.incremental_unassign([TopicPartition(topic, number)])


def _is_news(message: Message, topic: str) -> bool:
    """Whether this is a message or a partition's end; raises for what ends the reading."""
    error = message.error()
    if error is None or error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
        return True
    if error.fatal() or error.code() in {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART}:
        raise unavailable(f"topic {topic}", error)
    return False

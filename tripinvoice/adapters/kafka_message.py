"""From librdkafka's message to ours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from tripinvoice.adapters.kafka_producer import EPOCH, Headers
from tripinvoice.ports import FeedMessage


def feed_message(message: Message, assignment: int = 0) -> FeedMessage:
    """The message with its bytes untouched. It must not be an error."""
    return FeedMessage(
        topic=cast("str", message.topic()),
        partition=cast("int", message.partition()),
        offset=cast("int", message.offset()),
        key=message.key(),
        value=message.value(),
        headers=_headers(message),
        sent_at=_sent_at(message),
        assignment=assignment,
    )


def _headers(message: Message) -> Headers:
    pairs = cast("Iterable[tuple[str, bytes | str | None]]", message.headers() or ())
    return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in pairs)


def _sent_at(message: Message) -> datetime | None:
    """Kafka counts milliseconds; a producer may send any, also what no calendar has."""
    kind, milliseconds = message.timestamp()
    if kind == TIMESTAMP_NOT_AVAILABLE:
        return None
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None

"""What tests of everything that speaks Kafka share: sending, reading a whole topic, and committed offsets."""

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from typing import cast

from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tripinvoice.adapters.kafka_feed import KafkaTripFeed, Subscription
from tripinvoice.adapters.kafka_producer import GroupLag
from tripinvoice.ports import FeedMessage

PATIENCE = 15.0


def fresh(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def make_topic(bootstrap: str, name: str, partitions: int) -> None:
    """Make a topic on real brokers. In the mock cluster every topic has four partitions, from the first message on."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})
    made: dict[str, Future[None]] = admin.create_topics([NewTopic(name, partitions, 1)])
    made[name].result(PATIENCE)


def feed_of(bootstrap: str, topic: str, group: str, *, drain: float = 0.5) -> KafkaTripFeed:
    """A feed that gets its partitions at once."""
    return KafkaTripFeed(bootstrap, Subscription(topic=topic, group=group, protocol="consumer", drain=drain))


def poll_until(feed: KafkaTripFeed, count: int, *, limit: int = 500) -> list[FeedMessage]:
    """Poll until so many messages came; fewer when patience ends."""
    messages: list[FeedMessage] = []
    deadline = time.monotonic() + PATIENCE
    while len(messages) < count and time.monotonic() < deadline:
        messages += feed.poll(min(limit, count - len(messages)), 0.1)
    return messages


def read_all(bootstrap: str, topic: str) -> Sequence[Message]:
    """Every message of a topic, partition by partition."""
    with closing(Consumer({"bootstrap.servers": bootstrap, "group.id": fresh("reader")})) as consumer:
        messages: list[Message] = []
        for number in consumer.list_topics(topic, timeout=PATIENCE).topics[topic].partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), PATIENCE)
            consumer.assign([TopicPartition(topic, number, low)])
            came = [consumer.poll(PATIENCE) for _ in range(high - low)]
            messages += [message for message in came if message is not None]  # an empty one is false
        return messages


def headers_of(message: Message) -> dict[str, bytes | None]:
    """The headers by name; the last of a name wins, as Kafka's own readers have it."""
    pairs = message.headers()
    assert pairs is not None
    named = cast("Sequence[tuple[str, bytes | None]]", pairs)
    return dict(named)


def lag_of(bootstrap: str, topic: str, group: str) -> int:
    """How many messages of the topic the group has not committed."""
    with GroupLag(bootstrap, topic, group) as lag:
        return lag.messages()

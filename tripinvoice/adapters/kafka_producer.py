"""Sending to Kafka so that it is known to have arrived: dead letters, announcements, and events for demonstrations."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from tripinvoice.errors import StoreUnavailableError

LOGGER = logging.getLogger("tripinvoice.kafka")
"""Takes what librdkafka itself has to say."""

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Above every sensible topic's ``max.message.bytes``: the broker decides, not the client."""

CHUNK_BYTES = 2 * 1024 * 1024
CHUNK_RECORDS = 5_000
CLOSE_SECONDS = 5.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Setting = str | int | float | bool
ClientConfig = Mapping[str, Setting]
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A message to send. Without ``partition`` its key decides; without ``sent_at`` it is sent now."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None
    sent_at: datetime | None = None

    @property
    def size(self) -> int:
        """Bytes of key and value."""
        return len(self.key or b"") + len(self.value or b"")


class DeliveringProducer:
    """An idempotent producer whose calls return when the brokers have everything. Safe to share between threads.

    A thread of its own serves the delivery reports, so callers never wait for each other. ``timeout`` (seconds)
    bounds one delivery including its retries; ``client`` is how the brokers are reached, in librdkafka's words.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        timeout: float = 10.0,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        client: ClientConfig | None = None,
    ) -> None:
        config: dict[str, Setting] = {
            **(client or {}),
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": "zstd",
            "linger.ms": 5,
            "message.max.bytes": max_message_bytes,
            "delivery.timeout.ms": int(timeout * 1000),
        }
        self._timeout = timeout
        self._producer = Producer(config, logger=LOGGER)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="kafka-delivery", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(0.2)

    def send(self, topic: str, records: Sequence[Record]) -> None:
        """Send in order; return when all have arrived. Raises ``StoreUnavailableError`` when one has not."""
        for error in self.deliver(topic, records):
            if error is not None:
                raise unavailable(f"topic {topic}", error)

    def deliver(self, topic: str, records: Sequence[Record]) -> Sequence[KafkaError | None]:
        """Send in order and wait; for each record the error that kept it from arriving, or ``None``."""
        deadline = time.monotonic() + self._timeout
        reports = [self._produce(topic, record, deadline) for record in records]
        # A report always comes by the delivery timeout; the margin only keeps a defect from blocking for ever.
        return [_wait(report, deadline + self._timeout) for report in reports]

    def _produce(self, topic: str, record: Record, deadline: float) -> "Future[KafkaError | None]":
        report: Future[KafkaError | None] = Future()

        def delivered(error: KafkaError | None, _: Message) -> None:
            report.set_result(error)

        while not report.done():
            try:
                self._producer.produce(
                    topic,
                    record.value,
                    record.key,
                    headers=list(record.headers),
                    on_delivery=delivered,
                    **_where_and_when(record),
                )
            except BufferError:
                if time.monotonic() > deadline:
                    report.set_result(KafkaError(KafkaError._QUEUE_FULL))  # noqa: SLF001
                time.sleep(0.01)
            except KafkaException as error:
                report.set_result(error.args[0])
            else:
                break
        return report

    def close(self) -> None:
        """Stop. Calls that still wait are given their error."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._thread.join()
        if self._producer.flush(CLOSE_SECONDS):
            self._producer.purge()
            self._producer.flush(CLOSE_SECONDS)
        self._producer.close()

    def __enter__(self) -> Self:
        """Usable as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def _where_and_when(record: Record) -> dict[str, Any]:
    placed = {} if record.partition is None else {"partition": record.partition}
    return placed if record.sent_at is None else {**placed, "timestamp": milliseconds(record.sent_at)}


def _wait(report: "Future[KafkaError | None]", deadline: float) -> KafkaError | None:
    try:
        return report.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return KafkaError(KafkaError._TIMED_OUT)  # noqa: SLF001


def milliseconds(moment: datetime) -> int:
    """The time as Kafka counts it."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def unavailable(what: str, error: KafkaError) -> StoreUnavailableError:
    """The transient error for a Kafka error; says its name, never a message's content."""
    return StoreUnavailableError(f"{what}: Kafka says {error.name()}; check the brokers, then it goes on")


class GroupLag:
    """How far a consumer group is behind on a topic, by its committed offsets. Does not join the group."""

    def __init__(self, bootstrap: str, topic: str, group: str, *, client: ClientConfig | None = None) -> None:
        config: dict[str, Setting] = {
            **(client or {}),
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
        }
        self._topic = topic
        self._consumer = Consumer(config, logger=LOGGER)

    def messages(self, timeout: float = 10.0) -> int:
        """Messages in the topic that the group has not committed. Raises ``StoreUnavailableError``."""
        try:
            committed = self._consumer.committed(self._partitions(timeout), timeout)
            return sum(self._behind(partition, timeout) for partition in committed)
        except KafkaException as error:
            raise unavailable(f"topic {self._topic}", error.args[0]) from None

    def _partitions(self, timeout: float) -> list[TopicPartition]:
        topic = self._consumer.list_topics(self._topic, timeout).topics[self._topic]
        return [TopicPartition(self._topic, number) for number in topic.partitions]

    def _behind(self, committed: TopicPartition, timeout: float) -> int:
        low, high = self._consumer.get_watermark_offsets(committed, timeout)
        return int(high - max(low, committed.offset))

    def wait(self, stop: threading.Event | None = None) -> bool:
        """Wait until the group has committed everything; ``False`` when ``stop`` was set first."""
        stopped = stop or threading.Event()
        while self.messages():
            if stopped.wait(0.1):
                return False
        return True

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def __enter__(self) -> Self:
        """Usable as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def publish(  # noqa: PLR0913 - where, what, and until when
    bootstrap: str,
    topic: str,
    records: Iterable[Record],
    *,
    read_by: str | None = None,
    stop: threading.Event | None = None,
    client: ClientConfig | None = None,
) -> int:
    """Send all records, in bounded chunks, each delivered before the next is sent; the number sent.

    ``read_by``: the consumer group that must have committed a chunk before the next is sent. The in-process mock
    cluster needs it: it drops the oldest messages of a partition above 5 MB or 100,000, whoever still has to
    read them. ``stop`` ends the waiting and the sending early. Raises ``StoreUnavailableError``.
    """
    sent = 0
    with ExitStack() as clients:
        producer = clients.enter_context(DeliveringProducer(bootstrap, client=client))
        lag = clients.enter_context(GroupLag(bootstrap, topic, read_by, client=client)) if read_by else None
        for chunk in _chunks(records):
            if stop is not None and stop.is_set():
                break
            producer.send(topic, chunk)
            sent += len(chunk)
            if lag is not None:
                lag.wait(stop)
    return sent


def _chunks(records: Iterable[Record]) -> Iterator[Sequence[Record]]:
    chunk: list[Record] = []
    size = 0
    for record in records:
        if chunk and (size + record.size > CHUNK_BYTES or len(chunk) == CHUNK_RECORDS):
            yield chunk
            chunk, size = [], 0
        chunk.append(record)
        size += record.size
    if chunk:
        yield chunk

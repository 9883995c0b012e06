"""The topic of completed trips, read with manual offsets.

confluent-kafka lets only one thread at a time into a consumer and makes every other wait, so one thread owns it: the
one that calls ``poll``. What other threads have to say (a message is accepted) goes through a queue that the owner
empties. Rebalance callbacks run inside ``poll``, so on the owner's thread as well.
"""

import queue
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tripinvoice.adapters.kafka_offsets import PartitionKey, Windows
from tripinvoice.adapters.kafka_producer import (
    LOGGER,
    ClientConfig,
    DeliveringProducer,
    Headers,
    Record,
    Setting,
    unavailable,
)
from tripinvoice.ports import FeedMessage

GroupProtocol = Literal["classic", "consumer"]
"""``consumer`` is KIP-848's and needs brokers from 4.0 on; ``classic`` runs everywhere."""

COMMIT_EVERY = 1.0
PAUSE_AFTER = 1.0
"""Seconds without room for messages until fetching pauses: pausing throws prefetched messages away."""
MAX_WINDOW = 10_000
"""Messages of one partition that may wait for one that is stuck, before no more are taken."""
REASON_LENGTH = 1_000
REBALANCING = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.FENCED_MEMBER_EPOCH,
        KafkaError.STALE_MEMBER_EPOCH,
    }
)


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What is read and by whom.

    Refused messages go to ``dead_letters`` (``None``: ``<topic>.dlq``). ``drain`` is how long a revoked partition
    waits for its messages in flight, in seconds.
    """

    topic: str
    group: str
    dead_letters: str | None = None
    protocol: GroupProtocol = "classic"
    drain: float = 5.0


class KafkaTripFeed:
    """The trip feed on Kafka. ``poll``, ``commit`` and ``close`` belong to one thread, the rest to any.

    ``client`` holds further librdkafka settings such as ``sasl.*``; ``letters`` sends the dead letters, and is closed
    with the feed.
    """

    def __init__(
        self,
        bootstrap: str,
        subscription: Subscription,
        *,
        letters: DeliveringProducer | None = None,
        client: ClientConfig | None = None,
    ) -> None:
        self._dead_letters = subscription.dead_letters or f"{subscription.topic}.dlq"
        self._drain = subscription.drain
        self._windows = Windows()
        self._accepted: queue.SimpleQueue[FeedMessage] = queue.SimpleQueue()
        self._held: deque[Message] = deque()
        self._paused_at: int | None = None
        self._last_taken = self._next_commit = time.monotonic()
        self._closed = False
        self._letters = letters or DeliveringProducer(bootstrap, client=client)
        config = {**(client or {}), **_consumer_config(bootstrap, subscription), "on_commit": self._on_commit}
        self._consumer = Consumer(config, logger=LOGGER)
        self._consumer.subscribe(
            [subscription.topic],
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )

    # The owner's thread.

    def poll(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """Up to ``limit`` messages; waits ``timeout`` seconds for the first. Commits about once a second.

        Brokers that do not answer are waited for. Raises ``StoreUnavailableError`` for what a consumer cannot
        recover from: it was fenced, or may not read the topic.
        """
        self._take_accepted()
        self._commit_when_due()
        if limit < 1 or self._windows.longest() >= MAX_WINDOW:
            self._idle(timeout)
            return ()
        self._resume()
        return self._take(limit, timeout)

    def commit(self) -> None:
        """Commit what is contiguously accepted, and wait for the broker. Raises ``StoreUnavailableError``."""
        self._take_accepted()
        self._commit_now(self._windows.due())

    def close(self) -> None:
        """Commit and leave the group. Raises ``StoreUnavailableError`` when the commit failed; left it has anyway."""
        if self._closed:
            return
        self._closed = True
        try:
            self.commit()
        finally:
            self._consumer.close()
            self._letters.close()

    # Any thread.

    def accept(self, message: FeedMessage) -> None:
        """The message is done; its offset may be committed once all before it are done."""
        self._accepted.put(message)

    def refuse(self, message: FeedMessage, reason: str, *, code: str) -> None:
        """Put the untouched message on the dead-letter topic; return when delivered. Then accept.

        Where that topic refuses the message's size, a letter without the value tells where the message is.
        Raises ``StoreUnavailableError``; then the message is not accepted.
        """
        headers = (*message.headers, *_letter_headers(message, reason, code))
        letter = Record(key=message.key, value=message.value, headers=headers)
        (error,) = self._letters.deliver(self._dead_letters, [letter])
        if error is not None and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            left_out = ("x-invoice-value-left-out", str(len(message.value or b"")).encode())
            letter = Record(key=message.key, value=None, headers=(*headers, left_out))
            (error,) = self._letters.deliver(self._dead_letters, [letter])
        if error is not None:
            raise unavailable(f"dead-letter topic {self._dead_letters}", error)
        self.accept(message)

    # Taking messages.

    def _take(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """What was held back first; else wait for one message, then take what is there already."""
        self._last_taken = time.monotonic()
        taken: list[FeedMessage] = []
        while self._held and len(taken) < limit:
            self._receive(self._held.popleft(), taken)
        if not taken and (first := self._consumer.poll(timeout)) is not None:
            # Received before consume() is called: that may serve a rebalance, after which this one's place is another.
            self._receive(first, taken)
        if taken and len(taken) < limit:
            for message in self._consumer.consume(limit - len(taken), 0):
                self._receive(message, taken)
        return taken

    def _receive(self, message: Message, taken: list[FeedMessage]) -> None:
        if (error := message.error()) is not None:
            _raise_if_final(error)
            return
        key, offset = (cast("str", message.topic()), cast("int", message.partition())), cast("int", message.offset())
        assignment = self._windows.receive(key, offset)
        if assignment is None:  # revoked meanwhile: the next owner reads it
            return
        taken.append(
            FeedMessage(
                topic=key[0],
                partition=key[1],
                offset=offset,
                key=message.key(),
                value=message.value(),
                headers=_headers(message),
                assignment=assignment,
            )
        )

    def _idle(self, timeout: float) -> None:
        """Wait without taking anything; after a while pause, so that the group sees polls and nothing piles up."""
        if time.monotonic() - self._last_taken < PAUSE_AFTER:
            self._take_accepted(timeout)
            return
        if self._paused_at != self._windows.generation:
            self._consumer.pause(self._consumer.assignment())
            self._paused_at = self._windows.generation
        message = self._consumer.poll(timeout)
        if message is not None:  # of a partition that was assigned in this very call
            self._held.append(message)

    def _resume(self) -> None:
        if self._paused_at is not None:
            self._consumer.resume(self._consumer.assignment())
            self._paused_at = None

    # Offsets.

    def _take_accepted(self, timeout: float = 0.0) -> None:
        """Take in what other threads accepted; wait up to ``timeout`` for the first."""
        with suppress(queue.Empty):
            self._windows.finish(self._accepted.get(block=timeout > 0, timeout=timeout))
            while True:
                self._windows.finish(self._accepted.get_nowait())

    def _commit_when_due(self) -> None:
        now = time.monotonic()
        if now < self._next_commit:
            return
        self._next_commit = now + COMMIT_EVERY
        if due := self._windows.due():
            # What fails, with an exception or in _on_commit, is still due a second later.
            with suppress(KafkaException):
                self._consumer.commit(offsets=_offsets(due), asynchronous=True)

    def _commit_now(self, due: dict[PartitionKey, int]) -> None:
        if not due:
            return
        try:
            self._note_commits(self._consumer.commit(offsets=_offsets(due), asynchronous=False))
        except KafkaException as error:
            # In the middle of a rebalance nothing can be committed; the partitions' next owner reads it again.
            if error.args[0].code() not in REBALANCING:
                raise unavailable("offsets", error.args[0]) from None

    def _on_commit(self, _: KafkaError | None, partitions: list[TopicPartition]) -> None:
        self._note_commits(partitions)

    def _note_commits(self, partitions: Iterable[TopicPartition] | None) -> None:
        for partition in partitions or ():
            if partition.error is None:
                self._windows.committed((partition.topic, partition.partition), partition.offset)

    # Rebalances: called by librdkafka from inside poll() and close().

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._windows.assign(_keys(partitions))

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Give what is in flight a moment, commit, let go. What is not done by then is done twice, never lost."""
        keys = set(_keys(partitions))
        deadline = time.monotonic() + (0.0 if self._closed else self._drain)
        self._take_accepted()
        while self._windows.unfinished(keys) and (left := deadline - time.monotonic()) > 0:
            self._take_accepted(left)
        # Not unavailable(): whatever the broker says here, the partitions are gone and the group must not wait.
        with suppress(KafkaException):
            if due := {key: offset for key, offset in self._windows.due().items() if key in keys}:
                self._consumer.commit(offsets=_offsets(due), asynchronous=False)
        self._let_go(keys)

    def _on_lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Somebody else has them already: a commit now would overwrite theirs."""
        self._let_go(set(_keys(partitions)))

    def _let_go(self, keys: Collection[PartitionKey]) -> None:
        self._windows.drop(keys)
        self._held = deque(held for held in self._held if (held.topic(), held.partition()) not in keys)


def _consumer_config(bootstrap: str, subscription: Subscription) -> dict[str, Setting]:
    config: dict[str, Setting] = {
        "bootstrap.servers": bootstrap,
        "group.id": subscription.group,
        "group.protocol": subscription.protocol,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",  # 'latest' would lose what came before the group's first commit
        "isolation.level": "read_committed",
        "max.poll.interval.ms": 300_000,
        "topic.metadata.refresh.interval.ms": 10_000,  # a topic or partition made later is soon noticed
        "queued.max.messages.kbytes": 16_384,
        "fetch.queue.backoff.ms": 50,  # the default, a second, starves a queue this small
    }
    if subscription.protocol == "classic":
        config["partition.assignment.strategy"] = "cooperative-sticky"
    return config


def _letter_headers(message: FeedMessage, reason: str, code: str) -> Headers:
    """Kafka Connect's names for where a dead letter comes from and why, and our reason code."""
    told = {
        "__connect.errors.topic": message.topic,
        "__connect.errors.partition": str(message.partition),
        "__connect.errors.offset": str(message.offset),
        "__connect.errors.exception.class.name": code,
        "__connect.errors.exception.message": reason[:REASON_LENGTH],
        "x-invoice-reason": code,
    }
    return tuple((name, value.encode(errors="replace")) for name, value in told.items())


def _headers(message: Message) -> Headers:
    pairs = cast("Iterable[tuple[str, bytes | str | None]]", message.headers() or ())
    return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in pairs)


def _raise_if_final(error: KafkaError) -> None:
    """Most errors of a consumer heal by polling on; these do not."""
    final = error.fatal() or error.code() in {
        KafkaError._FATAL,  # noqa: SLF001
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
    if final:
        raise unavailable("trip feed", error)


def _keys(partitions: Iterable[TopicPartition]) -> list[PartitionKey]:
    return [(partition.topic, partition.partition) for partition in partitions]


def _offsets(watermarks: dict[PartitionKey, int]) -> list[TopicPartition]:
    return [TopicPartition(topic, number, offset) for (topic, number), offset in watermarks.items()]

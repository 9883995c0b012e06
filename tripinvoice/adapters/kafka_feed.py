"""The topic of completed trips, read with manual offsets.

confluent-kafka lets only one thread at a time into a consumer and makes every other wait, so one thread owns it: the
one that calls ``poll``. What other threads have to say (a message is accepted) goes through a queue that the owner
empties; what they want to know is a snapshot that the owner leaves. Callbacks run inside ``poll``, so on the owner's
thread as well.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tripinvoice.adapters.kafka_brake import Brake, Room
from tripinvoice.adapters.kafka_dead_letter import letter_record, without_value
from tripinvoice.adapters.kafka_message import feed_message
from tripinvoice.adapters.kafka_offsets import PartitionKey, Windows
from tripinvoice.adapters.kafka_producer import LOGGER, ClientConfig, DeliveringProducer, Setting, unavailable
from tripinvoice.adapters.kafka_statistics import lags
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.ports import FeedMessage, FeedState, Refusal

GroupProtocol = Literal["classic", "consumer"]
"""``consumer`` is KIP-848's and needs brokers from 4.0 on; ``classic`` runs everywhere."""

COMMIT_EVERY = 1.0
LAST_COMMIT_SECONDS = 5.0
"""How long closing waits for the brokers to take the last offsets."""
LEAVE_SECONDS = 3.0
STATE_EVERY = 0.5
STATISTICS_EVERY = 5.0


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What is read and by whom.

    Refused messages go to ``dead_letters`` (``None``: ``<topic>.dlq``). ``drain`` is how long a revoked partition
    waits for its messages in flight, in seconds. ``instance`` makes a static member of the group; ``session_timeout``
    (seconds) is for the classic protocol, with the other one the brokers decide.
    """

    topic: str
    group: str
    dead_letters: str | None = None
    protocol: GroupProtocol = "classic"
    instance: str | None = None
    session_timeout: float = 45.0
    drain: float = 5.0


class KafkaTripFeed:
    """The trip feed on Kafka. ``poll`` and ``close`` belong to one thread, the rest to any.

    ``client`` is how the brokers are reached, in librdkafka's words; ``letters`` sends the dead letters, and is closed
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
        self._subscription = subscription
        self._dead_letters = subscription.dead_letters or f"{subscription.topic}.dlq"
        self._windows = Windows()
        self._accepted: queue.SimpleQueue[FeedMessage] = queue.SimpleQueue()
        self._held: deque[Message] = deque()
        self._next_commit = self._next_state = now = time.monotonic()
        self._room = Room(now)
        self._rebalances = 0
        self._lags: dict[PartitionKey, int] = {}
        self._state: tuple[FeedState, float | None] = (FeedState(), None)
        self._closed = self._leaving = self._uncommitted = False
        self._letters = letters or DeliveringProducer(bootstrap, client=client)
        callbacks = {"on_commit": self._on_commit, "stats_cb": self._on_statistics}
        config = {**(client or {}), **_consumer_config(bootstrap, subscription), **callbacks}
        self._consumer = Consumer(config, logger=LOGGER)
        self._brake = Brake(self._consumer, self._windows)
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
        self._note_state_when_due()
        self._room.judge(limit, time.monotonic())
        self._brake.apply(everything=self._room.resting)
        if self._room.resting:
            self._keep_membership(timeout)
            return ()
        if limit < 1:
            self._take_accepted(timeout)
            return ()
        return self._take(limit, timeout)

    def close(self) -> None:
        """Commit and leave the group. Raises ``StoreUnavailableError`` when the commit failed; left it has anyway."""
        if self._closed:
            return
        self._closed, self._uncommitted = True, False
        self._commit_last()
        self._leave()
        self._letters.close()
        if self._uncommitted:
            raise StoreUnavailableError("offsets: the brokers did not take the last ones; what they cover comes again")

    def _leave(self) -> None:
        """Leave the group. With commits that nobody takes the client waits most of a minute; then it is left behind."""
        self._leaving = True
        if not self._uncommitted:
            self._consumer.close()
            return
        leaving = threading.Thread(target=self._consumer.close, name="kafka-leaving", daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS)

    # Any thread.

    def accept(self, message: FeedMessage) -> None:
        """The message is done; its offset may be committed once all before it are done."""
        self._accepted.put(message)

    def refuse(self, message: FeedMessage, refusal: Refusal) -> None:
        """Put the untouched message on the dead-letter topic; return when delivered. Then accept.

        Where that topic refuses the message's size, a letter without the value tells where the message is.
        Raises ``StoreUnavailableError``; then the message is not accepted.
        """
        subscription = self._subscription
        letter = letter_record(message, refusal, group=subscription.group, task=subscription.instance or "0")
        (error,) = self._letters.deliver(self._dead_letters, [letter])
        if error is not None and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            (error,) = self._letters.deliver(self._dead_letters, [without_value(letter)])
        if error is not None:
            raise unavailable(f"dead-letter topic {self._dead_letters}", error)
        self.accept(message)

    def state(self) -> FeedState:
        """What it is doing, as of the last poll; ages are those of now."""
        state, oldest = self._state
        return state if oldest is None else replace(state, oldest_unfinished=time.monotonic() - oldest)

    # Taking messages.

    def _take(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """What was held back first; else wait for one message, then take what is there already."""
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
        assignment = self._windows.receive(key, offset, time.monotonic())
        if assignment is not None:  # else revoked meanwhile: the next owner reads it
            taken.append(feed_message(message, assignment))

    def _keep_membership(self, timeout: float) -> None:
        """Poll without taking anything, so that the group sees that we live."""
        message = self._consumer.poll(timeout)
        if message is not None:  # an error, or of a partition that was assigned in this very call
            self._held.append(message)

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

    def _commit_last(self) -> None:
        """Commit all that is due, and wait for it, but not for ever: a synchronous commit has no timeout."""
        self._take_accepted()
        deadline = time.monotonic() + LAST_COMMIT_SECONDS
        while self._windows.due() and time.monotonic() < deadline:
            self._commit_when_due()
            with suppress(KafkaException):
                self._consumer.poll(0.1)  # serves _on_commit; a message comes again, it was not accepted
        self._uncommitted |= bool(self._windows.due())

    def _on_commit(self, _: KafkaError | None, partitions: list[TopicPartition]) -> None:
        self._note_commits(partitions)

    def _note_commits(self, partitions: Iterable[TopicPartition] | None) -> None:
        for partition in partitions or ():
            if partition.error is None:
                self._windows.committed((partition.topic, partition.partition), partition.offset)

    # What others may know.

    def _on_statistics(self, statistics: str) -> None:
        self._lags = lags(statistics)

    def _note_state_when_due(self) -> None:
        now = time.monotonic()
        if now < self._next_state:
            return
        self._next_state = now + STATE_EVERY
        state = FeedState(partitions=self._windows.states(self._lags), rebalances=self._rebalances)
        self._state = (state, self._windows.oldest())

    # Rebalances: called by librdkafka from inside poll() and close().

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._rebalances += 1
        self._windows.assign(_keys(partitions))

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Give what is in flight a moment, commit, let go. What is not done by then is done twice, never lost."""
        keys = set(_keys(partitions))
        deadline = time.monotonic() + (0.0 if self._closed else self._subscription.drain)
        self._take_accepted()
        while self._windows.unfinished(keys) and (left := deadline - time.monotonic()) > 0:
            self._take_accepted(left)
        due = {key: offset for key, offset in self._windows.due().items() if key in keys}
        if due and not self._leaving:  # leaving has committed what could be
            # Whatever the broker says, the partitions are gone and the group must not wait.
            with suppress(KafkaException):
                self._note_commits(self._consumer.commit(offsets=_offsets(due), asynchronous=False))
        self._let_go(keys)

    def _on_lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Somebody else has them already: a commit now would overwrite theirs."""
        self._rebalances += 1
        self._let_go(set(_keys(partitions)))

    def _let_go(self, keys: set[PartitionKey]) -> None:
        self._uncommitted |= not keys.isdisjoint(self._windows.due())
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
        "statistics.interval.ms": int(STATISTICS_EVERY * 1000),
        "topic.metadata.refresh.interval.ms": 10_000,  # a topic or partition made later is soon noticed
        "queued.max.messages.kbytes": 16_384,
        "fetch.queue.backoff.ms": 50,  # the default, a second, starves a queue this small
    }
    if subscription.protocol == "classic":
        config["partition.assignment.strategy"] = "cooperative-sticky"
        config["session.timeout.ms"] = int(subscription.session_timeout * 1000)
    if subscription.instance is not None:
        config["group.instance.id"] = subscription.instance
    return config


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

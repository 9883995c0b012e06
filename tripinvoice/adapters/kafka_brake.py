"""When a consumer pauses and when it goes on. Pausing throws prefetched messages away, so it happens rarely.

Everything pauses when nobody has had room for a while, and goes on when there is room for half of what there ever was.
A single partition pauses when too many of its messages wait for one that is stuck.
"""

from collections.abc import Iterable

from confluent_kafka import Consumer, TopicPartition

from tripinvoice.adapters.kafka_offsets import PartitionKey, Windows

PAUSE_AFTER = 1.0
"""Seconds without room for messages until fetching pauses."""
RESUME_AFTER = 10.0
"""Seconds after which any room will do: what is stuck must not keep the rest out."""
MAX_WINDOW = 10_000
"""Messages of one partition that may wait for one that is stuck, before no more of it are taken."""


class Room:
    """Whether messages can be taken, judged by how many are wanted from poll to poll. Times are in seconds."""

    def __init__(self, now: float) -> None:
        self.resting = False
        self._most = 1
        self._since = now
        """The last poll with room, or while resting: when that began."""

    def judge(self, limit: int, now: float) -> None:
        """Take in how many messages are wanted now; ``resting`` says whether to pause."""
        self._most = max(self._most, limit)
        if self.resting:
            half = 2 * limit >= self._most
            if half or (limit > 0 and now - self._since >= RESUME_AFTER):
                self.resting, self._since = False, now
        elif limit > 0:
            self._since = now
        elif now - self._since >= PAUSE_AFTER:
            self.resting, self._since = True, now


class Brake:
    """Pauses partitions of one consumer, and never says the same twice: there is no asking what is paused.

    A partition that goes to another member while it is paused comes back paused; so what was paused is remembered until
    it is resumed, whoever had it meanwhile.
    """

    def __init__(self, consumer: Consumer, windows: Windows) -> None:
        self._consumer = consumer
        self._windows = windows
        self._paused: set[PartitionKey] = set()
        self._stuck: set[PartitionKey] = set()

    def apply(self, *, everything: bool) -> None:
        """Pause everything, or only the partitions that wait too long; let the others go on."""
        assigned = self._windows.assigned()
        self._stuck = self._windows.longer_than(MAX_WINDOW) | (self._stuck & self._windows.longer_than(MAX_WINDOW // 2))
        wanted = assigned if everything else self._stuck
        if more := wanted - self._paused:
            self._consumer.pause(_partitions(more))
        if less := (self._paused & assigned) - wanted:
            self._consumer.resume(_partitions(less))
        self._paused = (self._paused | more) - less


def _partitions(keys: Iterable[PartitionKey]) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic, number in sorted(keys)]

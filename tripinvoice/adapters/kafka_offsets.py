"""Which messages of a topic are done, and up to where an offset may be committed. Pure bookkeeping.

A partition is committed up to its *watermark*: the offset behind the last message before which nothing is unfinished.
Each time a partition is assigned it gets a new *assignment* number; what was received under an older one no longer
counts, because the partition's next owner reads it again. Doing a message twice is better than losing one.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping

from tripinvoice.ports import FeedMessage, PartitionState

PartitionKey = tuple[str, int]


class PartitionWindow:
    """The unfinished messages of one partition under one assignment.

    It holds the offsets that were really received, not ranges: compaction and transaction markers leave holes.
    """

    def __init__(self, assignment: int) -> None:
        self.assignment = assignment
        self.watermark: int | None = None
        self.committed: int | None = None
        self._unfinished: deque[tuple[int, float]] = deque()
        self._finished: set[int] = set()
        self._last = -1

    def __len__(self) -> int:
        """How many messages wait, themselves or for one before them."""
        return len(self._unfinished)

    @property
    def oldest(self) -> float | None:
        """When the first unfinished message was received."""
        return self._unfinished[0][1] if self._unfinished else None

    def receive(self, offset: int, now: float) -> bool:
        """Add a message; ``False`` when it is not newer than the last, so that this window must be given up."""
        if offset <= self._last:
            return False
        self._last = offset
        self._unfinished.append((offset, now))
        return True

    def finish(self, offset: int) -> None:
        """Mark a message as done and move the watermark; saying so twice changes nothing."""
        if not self._unfinished or offset < self._unfinished[0][0]:
            return
        self._finished.add(offset)
        while self._unfinished and self._unfinished[0][0] in self._finished:
            first, _ = self._unfinished.popleft()
            self._finished.remove(first)
            self.watermark = first + 1


class Windows:
    """All assigned partitions. Only the thread that owns the consumer may use it."""

    def __init__(self) -> None:
        self._generation = 0
        self._windows: dict[PartitionKey, PartitionWindow] = {}

    def assign(self, partitions: Iterable[PartitionKey]) -> None:
        """Begin anew for these partitions."""
        for key in partitions:
            self._generation += 1
            self._windows[key] = PartitionWindow(self._generation)

    def drop(self, partitions: Iterable[PartitionKey]) -> None:
        """These partitions are no longer ours."""
        for key in partitions:
            self._windows.pop(key, None)

    def assigned(self) -> set[PartitionKey]:
        """The partitions that are ours."""
        return set(self._windows)

    def receive(self, key: PartitionKey, offset: int, now: float) -> int | None:
        """The assignment under which this message was received; ``None`` when the partition is not ours.

        An offset that runs backwards (the log was cut, the position reset) begins a new assignment.
        """
        window = self._windows.get(key)
        if window is None:
            return None
        if not window.receive(offset, now):
            self.assign([key])
            return self.receive(key, offset, now)
        return window.assignment

    def finish(self, message: FeedMessage) -> None:
        """Mark a message as done, unless its assignment is over."""
        window = self._windows.get((message.topic, message.partition))
        if window is not None and window.assignment == message.assignment:
            window.finish(message.offset)

    def due(self) -> dict[PartitionKey, int]:
        """The watermarks that are not known to be committed."""
        return {
            key: window.watermark
            for key, window in self._windows.items()
            if window.watermark is not None and window.watermark != window.committed
        }

    def committed(self, key: PartitionKey, offset: int) -> None:
        """The broker has this offset."""
        if key in self._windows:
            self._windows[key].committed = offset

    def unfinished(self, partitions: Collection[PartitionKey]) -> int:
        """How many messages of these partitions wait."""
        return sum(len(window) for key, window in self._windows.items() if key in partitions)

    def longer_than(self, length: int) -> set[PartitionKey]:
        """The partitions of which more messages wait."""
        return {key for key, window in self._windows.items() if len(window) > length}

    def oldest(self) -> float | None:
        """When the message was received that has waited longest."""
        return min((window.oldest for window in self._windows.values() if window.oldest is not None), default=None)

    def states(self, lags: Mapping[PartitionKey, int]) -> tuple[PartitionState, ...]:
        """Every partition, with what the client knows of its lag."""
        return tuple(
            PartitionState(
                topic=key[0],
                partition=key[1],
                lag=lags.get(key),
                committed=window.committed,
                unfinished=len(window),
            )
            for key, window in sorted(self._windows.items())
        )

"""From the topic of completed trips to workflows: one event, one workflow.

Two worlds meet here. The *feed thread* owns the trip feed: it polls, commits and closes. The *event loop* starts the
workflows, at most ``max_in_flight`` at a time. Messages go from the thread to the loop by ``call_soon_threadsafe``;
back go ``accept`` and ``refuse``, which the feed allows from anywhere, and the number of free places.

A message is accepted, so that its offset may be committed, when Temporal has its workflow or the dead-letter
topic has the message. Nothing else ends it: what cannot be reached is tried for ever.
"""

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from starter.client import StartOutcome
from starter.trouble import Trouble, judge, named, told
from tripinvoice.ports import Clock, FeedMessage, TripFeed
from tripinvoice.trip import Trip
from tripinvoice.trip_event import parse_trip_event

Start = Callable[[Trip], Awaitable[StartOutcome]]
"""Starts a trip's workflow, or finds it started; raises what :func:`starter.trouble.judge` judges."""

POLL_SECONDS = 0.1
UNEXPECTED_TRIES = 5

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class BridgeSummary:
    """How many messages came (redelivered ones again) and what became of them."""

    received: int = 0
    started: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """``drain``: how long messages in flight may take to finish after a stop; the waits between tries. Seconds."""

    drain: float = 20.0
    first_wait: float = 0.2
    longest_wait: float = 10.0

    def wait(self, tries: int) -> float:
        """The wait after so many failed tries: doubling, bounded, and spread so that not all come back at once."""
        return min(self.longest_wait, self.first_wait * 2.0 ** min(tries - 1, 20)) * random.uniform(0.5, 1.0)  # noqa: S311


class Bridge:
    """Runs once. ``summary`` may be read while it runs."""

    def __init__(
        self, feed: TripFeed, start: Start, clock: Clock, *, max_in_flight: int = 64, pace: Pace | None = None
    ) -> None:
        self._feed = feed
        self._start = start
        self._clock = clock
        self._pace = pace or Pace()
        self._places = _Places(max_in_flight)
        self._stopping = threading.Event()
        self._drained = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._received = self._started = self._duplicates = self._refused = 0
        self._unavailable = False

    @property
    def summary(self) -> BridgeSummary:
        """The counts so far."""
        return BridgeSummary(
            received=self._received, started=self._started, duplicates=self._duplicates, refused=self._refused
        )

    async def run(self, stop: asyncio.Event) -> BridgeSummary:
        """Bridge until ``stop`` is set, then finish what is in flight, commit and close the feed.

        Raises ``StoreUnavailableError`` when the feed cannot go on.
        """
        silent = asyncio.Event()
        with ThreadPoolExecutor(1, thread_name_prefix="trip-feed") as executor:
            loop = asyncio.get_running_loop()
            feeding = loop.run_in_executor(executor, self._own_feed, loop, silent)
            stopped = asyncio.ensure_future(stop.wait())
            either: set[asyncio.Future[Any]] = {feeding, stopped}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                self._stopping.set()
                await silent.wait()
                await self._drain()
            finally:
                stopped.cancel()
                self._stopping.set()
                await self._abandon()
                self._drained.set()
            await feeding
        return self.summary

    # The feed thread.

    def _own_feed(self, loop: asyncio.AbstractEventLoop, silent: asyncio.Event) -> None:
        """Poll from beginning to end: also while the loop drains, so that the group keeps us and offsets go out."""
        try:
            try:
                while not self._stopping.is_set():
                    self._hand_over(loop, self._feed.poll(self._places.free(), POLL_SECONDS))
            finally:
                loop.call_soon_threadsafe(silent.set)
            while not self._drained.is_set():
                self._feed.poll(0, POLL_SECONDS)
        finally:
            self._feed.close()

    def _hand_over(self, loop: asyncio.AbstractEventLoop, messages: Sequence[FeedMessage]) -> None:
        if messages:
            self._places.take(len(messages))
            loop.call_soon_threadsafe(self._arrived, messages)

    # The event loop.

    def _arrived(self, messages: Sequence[FeedMessage]) -> None:
        if self._drained.is_set():  # cancelled meanwhile: they come again
            return
        self._received += len(messages)
        for message in messages:
            task = asyncio.create_task(self._bridge(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _bridge(self, message: FeedMessage) -> None:
        """One message, to its end. Cancelled, it stays unaccepted and comes again."""
        try:
            accepted = await self._start_or_refuse(message)
        finally:
            self._places.give_back()
        # Accepting wakes the feed thread, so the place must be free by then.
        if accepted:
            self._feed.accept(message)

    async def _start_or_refuse(self, message: FeedMessage) -> bool:
        """Whether the message is still to be accepted: a refused one already is."""
        try:
            trip = parse_trip_event(message.value, message.headers, self._clock.now())
            outcome = await self._start_patiently(trip)
        except Exception as error:  # noqa: BLE001 - whatever it is, one event must not stop the others
            await self._refuse(message, error)
            return False
        self._count(outcome)
        return True

    async def _start_patiently(self, trip: Trip) -> StartOutcome:
        """Start; wait and try again while nobody can be reached. Raises what trying again does not help."""
        tries = 0
        while True:
            try:
                outcome = await self._start(trip)
            except Exception as error:
                tries += 1
                trouble = judge(error)
                if trouble is Trouble.REFUSED or (trouble is Trouble.UNEXPECTED and tries >= UNEXPECTED_TRIES):
                    raise
                self._say_unavailable(error)
            else:
                self._say_available()
                return outcome
            await asyncio.sleep(self._pace.wait(tries))

    async def _refuse(self, message: FeedMessage, error: Exception) -> None:
        """Have it put on the dead-letter topic, however long that takes."""
        code, reason = told(error)
        tries = 0
        while True:
            try:
                await asyncio.to_thread(self._feed.refuse, message, reason, code=code)
            except Exception as trouble:  # noqa: BLE001 - there is nowhere else to put it, so the message waits
                tries += 1
                log.warning("dead_letter_not_delivered", error=type(trouble).__name__, tries=tries)
                await asyncio.sleep(self._pace.wait(tries))
            else:
                break
        self._refused += 1
        place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        log.warning("trip_event_refused", code=code, reason=reason, **place)

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._pace.drain)

    async def _abandon(self) -> None:
        """Give up what is still in flight: it was not accepted, so it comes again."""
        left = tuple(self._tasks)
        if left:
            log.warning("bridge_abandoned_messages", count=len(left), remedy="they come again after a restart")
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _count(self, outcome: StartOutcome) -> None:
        if outcome is StartOutcome.DUPLICATE:
            self._duplicates += 1
        else:
            self._started += 1

    def _say_unavailable(self, error: Exception) -> None:
        if not self._unavailable:
            self._unavailable = True
            log.warning("temporal_unavailable", error=named(error), remedy="waiting, no event is lost")

    def _say_available(self) -> None:
        if self._unavailable:
            self._unavailable = False
            log.info("temporal_available")


class _Places:
    """How many more messages may be in flight; taken by the feed thread, given back by the loop."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()

    def free(self) -> int:
        with self._lock:
            return self._free

    def take(self, places: int) -> None:
        with self._lock:
            self._free -= places

    def give_back(self) -> None:
        with self._lock:
            self._free += 1

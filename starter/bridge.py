"""From the topic of completed trips to workflows: one event, one workflow.

Two worlds meet here. The *feed thread* owns the trip feed: it polls, commits and closes. The *event loop* starts the
workflows, as many at a time as the pace allows. Messages go from the thread to the loop by ``call_soon_threadsafe``;
back go ``accept`` and ``refuse``, which the feed allows from anywhere, and the number of free places.

A message is accepted, so that its offset may be committed, when Temporal has its workflow or the dead-letter
topic has the message. Nothing else ends it: what cannot be reached is tried for ever.
"""

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from starter.client import StartOutcome
from starter.trouble import Trouble, judge, named, told
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.ports import Clock, EventDecoder, FeedMessage, FeedState, Refusal, TripFeed
from tripinvoice.trip import Trip
from tripinvoice.trip_event import parse_trip_event

Start = Callable[[Trip], Awaitable[StartOutcome]]
"""Starts a trip's workflow, or finds it started; raises what :func:`starter.trouble.judge` judges."""

T = TypeVar("T")

READING, STARTING = "VALUE_CONVERTER", "TASK_PUT"
"""The two things that are done with a message, by the names that dead letters have for them."""
_UNAVAILABLE = {READING: "schema_registry_unavailable", STARTING: "temporal_unavailable"}
_AVAILABLE = {READING: "schema_registry_available", STARTING: "temporal_available"}

POLL_SECONDS = 0.1
UNEXPECTED_TRIES = 5

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class BridgeSummary:
    """How many messages came (redelivered ones again) and what became of them.

    ``abandoned`` were not done when the bridge ended, and ``uncommitted`` says that some were done but the brokers did
    not take the last offsets: either come again.
    """

    received: int = 0
    started: int = 0
    duplicates: int = 0
    refused: int = 0
    abandoned: int = 0
    uncommitted: bool = False


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many messages at once; how long those may take to finish after a stop; the waits between tries. Seconds."""

    max_in_flight: int = 64
    drain: float = 20.0
    first_wait: float = 0.2
    longest_wait: float = 10.0

    def wait(self, tries: int) -> float:
        """The wait after so many failed tries: doubling, bounded, and spread so that not all come back at once."""
        return min(self.longest_wait, self.first_wait * 2.0 ** min(tries - 1, 20)) * random.uniform(0.5, 1.0)  # noqa: S311


class _RefusedError(Exception):
    """The message will never become a workflow: the cause is the error that says so."""

    def __init__(self, stage: str, attempts: int) -> None:
        super().__init__(stage)
        self.stage = stage
        self.attempts = attempts


class Bridge:
    """Runs once. ``summary``, ``in_flight`` and ``feed_state`` may be read while it runs.

    Without ``decoder`` the messages are JSON already. ``around`` surrounds what is done with a message: a trace.
    """

    def __init__(  # noqa: PLR0913 - its parts, by name
        self,
        feed: TripFeed,
        start: Start,
        clock: Clock,
        *,
        decoder: EventDecoder | None = None,
        pace: Pace | None = None,
        around: Callable[[FeedMessage], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        self._feed = feed
        self._start = start
        self._clock = clock
        self._decoder = decoder
        self._pace = pace or Pace()
        self._around = around
        self._places = _Places(self._pace.max_in_flight)
        self._stopping = threading.Event()
        self._drained = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._received = self._started = self._duplicates = self._refused = self._abandoned = 0
        self._uncommitted = False
        self._unavailable: set[str] = set()

    @property
    def summary(self) -> BridgeSummary:
        """The counts so far."""
        return BridgeSummary(
            received=self._received,
            started=self._started,
            duplicates=self._duplicates,
            refused=self._refused,
            abandoned=self._abandoned,
            uncommitted=self._uncommitted,
        )

    @property
    def in_flight(self) -> int:
        """How many messages are under way."""
        return len(self._tasks)

    @property
    def feed_state(self) -> FeedState:
        """What the feed is doing."""
        return self._feed.state()

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
        except BaseException:
            with suppress(StoreUnavailableError):  # the first error tells more
                self._feed.close()
            raise
        self._close_feed()

    def _close_feed(self) -> None:
        try:
            self._feed.close()
        except StoreUnavailableError as error:
            self._uncommitted = True
            log.warning("offsets_not_committed", reason=error.message)

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
            with self._around(message):
                accepted = await self._start_or_refuse(message)
        finally:
            self._places.give_back()
        # Accepting wakes the feed thread, so the place must be free by then.
        if accepted:
            self._feed.accept(message)

    async def _start_or_refuse(self, message: FeedMessage) -> bool:
        """Whether the message is still to be accepted: a refused one already is."""
        try:
            trip = await self._patiently(READING, partial(self._read, message))
            outcome = await self._patiently(STARTING, partial(self._start, trip))
        except _RefusedError as refused:
            await self._refuse(message, refused)
            return False
        self._count(outcome)
        return True

    async def _read(self, message: FeedMessage) -> Trip:
        if self._decoder is not None:  # it may have to ask for a schema
            message = await asyncio.to_thread(self._decoder.decode, message)
        return parse_trip_event(message.value, message.headers, self._clock.now())

    async def _patiently(self, stage: str, work: Callable[[], Awaitable[T]]) -> T:
        """Its result; wait and try again while nobody can be reached. Raises ``_RefusedError`` when that is no help."""
        tries = 0
        while True:
            try:
                result = await work()
            except Exception as error:
                tries += 1
                trouble = judge(error)
                if trouble is Trouble.REFUSED or (trouble is Trouble.UNEXPECTED and tries >= UNEXPECTED_TRIES):
                    raise _RefusedError(stage, tries) from error
                self._say_unavailable(stage, error)
            else:
                self._say_available(stage)
                return result
            await asyncio.sleep(self._pace.wait(tries))

    async def _refuse(self, message: FeedMessage, refused: _RefusedError) -> None:
        """Have it put on the dead-letter topic, however long that takes."""
        code, reason = told(refused.__cause__)
        refusal = Refusal(code=code, reason=reason, stage=refused.stage, attempts=refused.attempts)
        tries = 0
        while True:
            try:
                await asyncio.to_thread(self._feed.refuse, message, refusal)
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
        self._abandoned = len(left)
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

    def _say_unavailable(self, stage: str, error: Exception) -> None:
        if stage not in self._unavailable:
            self._unavailable.add(stage)
            log.warning(_UNAVAILABLE[stage], error=named(error), remedy="waiting, no event is lost")

    def _say_available(self, stage: str) -> None:
        if stage in self._unavailable:
            self._unavailable.remove(stage)
            log.info(_AVAILABLE[stage])


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

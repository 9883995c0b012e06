"""The flow of a migration: trips are fed for as long as a rollout is under way, each with its part in one."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from temporalio.client import Client

from starter.bridge import Bridge, Pace
from starter.demo.migration.overseer import Overseer
from starter.demo.progress import Progress
from starter.demo.stage import Stage
from starter.demo.tallying import TalliedFeed, tallied_start
from starter.demo.trips import Event, batches
from starter.demo.watch import EVERY, PATIENCE, Watch
from starter.toggles import ToggleReader
from workflows.messages import RolloutStatus

UNDER_WAY = 18
"""Trips between broker and invoice at one time: few, so that each stage decides on those that come after it began."""
BATCH = 6
TOGGLES_SECONDS = 0.5
_LOOK_SECONDS = 0.1
_COMPARING = "WorkflowType = 'CompareTrip' AND ExecutionStatus = 'Running'"

Show = Callable[[Progress, Sequence[RolloutStatus]], None]


class Flow:
    """One run of it."""

    def __init__(self, stage: Stage, client: Client, overseer: Overseer, watch: Watch, show: Show) -> None:
        self._stage = stage
        self._client = client
        self._overseer = overseer
        self._watch = watch
        self._show = show
        self._toggles = ToggleReader(stage.wiring.rollouts)

    async def run(self, events: Sequence[Event]) -> bool:
        """Feed until all rollouts have ended and every trip fed has too; ``False`` when they do not get there."""
        stop, tally = asyncio.Event(), self._watch.tally
        start = tallied_start(self._client, self._stage.stores.records, tally, self._toggles.decide)
        wiring = self._stage.wiring
        bridge = Bridge(TalliedFeed(wiring.trips, tally), start, wiring.clock, pace=Pace(drain=1.0))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(bridge.run(stop))
                reading = group.create_task(self._toggles.keep_reading(TOGGLES_SECONDS))
                complete = await self._perform(group, events)
                reading.cancel()
                stop.set()
        except BaseExceptionGroup as failed:  # they fail one at a time, and the first is the cause
            raise failed.exceptions[0] from None
        return complete

    async def _perform(self, group: asyncio.TaskGroup, events: Sequence[Event]) -> bool:
        await self._overseer.start()
        enough = asyncio.Event()
        feeding = group.create_task(self._feed(events, enough))
        ended = await self._until_ended()
        enough.set()
        await feeding
        self._watch.expect(self._watch.tally.fed)
        complete = await self._watch.until_complete(lambda now: self._show(now, self._overseer.seen))
        return await self._until_compared() and complete and ended

    async def _feed(self, events: Sequence[Event], enough: asyncio.Event) -> None:
        """A few at a time, in order, once all rollouts are in force, until it is enough."""
        while not (self._overseer.in_force or enough.is_set()):  # noqa: ASYNC110 - what changes is on a server
            await asyncio.sleep(_LOOK_SECONDS)
        await self._toggles.refresh()
        stop = threading.Event()
        try:
            for batch in batches(events, BATCH):
                await self._until_room(len(batch), enough)
                if enough.is_set():
                    return
                self._watch.tally.fed += len(batch)
                self._watch.expect(self._watch.tally.fed)
                messages = [(event.trip_id.encode(), event.value, event.headers) for event in batch]
                await asyncio.to_thread(self._stage.wiring.publish, messages, stop)
        finally:
            stop.set()

    async def _until_room(self, wanted: int, enough: asyncio.Event) -> None:
        """Wait until so many more may be under way, or until no more are wanted."""
        watch = self._watch
        while watch.tally.fed - watch.now.done > UNDER_WAY - wanted and not enough.is_set():  # noqa: ASYNC110 - as above
            await asyncio.sleep(_LOOK_SECONDS)

    async def _until_ended(self) -> bool:
        """Look until all rollouts have ended; ``False`` when none of them has moved for a long time."""
        since, moved = time.monotonic(), ""
        while not self._overseer.ended:
            seen = await self._overseer.look()
            self._show(await self._watch.look(), seen)
            if (now := _told(seen)) != moved:
                since, moved = time.monotonic(), now
            elif time.monotonic() - since > PATIENCE:
                return False
            await asyncio.sleep(EVERY)
        return True

    async def _until_compared(self) -> bool:
        """Wait for the comparisons that go on beside the invoices."""
        deadline = time.monotonic() + PATIENCE
        while (await self._client.count_workflows(_COMPARING)).count:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(EVERY)
        return True


def _told(seen: Sequence[RolloutStatus]) -> str:
    """What says that something moves: stages, states, and how much was compared."""
    return "|".join(
        f"{one.state} {one.stage} {one.entered} {one.reading.overall.compared if one.reading else 0}" for one in seen
    )

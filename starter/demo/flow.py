"""The flow of a demonstration: events to the broker, no faster than invoices come out at the other end."""

import asyncio
import threading
from collections.abc import Callable, Sequence

from temporalio.client import Client

from starter.bridge import Bridge, Pace
from starter.demo.progress import Progress
from starter.demo.stage import Stage
from starter.demo.tallying import TalliedFeed, tallied_start
from starter.demo.trips import Event, batches
from starter.demo.watch import Watch

UNDER_WAY = 200
"""Trips between broker and invoice at one time: enough to keep every step busy, few enough to stay in the worker's
cache and within what the in-process broker keeps."""
BATCH = 100
_LOOK_SECONDS = 0.1


async def flow(
    stage: Stage, client: Client, events: Sequence[Event], watch: Watch, show: Callable[[Progress], None]
) -> bool:
    """Feed and bridge until every event has come to an end; ``False`` when they do not get there."""
    stop, tally = asyncio.Event(), watch.tally
    start = tallied_start(client, stage.stores.records, tally)
    bridge = Bridge(TalliedFeed(stage.wiring.trips, tally), start, stage.wiring.clock, pace=Pace(drain=1.0))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bridge.run(stop))
            feeding = group.create_task(_feed(stage, events, watch))
            complete = await watch.until_complete(show)
            feeding.cancel()
            stop.set()
    except BaseExceptionGroup as failed:  # they fail one at a time, and the first is the cause
        raise failed.exceptions[0] from None
    return complete


async def _feed(stage: Stage, events: Sequence[Event], watch: Watch) -> None:
    """Publish all events in order."""
    stop = threading.Event()
    try:
        for batch in batches(events, BATCH):
            await _until_room(watch, len(batch))
            watch.tally.fed += len(batch)
            messages = [(event.trip_id.encode(), event.value, event.headers) for event in batch]
            await asyncio.to_thread(stage.wiring.publish, messages, stop)
    finally:
        stop.set()


async def _until_room(watch: Watch, wanted: int) -> None:
    """Wait until so many more may be under way."""
    while watch.tally.fed - watch.now.done > UNDER_WAY - wanted:  # noqa: ASYNC110 - what changes is on a server
        await asyncio.sleep(_LOOK_SECONDS)

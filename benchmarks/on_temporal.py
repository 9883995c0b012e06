"""Contenders on Temporal: the real workflow, and the bare one of the same shape."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from temporalio.client import Client

from benchmarks import contest
from benchmarks.bare import BareTrip, Nothing, queue
from benchmarks.contest import Job
from benchmarks.trips import Issued, SampleSystems
from starter.client import start_trip_invoice
from starter.samples.scenario import Scenario
from workflows import policies

Item = TypeVar("Item")

STARTS_AT_ONCE = 64
"""As many as the bridge has under way."""


@dataclass(frozen=True, kw_only=True)
class Invoices:
    """The real thing: ``TripInvoice``."""

    client: Client
    systems: SampleSystems
    issued: Issued
    scenarios: Sequence[Scenario]
    processes: Mapping[str, int]
    title: str = "TripInvoice"

    async def prepare(self, batch: str, trips: int) -> Job:
        """Teach the money systems new trips."""
        known = await self.systems.know(self.scenarios, batch, trips)
        self.issued.expect(trips)

        async def start() -> None:
            await _at_once(lambda trip: start_trip_invoice(self.client, trip), known)

        return await _until_closed(self.client, "TripInvoice", trips, start)

    def check(self) -> None:
        """Compare with the records."""
        self.issued.check()


@dataclass(frozen=True, kw_only=True)
class BareTrips:
    """The bare workflow."""

    client: Client
    processes: Mapping[str, int]
    title: str = "bare workflow"

    async def prepare(self, batch: str, trips: int) -> Job:
        """Only ids are needed."""
        ids = [f"{batch}-{no}" for no in range(trips)]
        return await _until_closed(self.client, "BareTrip", trips, lambda: _at_once(self._start, ids))

    def check(self) -> None:
        """All are completed: that was waited for."""

    async def _start(self, workflow_id: str) -> None:
        await self.client.start_workflow(BareTrip.run, Nothing(), id=workflow_id, task_queue=queue(policies.WORKFLOWS))


async def _at_once(start: Callable[[Item], Awaitable[object]], items: Iterable[Item]) -> None:
    """Start all, not too many at once."""
    gate = asyncio.Semaphore(STARTS_AT_ONCE)

    async def one(item: Item) -> None:
        async with gate:
            await start(item)

    await asyncio.gather(*map(one, items))


async def _until_closed(client: Client, kind: str, more: int, start: Callable[[], Awaitable[None]]) -> Job:
    """The job that starts workflows of this kind and waits until so many more than now are completed."""
    query = f"WorkflowType = '{kind}' AND ExecutionStatus = 'Completed'"

    async def completed() -> int:
        return (await client.count_workflows(query)).count

    wanted = await completed() + more

    async def job() -> None:
        await start()
        await contest.until(completed, wanted)

    return job

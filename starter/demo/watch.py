"""How far a demonstration is, and what holds it up. Asks Temporal about once a second, however many trips there are."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from temporalio.client import Client, WorkflowHandle

from starter.demo.progress import Progress
from starter.demo.tally import Tally
from tripinvoice.ports import ISSUED, InvoiceRecords
from workflows.messages import Status
from workflows.trip_invoice import TripInvoice

EVERY = 1.0
PATIENCE = 180.0
"""Seconds without progress. Longer than any one try of a step: after a worker's death Temporal waits for its end."""

_OURS = "WorkflowType = 'TripInvoice' AND "
_CLOSED = _OURS + "ExecutionStatus != 'Running'"
_PARKED = _OURS + "ExecutionStatus = 'Running' AND InvoiceState = 'Parked'"
_UNDER_WAY = _OURS + "ExecutionStatus = 'Running' AND InvoiceState != 'Parked'"
_SHOWN = 5


class Watch:
    """Looks at a running demonstration."""

    def __init__(self, client: Client, records: InvoiceRecords, tally: Tally, events: int) -> None:
        self.now = Progress(events=events)
        self.patience = PATIENCE
        self._client = client
        self._records = records
        self.tally = tally
        self._documents_before = _issued(records)
        self._since = time.monotonic()
        self._moved = self._since

    def expect(self, events: int) -> None:
        """So many events come."""
        self.now = replace(self.now, events=events)

    async def look(self) -> Progress:
        """Look again."""
        closed, parked = await asyncio.gather(self._count(_CLOSED), self._count(_PARKED))
        seen = Progress(
            events=self.now.events,
            fed=self.tally.fed,
            taken=self.tally.taken,
            refused=len(self.tally.refused),
            repeated=self.tally.repeated,
            closed=closed,
            parked=parked,
            documents=await asyncio.to_thread(_issued, self._records) - self._documents_before,
            seconds=time.monotonic() - self._since,
        )
        if replace(seen, seconds=self.now.seconds) != self.now:
            self._moved = time.monotonic()
        self.now = seen
        return seen

    async def until_complete(self, show: Callable[[Progress], None]) -> bool:
        """Look until all events have come to an end; ``False`` when nothing has moved for ``patience`` seconds."""
        while not (await self.look()).complete:
            show(self.now)
            if time.monotonic() - self._moved > self.patience:
                return False
            await asyncio.sleep(EVERY)
        show(self.now)
        return True

    async def _count(self, query: str) -> int:
        return (await self._client.count_workflows(query)).count

    async def parked(self) -> list[Status]:
        """What the parked trips say about themselves."""
        handles = [
            self._client.get_workflow_handle_for(TripInvoice.run, found.id)
            async for found in self._client.list_workflows(_PARKED)
        ]
        return [await handle.query(TripInvoice.status) for handle in handles]

    async def held_up(self) -> list[str]:
        """What is not done, for a person who has to find out why."""
        now = self.now
        lines = []
        if now.fed > now.taken:
            lines.append(f"{now.fed - now.taken} events are on the broker and not taken by the bridge")
        handles = [
            self._client.get_workflow_handle(found.id)
            async for found in self._client.list_workflows(_UNDER_WAY, limit=_SHOWN)
        ]
        return lines + [await _waits_for(handle) for handle in handles]


async def _waits_for(handle: WorkflowHandle[object, object]) -> str:
    """The workflow's pending activities with their attempts and last failures, whose texts hold no values."""
    pending = (await handle.describe()).raw_description.pending_activities
    steps = [
        f"{step.activity_type.name}, attempt {step.attempt}"
        + (f": {step.last_failure.message}" if step.HasField("last_failure") else "")
        for step in pending
    ]
    return f"{handle.id} waits for {'; '.join(steps) or 'a worker that runs its workflow'}"


def _issued(records: InvoiceRecords) -> int:
    return records.counts().get(ISSUED, 0)

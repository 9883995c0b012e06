"""How large a history is: every trip of the bundled sample is invoiced, and its history fetched."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from temporalio.client import Client

from benchmarks.trips import SampleSystems
from starter.client import invoice_workflow_id, start_trip_invoice
from starter.samples.scenario import Scenario
from tripinvoice.errors import ConfigurationError
from tripinvoice.trip import Trip
from workflows.trip_invoice import TripInvoice

SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class History:
    """One finished trip: its documents, events, and the bytes of the events as they are kept."""

    scenario: Scenario
    documents: int
    events: int
    bytes: int


async def invoice_all(client: Client, systems: SampleSystems, scenarios: Sequence[Scenario]) -> list[History]:
    """Invoice each scenario once. Raises ``ConfigurationError`` when one does not come to an end."""
    trips = await systems.know(scenarios, "history", len(scenarios))
    try:
        async with asyncio.timeout(SECONDS):
            return await asyncio.gather(*(_one(client, *pair) for pair in zip(scenarios, trips, strict=True)))
    except TimeoutError:
        raise ConfigurationError("history: not every trip of the sample came to its end; is one parked?") from None


async def _one(client: Client, scenario: Scenario, trip: Trip) -> History:
    await start_trip_invoice(client, trip)
    handle = client.get_workflow_handle_for(TripInvoice.run, invoice_workflow_id(trip.trip_id, trip.revision))
    result = await handle.result()
    history = await handle.fetch_history()
    return History(
        scenario=scenario,
        documents=len(result.documents),
        events=len(history.events),
        bytes=sum(event.ByteSize() for event in history.events),
    )


def summary(histories: Sequence[History]) -> dict[str, Any]:
    """Events and bytes by number of documents."""
    by_documents: Mapping[int, list[History]] = defaultdict(list)
    for history in histories:
        by_documents[history.documents].append(history)
    return {str(documents): _summary(found) for documents, found in sorted(by_documents.items())}


def _summary(histories: Sequence[History]) -> dict[str, Any]:
    return {
        "trips": len(histories),
        "events": {"median": median(h.events for h in histories), "most": max(h.events for h in histories)},
        "bytes": {"median": round(median(h.bytes for h in histories)), "most": max(h.bytes for h in histories)},
    }

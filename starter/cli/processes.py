"""Commands that run until they are told to stop: worker and bridge."""

import asyncio
import os
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.output import Json, emit, safe, stderr, stdout
from starter.signals import stop_on_signals

if TYPE_CHECKING:
    from starter.bridge import BridgeSummary


class Queue(StrEnum):
    """The task queues that a worker can poll."""

    WORKFLOWS = "workflows"
    FETCH = "fetch"
    RENDER = "render"
    STORE = "store"


def worker(
    *,
    queues: Annotated[
        list[Queue] | None,
        typer.Option(help="Poll only this queue; repeat it for several. Without it, all four."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a worker: it does the work of invoices until SIGTERM or Ctrl-C, then finishes what it has begun.

    One worker does everything. To scale, run more of them, or some for one queue each: rendering needs processors,
    fetching waits for the network. --json writes the log as JSON lines.
    """
    command = [sys.executable, "-P", "-m", "worker"]
    if queues:
        command += ["--queues", *dict.fromkeys(queues)]
    if as_json:
        os.environ["TRIPINVOICE_LOG_FORMAT"] = "json"
    # The worker takes over this process, so that signals reach it. -P: the current folder is no place to import from.
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, our own module


def bridge(*, as_json: Json = False) -> None:
    """Run the bridge: every completed trip that Kafka brings becomes a workflow, once.

    SIGTERM or Ctrl-C drains: what was taken is started and committed, then it ends with its counts, and with exit code
    0 if nothing of it has to come again. A trip event that cannot be read goes to the dead-letter topic. While Temporal
    is away it waits. --json writes log and counts as JSON.
    """
    summary = asyncio.run(_bridge(as_json=as_json))
    counts = asdict(summary)
    uncommitted = counts.pop("uncommitted")
    if as_json:
        emit(counts)
    else:
        stdout().print(", ".join(f"{number:,} {name}" for name, number in counts.items()))
    if summary.abandoned or uncommitted:
        raise typer.Exit(Exit.UNFINISHED)


async def _bridge(*, as_json: bool) -> "BridgeSummary":
    from contextlib import AsyncExitStack

    from starter.bridge import Bridge, Pace
    from starter.cli.session import temporal
    from starter.client import register_search_attributes
    from starter.metrics import BridgeMetrics
    from starter.telemetry import Telemetry
    from starter.toggles import DecidedStart, ToggleReader
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    settings = read_settings()
    stop = stop_on_signals()
    async with AsyncExitStack() as opened:
        telemetry = opened.enter_context(Telemetry(settings, "bridge", as_json=as_json))
        client = await temporal(telemetry.runtime, telemetry.interceptors)
        await register_search_attributes(client)
        wiring = await opened.enter_async_context(Wiring(settings, telemetry.observer))
        if settings.kafka_is_embedded:
            stderr().print(
                safe(f"embedded Kafka at {wiring.kafka}, topic {settings.trips_topic}; it ends with this process")
            )
        toggles = ToggleReader(wiring.rollouts)
        await toggles.refresh()
        bridge = Bridge(
            wiring.trips,
            DecidedStart(client, toggles),
            wiring.clock,
            decoder=wiring.decoder,
            pace=Pace(max_in_flight=settings.bridge_in_flight, drain=min(Pace.drain, settings.shutdown_grace)),
            around=telemetry.consuming,
        )
        beside = [
            asyncio.create_task(BridgeMetrics(telemetry.runtime).keep_publishing(bridge)),
            asyncio.create_task(toggles.keep_reading()),
        ]
        try:
            return await bridge.run(stop)
        finally:
            for task in beside:
                task.cancel()

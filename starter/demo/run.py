"""The demonstration, from the first server to the last check."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starter.demo import folder as folders
from starter.demo import stage as stages
from starter.demo.folder import DemoFolder
from starter.demo.screen import Screen
from starter.demo.stage import Stage
from starter.demo.trips import Trips, load

if TYPE_CHECKING:
    from starter.demo.performance import Performance

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked for: ``trips`` is a file (the bundled sample without), ``count`` its first trips."""

    trips: Path | None = None
    count: int | None = None
    out: Path
    keep: bool = False
    gallery: bool = False
    ui: bool = True
    json: bool = False


def demonstrate(options: Options, kind: "type[Demo]") -> int:
    """Run one; the exit code: 0 when every trip has its invoice and every check holds, 128 + n after signal n.

    Raises ``ConfigurationError`` and ``InvalidTripError``.
    """
    with folders.opened(options.out) as folder:
        return asyncio.run(_until_signal(kind(options, folder)))


async def _until_signal(demo: "Demo") -> int:
    """Run; at a signal stop everything that was started, at a second one leave that to the keepers."""
    task = asyncio.create_task(demo.run())
    received: list[int] = []

    def stop(number: int) -> None:
        if received:
            os._exit(128 + number)
        received.append(number)
        task.cancel()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        return 128 + received[0] if demo.result is None else demo.result


class Demo:
    """One run. ``result`` is its exit code, as soon as that is known."""

    def __init__(self, options: Options, folder: DemoFolder) -> None:
        self.result: int | None = None
        self._options = options
        self._folder = folder
        self._screen = Screen(json=options.json)

    async def run(self) -> int:
        """Start everything, feed, wait, prove; then keep the servers if that was asked for."""
        began = time.monotonic()
        trips, file = await self._load()
        async with stages.opened(self._folder, file, self._screen.tell, ui=self._options.ui) as stage:
            self._introduce_servers(stage)
            performance = await self._prepare(stage, trips)
            self.result = await stage.guard.meanwhile(performance.run(began))
            if self._options.keep:
                await self._keep(stage, performance.further)
        return self.result

    async def _load(self) -> tuple[Trips, Path | None]:
        """The trips, introduced, and the file that has them, if it is not the bundled sample."""
        options = self._options
        trips = await asyncio.to_thread(load, options.trips, options.count)
        source = "the bundled sample" if options.trips is None else options.trips.name
        self._screen.title(f"TripInvoice demo: {len(trips.events):,} trips from {source}")
        return trips, options.trips

    async def _prepare(self, stage: Stage, trips: Trips) -> "Performance":
        # Only now, while the servers start: Temporal's SDK takes a second to load.
        from starter.demo.performance import Performance  # noqa: PLC0415

        return Performance(stage, self._folder, self._screen, trips, gallery=self._options.gallery)

    # --- words -------------------------------------------------------------------------------------------------

    def _introduce_servers(self, stage: Stage) -> None:
        addresses, say = stage.addresses, self._screen.say
        if addresses.ui is not None:
            say("Web UI", addresses.ui)
        say("Temporal", f"{addresses.temporal} (in memory)")
        say("Kafka", f"{addresses.kafka} (in memory)")
        say("Money systems", addresses.money_systems)
        say("Worker", f"pid {stage.worker.pid} (kill -9 it: it comes back, and nothing is lost)")
        say("Folder", str(self._folder.root))

    async def _keep(self, stage: Stage, further: Sequence[str]) -> None:
        """Until a signal, or until a server cannot be kept up."""
        self._screen.keeping(stage.variables, self._folder.env, further)
        await stage.guard.meanwhile(_for_ever())


async def _for_ever() -> None:
    await asyncio.Event().wait()

"""The demonstration, from the first server to the last check."""

import asyncio
import json
import logging
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starter.demo import folder as folders
from starter.demo import stage as stages
from starter.demo.folder import DemoFolder, exports
from starter.demo.screen import Screen
from starter.demo.stage import Stage
from starter.demo.tally import Tally
from starter.demo.trips import Trips, load

if TYPE_CHECKING:
    from starter.demo.proof import Proof
    from starter.demo.watch import Watch

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MAX_PARKED_TOLD = 100


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked for: ``trips`` is a file (the bundled sample without), ``count`` its first trips."""

    trips: Path | None = None
    count: int | None = None
    out: Path
    keep: bool = False
    ui: bool = True
    json: bool = False


def demonstrate(options: Options) -> int:
    """Run it; the exit code: 0 when every trip has its invoice and every check holds, 128 + n after signal n.

    Raises ``ConfigurationError`` and ``InvalidTripError``.
    """
    with folders.opened(options.out) as folder:
        _log_into(folder)
        return asyncio.run(_until_signal(Demo(options, folder)))


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
        self._tally = Tally()

    async def run(self) -> int:
        """Start everything, feed, wait, prove; then keep the servers if that was asked for."""
        options, began = self._options, time.monotonic()
        trips = await asyncio.to_thread(load, options.trips, options.count)
        self._introduce(trips)
        async with stages.opened(self._folder, options.trips, self._screen.tell, ui=options.ui) as stage:
            self._introduce_servers(stage)
            self.result = await stage.guard.meanwhile(self._make_invoices(stage, trips, began))
            if options.keep:
                await self._keep(stage)
        return self.result

    async def _make_invoices(self, stage: Stage, trips: Trips, began: float) -> int:
        """Feed, wait and prove; the exit code."""
        from starter.demo.flow import flow
        from starter.demo.watch import Watch

        watch = Watch(stage.client, stage.stores.records, self._tally, len(trips.events))
        started_in = time.monotonic() - began
        with self._screen:
            complete = await flow(stage, trips.events, self._tally, watch, self._screen.progress)
        if not complete:
            self._screen.failure(await self._what_is_stuck(stage, watch))
        return await self._conclude(stage, trips, watch, started_in)

    async def _conclude(self, stage: Stage, trips: Trips, watch: "Watch", started_in: float) -> int:
        """Prove and show."""
        from starter.demo.proof import prove

        parked = await watch.parked(MAX_PARKED_TOLD)
        proof = await asyncio.to_thread(prove, trips, self._tally, parked, stage.stores, self._folder)
        self._write_listing(proof)
        refused = [*trips.refused, *self._tally.refused]
        self._screen.documents(proof.documents, self._folder.listing)
        self._screen.problems(refused, parked, watch.now.parked, proof.lost)
        self._screen.summary(proof, watch.now, started_in)
        all_invoiced = not (refused or parked or proof.lost)
        return 0 if proof.holds and all_invoiced else 1

    def _write_listing(self, proof: "Proof") -> None:
        with self._folder.listing.open("w", encoding="utf-8") as file:
            for document in proof.documents:
                file.write(json.dumps(document.as_json(), ensure_ascii=False) + "\n")

    async def _what_is_stuck(self, stage: Stage, watch: "Watch") -> list[str]:
        where = stage.addresses.ui or f"temporal workflow list --address {stage.addresses.temporal}"
        return [
            f"No progress for {watch.patience:.0f} seconds. This is what it waits for:",
            *(f"  {line}" for line in await watch.held_up()),
            f"Look at {where} and at {self._folder.logs}/. What is issued stays: the same command goes on from there.",
        ]

    # --- words -------------------------------------------------------------------------------------------------

    def _introduce(self, trips: Trips) -> None:
        source = "the bundled sample" if self._options.trips is None else self._options.trips.name
        self._screen.title(f"TripInvoice demo: {len(trips.events):,} trips from {source}")

    def _introduce_servers(self, stage: Stage) -> None:
        addresses, say = stage.addresses, self._screen.say
        if addresses.ui is not None:
            say("Web UI", addresses.ui)
        say("Temporal", f"{addresses.temporal} (in memory)")
        say("Kafka", f"{addresses.kafka} (in memory)")
        say("Money systems", addresses.money_systems)
        say("Worker", f"pid {stage.worker.pid} (kill -9 it: it comes back, and nothing is lost)")
        say("Folder", str(self._folder.root))

    async def _keep(self, stage: Stage) -> None:
        """Until a signal, or until a server cannot be kept up."""
        self._screen.keeping(exports(stage.variables), self._folder.env)
        await stage.guard.meanwhile(_for_ever())


async def _for_ever() -> None:
    await asyncio.Event().wait()


def _log_into(folder: DemoFolder) -> None:
    """What this process, its bridge and its clients have to say goes to a file, not between the lines of a screen."""
    from tripinvoice.log import configure

    configure("info", "json")
    stream = (folder.logs / "bridge.log").open("w", encoding="utf-8")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)

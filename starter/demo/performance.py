"""The demonstration proper, once its servers are there: feed, wait, prove, show."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence

from temporalio.client import Client

from starter.demo.connection import connected
from starter.demo.flow import flow
from starter.demo.folder import DemoFolder
from starter.demo.proof import Proof, prove
from starter.demo.screen import Screen
from starter.demo.stage import Stage
from starter.demo.tally import Tally
from starter.demo.trips import Trips
from starter.demo.watch import Watch
from tripinvoice.log import configure
from workflows.messages import Status


class Performance:
    """One run on a stage. ``further`` are commands to look at something afterwards."""

    def __init__(
        self, stage: Stage, folder: DemoFolder, screen: Screen, trips: Trips, *, gallery: bool = False
    ) -> None:
        self._stage = stage
        self._folder = folder
        self._screen = screen
        self._trips = trips
        self._gallery = gallery
        self._tally = Tally()
        self.further: Sequence[str] = ("tripinvoice status",)

    async def run(self, began: float) -> int:
        """Make the invoices; the exit code. ``began`` is the monotonic time at which starting the servers began."""
        log_into(self._folder)
        client = await connected(self._stage.addresses.temporal)
        self._stage.temporal.keeps_state = True
        started_in = time.monotonic() - began
        watch = Watch(client, self._stage.stores.records, self._tally, len(self._trips.events))
        if not await self._flow(client, watch):
            self._screen.failure(await self._what_is_stuck(watch))
        return await self._conclude(watch, started_in)

    async def _flow(self, client: Client, watch: Watch) -> bool:
        with self._screen:
            return await flow(self._stage, client, self._trips.events, watch, self._screen.progress)

    async def _conclude(self, watch: Watch, started_in: float) -> int:
        """Prove and show."""
        parked = await watch.parked()
        proof = await self._prove(self._trips, parked)
        self._write_listing(proof)
        refused = [*self._trips.refused, *self._tally.refused]
        self._show(proof)
        self._screen.problems(refused, parked, watch.now.parked, proof.lost)
        self._screen.summary(proof, watch.now, started_in)
        all_invoiced = not (refused or watch.now.parked or proof.lost)
        await self._show_more(proof, holds=proof.holds and all_invoiced)
        return 0 if proof.holds and all_invoiced else 1

    async def _prove(self, trips: Trips, parked: Sequence[Status]) -> Proof:
        return await asyncio.to_thread(prove, trips, self._tally, parked, self._stage.stores, self._folder)

    def _show(self, proof: Proof) -> None:
        self._screen.documents(proof.documents, self._folder.listing)
        if proof.documents:
            example = proof.documents[0].record.number
            self.further = (*self.further, f"tripinvoice show {example}", f"tripinvoice open {example}")

    async def _show_more(self, proof: Proof, *, holds: bool) -> None:  # noqa: ARG002 - others say it
        if not self._gallery:
            return
        from starter.demo.gallery import write_gallery  # noqa: PLC0415 - it loads what makes pictures of pages

        index = await asyncio.to_thread(write_gallery, proof.documents, self._stage.stores, self._folder)
        if index is not None:
            self._screen.gallery(index)

    def _write_listing(self, proof: Proof) -> None:
        with self._folder.listing.open("w", encoding="utf-8") as file:
            for document in proof.documents:
                file.write(json.dumps(document.as_json(), ensure_ascii=False) + "\n")

    async def _what_is_stuck(self, watch: Watch) -> list[str]:
        addresses = self._stage.addresses
        where = addresses.ui or f"`temporal workflow list --address {addresses.temporal}`"
        return [
            f"No progress for {watch.patience:.0f} seconds. This is what it waits for:",
            *(f"  {line}" for line in await watch.held_up()),
            f"Look at {where} and at {self._folder.logs}/. What is issued stays: the same command goes on from there.",
        ]


def log_into(folder: DemoFolder) -> None:
    """What this process, its bridge and its clients have to say goes to a file, not between the lines of a screen."""
    configure("info", "json")
    stream = (folder.logs / "bridge.log").open("w", encoding="utf-8")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)

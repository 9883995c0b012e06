"""The migration proper, once its servers are there: roll out, feed, wait, prove, show."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from temporalio.client import Client

from starter.demo.folder import DemoFolder
from starter.demo.migration import page
from starter.demo.migration.flow import Flow
from starter.demo.migration.outcome import Outcome, outcome
from starter.demo.migration.overseer import ENDS, Overseer
from starter.demo.migration.proof import promises
from starter.demo.migration.screen import MigrationScreen
from starter.demo.performance import Performance
from starter.demo.proof import Proof
from starter.demo.stage import Stage
from starter.demo.trips import Trips
from starter.demo.watch import Watch
from workflows.messages import RolloutStatus, Status


class MigrationPerformance(Performance):
    """One run on a stage, with a candidate on it."""

    def __init__(self, stage: Stage, folder: DemoFolder, screen: MigrationScreen, trips: Trips, *, kept: bool) -> None:
        super().__init__(stage, folder, screen, trips)
        self._kept = kept
        self._rollouts = screen
        self._began_at = stage.wiring.clock.now()
        self._ended: Sequence[RolloutStatus] = ()
        self._outcomes: Sequence[Outcome] = ()

    async def _flow(self, client: Client, watch: Watch) -> bool:
        overseer = Overseer(client, self._stage.wiring.rollouts)
        try:
            with self._screen:
                return await Flow(self._stage, client, overseer, watch, self._rollouts.rollouts).run(self._trips.events)
        finally:
            self._ended = overseer.seen

    async def _prove(self, trips: Trips, parked: Sequence[Status]) -> Proof:
        """Only what was fed has to be there; the rest of the trips was for a longer run."""
        proof = await super()._prove(replace(trips, events=trips.events[: self._tally.fed]), parked)
        self._outcomes = await asyncio.to_thread(self._look_up)
        promised = await asyncio.to_thread(promises, self._outcomes, proof.documents, self._stage.stores)
        return replace(proof, checks=[*promised, *proof.checks])

    def _look_up(self) -> list[Outcome]:
        """And write the page of it."""
        wiring, since, until = self._stage.wiring, self._began_at, self._stage.wiring.clock.now()
        page.write(wiring, since, until, self._folder.report)
        return [outcome(status, wiring.rollouts, wiring.comparisons, since, until) for status in self._ended]

    def _show(self, proof: Proof) -> None:
        self._rollouts.outcomes(self._outcomes, proof.documents, self._folder.listing)

    async def _show_more(self, proof: Proof, *, holds: bool) -> None:
        report = self._folder.report
        self._rollouts.result(self._outcomes, proof, report, self._folder.listing, holds=holds)
        samples = [one.status.ended.sample for one in self._outcomes if one.status.ended and one.status.ended.sample]
        self.further = ("tripinvoice rollout status", *(f"tripinvoice compare {sample}" for sample in samples))
        self._rollouts.look_further(self._stage.addresses.ui, report, self.further, kept=self._kept)

    async def _what_is_stuck(self, watch: Watch) -> list[str]:
        """Also which rollouts have not ended, and why not."""
        rollouts = [
            f"  {status.scope} is {status.state} in {status.stages[status.stage - 1]}: {_why(status)}"
            for status in self._ended
            if status.state not in ENDS
        ]
        first, *others = await super()._what_is_stuck(watch)
        return [first, *rollouts, *others]


def _why(status: RolloutStatus) -> str:
    reasons = status.reading.reasons if status.reading else ()
    return "; ".join([*reasons, *([status.trouble] if status.trouble else [])]) or "nothing was measured yet"

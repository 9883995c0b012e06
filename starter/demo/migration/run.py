"""A migration, from the first server to the last check."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from starter.demo.folder import DemoFolder
from starter.demo.migration import plans
from starter.demo.migration.screen import MigrationScreen
from starter.demo.migration.traffic import events, traffic, write
from starter.demo.run import Demo, Options
from starter.demo.servers import Launcher, demo_settings
from starter.demo.stage import Stage
from starter.demo.trips import Trips
from starter.samples.scenario import Scenario
from tripinvoice.wiring import Wiring

if TYPE_CHECKING:
    from starter.demo.migration.performance import MigrationPerformance


class Migration(Demo):
    """One run, with a candidate among its servers."""

    _screen: MigrationScreen

    def __init__(self, options: Options, folder: DemoFolder) -> None:
        super().__init__(options, folder)
        self._screen = MigrationScreen(json=options.json)

    async def _load(self) -> tuple[Trips, Path]:
        scenarios = await self._next_trips()
        await asyncio.to_thread(write, scenarios, self._folder.trips)
        where = ", ".join(map(str, plans.SCOPES))
        self._screen.title(f"TripInvoice demo: {plans.CANDIDATE} is rolled out in {where}")
        return Trips(events=events(scenarios), refused=()), self._folder.trips

    async def _next_trips(self) -> list[Scenario]:
        async with Wiring(demo_settings(self._folder)) as wiring:
            return await asyncio.to_thread(traffic, wiring.records, plans.SCOPES, wiring.clock.now())

    async def _prepare(self, stage: Stage, trips: Trips) -> "MigrationPerformance":
        launcher = Launcher(folder=self._folder, tell=self._screen.tell)
        candidate = launcher.candidate(stage.variables, plans.CANDIDATE, plans.FAULT, plans.FAULTY.country)
        await stage.guard.keep(candidate)
        self._screen.say("Candidate", f"pid {candidate.pid}, {plans.FAULT} wrong in {plans.FAULTY.country}")
        from starter.demo.migration.performance import MigrationPerformance  # noqa: PLC0415 - as in Demo

        return MigrationPerformance(stage, self._folder, self._screen, trips, kept=self._options.keep)

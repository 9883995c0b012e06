"""Trips to measure with: those of the bundled sample under new ids; and whether all of them became invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import aiohttp

from starter.samples.scenario import Scenario
from starter.samples.trips import renamed
from tripinvoice.errors import ConfigurationError
from tripinvoice.ports import ISSUED, Clock, InvoiceRecords
from tripinvoice.trip import Trip
from tripinvoice.trip_event import parse_trip_event


@dataclass(frozen=True, kw_only=True)
class SampleSystems:
    """The sample money systems, which are told about trips before they are asked."""

    address: str
    http: aiohttp.ClientSession
    clock: Clock

    async def know(self, scenarios: Sequence[Scenario], batch: str, count: int) -> list[Trip]:
        """``count`` new trips as the bridge reads them, with ids ``batch-0`` and so on; the scenarios take turns."""
        return [
            await self._know(renamed(scenario, f"{batch}-{no}"))
            for no, scenario in enumerate(islice(cycle(scenarios), count))
        ]

    async def _know(self, scenario: Scenario) -> Trip:
        body = {"trip_id": scenario.trip_id, "answers": dict(scenario.answers)}
        async with self.http.put(f"{self.address}/_scenarios", json=body) as response:
            response.raise_for_status()
        return parse_trip_event(scenario.event, scenario.headers, self.clock.now())


class Issued:
    """Compares how many documents were asked for with how many the records have."""

    def __init__(self, records: InvoiceRecords) -> None:
        self._records = records
        self._expected = self._found()

    def expect(self, documents: int) -> None:
        """So many more."""
        self._expected += documents

    def check(self) -> None:
        """Raise ``ConfigurationError`` unless the records have exactly those."""
        if (found := self._found()) != self._expected:
            raise ConfigurationError(f"{found} documents are issued, but {self._expected} were asked for")

    def _found(self) -> int:
        return self._records.counts().get(ISSUED, 0)

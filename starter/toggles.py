"""Which trips go to a candidate, as the bridge knows it: read from the record store all the time, decided from memory.

A change takes effect within ``REFRESH_SECONDS`` and the time to read. What could not be read for ``STALE_SECONDS`` is
not believed any more: then no trip goes to a candidate, because the kill switch may have been turned meanwhile.
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from temporalio.client import Client

from starter.client import StartOutcome, start_trip_invoice
from tripinvoice.errors import TripInvoiceError
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.decision import Decision, decide
from tripinvoice.rollouts.rollout import Toggles
from tripinvoice.trip import Trip

REFRESH_SECONDS = 3.0
STALE_SECONDS = 10.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class ToggleReader:
    """The rollouts in force. ``decide`` never waits."""

    def __init__(self, rollouts: Rollouts, clock: Callable[[], float] = time.monotonic) -> None:
        self._rollouts = rollouts
        self._clock = clock
        self._toggles = Toggles()
        self._read_at = clock()
        self._failing = False

    def decide(self, trip: Trip) -> Decision | None:
        """The trip's part in a rollout."""
        if self._clock() - self._read_at > STALE_SECONDS:
            return None
        return decide(self._toggles, trip)

    async def refresh(self) -> None:
        """Read once. A store that does not answer leaves what is known as it is, for a while."""
        asked_at = self._clock()
        try:
            self._toggles = await asyncio.to_thread(self._rollouts.toggles)
        except TripInvoiceError as error:
            if not self._failing:
                log.warning("rollouts_not_read", error=error.code, remedy="no trip goes to a candidate until they are")
            self._failing = True
        else:
            self._read_at, self._failing = asked_at, False

    async def keep_reading(self, every: float = REFRESH_SECONDS) -> None:
        """Read until cancelled, with so many seconds between."""
        while True:
            await self.refresh()
            await asyncio.sleep(every)


class DecidedStart:
    """Starts a trip's workflow with its part in a rollout: what the bridge calls."""

    def __init__(self, client: Client, toggles: ToggleReader) -> None:
        self._client = client
        self._toggles = toggles

    async def __call__(self, trip: Trip) -> StartOutcome:
        """Decide, and start."""
        return await start_trip_invoice(self._client, trip, self._toggles.decide(trip))

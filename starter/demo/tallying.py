"""Notes what becomes of each event, where the bridge meets the broker and Temporal."""

import asyncio
from collections.abc import Callable, Sequence

from temporalio.client import Client

from starter.bridge import Start
from starter.client import StartOutcome, invoice_workflow_id, start_trip_invoice
from starter.demo.tally import Refused, Tally
from tripinvoice.ports import FeedMessage, FeedState, InvoiceRecords, Refusal, TripFeed
from tripinvoice.rollouts.decision import Decision
from tripinvoice.trip import Trip

Decide = Callable[[Trip], Decision | None]
"""A trip's part in a rollout."""


def no_part(_: Trip) -> None:
    """None: there is no rollout."""


class TalliedFeed:
    """A trip feed that notes what is refused."""

    def __init__(self, feed: TripFeed, tally: Tally) -> None:
        self._feed = feed
        self._refused = tally.refused

    def poll(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """As the feed does."""
        return self._feed.poll(limit, timeout)

    def accept(self, message: FeedMessage) -> None:
        """As the feed does."""
        self._feed.accept(message)

    def refuse(self, message: FeedMessage, refusal: Refusal) -> None:
        """As the feed does, and note it once it is done."""
        self._feed.refuse(message, refusal)
        self._refused.append(Refused(what=(message.key or b"").decode(errors="replace"), reason=refusal.reason))

    def state(self) -> FeedState:
        """As the feed has it."""
        return self._feed.state()

    def close(self) -> None:
        """As the feed does."""
        self._feed.close()


def tallied_start(client: Client, records: InvoiceRecords, tally: Tally, decide: Decide = no_part) -> Start:
    """Starts a trip's workflow and notes which trip it is. An event that comes again is noted as repeated."""
    nothing_recorded = not records.counts()

    async def start(trip: Trip) -> StartOutcome:
        known = () if nothing_recorded else await asyncio.to_thread(records.by_trip, trip.trip_id)
        outcome = await start_trip_invoice(client, trip, decide(trip))
        workflow_id = invoice_workflow_id(trip.trip_id, trip.revision)
        if workflow_id in tally.trips:  # whichever of two events of one trip came back first
            tally.repeated += 1
            return outcome
        tally.trips[workflow_id] = trip
        if any(record.document.revision == trip.revision for record in known):
            tally.before.add(workflow_id)
        return outcome

    return start

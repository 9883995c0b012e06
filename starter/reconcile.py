"""Which completed trips have no documents, and why: the record store is asked first, then Temporal.

Trip events come from a file or from the topic itself, read from its beginning to its end of now. They are taken in
small batches; of each trip about a hundred bytes stay in memory, so that an event that was sent twice counts once.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path

from temporalio.client import Client

from starter.client import invoice_workflow_id
from starter.lookup import AT_ONCE, WorkflowView, latest, why_parked
from starter.samples.scenario import RefusedRow
from starter.samples.trips import read_trips
from tripinvoice.errors import InvalidTripError
from tripinvoice.invoice import Kind
from tripinvoice.ports import ISSUED, InvoiceRecords, MonthlyCollection
from tripinvoice.trip import Trip
from tripinvoice.trip_event import Headers, parse_trip_event
from tripinvoice.wiring import Wiring
from workflows.search_attributes import InvoiceState

BATCH = 256
READERS = 16


@dataclass(frozen=True, kw_only=True)
class Event:
    """A trip event as it came; ``None`` as ``value`` with a ``refused`` code is a line that is no event."""

    value: bytes | None
    headers: Headers = ()
    sent_at: datetime | None = None
    refused: str | None = None


def from_file(path: Path) -> Iterator[Event]:
    """The events of a file as ``tripinvoice demo --trips`` takes it. Raises ``InvalidTripError`` for no such file."""
    for item in read_trips(path):
        if isinstance(item, RefusedRow):
            yield Event(value=None, refused=InvalidTripError.__name__)
        else:
            yield Event(value=item.event, headers=item.headers)


def from_topic(wiring: Wiring, topic: str, since: date | None) -> Iterator[Event]:
    """The events of a topic, those sent since a day. Raises ``NotFoundError``, ``StoreUnavailableError``."""
    sent_since = midnight(since) if since else None
    for message in wiring.read_topic(topic, sent_since):
        yield Event(value=message.value, headers=message.headers, sent_at=message.sent_at)


def midnight(day: date) -> datetime:
    """The beginning of a day of UTC."""
    return datetime.combine(day, time(), UTC)


class Outcome(StrEnum):
    """What became of a trip. The values are in reports: they never change.

    ``BY_MONTH`` is on its month's invoice, or will be; ``ON_REQUEST`` has an invoice only if its customer asks.
    """

    INVOICED = "invoiced"
    VOID = "void"
    UNDER_WAY = "under_way"
    LATE = "late"
    PARKED = "parked"
    NOT_STARTED = "not_started"
    BY_MONTH = "by_month"
    ON_REQUEST = "on_request"
    ENDED = "ended"


WITHOUT = (Outcome.PARKED, Outcome.LATE, Outcome.NOT_STARTED, Outcome.ENDED)
"""These should have documents and have none."""


@dataclass(frozen=True, kw_only=True)
class WithoutDocuments:
    """A trip that has none: since when it should, and what its workflow says."""

    trip_id: str
    revision: int
    outcome: Outcome
    since: datetime
    status: str = ""
    step: str = ""
    code: str = ""

    @property
    def workflow_id(self) -> str:
        """Where to look."""
        return invoice_workflow_id(self.trip_id, self.revision)


@dataclass(kw_only=True)
class Reconciled:
    """``events`` were read; ``repeated`` were of a trip that had come before; ``refused`` counts reason codes."""

    events: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    without: list[WithoutDocuments] = field(default_factory=list)

    @property
    def trips(self) -> int:
        """Different trips, counting revisions apart."""
        return self.outcomes.total()

    @property
    def in_order(self) -> bool:
        """Whether every trip has its documents, is void, or is young."""
        return not any(self.outcomes[outcome] for outcome in WITHOUT)


class Reconciler:
    """Compares trips with records and workflows. ``connect`` is called when the first trip without records comes."""

    def __init__(  # noqa: PLR0913 - by name
        self,
        records: InvoiceRecords,
        collection: MonthlyCollection,
        connect: Callable[[], Awaitable[Client]],
        *,
        now: datetime,
        grace: timedelta,
        since: date | None = None,
    ) -> None:
        self.result = Reconciled()
        self._records = records
        self._collection = collection
        self._connect = connect
        self._now = now
        self._grace = grace
        self._since = midnight(since) if since else None
        self._client: Client | None = None
        self._seen: set[bytes] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, events: Iterable[Event]) -> Reconciled:
        """Read the events to their end."""
        stream = iter(events)
        with ThreadPoolExecutor(READERS, thread_name_prefix="reconcile") as readers:
            while batch := await asyncio.to_thread(list, islice(stream, BATCH)):
                trips = [trip for event in batch if (trip := self._trip(event)) is not None]
                recorded = await asyncio.to_thread(list, readers.map(self._recorded, (trip for trip, _ in trips)))
                self.result.outcomes.update(outcome for outcome in recorded if outcome is not None)
                left = [pair for pair, outcome in zip(trips, recorded, strict=True) if outcome is None]
                for found in await self._ask_temporal(left):
                    self._note(found)
        return self.result

    # --- events ----------------------------------------------------------------------------------------------------

    def _trip(self, event: Event) -> tuple[Trip, datetime] | None:
        """The trip and since when it should be invoiced; ``None`` for what is refused, repeated or too old."""
        self.result.events += 1
        try:
            if event.refused:
                self.result.refused[event.refused] += 1
                return None
            trip = parse_trip_event(event.value, event.headers, self._now)
        except InvalidTripError as error:
            self.result.refused[error.code] += 1
            return None
        if event.sent_at is None and self._since is not None and trip.ended_at < self._since:
            return None
        if self._repeated(trip):
            self.result.repeated += 1
            return None
        return trip, event.sent_at or trip.ended_at

    def _repeated(self, trip: Trip) -> bool:
        mark = hashlib.blake2b(f"{trip.trip_id}/{trip.revision}".encode(), digest_size=8).digest()
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    # --- records, then Temporal ------------------------------------------------------------------------------------

    def _recorded(self, trip: Trip) -> Outcome | None:
        """What the record store says, if it knows this revision: all documents of it are written at once."""
        of_trip = self._records.by_trip(trip.trip_id)
        of_revision = (record for record in of_trip if record.document.revision == trip.revision)
        records = [record for record in of_revision if record.document.kind is not Kind.CREDIT_NOTE]
        if not records:
            collected = self._collection.of_trip(trip.trip_id)
            return Outcome.BY_MONTH if any(one.document.revision == trip.revision for one in collected) else None
        return Outcome.INVOICED if any(record.state == ISSUED for record in records) else Outcome.VOID

    async def _ask_temporal(self, trips: Sequence[tuple[Trip, datetime]]) -> list[WithoutDocuments]:
        if not trips:
            return []
        client = self._client = self._client or await self._connect()
        return await asyncio.gather(*(self._ask(client, trip, since) for trip, since in trips))

    async def _ask(self, client: Client, trip: Trip, since: datetime) -> WithoutDocuments:
        """What the trip's workflow says."""
        async with self._gate:
            found = await latest(client, invoice_workflow_id(trip.trip_id, trip.revision))
            if found is None:
                return self._waits(trip, since, Outcome.NOT_STARTED)
            if found.status == "Running":
                return await self._running(client, trip, since, found)
            return await self._ended(trip, since, found)

    def _waits(self, trip: Trip, since: datetime, outcome: Outcome, **told: str) -> WithoutDocuments:
        """Young trips are under way, whatever there is of them."""
        young = self._now - since < self._grace
        return _without(trip, since, Outcome.UNDER_WAY if young else outcome, **told)

    async def _running(self, client: Client, trip: Trip, since: datetime, found: WorkflowView) -> WithoutDocuments:
        if found.state == InvoiceState.ON_REQUEST:
            return _without(trip, since, Outcome.ON_REQUEST)
        if found.state != InvoiceState.PARKED:
            return self._waits(trip, since, Outcome.LATE, status=found.status)
        why = await why_parked(client, found)
        code = why.failure.code if why else ""
        return _without(
            trip, why.since if why else since, Outcome.PARKED, status="Parked", step=found.failed_step or "", code=code
        )

    async def _ended(self, trip: Trip, since: datetime, found: WorkflowView) -> WithoutDocuments:
        """It may have ended since the records were asked; and one that was voided before its number has none."""
        recorded = await asyncio.to_thread(self._recorded, trip)
        ends = {InvoiceState.VOIDED.value: Outcome.VOID, InvoiceState.NOT_REQUESTED.value: Outcome.ON_REQUEST}
        ended = ends.get(found.state or "") if found.status == "Completed" else None
        return _without(trip, since, recorded or ended or Outcome.ENDED, status=found.status)

    def _note(self, found: WithoutDocuments) -> None:
        self.result.outcomes[found.outcome] += 1
        if found.outcome in WITHOUT:
            self.result.without.append(found)


def _without(trip: Trip, since: datetime, outcome: Outcome, **told: str) -> WithoutDocuments:
    return WithoutDocuments(trip_id=trip.trip_id, revision=trip.revision, outcome=outcome, since=since, **told)


def in_order_of_time(without: Sequence[WithoutDocuments]) -> list[WithoutDocuments]:
    """Those that wait longest first."""
    return sorted(without, key=lambda one: (one.since, one.trip_id, one.revision))

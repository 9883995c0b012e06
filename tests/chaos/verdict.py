"""What must hold after an act: asked of the stores themselves, of Kafka, of Temporal, and of our own audit."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starter.client import invoice_workflow_id
from tests.chaos.stage import Act
from tests.chaos.trips import Expected
from tripinvoice.errors import TransientError
from tripinvoice.invoice import DocumentKey
from tripinvoice.ports import ISSUED, InvoiceRecord
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wrong, counted; ``said`` is what was found, in words."""

    lost: int
    duplicated: int
    holes: int
    said: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.lost or self.duplicated or self.holes or self.said)


class Stores:
    """The stores of an act, looked at from outside; while a server is away it sees nothing new."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def records(self, trip_id: str) -> Sequence[InvoiceRecord] | None:
        """What is recorded of a trip; ``None`` when the store does not answer."""
        try:
            return self._wiring.records.by_trip(trip_id)
        except TransientError:
            return None

    def invoiced(self, trips: Sequence[Expected]) -> set[str]:
        """Those of the trips that have all their documents."""
        found = set()
        for trip in trips:
            records = self.records(trip.scenario.trip_id)
            if records is not None and {record.document for record in records} >= trip.documents.keys():
                found.add(trip.scenario.trip_id)
        return found

    def amounts(self, trip: Expected) -> Mapping[DocumentKey, object]:
        """Its documents and their amounts."""
        records = self._wiring.records.by_trip(trip.scenario.trip_id)
        return {record.document: record.total for record in records if record.state == ISSUED}

    def numbered(self) -> Counter[DocumentKey]:
        """How many numbers each document has, over all series."""
        ledger = self._wiring.ledger
        return Counter(
            entry.document for series in ledger.audit() for entry in ledger.entries(series.series, series.period)
        )

    def holes(self) -> int:
        """Numbers that are missing."""
        return sum(series.last_no - series.count for series in self._wiring.ledger.audit())

    def announced(self, topic: str) -> set[str]:
        """The event ids on the topic of invoices."""
        return {
            (value or b"").decode()
            for message in self._wiring.read_topic(topic)
            for name, value in message.headers
            if name == "ce_id"
        }

    def sent(self, topic: str) -> list[tuple[str, int, int]]:
        """Trip id, partition and offset of every event on the topic of trips."""
        return [
            ((message.key or b"").decode(), message.partition, message.offset)
            for message in self._wiring.read_topic(topic)
        ]


@contextmanager
def looking_into(act: Act) -> Iterator[Stores]:
    """Open the stores of an act."""
    own = {
        name.removeprefix("TRIPINVOICE_").lower(): value
        for name, value in act.environment.items()
        if name.startswith("TRIPINVOICE_")
    }
    wiring = Wiring(Settings(_env_file=None, **own))  # type: ignore[arg-type]
    try:
        yield Stores(wiring)
    finally:
        asyncio.run(wiring.__aexit__(None, None, None))


def judge(act: Act, stores: Stores, trips: Sequence[Expected]) -> Verdict:
    """Everything that must hold, once all has come to rest."""
    said: list[str] = []
    lost = 0
    for trip in trips:
        found = stores.amounts(trip)
        missing = trip.documents.keys() - found.keys()
        lost += len(missing)
        if not missing and found != trip.documents:
            said.append(f"{trip.scenario.trip_id}: other documents or amounts than it must have")
    expected = {document for trip in trips for document in trip.documents}
    numbered = stores.numbered()
    duplicated = sum(count - 1 for count in numbered.values()) + len(numbered.keys() - expected)
    announced = stores.announced(act.invoices_topic)
    wanted = {f"invoice.issued/{document}" for document in expected}
    if announced != wanted:
        said.append(f"announced: {len(wanted - announced)} missing, {len(announced - wanted)} too many")
    if ahead := offsets_ahead(act, stores):
        said.append(f"offsets: {ahead} trips below a committed offset have no workflow")
    said += _own_audit(act)
    return Verdict(lost=lost, duplicated=duplicated, holes=stores.holes(), said=tuple(said))


def offsets_ahead(act: Act, stores: Stores) -> int:
    """How many trips lie below a committed offset, though Temporal has no workflow of them: this must be none."""
    committed = _committed(act)
    below = {trip for trip, partition, offset in stores.sent(act.trips_topic) if offset < committed.get(partition, 0)}
    return len(asyncio.run(_without_workflow(act.servers.temporal.address, below)))


def _committed(act: Act) -> dict[int, int]:
    consumer = Consumer({"bootstrap.servers": act.servers.kafka.address, "group.id": act.group})
    try:
        topic = consumer.list_topics(act.trips_topic, 30).topics[act.trips_topic]
        found = consumer.committed([TopicPartition(act.trips_topic, number) for number in topic.partitions], 30)
        return {one.partition: one.offset for one in found if one.offset >= 0}
    finally:
        consumer.close()


async def _without_workflow(address: str, trips: set[str]) -> set[str]:
    client = await Client.connect(address)
    gate = asyncio.Semaphore(16)

    async def missing(trip: str) -> bool:
        async with gate:
            try:
                await client.get_workflow_handle(invoice_workflow_id(trip)).describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return True
                raise
            return False

    names = sorted(trips)
    answers = await asyncio.gather(*map(missing, names))
    return {name for name, is_missing in zip(names, answers, strict=True) if is_missing}


def _own_audit(act: Act) -> Iterator[str]:
    """What our own commands find: they must agree that all is well."""
    for command in (
        ("audit", "--format", "json", "--grace", "0s"),
        ("reconcile", "--trips", f"topic:{act.trips_topic}", "--format", "json", "--grace", "0s"),
    ):
        ran = act.run(*command)
        if ran.returncode:
            yield f"{command[0]} ended with {ran.returncode}: {_short(ran.stdout or ran.stderr)}"


def _short(text: str) -> str:
    try:
        return json.dumps(json.loads(text))[:400]
    except ValueError:
        return text[-400:]

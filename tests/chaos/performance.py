"""One act: half of the trips are sent, the fault comes, the other half arrives meanwhile; then all must be well."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from tests.chaos.delivery import Upstream
from tests.chaos.faults import Fault, Scene
from tests.chaos.stage import Servers, act
from tests.chaos.trips import Expected, generated
from tests.chaos.verdict import Stores, Verdict, judge, looking_into

PATIENCE = 600.0  # seconds without any new invoice
SILENCE = 5.0  # seconds without an invoice that are no chance
AT_A_TIME = 100  # trips asked about in one look: the oldest come first, more or less


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the matrix.

    ``recovered``: seconds from the fault's end until invoices came again without long silences. ``took``: seconds from
    the first trip to the last invoice.
    """

    fault: str
    trips: int
    verdict: Verdict
    recovered: float
    took: float


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of it: trips, seconds of a pause, and the seed that makes it repeatable."""

    trips: int
    pause: float
    seed: int


def perform(  # noqa: PLR0913, PLR0917 - what an act is made of
    stage: Servers, name: str, title: str, fault: Fault, size: Size, stores_of_its_own: Mapping[str, str] | None = None
) -> Row:
    """Play it, and judge. Raises ``TimeoutError`` when the invoices do not come.

    ``stores_of_its_own``: settings of other stores than Cassandra and S3.
    """
    chance = random.Random(f"{title}/{size.seed}")  # noqa: S311 - the same act for the same seed
    trips = generated(size.trips, chance.randrange(1 << 30), one_series=fault.one_series)
    stage.teach([trip.scenario for trip in trips])
    with act(stage, name, stores=stores_of_its_own) as playing, looking_into(playing) as stores:
        scene = Scene(act=playing, stores=stores, chance=chance, pause=size.pause)
        fault.before(scene)
        upstream = Upstream(stage.kafka.address, playing.trips_topic)
        began = time.monotonic()
        half = len(trips) // 2
        watch = Watch(stores, trips)
        upstream.send([trip.scenario for trip in trips[:half]], fault.delivery, chance)
        watch.until_invoiced(max(1, half // 6))
        upstream.send([trip.scenario for trip in trips[half:]], fault.delivery, chance, seconds=size.pause / 2)
        fault.do(scene)
        ended = time.monotonic()
        upstream.finish()
        watch.until_invoiced(len(trips))
        took, recovered = time.monotonic() - began, watch.recovery(ended)
        watch.until_quiet()
        verdict = judge(playing, stores, trips)
    return Row(fault=title, trips=size.trips, verdict=verdict, recovered=recovered, took=took)


class Watch:
    """Watches invoices come."""

    def __init__(self, stores: Stores, trips: Sequence[Expected]) -> None:
        self._stores = stores
        self._waiting = {trip.scenario.trip_id: trip for trip in trips}
        self._count = len(trips)
        self._came: list[float] = []  # when it was seen that more invoices had come

    def until_invoiced(self, count: int) -> None:
        """Wait for so many. Raises ``TimeoutError``."""
        seen, since = self._look(), time.monotonic()
        while seen < count:
            time.sleep(1)
            if (now := self._look()) > seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                raise TimeoutError(
                    f"{len(self._waiting)} of {self._count} trips have no invoice: {sorted(self._waiting)[:5]}"
                )

    def recovery(self, ended: float) -> float:
        """Seconds from the fault's end to the first invoice, or to the end of the last silence after it."""
        after = [ended, *(moment for moment in self._came if moment > ended)]
        silences = [later for earlier, later in pairwise(after) if later - earlier > SILENCE]
        return (silences[-1] if silences else after[min(1, len(after) - 1)]) - ended

    def until_quiet(self) -> None:
        """The last announcements are sent after the records are written."""
        time.sleep(3)

    def _look(self) -> int:
        found = self._stores.invoiced(list(islice(self._waiting.values(), AT_A_TIME)))
        if found:
            self._came.append(time.monotonic())
        for done in found:
            del self._waiting[done]
        return self._count - len(self._waiting)

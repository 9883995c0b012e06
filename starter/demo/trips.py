"""The trips of a demonstration, read once: their events in order, and the lines that are no trips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from starter.demo.tally import Refused
from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.trips import read_trips, sample_trips


@dataclass(frozen=True, kw_only=True)
class Event:
    """One message for the topic of completed trips."""

    trip_id: str
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, kw_only=True)
class Trips:
    """What a file holds."""

    events: tuple[Event, ...]
    refused: tuple[Refused, ...]


def load(file: Path | None, count: int | None) -> Trips:
    """The first ``count`` trips of a file, or of the bundled sample. Raises ``InvalidTripError`` for no trip file."""
    events: list[Event] = []
    refused: list[Refused] = []
    for item in islice(_items(file), count):
        if isinstance(item, RefusedRow):
            refused.append(Refused(what=f"line {item.row}", reason=item.reason))
        else:
            events.append(Event(trip_id=item.trip_id, value=item.event, headers=item.headers))
    return Trips(events=tuple(events), refused=tuple(refused))


def batches(events: Sequence[Event], size: int) -> Iterator[Sequence[Event]]:
    """So many at a time, in order."""
    for first in range(0, len(events), size):
        yield events[first : first + size]


def _items(file: Path | None) -> Iterator[Scenario | RefusedRow]:
    return iter(sample_trips()) if file is None else iter(read_trips(file))

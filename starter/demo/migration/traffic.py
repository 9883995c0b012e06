"""The trips that are sent while a candidate is rolled out: those of the bundled sample, again and again under new ids.

They are the same ones in every run in a folder. A run begins with the first that has no document yet, so that it also
finishes what a run before it had begun.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import count, cycle, dropwhile, islice
from pathlib import Path

from starter.demo.trips import Event
from starter.samples.scenario import Scenario
from starter.samples.trips import renamed, sample_trips, scenario_line
from tripinvoice.ports import ISSUED, InvoiceRecords
from tripinvoice.rollouts.rollout import Scope
from tripinvoice.trip_event import parse_trip_event

MOST = 600
"""Trips of one run. It ends when the rollouts do, long before."""


def traffic(records: InvoiceRecords, scopes: Sequence[Scope], now: datetime) -> list[Scenario]:
    """The next trips that have no documents; the scopes take turns."""
    return list(islice(dropwhile(_issued_in(records), endless(scopes, now)), MOST))


def endless(scopes: Sequence[Scope], now: datetime) -> Iterator[Scenario]:
    """Trip after trip of these scopes, numbered; ``now`` is when they are read."""
    of_scopes = [cycle(_of(scope, now)) for scope in scopes]
    for number in count():
        scenario = next(of_scopes[number % len(scopes)])
        yield renamed(scenario, f"{scenario.trip_id}-{number + 1:04}")


def events(scenarios: Sequence[Scenario]) -> tuple[Event, ...]:
    """As they are published."""
    return tuple(Event(trip_id=one.trip_id, value=one.event, headers=one.headers) for one in scenarios)


def write(scenarios: Sequence[Scenario], file: Path) -> None:
    """Write them as a trip file: what the money systems know."""
    file.write_bytes(b"".join(map(scenario_line, scenarios)))


def _of(scope: Scope, now: datetime) -> list[Scenario]:
    return [one for one in sample_trips() if scope.covers(parse_trip_event(one.event, one.headers, now))]


def _issued_in(records: InvoiceRecords) -> Callable[[Scenario], bool]:
    return lambda scenario: any(record.state == ISSUED for record in records.by_trip(scenario.trip_id))

"""Trips that nobody has seen before, the same ones for the same seed, and what documents each must get."""

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from starter.samples.scenario import Scenario
from starter.samples.taxi_csv import read_taxi_csv
from starter.samples.trips import renamed, sample_trips
from tests.taxis import taxi_csv
from tripinvoice.assemble import assemble
from tripinvoice.invoice import DocumentKey
from tripinvoice.money import Money
from tripinvoice.money_systems import Answer, MoneySystem, Sources
from tripinvoice.systems_table import read_table
from tripinvoice.trip_event import parse_trip_event

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TAXIS = 0.7  # their share; the rest are the scenes of the bundled sample: three countries, deliveries, two documents


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A trip and its documents, with the amount of each."""

    scenario: Scenario
    documents: Mapping[DocumentKey, Money]


def generated(count: int, seed: int, *, one_series: bool = False) -> list[Expected]:
    """So many trips; with ``one_series`` all their documents are numbered in the same one."""
    chance = random.Random(seed)  # noqa: S311 - the same trips for the same seed
    taxis = _taxis(count, chance)
    scenes = sample_trips()
    table = _table()
    made = []
    for no in range(count):
        scene = next(taxis) if one_series or chance.random() < TAXIS else chance.choice(scenes)
        made.append(_expected(renamed(scene, f"chaos-{seed}-{no}"), table))
    return made


def _taxis(count: int, chance: random.Random) -> Iterator[Scenario]:
    """Rides of yellow cabs, no two alike."""
    text, _ = taxi_csv(count, chance)
    return (row for row in read_taxi_csv(io.BytesIO(text.encode())) if isinstance(row, Scenario))


def _table() -> Sequence[MoneySystem]:
    text = files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8")
    return read_table(text, base="http://unused", environ={})


def _expected(scenario: Scenario, table: Sequence[MoneySystem]) -> Expected:
    trip = parse_trip_event(scenario.event, scenario.headers, NOON)
    answers = tuple(
        Answer(system=system.name, provides=system.provides, body=dict(scenario.answers[system.name]), fetched_at=NOON)
        for system in table
        if system.applies_to(trip) and system.name in scenario.answers
    )
    drafts = assemble(Sources(trip=trip, answers=answers))
    return Expected(scenario=scenario, documents={draft.key: draft.totals.gross for draft in drafts})

"""The candidate in Go says exactly what ``assemble`` says: the same keys, nulls, order, decimals, types of errors."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

from starter.samples.scenario import Scenario
from starter.samples.taxi_csv import read_taxi_csv
from starter.samples.trips import read_trips, sample_trips
from tests.candidate_go.program import ask, ask_plain, disagreements, expected
from tests.candidate_go.rides import exponents, ride, spoiled
from tests.factories import delivery_sources, london_sources, sources
from tests.golden.reading import INPUTS, sources_of
from tests.taxis import taxi_csv
from tripinvoice import contract
from tripinvoice.money_systems import Answer, Sources
from tripinvoice.regimes import REGIMES
from tripinvoice.systems_table import read_table
from tripinvoice.trip import LineOfBusiness
from tripinvoice.trip_event import parse_trip_event

# The first of them builds the program, which takes minutes where Go has built nothing yet.
pytestmark = [pytest.mark.xdist_group("candidate-go"), pytest.mark.timeout(900)]

RIDES = 2_000
NOW = datetime(2026, 4, 1, tzinfo=UTC)
TABLE = read_table(files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8"), base="http://unused")
KNOWN = tuple(regime for regime in REGIMES if regime.code in {"DE", "US-NY"})
TAXIS = Path(__file__).parents[3] / "shared" / "data" / "nyc_taxi_trips.csv"


def known(of: Sources) -> bool:
    """Whether it is a ride of a country that the candidate knows."""
    return of.trip.line_of_business is LineOfBusiness.RIDES and any(regime.covers(of.trip) for regime in KNOWN)


def evidence(scenario: Scenario) -> Sources:
    """What its money systems say of it."""
    trip = parse_trip_event(scenario.event, scenario.headers, NOW)
    answers = tuple(
        Answer(system=system.name, provides=system.provides, body=dict(scenario.answers[system.name]), fetched_at=NOW)
        for system in TABLE
        if system.name in scenario.answers
    )
    return Sources(trip=trip, answers=answers)


def test_golden_cases(candidate: Path) -> None:
    """Those that the tax team reads."""
    cases = [of for path in INPUTS if known(of := sources_of(json.loads(path.read_text())))]
    assert len(cases) >= 10
    assert disagreements(candidate, cases) == {}


def test_sample_trips(candidate: Path) -> None:
    """Those of the demonstration, with their promotions, refunds, tips and split fares."""
    trips = [of for scenario in sample_trips() if known(of := evidence(scenario))]
    assert len(trips) >= 15
    assert disagreements(candidate, trips) == {}


def test_new_york_taxis(candidate: Path) -> None:
    """A thousand that nobody took."""
    text, _ = taxi_csv(1000, Random(2019))  # noqa: S311 - no secrets are made here
    rows = [row for row in read_taxi_csv(io.BytesIO(text.encode())) if isinstance(row, Scenario)]
    assert len(rows) == 1000
    assert disagreements(candidate, [evidence(row) for row in rows]) == {}


@pytest.mark.skipif(not TAXIS.exists(), reason="the taxi file is not part of the project")
def test_the_taxi_file(candidate: Path) -> None:
    """The thousand that somebody took."""
    rows = [evidence(row) for row in read_trips(TAXIS) if isinstance(row, Scenario)]
    assert len(rows) == 1000
    assert disagreements(candidate, rows) == {}


def test_random_rides(candidate: Path) -> None:
    """Of every kind, right and wrong: what fails is found again by its number."""
    rides = [ride(Random(seed)) for seed in range(RIDES)]  # noqa: S311 - no secrets are made here
    assert disagreements(candidate, rides) == {}
    outcomes = Counter(_outcome(of) for of in rides)
    assert outcomes["drafts"] > 0.6 * RIDES
    wrong = {"InvalidAnswerError", "InvalidTripError", "MissingAnswerError", "TotalsError", "UnsupportedTripError"}
    assert outcomes.keys() == {"drafts", "RuleViolationError", *wrong}
    assert exponents() == {0, 2, 3}


def test_spoiled_answers(candidate: Path) -> None:
    """An answer without its shape is refused, naming the same field."""
    rides = [spoiled(Random(seed)) for seed in range(RIDES)]  # noqa: S311 - no secrets are made here
    assert disagreements(candidate, rides) == {}
    assert Counter(_outcome(of) for of in rides)["InvalidAnswerError"] > RIDES / 4


def _outcome(of: Sources) -> str:
    said: str = expected(of).get("error", {}).get("type", "drafts")
    return said


def test_other_trips_are_not_for_this_candidate(candidate: Path) -> None:
    """Another country, another line of business: an error of its own type, whatever tripinvoice can do with them."""
    answers = ask(candidate, [london_sources(), delivery_sources()])
    assert [answer["error"]["type"] for answer in answers] == ["UnsupportedError", "UnsupportedError"]


def test_what_is_no_request(candidate: Path) -> None:
    """It is refused as something that cannot be read, and those after it are answered."""
    good = expected(of := sources())
    broken = [{}, [], {"schema": "tripinvoice.preprocess/2"}, {"schema": contract.REQUEST, "sources": None}]
    evidence = [{"trip": {}}, {"trip": {"trip_id": "x"}, "answers": 3}, []]
    requests = [*broken, *({"schema": contract.REQUEST, "evidence": one} for one in evidence)]
    answers = ask_plain(candidate, requests)
    assert [answer["error"]["type"] for answer in answers] == ["ConflictError"] * len(requests)
    assert ask(candidate, [of]) == [good]

"""The trips that are measured with."""

import json

import pytest

from benchmarks.trips import renamed
from starter.samples.scenario import Scenario
from starter.samples.trips import sample_trips
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.trip_event import parse_trip_event


@pytest.mark.parametrize("scenario", sample_trips(), ids=lambda scenario: scenario.trip_id)
def test_a_trip_has_its_new_id_everywhere_and_nothing_else_changed(scenario: Scenario) -> None:
    """Named back, it is the same trip with the same answers."""
    new = renamed(scenario, "bench-7")
    assert scenario.trip_id not in json.dumps(dict(new.answers)) + new.event.decode()
    assert parse_trip_event(new.event, new.headers, SystemClock().now()).trip_id == "bench-7"
    back = renamed(new, scenario.trip_id)
    assert json.loads(scenario.event) == json.loads(back.event)
    assert scenario.answers == back.answers

"""Personal data that can be found again: every name, address and free text of a scenario carries a mark."""

from collections.abc import Mapping
from typing import Any

from starter.samples.scenario import Scenario

MARK = "Xqmark"
_PERSONAL = frozenset({"name", "address", "pickup", "dropoff", "vehicle", "description", "email", "phone"})


def marked(scenario: Scenario) -> Scenario:
    """The same trip with a mark in all that is personal."""
    return Scenario(
        trip_id=scenario.trip_id,
        event=scenario.event,
        headers=scenario.headers,
        answers={system: _marked(body) for system, body in scenario.answers.items()},
    )


def _marked(value: Any, *, personal: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {key: _marked(one, personal=key in _PERSONAL) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(one, personal=personal) for one in value]
    return f"{value} {MARK}" if personal and isinstance(value, str) else value

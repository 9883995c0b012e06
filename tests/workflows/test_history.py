"""What stands in a history: little, and nothing about persons."""

import base64
import json

import pytest

from tests import scenarios
from tests.factories import PARTIES
from tests.running import Stack
from tripinvoice.answers import Provides

pytestmark = pytest.mark.xdist_group("temporal")

MAX_EVENTS = 60
MAX_BYTES = 40_000
MARK = "Xqzvy"


def _readable(history: str) -> str:
    """The history's JSON with its base64 payloads decoded."""

    def decode(value: object) -> object:
        if isinstance(value, dict):
            return {k: _text(v) if k == "data" and isinstance(v, str) else decode(v) for k, v in value.items()}
        return [decode(item) for item in value] if isinstance(value, list) else value

    return json.dumps(decode(json.loads(history)), ensure_ascii=False)


def _text(data: str) -> str:
    return base64.b64decode(data).decode("utf-8", "replace")


async def test_two_documents_fit_in_a_small_history_without_personal_data(stack: Stack) -> None:
    """Every name, street and dish of the trip carries a mark; none is found in the history or its metadata."""
    scenario = scenarios.munich_delivery("marked")
    marked = {
        "riders": {**PARTIES["DE"][Provides.RIDER], "name": f"{MARK} Rider", "address": [f"{MARK} Street 1"]},
        "merchants": {**PARTIES["DE"][Provides.MERCHANT], "name": f"{MARK} Kitchen", "city": f"{MARK} City"},
        "baskets": {
            **scenario.answers["baskets"],
            "charges": [{**charge, "description": f"{MARK} dish"} for charge in scenario.answers["baskets"]["charges"]],
        },
        "journeys": {"pickup": f"{MARK} house", "dropoff": f"{MARK} home"},
    }
    trip = await stack.know(scenario, **marked)
    await stack.fault(system="payments", trip_id="marked", wrong="not_json", times=1)
    await stack.parked(trip)
    await stack.handle(trip).execute_update("resume", {"reason": "mended"})
    await stack.handle(trip).result()
    history = await stack.handle(trip).fetch_history()
    readable = _readable(history.to_json())
    [record, _] = stack.wiring.records.by_trip("marked")
    assert record.invoice is not None
    assert MARK not in readable
    assert "munich" not in readable.lower()
    assert len(history.events) <= MAX_EVENTS + 12  # the parking and the second fetch
    assert sum(event.ByteSize() for event in history.events) <= MAX_BYTES


async def test_an_invoice_stays_below_sixty_events_and_forty_kilobytes(stack: Stack) -> None:
    """The promise of the design, for the largest ordinary trip."""
    trip = await stack.know(scenarios.munich_delivery("sized"))
    await stack.invoice(trip)
    history = await stack.handle(trip).fetch_history()
    assert len(history.events) <= MAX_EVENTS
    assert sum(event.ByteSize() for event in history.events) <= MAX_BYTES

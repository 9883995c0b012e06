"""Bad input from the broker to the documents: each is refused or parks with a reason; none stops others."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from starter.bridge import Bridge
from starter.client import start_trip_invoice
from tests import factories as f
from tests import scenarios
from tests.kafka import feed_of, fresh, headers_of, read_all
from tests.running import Stack, running
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.answers import Provides

pytestmark = pytest.mark.xdist_group("temporal")

RTL_NAME = "שרה כהן"
HOSTILE_NAME = "<script>alert(1)</script> {{ 7*7 }} {% include 'x' %} \x07\u202ebob"

Event = Mapping[str, Any]


def _event(trip_id: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(scenarios.berlin(trip_id).event)
    return event


def _changed(name: str, /, **changes: object) -> bytes:
    return json.dumps({**_event(name), **changes}).encode()


# What the bridge must refuse, and a word of the reason.
REFUSED: Mapping[str, tuple[bytes, str]] = {
    "not-utf8": (b'{"trip_id": "\xff\xfe"}', "UTF-8"),
    "not-json": (b"{", "JSON"),
    "not-an-object": (b"[1, 2]", "object"),
    "nothing": (b"", "JSON"),
    "wrong-type": (_changed("bad-1", distance_m="far"), "distance_m"),
    "huge-string": (_changed("bad-2", product="x" * 200_000), "product"),
    "five-megabytes": (_changed("bad-3", padding="x" * 5_000_000), "262144"),
    "no-trip-id": (_changed("bad-4", trip_id=None), "trip_id"),
    "control-characters": (_changed("bad-5", trip_id="bad\u0000trip"), "trip_id"),
    "too-old": (_changed("bad-6", started_at="1970-01-01T00:00:00Z", ended_at="1970-01-01T00:10:00Z"), "_at"),
    "in-the-future": (_changed("bad-7", ended_at="2999-01-01T00:00:00Z"), "ended_at"),
    "ends-before-it-starts": (_changed("bad-8", ended_at="2020-01-01T00:00:00Z"), "ended_at"),
    "no-such-line-of-business": (_changed("bad-9", line_of_business="boats"), "line_of_business"),
}

# What must park, at which step and with which code.
PARKED: Mapping[str, tuple[str, str, Mapping[str, Event | None]]] = {
    "unknown-country": ("preprocess", "UnsupportedTripError", {}),
    "missing-fare": ("fetch", "MissingAnswerError", {"fares": None}),
    "negative-total": ("preprocess", "TotalsError", {"fares": f.charges(f.charge("-5.00"))}),
    "currency-mismatch": ("preprocess", "InvalidAnswerError", {"fares": f.charges(f.charge("5.00"), currency="GBP")}),
    "amount-is-a-number": ("fetch", "InvalidAnswerError", {"fares": {"currency": "EUR", "charges": [{"amount": 5}]}}),
    "huge-name": ("fetch", "InvalidAnswerError", {"riders": {**f.PARTIES["DE"][Provides.RIDER], "name": "x" * 9_000}}),
    "no-such-country": (
        "preprocess",
        "RuleViolationError",
        {"riders": {**f.PARTIES["DE"][Provides.RIDER], "country": "XX"}},
    ),
    "paid-too-little": ("preprocess", "TotalsError", {"payments": f.card("1.00")}),
}


def _records() -> list[Record]:
    good = {name: scenarios.berlin(name) for name in ("good-1", "rtl-name", "hostile-name", "good-2")}
    country = scenarios.berlin("unknown-country", pickup=replace(f.BERLIN, country="ZZ"))
    parked = {**{name: scenarios.berlin(name) for name in PARKED}, "unknown-country": country}
    values = [
        good["good-1"].event,
        *(value for value, _ in REFUSED.values()),
        good["rtl-name"].event,
        *(scenario.event for scenario in parked.values()),
        good["hostile-name"].event,
        good["good-2"].event,
    ]
    return [Record(key=None, value=value) for value in values]


async def _teach(stack: Stack) -> None:
    rider = f.PARTIES["DE"][Provides.RIDER]
    for name in ("good-1", "good-2"):
        await stack.know(scenarios.berlin(name))
    await stack.know(scenarios.berlin("rtl-name"), riders={**rider, "name": RTL_NAME})
    await stack.know(scenarios.berlin("hostile-name"), riders={**rider, "name": HOSTILE_NAME})
    for name, (_, _, answers) in PARKED.items():
        await stack.know(scenarios.berlin(name), **answers)


async def test_each_bad_input_is_refused_or_parked_and_stops_no_other(tmp_path: Path) -> None:
    """Good trips before, between and after them have their invoices; every bad one tells why it has none."""
    topic = fresh("trips")
    async with running(tmp_path) as stack:
        await _teach(stack)
        records = _records()
        # First the topic, then its reader: the mock cluster assigns no partitions that come into being later.
        await asyncio.to_thread(publish, stack.wiring.kafka, topic, records)
        feed = feed_of(stack.wiring.kafka, topic, fresh("group"))
        bridge = Bridge(feed, partial(start_trip_invoice, stack.client), stack.wiring.clock)
        stop = asyncio.Event()
        running_bridge = asyncio.create_task(bridge.run(stop))
        while (summary := bridge.summary).started + summary.refused < len(records):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        stop.set()
        await running_bridge
        await _check_good(stack)
        await _check_parked(stack)
        await asyncio.to_thread(_check_refused, stack.wiring.kafka, f"{topic}.dlq")


async def _check_good(stack: Stack) -> None:
    for name in ("good-1", "rtl-name", "hostile-name", "good-2"):
        handle = stack.handle_of(name)
        assert "Issued" == (await handle.result()).state
    text = _pdf_text(stack, "hostile-name")
    assert "<script>alert(1)</script>{{7*7}}{%include'x'%}bob" in text
    assert "כהן" in _pdf_text(stack, "rtl-name")


def _pdf_text(stack: Stack, trip_id: str) -> str:
    [record] = stack.wiring.records.by_trip(trip_id)
    assert record.pdf is not None
    text = PdfReader(stack.wiring.documents.location(record.pdf)).pages[0].extract_text()
    return "".join(text.split())  # where a long name wraps is not the point


async def _check_parked(stack: Stack) -> None:
    for name, (step, code, _) in PARKED.items():
        handle = stack.handle_of(name)
        status = await stack.until(handle, "Parked")
        assert status.failure is not None
        assert (name, step, code) == (name, status.failure.step, status.failure.code)
        assert status.failure.reason


def _check_refused(bootstrap: str, dead_letters: str) -> None:
    letters = {message.value(): headers_of(message) for message in read_all(bootstrap, dead_letters)}
    for value, word in REFUSED.values():
        reason = letters[value]["__connect.errors.exception.message"]
        assert reason is not None
        assert word in reason.decode()

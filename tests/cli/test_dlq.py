"""``tripinvoice dlq``: what operators see of refused events, and that each is sent again once."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from starter.cli.exits import Exit
from tests.cli.conftest import Cli
from tests.kafka import feed_of, fresh, poll_until
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.adapters.kafka_topic import read_topic
from tripinvoice.ports import Refusal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = Record(key=b"one", value=b'{"trip_id": "trip-7", "note": "Erika Mustermann"}', partition=0, sent_at=NOON)
PERSON = "Mustermann"
INVALID = Refusal(code="InvalidTripError", reason="pickup: missing; send an object", stage="VALUE_CONVERTER")
DEFECT = Refusal(code="Unexpected", reason="bridging raised TypeError; replay it later", stage="TASK_PUT", attempts=5)


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """The address of a mock cluster."""
    with MockCluster() as cluster:
        yield cluster.bootstrap


@pytest.fixture
def topic() -> str:
    """A topic of trips."""
    return fresh("trips")


@pytest.fixture
def dlq(bootstrap: str, topic: str) -> Cli:
    """``tripinvoice`` with that cluster and topic, and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIPINVOICE_", "TEMPORAL_"))}
    settings = {"TRIPINVOICE_KAFKA": f"kafka://{bootstrap}", "TRIPINVOICE_TRIPS_TOPIC": topic}
    return Cli({**kept, **settings, "NO_COLOR": "1"})


def refuse(bootstrap: str, topic: str, *refusals: Refusal) -> None:
    """As many letters as reasons, on partition 0 of the trips."""
    events = [replace(EVENT, headers=(("n", b"%d" % n),)) for n in range(len(refusals))]
    publish(bootstrap, topic, events)
    with closing(feed_of(bootstrap, topic, fresh("group"))) as feed:
        for message, refusal in zip(poll_until(feed, len(refusals)), refusals, strict=True):
            feed.refuse(message, refusal)


async def test_the_list_tells_what_was_refused_and_why(bootstrap: str, topic: str, dlq: Cli) -> None:
    """Place, reason, origin and trip of each; nothing of the value but the trip's id."""
    assert (await dlq("dlq", "list")).out == "No dead letters.\n"
    refuse(bootstrap, topic, INVALID, DEFECT)
    told = await dlq("dlq", "list")
    assert told.code == Exit.OK
    for part in ("InvalidTripError", "Unexpected", f"{topic} 0:0", f"{topic} 0:1", "trip-7", "2026-03-01 12:00:00Z"):
        assert part in told.out
    assert PERSON not in told.out
    rows = (await dlq("dlq", "list", "--json", "--reason", "Unexpected")).lines()
    assert [(row["reason"], row["attempts"], row["origin"]["offset"]) for row in rows] == [("Unexpected", 5, 1)]
    assert [row["origin"]["offset"] for row in (await dlq("dlq", "list", "--json", "--limit", "1")).lines()] == [1]
    assert len((await dlq("dlq", "list", "--json", "--limit", "1", "--all")).lines()) == 2


async def test_show_hides_the_value_until_asked(bootstrap: str, topic: str, dlq: Cli) -> None:
    """The reason says what helps; the value may hold personal data."""
    refuse(bootstrap, topic, INVALID)
    (row,) = (await dlq("dlq", "list", "--json")).lines()
    told = await dlq("dlq", "show", row["letter"])
    for part in (
        "pickup: missing; send an object",
        "__connect.errors.connector.name",
        "trip-7",
        f"{EVENT.size - 3} bytes",
    ):
        assert part in told.out
    assert PERSON not in told.out
    assert PERSON not in (await dlq("dlq", "show", row["letter"], "--json")).out
    assert PERSON in (await dlq("dlq", "show", row["letter"], "--value")).out
    assert (await dlq("dlq", "show", row["letter"], "--value", "--json")).json()["value_base64"].startswith("eyJ0")


async def test_a_letter_is_replayed_once(bootstrap: str, topic: str, dlq: Cli) -> None:
    """Chosen by reason; again only when told; a dry run sends nothing."""
    refuse(bootstrap, topic, INVALID, DEFECT, DEFECT)

    def sent() -> list[bytes | None]:
        return [dict(message.headers)["n"] for message in read_topic(bootstrap, topic)][3:]

    dry = await dlq("dlq", "replay", "--reason", "Unexpected", "--dry-run")
    assert (dry.code, dry.out, sent()) == (Exit.OK, "2 would be replayed\n", [])
    first = await dlq("dlq", "replay", "--reason", "Unexpected", "--rate", "100")
    assert (first.code, first.out, sent()) == (Exit.OK, "2 replayed\n", [b"1", b"2"])
    second = await dlq("dlq", "replay", "--all")
    assert (second.code, second.out, sent()) == (Exit.OK, "1 replayed, 2 replayed before\n", [b"1", b"2", b"0"])
    place = (await dlq("dlq", "list", "--json", "--reason", "InvalidTripError")).lines()[0]["letter"]
    third = await dlq("dlq", "replay", place, "--again", "--json")
    assert [row["outcome"] for row in third.lines()] == ["replayed"]
    assert sent() == [b"1", b"2", b"0", b"0"]
    assert {row["replayed"] for row in (await dlq("dlq", "list", "--json")).lines()} == {True}


async def test_what_cannot_be_replayed_does_not_stop_the_others(bootstrap: str, topic: str, dlq: Cli) -> None:
    """A letter of somebody else is told, the rest is sent, and the exit code says that not all went well."""
    publish(bootstrap, f"{topic}.dlq", [Record(key=None, value=b"?", partition=0)])
    refuse(bootstrap, topic, DEFECT)
    told = await dlq("dlq", "replay", "--all")
    assert (told.code, told.out) == (Exit.FAILED, "1 replayed, 1 failed\n")
    assert "send it by hand" in told.err


async def test_wrong_usage_and_places_where_nothing_is(bootstrap: str, topic: str, dlq: Cli) -> None:
    """One line each, with its own exit code."""
    refuse(bootstrap, topic, DEFECT)
    for wrong in (["replay"], ["replay", "--all", "--reason", "x"], ["replay", "first"], ["show", "1"]):
        told = await dlq("dlq", *wrong)
        assert (told.code, told.err.count("\n")) == (Exit.USAGE, 1)
    for missing in (["show", "0:999"], ["replay", "0:999"]):
        told = await dlq("dlq", *missing)
        assert (told.code, told.err.count("\n")) == (Exit.NOT_FOUND, 1)

"""The event of a mismatch: what is in it, what never is, and how large it may be."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.golden.reading import INPUTS
from tests.unit.compare import personal
from tests.unit.compare.leaves import changed, drafts_of, leaves_of, renamed
from tripinvoice.compare.comparison import Comparison, Found, Outcome, Side, compare, noise
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.event import MAX_DIFFERENCES, Mismatch, data, encoded
from tripinvoice.compare.form import Plain
from tripinvoice.compare.ignoring import Ignored

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FOUND = Found(
    outcome=Outcome.DIFFERENT,
    differences=(
        Difference(path="transport.lines.0.net.minor", kind=Kind.CHANGED, current=1240, candidate=1241),
        Difference(path="transport.tax_lines.0.tax_rate", kind=Kind.TYPE, current="19", candidate=19),
        Difference(path="transport.journey.pickup", kind=Kind.MISSING, current="Friedrichstraße 12"),
    ),
)

VEHICLE = Difference(path="transport.journey.vehicle", kind=Kind.CHANGED, current="VW", candidate="Volkswagen")
LET_BE = (Ignored(difference=VEHICLE, rule="vehicle-names"),) * 2


def mismatch(found: Found = FOUND, **changes: Any) -> Mismatch:
    """What was found of a trip at noon, told."""
    one = Comparison(
        trip_id="trip-1",
        revision=1,
        scope="DE/rides",
        candidate="core-v2",
        rollout_version=3,
        country="DE",
        line_of_business="rides",
        compared_at=NOON,
        outcome=found.outcome,
        fingerprint=found.fingerprint,
        paths=found.paths,
        ignored=found.ignored,
        current_seconds=0.012,
        candidate_seconds=0.034,
    )
    return Mismatch(comparison=replace(one, **changes), found=found, sources_sha256="ab" * 32)


def test_a_mismatch_is_an_ecs_document() -> None:
    """All of it."""
    assert data(mismatch(replace(FOUND, let_be=LET_BE), noisy=("transport.notes",))) == {
        "@timestamp": "2026-11-02T12:00:00Z",
        "ecs": {"version": "8.17.0"},
        "message": "candidate core-v2 differs at transport.journey.pickup, transport.lines.*.net.minor, "
        "transport.tax_lines.*.tax_rate",
        "event": {
            "id": "trip-1/1/3/2026-11-02T12:00:00Z",
            "kind": "event",
            "dataset": "invoice.compare",
            "action": "preprocess-compared",
            "outcome": "failure",
        },
        "labels": {
            "country": "DE",
            "line_of_business": "rides",
            "candidate": "core-v2",
            "rollout": "DE/rides",
            "issued": "current",
        },
        "trip": {"id": "trip-1", "revision": 1},
        "compare": {
            "outcome": "different",
            "fingerprint": FOUND.fingerprint,
            "paths": ["transport.journey.pickup", "transport.lines.*.net.minor", "transport.tax_lines.*.tax_rate"],
            "rollout_version": 3,
            "sources_sha256": "ab" * 32,
            "differences": [
                {"path": "transport.lines.0.net.minor", "kind": "changed", "current": "1240", "candidate": "1241"},
                {"path": "transport.tax_lines.0.tax_rate", "kind": "type", "current": '"19"', "candidate": "19"},
                {
                    "path": "transport.journey.pickup",
                    "kind": "missing",
                    "current": "text of 18",
                    "candidate": "null",
                },
            ],
            "left_out": 0,
            "ignored": 2,
            "noisy": ["transport.notes"],
            "seconds": {"current": 0.012, "candidate": 0.034},
        },
    }


def test_a_candidate_that_failed_is_told_by_the_name_of_its_error() -> None:
    """And only by that: what another language calls an error may be a text."""
    failed = Found(outcome=Outcome.FAILED)
    event = data(mismatch(failed, failure="InvalidAnswerError", candidate_seconds=None))
    assert event["event"]["reason"] == "InvalidAnswerError"
    assert event["message"] == "candidate core-v2 failed: InvalidAnswerError"
    assert event["compare"]["seconds"] == {"current": 0.012}
    assert data(mismatch(failed, failure="no tax for Anna Schmidt"))["event"]["reason"] == "Error"


def test_a_trace_is_told_if_there_is_one() -> None:
    """So that Kibana leads to it."""
    assert data(replace(mismatch(), trace_id="0af7651916cd43dd8448eb211c80319c"))["trace"] == {
        "id": "0af7651916cd43dd8448eb211c80319c"
    }
    assert "trace" not in data(mismatch())


def test_the_same_comparison_has_the_same_id_and_another_one_another() -> None:
    """By trip, revision, version of the rollout and moment, whatever zone that is told in."""
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert mismatch().id == mismatch(compared_at=NOON.astimezone(kolkata), paths=()).id
    others: list[dict[str, Any]] = [
        {"trip_id": "trip-2"},
        {"revision": 2},
        {"rollout_version": 4},
        {"compared_at": NOON + timedelta(microseconds=1)},
    ]
    assert len({mismatch().id, *(mismatch(**other).id for other in others)}) == 5


def many(count: int) -> Found:
    one = Difference(path="transport.lines.0.net.minor", kind=Kind.CHANGED, current=1, candidate=2)
    return Found(
        outcome=Outcome.DIFFERENT,
        differences=tuple(replace(one, path=f"transport.lines.{place}.net.minor") for place in range(count)),
    )


def test_the_first_differences_are_told_and_the_others_counted() -> None:
    """Fifty are enough to see what is wrong."""
    compared = data(mismatch(many(120)))["compare"]
    assert (len(compared["differences"]), compared["left_out"]) == (MAX_DIFFERENCES, 70)
    assert compared["differences"][0]["path"] == "transport.lines.0.net.minor"


@pytest.mark.parametrize("limit", [1_000, 1_500, 3_000, 100_000])
def test_an_event_has_a_largest_size(limit: int) -> None:
    """The last differences go first; told and counted ones are always all there were."""
    content = encoded(mismatch(many(60)), limit)
    compared = json.loads(content)["compare"]
    assert len(content) <= limit
    assert len(compared["differences"]) + compared["left_out"] == 60
    assert [one["path"] for one in compared["differences"]] == [
        f"transport.lines.{place}.net.minor" for place in range(len(compared["differences"]))
    ]


def test_what_cannot_be_made_smaller_is_told_nevertheless() -> None:
    """Without any difference: that there is a mismatch is worth more than the limit."""
    compared = json.loads(encoded(mismatch(many(3)), 10))["compare"]
    assert (compared["differences"], compared["left_out"]) == ([], 3)


def event_of(current: list[Plain], candidate: list[Plain], failure: str = "") -> Any:
    """What is told of these two, as it is read from the topic."""
    found = compare(Side(drafts=current), Side(drafts=candidate), (), NOON)
    return json.loads(encoded(mismatch(found, noisy=noise(current, candidate), failure=failure)))


@given(st.data(), st.sampled_from(INPUTS), personal.texts, st.booleans())
def test_no_personal_text_gets_into_an_event(data: st.DataObject, case: Path, text: Any, theirs: bool) -> None:  # noqa: FBT001
    """Whatever leaf of whatever golden case it replaces, and whose drafts those are."""
    drafts = drafts_of(case)
    steps, before = data.draw(st.sampled_from([*leaves_of(list(drafts))]))
    assume(before != text)
    sides = list(drafts), changed(drafts, steps, text)
    event = event_of(*(sides if theirs else sides[::-1]))
    assert event["compare"]["outcome"] == "different"
    assert event["compare"]["paths"]
    assert not personal.holds(event, text)


@given(st.data(), st.sampled_from(INPUTS), personal.texts)
def test_no_personal_text_gets_into_an_event_as_a_name(data: st.DataObject, case: Path, text: Any) -> None:
    """Nor as a field that the candidate made up, nor as what it calls its error."""
    drafts = drafts_of(case)
    steps, _ = data.draw(st.sampled_from([*leaves_of(list(drafts))]))
    event = event_of(list(drafts), renamed(drafts, steps, str(text)), failure=f"failed at {text}")
    assert event["compare"]["outcome"] == "different"
    assert not personal.holds(event, text)

"""What is told of a mismatch: enough to find it, and nothing of anybody."""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.compare import sides
from tests.unit.compare.sides import NOW, compared, drafts, failed, put, side
from tripinvoice.compare.comparison import Found, Outcome, Side, compare
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.event import MAX_DIFFERENCES, Mismatch, data, redacted
from tripinvoice.compare.ignoring import Ignored


def told(candidate: Side, **more: Any) -> dict[str, Any]:
    """The event of a delivery of which the candidate said this."""
    found = compare(side(), candidate, [], NOW)
    one = compared(1, found.outcome, paths=found.paths, fingerprint=found.fingerprint, failure=candidate.failure)
    return data(Mismatch(comparison=replace(one, **more), found=found, sources_sha256="ab" * 32))


def shown(path: str, value: Any) -> str:
    """The current value as it is told."""
    return redacted(Difference(path=path, kind=Kind.CHANGED, current=value, candidate=None))[0]


def test_the_whole_document() -> None:
    """Elastic Common Schema: what happened, to which trip, where they differ."""
    wrong = put(put(drafts(), (0, "lines", 1, "net", "minor"), 1), (0, "recipient", "name"), "Erika")
    document = told(side(wrong), noisy=("b", "a"), candidate_seconds=None)
    assert document == {
        "@timestamp": "2026-11-02T18:06:00Z",
        "ecs": {"version": "8.17.0"},
        "message": "candidate go differs at goods.lines.*.net.minor, goods.recipient.name",
        "event": {
            "kind": "event",
            "dataset": "invoice.compare",
            "action": "preprocess-compared",
            "outcome": "failure",
            "reason": None,
        },
        "labels": {
            "country": "DE",
            "line_of_business": "rides",
            "candidate": "go",
            "rollout": "DE/rides",
            "issued": "current",
        },
        "trip": {"id": "trip-1", "revision": 1},
        "compare": {
            "outcome": "different",
            "fingerprint": document["compare"]["fingerprint"],
            "paths": ["goods.lines.*.net.minor", "goods.recipient.name"],
            "rollout_version": 3,
            "sources_sha256": "ab" * 32,
            "differences": [
                {"path": "goods.recipient.name", "kind": "changed", "current": "text of 11", "candidate": "text of 5"},
                {"path": "goods.lines.1.net.minor", "kind": "changed", "current": "916", "candidate": "1"},
            ],
            "left_out": 0,
            "ignored": 0,
            "noisy": ["a", "b"],
            "seconds": {"current": 0.02},
        },
    }
    json.dumps(document)


def test_a_failure_is_told_by_its_code() -> None:
    """There are no differences then."""
    document = told(failed("TimedOut"))
    assert document["message"] == "candidate go failed: TimedOut"
    assert document["event"]["reason"] == "TimedOut"
    assert document["compare"]["differences"] == []


def test_a_trace_and_a_time_elsewhere() -> None:
    """The trace is there when there is one; times are in UTC."""
    found = Found(outcome=Outcome.DIFFERENT)
    one = compared(1, Outcome.DIFFERENT, compared_at=NOW.astimezone(timezone(timedelta(hours=5))))
    document = data(Mismatch(comparison=one, found=found, sources_sha256="", trace_id="0af7"))
    assert (document["trace"], document["@timestamp"]) == ({"id": "0af7"}, "2026-11-02T18:06:00Z")


def test_it_is_bounded() -> None:
    """So many differences, and how many are left out."""
    many = [Difference(path=f"goods.notes.{n}", kind=Kind.CHANGED, current="a", candidate="b") for n in range(60)]
    let_be = (Ignored(difference=many[0], rule="r"), Ignored(difference=many[1], rule="r"))
    found = Found(outcome=Outcome.DIFFERENT, differences=tuple(many), let_be=let_be)
    document = data(Mismatch(comparison=compared(1, Outcome.DIFFERENT), found=found, sources_sha256=""))
    assert len(document["compare"]["differences"]) == MAX_DIFFERENCES
    assert (document["compare"]["left_out"], document["compare"]["ignored"]) == (10, 2)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("goods.lines.0.net.minor", 1499, "1499"),
        ("goods.lines.0.net.minor", 14.99, "14.99"),
        ("goods.lines.1.net.minor", "1499", "1499"),
        ("goods.lines.0.tax_rate", "19", "19"),
        ("goods.supply_date", "2026-11-02", "2026-11-02"),
        ("goods.notes.0", "reverse_charge", "reverse_charge"),
        ("goods.notes.0", "Erika Mustermann", "text of 16"),
        ("goods.notes.0", "e@example.com", "text of 13"),
        ("goods.notes.0", "x" * 65, "text of 65"),
        ("goods.notes.0", "", "text of 0"),
        ("goods.simplified", True, "true"),
        ("goods.lines.0.net", {"minor": 1, "currency": "EUR"}, "object of 2"),
        ("goods.lines", [1], "list of 1"),
        ("goods.rounding", None, "null"),
        ("goods.currency", "EUR", "EUR"),
        ("goods.lines.0.description", "Käsespätzle", "text of 11"),
        ("goods.lines.0.id", 7, "number"),
        ("goods.account", False, "truth value"),
        ("goods.recipient.country", "DE", "text of 2"),
        ("goods.supplier.tax_ids.0.kind", 5, "number"),
        ("goods.journey.pickup", "Hafenweg", "text of 8"),
        ("goods.Erika.code", "A1", "text of 2"),
        ("goods.minor.4915112345678", 5, "number"),
        ("goods.lines.0.net.minor", 10**100, "1" + "0" * 63),
    ],
)
def test_values(path: str, value: Any, expected: str) -> None:
    """Amounts, rates, codes and dates are shown; of everything else its kind and length."""
    assert shown(path, value) == expected


def test_the_side_that_has_none() -> None:
    """Absent is not null."""
    missing = Difference(path="goods.rounding", kind=Kind.MISSING, current=None)
    assert redacted(missing) == ("null", "absent")
    added = Difference(path="goods.kind", kind=Kind.ADDED, candidate="x")
    assert redacted(added) == ("absent", "x")


WORDS = "Erika Mustermann, Isarweg 9"


@settings(deadline=None)
@given(st.data())
def test_no_text_of_a_candidate_is_told(data_: st.DataObject) -> None:
    """Wherever it puts it, as a value or as a name."""
    steps, _ = data_.draw(st.sampled_from(list(sides.leaves(drafts()))))
    for wrong in (put(drafts(), steps, WORDS), put(drafts(), steps, {WORDS: WORDS}), put(drafts(), (0, WORDS), 5)):
        assert "Erika" not in json.dumps(told(side(wrong)), ensure_ascii=False)


@settings(deadline=None)
@given(st.data())
def test_nothing_of_a_person_is_told(data_: st.DataObject) -> None:
    """Of all values below parties and journeys, only the distance."""
    personal = [
        (steps, value)
        for steps, value in sides.leaves(drafts())
        if not {"supplier", "issuer", "recipient", "journey"}.isdisjoint(steps)
        and isinstance(value, str)
        and len(value) > 3
    ]
    steps, value = data_.draw(st.sampled_from(personal))
    assert value not in json.dumps(told(side(put(drafts(), steps, None))), ensure_ascii=False)

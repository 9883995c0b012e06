"""Trip files in JSON Lines, and the bundled sample: every trip in it becomes its documents."""

import base64
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from starter.samples import trips
from starter.samples.generate import sample
from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.trips import read_json_lines, read_trips, renamed, sample_trips, scenario_line
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Contract, Draft
from tripinvoice.money_systems import Answer, MoneySystem, Sources
from tripinvoice.regimes import REGIMES, regime_for
from tripinvoice.systems_table import read_table
from tripinvoice.trip import LineOfBusiness, Trip
from tripinvoice.trip_event import parse_trip_event

NOW = datetime(2026, 4, 1, tzinfo=UTC)  # the whole sample lies before
SAMPLE = {scenario.trip_id: scenario for scenario in sample_trips()}
TABLE = read_table(files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8"), base="http://x")


def read(*lines: object) -> list[Scenario | RefusedRow]:
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(read_json_lines(io.BytesIO(content)))


def trip_of(scenario: Scenario) -> Trip:
    return parse_trip_event(scenario.event, scenario.headers, NOW)


def asked(scenario: Scenario) -> list[MoneySystem]:
    return [system for system in TABLE if system.applies_to(trip_of(scenario))]


def drafts_of(scenario: Scenario) -> tuple[Draft, ...]:
    answers = tuple(
        Answer(system=system.name, provides=system.provides, body=dict(scenario.answers[system.name]), fetched_at=NOW)
        for system in asked(scenario)
        if system.name in scenario.answers
    )
    return assemble(Sources(trip=trip_of(scenario), answers=answers))


def reference(answers: Mapping[str, Mapping[str, Any]], placeholder: str) -> object:
    system, _, field = placeholder.partition(".")
    return answers[system].get(field)


class TestJsonLines:
    def test_event_headers_and_answers(self) -> None:
        """A line has the event as an object, its headers as texts, and the answers by system."""
        line = {
            "event": {"trip_id": "t-1", "x": "ü"},
            "headers": {"content-type": "application/json"},
            "answers": {"fares": {"currency": "EUR"}},
        }
        expected = Scenario(
            trip_id="t-1",
            event='{"trip_id":"t-1","x":"ü"}'.encode(),
            headers=(("content-type", b"application/json"),),
            answers={"fares": {"currency": "EUR"}},
        )
        assert read(line) == [expected]
        assert read(scenario_line(expected)) == [expected]

    def test_raw_events(self) -> None:
        """Any bytes can be an event; the trip's id is told beside it or is the line's."""
        raw = base64.b64encode(b"\xff\x00").decode()
        first, second = read({"raw_event": raw, "trip_id": "t-9"}, {"raw_event": raw})
        assert isinstance(first, Scenario)
        assert isinstance(second, Scenario)
        assert (first.trip_id, second.trip_id, first.event, first.answers) == ("t-9", "line-2", b"\xff\x00", {})

    def test_an_event_without_a_usable_id(self) -> None:
        """An event whose id is missing or no text is still sent; the bridge refuses it."""
        ids = [item.trip_id for item in read({"event": {}}, {"event": {"trip_id": 7}}) if isinstance(item, Scenario)]
        assert ids == ["line-1", "line-2"]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (b"{", "line: not JSON"),
            (b"[]", "line: expected a JSON object"),
            (b"\xff", "line: not UTF-8"),
            ({}, "event: send either"),
            ({"event": {}, "raw_event": ""}, "event: send either"),
            ({"event": "x"}, "event: found a text of 1 characters; send an object"),
            ({"raw_event": "%"}, "raw_event: found a text of 1 characters; send the bytes in base64"),
            ({"raw_event": 5}, "raw_event: found a whole number"),
            ({"event": {}, "answers": []}, "answers: found a list of 0"),
            ({"event": {}, "answers": {"fares": 5}}, "answers: the answer of a system is a whole number"),
            ({"event": {}, "headers": {"a": 1}}, "headers: the value of a header is a whole number"),
            ({"event": {}, "extra": 1, "more": 2}, "line: 2 unknown keys"),
        ],
    )
    def test_lines_that_are_no_trip(self, line: object, words: str) -> None:
        """A bad line is told by number and field, and the next one is read."""
        bad, good = read(line, {"event": {"trip_id": "t-1"}})
        assert isinstance(bad, RefusedRow)
        assert isinstance(good, Scenario)
        assert (bad.row, bad.reason.startswith(words)) == (1, True)

    def test_empty_lines_are_counted_and_skipped(self) -> None:
        """Row numbers are those of the file, with BOM, CRLF and empty lines."""
        items = list(read_json_lines(io.BytesIO(b'\xef\xbb\xbf{"event":{}}\r\n\r\n  \nx\n')))
        assert [getattr(item, "trip_id", None) or getattr(item, "row", None) for item in items] == ["line-1", 4]

    def test_endless_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A line beyond the limit is refused without being read whole, and the next one is read."""
        monkeypatch.setattr(trips, "MAX_LINE", 64)
        bad, good = read({"event": {"trip_id": "x" * 500}}, {"event": {"trip_id": "t-1"}})
        assert isinstance(good, Scenario)
        assert bad == RefusedRow(row=1, reason="line: longer than 64 bytes; send a smaller event")

    def test_a_file(self, tmp_path: Path) -> None:
        """A name that does not end in .csv is JSON Lines."""
        path = tmp_path / "trips.json"
        path.write_bytes(b'{"event":{"trip_id":"t-1"}}')
        assert [item.trip_id for item in read_trips(path) if isinstance(item, Scenario)] == ["t-1"]


class TestSample:
    def test_it_is_what_the_generator_writes(self) -> None:
        """The file in the repository is up to date: ``python -m starter.samples.generate`` writes it."""
        assert files("starter.samples").joinpath("sample.jsonl").read_bytes() == sample()

    def test_it_is_mixed(self) -> None:
        """Every regime has trips of each line of business it covers."""
        trips = [trip_of(item) for item in SAMPLE.values()]
        kinds = {(regime_for(trip).code, trip.line_of_business) for trip in trips}
        assert kinds == {(regime.code, line) for regime in REGIMES for line in regime.products}

    def test_every_tax_class_occurs(self) -> None:
        """The sample shows every tax class of the contract."""
        classes = {
            charge["tax_class"]
            for item in SAMPLE.values()
            for answer in item.answers.values()
            for charge in answer.get("charges", ())
        }
        assert " ".join(sorted(classes)) == (
            "alcohol cancellation delivery deposit drink food_cold food_hot government_fee grocery platform_fee "
            "promotion refund surcharge tip toll transport wait"
        )

    def test_every_system_has_something_to_say(self) -> None:
        """Each declared system of the sample's countries answers about at least one of the trips."""
        speaking = {name for item in SAMPLE.values() for name in item.answers}
        countries = {trip_of(item).country for item in SAMPLE.values()}
        assert speaking == {system.name for system in TABLE if not system.countries or system.countries & countries}

    @pytest.mark.parametrize("trip_id", SAMPLE)
    def test_each_trip_can_be_fetched(self, trip_id: str) -> None:
        """All answers are of systems that are asked, required ones are there, and references lead to them."""
        item = SAMPLE[trip_id]
        systems = {system.name: system for system in asked(item)}
        assert item.answers.keys() <= systems.keys()
        assert {name for name, system in systems.items() if system.required} <= item.answers.keys()
        unreachable = [
            name
            for name in item.answers
            if "{trip-records." in systems[name].url
            and not reference(item.answers, systems[name].url.partition("{")[2].partition("}")[0])
        ]
        assert unreachable == []

    @pytest.mark.parametrize("trip_id", SAMPLE)
    def test_each_trip_becomes_its_documents(self, trip_id: str) -> None:
        """Every trip satisfies the law of its country: a ride at least one document, a delivery at least two."""
        drafts = drafts_of(SAMPLE[trip_id])
        contracts = {draft.key.contract for draft in drafts}
        if trip_of(SAMPLE[trip_id]).line_of_business is LineOfBusiness.DELIVERY:
            assert contracts >= {Contract.GOODS, Contract.DELIVERY}
        else:
            assert Contract.TRANSPORT in contracts


@pytest.mark.parametrize("scenario", sample_trips(), ids=lambda scenario: scenario.trip_id)
def test_a_trip_has_its_new_id_everywhere_and_nothing_else_changed(scenario: Scenario) -> None:
    """Named back, it is the same trip with the same answers."""
    new = renamed(scenario, "another-7")
    assert scenario.trip_id not in json.dumps(dict(new.answers)) + new.event.decode()
    assert parse_trip_event(new.event, new.headers, NOW).trip_id == "another-7"
    back = renamed(new, scenario.trip_id)
    assert json.loads(scenario.event) == json.loads(back.event)
    assert scenario.answers == back.answers

"""The log of a real run, as a shipper would read it."""

import re

import pytest

from tests.observability.run import PARKED, Run
from tripinvoice.log_ecs import ECS_VERSION

pytestmark = [pytest.mark.xdist_group("observed"), pytest.mark.timeout(300)]

WHERE = {"labels.trip", "labels.workflow_id", "labels.run_id", "labels.attempt"}
WHAT = {"labels.step", "labels.country", "labels.line_of_business", "trace.id"}


@pytest.mark.parametrize("process", ["worker", "bridge"])
def test_every_line_is_a_document(run: Run, process: str) -> None:
    """Of this service and process; that reading it is possible, the fixture's JSON says."""
    for line in run.lines(process):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["@timestamp"])
        assert (ECS_VERSION, f"tripinvoice.{process}") == (line["ecs.version"], line["event.dataset"])
        assert line["log.level"] in {"debug", "info", "warning", "error"}
        assert all(isinstance(value, str) for name, value in line.items() if name.startswith("labels."))


def said(run: Run, action: str, trip: str) -> list[dict[str, object]]:
    """The lines of this event about this trip."""
    found = (line for process in run.logs for line in run.lines(process) if line.get("event.action") == action)
    return [dict(line) for line in found if line.get("labels.trip") == trip]


def test_a_step_that_failed_says_all_of_it(run: Run) -> None:
    """Where, why, how long, which try; once, and without a stack."""
    [line] = said(run, "step_failed", "watched-first-late")
    assert WHERE | WHAT <= line.keys()
    assert ("fetch", "1", "DE", "rides") == tuple(
        line[f"labels.{name}"] for name in ("step", "attempt", "country", "line_of_business")
    )
    assert ("SystemUnavailableError", "failure") == (line["error.code"], line["event.outcome"])
    assert isinstance(line["event.duration"], int)
    assert "error.stack_trace" not in line
    assert not [one for one in run.lines("worker") if one["message"] == "Completing activity as failed"]


def test_a_workflow_says_it_too(run: Run) -> None:
    """Parked, with the code and the field; issued, with the numbers. Each once: replays say nothing."""
    [parked] = said(run, "invoice_parked", f"{PARKED}-first")
    assert WHERE | {"labels.country", "labels.line_of_business", "labels.field", "trace.id"} <= parked.keys()
    assert ("preprocess", "InvalidAnswerError") == (parked["labels.step"], parked["error.code"])
    [issued] = said(run, "invoice_issued", "watched-first-gb")
    assert WHERE | {"labels.country", "labels.line_of_business", "trace.id"} <= issued.keys()
    [record] = run.stack.wiring.records.by_trip("watched-first-gb")
    assert (record.number, "success") == (issued["labels.numbers"], issued["event.outcome"])


def test_the_bridge_says_what_it_refuses(run: Run) -> None:
    """Where the message lies, and why."""
    refused = [line for line in run.lines("bridge") if line.get("event.action") == "trip_event_refused"]
    assert 2 == len(refused)
    assert {"labels.topic", "labels.partition", "labels.offset", "error.code", "error.message"} <= refused[0].keys()

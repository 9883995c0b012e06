"""One trace from the headers of a Kafka message to the stores and to the announcement."""

import pytest

from tests.kafka import headers_of
from tests.observability.otlp import Span
from tests.observability.run import TRACE, TRACED, Run

pytestmark = [pytest.mark.xdist_group("observed"), pytest.mark.timeout(300)]


@pytest.fixture
def trace(run: Run) -> list[Span]:
    """The spans of the traced trip."""
    return [span for span in run.collector.spans() if span.trace == TRACE]


def test_the_trace_goes_from_the_topic_to_the_stores(trace: list[Span]) -> None:
    """Through both processes, the workflow and its steps, to each kind of store."""
    names = {(span.service, span.name) for span in trace}
    assert names >= {
        ("tripinvoice-bridge", "process trips.completed"),
        ("tripinvoice-bridge", "StartWorkflow:TripInvoice"),
        ("tripinvoice-worker", "RunWorkflow:TripInvoice"),
        ("tripinvoice-worker", "StartActivity:fetch"),
        ("tripinvoice-worker", "RunActivity:fetch"),
        ("tripinvoice-worker", "http fares"),
        ("tripinvoice-worker", "folder put"),
        ("tripinvoice-worker", "sqlite take"),
        ("tripinvoice-worker", "renderer render"),
        ("tripinvoice-worker", "sqlite save"),
        ("tripinvoice-worker", "kafka announce"),
    }


def test_every_span_hangs_on_another(trace: list[Span]) -> None:
    """Up to the span of the producer, which is not ours."""
    ours = {span.span for span in trace}
    [first] = [span for span in trace if span.parent not in ours]
    assert ("process trips.completed", "00f067aa0ba902b7") == (first.name, first.parent)


def test_a_step_is_the_parent_of_its_calls(trace: list[Span]) -> None:
    """Also where it runs in a thread."""
    by_id = {span.span: span for span in trace}
    parents = {span.name: by_id[span.parent].name for span in trace if span.parent in by_id}
    assert "RunActivity:fetch" == parents["http fares"]
    assert "RunActivity:number" == parents["sqlite take"]
    assert "RunActivity:announce" == parents["kafka announce"]


def test_the_announcement_goes_on_with_the_trace(run: Run, trace: list[Span]) -> None:
    """Its parent is the span that has sent it."""
    [announced] = [one for one in run.announced if one.key() == TRACED.encode()]
    [sent] = [span.span for span in trace if span.name == "kafka announce"]
    assert f"00-{TRACE}-{sent}-01".encode() == headers_of(announced)["traceparent"]


def test_a_trip_without_a_trace_begins_one(run: Run) -> None:
    """And two have two."""
    traces = {one.key(): headers_of(one)["traceparent"] for one in run.announced}
    told = [(traces[key] or b"").split(b"-")[1] for key in (b"watched-first-0", b"watched-first-1")]
    assert len({*told, TRACE.encode()}) == 3


def test_the_log_names_the_trace(run: Run) -> None:
    """So that one finds the trace of a line, and the lines of a trace."""
    [issued] = [
        line
        for line in run.lines("worker")
        if line.get("event.action") == "invoice_issued" and line["labels.trip"] == TRACED
    ]
    assert TRACE == issued["trace.id"]

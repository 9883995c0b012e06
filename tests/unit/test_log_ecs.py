"""A log line as Elastic reads it."""

from typing import Any

import pytest

from tripinvoice.log_ecs import ECS_VERSION, MAX_LABEL, Ecs, Service, lift_temporal

SERVICE = Service(process="worker", version="0.1.0", environment="production")


def document(under_way: str = "", /, **line: Any) -> dict[str, Any]:
    """What becomes of a line."""
    return Ecs(SERVICE, lambda: under_way)(None, "", {"level": "info", "timestamp": "2026-11-26T06:42:19Z", **line})


def test_what_every_line_has() -> None:
    assert document(event="worker_polling") == {
        "@timestamp": "2026-11-26T06:42:19Z",
        "log.level": "info",
        "message": "worker polling",
        "ecs.version": ECS_VERSION,
        "service.name": "tripinvoice",
        "service.version": "0.1.0",
        "service.environment": "production",
        "event.dataset": "tripinvoice.worker",
        "event.action": "worker_polling",
    }


def test_a_library_s_text_is_no_action() -> None:
    found = document(event="Host 10.0.0.1 is up", logger="cassandra.cluster")
    assert ("Host 10.0.0.1 is up", "cassandra.cluster") == (found["message"], found["log.logger"])
    assert "event.action" not in found


def test_errors_outcome_and_duration_have_fields_of_their_own() -> None:
    """A duration is in nanoseconds."""
    found = document(
        event="step_failed", outcome="failure", code="TotalsError", reason="sum: …", error="KeyError", seconds=0.25
    )
    kept = ("event.outcome", "error.code", "error.message", "error.type", "event.duration")
    assert ["failure", "TotalsError", "sum: …", "KeyError", 250_000_000] == [found[name] for name in kept]


@pytest.mark.parametrize(
    ("value", "label"),
    [("DE", "DE"), (2, "2"), (("a", "b"), "a, b"), (["a"], "a"), (True, "True"), ("x" * 2_000, "x" * MAX_LABEL)],
)
def test_what_the_schema_has_no_field_for_is_a_label(value: object, label: str) -> None:
    """A keyword: one index for all lines has no types to disagree about."""
    assert label == document(event="worker_polling", country=value)["labels.country"]


def test_nothing_is_no_label() -> None:
    assert "labels.field" not in document(event="invoice_parked", field=None)


def test_the_trace_under_way_is_named() -> None:
    """Unless the line names one itself."""
    assert document("4bf9", event="worker_polling")["trace.id"] == "4bf9"
    assert document("4bf9", event="worker_polling", trace_id="00aa")["trace.id"] == "00aa"
    assert "trace.id" not in document(event="worker_polling")


def test_what_the_sdk_tells_of_a_workflow_is_told_as_elsewhere() -> None:
    """What the line says itself stays."""
    told = {"workflow_id": "invoice/t", "run_id": "r", "attempt": 1, "namespace": "default", "workflow_type": None}
    line = lift_temporal(None, "", {"event": "x", "attempt": 3, "temporal_workflow": told})
    assert line == {"event": "x", "workflow_id": "invoice/t", "run_id": "r", "attempt": 3}


def test_what_the_sdk_tells_of_a_step_is_told_as_elsewhere() -> None:
    told = {"activity_type": "fetch", "workflow_run_id": "r", "attempt": 1}
    line = lift_temporal(None, "", {"temporal_activity": told, "__temporal_error_identifier": "WorkflowTaskFailure"})
    assert line == {"step": "fetch", "run_id": "r", "attempt": 1}

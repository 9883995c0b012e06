"""A log line in the Elastic Common Schema, flat: ``@timestamp``, ``log.level``, ``message``, ``labels.trip``.

Our own processor, not the one of ``ecs-logging``: that writes version 1.6 of the schema, leaves what a line adds at the
top of the document, where an index of ours would get a field for each, and knows neither outcome nor duration.
"""

import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

ECS_VERSION = "8.17.0"
MAX_LABEL = 1_024  # characters; Elastic's own limit for a keyword of its agents

_ACTION = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_KNOWN = {
    "level": "log.level",
    "logger": "log.logger",
    "outcome": "event.outcome",
    "trace_id": "trace.id",
    "error": "error.type",
    "code": "error.code",
    "reason": "error.message",
    "exception": "error.stack_trace",
}
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Service:
    """Who writes: ``process`` is ``worker`` or ``bridge``."""

    process: str
    version: str
    environment: str


class Ecs:
    """A structlog processor, the last before JSON."""

    def __init__(self, service: Service, trace_id: Callable[[], str]) -> None:
        """``trace_id`` tells the trace that is under way, empty for none."""
        self._service = {
            "service.name": "tripinvoice",
            "service.version": service.version,
            "service.environment": service.environment,
            "event.dataset": f"tripinvoice.{service.process}",
        }
        self._trace_id = trace_id

    def __call__(self, _: object, __: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
        """The document of a line. What the schema has no field for becomes a label, a keyword."""
        event = str(line.pop("event", ""))
        document = {
            "@timestamp": line.pop("timestamp", None),
            "log.level": line.pop("level", "info"),
            "message": event.replace("_", " ") if _ACTION.fullmatch(event) else event,
            "ecs.version": ECS_VERSION,
            **self._service,
        }
        if _ACTION.fullmatch(event):
            document["event.action"] = event
        if trace_id := line.pop("trace_id", "") or self._trace_id():
            document["trace.id"] = trace_id
        if (seconds := line.pop("seconds", None)) is not None:
            document["event.duration"] = round(seconds * _NANOSECONDS)
        for name, value in line.items():
            if value is not None:
                document[_KNOWN.get(name, f"labels.{name}")] = value if name in _KNOWN else _label(value)
        return document


def lift_temporal(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where the SDK says in which workflow or activity a line was written: into the fields that all lines have."""
    line.pop("__temporal_error_identifier", None)
    for found in (line.pop("temporal_activity", None), line.pop("temporal_workflow", None)):
        for name, kept in _OF_TEMPORAL.items():
            if found and found.get(name) is not None:
                line.setdefault(kept, found[name])
    return line


_OF_TEMPORAL = {
    "workflow_id": "workflow_id",
    "run_id": "run_id",
    "workflow_run_id": "run_id",
    "workflow_type": "workflow_type",
    "activity_type": "step",
    "attempt": "attempt",
}


def _label(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    return text[:MAX_LABEL]

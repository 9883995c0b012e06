"""What is told of a mismatch: Elastic Common Schema fields, without a personal value, bounded.

https://www.elastic.co/guide/en/ecs/8.17/. Which values are shown is in :mod:`~tripinvoice.compare.telling`; all of them
are in the archive, behind its access control.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from tripinvoice.canonical import rfc3339
from tripinvoice.compare.comparison import Comparison, Found
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.telling import told_path, told_value

TYPE = "invoice.compare.mismatch"
DATASET = "invoice.compare"
ECS_VERSION = "8.17.0"

MAX_DIFFERENCES = 50
MAX_BYTES = 256 * 1024

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,63}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """A comparison to be told, and what it found."""

    comparison: Comparison
    found: Found
    sources_sha256: str
    trace_id: str = ""

    @property
    def id(self) -> str:
        """The event's: the same whenever the same comparison is told."""
        one = self.comparison
        return f"{one.trip_id}/{one.revision}/{one.rollout_version}/{rfc3339(one.compared_at)}"


def data(mismatch: Mismatch) -> dict[str, Any]:
    """The event's data: an ECS document. Fields without a value are left out."""
    one = mismatch.comparison
    document: dict[str, Any] = {
        "@timestamp": rfc3339(one.compared_at),
        "ecs": {"version": ECS_VERSION},
        "message": _message(one),
        "event": {
            "id": mismatch.id,
            "kind": "event",
            "dataset": DATASET,
            "action": "preprocess-compared",
            "outcome": "failure",
        },
        "labels": {
            "country": one.country,
            "line_of_business": one.line_of_business,
            "candidate": one.candidate,
            "rollout": one.scope,
            "issued": one.issued,
        },
        "trip": {"id": one.trip_id, "revision": one.revision},
        "compare": _compared(mismatch),
    }
    if one.failure:
        document["event"]["reason"] = _code(one.failure)
    if mismatch.trace_id:
        document["trace"] = {"id": mismatch.trace_id}
    return document


def encoded(mismatch: Mismatch, limit: int = MAX_BYTES) -> bytes:
    """The data as JSON of at most ``limit`` bytes: its last differences go first, and are counted."""
    document = data(mismatch)
    compared = document["compare"]
    while len(content := _json(document)) > limit and compared["differences"]:
        half = len(compared["differences"]) // 2
        compared["left_out"] += len(compared["differences"]) - half
        compared["differences"] = compared["differences"][:half]
    return content


def _compared(mismatch: Mismatch) -> dict[str, Any]:
    one, found = mismatch.comparison, mismatch.found
    timed = {"current": one.current_seconds, "candidate": one.candidate_seconds}
    return {
        "outcome": str(one.outcome),
        "fingerprint": one.fingerprint,
        "paths": [told_path(path) for path in one.paths],
        "rollout_version": one.rollout_version,
        "sources_sha256": mismatch.sources_sha256,
        "differences": [_told(difference) for difference in found.differences[:MAX_DIFFERENCES]],
        "left_out": max(0, len(found.differences) - MAX_DIFFERENCES),
        "ignored": len(found.let_be),
        "noisy": [told_path(path) for path in sorted(one.noisy or ())],
        "seconds": {side: seconds for side, seconds in timed.items() if seconds is not None},
    }


def _message(one: Comparison) -> str:
    if one.failure:
        return f"candidate {one.candidate} failed: {_code(one.failure)}"
    return f"candidate {one.candidate} differs at {', '.join(told_path(path) for path in one.paths[:3])}"


def _told(difference: Difference) -> dict[str, str]:
    kinds = difference.kind is Kind.TYPE
    return {
        "path": told_path(difference.path),
        "kind": str(difference.kind),
        "current": _value(difference.path, difference.current, kinds=kinds),
        "candidate": _value(difference.path, difference.candidate, kinds=kinds),
    }


def _value(path: str, value: Any, *, kinds: bool) -> str:
    """As it may be told; where the kinds differ, ``19`` and ``"19"`` must not look the same."""
    told = told_value(path, value)
    return f'"{told}"' if kinds and told == value else told


def _code(failure: str) -> str:
    """The name of an error, if it is one: a candidate in another language may put anything there."""
    return failure if _CODE.fullmatch(failure) else "Error"


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

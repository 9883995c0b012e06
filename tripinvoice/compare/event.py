"""What is told of a mismatch: Elastic Common Schema fields, without a personal value, bounded.

https://www.elastic.co/guide/en/ecs/8.17/. Amounts, rates, codes and dates are shown, because a mismatch is found by
them; every other text is told by its length only. The values themselves are in the archive, behind its access control.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tripinvoice.compare.comparison import Comparison, Found
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.shape import DECIMALS, known, told

TYPE = "invoice.compare.mismatch"
DATASET = "invoice.compare"
ECS_VERSION = "8.17.0"

MAX_DIFFERENCES = 50
MAX_TEXT = 64
ABSENT = "absent"

# Names of fields whose values are amounts, rates, codes or dates. What stands below a party, or below a name that
# drafts do not have, is not shown whatever its name is; and a text is shown only if it looks like a code, because a
# candidate may write anything anywhere.
_OPEN = DECIMALS | {
    *(
        "minor",
        "currency",
        "unit",
        "code",
        "tax_category",
        "exemption",
        "classification",
        "contract",
        "kind",
        "revision",
    ),
    *("regime", "regime_version", "template", "locale", "paper", "time_zone", "country", "line_of_business"),
    *("issuer_mode", "supply_date", "rate_date", "simplified", "business", "einvoice", "invoicing", "title", "method"),
    *("distance_m", "notes", "unverified", "label", "period", "first", "last"),
}
_PERSONAL = frozenset({"supplier", "issuer", "recipient"})
_CODE = re.compile(rf"[A-Za-z0-9_.:/%-]{{1,{MAX_TEXT}}}")


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """A comparison to be told, and what it found."""

    comparison: Comparison
    found: Found
    sources_sha256: str
    trace_id: str = ""


def data(mismatch: Mismatch) -> dict[str, Any]:
    """The event's data: an ECS document."""
    one, found = mismatch.comparison, mismatch.found
    timed = {"current": one.current_seconds, "candidate": one.candidate_seconds}
    document: dict[str, Any] = {
        "@timestamp": _rfc3339(one.compared_at),
        "ecs": {"version": ECS_VERSION},
        "message": _message(one),
        "event": {
            "kind": "event",
            "dataset": DATASET,
            "action": "preprocess-compared",
            "outcome": "failure",
            "reason": one.failure or None,
        },
        "labels": {
            "country": one.country,
            "line_of_business": one.line_of_business,
            "candidate": one.candidate,
            "rollout": one.scope,
            "issued": one.issued,
        },
        "trip": {"id": one.trip_id, "revision": one.revision},
        "compare": {
            "outcome": one.outcome,
            "fingerprint": one.fingerprint,
            "paths": list(one.paths),
            "rollout_version": one.rollout_version,
            "sources_sha256": mismatch.sources_sha256,
            "differences": [_told(difference) for difference in found.differences[:MAX_DIFFERENCES]],
            "left_out": max(0, len(found.differences) - MAX_DIFFERENCES),
            "ignored": len(found.let_be),
            "noisy": sorted(one.noisy or ()),
            "seconds": {side: seconds for side, seconds in timed.items() if seconds is not None},
        },
    }
    if mismatch.trace_id:
        document["trace"] = {"id": mismatch.trace_id}
    return document


def _message(one: Comparison) -> str:
    if one.failure:
        return f"candidate {one.candidate} failed: {one.failure}"
    return f"candidate {one.candidate} differs at {', '.join(one.paths[:3])}"


def _told(difference: Difference) -> dict[str, Any]:
    current, candidate = redacted(difference)
    return {"path": told(difference.path), "kind": difference.kind, "current": current, "candidate": candidate}


def redacted(difference: Difference) -> tuple[str, str]:
    """Both values as they may be told; the side that has none is ``absent``."""
    shown = _open(difference.path.split("."))
    current, candidate = _redacted(difference.current, shown=shown), _redacted(difference.candidate, shown=shown)
    match difference.kind:
        case Kind.MISSING:
            return current, ABSENT
        case Kind.ADDED:
            return ABSENT, candidate
        case _:
            return current, candidate


def _redacted(value: Any, *, shown: bool) -> str:
    match value:
        case None:
            return "null"
        case dict():
            return f"object of {len(value)}"
        case list():
            return f"list of {len(value)}"
        case str():
            return value if shown and _CODE.fullmatch(value) else f"text of {len(value)}"
        case bool():
            return json.dumps(value) if shown else "truth value"
        case _:
            return str(value)[:MAX_TEXT] if shown else "number"


def _open(names: list[str]) -> bool:
    last = next((name for name in reversed(names) if not name.isdigit()), "")
    return last in _OPEN and _PERSONAL.isdisjoint(names) and all(known(name) for name in names)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

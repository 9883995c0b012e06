"""Drafts as plain JSON, places in them, and records of comparisons."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from tests import factories
from tests.unit.compare.leaves import Steps
from tripinvoice.assemble import assemble
from tripinvoice.compare.comparison import Comparison, Outcome, Side
from tripinvoice.compare.form import Plain, plain_of

NOW = datetime(2026, 11, 2, 18, 6, tzinfo=UTC)

_DRAFTS = plain_of(assemble(factories.delivery_sources()))


def drafts() -> list[Plain]:
    """The two drafts of a delivery in Munich: several of everything, and a customer with a name."""
    return copy.deepcopy(_DRAFTS)


def side(of: list[Plain] | None = None) -> Side:
    """One implementation's answer."""
    return Side(drafts=drafts() if of is None else of, seconds=0.01)


def failed(code: str) -> Side:
    """One that has none."""
    return Side(drafts=None, failure=code)


def at(value: Any, steps: Steps) -> Any:
    """What stands there."""
    for step in steps:
        value = value[step]
    return value


def put(value: Any, steps: Steps, new: Any) -> Any:
    """A copy with something else there."""
    changed = copy.deepcopy(value)
    at(changed, steps[:-1])[steps[-1]] = new
    return changed


def without(value: Any, steps: Steps) -> Any:
    """A copy without what stands there."""
    changed = copy.deepcopy(value)
    del at(changed, steps[:-1])[steps[-1]]
    return changed


def compared(trip: int | str = 1, outcome: Outcome = Outcome.EQUAL, *, after: float = 0, **more: Any) -> Comparison:
    """The record of a comparison, ``after`` so many seconds; one that differs does so on a path of its own."""
    usual: dict[str, Any] = {
        "trip_id": f"trip-{trip}",
        "revision": 1,
        "scope": "DE/rides",
        "candidate": "go",
        "rollout_version": 3,
        "country": "DE",
        "line_of_business": "rides",
        "compared_at": NOW + timedelta(seconds=after),
        "outcome": outcome,
        "noisy": None,
        "current_seconds": 0.02,
        "candidate_seconds": 0.03,
    }
    if outcome is Outcome.DIFFERENT:
        usual |= {"paths": ("transport.totals.tax.minor",), "fingerprint": "c0ffee"}
    if outcome is Outcome.FAILED:
        usual |= {"failure": "TimedOut"}
    return Comparison(**(usual | more))

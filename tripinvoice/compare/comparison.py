"""One trip, both sides: what came out, what differs, and what is kept of it.

What is kept holds no value of a document: paths, names and counts, and no name that a candidate made up. The values are
in the archived drafts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tripinvoice.compare.differences import Difference, differences
from tripinvoice.compare.form import Plain, form
from tripinvoice.compare.ignoring import IgnoreRule, sift
from tripinvoice.compare.telling import told_path
from tripinvoice.invoice import Draft

MAX_PATHS = 50
"""Paths that are kept of one trip."""


class Outcome(StrEnum):
    """What a comparison found. ``ALIKE``: all differences are ignored; ``FAILED``: the candidate made no drafts."""

    EQUAL = "equal"
    ALIKE = "alike"
    DIFFERENT = "different"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one implementation did: its drafts as plain JSON, or ``failure``, the code of why there are none.

    ``seconds`` is how long its trip's workflow waited for it.
    """

    drafts: Sequence[Plain] | None
    failure: str = ""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A trip that was compared; the record of it.

    ``fingerprint`` groups what has one cause: a hash of kinds and paths without places. ``noisy`` are the paths on
    which the current one differs from itself, ``None`` where it ran once. ``features`` are what kinds of trip this was
    (``product:taxi``), for what a candidate has been tried on. ``issued`` is whose drafts became the invoice.
    """

    trip_id: str
    revision: int
    scope: str
    candidate: str
    rollout_version: int
    country: str
    line_of_business: str
    compared_at: datetime
    outcome: Outcome
    issued: str = "current"
    failure: str = ""
    fingerprint: str = ""
    paths: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    noisy: tuple[str, ...] | None = None
    current_seconds: float | None = None
    candidate_seconds: float | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """What comparing two sides found, with the values; not to be kept."""

    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    ignored: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Its paths without places, each once, sorted."""
        return _told(self.differences)

    @property
    def fingerprint(self) -> str:
        """The same for all trips that differ in the same way; empty when they do not."""
        ways = sorted({f"{one.kind} {told_path(one.normalised)}" for one in self.differences})
        return hashlib.sha256("\n".join(ways).encode()).hexdigest()[:12] if ways else ""


def compare(current: Side, candidate: Side, rules: Sequence[IgnoreRule], now: datetime) -> Found:
    """What differs between two sides; ``rules`` are those that concern the trip.

    Both without drafts for the same reason are equal.
    """
    if current.drafts is None and candidate.drafts is None and current.failure == candidate.failure:
        return Found(outcome=Outcome.EQUAL)
    if candidate.drafts is None:
        return Found(outcome=Outcome.FAILED)
    found = differences(form(current.drafts or ()), form(candidate.drafts))
    if not found:
        return Found(outcome=Outcome.EQUAL)
    sifted = sift(found, rules, now.date())
    return Found(
        outcome=Outcome.DIFFERENT if sifted.counted else Outcome.ALIKE,
        differences=sifted.counted,
        ignored=sifted.ignored,
        expired=sifted.expired,
    )


def noise(once: Sequence[Plain], again: Sequence[Plain]) -> tuple[str, ...]:
    """The paths, without places, on which an implementation differs from itself."""
    return _told(differences(form(once), form(again)))


def _told(found: Sequence[Difference]) -> tuple[str, ...]:
    return tuple(sorted({told_path(one.normalised) for one in found}))[:MAX_PATHS]


def features_of(drafts: Sequence[Draft], product: str, completion: str) -> tuple[str, ...]:
    """What kinds of trip a candidate was tried on here: product, end, contracts, titles and tax categories."""
    named: set[tuple[str, Any]] = {("product", product), ("completion", completion)}
    for draft in drafts:
        named |= {("contract", draft.key.contract), ("title", draft.title), ("invoicing", draft.invoicing)}
        named |= {("tax", f"{line.tax_category}-{line.tax_rate.normalize():f}") for line in draft.tax_lines}
        named |= {("charge", line.code) for line in (*draft.lines, *draft.outside)}
    return tuple(sorted(f"{kind}:{value}" for kind, value in named))

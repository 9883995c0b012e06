"""One trip, both sides: what came out, what differs, and what is kept of it.

What is kept holds no value of a document: paths, names and counts, and no name that a candidate made up. The values are
in the archived drafts.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from tripinvoice.compare.differences import Difference, Kind, differences
from tripinvoice.compare.form import DRAFTS, Plain, form
from tripinvoice.compare.ignoring import Ignored, IgnoreRule, sift
from tripinvoice.compare.telling import told_path
from tripinvoice.invoice import Draft

MAX_PATHS = 50
"""Paths that are kept of one trip."""

LIMIT = 200
"""Differences that are looked for beyond those that a rule lets be: who has more has another document."""


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
    ``ignored`` are the rules that let something be, ``expired`` those of them whose last day is over.
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
    let_be: tuple[Ignored, ...] = ()
    expired: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Its paths without places, each once, sorted."""
        return _paths(self.differences)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The rules that let something be, each once, sorted."""
        return tuple(sorted({one.rule for one in self.let_be}))

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
    sifted = sift(_between(current.drafts, candidate.drafts), rules, now.date(), LIMIT)
    if not sifted.counted and not sifted.ignored:
        return Found(outcome=Outcome.EQUAL)
    return Found(
        outcome=Outcome.DIFFERENT if sifted.counted else Outcome.ALIKE,
        differences=sifted.counted,
        let_be=sifted.ignored,
        expired=sifted.expired,
    )


def noise(once: Sequence[Plain], again: Sequence[Plain]) -> tuple[str, ...]:
    """The paths, without places, on which an implementation differs from itself."""
    return _paths(islice(_between(once, again), LIMIT))


def _between(current: Sequence[Plain] | None, candidate: Sequence[Plain]) -> Iterator[Difference]:
    """The drafts by contract, then their order; no drafts for a reason are not a list without drafts."""
    ours, theirs = form(current or ()), form(candidate)
    if current is None and not theirs:
        yield Difference(path=DRAFTS, kind=Kind.ADDED, candidate=[])
    yield from differences(ours, theirs)
    if list(ours) != list(theirs) and ours.keys() == theirs.keys():
        yield Difference(path=DRAFTS, kind=Kind.ORDER, current=list(ours), candidate=list(theirs))


def _paths(found: Iterable[Difference]) -> tuple[str, ...]:
    return tuple(sorted({told_path(one.normalised) for one in found}))[:MAX_PATHS]


def features_of(drafts: Sequence[Draft], product: str, completion: str) -> tuple[str, ...]:
    """What kinds of trip a candidate was tried on here: product, end, contracts, titles and tax categories."""
    named: set[tuple[str, Any]] = {("product", product), ("completion", completion)}
    for draft in drafts:
        named |= {("contract", draft.key.contract), ("title", draft.title), ("invoicing", draft.invoicing)}
        named |= {("tax", f"{line.tax_category}-{line.tax_rate.normalize():f}") for line in draft.tax_lines}
        named |= {("charge", line.code) for line in (*draft.lines, *draft.outside)}
    return tuple(sorted(f"{kind}:{value}" for kind, value in named))

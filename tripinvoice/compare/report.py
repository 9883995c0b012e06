"""What comparisons say about a candidate, per country and line of business, and whether it is ready to take over.

``docs/compare.md`` has every field of the report as JSON.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.compare.ignoring import IgnoreRule, concerning
from tripinvoice.compare.tally import Tally, tally
from tripinvoice.rollouts.judgement import QUICK
from tripinvoice.rollouts.plan import Thresholds
from tripinvoice.rollouts.rollout import ALL, Mode, Rollout, Toggles

SCHEMA = "tripinvoice.compare-report/1"

CAUSES = 10
"""Ways to differ that a section lists."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a candidate needs to be ready.

    ``samples`` trips that it made drafts of, each kind of trip among them ``each`` times at least.
    """

    samples: int = 300
    each: int = 3
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist: what it is about, whether it is so, and what was found."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One candidate in one country and line of business. ``rollout`` is its scope's, if that is this candidate's."""

    scope: str
    country: str
    line_of_business: str
    candidate: str
    rollout: Rollout | None
    tally: Tally
    checks: tuple[Check, ...]

    @property
    def title(self) -> str:
        """Of what it tells: ``DE/rides``."""
        return f"{self.country}/{self.line_of_business}"

    @property
    def ready(self) -> bool:
        """Whether nothing is left to do."""
        return all(check.passed for check in self.checks)

    @property
    def stage(self) -> str:
        """How far the rollout is: ``shadow 10 %``."""
        if self.rollout is None:
            return "no rollout"
        share = {Mode.SHADOW: self.rollout.sample, Mode.LIVE: self.rollout.live}.get(self.rollout.mode)
        return str(self.rollout.mode) if share is None else f"{self.rollout.mode} {_percent(share)}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """All sections, of what was compared from ``since`` on up to ``until``."""

    since: datetime
    until: datetime
    wanted: Wanted
    killed: bool
    sections: tuple[Section, ...]

    @property
    def ready(self) -> bool:
        """Whether there is something, and all of it is ready."""
        return bool(self.sections) and all(section.ready for section in self.sections)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a report is made from: comparisons in any order, the rollouts, and the ignore rules in force."""

    comparisons: Iterable[Comparison]
    toggles: Toggles
    rules: Sequence[IgnoreRule]
    since: datetime
    until: datetime


def report(evidence: Evidence, wanted: Wanted) -> Report:
    """Make it."""
    groups: dict[tuple[str, str, str, str], list[Comparison]] = defaultdict(list)
    for one in evidence.comparisons:
        groups[one.country, one.line_of_business, one.candidate, one.scope].append(one)
    rollouts = {(rollout.candidate, str(rollout.scope)): rollout for rollout in evidence.toggles.rollouts}
    sections = (_section(groups[key], rollouts.get(key[2:]), evidence, wanted) for key in sorted(groups))
    return Report(
        since=evidence.since,
        until=evidence.until,
        wanted=wanted,
        killed=evidence.toggles.killed,
        sections=tuple(sections),
    )


def _section(compared: Sequence[Comparison], rollout: Rollout | None, evidence: Evidence, wanted: Wanted) -> Section:
    first, found = compared[0], tally(compared)
    expired = {*found.expired, *_expired_rules(first, evidence)}
    return Section(
        scope=first.scope,
        country=first.country,
        line_of_business=first.line_of_business,
        candidate=first.candidate,
        rollout=rollout,
        tally=found,
        checks=(
            _samples(found, wanted),
            _mismatches(found, wanted.thresholds),
            _errors(found, wanted.thresholds),
            _time(found, wanted.thresholds),
            _features(compared, wanted),
            _rules(expired),
            _kill_switch(evidence.toggles),
        ),
    )


# --- the checklist ---------------------------------------------------------------------------------------------------


def _samples(found: Tally, wanted: Wanted) -> Check:
    enough = found.answered >= wanted.samples
    return Check(name="enough trips", passed=enough, found=f"{found.answered:,}; {wanted.samples:,} are needed")


def _mismatches(found: Tally, limits: Thresholds) -> Check:
    told = f"{found.net_different:,} of {found.answered:,} trips differ"
    if explained := found.different - found.net_different:
        told += f"; {explained:,} more are noise of the current one"
    return Check(
        name="no unexplained mismatch",
        passed=Decimal(found.net_different) <= limits.net_mismatch * found.answered,
        found=told,
    )


def _errors(found: Tally, limits: Thresholds) -> Check:
    return Check(
        name="few failures",
        passed=Decimal(found.failed) <= limits.candidate_errors * found.compared,
        found=f"failed on {found.failed:,} of {found.compared:,} trips; at most {_share(limits.candidate_errors)}",
    )


def _time(found: Tally, limits: Thresholds) -> Check:
    """As :func:`~tripinvoice.rollouts.judgement.judge` has it: what is quick is not measured by what is quicker."""
    ours, theirs = found.current.p95, found.candidate.p95
    if ours is None or theirs is None:
        return Check(name="fast enough", passed=False, found="not timed yet")
    within = limits.p95_ratio * max(Decimal(ours), QUICK)
    told = f"p95 {_milliseconds(theirs)} beside {_milliseconds(ours)}; at most {_milliseconds(float(within))}"
    return Check(name="fast enough", passed=Decimal(theirs) <= within, found=told)


def _features(compared: Sequence[Comparison], wanted: Wanted) -> Check:
    """Every kind of trip that was met, also by a trip that the candidate failed on."""
    answered = Counter(name for one in compared if one.outcome is not Outcome.FAILED for name in one.features)
    met = sorted({name for one in compared for name in one.features})
    rare = [f"{name} ({answered[name]})" for name in met if answered[name] < wanted.each]
    kinds = f"{len(met) - len(rare):,} of {len(met):,} kinds of trip seen {wanted.each} times or more"
    return Check(
        name="every kind of trip", passed=bool(met) and not rare, found=f"{kinds}; not {_some(rare)}" if rare else kinds
    )


def _rules(expired: set[str]) -> Check:
    told = f"expired: {_some(sorted(expired))}" if expired else "none"
    return Check(name="no expired ignore rule", passed=not expired, found=told)


def _kill_switch(toggles: Toggles) -> Check:
    switch = toggles.kill_switch
    told = f"on: {switch.reason}" if switch is not None and switch.on else "off"
    return Check(name="kill switch off", passed=not toggles.killed, found=told)


def _expired_rules(one: Comparison, evidence: Evidence) -> set[str]:
    today = evidence.until.date()
    concerned = concerning(evidence.rules, one.country, one.line_of_business)
    return {rule.name for rule in concerned if rule.expired(today)}


_SOME = 8


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SOME:,} more" if len(names) > _SOME else ""
    return ", ".join(names[:_SOME]) + more


def _percent(points: int) -> str:
    return _share(Decimal(points) / ALL)


def _share(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


# --- as JSON ---------------------------------------------------------------------------------------------------------


def document(made: Report) -> dict[str, Any]:
    """The report as JSON. Rates are numbers from 0 to 1, times are seconds."""
    limits = made.wanted.thresholds
    return {
        "schema": SCHEMA,
        "since": made.since,
        "until": made.until,
        "ready": made.ready,
        "kill_switch": made.killed,
        "wanted": {
            "samples": made.wanted.samples,
            "each": made.wanted.each,
            "net_mismatch": float(limits.net_mismatch),
            "candidate_errors": float(limits.candidate_errors),
            "p95_ratio": float(limits.p95_ratio),
        },
        "sections": [_section_document(section) for section in made.sections],
    }


def _section_document(section: Section) -> dict[str, Any]:
    found = section.tally
    return {
        "country": section.country,
        "line_of_business": section.line_of_business,
        "candidate": section.candidate,
        "scope": section.scope,
        "rollout": _rollout_document(section.rollout),
        "ready": section.ready,
        "checks": [vars(check) for check in section.checks],
        "compared": found.compared,
        "equal": found.equal,
        "alike": found.alike,
        "different": found.different,
        "net_different": found.net_different,
        "failed": found.failed,
        "net_mismatch": float(found.net_mismatch),
        "mismatch_at_most": float(found.at_most),
        "errors": float(found.errors),
        "noise_measured": found.noise_measured,
        "noisy": found.noisy,
        "issued": {"current": found.compared - found.issued_by_candidate, "candidate": found.issued_by_candidate},
        "seconds": {"current": vars(found.current), "candidate": vars(found.candidate)},
        "p95_ratio": found.p95_ratio,
        "causes": [vars(cause) for cause in found.causes[:CAUSES]],
        "fields": dict(found.fields),
        "ignored": dict(found.ignored),
        "expired": list(found.expired),
        "features": dict(found.features),
    }


def _rollout_document(rollout: Rollout | None) -> Mapping[str, Any] | None:
    if rollout is None:
        return None
    return {
        "candidate": rollout.candidate,
        "mode": str(rollout.mode),
        "live": rollout.live,
        "sample": rollout.sample,
        "version": rollout.version,
        "changed_at": rollout.changed_at,
        "reason": rollout.reason,
    }

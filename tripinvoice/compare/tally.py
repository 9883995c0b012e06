"""Many comparisons together: rates, noise, causes, how long both sides take.

Net of noise is meant as in Diffy: a path counts when the two sides differ on it clearly more often than the
current implementation differs from itself (opendiffy, ``JoinedDifferences``: by over 20 % of both rates together, and
on over 0.03 % of all trips).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tripinvoice.compare.comparison import MAX_PATHS, Comparison, Outcome

RELATIVE = Fraction(20, 100)
ABSOLUTE = Fraction(3, 10_000)
SAMPLES_OF_A_CAUSE = 3


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """Seconds within which so many of 100 were done (nearest rank); ``None`` when none was timed."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Quantiles":
        """Those of these."""
        ranked = sorted(seconds)
        return cls(p50=_rank(ranked, 50), p95=_rank(ranked, 95), p99=_rank(ranked, 99))


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Trips that differ in one way, or failed for one reason: ``fingerprint`` is that code then, without paths.

    ``samples`` are the latest of them.
    """

    fingerprint: str
    trips: int
    paths: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a number of comparisons say. All counts are trips.

    ``different`` have a difference that counts, ``net_different`` one that noise does not explain; ``noise_measured``
    tells on how many trips the current one ran twice.
    """

    compared: int = 0
    equal: int = 0
    alike: int = 0
    different: int = 0
    net_different: int = 0
    failed: int = 0
    noise_measured: int = 0
    noisy: int = 0
    issued_by_candidate: int = 0
    current: Quantiles = Quantiles()
    candidate: Quantiles = Quantiles()
    causes: tuple[Cause, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    expired: tuple[str, ...] = ()
    features: Mapping[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Trips that the candidate made drafts of."""
        return self.compared - self.failed

    @property
    def net_mismatch(self) -> Fraction:
        """The share of answered trips that differ, net of noise."""
        return _share(self.net_different, self.answered)

    @property
    def errors(self) -> Fraction:
        """The share of trips that the candidate failed on."""
        return _share(self.failed, self.compared)

    @property
    def p95_ratio(self) -> float | None:
        """How many times as long the candidate takes, at the 95th percentile; ``None`` while one was not timed."""
        if not self.current.p95 or self.candidate.p95 is None:
            return None
        return self.candidate.p95 / self.current.p95

    @property
    def at_most(self) -> Fraction:
        """The mismatch rate that is possible at 95 % confidence when none of these differed: the rule of three."""
        return min(Fraction(1), _share(3, self.answered) if self.answered else Fraction(1))


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """Add them up; a trip that was compared twice counts once, as the latest says."""
    latest: dict[tuple[str, int], Comparison] = {}
    for one in comparisons:
        known = latest.get((one.trip_id, one.revision))
        if known is None or known.compared_at <= one.compared_at:
            latest[one.trip_id, one.revision] = one
    kept = sorted(latest.values(), key=lambda one: (one.compared_at, one.trip_id), reverse=True)
    outcomes = Counter(one.outcome for one in kept)
    explained = _explained(kept)
    different = [one for one in kept if one.outcome is Outcome.DIFFERENT]
    return Tally(
        compared=len(kept),
        equal=outcomes[Outcome.EQUAL],
        alike=outcomes[Outcome.ALIKE],
        different=len(different),
        net_different=sum(1 for one in different if not _is_noise(one, explained)),
        failed=outcomes[Outcome.FAILED],
        noise_measured=sum(1 for one in kept if one.noisy is not None),
        noisy=sum(1 for one in kept if one.noisy),
        issued_by_candidate=sum(1 for one in kept if one.issued == "candidate"),
        current=Quantiles.of(one.current_seconds for one in kept if one.current_seconds is not None),
        candidate=Quantiles.of(one.candidate_seconds for one in kept if one.candidate_seconds is not None),
        causes=_causes(kept),
        fields=_sorted(Counter(path for one in different for path in one.paths)),
        ignored=_sorted(Counter(name for one in kept for name in set(one.ignored))),
        expired=tuple(sorted({name for one in kept for name in one.expired})),
        features=_sorted(Counter(name for one in kept for name in one.features)),
    )


def _explained(kept: Sequence[Comparison]) -> frozenset[str]:
    """The paths on which the two sides do not differ clearly more often than the current one from itself."""
    answered = sum(1 for one in kept if one.outcome is not Outcome.FAILED)
    twice = [one.noisy for one in kept if one.noisy is not None]
    raw = Counter(path for one in kept for path in one.paths)
    noise = Counter(path for paths in twice for path in paths)
    return frozenset(
        path
        for path, count in raw.items()
        if noise[path] and not _clearly_more(Fraction(count, answered), Fraction(noise[path], len(twice)))
    )


def _is_noise(one: Comparison, explained: frozenset[str]) -> bool:
    """Whether noise explains all of it; of who has more paths than are kept, not all is known."""
    return len(one.paths) < MAX_PATHS and explained.issuperset(one.paths)


def _clearly_more(raw: Fraction, noise: Fraction) -> bool:
    more = raw - noise
    return more > ABSOLUTE and more / (raw + noise) > RELATIVE


def _causes(kept: Sequence[Comparison]) -> tuple[Cause, ...]:
    """The ways to differ and to fail, the most frequent first."""
    groups: dict[str, list[Comparison]] = defaultdict(list)
    for one in kept:
        if one.outcome in {Outcome.DIFFERENT, Outcome.FAILED}:
            groups[one.fingerprint or one.failure].append(one)
    causes = (
        Cause(
            fingerprint=name,
            trips=len(group),
            paths=group[0].paths,
            samples=tuple(one.trip_id for one in group[:SAMPLES_OF_A_CAUSE]),
        )
        for name, group in groups.items()
    )
    return tuple(sorted(causes, key=lambda cause: (-cause.trips, cause.fingerprint)))


def _rank(ranked: Sequence[float], percent: int) -> float | None:
    return ranked[math.ceil(len(ranked) * percent / 100) - 1] if ranked else None


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

"""Hands in the stores of a rollout: what was compared by when a rollout looks, and whether they answer at all."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.errors import StoreUnavailableError, StoreUnusableError
from tripinvoice.ports import Comparisons, Rollouts
from tripinvoice.rollouts.rollout import KillSwitch, Rollout, Scope, Toggles

PATIENCE = 30  # seconds that a look waits for a test

Mood = Callable[[int], Outcome]
"""How the n-th trip of a scope compares."""


def equal(_: int) -> Outcome:
    """A candidate without fault."""
    return Outcome.EQUAL


def wrong(_: int) -> Outcome:
    """A candidate that is always wrong."""
    return Outcome.DIFFERENT


@dataclass
class Scripted:
    """A scope's traffic: each look finds ``trips`` more. ``looks`` are let through, then they wait for the test."""

    mood: Mood = equal
    trips: int = 10
    seconds: tuple[float, float] = (0.1, 0.2)
    version: int | None = None  # of the rollout; the stored one by default
    age: timedelta = timedelta(milliseconds=1)  # at the time of the look
    found: list[Comparison] = field(default_factory=list)
    looks: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(10_000))
    waits: threading.Event = field(default_factory=threading.Event)  # set when the first look is there
    looked: int = 0


@dataclass
class ScriptedComparisons:
    """The real comparisons; those of a scope that a test writes the script of are invented as they are asked for."""

    real: Comparisons
    rollouts: Rollouts
    scripts: dict[Scope, Scripted] = field(default_factory=dict)

    def script(self, scope: Scope, script: Scripted) -> Scripted:
        """From now on this is what a rollout of the scope finds."""
        self.scripts[scope] = script
        return script

    def add(self, comparison: Comparison) -> None:
        """Keep."""
        self.real.add(comparison)

    def between(self, scope: Scope, since: datetime, until: datetime) -> Iterator[Comparison]:
        """Those of the script up to now, and some more; or the real ones."""
        script = self.scripts.get(scope)
        if script is None:
            return self.real.between(scope, since, until)
        script.waits.set()
        script.looks.acquire(timeout=PATIENCE)
        script.looked += 1
        stored = self.rollouts.toggles().at(scope)
        assert stored is not None
        script.found += [_invented(stored, script, until, n) for n in range(script.trips)]
        return iter([one for one in script.found if since <= one.compared_at < until])

    def of_trip(self, trip_id: str) -> Sequence[Comparison]:
        """The real ones."""
        return self.real.of_trip(trip_id)


def _invented(stored: Rollout, script: Scripted, until: datetime, number: int) -> Comparison:
    outcome = script.mood(len(script.found) + number)
    different, failed = outcome is Outcome.DIFFERENT, outcome is Outcome.FAILED
    return Comparison(
        trip_id=f"compared-{script.looked}-{number}",
        revision=1,
        scope=str(stored.scope),
        candidate=stored.candidate,
        rollout_version=stored.version if script.version is None else script.version,
        country=stored.scope.country,
        line_of_business=stored.scope.line_of_business,
        compared_at=until - script.age,
        outcome=outcome,
        failure="TimedOut" if failed else "",
        fingerprint="0123456789ab" if different else "",
        paths=("transport.lines.*.tax.minor",) if different else (),
        current_seconds=script.seconds[0],
        candidate_seconds=script.seconds[1],
    )


@dataclass
class FailingRollouts:
    """The real rollouts, but the store is ``broken`` while the test says so, and away for the next ``away`` reads."""

    real: Rollouts
    broken: bool = False
    away: int = 0
    switch: KillSwitch | None = None

    def toggles(self) -> Toggles:
        """All, with the switch of the test."""
        if self.broken:
            raise StoreUnusableError("the store's file is damaged, says the test")
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("the store is away, says the test")
        real = self.real.toggles()
        return Toggles(rollouts=real.rollouts, kill_switch=self.switch or real.kill_switch)

    def save(self, rollout: Rollout) -> Rollout:
        """Store."""
        return self.real.save(rollout)

    def history(self, scope: Scope) -> Sequence[Rollout]:
        """The real one."""
        return self.real.history(scope)

    def kill(self, switch: KillSwitch) -> None:
        """The real one."""
        self.real.kill(switch)

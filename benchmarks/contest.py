"""Measures contenders against each other: the same number of trips each, in turns, over several rounds.

What else the machine does hits neighbours in a round alike, so ratios are taken within a round; their median counts.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

from benchmarks.usage import cpu_seconds, difference
from tripinvoice.errors import ConfigurationError

SECONDS_PER_RUN = 60.0
SECONDS_PER_TRIP = 1.0
"""A run that takes longer is given up: far beyond what the slowest machine needs."""

ENOUGH_SECONDS = 200.0
LOOK_SECONDS = 0.1

Job = Callable[[], Awaitable[None]]


class Contender(Protocol):
    """One way of doing the work."""

    @property
    def title(self) -> str:
        """What a reader calls it."""

    @property
    def processes(self) -> Mapping[str, int]:
        """Process ids by role; their children count with them."""

    async def prepare(self, batch: str, trips: int) -> Job:
        """Make trips with ids that begin with ``batch`` ready; what is returned is timed: start them, wait for all."""

    def check(self) -> None:
        """Raise ``ConfigurationError`` unless all that was started is done as it should be."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One contender in one round: wall seconds and CPU seconds by role, for all trips together."""

    trips: int
    seconds: float
    cpu: Mapping[str, float]

    @property
    def seconds_per_trip(self) -> float:
        """Wall time."""
        return self.seconds / self.trips

    @property
    def cpu_per_trip(self) -> float:
        """CPU seconds of all processes."""
        return sum(self.cpu.values()) / self.trips


async def measure(contender: Contender, batch: str, trips: int) -> Run:
    """Run it once. Raises ``ConfigurationError`` when it does not come to an end, or not to the right one."""
    job = await contender.prepare(batch, trips)
    before, began = cpu_seconds(contender.processes), time.perf_counter()
    try:
        async with asyncio.timeout(SECONDS_PER_RUN + SECONDS_PER_TRIP * trips):
            await job()
    except TimeoutError:
        raise ConfigurationError(f"{contender.title}: {trips} trips did not come to their end in time") from None
    seconds, after = time.perf_counter() - began, cpu_seconds(contender.processes)
    contender.check()
    return Run(trips=trips, seconds=seconds, cpu=difference(before, after))


async def rounds(contenders: Mapping[str, Contender], trips: Mapping[str, int], count: int) -> dict[str, list[Run]]:
    """All contenders in turns, ``count`` times, every other time in the opposite order.

    Fewer times, but at least once, on a machine so busy that :data:`ENOUGH_SECONDS` are over.
    """
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    began = time.monotonic()
    for no in range(count):
        if no and time.monotonic() - began > ENOUGH_SECONDS:
            break
        for name in list(contenders)[:: -1 if no % 2 else 1]:
            runs[name].append(await measure(contenders[name], f"bench-{name}-{no}", trips[name]))
    return runs


async def until(count: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Look until there are so many; the caller's time limit ends it."""
    while await count() < wanted:  # noqa: ASYNC110 - another process makes it come true
        await asyncio.sleep(LOOK_SECONDS)


def summary(title: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Medians over the rounds, and the rounds."""
    roles = sorted({role for run in runs for role in run.cpu})
    return {
        "title": title,
        "trips_per_round": runs[0].trips,
        "trips_per_second": round(1 / median(run.seconds_per_trip for run in runs), 2),
        "cpu_ms_per_trip": {
            role: round(median(1000 * run.cpu.get(role, 0.0) / run.trips for run in runs), 2) for role in roles
        },
        "cpu_ms_per_trip_total": round(1000 * median(run.cpu_per_trip for run in runs), 2),
        "rounds": [{"seconds": round(run.seconds, 3), "cpu_ms": _milliseconds(run.cpu)} for run in runs],
    }


def ratio(of: Sequence[Run], to: Sequence[Run]) -> dict[str, dict[str, float]]:
    """How many times the CPU time and the wall time of a trip, round by round."""
    pairs = list(zip(of, to, strict=True))
    return {
        "cpu": _spread([a.cpu_per_trip / b.cpu_per_trip for a, b in pairs]),
        "time": _spread([a.seconds_per_trip / b.seconds_per_trip for a, b in pairs]),
    }


def _milliseconds(cpu: Mapping[str, float]) -> dict[str, int]:
    return {role: round(1000 * seconds) for role, seconds in cpu.items()}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 2), "lowest": round(min(values), 2), "highest": round(max(values), 2)}

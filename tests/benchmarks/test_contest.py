"""How runs become figures."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from benchmarks import contest
from benchmarks.contest import Job, Run
from benchmarks.pipeline import RATIOS, ratios
from tripinvoice.errors import ConfigurationError


def _run(trips: int, seconds: float, **cpu: float) -> Run:
    return Run(trips=trips, seconds=seconds, cpu=cpu)


@dataclass
class Counting:
    """A contender that only notes its turns."""

    title: str
    turns: list[str]
    processes: Mapping[str, int] = field(default_factory=dict)
    finished: bool = True

    async def prepare(self, batch: str, trips: int) -> Job:
        """Note the turn when it is run."""

        async def job() -> None:
            self.turns.append(f"{batch}:{trips}")
            if not self.finished:
                await asyncio.Event().wait()

        return job

    def check(self) -> None:
        """Refuse what was not run."""
        if not self.turns:
            raise ConfigurationError("not run")


def test_a_ratio_is_taken_within_each_round_and_per_trip() -> None:
    """The second round was twice as slow for both, which changes no ratio."""
    of = [_run(10, 2.0, worker=3.0, server=1.0), _run(10, 4.0, worker=6.0, server=2.0)]
    to = [_run(20, 2.0, worker=4.0), _run(20, 4.0, worker=8.0)]
    same = {"median": 2.0, "lowest": 2.0, "highest": 2.0}
    assert {"cpu": same, "time": same} == contest.ratio(of, to)


def test_a_summary_has_medians_per_trip() -> None:
    """One slow round of three moves no median."""
    runs = [_run(10, 1.0, worker=0.5), _run(10, 9.0, worker=0.9), _run(10, 1.1, worker=0.6, server=0.1)]
    summary = contest.summary("title", runs)
    assert summary["trips_per_second"] == 9.09
    assert summary["cpu_ms_per_trip"] == {"server": 0.0, "worker": 60.0}
    assert summary["cpu_ms_per_trip_total"] == 70.0
    assert [1.0, 9.0, 1.1] == [r["seconds"] for r in summary["rounds"]]


async def test_contenders_take_turns_in_changing_order() -> None:
    """So that whatever grows or tires during a run does not always hit the same one."""
    turns: list[str] = []
    contenders = {"a": Counting("A", turns), "b": Counting("B", turns)}
    runs = await contest.rounds(contenders, {"a": 1, "b": 2}, 2)
    assert ["bench-a-0:1", "bench-b-0:2", "bench-b-1:2", "bench-a-1:1"] == turns
    assert {"a": [1, 1], "b": [2, 2]} == {name: [run.trips for run in found] for name, found in runs.items()}


async def test_no_round_begins_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one always does."""
    monkeypatch.setattr(contest, "ENOUGH_SECONDS", 0.0)
    runs = await contest.rounds({"a": Counting("A", [])}, {"a": 1}, 3)
    assert len(runs["a"]) == 1


async def test_a_run_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says who did not come to an end."""
    monkeypatch.setattr(contest, "SECONDS_PER_RUN", 0.05)
    monkeypatch.setattr(contest, "SECONDS_PER_TRIP", 0.0)
    with pytest.raises(ConfigurationError, match="Endless: 3 trips did not come to their end"):
        await contest.measure(Counting("Endless", [], finished=False), "batch", 3)


def test_ratios_need_both_sides() -> None:
    """Without Celery there is one."""
    runs = {"invoice": [_run(1, 1.0, worker=1.0)], "bare": [_run(1, 1.0, worker=1.0)]}
    assert ["invoice_to_bare"] == list(ratios(runs))
    assert set(RATIOS) == set(ratios(runs | {"celery": runs["bare"], "celery_empty": runs["bare"]}))

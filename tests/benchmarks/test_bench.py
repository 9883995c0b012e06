"""The benchmarks work: tiny, on real servers, and without looking at any time."""

import importlib.util
import json
import shutil
from pathlib import Path

import psutil
import pytest

from benchmarks import __main__ as command
from benchmarks import pipeline
from benchmarks.pipeline import Plan
from tests.running import temporal_binary

# They start a dozen processes: far beyond what that takes on two processors that others use too.
pytestmark = [pytest.mark.xdist_group("benchmarks"), pytest.mark.timeout(300)]


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def test_ours_and_the_bare_workflow_are_measured_and_everything_is_ended() -> None:
    """All invoices are issued, or the run would have failed; no process is left."""
    temporal_binary()
    before = _children()
    result = await pipeline.run(Plan(sample=4, warm_up=1, trips=2, empty=3, rounds=2, celery=False))
    contenders = result["pipeline"]["contenders"]
    assert {"invoice": 2, "bare": 3} == {name: found["trips_per_round"] for name, found in contenders.items()}
    assert [2, 2] == [len(found["rounds"]) for found in contenders.values()]
    assert contenders["invoice"]["cpu_ms_per_trip"].keys() >= {"server", "worker", "rendering", "starter"}
    assert "rendering" not in contenders["bare"]["cpu_ms_per_trip"]
    assert ["invoice_to_bare"] == list(result["pipeline"]["ratios"])
    assert result["history"]["1"]["events"]["most"] < result["history"]["2"]["events"]["most"] <= 60
    assert before == _children()


@pytest.mark.skipif(importlib.util.find_spec("celery") is None, reason="celery is not installed: make bench does it")
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server: apt install redis-server")
async def test_the_same_steps_on_celery_issue_the_same_invoices() -> None:
    """The records have as many documents as chains were sent, or the run would have failed."""
    temporal_binary()
    before = _children()
    result = await pipeline.run(Plan(sample=4, warm_up=1, trips=2, empty=2, rounds=1, celery=True))
    contenders = result["pipeline"]["contenders"]
    assert ["invoice", "bare", "celery", "celery_empty"] == list(contenders)
    assert contenders["celery"]["cpu_ms_per_trip"]["rendering"] > 0
    assert set(pipeline.RATIOS) == set(result["pipeline"]["ratios"])
    assert before == _children()


def test_the_command_writes_what_it_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table for people, the same figures as JSON."""
    temporal_binary()
    file = tmp_path / "result.json"
    assert command.main(["--quick", "--only", "history", "--json", str(file)]) == 0
    written = json.loads(file.read_text("utf-8"))
    shown = capsys.readouterr().out
    assert {"at", "quick", "machine", "history"} == written.keys()
    assert str(written["history"]["2"]["bytes"]["most"]) in shown
    assert str(file) in shown


@pytest.mark.parametrize(
    "arguments", [["--only", "rendering"], ["--trips", "0"], ["--rounds", "many"], ["--json", "missing/x"]]
)
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the usual exit code and a line that names the option."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_without_celery_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result says what was skipped, and how to get it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    result: dict[str, object] = {}
    options = command.parser().parse_args(["--only", "pipeline,celery"])
    plan = command.plan(options, result)
    assert not plan.celery
    assert plan.rounds == 3
    assert "make bench" in str(result["skipped"])
    assert "celery: skipped" in capsys.readouterr().err

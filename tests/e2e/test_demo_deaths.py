"""What a demonstration survives, and that it leaves nothing behind when it does not."""

import json
import os
import signal
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from tests.e2e.demonstration import Running, alive, running, taxi_file, wait_for

ROWS = 60


def _pdfs(folder: Path) -> int:
    return sum(1 for _ in (folder / "out" / "data").rglob("*.pdf"))


@pytest.mark.timeout(300)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Kill -9 in the middle: it is started again, and every row has one invoice, without a gap, to the cent."""
    totals = taxi_file(tmp_path / "rides.csv", ROWS)
    with running(tmp_path, "--trips", "rides.csv", "--out", "out", "--no-ui", "--json") as run:
        run.until(lambda: _pdfs(tmp_path) >= 10)
        os.kill(run.pid_of("-m worker"), signal.SIGKILL)
        code = run.process.wait(240)
    made = [json.loads(line) for line in run.stdout.read_text().splitlines()]

    assert code == 0, run.stderr.read_text()
    assert "was ended by SIGKILL; started again" in run.stderr.read_text()
    assert len({document["trip_id"] for document in made}) == len(made) == ROWS
    assert sorted(map(Decimal, totals)) == sorted(Decimal(document["total"]) for document in made)
    series = defaultdict(list)
    for document in made:
        name, _, number = document["number"].rpartition("-")
        series[name].append(int(number))
    assert {name: list(range(1, len(numbers) + 1)) for name, numbers in series.items()} == {
        name: sorted(numbers) for name, numbers in series.items()
    }


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)],
    ids=["Ctrl-C", "SIGTERM", "kill -9"],
)
def test_leaves_no_process_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """However it ends, its servers, their keepers and the render processes end with it."""
    with running(tmp_path, "--out", "out", "--no-ui") as run:
        started = _everything(run)
        run.process.send_signal(number)
        ended = run.process.wait(30)
    wait_for(lambda: not alive(started), 15, lambda: str(alive(started)))

    assert code == ended, run.stderr.read_text()
    assert "Traceback" not in run.stderr.read_text()


def _everything(run: Running) -> list[psutil.Process]:
    """All its processes, once the last kind is there."""
    run.until(lambda: run.pid_of("render_child") != 0)
    return run.children()


def test_two_at_once_work_but_not_in_one_folder(tmp_path: Path) -> None:
    """Each takes ports of its own; the second into the same folder is told so."""
    with running(tmp_path, "--out", "one", "--count", "2", "--no-ui") as first:
        first.until((tmp_path / "one" / "demo.env").exists)
        other = tmp_path / "other"
        other.mkdir()
        with running(other, "--out", "two", "--count", "2", "--no-ui") as second:
            with running(other, "--out", str(tmp_path / "one"), "--no-ui") as third:
                refused = third.process.wait(30)
            codes = [second.process.wait(100), first.process.wait(100)]

    assert [0, 0] == codes, first.stderr.read_text() + second.stderr.read_text()
    assert refused == 1
    assert not (tmp_path / "one" / "demo.env").exists()

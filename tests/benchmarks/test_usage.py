"""Whose CPU time is counted where."""

import subprocess
import sys
import time

from benchmarks.usage import RENDERING, STARTER, cpu_seconds, difference

_BUSY = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
_TELL = "print('done', flush=True); input()"
_PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BUSY!r}, *sys.argv[1:]]); {_TELL}"


def _used(program: str, *arguments: str) -> dict[str, float]:
    """What it used until it said so, by role."""
    before = cpu_seconds({})
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = difference(before, cpu_seconds({"worker": process.pid}))
        process.communicate(b"\n")
    return used


def test_time_of_a_process_counts_for_its_role() -> None:
    """Seconds, less what the system's clock ticks round off."""
    assert _used(_BUSY + _TELL)["worker"] >= 0.2


def test_this_process_counts_without_its_children() -> None:
    """The servers and workers are its children, and counted elsewhere."""
    subprocess.run([sys.executable, "-c", _BUSY], check=True)
    assert cpu_seconds({})[STARTER] <= time.process_time() + 0.05


def test_time_of_ended_children_counts_too() -> None:
    """A pool may replace its processes while it is measured."""
    assert _used(_PARENT)["worker"] >= 0.2


def test_render_processes_are_a_role_of_their_own() -> None:
    """Whoever's children they are."""
    used = _used(_BUSY + _TELL, "tripinvoice.adapters.render_child")
    assert used[RENDERING] >= 0.2
    assert "worker" not in used


def test_an_ended_process_counts_nothing() -> None:
    """It is not an error that something is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert "worker" not in cpu_seconds({"worker": process.pid})

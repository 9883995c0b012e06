"""What tests of the demonstration share: running the installed command, and watching a run from outside."""

import json
import os
import random
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.taxis import taxi_csv

COMMAND = Path(sysconfig.get_path("scripts")) / "tripinvoice"
PATIENCE = 60.0

# Settings of somebody who works with the product: none of them may reach the demonstration.
HOSTILE = {
    "TEMPORAL_ADDRESS": "127.0.0.1:1",
    "TEMPORAL_NAMESPACE": "nobody",
    "TEMPORAL_TLS": "true",
    "TRIPINVOICE_DATA": "/nowhere/at/all",
    "TRIPINVOICE_STORE": "cassandra://127.0.0.1:1",
    "TRIPINVOICE_DOCUMENTS": "s3://127.0.0.1:1/nowhere",
    "TRIPINVOICE_KAFKA": "kafka://127.0.0.1:1",
    "TRIPINVOICE_RENDER_PROCESSES": "many",
    "TRIPINVOICE_BUILD_ID": "abc",
}
HOSTILE_ENV_FILE = "TRIPINVOICE_BUILD_ID=abc\nTRIPINVOICE_MONEY_SYSTEMS_URL=http://127.0.0.1:1\n"


def demo(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, patience: float = PATIENCE * 2
) -> "subprocess.CompletedProcess[str]":
    """A whole run in this folder."""
    return subprocess.run(
        [COMMAND, "demo", *arguments],
        cwd=folder,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def documents(run: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    """What ``--json`` printed."""
    return [json.loads(line) for line in run.stdout.splitlines()]


@dataclass(frozen=True)
class Running:
    """A run under way, with its output in files."""

    process: "subprocess.Popen[bytes]"
    stdout: Path
    stderr: Path

    def children(self) -> list[psutil.Process]:
        """Every process that it started, itself or through others."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for this. Fails with what the run said when it does not come."""
        wait_for(condition, seconds, self.stderr.read_text)

    def pid_of(self, words: str) -> int:
        """The process whose command line has these words; 0 when there is none."""
        return next((child.pid for child in self.children() if words in command_line(child)), 0)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Running]:
    """A run in this folder, killed at the end if it is still there."""
    stdout, stderr = folder / "stdout", folder / "stderr"
    with stdout.open("wb") as out, stderr.open("wb") as told:
        process = subprocess.Popen([COMMAND, "demo", *arguments], cwd=folder, stdout=out, stderr=told)
        try:
            yield Running(process, stdout, stderr)
        finally:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], seconds: float, told: Callable[[], str] = str) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s; {told()}"
        time.sleep(0.1)


def command_line(process: psutil.Process) -> str:
    """How it was started; nothing when it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def alive(processes: Sequence[psutil.Process]) -> list[str]:
    """Those that still run: zombies do not."""
    return [command_line(process) for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def taxi_file(file: Path, rows: int) -> list[str]:
    """A file of so many different rides, the same every time; their totals."""
    text, totals = taxi_csv(rows, random.Random(rows))  # noqa: S311 - as the docstring says
    file.write_text(text)
    return totals

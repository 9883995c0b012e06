"""A server's process, kept by ``starter/keeper.py``: whatever happens, nothing of it is left behind.

The keeper ends the server when nobody holds the other end of its lifeline, a named pipe, any more. Who holds it decides
how long the server may live: the process that started it, or the pytest session for a server that is shared. All that
another process needs to deal with it is in its folder: ``process.json`` and a lock that the keeper holds.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from starter import keeper

KILL_SECONDS = 20.0  # SIGKILL is quick, but the kernel has to give a gigabyte back
_KEEPER = Path(keeper.__file__)
_started: "list[subprocess.Popen[bytes]]" = []  # kept: each is our child until it has ended and was waited for
_starting = threading.Lock()  # servers are started side by side


class Lifeline:
    """What keeps servers alive: they may live for as long as the process that has called :meth:`hold` does."""

    def __init__(self, pipe: Path) -> None:
        self.pipe = pipe
        self._end: int | None = None

    def hold(self) -> None:
        """Let them live."""
        if self._end is None:
            with contextlib.suppress(FileExistsError):
                os.mkfifo(self.pipe)
            self._end = os.open(self.pipe, os.O_RDWR)  # for reading too: then it does not wait for a reader

    def release(self) -> None:
        """Let them end."""
        if self._end is not None:
            os.close(self._end)
            self._end = None

    @contextlib.contextmanager
    def saying(self, order: Mapping[str, object]) -> Iterator[int]:
        """The keeper's end, with the order in it."""
        reader = os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        try:
            with self.pipe.open("wb", buffering=0) as writer:
                writer.write(json.dumps(order).encode() + b"\n")
                yield reader
        finally:
            os.close(reader)


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run; ``grace``: seconds between SIGTERM and SIGKILL."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    grace: float


class Process:
    """The process of the server that lives in this folder, whoever has started it."""

    def __init__(self, folder: Path, lifeline: Lifeline) -> None:
        self._state = folder / "process.json"
        self._lock = folder / "process.lock"
        self._lifeline = lifeline

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""
        try:
            with self._lock.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        pid: int = json.loads(self._state.read_bytes())["pid"]
        return pid

    def start(self, command: Command) -> None:
        """Start it; it must not run."""
        order = {
            "arguments": list(command.arguments),
            "environment": {"PATH": os.environ.get("PATH", os.defpath), **command.environment},
            "folder": str(command.folder),
            "log": str(command.log),
            "grace": command.grace,
        }
        with self._lock.open("ab") as lock, self._lifeline.saying(order) as end:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the keeper inherits it
            self._state.write_text(json.dumps(_keep(end, lock.fileno())))

    def signal(self, number: signal.Signals) -> None:
        """Send it to the whole group, if there is one."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def pause(self) -> None:
        """Stop its clock; the kernel takes a moment for that."""
        self.signal(signal.SIGSTOP)
        while self.alive and not self.paused:
            time.sleep(0.001)

    @property
    def paused(self) -> bool:
        """Whether its clock stands still."""
        return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

    def stop(self, grace: float) -> None:
        """End it: SIGTERM, and SIGKILL when it has not ended within the grace."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)  # a paused one could not end
        if not self.gone(grace):
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if not self.gone(KILL_SECONDS):
            raise TimeoutError(f"process {self.pid} does not end")

    def gone(self, seconds: float) -> bool:
        """Whether it is gone within this time."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def _keep(end: int, lock: int) -> dict[str, int]:
    """Start the keeper, which reads its order from ``end`` and holds ``lock`` while it lives; its first answer."""
    # -I and -S: neither the environment nor installed packages concern the keeper.
    running = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_KEEPER)],
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[lock],
        start_new_session=True,  # a Ctrl-C is for the person's command alone
    )
    with _starting:
        _started[:] = [running, *(one for one in _started if one.poll() is None)]
    assert running.stdout is not None
    with running.stdout as said:
        line = said.readline()
    if not line:
        raise RuntimeError("the keeper could not start the program")
    answer: dict[str, int] = json.loads(line)
    return answer

"""Our own processes on the stage, kept running as a platform keeps them: what ends is started again a moment later."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tests.servers.process import Command, Lifeline, Process

RESTART_SECONDS = 1.0
GRACE = 30.0


class Program:
    """A command that runs until :meth:`stop`, or until this process is gone."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        place = folder / name
        place.mkdir()
        self._lifeline = Lifeline(place / "lifeline")
        self._process = Process(place, self._lifeline)
        self._command = Command(arguments=command, environment=environment, folder=place, log=self.log, grace=GRACE)
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        return self._process.pid

    def start(self) -> None:
        """Start it, and whenever it ends start it again."""
        self._lifeline.hold()
        self._stopping.clear()
        self._wanted.set()
        self._process.start(self._command)
        self._thread = threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """SIGKILL to it alone, as the kernel does when memory ends."""
        os.kill(self.pid, signal.SIGKILL)

    def kill_child(self, words: str) -> bool:
        """SIGKILL to a child whose command line has these words; whether there was one."""
        for child in psutil.Process(self.pid).children(recursive=True):
            if words in " ".join(child.cmdline()):
                child.kill()
                return True
        return False

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after the grace. It is not started again."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._process.stop(GRACE)
            self._thread.join()
            self._thread = None
        self._lifeline.release()

    def hold(self) -> None:
        """Do not start it again until :meth:`release`, should it end."""
        self._wanted.clear()

    def release(self) -> None:
        """Start it again when it has ended."""
        self._wanted.set()

    def _keep(self) -> None:
        while not self._stopping.wait(0.1):
            if not self._process.alive and not self._stopping.wait(RESTART_SECONDS):
                self._wanted.wait()
                self._process.start(self._command)

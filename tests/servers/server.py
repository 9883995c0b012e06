"""What all servers have in common: a folder, ports of the loopback address, and how they are started and ended."""

import contextlib
import json
import random
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

from tests.servers.process import Command, Lifeline, Process

HOST = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections: there, while the server is down, a client that tries to
# reach it may be given its very port.
_PORTS = range(15_000, 32_000)
_TAIL_LINES = 40


class ServerError(Exception):
    """A server does not start."""


class Server(ABC):
    """A server in a folder of its own; nothing runs before :meth:`start`.

    Its data, its log and its ports are in the folder, so whoever opens the folder again, in whatever process, has the
    same server. ``lifeline`` decides how long it may live; without one, as long as this process.
    """

    name: ClassVar[str]
    usual_ports: ClassVar[Mapping[str, int]]  # "main" is what clients speak to
    grace: ClassVar[float] = 15.0  # seconds from SIGTERM to SIGKILL
    patience: ClassVar[float] = 180.0  # seconds until it must answer: two cores may be shared with many

    def __init__(self, folder: Path, lifeline: Lifeline | None = None, *, usual: bool = False) -> None:
        """``usual``: take the ports that everybody knows, where they are free."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.log = self.folder / "log.txt"
        self._own_lifeline = Lifeline(self.folder / "lifeline") if lifeline is None else None
        self._process = Process(self.folder, lifeline or self._own_lifeline or Lifeline(folder))
        self.ports = self._take_ports(usual=usual)

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    @property
    def port(self) -> int:
        """The port that clients speak to."""
        return self.ports["main"]

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""
        return self._process.alive

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address as the application's setting has it."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The variables that make the application use it."""

    def start(self) -> None:
        """Start it and wait until it answers. Raises :class:`ServerError`, with the end of its log."""
        self._hold()
        arguments, variables = self._prepare()
        command = Command(
            arguments=arguments, environment=variables, folder=self.folder, log=self.log, grace=self.grace
        )
        self._process.start(command)
        self._wait_until_ready()

    def stop(self) -> None:
        """End it in order, and by SIGKILL when it does not."""
        self._process.stop(self.grace)
        self._release()

    def kill(self) -> None:
        """SIGKILL to all of it; :meth:`restart` brings it back."""
        self._process.kill()

    def pause(self) -> None:
        """Stop the clock for it: connections stay, nothing answers."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it again on the same ports and the same data, ending it first when it runs."""
        self._process.stop(self.grace)
        self.start()

    @abstractmethod
    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        """Write its configuration; the command that starts it, and the environment."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it does its work for a client. May raise while it does not."""

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.patience
        while not (listens(self.port) and self._does_answer()):
            if not self.alive:
                raise ServerError(f"{self.name} has ended while starting. {self._last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.name} does not answer within {self.patience:.0f} s. {self._last_words()}")
            time.sleep(0.1)

    def _does_answer(self) -> bool:
        with contextlib.suppress(Exception):  # whatever its client library raises: it is asked again
            return self._answers()
        return False

    def _last_words(self) -> str:
        lines = self.log.read_bytes().decode(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([f"The end of {self.log}:", *lines])

    def _take_ports(self, *, usual: bool) -> dict[str, int]:
        known = self.folder / "ports.json"
        if known.exists():
            kept: dict[str, int] = json.loads(known.read_bytes())
            if self.alive or not any(listens(port) for port in kept.values()):
                return kept
        ports = {use: port if usual and not listens(port) else free_port() for use, port in self.usual_ports.items()}
        known.write_text(json.dumps(ports))
        return ports

    def _hold(self) -> None:
        if self._own_lifeline is not None:
            self._own_lifeline.hold()

    def _release(self) -> None:
        if self._own_lifeline is not None:
            self._own_lifeline.release()


def listens(port: int) -> bool:
    """Whether somebody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port on which a server may listen again after it has been killed: none that Linux gives to clients."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port

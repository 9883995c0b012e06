"""The command line against the real thing: a running stack, and ``tripinvoice`` as a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests import scenarios
from tests.running import Stack, running

ISSUED, PARKED = "cli-issued", "cli-parked"


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its one JSON value."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """Its JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Cli:
    """Runs ``tripinvoice`` with an environment."""

    environment: Mapping[str, str]

    async def __call__(self, *arguments: str, program: tuple[str, ...] = (), **environment: str) -> Told:
        """Run it to its end, with nobody at the keyboard."""
        process = await asyncio.create_subprocess_exec(
            *(program or (sys.executable, "-P", "-m", "starter.cli")),
            *arguments,
            env={**self.environment, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Told(process.returncode or 0, out.decode(), err.decode())


def environment_of(stack: Stack) -> dict[str, str]:
    """Variables with which a process finds this stack, and nothing of the tester's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIPINVOICE_", "TEMPORAL_"))}
    return {
        **kept,
        "TEMPORAL_ADDRESS": stack.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": stack.client.namespace,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "TRIPINVOICE_DATA": str(stack.wiring.settings.data),
        "TRIPINVOICE_MONEY_SYSTEMS_URL": stack.systems_url,
        "NO_COLOR": "1",
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cli_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack on real time, with one issued and one parked invoice."""
    async with running(tmp_path_factory.mktemp("cli"), time_skipping=False) as stack:
        await stack.invoice(await stack.know(scenarios.berlin(ISSUED)))
        await stack.parked(await stack.know(scenarios.berlin(PARKED), fares=None))
        yield stack


@pytest.fixture(scope="session")
def cli(cli_stack: Stack) -> Cli:
    """``tripinvoice`` against that stack."""
    return Cli(environment_of(cli_stack))

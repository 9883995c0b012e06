"""Every command of docs/operating.md, in its order, against a real server with real invoices."""

import asyncio
import json
import re
import sysconfig
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests import factories as f
from tests import scenarios
from tests.cli.conftest import Cli, Told, environment_of
from tests.running import Stack, running
from tripinvoice.trip import Trip

pytestmark = pytest.mark.xdist_group("operating")

PAGE = Path(__file__).parent.parent.parent / "docs" / "operating.md"
NUMBER = "DE-FL-FLT-7-2026-000001"
STATES = {
    "trip-4711": "Issued",
    "trip-4712": "Issued",
    "trip-4713": "Issued",
    "trip-4714": "Issued",
    "trip-4715": "Issued",
    "trip-4716": "Voided",
    "trip-4717": "Voided",
    "trip-4718": "Issued",
    "trip-4719": "Issued",
    "trip-4720": "Issued",
    "trip-4721": "Issued",
    "trip-4722": "Issued",
    "trip-4723": "Issued",
}


def commands() -> list[str]:
    """Each line of a console block that a reader would type."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The trips of the page, each in the trouble that the page helps it out of."""
    async with running(tmp_path_factory.mktemp("operating"), time_skipping=False) as stack:
        for trip_id in ("trip-4711", "trip-4722", "trip-4723"):
            await stack.invoice(await stack.know(scenarios.berlin(trip_id)))
        for trip_id in ("trip-4712", "trip-4714", "trip-4715", "trip-4716", "trip-4717"):
            await _parked_for_its_fare(stack, trip_id)
        await stack.parked(await stack.know(scenarios.berlin("trip-4713", pickup=replace(f.BERLIN, country="ZZ"))))
        await stack.fault(system="fares", trip_id="trip-4718", status=429, retry_after="3600", times=1)
        await stack.start(await stack.know(scenarios.berlin("trip-4718")))
        for trip_id in ("trip-4719", "trip-4720", "trip-4721"):
            await stack.handle(await _parked_for_its_fare(stack, trip_id)).terminate("by mistake")
        for trip_id in ("trip-4712", "trip-4715", "trip-4719", "trip-4720", "trip-4721"):
            await stack.know(scenarios.berlin(trip_id))
        yield stack


async def _parked_for_its_fare(stack: Stack, trip_id: str) -> Trip:
    trip = await stack.know(scenarios.berlin(trip_id), fares=None)
    await stack.parked(trip)
    return trip


async def _run(cli: Cli, command: str, folder: Path) -> Told:
    shell = ("/bin/sh", "-c", f'cd "{folder}" && {command}')
    scripts = sysconfig.get_path("scripts")
    return await cli(program=shell, PATH=f"{scripts}:{cli.environment['PATH']}")


async def test_every_command_works_in_the_order_of_the_page(stack: Stack, tmp_path: Path) -> None:
    """None fails, and afterwards every trip is where the page says that it is brought."""
    cli = Cli(environment_of(stack))
    (tmp_path / "fares.json").write_text(json.dumps(f.charges(f.charge("19.40"))))
    [record] = stack.wiring.records.by_trip("trip-4711")
    for command in commands():
        told = await _run(cli, command.replace(NUMBER, record.number), tmp_path)
        assert told.code == 0, f"{command}\n{told.out}{told.err}"
        assert told.out or ">" in command, command
    for trip_id, state in STATES.items():
        async with asyncio.timeout(30):
            handle = stack.client.get_workflow_handle(f"invoice/{trip_id}", result_type=dict[str, object])
            assert (await handle.result())["state"] == state, trip_id


def test_the_page_has_commands_for_every_trip() -> None:
    """A trip that no command names would be brought nowhere."""
    text = "\n".join(commands())
    assert {trip_id for trip_id in STATES if trip_id in text} == set(STATES)
    assert NUMBER in text

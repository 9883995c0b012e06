"""resume, void and rerun bring a parked or ended invoice to where the operator wants it."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import factories as f
from tests import scenarios
from tests.cli.conftest import ISSUED, PARKED, Cli
from tests.running import Stack

pytestmark = pytest.mark.xdist_group("cli")


async def test_resume_asks_again(cli: Cli, cli_stack: Stack) -> None:
    """The system is mended, the invoice comes."""
    scenario = scenarios.berlin("cli-resumed")
    trip = await cli_stack.know(scenario, fares=None)
    await cli_stack.parked(trip)
    await cli_stack.know(scenario)
    told = await cli("resume", "cli-resumed", "--reason", "fare is there", "--json")
    assert (told.code, told.json()) == (0, {"trip_id": "cli-resumed", "outcome": "resumed at fetch"})
    assert (await cli_stack.handle(trip).result()).state == "Issued"


async def test_resume_corrects_the_trip_step_by_step(cli: Cli, cli_stack: Stack) -> None:
    """A second correction builds on the first: the trip is the workflow's own, not its first input."""
    trip = await cli_stack.know(scenarios.berlin("cli-corrected", pickup=replace(f.BERLIN, country="ZZ")))
    handle = cli_stack.handle(trip)
    await cli_stack.parked(trip)
    first = await cli("resume", "cli-corrected", "--reason", "typo", "--set", "pickup.country=XX")
    await cli_stack.until(handle, "Parked")
    second = await cli("resume", "cli-corrected", "--reason", "zone", "--set", "pickup.country=DE")
    assert (first.code, second.code) == (0, 0)
    assert (await handle.result()).state == "Issued"


async def test_resume_takes_an_answer_from_a_file(cli: Cli, cli_stack: Stack, tmp_path: Path) -> None:
    """The answer is checked, archived, and used instead of asking."""
    trip = await cli_stack.know(scenarios.berlin("cli-answer"), fares=None)
    await cli_stack.parked(trip)
    file = tmp_path / "fares.json"
    file.write_text(json.dumps(f.charges(f.charge("19.40"))))
    told = await cli("resume", "cli-answer", "--reason", "by phone", "--answer", f"fares=@{file}")
    assert (told.code, told.err) == (0, "")
    assert [str(d.total) for d in (await cli_stack.handle(trip).result()).documents] == ["19.40 EUR"]


@pytest.mark.parametrize(
    ("extra", "code", "part"),
    [
        (("--set", "trip_id=other"), 1, "identity cannot be corrected"),
        (("--set", "frobnicate=1"), 1, "no field of a trip"),
        (("--set", "distance_m=far"), 1, "whole metres"),
        (("--set", "nonsense"), 1, "expected FIELD=VALUE"),
        (("--answer", "fares"), 2, "expected SYSTEM=@FILE"),
        (("--answer", "fares=@/nowhere.json"), 2, "cannot be read"),
        (("--answer", "nobody=@{file}"), 1, "no system of this name"),
        (("--answer", "fares=@{file}"), 1, "fares: "),
    ],
)
async def test_a_wrong_correction_changes_nothing(
    cli: Cli, tmp_path: Path, extra: tuple[str, str], code: int, part: str
) -> None:
    """One line that says what is wrong; the invoice stays parked."""
    file = tmp_path / "answer.json"
    file.write_text('{"currency": 7}')
    told = await cli("resume", PARKED, "--reason", "test", extra[0], extra[1].format(file=file))
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)
    assert part in told.err
    assert (await cli("show", PARKED, "--json")).json()["workflows"][0]["state"] == "Parked"


async def test_what_has_ended_cannot_be_mended(cli: Cli) -> None:
    """Resume and void refuse an issued invoice and say why."""
    for told in (
        await cli("resume", ISSUED, "--reason", "x"),
        await cli("void", ISSUED, "--reason", "x", "--yes"),
    ):
        assert (told.code, "has ended (Issued)" in told.err) == (1, True)


async def test_void_ends_it_and_asks_before(cli: Cli, cli_stack: Stack) -> None:
    """Without --yes and without anybody to ask, nothing happens."""
    trip = await cli_stack.know(scenarios.berlin("cli-void"), fares=None)
    await cli_stack.parked(trip)
    asked = await cli("void", "cli-void", "--reason", "test trip")
    assert (asked.code, "add --yes" in asked.err) == (2, True)
    told = await cli("void", "cli-void", "--reason", "test trip", "--yes")
    assert (told.code, told.out) == (0, "cli-void: voided\n")
    assert (await cli_stack.handle(trip).result()).state == "Voided"


async def test_rerun_takes_a_terminated_invoice_up_again(cli: Cli, cli_stack: Stack) -> None:
    """It begins before the step that failed, and comes to its invoice; a second rerun makes no second document."""
    scenario = scenarios.berlin("cli-rerun")
    trip = await cli_stack.know(scenario, fares=None)
    await cli_stack.parked(trip)
    await cli_stack.handle(trip).terminate("by mistake")
    await cli_stack.know(scenario)
    told = await cli("rerun", "cli-rerun", "--reason", "terminated by mistake", "--yes", "--json")
    assert (told.code, told.err) == (0, "")
    assert (await cli_stack.handle(trip).result()).state == "Issued"
    again = await cli("rerun", "cli-rerun", "--reason", "twice", "--from-start", "--yes")
    assert (again.code, again.err) == (0, "")
    assert (await cli_stack.handle(trip).result()).state == "Issued"
    assert len(await asyncio.to_thread(cli_stack.wiring.records.by_trip, "cli-rerun")) == 1

"""schedule apply, status and remove, and the audit that the schedule starts."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import ScheduleActionStartWorkflow, ScheduleOverlapPolicy

from starter.schedule import SCHEDULE
from tests.cli.conftest import Cli
from tests.running import Stack

pytestmark = pytest.mark.xdist_group("cli")


async def test_the_schedule_is_made_changed_run_and_removed(cli: Cli, cli_stack: Stack) -> None:
    """Twice is once; a pause survives a change; the audit that it starts tells its findings."""
    assert [5, 5] == [(await cli("schedule", verb)).code for verb in ("status", "remove")]
    applied = [await cli("schedule", "apply", "--json") for _ in range(2)]
    assert [(0, True), (0, False)] == [(told.code, told.json()["made"]) for told in applied]

    handle = cli_stack.client.get_schedule_handle(SCHEDULE)
    described = (await handle.describe()).schedule
    assert isinstance(described.action, ScheduleActionStartWorkflow)
    assert ("AuditNumbers", ScheduleOverlapPolicy.SKIP, timedelta(days=1)) == (
        described.action.workflow,
        described.policy.overlap,
        described.policy.catchup_window,
    )
    shown = (await cli("schedule", "status", "--json")).json()
    assert (False, "03:00:00Z", None) == (shown["paused"], shown["next_at"][11:], shown["last"])

    await handle.trigger()
    shown = await _ended(cli)
    assert ("Completed", 0) == (shown["last"]["status"], shown["last"]["findings"])
    assert "Completed  0 findings" in (await cli("schedule", "status")).out

    await handle.pause()
    told = await cli("schedule", "apply", "--cron", "30 2 * * *", "--since-days", "0")
    assert (0, "Schedule audit-numbers changed: 30 2 * * * (UTC), every number looked at closely\n") == (
        told.code,
        told.out,
    )
    shown = (await cli("schedule", "status", "--json")).json()
    assert True is shown["paused"]
    assert "paused" in (await cli("schedule", "status")).out
    assert 0 == (await cli("schedule", "remove")).code
    assert 5 == (await cli("schedule", "status")).code


async def _ended(cli: Cli) -> dict[str, Any]:
    """What ``schedule status`` shows when the audit has ended."""
    while True:
        shown: dict[str, Any] = (await cli("schedule", "status", "--json")).json()
        if shown["last"] is not None and shown["last"]["status"] != "Running":
            return shown
        await asyncio.sleep(0.2)


async def test_times_that_temporal_does_not_take_are_told(cli: Cli) -> None:
    """In one line that names the option; nothing is made."""
    told = await cli("schedule", "apply", "--cron", "at night")
    assert (1, "", 1) == (told.code, told.out, told.err.count("\n"))
    assert "--cron: Temporal does not take it" in told.err

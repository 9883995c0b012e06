"""month invoice and month schedule, and what follows for a month: show, verify, regenerate, credit, reissue."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import ScheduleActionStartWorkflow, ScheduleOverlapPolicy

from starter.months import SCHEDULE
from tests import factories as f
from tests import scenarios
from tests.cli.conftest import Cli
from tests.running import Stack
from tripinvoice.answers import Provides
from tripinvoice.invoice import account_key
from workflows.monthly_invoice import monthly_workflow_id

pytestmark = pytest.mark.xdist_group("cli")

# A month for each test: everything that the others drove in it would be invoiced too.
SEPTEMBER, OCTOBER = "2026-09", "2026-10"


async def _drive(stack: Stack, trip_id: str, month: str) -> None:
    """A ride in that month, 19.40 EUR, of a company that is invoiced by the month."""
    company = f.PARTIES["DE"][Provides.BUSINESS] | {"ref": "biz-cli", "kind": "company", "invoicing": "monthly"}
    started_at = datetime.fromisoformat(f"{month}-15T17:30:00Z")
    ride = scenarios.berlin(trip_id, started_at=started_at, ended_at=started_at + timedelta(minutes=20))
    trip = await stack.know(ride, **{"business-profiles": company})
    assert (await stack.invoice(trip)).state == "Collected"


async def _ended(stack: Stack, month: str) -> Any:
    """The result of the account's month."""
    handle = stack.client.get_workflow_handle(monthly_workflow_id(month, account_key("biz-cli")))
    return await handle.result()


async def test_a_month_is_invoiced_credited_and_invoiced_anew(cli: Cli, cli_stack: Stack) -> None:
    """Each command says what to do next; a month that is run again has nothing left to invoice."""
    for trip_id in ("cli-month-1", "cli-month-2"):
        await _drive(cli_stack, trip_id, OCTOBER)
    told = await cli("month", "invoice", OCTOBER, "--json")
    assert (told.code, told.err, told.json()) == (0, "", {"month": OCTOBER, "started": 1})
    [document] = (await _ended(cli_stack, OCTOBER))["documents"]
    key, number = document["document"]["trip_id"], document["number"]
    again = await cli("month", "invoice", OCTOBER)
    assert (again.code, again.out) == (0, f"{OCTOBER}: 1 account started; `tripinvoice parked` lists what waits\n")
    assert (await _ended(cli_stack, OCTOBER))["state"] == "Collected"
    assert key in (await cli("show", number)).out
    assert [(await cli(command, key)).code for command in ("verify", "regenerate")] == [0, 0]

    credit = ("credit", key, "--reason", "wrong address", "--reissue")
    done = (await cli(*credit, "--json")).json()
    assert [note["gross"] for note in done["notes"]] == ["38.80"]
    assert (done["reissued"], done["months"]) == (["invoice/cli-month-1/2", "invoice/cli-month-2/2"], [OCTOBER])
    assert f"`tripinvoice month invoice {OCTOBER}`" in (await cli(*credit)).out
    for no in (1, 2):
        assert (await cli_stack.handle_of(f"cli-month-{no}", 2).result()).state == "Collected"
    await cli("month", "invoice", OCTOBER)
    [anew] = (await _ended(cli_stack, OCTOBER))["documents"]
    assert (anew["document"]["revision"], anew["total"]) == (2, document["total"])
    shown = (await cli("show", key, "--json")).json()
    assert sorted((one["kind"], one["number"] == number) for one in shown["documents"]) == [
        ("credit_note", False),
        ("invoice", False),
        ("invoice", True),
    ]
    refused = await cli("credit", "cli-month-1", "--reason", "detour")
    assert (refused.code, "on the invoice of its month" in refused.err) == (1, True)


async def test_one_document_of_a_month_is_credited(cli: Cli, cli_stack: Stack) -> None:
    """The one that a late trip is on, by its revision."""
    for trip_id in ("cli-late-1", "cli-late-2"):
        await _drive(cli_stack, trip_id, SEPTEMBER)
        await cli("month", "invoice", SEPTEMBER)
        [document] = (await _ended(cli_stack, SEPTEMBER))["documents"]
    key = document["document"]["trip_id"]
    unclear = await cli("credit", key, "--reason", "detour", "--amount", "1.00")
    assert (unclear.code, "Say one of 1, 2" in unclear.err) == (1, True)
    told = await cli("credit", key, "--reason", "detour", "--amount", "1.00", "--revision", "2", "--json")
    assert [left["left"] for left in told.json()["left"]] == ["19.40", "18.40"]


async def test_the_month_is_scheduled_changed_and_removed(cli: Cli, cli_stack: Stack) -> None:
    """Twice is once, a pause survives a change, and what it starts is the invoices of the month before."""
    assert (await cli("month", "schedule", "--remove")).code == 5
    made = [await cli("month", "schedule") for _ in range(2)]
    assert [(told.code, told.out) for told in made] == [
        (0, f"Schedule monthly-invoices {outcome}: 0 6 2 * * (UTC)\n") for outcome in ("made", "changed")
    ]
    handle = cli_stack.client.get_schedule_handle(SCHEDULE)
    described = await handle.describe()
    assert isinstance(described.schedule.action, ScheduleActionStartWorkflow)
    assert ("MonthlyInvoices", ScheduleOverlapPolicy.SKIP, timedelta(days=5)) == (
        described.schedule.action.workflow,
        described.schedule.policy.overlap,
        described.schedule.policy.catchup_window,
    )
    upcoming = described.info.next_action_times[0]
    assert (upcoming.day, upcoming.hour) == (2, 6)
    await handle.pause()
    changed = await cli("month", "schedule", "--cron", "30 4 3 * *", "--json")
    assert changed.json() == {"schedule": SCHEDULE, "outcome": "changed", "cron": "30 4 3 * *"}
    assert (await handle.describe()).schedule.state.paused
    removed = await cli("month", "schedule", "--remove", "--json")
    assert (removed.code, removed.json()) == (0, {"schedule": SCHEDULE, "outcome": "removed", "cron": None})


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("invoice", "November"), 2, "does not match the format"),
        (("schedule", "--cron", "at night"), 1, "--cron: Temporal does not take it"),
    ],
)
async def test_what_is_no_month_or_no_time_is_told(cli: Cli, arguments: tuple[str, ...], code: int, part: str) -> None:
    """With what was wrong; nothing is made."""
    told = await cli("month", *arguments)
    assert (told.code, told.out) == (code, "")
    assert part in " ".join(told.err.split())

"""credit takes back what was invoiced, says what is left, and show has both side by side."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from starter.samples.portugal import SCENES as PORTUGUESE
from starter.samples.scene import scenario as scenario_of
from tests import scenarios
from tests.cli.conftest import Cli
from tests.running import Stack
from tripinvoice.invoice import Kind

pytestmark = pytest.mark.xdist_group("cli")

WHOLE = "cli-whole"  # nothing of it is ever taken back


async def test_credit_takes_back_a_part_and_says_what_is_left(cli: Cli, cli_stack: Stack) -> None:
    """Once for the same command; the same again under another request."""
    await cli_stack.invoice(await cli_stack.know(scenarios.berlin("cli-part")))
    command = ("credit", "cli-part", "--reason", "detour", "--amount", "5.00")
    told = await cli(*command, "--json")
    done = told.json()
    [note] = done["notes"]
    assert (told.code, told.err, done["again"]) == (0, "", False)
    assert (note["gross"], note["tax"], note["lines"]) == ("5.00", "0.33", [{"line": "1", "gross": "5.00"}])
    assert [(left["gross"], left["left"]) for left in done["left"]] == [("19.40", "14.40")]
    again = await cli(*command)
    assert (again.code, again.err) == (0, "")
    assert "as asked for before" in again.out
    assert [word in again.out for word in (note["number"], "5.00", "14.40")] == [True] * 3
    more = (await cli(*command, "--request", "ticket-2", "--json")).json()
    assert (more["again"], more["left"][0]["left"]) == (False, "9.40")


async def test_credit_of_a_delivery_by_lines_then_all(cli: Cli, cli_stack: Stack) -> None:
    """A part is of one document, the rest of all."""
    await cli_stack.invoice(await cli_stack.know(scenarios.munich_delivery("cli-lines")))
    asked = ("--lines", "1,2x1,3=0.60", "--contract", "goods")
    told = await cli("credit", "cli-lines", "--reason", "a dish was missing", *asked, "--json")
    [note] = told.json()["notes"]
    assert [line["gross"] for line in note["lines"]] == ["14.90", "4.90", "0.60"]
    done = (await cli("credit", "cli-lines", "--reason", "never came", "--json")).json()
    assert [one["contract"] for one in done["notes"]] == ["delivery", "goods"]
    assert [one["left"] for one in done["left"]] == ["0.00", "0.00"]
    audited = await cli("audit")
    assert "cli-lines" not in audited.out
    verified = await cli("verify", "cli-lines")
    assert (verified.code, verified.err) == (0, "")


async def test_show_has_credit_notes_beside_what_they_take_back(cli: Cli, cli_stack: Stack) -> None:
    """The invoice says by whom it is credited and what is left, the credit note what it refers to and why."""
    await cli_stack.invoice(await cli_stack.know(scenarios.berlin("cli-beside")))
    await cli("credit", "cli-beside", "--reason", "late by an hour", "--amount", "5.00")
    shown = (await cli("show", "cli-beside", "--json")).json()
    invoice, note = shown["documents"]
    assert (invoice["kind"], note["kind"]) == ("invoice", "credit_note")
    assert (invoice["credited"], invoice["left"]) == ([{"number": note["number"], "total": "5.00"}], "14.40")
    assert note["corrects"]["number"] == invoice["number"]
    assert {one["workflow_id"] for one in shown["workflows"]} == {"invoice/cli-beside", "credit/cli-beside"}
    text = await cli("show", invoice["number"])
    assert f"5.00 EUR by {note['number']}" in text.out
    of_note = await cli("show", note["number"])
    assert [word in of_note.out for word in (f"{invoice['number']} of", "late by an hour")] == [True, True]


async def test_a_reissue_invoices_the_trip_anew(cli: Cli, cli_stack: Stack) -> None:
    """As its next revision, from what the systems answer now; the same command again changes nothing."""
    scenario = scenarios.berlin("cli-anew")
    await cli_stack.invoice(await cli_stack.know(scenario))
    command = ("credit", "cli-anew", "--reason", "wrong address", "--reissue", "--json")
    done = (await cli(*command)).json()
    assert (done["reissued"], done["months"]) == (["invoice/cli-anew/2"], [])
    assert (await cli_stack.handle_of("cli-anew", 2).result()).state == "Issued"
    again = (await cli(*command)).json()
    assert (again["again"], again["notes"], again["reissued"]) == (True, done["notes"], done["reissued"])
    records = await asyncio.to_thread(cli_stack.wiring.records.by_trip, "cli-anew")
    kinds = [(one.document.revision, one.document.kind) for one in records]
    assert kinds == [(1, Kind.CREDIT_NOTE), (1, Kind.INVOICE), (2, Kind.INVOICE)]
    text = (await cli(*command[:-1])).out
    assert "invoiced anew: invoice/cli-anew/2" in text


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("nobody", "--reason", "x"), 5, "no document of it is issued"),
        ((WHOLE, "--reason", "x", "--amount", "999.00"), 1, "more than what remains"),
        ((WHOLE, "--reason", "x", "--amount", "1,00"), 1, "expected a decimal string"),
        ((WHOLE, "--reason", "x", "--lines", "9"), 1, "open lines are 1"),
        ((WHOLE, "--reason", "x", "--lines", "one"), 2, "expected line numbers"),
        ((WHOLE, "--reason", "x", "--lines", "1=0.001"), 1, "whole minor units"),
        ((WHOLE, "--reason", "x", "--lines", "1", "--amount", "1.00"), 2, "either --lines or --amount"),
        ((WHOLE, "--reason", " "), 2, "say why"),
        ((WHOLE, "--reason", "x", "--contract", "goods"), 1, "no such document of it is issued"),
        ((WHOLE, "--reason", "x", "--request", "a b"), 1, "request: expected"),
        ((WHOLE, "--reason", "x", "--amount", "1.00", "--reissue"), 2, "only after a credit of the whole trip"),
    ],
)
async def test_what_cannot_be_taken_back_is_told_in_one_line(
    cli: Cli, cli_stack: Stack, arguments: tuple[str, ...], code: int, part: str
) -> None:
    """With what to do instead; nothing is numbered."""
    await cli_stack.invoice(await cli_stack.know(scenarios.berlin(WHOLE)))
    told = await cli("credit", *arguments)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)
    assert part in told.err
    assert len((await cli("show", WHOLE, "--json")).json()["documents"]) == 1


async def test_a_parked_credit_is_mended_as_an_invoice_is(cli: Cli, cli_stack: Stack) -> None:
    """It is among the parked; resume with --credit goes on with it."""
    await cli_stack.invoice(await cli_stack.know(scenarios.berlin("cli-credit-parked")))
    [record] = await asyncio.to_thread(cli_stack.wiring.records.by_trip, "cli-credit-parked")
    assert record.invoice is not None
    place = Path(cli_stack.wiring.documents.location(record.invoice))
    away = await asyncio.to_thread(place.rename, place.with_suffix(".away"))
    command = ("credit", "cli-credit-parked", "--reason", "detour")
    told = await cli(*command)
    assert (told.code, "parked at credit" in told.err) == (1, True)
    assert "credit/cli-credit-parked" in [json.loads(line)["workflow_id"] for line in await _parked(cli)]
    await asyncio.to_thread(away.rename, place)
    shown = await cli("show", "cli-credit-parked")
    assert "tripinvoice resume credit/cli-credit-parked --reason" in shown.out
    wrong = await cli("resume", "credit/cli-credit-parked", "--reason", "x", "--set", "pickup.country=DE")
    assert (wrong.code, "leave out --set" in wrong.err) == (1, True)
    resumed = await cli("resume", "credit/cli-credit-parked", "--reason", "restored")
    assert (resumed.code, resumed.out) == (0, "credit/cli-credit-parked: resumed at credit\n")
    assert (await cli(*command, "--json")).json()["left"][0]["left"] == "0.00"


async def test_a_credit_goes_on_with_newer_registrations_only(cli: Cli, cli_stack: Stack, tmp_path: Path) -> None:
    """An answer about anything else is refused; what was registered since the trip is what it lacked."""
    kinds = ("invoice", "receipt")
    known = [{"supplier": "driver", "kind": kind, "validation_code": "JFX7FT2X"} for kind in kinds]
    scenario = scenario_of(replace(PORTUGUESE[0], slug="cli-late"))
    registered = {"registrations": known}
    await cli_stack.invoice(await cli_stack.know(scenario, **{"number-registrations": registered}))
    command = ("credit", scenario.trip_id, "--reason", "detour")
    told = await cli(*command)
    assert (told.code, "numbering: no system says with which code" in told.err) == (1, True)
    registered["registrations"].append(
        {"supplier": "driver", "kind": "credit_note", "prefix": "FS", "validation_code": "LATE1234"}
    )
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(registered))
    resume = ("resume", f"credit/{scenario.trip_id}", "--reason", "registered by now", "--answer")
    refused = await cli(*resume, f"fares=@{file}")
    assert (refused.code, "provides 'numbering' may be newer" in refused.err) == (1, True)
    resumed = await cli(*resume, f"number-registrations=@{file}")
    assert (resumed.code, resumed.err) == (0, "")
    assert (await cli(*command, "--json")).json()["left"][0]["left"] == "0.00"
    assert (await cli("verify", scenario.trip_id)).code == 0


async def _parked(cli: Cli) -> list[str]:
    """The list may be a moment behind."""
    for _ in range(50):
        if lines := [line for line in (await cli("parked", "--json")).out.splitlines() if "credit/" in line]:
            return lines
        await asyncio.sleep(0.1)
    return []

"""show, open, status and parked, as processes of their own against a running stack."""

import hashlib
from pathlib import Path

import pytest

from tests import factories as f
from tests import scenarios
from tests.cli.conftest import ISSUED, PARKED, Cli
from tests.running import Stack

pytestmark = pytest.mark.xdist_group("cli")


async def test_show_has_the_whole_document(cli: Cli) -> None:
    """By trip, as JSON: what the data team joins on, amounts as decimal strings, and the workflow."""
    told = await cli("show", ISSUED, "--json")
    shown = told.json()
    [document] = shown["documents"]
    assert (told.code, told.err) == (0, "")
    assert (document["total"], document["currency"], document["state"]) == ("19.40", "EUR", "ISSUED")
    assert (shown["workflows"][0]["state"], shown["workflows"][0]["status"]) == ("Issued", "Completed")
    content = Path(document["pdf"]).read_bytes()  # noqa: ASYNC240 - a test may wait for its disk
    assert document["sha256"] == hashlib.sha256(content).hexdigest()


async def test_show_finds_a_document_by_its_number(cli: Cli) -> None:
    """The number that a customer reads from the paper is enough."""
    number = (await cli("show", ISSUED, "--json")).json()["documents"][0]["number"]
    told = await cli("show", number)
    assert (told.code, told.err) == (0, "")
    assert number in told.out
    assert f"invoice/{ISSUED}" in told.out
    assert "19.40" in told.out


async def test_show_finds_what_the_paper_says(cli: Cli) -> None:
    """The number as printed with its date; another date is another document, and what is no date is told."""
    document = (await cli("show", ISSUED, "--json")).json()["documents"][0]
    printed, issued = document["printed_number"], document["issue_date"]
    told = await cli("show", printed, "--issued", issued, "--json")
    assert [found["number"] for found in told.json()["documents"]] == [document["number"]]
    assert (await cli("show", printed, "--issued", "2001-01-01")).code == 5
    told = await cli("show", printed, "--issued", "yesterday")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "--issued: expected a day" in told.err


async def test_show_without_a_temporal_server_shows_the_records(cli: Cli) -> None:
    """An outage of Temporal must not hide an invoice from a tax inspector."""
    told = await cli("show", ISSUED, TEMPORAL_ADDRESS="localhost:1")
    assert told.code == 0
    assert "ISSUED" in told.out
    assert "no Temporal server at localhost:1" in told.err


async def test_show_says_why_a_trip_is_parked_and_how_to_go_on(cli: Cli) -> None:
    """Step, code, reason and the two commands."""
    told = await cli("show", PARKED)
    assert told.code == 0
    for part in ("Parked", "parked at fetch", "MissingAnswerError", f"tripinvoice resume {PARKED} --reason"):
        assert part in told.out


@pytest.mark.parametrize(
    "arguments", [("show", "nobody"), ("open", "nobody"), ("open", PARKED), ("regenerate", PARKED)]
)
async def test_what_does_not_exist_is_told_in_one_line(cli: Cli, arguments: tuple[str, ...]) -> None:
    """Exit code 5, one line on stderr, nothing on stdout."""
    told = await cli(*arguments)
    assert (told.code, told.out, told.err.count("\n")) == (5, "", 1)


@pytest.mark.parametrize("trip_id", ["x' OR TripId != '", "x\\' OR TripId != \\'", "') OR ('1' = '1", "a\nb\x1b[31m"])
async def test_a_trip_id_cannot_leave_its_query(cli: Cli, trip_id: str) -> None:
    """Quotes and control characters in an id find nothing, rather than everything."""
    told = await cli("show", trip_id)
    assert (told.code, told.out, "\x1b" in told.err) == (5, "", False)


async def test_open_prints_where_the_pdf_is(cli: Cli) -> None:
    """--print-path is for scripts, and opens nothing."""
    told = await cli("open", ISSUED, "--print-path")
    assert told.code == 0
    assert Path(told.out.strip()).read_bytes().startswith(b"%PDF")  # noqa: ASYNC240


async def test_status_counts_both_sides_and_audits(cli: Cli) -> None:
    """Workflows by state, records by state, every series gapless."""
    told = await cli("status", "--json")
    counted = told.json()
    assert told.code == 0
    assert counted["workflows"]["Parked"] >= 1
    assert counted["records"]["ISSUED"] >= 1
    assert counted["gapless"] is True
    assert all(one["last_no"] == one["count"] for one in counted["series"])


async def test_parked_lists_why_and_since_when(cli: Cli) -> None:
    """One JSON line an invoice, with what a program needs to mend it."""
    [found] = [one for one in (await cli("parked", "--json")).lines() if one["trip_id"] == PARKED]
    assert ("DE", "fetch", "MissingAnswerError", "fares") == tuple(
        found[name] for name in ("country", "step", "code", "field")
    )
    assert found["since"].endswith("Z")


async def test_parked_can_be_asked_by_country(cli: Cli) -> None:
    """Of a country without parked invoices, it says so."""
    told = await cli("parked", "--country", "fr")
    assert (told.code, told.out) == (0, "Nothing is parked.\n")


async def test_outside_text_cannot_draw_on_the_terminal(cli: Cli, cli_stack: Stack) -> None:
    """A dish that is called like markup or an escape sequence is shown as text."""
    name = "[bold red]Soup[/bold red] \x1b[2Jclear"
    basket = f.charges(f.charge("10.00", "food_hot", "goods", code="soup", description=name))
    scenario = scenarios.munich_delivery("cli-escape")
    trip = await cli_stack.know(scenario, baskets=basket, payments=f.card("10.00"))
    await cli_stack.invoice(trip)
    told = await cli("show", "cli-escape")
    assert (told.code, "\x1b" in told.out, "[bold red]Soup[/bold red]" in told.out) == (0, False, True)

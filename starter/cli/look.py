"""Commands that look and change nothing: show, open, status, parked."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding

from starter.cli.failures import CommandError
from starter.cli.output import Json, emit, moment, safe, state, stderr, stdout, table

TripOrNumber = Annotated[
    str, typer.Argument(metavar="TRIP_OR_NUMBER", help="A trip's id, or the number of one of its documents.")
]

_WHILE_IT_OPENS = timedelta(minutes=5)


def show(
    trip_or_number: TripOrNumber,
    *,
    issued: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The date of issue, when the number is what the document shows: 2026-11-02."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show an invoice: its documents with lines and totals, and where its workflow is.

    Some countries' documents show another number than the store's, and not one of its own: in Bulgaria each supplier
    has a 0000000001. Such a number is found together with the date of issue, by reading the records of that day.

    Works without a Temporal server too: then it shows what the record store has. Names and addresses on the documents
    are personal data; they are shown here and nowhere else.
    """
    from starter.cli import invoice_panel
    from starter.cli.found import find
    from starter.cli.reports import day

    found = asyncio.run(find(trip_or_number, day(issued, "--issued")))
    if as_json:
        emit(invoice_panel.plain(found))
        return
    console = stdout()
    for document in found.documents:
        console.print(invoice_panel.panel(document))
    for part in invoice_panel.workflow_lines(found):
        console.print(part)
    if found.trouble:
        stderr().print(safe(f"the workflow is not shown: {found.trouble}", "yellow"))


def open_(
    trip_or_number: TripOrNumber,
    *,
    print_path: Annotated[
        bool, typer.Option("--print-path", help="Print where the PDF is, and do not open it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Open the PDF of an invoice in the program that this computer opens PDFs with; all of them for a trip.

    One in an S3 store is opened in the browser, by a link that is valid for five minutes.
    """
    from starter.cli.found import stored_pdfs

    for pdf in asyncio.run(stored_pdfs(trip_or_number, _WHILE_IT_OPENS)):
        if as_json:
            emit({"number": pdf.number, "pdf": pdf.location})
        else:
            stdout().print(safe(pdf.location), soft_wrap=True)
        if not print_path:
            _launch(pdf.link or pdf.location, Path(pdf.location).name)


def _launch(place: str, name: str) -> None:
    if typer.launch(place) != 0:
        raise CommandError(f"no program opened {name}: install xdg-utils, or use --print-path and open it yourself")


def status(*, as_json: Json = False) -> None:
    """Count invoices by state, and audit whether every series of numbers is gapless.

    Exit code 1 when a series has a hole. Workflows are counted as far as Temporal's retention reaches, records always.
    """
    from starter.cli.found import count
    from starter.overview import is_gapless

    counted = asyncio.run(count())
    series = [
        {
            "series": one.series,
            "period": one.period,
            "last_no": one.last_no,
            "count": one.count,
            "voided": one.voided,
            "gapless": is_gapless(one),
            "holes": list(one.holes),
        }
        for one in counted.series
    ]
    if as_json:
        emit({"workflows": counted.workflows, "records": counted.records, "gapless": counted.gapless, "series": series})
    else:
        _print_counts("Workflows", counted.workflows)
        _print_counts("Records", counted.records)
        _print_series(series)
    if not counted.gapless:
        raise CommandError("a series has holes: stop the workers and compare the ledger with a backup")


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    made = table("state", ">count", title=title)
    for name, number in counts.items():
        made.add_row(state(name), f"{number:,}")
    stdout().print(made if made.row_count else f"{title}: none", "")


def _print_series(series: list[dict[str, object]]) -> None:
    made = table("series", "period", ">last", ">numbers", ">void", "gapless", title="Series")
    for one in series:
        verdict = "[green]yes[/green]" if one["gapless"] else f"[bold red]no, missing {one['holes']}[/bold red]"
        made.add_row(
            safe(one["series"]),
            safe(one["period"]),
            str(one["last_no"]),
            str(one["count"]),
            str(one["voided"]),
            verdict,
        )
    stdout().print(made if series else "Series: none yet")


def parked(
    *,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="Only trips of this country, such as DE.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List the invoices that wait for an operator: since when, at which step, and why. The longest waiting first."""
    from starter.cli.found import list_parked

    waiting = asyncio.run(list_parked(country.upper() if country else None, limit))
    if as_json:
        for one in waiting:
            emit(one)
        return
    if not waiting:
        stdout().print("Nothing is parked.")
        return
    for one in waiting:
        since = moment(one["since"]) if isinstance(one["since"], datetime) else "unknown"
        facts = (one["country"], one["step"], one["code"])
        stdout().print(safe(since), safe(one["trip_id"], "bold"), *(safe(fact or "?") for fact in facts))
        stdout().print(Padding(safe(one["reason"] or "no failure in its newest events"), (0, 0, 0, 4), expand=False))
    if len(waiting) == limit:
        stderr().print(f"[dim]only the first {limit}; there may be more: --limit {limit * 10}[/dim]")

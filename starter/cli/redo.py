"""Commands that do again what was done, to prove something: regenerate and replay."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.mend import TripId
from starter.cli.output import Json, emit, safe, stdout, table

if TYPE_CHECKING:
    from starter.again import Replayed


def regenerate(
    trip_id: TripId,
    *,
    wait: Annotated[int, typer.Option(min=1, max=86_400, metavar="SECONDS", help="How long to wait for it.")] = 300,
    as_json: Json = False,
) -> None:
    """Make a trip's documents again from their archived evidence, and compare them with the issued ones byte by byte.

    The issued documents never change. Exit code 3 when one is not identical: then the regime, a template, a font or the
    renderer is not what it was. Runs after live trips, on the same workers.
    """
    from starter.cli.redone import regenerate as ask

    result = asyncio.run(ask(trip_id, wait))
    if as_json:
        for one in result.documents:
            emit(
                {
                    "trip_id": trip_id,
                    "number": one.number,
                    "contract": one.document.contract,
                    "identical": one.identical,
                    "issued_sha256": one.issued.sha256,
                    "again_sha256": one.again.sha256,
                }
            )
    else:
        made = table("number", "document", "identical", "sha256 issued", "sha256 again")
        for one in result.documents:
            verdict = "[green]yes[/green]" if one.identical else "[bold red]no[/bold red]"
            made.add_row(
                safe(one.number), safe(one.document.contract), verdict, one.issued.sha256[:16], one.again.sha256[:16]
            )
        stdout().print(made)
    if not all(one.identical for one in result.documents):
        raise typer.Exit(Exit.DIFFERS)


def replay(
    trip_id: Annotated[str | None, typer.Argument(metavar="[TRIP_ID]", help="Replay this trip's workflow.")] = None,
    *,
    query: Annotated[
        str | None, typer.Option(metavar="FILTER", help="Replay every workflow that this Temporal list filter finds.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="JSON", help="Replay a history saved with `temporal workflow show -o json`; needs no server."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many workflows of --query.")] = 100,
    as_json: Json = False,
) -> None:
    """Replay histories with the code at hand, and say whether it is safe to deploy. Nothing is executed or changed.

    Exit code 4 when the code would do something else than a history says: gate the change with workflow.patched().
    """
    from starter.cli.redone import replay as ask

    if sum((trip_id is not None, query is not None, bool(file))) != 1:
        raise CommandError("say what to replay: either TRIP_ID, or --query, or --file", Exit.USAGE)
    results = asyncio.run(ask(trip_id, query, file or [], limit))
    for one in results:
        _tell(one, as_json=as_json)
    failed = sum(one.failure is not None for one in results)
    if not as_json:
        verdict = "not safe to deploy" if failed else "safe to deploy"
        stdout().print(
            safe(f"{len(results)} replayed, {failed} failed: {verdict}", "bold red" if failed else "bold green")
        )
    if failed:
        raise typer.Exit(Exit.UNSAFE)


def _tell(one: "Replayed", *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "workflow_id": one.workflow_id,
                "run_id": one.run_id,
                "events": one.events,
                "safe": one.failure is None,
                "failure": one.failure,
            }
        )
        return
    mark = "[green]ok  [/green]" if one.failure is None else "[bold red]fail[/bold red]"
    stdout().print(mark, safe(one.workflow_id), f"[dim]{one.events} events[/dim]")
    if one.failure is not None:
        stdout().print("    ", safe(one.failure))

"""The command that shows everything at work, here and now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.output import Json

if TYPE_CHECKING:
    from starter.demo.run import Demo, Options


def demo(  # noqa: PLR0913 - each is an option of the command line
    *,
    trips: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Trips to invoice: JSON Lines of events with answers, or New York taxi CSV (docs/demo.md). "
            "Without it, the bundled sample.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", file_okay=False, help="Folder for invoices, stores and logs.")
    ] = Path("tripinvoice-demo"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the servers up afterwards, until Ctrl-C, to look around.")
    ] = False,
    gallery: Annotated[
        bool, typer.Option("--gallery", help="Also write gallery/index.html: a page per country to look at.")
    ] = False,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Show a migration instead: a candidate is rolled out in three countries, and is wrong in one of them.",
        ),
    ] = False,
    ui: Annotated[bool, typer.Option("--ui/--no-ui", help="With Temporal's Web UI.")] = True,
    as_json: Json = False,
) -> None:
    """Make invoices here and now: no server, no Docker, nothing to set up.

    Starts Temporal, Kafka, sample money systems and a worker for itself on free ports, sends the trips through them and
    proves that each has its invoice. Your own settings play no part. Exit code 0 only if every trip is invoiced.
    Run it again in the same folder: what is invoiced already is recognised, never made twice.
    """
    from starter.demo.run import Demo, Options, demonstrate

    options = Options(trips=trips, count=count, out=out, keep=keep, gallery=gallery, ui=ui, json=as_json)
    raise typer.Exit(demonstrate(options, _migration(options) if compare else Demo))


def _migration(options: "Options") -> "type[Demo]":
    from starter.demo.migration.run import Migration

    if options.trips or options.count or options.gallery:
        raise typer.BadParameter(
            "sends trips of its own: leave out --trips, --count and --gallery", param_hint="--compare"
        )
    return Migration

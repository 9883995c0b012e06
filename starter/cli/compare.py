"""Commands about a candidate, a second implementation of preprocess: ``compare TRIP_ID`` and ``compare report``."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from starter.cli.exits import Exit
from starter.cli.mend import Revision
from starter.cli.output import Json, emit, safe, stderr, stdout
from starter.cli.reports import duration

if TYPE_CHECKING:
    from starter.comparing import Again

TRIP = "trip"
"""The command that is meant when none is named."""

Candidate = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Ask this candidate; left out: that of the rollout that the trip belongs to."),
]


class TripOrCommand(TyperGroup):
    """A group of commands whose first word may also be a trip's id."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As it is parsed with the name of the command."""
        return super().parse_args(ctx, self.named(args, ctx.help_option_names))

    def named(self, args: list[str], helping: list[str]) -> list[str]:
        """The words with the name of the command before them, where it was left out."""
        left_out = args and args[0] not in self.commands and args[0] not in helping
        return [TRIP, *args] if left_out else args


def trip(  # noqa: PLR0913 - options, by name
    trip_id: Annotated[str, typer.Argument(metavar="TRIP_ID", help="The trip's id, as in its event.")],
    *,
    candidate: Candidate = None,
    revision: Revision | None = None,
    full: Annotated[bool, typer.Option("--full", help="Show both sides' drafts whole, line beside line.")] = False,
    values: Annotated[
        bool, typer.Option("--values", help="With --json: all values as they are, personal ones too.")
    ] = False,
    wait: Annotated[int, typer.Option(min=1, max=86_400, metavar="SECONDS", help="How long to wait for it.")] = 60,
    as_json: Json = False,
) -> None:
    """Run both implementations of preprocess again on a trip's archived evidence, and show where they differ.

    The word `trip` may be left out. Needs a worker, the candidate's worker and the records of the trip, not its
    workflow: what Temporal has forgotten is compared as well. Nothing is kept, counted or told. On the terminal values
    are shown as they are, names and addresses too; --json shows what events show, unless --values is given.

    Exit code 3 when they differ in what no ignore rule lets be, or when the candidate made no drafts.
    """
    from starter.cli import side_by_side
    from starter.cli.compared import again

    found = asyncio.run(again(trip_id, candidate, revision, wait))
    if as_json:
        emit(side_by_side.plain(found, values=values))
    else:
        screen = stdout()
        for part in side_by_side.lines(found.again, found.candidate, full=full):
            screen.print(part)
    if not _alike(found.again):
        raise typer.Exit(Exit.DIFFERS)


def report(  # noqa: PLR0913 - options, by name
    scope: Annotated[
        str | None, typer.Argument(metavar="[SCOPE]", help="Only this rollout's, such as DE/rides; left out: all.")
    ] = None,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="How far back: 30m, 24h, 7d; 90 days are kept.")] = "24h",
    samples: Annotated[int, typer.Option(min=1, help="Ready needs so many trips with drafts of the candidate.")] = 300,
    each: Annotated[int, typer.Option(min=1, help="Ready needs each kind of trip so many times.")] = 3,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page of HTML, for the browser.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Report what was compared, per country and line of business, and whether the candidate is ready to take over.

    Counts are trips, each as it was last compared. Net of noise: a path counts when both sides differ on it clearly
    more often than the current implementation differs from itself. At most: the rate of mismatches that is still
    possible, at 95 % confidence, when none of so many trips differed (the rule of three). docs/compare.md explains
    each part, and has the fields of --json.
    """
    from starter.cli import compare_page, compare_text
    from starter.cli.compared import report as ask
    from starter.cli.reports import console
    from tripinvoice.compare.report import Wanted, document

    made = asyncio.run(ask(scope, duration(since, "--since"), Wanted(samples=samples, each=each)))
    if html is not None:
        compare_page.write(made, html)
        stderr().print(safe(f"{compare_text.verdict(made)}; the report is in {html}"), soft_wrap=True)
    if as_json:
        emit(document(made))
    elif html is None:
        import sys

        compare_text.write(made, console(sys.stdout))


def _alike(again: "Again") -> bool:
    from tripinvoice.compare.comparison import Outcome

    return again.found.outcome in {Outcome.EQUAL, Outcome.ALIKE}

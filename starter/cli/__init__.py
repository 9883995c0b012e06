"""The command line: ``tripinvoice``.

Commands import what they need when they run, so that help and completion are quick.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from starter.cli import (
    audit,
    candidate,
    check,
    compare,
    credit,
    demo,
    dlq,
    einvoice,
    law,
    look,
    mend,
    month,
    preview,
    processes,
    reconcile,
    redo,
    rollout,
    rollout_look,
    schedule,
    schema,
    stored,
    verify,
)
from starter.cli.examples import EXAMPLES
from starter.cli.exits import MEANINGS, Exit
from starter.cli.failures import one_line, told
from starter.cli.output import safe, stderr

RUN, SET_UP, LOOK, MEND, PROVE, ROLL_OUT = "Run", "Set up", "Look", "Mend", "Check", "Roll out"


def _epilog(command: str) -> str:
    return "\n".join(["[bold]Examples[/bold]", *(f"[cyan]$ {escape(example)}[/cyan]" for example in EXAMPLES[command])])


def _help(function: Callable[..., None]) -> str:
    """Its docstring, with a line a paragraph: the terminal breaks lines, not our editor."""
    paragraphs = (function.__doc__ or "").split("\n\n")
    return escape("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs))


_EXIT_CODES = "\n".join(["[bold]Exit codes[/bold]", *(f"{code:>3}  {MEANINGS[code]}" for code in Exit)])

app = typer.Typer(
    name="tripinvoice",
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 - Typer calls it
    if value:
        from importlib.metadata import version

        typer.echo(f"tripinvoice {version('tripinvoice')}")
        raise typer.Exit


def options(
    *,
    debug: Annotated[  # read in run(), also when the arguments are wrong
        bool, typer.Option("--debug", help="Show where an error came from. Put it before the command.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Makes the legal invoice of every trip, once, and shows where each one is.

    Settings come from TRIPINVOICE_… variables or a .env file (docs/settings.md), Temporal's address from
    TEMPORAL_ADDRESS or temporal.toml, as for the `temporal` CLI. Every command takes --json and can be run twice.
    """


app.callback(help=_help(options), epilog=_EXIT_CODES)(options)

_COMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    (RUN, "demo", demo.demo),
    (RUN, "worker", processes.worker),
    (RUN, "bridge", processes.bridge),
    (RUN, "candidate", candidate.candidate),
    (SET_UP, "bucket apply", stored.apply_bucket),
    (SET_UP, "schema apply", schema.apply),
    (SET_UP, "schema status", schema.status),
    (SET_UP, "schedule apply", schedule.apply),
    (SET_UP, "schedule status", schedule.status),
    (SET_UP, "schedule remove", schedule.remove),
    (LOOK, "show", look.show),
    (LOOK, "open", look.open_),
    (LOOK, "link", stored.link),
    (LOOK, "einvoice", einvoice.einvoice),
    (LOOK, "status", look.status),
    (LOOK, "parked", look.parked),
    (LOOK, "regimes", law.regimes),
    (LOOK, "preview", preview.preview),
    (MEND, "resume", mend.resume),
    (MEND, "void", mend.void),
    (MEND, "rerun", mend.rerun),
    (MEND, "credit", credit.credit),
    (MEND, "request", mend.request),
    (MEND, "month invoice", month.invoice),
    (MEND, "month schedule", month.schedule),
    (MEND, "dlq list", dlq.list_),
    (MEND, "dlq show", dlq.show),
    (MEND, "dlq replay", dlq.replay),
    (ROLL_OUT, "rollout plan", rollout_look.plan),
    (ROLL_OUT, "rollout start", rollout.start),
    (ROLL_OUT, "rollout status", rollout_look.status),
    (ROLL_OUT, "rollout approve", rollout.approve),
    (ROLL_OUT, "rollout pause", rollout.pause),
    (ROLL_OUT, "rollout resume", rollout.resume),
    (ROLL_OUT, "rollout rollback", rollout.rollback),
    (ROLL_OUT, "rollout history", rollout_look.history),
    (ROLL_OUT, "rollout set", rollout.set_),
    (ROLL_OUT, "rollout kill", rollout.kill),
    (ROLL_OUT, "rollout unkill", rollout.unkill),
    (PROVE, "audit", audit.audit),
    (PROVE, "reconcile", reconcile.reconcile),
    (PROVE, "compare trip", compare.trip),
    (PROVE, "compare report", compare.report),
    (PROVE, "verify", verify.verify),
    (PROVE, "regenerate", redo.regenerate),
    (PROVE, "replay", redo.replay),
    (PROVE, "doctor", check.doctor),
)

_GROUPS = {
    "rollout": typer.Typer(
        help="A second implementation of preprocess: compared, then live for a part, then for all.",
        no_args_is_help=True,
    ),
    "month": typer.Typer(help="Customers who are invoiced by the month.", no_args_is_help=True),
    "schedule": typer.Typer(help="The audit of the numbers by the clock.", no_args_is_help=True),
    "schema": typer.Typer(help="The tables of a Cassandra store.", no_args_is_help=True),
    "bucket": typer.Typer(help="The buckets of an S3 document store.", no_args_is_help=True),
    "compare": typer.Typer(
        cls=compare.TripOrCommand,
        help="A candidate beside the current preprocess: of one trip (`compare TRIP_ID`), or all that was compared.",
        no_args_is_help=True,
    ),
    "dlq": typer.Typer(help="Refused trip events: look at them, and send them again.", no_args_is_help=True),
}

for _panel, _name, _function in _COMMANDS:
    _group, _, _verb = _name.rpartition(" ")
    if _group and _GROUPS[_group] not in [one.typer_instance for one in app.registered_groups]:
        app.add_typer(_GROUPS[_group], name=_group, rich_help_panel=_panel)
    _within, _where = (_GROUPS[_group], None) if _group else (app, _panel)
    _within.command(_verb, rich_help_panel=_where, help=_help(_function), epilog=_epilog(_name))(_function)


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns its exit code. Every error becomes one line on stderr."""
    warnings.formatwarning = lambda message, *_args, **_kwargs: f"tripinvoice: warning: {one_line(str(message))}\n"
    try:
        result = app(list(arguments), prog_name="tripinvoice", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on, and that is no error
        return Exit.FAILED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the top of the program
        if "--debug" in arguments[:1]:
            traceback.print_exception(error)
        line, code = told(error)
        stderr().print(safe(f"tripinvoice: {one_line(line)}"), soft_wrap=True)
        return code
    return int(result or Exit.OK)


def main() -> NoReturn:
    """The program.

    Everything is closed when a command returns, so it ends without the interpreter's farewell: the threads of the
    Temporal SDK were seen to hang or abort in it.
    """
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

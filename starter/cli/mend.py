"""Commands for a parked or failed invoice: resume, void, rerun."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.output import Json, emit, safe, stdout

MAX_REASON = 300  # characters, as the workflow has it

TripId = Annotated[
    str, typer.Argument(metavar="TRIP_ID", help="The trip's id, as in its event; or another workflow's id.")
]
Revision = Annotated[int, typer.Option(min=1, max=1000, help="Which revision of the trip.")]
Reason = Annotated[
    str, typer.Option(metavar="TEXT", help="Why, for the next reader: 1 to 300 characters, no names or addresses.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")]


def resume(  # noqa: PLR0913 - one parameter an option
    trip_id: TripId,
    *,
    reason: Reason,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Correct a field of the trip; an empty value takes it away."),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="SYSTEM=@FILE", help="Use this JSON file in place of a money system's answer."),
    ] = None,
    revision: Revision = 1,
    as_json: Json = False,
) -> None:
    """Let a parked invoice go on, after its cause is mended.

    By itself it asks every money system anew. With --set the trip is corrected first; with --answer a system is not
    asked, and the file stands for its answer (it is checked and archived as evidence). Once a number is taken the
    content cannot change any more, and the invoice only goes on. A credit note and a month's invoice are made of what
    is there already: they take an --answer only about their numbers, of a system that provides "numbering".
    """
    from starter.cli import mended

    files = dict(_answer_file(text) for text in answer or [])
    said = asyncio.run(mended.resume(trip_id, revision, _checked(reason), set_ or [], files))
    _say(trip_id, said, as_json=as_json)


def request(trip_id: TripId, *, revision: Revision = 1, as_json: Json = False) -> None:
    """Make the invoice that a customer asks for, where the law leaves it to him whether he wants one.

    His trip waits for as many days as the law gives him (`tripinvoice regimes` has them); after that it ends without.
    """
    from starter.cli import mended

    _say(trip_id, asyncio.run(mended.request(trip_id, revision)), as_json=as_json)


def void(
    trip_id: TripId,
    *,
    reason: Reason,
    revision: Revision = 1,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End a parked invoice without a document. A number that it took becomes void, for ever.

    What is issued cannot be voided: a credit note corrects it.
    """
    from starter.cli import mended

    confirm(f"End the invoice of trip {trip_id} for ever, without a document?", yes=yes)
    said = asyncio.run(mended.void(trip_id, revision, _checked(reason)))
    _say(trip_id, said, as_json=as_json)


def rerun(  # noqa: PLR0913 - one parameter an option
    trip_id: TripId,
    *,
    reason: Reason,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Do every step again, not only from the one that failed.")
    ] = False,
    revision: Revision = 1,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Reset the latest run of a trip's workflow to before the step that failed, and let it run from there.

    For a workflow that was terminated or cancelled, or after a deploy that mended a bug; better resume a parked one.
    It is safe to repeat: a step that is done finds what it did, so no second number and no second document comes of it.
    """
    from starter.cli import mended

    confirm(f"Reset the workflow of trip {trip_id}?", yes=yes)
    run_id, event_id = asyncio.run(mended.rerun(trip_id, revision, _checked(reason), from_start=from_start))
    if as_json:
        emit({"trip_id": trip_id, "run_id": run_id, "event_id": event_id})
    else:
        stdout().print(safe(f"reset to event {event_id}, new run {run_id}"), soft_wrap=True)


def _answer_file(text: str) -> tuple[str, bytes]:
    system, equals, file = text.partition("=")
    if not equals or not file.startswith("@"):
        raise CommandError("--answer: expected SYSTEM=@FILE such as fares=@mended.json", Exit.USAGE)
    try:
        return system, Path(file[1:]).read_bytes()
    except OSError as error:
        raise CommandError(f"--answer {system}: the file cannot be read ({type(error).__name__})", Exit.USAGE) from None


def _checked(reason: str) -> str:
    if not reason.strip() or len(reason) > MAX_REASON:
        raise CommandError(f"--reason: say why in 1 to {MAX_REASON} characters", Exit.USAGE)
    return reason


def confirm(question: str, *, yes: bool) -> None:
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise CommandError("nobody can be asked here: add --yes", Exit.USAGE)
    typer.confirm(question, abort=True, err=True)


def _say(trip_id: str, said: str, *, as_json: bool) -> None:
    if as_json:
        emit({"trip_id": trip_id, "outcome": said})
    else:
        stdout().print(safe(f"{trip_id}: {said}"), soft_wrap=True)

"""Commands for refused trip events: dlq list, dlq show, dlq replay.

A refused value may hold personal data: it is shown only where it is asked for.
"""

import asyncio
import base64
import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from starter.cli.failures import CommandError
from starter.cli.output import Json, emit, moment, safe, stderr, stdout, table

if TYPE_CHECKING:
    from starter.letters import Choice, Outcome, Place
    from tripinvoice.ports import DeadLetter, DeadLetters

T = TypeVar("T")

MAX_HEADER, MAX_VALUE = 300, 4_000  # characters that are shown
_PLACE = re.compile(r"([0-9]{1,9}):([0-9]{1,18})")

PlaceArgument = Annotated[
    str, typer.Argument(metavar="PARTITION:OFFSET", help="Where the letter lies, as `dlq list` has it.")
]
ReasonOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only those with this reason, such as InvalidTripError.")
]


def list_(
    *,
    reason: ReasonOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, of the latest events.")] = 50,
    all_: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    as_json: Json = False,
) -> None:
    """List refused trip events: when they were sent, why they were refused, where they came from.

    It joins no group and changes nothing. The time is the event's own, which a dead letter keeps.
    """
    from starter import letters as logic

    found = asyncio.run(_with_letters(lambda letters: logic.newest(letters, None if all_ else limit, reason)))
    if as_json:
        for letter in found:
            emit(_plain(letter))
        return
    if not found:
        stdout().print("No dead letters.")
        return
    made = table("letter", "event sent", "reason", "came from", "trip", "replayed")
    for letter in found:
        told = _plain(letter)
        cells = (told["letter"], moment(letter.message.sent_at), told["reason"], _origin(letter), told["trip_id"] or "")
        made.add_row(*(safe(cell) for cell in cells), "yes" if letter.replayed else "")
    stdout().print(made)
    if not all_ and len(found) == limit:
        stderr().print(f"[dim]only those of the latest {limit} events; there may be more: --all[/dim]")


def show(
    place: PlaceArgument,
    *,
    value: Annotated[bool, typer.Option("--value", help="Show the value too. It may hold personal data.")] = False,
    as_json: Json = False,
) -> None:
    """Show one refused trip event: why it was refused, what helps, and its headers."""
    partition, offset = _place(place)

    async def find(letters: "DeadLetters") -> "DeadLetter":
        return await asyncio.to_thread(letters.letter, partition, offset)

    letter = asyncio.run(_with_letters(find))
    if as_json:
        emit(_plain(letter) | _contents(letter, value=value))
        return
    told = _plain(letter)
    facts = {
        "letter": told["letter"],
        "event sent": moment(letter.message.sent_at),
        "came from": _origin(letter) or "unknown",
        "trip": told["trip_id"] or "unknown",
        "reason": told["reason"],
        "what helps": told["message"] or "its headers do not say",
        "tried": f"{letter.refusal.attempts} times, at {letter.refusal.stage or 'unknown'}",
        "replayed": "yes" if letter.replayed else "no",
        "value": _size(letter),
    }
    _print_pairs("", list(facts.items()))
    _print_pairs("Headers", [(name, _bounded(_text(content), MAX_HEADER)) for name, content in letter.message.headers])
    if value and letter.message.value is not None:
        stdout().print(safe(_bounded(_text(letter.message.value), MAX_VALUE)), soft_wrap=True)


def replay(  # noqa: PLR0913 - one parameter an option
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="PARTITION:OFFSET", help="Which letters, as `dlq list` has them.", show_default=False),
    ] = None,
    *,
    reason: ReasonOption = None,
    all_: Annotated[bool, typer.Option("--all", help="All that were not replayed yet.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that were replayed before.")] = False,
    rate: Annotated[float | None, typer.Option(min=0.01, metavar="N", help="At most so many a second.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    as_json: Json = False,
) -> None:
    """Send refused trip events to the topic and partition that they came from, once what refused them is mended.

    Value, key, time and headers are as they were. What was replayed is noted in the dead-letter topic and left alone
    the next time. A trip that has its workflow by now is started no second time.
    """
    from starter.letters import Choice, Outcome

    if (places is not None and places != []) + (reason is not None) + all_ != 1:
        raise typer.BadParameter("one of: PARTITION:OFFSET ..., --reason, --all")
    choice = Choice(places=frozenset(_place(one) for one in places or ()), reason=reason, again=again)
    counts = asyncio.run(_replay(choice, rate, dry_run=dry_run, as_json=as_json))
    if not as_json:
        stdout().print(", ".join(f"{number:,} {outcome}" for outcome, number in counts.items() if number) or "Nothing.")
    if counts[Outcome.FAILED]:
        raise CommandError(f"{counts[Outcome.FAILED]} of them could not be sent; the lines above say why")


async def _replay(choice: "Choice", rate: float | None, *, dry_run: bool, as_json: bool) -> "dict[Outcome, int]":
    from starter.letters import Replay

    def tell(letter: "DeadLetter", outcome: "Outcome", why: str) -> None:
        if as_json:
            emit({**_plain(letter), "outcome": outcome, "why": why})
        elif why:
            stderr().print(safe(why), soft_wrap=True)

    async def run(letters: "DeadLetters") -> "dict[Outcome, int]":
        replay = Replay(letters, tell, rate, dry_run)
        await replay.run(choice)
        return replay.counts

    return await _with_letters(run)


async def _with_letters(work: "Callable[[DeadLetters], Coroutine[Any, Any, T]]") -> T:
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        return await work(wiring.dead_letters)


def _place(text: str) -> "Place":
    found = _PLACE.fullmatch(text)
    if found is None:
        raise typer.BadParameter("takes a partition and an offset such as 0:4711")
    return int(found[1]), int(found[2])


def _plain(letter: "DeadLetter") -> dict[str, Any]:
    from starter.letters import trip_id_of

    message, origin = letter.message, letter.origin
    return {
        "letter": f"{message.partition}:{message.offset}",
        "sent_at": message.sent_at,
        "reason": letter.refusal.code,
        "message": letter.refusal.reason,
        "stage": letter.refusal.stage,
        "attempts": letter.refusal.attempts,
        "origin": origin and {"topic": origin.topic, "partition": origin.partition, "offset": origin.offset},
        "trip_id": trip_id_of(letter),
        "replayed": letter.replayed,
        "value_bytes": None if message.value is None else len(message.value),
        "value_left_out": letter.value_left_out,
    }


def _contents(letter: "DeadLetter", *, value: bool) -> dict[str, Any]:
    headers = [[name, None if content is None else _text(content)] for name, content in letter.message.headers]
    content = letter.message.value
    coded = {"value_base64": None if content is None else base64.b64encode(content).decode()} if value else {}
    return {"headers": headers, **coded}


def _origin(letter: "DeadLetter") -> str:
    origin = letter.origin
    return f"{origin.topic} {origin.partition}:{origin.offset}" if origin else ""


def _size(letter: "DeadLetter") -> str:
    if letter.value_left_out:
        return "left out, the dead-letter topic did not take its size; replay fetches it from where it came from"
    content = letter.message.value
    return "none" if content is None else f"{len(content):,} bytes"


def _text(content: bytes | None) -> str:
    return "" if content is None else content.decode(errors="backslashreplace")


def _bounded(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} … and {len(text) - length:,} characters more"


def _print_pairs(title: str, pairs: list[tuple[str, str]]) -> None:
    made = table("", "", title=title or None)
    made.show_header = False
    for name, text in pairs:
        made.add_row(safe(name, "bold"), safe(text))
    stdout().print(made)

"""What audit and reconcile share: a report as text, JSON or CSV, on standard output or in a file."""

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.output import WIDE, plain

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


AsFormat = Annotated[
    Format, typer.Option("--format", help="Text for people, JSON for programs, CSV for a spreadsheet.")
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the report into this file instead.")
]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="From this day of UTC on, such as 2026-11-01.")]
Grace = Annotated[
    str, typer.Option(metavar="TIME", help="What is younger may be under way: 0s, 30m, 1h, 2d.", show_default=True)
]


def day(text: str | None, option: str = "--since") -> date | None:
    """The day that an option names."""
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise CommandError(f"{option}: expected a day such as 2026-11-01", Exit.USAGE) from None


def duration(text: str, option: str = "--grace") -> timedelta:
    """The time that an option names."""
    if (match := _DURATION.fullmatch(text)) is None:
        raise CommandError(f"{option}: expected a time such as 0s, 30m, 1h or 2d", Exit.USAGE)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def how_long(time: timedelta) -> str:
    """A time as ``--grace`` takes it."""
    seconds = int(time.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


@contextmanager
def destination(file: Path | None) -> Iterator[IO[str]]:
    """Where the report goes."""
    if file is None:
        yield sys.stdout
        return
    try:
        stream = file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"--output: cannot be written ({error.strerror}); check its folder", Exit.USAGE) from None
    with stream:
        yield stream


def console(stream: IO[str]) -> Console:
    """For a report as text."""
    return Console(file=stream, highlight=False, emoji=False, width=None if stream.isatty() else WIDE)


def write_json(stream: IO[str], value: object) -> None:
    """One object, on one line."""
    stream.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")


class Rows:
    """A report as CSV (RFC 4180), one row at a time."""

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        self._writer = csv.writer(stream)
        self._writer.writerow(columns)

    def add(self, *cells: object) -> None:
        """One row; a spreadsheet must not take a cell for a formula."""
        self._writer.writerow([_cell(cell) for cell in cells])


def _cell(value: object) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case _:
            text = str(plain(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def many(count: int, one: str, more: str = "") -> str:
    """A count and its noun."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"

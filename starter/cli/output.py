"""What commands print. Standard output is for the answer alone: text for people, JSON for programs; the rest is stderr.

Text from outside (names, reasons) is shown as text: no markup, no control or direction-changing characters.
"""

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs: one object, or one a line where there may be many.")
]

WIDE = 200  # columns, when nobody's terminal sets them: a pipe should not cut words


def stdout() -> Console:
    """Where the answer goes. Colours only on a terminal, and not when ``NO_COLOR`` is set (https://no-color.org)."""
    return _console(stderr=False)


def stderr() -> Console:
    """Where everything else goes."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, emoji=False, width=None if stream.isatty() else WIDE)


def emit(value: object) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")


def plain(value: object) -> Any:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def safe(text: object, style: str = "") -> Text:
    """Outside text, harmless: a control, escape or direction-changing character becomes a visible mark."""
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)), style=style)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table in the one style that all commands share; a column named ``>x`` is right-aligned."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return made


def state(text: str | None) -> Text:
    """An invoice's state in the colour in which operators look for it."""
    colours = {"Issued": "green", "ISSUED": "green", "Parked": "bold yellow", "Running": "cyan"}
    return safe(text or "unknown", colours.get(text or "", "dim"))


def moment(at: datetime | None) -> str:
    """A time as operators compare it: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ") if at else ""

"""The table of documents. It fits the screen: what cannot be shortened stays, what repeats itself goes first."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.table import Table
from rich.text import Text

from starter.cli.output import safe

if TYPE_CHECKING:  # see starter/demo/screen.py
    from starter.demo.proof import Document

LONG = 60
FIRST, LAST = 20, 5
"""Rows shown of a table longer than :data:`LONG`."""
MIN_TRIP = 16  # characters of a trip's id, before columns are left out
_GAP = 2

Columns = dict[str, list[Text]]


def table_of(documents: "Sequence[Document]", width: int) -> tuple[Table, bool]:
    """The table, and whether there was room for the paths.

    On a narrower screen the country goes too (the number begins with it), then the kind. The trip takes what is left.
    """
    shown = _some(documents)
    columns = _columns(shown)
    for optional in ("PDF", "Country", "Kind"):
        if _needed(columns) > width:
            del columns[optional]
    widths = {name: _width(name, cells) for name, cells in columns.items()}
    others = sum(widths.values()) - widths["Trip"] + _GAP * len(widths)
    widths["Trip"] = max(1, min(widths["Trip"], width - others))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for name in columns:
        justify: Literal["right", "left"] = "right" if name == "Total" else "left"
        table.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis", width=widths[name])
    for place, row in enumerate(zip(*columns.values(), strict=True)):
        if place == FIRST and len(shown) < len(documents):
            table.add_row("…")
        table.add_row(*row)
    return table, "PDF" in columns


def near(path: Path) -> str:
    """As a person would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _some(documents: "Sequence[Document]") -> "Sequence[Document]":
    return documents if len(documents) <= LONG else [*documents[:FIRST], *documents[-LAST:]]


def _columns(documents: "Sequence[Document]") -> Columns:
    return {
        "Trip": [safe(document.record.document.trip_id) for document in documents],
        "Country": [safe(document.record.country) for document in documents],
        "Kind": [safe(_kind(document)) for document in documents],
        "Number": [safe(document.record.number, f"link {document.pdf.as_uri()}") for document in documents],
        "Total": [safe(document.record.total) for document in documents],
        "PDF": [safe(near(document.pdf), "dim") for document in documents],
    }


def _needed(columns: Columns) -> int:
    """The width at which every column but the trip's is whole."""
    return MIN_TRIP + sum(_width(*column) + _GAP for column in columns.items() if column[0] != "Trip") + _GAP


def _width(name: str, cells: list[Text]) -> int:
    return max(len(name), *(cell.cell_len for cell in cells))


def _kind(document: "Document") -> str:
    key = document.record.document
    return f"{key.contract} {key.kind}".replace("_", " ")

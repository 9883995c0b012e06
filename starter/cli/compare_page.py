"""The report of comparisons as a page of HTML: one file, no script, nothing fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from starter.cli.compare_text import milliseconds, percent, quantiles, verdict
from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.output import moment
from starter.cli.reports import how_long
from tripinvoice.compare.report import CAUSES, Report
from tripinvoice.compare.tally import Tally

BAR = 100.0
"""Width of a bar, in units of its own picture."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a bar: where it begins, how wide it is, and what it stands for."""

    name: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Times:
    """One row of the table of times: both sides' value, and bars as long as they are, the longest of all full."""

    name: str
    current: str
    candidate: str
    current_bar: float
    candidate_bar: float


def write(made: Report, file: Path) -> None:
    """Write it into this file. Raises ``CommandError`` when that cannot be."""
    try:
        file.write_text(page(made), "utf-8")
    except OSError as error:
        raise CommandError(f"--html: cannot be written ({error.strerror}); check its folder", Exit.USAGE) from None


def page(made: Report) -> str:
    """The page."""
    return _template().render(report=made, verdict=verdict(made), span=how_long(made.until - made.since))


def pieces(found: Tally) -> Sequence[Piece]:
    """The outcomes as parts of one bar; the smallest that there is can be seen."""
    counts = {"equal": found.equal, "alike": found.alike, "different": found.different, "failed": found.failed}
    least = BAR / 100
    widths = {name: max(BAR * count / found.compared, least) for name, count in counts.items() if count}
    scale = BAR / sum(widths.values())
    placed: list[Piece] = []
    x = 0.0
    for name, width in widths.items():
        placed.append(Piece(name=name, count=counts[name], x=round(x, 3), width=round(width * scale, 3)))
        x += width * scale
    return placed


def times(found: Tally) -> Sequence[Times]:
    """p50, p95 and p99 of both sides."""
    ours, theirs = quantiles(found.current), quantiles(found.candidate)
    longest = max((value for value in (*ours, *theirs) if value), default=1.0)
    return [
        Times(
            name=name,
            current=milliseconds(here),
            candidate=milliseconds(there),
            current_bar=round(BAR * (here or 0.0) / longest, 3),
            candidate_bar=round(BAR * (there or 0.0) / longest, 3),
        )
        for name, here, there in zip(("p50", "p95", "p99"), ours, theirs, strict=True)
    ]


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("starter.cli", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(pieces=pieces, times=times, causes=CAUSES)
    environment.filters.update(percent=lambda rate: percent(float(rate)), moment=moment)
    return environment.get_template("compare_page.html.j2")

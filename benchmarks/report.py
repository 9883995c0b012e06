"""The result for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_WIDTH = 120
_ROLES = ("server", "worker", "rendering", "money systems", "broker", "starter")
_RATIOS = {
    "invoice_to_bare": "TripInvoice to bare workflow",
    "celery_to_celery_empty": "same steps on Celery to empty tasks on Celery",
    "bare_to_celery_empty": "bare workflow to empty tasks on Celery",
    "invoice_to_celery": "TripInvoice to same steps on Celery",
}


def machine(result: Mapping[str, Any]) -> None:
    """On what, when, with what."""
    on = result["machine"]
    print(f"{result['at']}, {on['processors']} processors ({on['processor']}), load before the run {on['load_before']}")
    print(", ".join(f"{name} {version}" for name, version in on["packages"].items()), f"on Python {on['python']}")


def history(sizes: Mapping[str, Any]) -> None:
    """Events and bytes by number of documents."""
    table = _table("One invoice's history", "documents", "trips", "events", "most", "bytes", "most")
    for documents, size in sizes.items():
        events, length = size["events"], size["bytes"]
        cells = (documents, size["trips"], events["median"], events["most"], length["median"], length["most"])
        table.add_row(*map(str, cells))
    _show(table)


def numbering(result: Mapping[str, Any]) -> None:
    """Numbers of one series, contender after contender, and how many times as many one gives."""
    table = _table("Numbers of one series", "", "per second")
    for name, rate in result["numbers_per_second"].items():
        table.add_row(result["titles"][name], f"{rate:,}")
    _show(table)
    ratios = _table("Ratios within a round: median (lowest to highest)", "", "times as many")
    for name, ratio in result["ratios"].items():
        first, _, second = name.partition("_to_")
        ratios.add_row(f"{result['titles'][first]} to {result['titles'][second]}", _spread(ratio))
    _show(ratios)


def pipeline(result: Mapping[str, Any]) -> None:
    """What a trip costs, contender beside contender, and the ratios."""
    contenders = list(result["contenders"].values())
    table = _table(f"One trip of one document, median of {result['rounds']}", "", *_column(contenders, "title"))
    for role in _ROLES:
        table.add_row(f"CPU ms, {role}", *(_milliseconds(contender, role) for contender in contenders))
    table.add_row("CPU ms, all", *_column(contenders, "cpu_ms_per_trip_total"), style="bold")
    table.add_row("trips per second", *_column(contenders, "trips_per_second"), style="bold")
    table.add_row("trips in a round", *_column(contenders, "trips_per_round"))
    _show(table)
    ratios = _table("Ratios within a round: median (lowest to highest)", "", "CPU per trip", "time per trip")
    for name, ratio in result["ratios"].items():
        ratios.add_row(_RATIOS[name], *(_spread(ratio[kind]) for kind in ("cpu", "time")))
    _show(ratios)


def _column(contenders: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return [str(contender[key]) for contender in contenders]


def _milliseconds(contender: Mapping[str, Any], role: str) -> str:
    used = contender["cpu_ms_per_trip"]
    return f"{used[role]:.1f}" if role in used else "-"


def _spread(ratio: Mapping[str, float]) -> str:
    return f"{ratio['median']:.2f} ({ratio['lowest']:.2f} to {ratio['highest']:.2f})"


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _show(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print()
    console.print(table)

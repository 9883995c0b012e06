"""The command that compares trips with their documents."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding

from starter.cli.exits import Exit
from starter.cli.output import Json, moment, safe, stderr, table
from starter.cli.reports import (
    AsFormat,
    Format,
    Grace,
    Output,
    Rows,
    Since,
    console,
    day,
    destination,
    duration,
    many,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starter.reconcile import Event, Outcome, Reconciled, WithoutDocuments
    from tripinvoice.wiring import Wiring

TOPIC = "topic:"
SHOWN = 20  # trips of each kind, in a report as text
COLUMNS = ("trip_id", "revision", "outcome", "since", "workflow_id", "status", "step", "code", "remedy")

_WORDS = {
    "invoiced": ("have their documents", ""),
    "void": ("were ended without a document", ""),
    "by_month": ("are on their month's invoice, or will be", ""),
    "on_request": ("have an invoice only if their customers ask", ""),
    "under_way": ("are under way, and young", ""),
    "parked": ("are parked", "mend the cause, then tripinvoice resume; or tripinvoice void"),
    "late": (
        "have a workflow that runs, though they are old",
        "tripinvoice show says at which step; are workers and money systems up? tripinvoice doctor",
    ),
    "not_started": (
        "have neither documents nor a workflow",
        "is the bridge up, and does it lag? Else send the event again; one that is known is never invoiced twice",
    ),
    "ended": (
        "have a workflow that ended without documents",
        "tripinvoice rerun finishes what was terminated or cancelled",
    ),
}


def reconcile(  # noqa: PLR0913 - options, by name
    *,
    trips: Annotated[
        str,
        typer.Option(
            metavar="FILE|topic:NAME",
            help="Trip events: JSON Lines or New York taxi CSV, or a topic to its end of now.",
        ),
    ],
    since: Since = None,
    grace: Grace = "1h",
    as_format: AsFormat = Format.TEXT,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Say which completed trips have no documents, and why.

    Each trip is looked up in the record store; one that has nothing there is asked of Temporal: parked, still running,
    ended without documents, or not started at all. The topic is read without joining a group, so no reader is
    disturbed. With --since, messages sent since then count, or of a file, trips that ended since then. Changes nothing.

    Exit code 7 when a trip that is older than --grace has no documents, or is parked.
    """
    as_format = Format.JSON if as_json else as_format
    first, young = day(since), duration(grace)
    with destination(output) as stream:
        report = asyncio.run(_reconcile(trips, first, young))
        _WRITERS[as_format](stream, report)
    if output is not None:
        stderr().print(safe(f"{_verdict(report.result)}; the report is in {output}"), soft_wrap=True)
    if not report.result.in_order:
        raise typer.Exit(Exit.MISSING)


@dataclass(frozen=True, kw_only=True)
class _Report:
    """What was reconciled, when and how far back."""

    source: str
    now: datetime
    since: date | None
    grace: timedelta
    result: "Reconciled"


async def _reconcile(source: str, since: date | None, grace: timedelta) -> _Report:
    from starter.cli.session import temporal
    from starter.reconcile import Reconciler
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        now = wiring.clock.now()
        reconciler = Reconciler(wiring.records, wiring.collection, temporal, now=now, grace=grace, since=since)
        result = await reconciler.run(_events(wiring, source, since))
    return _Report(source=source, now=now, since=since, grace=grace, result=result)


def _events(wiring: "Wiring", source: str, since: date | None) -> "Iterator[Event]":
    from starter.reconcile import from_file, from_topic

    if source.startswith(TOPIC):
        return from_topic(wiring, source.removeprefix(TOPIC), since)
    return from_file(Path(source))


# --- the report ----------------------------------------------------------------------------------------------------


def _verdict(result: "Reconciled") -> str:
    """The first line: whether every trip has its documents."""
    trips = many(result.trips, "trip")
    if result.in_order:
        young = sum(count for outcome, count in result.outcomes.items() if outcome == "under_way")
        return f"All is in order: {trips}, " + (f"{young:,} of them under way" if young else "each with its documents")
    return f"NOT in order: {len(result.without):,} of {trips} without documents"


def _write_text(stream: IO[str], report: _Report) -> None:
    from starter.reconcile import WITHOUT, Outcome

    screen, result = console(stream), report.result
    screen.print(safe(_verdict(result), "bold green" if result.in_order else "bold red"), soft_wrap=True)
    since = f", since {report.since}" if report.since else ""
    screen.print(safe(f"{moment(report.now)}, {report.source}{since}: {many(result.events, 'event')}", "dim"))
    screen.print()
    made = table(">trips", "")
    for outcome in Outcome:
        wrong = outcome in WITHOUT and result.outcomes[outcome]
        made.add_row(f"{result.outcomes[outcome]:,}", safe(_WORDS[outcome][0], "bold red" if wrong else ""))
    screen.print(made)
    if result.repeated or result.refused:
        screen.print()
    if result.repeated:
        screen.print(f"{many(result.repeated, 'event')} came again, of trips that are counted above.")
    for code, count in sorted(result.refused.items()):
        screen.print(safe(f"{many(count, 'event')} cannot be read ({code}): see the dead-letter topic."))
    for outcome in WITHOUT:
        _write_kind(screen, outcome, [one for one in result.without if one.outcome is outcome])


def _write_kind(screen: Console, outcome: "Outcome", found: "list[WithoutDocuments]") -> None:
    from starter.reconcile import in_order_of_time

    if not found:
        return
    words, remedy = _WORDS[outcome]
    screen.print()
    screen.print(safe(f"{len(found):,} {words}", "bold"), f"[dim]({outcome})[/dim]")
    screen.print(Padding(safe(f"→ {remedy}", "cyan"), (0, 0, 0, 2), expand=False))
    for one in in_order_of_time(found)[:SHOWN]:
        revision = f" (revision {one.revision})" if one.revision > 1 else ""
        why = " ".join(filter(None, (one.step and f"at {one.step}", one.code, "" if one.step else one.status)))
        line = safe(f"{moment(one.since)}  {one.trip_id}{revision}  {why}".rstrip())
        screen.print(Padding(line, (0, 0, 0, 2), expand=False))
    if len(found) > SHOWN:
        screen.print(f"  [dim]and {len(found) - SHOWN:,} more of them: --format csv lists all[/dim]")


def _write_json(stream: IO[str], report: _Report) -> None:
    from starter.reconcile import Outcome, in_order_of_time

    result = report.result
    value = {
        "in_order": result.in_order,
        "reconciled_at": report.now,
        "source": report.source,
        "since": report.since,
        "grace_seconds": int(report.grace.total_seconds()),
        "events": result.events,
        "repeated": result.repeated,
        "refused": dict(sorted(result.refused.items())),
        "trips": result.trips,
        "outcomes": {str(outcome): result.outcomes[outcome] for outcome in Outcome},
        "without_documents": [_plain(one) for one in in_order_of_time(result.without)],
    }
    write_json(stream, value)


def _write_csv(stream: IO[str], report: _Report) -> None:
    from starter.reconcile import in_order_of_time

    rows = Rows(stream, COLUMNS)
    for one in in_order_of_time(report.result.without):
        rows.add(*_plain(one).values())


_WRITERS = {Format.TEXT: _write_text, Format.JSON: _write_json, Format.CSV: _write_csv}


def _plain(one: "WithoutDocuments") -> dict[str, Any]:
    return {
        "trip_id": one.trip_id,
        "revision": one.revision,
        "outcome": str(one.outcome),
        "since": one.since,
        "workflow_id": one.workflow_id,
        "status": one.status,
        "step": one.step,
        "code": one.code,
        "remedy": _WORDS[one.outcome][1],
    }

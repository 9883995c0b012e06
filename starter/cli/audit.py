"""The command that audits the stores."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from starter.cli.exits import Exit
from starter.cli.output import Json, safe, stderr
from starter.cli.reports import AsFormat, Format, Grace, Output, Since, day, destination, duration

if TYPE_CHECKING:
    from starter.cli.audit_report import AuditReport
    from tripinvoice.audit.scope import Stores

_TOLD_EVERY = 500  # numbers between two updates of the progress line


def audit(  # noqa: PLR0913 - options, by name
    *,
    series: Annotated[
        str | None, typer.Option(metavar="SERIES", help="Only this series, such as DE-OP or DE-OP-2026.")
    ] = None,
    since: Since = None,
    grace: Grace = "1h",
    documents: Annotated[
        bool, typer.Option("--documents/--no-documents", help="Read the stored documents too: the slow part.")
    ] = True,
    repair: Annotated[
        bool, typer.Option("--repair", help="Write again what is derived (indexes), and look again.")
    ] = False,
    as_format: AsFormat = Format.TEXT,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Audit the stores: every number has exactly one document and one record, and every record its number.

    Each series is walked from 1 to its end: no hole, no date that runs backwards, no document with two numbers; claim,
    record, indexes, PDF, invoice and evidence of each number are looked up, and the bytes compared with their SHA-256.
    With --since only younger numbers are looked at closely; holes are always looked for in the whole ledger. Changes
    nothing, and with --repair only what is derived. docs/audit.md has every rule with its remedy.

    Exit code 6 when something is not in order.
    """
    from starter.cli.audit_report import COLUMNS, AuditReport
    from starter.cli.reports import Rows

    as_format = Format.JSON if as_json else as_format
    wanted = {"series": series, "since": day(since), "grace": duration(grace)}
    with destination(output) as stream:
        report = AuditReport(documents=documents, repair=repair)
        if as_format is Format.CSV:
            report.rows = Rows(stream, COLUMNS)
        asyncio.run(_audit(report, wanted))
        report.write(stream, as_format)
    if output is not None:
        stderr().print(safe(f"{report.verdict()}; the report is in {output}"), soft_wrap=True)
    if not report.in_order:
        raise typer.Exit(Exit.FINDINGS)


async def _audit(report: "AuditReport", wanted: Mapping[str, Any]) -> None:
    """Audit in a thread: stores block. Ctrl-C ends it at its next step."""
    from tripinvoice.audit.scope import Scope, Stores
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    stopping = threading.Event()
    async with Wiring(read_settings()) as wiring:
        report.scope = Scope(now=wiring.clock.now(), **wanted)
        documents = wiring.documents if report.documents else None
        stores = Stores(ledger=wiring.ledger, records=wiring.records, documents=documents)
        try:
            with _progress(report) as step:
                await asyncio.to_thread(_walk, stores, report, step, stopping)
        finally:
            stopping.set()


def _walk(stores: "Stores", report: "AuditReport", told: Callable[[], None], stopping: threading.Event) -> None:
    from tripinvoice.audit.auditor import Auditor
    from tripinvoice.errors import NotFoundError

    def step() -> None:
        if stopping.is_set():
            raise asyncio.CancelledError
        told()

    with Auditor(stores, report.scope, tell=report.tell, step=step, repair=report.repair) as auditor:
        series = auditor.series()
        if report.scope.series and not series:
            raise NotFoundError("--series: the ledger has no such series; `tripinvoice status` lists them")
        for one in series:
            report.series.append(auditor.numbers(one))
        auditor.days()


@contextmanager
def _progress(report: "AuditReport") -> Iterator[Callable[[], None]]:
    """On a terminal, a line that says how far it is."""
    screen = stderr()
    if not screen.is_terminal:
        yield lambda: None
        return
    steps = 0

    with screen.status("auditing …") as line:

        def step() -> None:
            nonlocal steps
            steps += 1
            if steps % _TOLD_EVERY == 0:
                line.update(f"auditing … {steps:,} numbers, {report.open.total():,} findings")

        yield step

"""Commands about the nightly audit: schedule apply, status, remove."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.output import Json, emit, moment, safe, stdout

if TYPE_CHECKING:
    from starter.schedule import Scheduled


def apply(
    *,
    cron: Annotated[str, typer.Option(metavar="CRON", help="When, in UTC: five fields.")] = "0 3 * * *",
    since_days: Annotated[
        int,
        typer.Option(min=0, max=36_500, help="Numbers of so many days, and today's, are looked at closely; 0 is all."),
    ] = 2,
    as_json: Json = False,
) -> None:
    """Audit the numbers by the clock: make the Temporal Schedule `audit-numbers`, or change the one that is there.

    Each night it starts the workflow AuditNumbers, unless the audit before is still running; one that was due while
    Temporal was down is made up for within a day. A schedule that somebody paused stays paused.
    """
    made = asyncio.run(_apply(cron, since_days))
    if as_json:
        emit({"schedule": "audit-numbers", "made": made, "cron": cron, "since_days": since_days})
        return
    looked = f"the last {since_days} days looked at closely" if since_days else "every number looked at closely"
    stdout().print(safe(f"Schedule audit-numbers {'made' if made else 'changed'}: {cron} (UTC), {looked}"))


def status(*, as_json: Json = False) -> None:
    """Show when the numbers are audited next, and what the last audit of the schedule found."""
    found = asyncio.run(_status())
    last = found.last
    if as_json:
        shown = (
            {
                "workflow_id": last.workflow_id,
                "started_at": last.started_at,
                "status": last.status,
                "findings": last.findings,
            }
            if last
            else None
        )
        emit({"schedule": "audit-numbers", "paused": found.paused, "next_at": found.next_at, "last": shown})
        return
    if found.paused:
        stdout().print("[bold yellow]paused[/bold yellow]: temporal schedule toggle --unpause -s audit-numbers")
    stdout().print(safe(f"next   {moment(found.next_at) or 'never'}"))
    if last is None:
        stdout().print("last   none yet, or forgotten")
        return
    findings = "no result" if last.findings is None else f"{last.findings:,} findings"
    style = "" if last.findings == 0 else "bold red" if last.findings else "yellow"
    stdout().print(safe(f"last   {moment(last.started_at)}  {last.workflow_id}  {last.status}  {findings}", style))


def remove(*, as_json: Json = False) -> None:
    """Remove the schedule: the numbers are no longer audited by the clock. An audit that runs goes on to its end."""
    asyncio.run(_remove())
    if as_json:
        emit({"schedule": "audit-numbers", "removed": True})
    else:
        stdout().print("Schedule audit-numbers removed.")


async def _apply(cron: str, since_days: int) -> bool:
    from starter import schedule
    from starter.cli.session import temporal

    return await schedule.apply(await temporal(), cron, since_days)


async def _status() -> "Scheduled":
    from starter import schedule
    from starter.cli.session import temporal

    return await schedule.status(await temporal())


async def _remove() -> None:
    from starter import schedule
    from starter.cli.session import temporal

    await schedule.remove(await temporal())

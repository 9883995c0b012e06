"""Commands about customers who are invoiced by the month: month invoice, month schedule."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.output import Json, emit, safe, stdout

if TYPE_CHECKING:
    from workflows.messages import MonthlyInvoicesResult


def invoice(
    month: Annotated[datetime, typer.Argument(metavar="MONTH", formats=["%Y-%m"], help="The month, such as 2026-11.")],
    *,
    wait: Annotated[int, typer.Option(min=1, max=86_400, metavar="SECONDS", help="How long to wait for it.")] = 300,
    as_json: Json = False,
) -> None:
    """Start the invoices of a month now: one workflow for each account that has trips in it.

    Trips that are on a monthly invoice already are left out, so it can be run again when trips came late; those get a
    document of their own. What cannot be made is parked, as a trip's invoice is.
    """
    result = asyncio.run(_invoice(f"{month:%Y-%m}", wait))
    if as_json:
        emit({"month": result.month, "started": result.started})
    else:
        accounts = f"{result.started:,} {'account' if result.started == 1 else 'accounts'}"
        stdout().print(safe(f"{result.month}: {accounts} started; `tripinvoice parked` lists what waits"))


def schedule(
    *,
    cron: Annotated[str, typer.Option(metavar="CRON", help="When, in UTC: five fields.")] = "0 6 2 * *",
    remove: Annotated[bool, typer.Option("--remove", help="No more months by the clock.")] = False,
    as_json: Json = False,
) -> None:
    """Invoice months by the clock: make the Temporal Schedule `monthly-invoices`, or change the one that is there.

    Each time it invoices the month before. A schedule that somebody paused stays paused.
    """
    done = asyncio.run(_remove() if remove else _apply(cron))
    if as_json:
        emit({"schedule": "monthly-invoices", "outcome": done, "cron": None if remove else cron})
    else:
        when = "" if remove else f": {cron} (UTC)"
        stdout().print(safe(f"Schedule monthly-invoices {done}{when}"))


async def _invoice(month: str, wait: int) -> "MonthlyInvoicesResult":
    from starter import months
    from starter.cli.session import temporal

    return await months.invoice(await temporal(), month, timedelta(seconds=wait))


async def _apply(cron: str) -> str:
    from starter import months
    from starter.cli.session import temporal

    return "made" if await months.apply(await temporal(), cron) else "changed"


async def _remove() -> str:
    from starter import months
    from starter.cli.session import temporal

    await months.remove(await temporal())
    return "removed"

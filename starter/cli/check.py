"""The command that checks the set-up: doctor."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.output import Json, emit, safe, stdout, table

if TYPE_CHECKING:
    from starter.doctor import Check

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    *,
    embedded: Annotated[bool, typer.Option("--embedded", help="Check only what needs no running server.")] = False,
    as_json: Json = False,
) -> None:
    """Check settings, stores, servers, search attributes, clock, Pango and fonts; say how to mend what is wrong.

    Exit code 0 when nothing failed. A warning is something that works now and may not be what you want in production.
    """
    checks = asyncio.run(_checks(embedded=embedded))
    if as_json:
        for one in checks:
            emit({"name": one.name, "verdict": one.verdict, "found": one.found, "remedy": one.remedy})
    else:
        _print(checks)
    if any(one.verdict == "fail" for one in checks):
        raise typer.Exit(Exit.FAILED)


def _print(checks: "list[Check]") -> None:
    made = table("", "check", "found")
    for one in checks:
        made.add_row(safe(one.verdict, _STYLES[one.verdict]), safe(one.name), safe(one.found))
        if one.remedy:
            made.add_row("", "", safe(f"→ {one.remedy}", "cyan"))
    stdout().print(made)


async def _checks(*, embedded: bool) -> "list[Check]":
    from starter import doctor as look
    from tripinvoice.errors import TripInvoiceError
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    try:
        settings = read_settings()
    except TripInvoiceError as error:
        found, _, remedy = error.message.rpartition("; ")
        return [look.fail("settings", found, remedy)]
    checks = [look.ok("settings", "read")]
    async with Wiring(settings) as wiring:
        checks += await look.embedded(wiring)
        if not embedded:
            checks += await _temporal()
            checks += await look.outside(wiring)
    return checks


async def _temporal() -> "list[Check]":
    from starter import doctor, doctor_temporal
    from starter.cli.failures import CommandError
    from starter.cli.session import temporal, temporal_address
    from tripinvoice.errors import StoreUnavailableError

    try:
        return await doctor_temporal.temporal(await temporal(), temporal_address())
    except (CommandError, StoreUnavailableError) as error:
        found, _, remedy = error.message.partition(": ")
        return [doctor.fail("temporal server", found, remedy)]

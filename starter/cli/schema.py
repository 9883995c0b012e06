"""Commands about the store's tables: schema apply and schema status."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.output import Json, emit, safe, stdout

_NOTHING = "the embedded store makes its tables itself when it is opened: nothing to do"


def apply(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the CQL that would run, and run nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring Cassandra's keyspace up to date with this version: make it if it is missing, and the tables that it lacks.

    Run it before the first worker, and before the workers of a new version; twice or by several at once is harmless.
    TRIPINVOICE_CASSANDRA_REPLICATION says with how many copies a new keyspace is made; one that is there keeps its own.
    """
    if dry_run:
        _print_plan(asyncio.run(_plan()), as_json=as_json)
        return
    done = asyncio.run(_apply())
    if as_json:
        emit({"applied": done})
    elif done is None:
        stdout().print(_NOTHING)
    else:
        stdout().print(safe(f"applied {', '.join(done)}" if done else "up to date already"))


def status(*, as_json: Json = False) -> None:
    """Say which version of the tables the store has, and what it lacks. Exit code 1 when it is not this program's."""
    found = asyncio.run(_status())
    if found is None:
        emit({"embedded": True, "fits": True}) if as_json else stdout().print(_NOTHING)
        return
    if as_json:
        emit(found)
    else:
        stdout().print(safe(_told(found)))
    if not found["fits"]:
        raise typer.Exit(Exit.FAILED)


def _told(found: dict[str, object]) -> str:
    has = f"keyspace {found['keyspace']} has schema {found['version']}, this program is of {found['newest']}"
    if not found["exists"]:
        return f"keyspace {found['keyspace']} is not there; run `tripinvoice schema apply`"
    if found["missing"]:
        return f"{has}; run `tripinvoice schema apply`"
    return has if found["fits"] else f"{has}; start the version that changed it, or a later one"


def _print_plan(plan: Sequence[str] | None, *, as_json: bool) -> None:
    if as_json:
        emit({"would_run": plan})
    elif plan is None:
        stdout().print(_NOTHING)
    else:
        for statement in plan or ["-- up to date already"]:
            typer.echo(statement if statement.startswith("--") else f"{statement};\n")


async def _plan() -> Sequence[str] | None:
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        return None if wiring.schema is None else await asyncio.to_thread(wiring.schema.plan)


async def _apply() -> Sequence[str] | None:
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        if wiring.schema is None:
            return None
        return [str(step) for step in await asyncio.to_thread(wiring.schema.apply)]


async def _status() -> dict[str, object] | None:
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        if wiring.schema is None:
            return None
        found = await asyncio.to_thread(wiring.schema.status)
    return {
        "keyspace": found.keyspace,
        "exists": found.exists,
        "version": found.version,
        "newest": found.newest,
        "missing": [str(step) for step in found.missing],
        "fits": found.exists and not found.missing and not found.is_newer,
    }

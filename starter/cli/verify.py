"""The command that proves that what is archived is what the evidence makes: verify."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.output import Json, emit, safe, stderr, stdout

if TYPE_CHECKING:
    from starter.verification import Verified


def verify(
    trip_id: Annotated[str | None, typer.Argument(metavar="[TRIP_ID]", help="Verify this trip's documents.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Verify every issued document.")] = False,
    sample: Annotated[int | None, typer.Option(min=1, metavar="N", help="Verify so many, drawn by chance.")] = None,
    seed: Annotated[int, typer.Option(help="Draw the same sample again.")] = 0,
    as_json: Json = False,
) -> None:
    """Make issued documents again from their archived evidence, here, and compare the bytes of invoice and PDF.

    Reads the stores, writes nothing, needs no Temporal and no worker (`regenerate` does the same on the workers). Exit
    code 3 when one is not identical: then the regime, a template, a font or a library is not what it was.
    """
    if sum((trip_id is not None, everything, sample is not None)) != 1:
        raise CommandError("say what to verify: a trip's id, --all, or --sample N", Exit.USAGE)
    verified, differing = asyncio.run(_run(trip_id, sample, seed, as_json=as_json))
    if not as_json:
        word = "document is" if verified == 1 else "documents are"
        stdout().print(f"{verified - differing} of {verified} {word} identical to what their evidence makes today")
    if differing:
        raise typer.Exit(Exit.DIFFERS)


async def _run(trip_id: str | None, sample: int | None, seed: int, *, as_json: bool) -> tuple[int, int]:
    """How many were verified, and how many of them differ; each that differs is told as soon as it is known."""
    count = differing = 0
    async for one in _verified(trip_id, sample, seed):
        count += 1
        differing += one.difference is not None
        if as_json:
            emit(_plain(one))
        elif one.difference is not None:
            stdout().print("[bold red]differs[/bold red]", safe(one.record.number), safe(one.difference))
        elif count % _TOLD_EACH == 0:
            stderr().print(f"[dim]{count} verified[/dim]")
    return count, differing


_TOLD_EACH = 500


async def _verified(trip_id: str | None, sample: int | None, seed: int) -> "AsyncIterator[Verified]":
    from starter.verification import Verification
    from tripinvoice.errors import NotFoundError
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        verification = Verification(
            records=wiring.records, ledger=wiring.ledger, documents=wiring.documents, renderer=wiring.renderer
        )
        if trip_id is not None:
            records = verification.of_trip(trip_id)
            if not records:
                raise NotFoundError("trip: no document of it is issued; `tripinvoice show` says how far its invoice is")
            chosen = iter(records)
        elif sample is not None:
            chosen = iter(await asyncio.to_thread(verification.sample, sample, seed))
        else:
            chosen = verification.everything()
        await wiring.renderer.start()
        async for one in verification.verify(chosen):
            yield one


def _plain(one: "Verified") -> dict[str, Any]:
    record = one.record
    return {
        "trip_id": record.document.trip_id,
        "number": record.number,
        "contract": record.document.contract,
        "kind": record.document.kind,
        "identical": one.difference is None,
        "difference": one.difference,
        "sha256": record.pdf.sha256 if record.pdf else None,
    }

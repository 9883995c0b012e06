"""What regenerate and replay ask."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHistory

from starter import again
from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.session import temporal
from starter.lookup import workflows_of
from tripinvoice.errors import NotFoundError
from tripinvoice.settings import read_settings
from tripinvoice.wiring import Wiring
from workflows.messages import RegenerateResult


async def regenerate(trip_id: str, wait: int) -> RegenerateResult:
    """Only for a trip that has something: a workflow that must fail is not started."""
    async with Wiring(read_settings()) as wiring:
        records = await asyncio.to_thread(wiring.records.by_trip, trip_id)
    if not any(record.pdf for record in records):
        raise NotFoundError("trip: no document of it is issued; `tripinvoice show` says how far its invoice is")
    return await again.regenerate(await temporal(), trip_id, timedelta(seconds=wait))


async def replay(trip_id: str | None, query: str | None, files: Sequence[Path], limit: int) -> list[again.Replayed]:
    """Replay what was asked for. Raises ``NotFoundError`` when that is nothing."""
    if files:
        return await again.replay(_saved(files))
    client = await temporal()
    if trip_id is not None:
        ids = [one.workflow_id for one in await workflows_of(client, trip_id)]
        results = await again.replay(again.histories_of(client, ids))
    else:
        results = await again.replay(again.histories_by(client, query or "", limit))
    if not results:
        raise NotFoundError(
            "nothing to replay: Temporal has no such workflow; check the id or filter and the namespace"
        )
    return results


async def _saved(files: Sequence[Path]) -> AsyncIterator[WorkflowHistory]:
    for file in files:
        try:
            text = await asyncio.to_thread(file.read_text, "utf-8")
            yield WorkflowHistory.from_json(file.stem, text)
        except OSError as error:
            raise CommandError(f"--file: cannot be read ({type(error).__name__})", Exit.USAGE) from None
        except ValueError as error:
            raise CommandError(f"--file: no saved history ({type(error).__name__})", Exit.USAGE) from None

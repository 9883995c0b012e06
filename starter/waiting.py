"""Waiting for a workflow that goes on whether somebody waits or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from tripinvoice.errors import SystemUnavailableError


@asynccontextmanager
async def waiting_for(workflow_id: str, patience: timedelta) -> AsyncIterator[None]:
    """Wait no longer than that. Raises ``SystemUnavailableError``, which says how to go on waiting."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            yield
    except TimeoutError:
        raise SystemUnavailableError(
            f"{workflow_id}: not done within {patience.total_seconds():.0f} s, and still going on; is a worker "
            "running? Ask again later, the same command joins it"
        ) from None

"""One real run for all tests that look at what a run tells."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.observability.run import Run, watched


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    """The run; its tests share an xdist group."""
    async with watched(tmp_path_factory.mktemp("watched")) as run:
        yield run

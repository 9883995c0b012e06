"""A demonstration needs the Temporal program; without it these tests are skipped, or fail where they must not be."""

import pytest

from tests.running import temporal_binary


@pytest.fixture(autouse=True, scope="session")
def _temporal() -> None:
    temporal_binary()

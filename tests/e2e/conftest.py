"""A demonstration needs the Temporal program; without it these tests are skipped, or fail where they must not be."""

import pytest

from starter.embedded import temporal_binary
from tests.running import missing_server
from tripinvoice.errors import ConfigurationError


@pytest.fixture(autouse=True, scope="session")
def _temporal() -> None:
    try:
        temporal_binary()
    except ConfigurationError as error:
        missing_server("the Temporal dev server", error.message)

"""What becomes of a test whose server cannot be had here."""

import os
from typing import NoReturn

import pytest


def missing_server(what: str, install: str) -> NoReturn:
    """Skip because a server cannot be started here, or fail where that is not allowed."""
    message = f"{what} is missing: {install}"
    if os.environ.get("TRIPINVOICE_REQUIRE_SERVERS"):
        pytest.fail(message)
    pytest.skip(message)

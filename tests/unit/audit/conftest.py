"""A house in good order for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.audit.house import House, opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Three issued documents, then a void one: numbers 1 to 4 of one series, an hour apart."""
    with opened(tmp_path) as empty:
        for hours, trip in enumerate(("one", "two", "three")):
            empty.issue(trip, hours=hours)
        empty.void("four", hours=3)
        yield empty

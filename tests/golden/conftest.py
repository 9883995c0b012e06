"""``pytest tests/golden --update-golden`` writes the expected documents anew; read the difference before you commit."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; it is known only when this folder is named on the command line."""
    parser.addoption("--update-golden", action="store_true", help="write the expected documents of golden cases anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write instead of compare."""
    return bool(request.config.getoption("--update-golden", default=False))

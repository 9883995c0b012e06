"""The candidate as a fixture. Building it takes minutes the first time: tests of it have a long timeout."""

from pathlib import Path

import pytest

from tests.candidate_go.program import run_go


@pytest.fixture(scope="session")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    folder = tmp_path_factory.mktemp("candidate-go")
    run_go("build", "-o", f"{folder}/", "./cmd/candidate")
    return folder / "candidate"

"""What Go's own tools say about the candidate's module."""

import subprocess
from shutil import which

import pytest

from tests.candidate_go.program import MODULE, run_go
from tests.servers.missing import missing_server

pytestmark = [pytest.mark.xdist_group("candidate-go"), pytest.mark.timeout(1800)]


def test_it_is_formatted() -> None:
    """By gofmt, which comes with Go."""
    if which("gofmt") is None:
        missing_server("gofmt", "install Go 1.26 or newer")
    done = subprocess.run(["gofmt", "-l", "."], cwd=MODULE, capture_output=True, text=True, check=True)  # noqa: S607
    assert done.stdout == ""


def test_its_requirements_are_complete() -> None:
    """go.mod and go.sum have what the code imports, and nothing else; nothing is written anew here."""
    run_go("mod", "tidy", "-diff")


def test_its_own_tests() -> None:
    """Among them the golden cases, which Go reads by itself."""
    said = run_go("test", "-count=1", "./...")
    assert "FAIL" not in said
    assert said.count("ok") >= 5


def test_it_has_no_faults_that_tools_find() -> None:
    """Vet comes with Go, staticcheck with the module."""
    run_go("vet", "./...")
    run_go("tool", "staticcheck", "./...")

"""The first minute of a new user: `make` says what there is, and a missing Python is one clear line."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = ["demo", "worker", "bridge", "lint", "check", "test", "fix", "bench", "lock"]


def test_make_alone_shows_every_target() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 any make
    assert [target for target in TARGETS if f"make {target} " not in shown] == []


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The project as cloned: nothing installed."""
    for name in ["tools", "requirements"]:
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def setup(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(folder / "tools" / "setup"), "runtime"]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_a_python_that_does_not_fit_is_one_line(fresh: Path) -> None:
    result = setup(fresh, PYTHON="false")
    assert result.returncode == 1
    assert result.stderr == "setup: PYTHON=false is not Python 3.11 to 3.14\n"


def test_no_python_is_one_line(fresh: Path) -> None:
    """Names that exist and do not run, as version managers leave them, are passed over."""
    tools = fresh / "bin"
    tools.mkdir()
    for name in ["dirname", "cat", "id", "sh"]:
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "python3.13").symlink_to(shutil.which("false") or "false")
    result = setup(fresh, PATH=str(tools), PYTHON="")
    assert result.returncode == 1
    assert result.stderr.startswith("setup: needs Python 3.11 to 3.14 and found none.")
    assert result.stderr.count("\n") == 1

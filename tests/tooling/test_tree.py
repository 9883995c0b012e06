"""What must hold for the files of the repository themselves."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 500
CODE = {".css", ".go", ".html", ".py", ".sh", ".yml"}
# The lock and this repository's texts must work for everybody: no package index of ours, no folder of one machine.
INDEX_HOST = re.compile(
    rb"pypi\.org|pythonhosted\.org|npmjs\.org|proxy\.golang\.org|crates\.io|repo1?\.maven|deb\.debian\.org"
)
MACHINE_PATH = re.compile(rb"/(?:root|work|home/\w+|Users/\w+)/")


def files() -> list[Path]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if (path := ROOT / name).is_file()]


def names_with(pattern: re.Pattern[bytes]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in files() if pattern.search(path.read_bytes())]


def test_no_file_of_code_is_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_bytes().count(b"\n") for path in files() if path.suffix in CODE}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_no_file_names_a_package_index() -> None:
    assert names_with(INDEX_HOST) == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert names_with(MACHINE_PATH) == []


def test_there_is_one_lock() -> None:
    """uv.lock would write the address of a package index into the repository."""
    assert [path.name for path in files() if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}] == []


def test_tests_are_packages() -> None:
    """Without __init__.py, tests/workflows would be found as `workflows` and hide the real one."""
    folders = {path.parent for path in files() if path.suffix == ".py" and ROOT / "tests" in path.parents}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("statement", ["import worker", "from worker import main"])
@pytest.mark.parametrize("folder", ["activities", "benchmarks", "starter", "tripinvoice", "workflows"])
def test_nobody_imports_the_worker(folder: str, statement: str) -> None:
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "check", "--no-cache", "--select=TID251", f"--stdin-filename={folder}/probe.py", "-"]
    result = subprocess.run(command, cwd=ROOT, input=f"{statement}\n", capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "nothing imports it" in result.stdout

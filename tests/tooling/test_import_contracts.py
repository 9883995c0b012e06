"""Each import rule in pyproject.toml fails when it is broken: one planted violation for each contract."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = [contract["name"] for contract in CONFIG["contracts"]]

# (contract, what is added to which file)
VIOLATIONS = [
    ("Starter over workflows over activities over the core", {"activities/__init__.py": "import workflows"}),
    ("The core does not know Temporal", {"tripinvoice/invoice.py": "import temporalio"}),
    ("Inside the core, arrows point down", {"tripinvoice/money.py": "import tripinvoice.invoice"}),
    ("Inside the core, arrows point down", {"tripinvoice/unplaced.py": ""}),
    (
        "Countries do not know each other",
        {"tripinvoice/regimes/atlantis.py": "import tripinvoice.regimes.lemuria", "tripinvoice/regimes/lemuria.py": ""},
    ),
    ("Only the wiring picks adapters", {"starter/__init__.py": "import tripinvoice.adapters"}),
    ("Drivers live in adapters", {"starter/__init__.py": "import weasyprint"}),
    ("Drivers live in adapters", {"tripinvoice/wiring.py": "import urllib3"}),
    (
        # Not in a workflow itself, but in what it imports.
        "Workflows and activities stay light",
        {"workflows/__init__.py": "import tripinvoice.invoice", "tripinvoice/invoice.py": "import jinja2"},
    ),
]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A copy of what the linter reads, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in CONFIG["root_packages"]:
        for path in (ROOT / package).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_tree_keeps_every_contract(packages: Path) -> None:
    result = lint(packages)
    assert result.returncode == 0, result.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "additions"), VIOLATIONS, ids=[f"{i}-{v[0]}" for i, v in enumerate(VIOLATIONS)])
def test_a_planted_violation_breaks_its_contract(packages: Path, contract: str, additions: dict[str, str]) -> None:
    for name, text in additions.items():
        with (packages / name).open("a") as file:
            file.write(f"\n{text}\n")
    result = lint(packages)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _ in VIOLATIONS} == set(CONTRACTS)

"""requirements/ holds what pyproject.toml asks for, all of it pinned."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(
    r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)(?: ; .*?)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", re.MULTILINE
)


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text()))


def group(name: str) -> list[str]:
    entries: list[Any] = PROJECT["dependency-groups"][name]
    return [
        line for entry in entries for line in ([entry] if isinstance(entry, str) else group(entry["include-group"]))
    ]


REGISTRY = PROJECT["project"]["optional-dependencies"]["registry"]

ASKED = {
    "bootstrap": group("build"),
    "runtime": PROJECT["project"]["dependencies"],
    "dev": PROJECT["project"]["dependencies"] + REGISTRY + group("dev"),
    "bench": PROJECT["project"]["dependencies"] + REGISTRY + group("bench"),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_lock_has_what_the_project_asks_for(name: str) -> None:
    """If this fails, run `make lock`."""
    locked = pins(name)
    for line in ASKED[name]:
        requirement = Requirement(line)
        versions = [version for package, version in locked if package == canonicalize_name(requirement.name)]
        assert versions, f"{requirement.name} is not in requirements/{name}.txt"
        assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", ASKED)
def test_every_line_is_a_pin_with_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert not PIN.sub("", re.sub(r"\n    #.*", "", text)).strip()


def test_each_set_contains_the_one_before() -> None:
    """One environment grows from demo to test to bench; nothing in it is exchanged on the way."""
    assert pins("runtime") < pins("dev") < pins("bench")
    assert pins("bootstrap") < pins("dev")

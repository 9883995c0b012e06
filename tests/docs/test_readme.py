"""What the front page and the guides say can be done, can be done."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from starter.cli import app
from tests.cli.commands import commands
from tests.docs.pages import PAGES, ROOT, fences, name_of, spans, table_under
from tripinvoice.regimes import REGIMES
from tripinvoice.settings import PREFIX, Settings
from tripinvoice.wiring import Wiring

README = ROOT / "README.md"
CONCEPTS = ROOT / "docs" / "concepts.md"
IMAGES = sorted((ROOT / "docs" / "images").iterdir())
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SETTING = re.compile(rf"\b{PREFIX}[A-Z_]+\b")
# Read by the test suite or by the Compose file, not by the program.
OTHERS = {"TRIPINVOICE_REQUIRE_SERVERS", "TRIPINVOICE_IMAGE_TAG"}
OTHERS |= {f"TRIPINVOICE_TEST_{server}" for server in ("KAFKA", "CASSANDRA", "S")}  # the last is TRIPINVOICE_TEST_S3


CLI = typer.main.get_group(app)
COMMANDS = commands()
GROUPS = {name.split()[0] for name in COMMANDS if " " in name}


def quoted_commands(page: Path, program: str) -> list[list[str]]:
    """The words of each quoted call of a program, without what a shell would do with its output."""
    lines = [line for block in fences(page, "sh", "console", "ini") for line in block.splitlines()]
    found = []
    for text in [*lines, *spans(page)]:
        # At the beginning, or behind a prompt, a path, a variable that is set, or `docker compose exec`.
        call = re.search(rf"(?:^|\$ |/|=\S+ |exec worker ){program} ([^|<>;…]+)", text.split(" #")[0])
        if call:
            found.append(shlex.split(call[1].replace("'…'", "x")))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    words = [words[0] for words in quoted_commands(page, "make")]
    targets = {word for word in words if re.fullmatch(r"[a-z]+", word)}
    assert sorted(target for target in targets if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_their_options_exist(page: Path) -> None:
    unknown = []
    for words in quoted_commands(page, "tripinvoice"):
        plain = [word for word in words if not word.startswith("-")]
        name = " ".join(plain[:2]) if plain[:1] and plain[0] in GROUPS else "".join(plain[:1])
        if name in GROUPS:  # spoken of as a whole
            continue
        if name and name not in COMMANDS:
            unknown.append(name)
            continue
        known = {
            "--help",
            "--install-completion",
            *options(CLI.params),
            *options(COMMANDS[name].params if name else []),
        }
        unknown += [f"{name} {word}" for word in words if word.startswith("--") and word.split("=")[0] not in known]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_exist(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OTHERS
    assert sorted(set(SETTING.findall(page.read_text("utf-8"))) - known) == []


def test_the_front_page_lists_every_command() -> None:
    """`demo` has a section of its own; commands with a word in common are listed by that."""
    listed = {span.removeprefix("tripinvoice ") for row in table_under(README, "## Install") for span in code(row[0])}
    assert sorted(listed | {"demo"}) == sorted({name.split()[0] for name in COMMANDS})


def test_the_front_page_lists_every_country() -> None:
    listed = [[cell.strip("`") for cell in row] for row in table_under(README, "## Countries")]
    assert listed == [
        [
            regime.code,
            regime.name,
            regime.currency,
            *(", ".join(sorted(regime.products[line], reverse=True)).replace("_", " ") for line in regime.products),
        ]
        for regime in REGIMES
    ]


def test_the_front_page_lists_every_port_that_has_a_choice() -> None:
    """Each setting that is a URL picks an adapter."""
    schemes = [name for name, field in Settings.model_fields.items() if str(field.default).endswith(":")]
    listed = {span for row in table_under(README, "## Adapters") for span in code(row[1])}
    assert sorted({f"{PREFIX}{name.upper()}" for name in schemes} - listed) == []


async def test_the_front_page_counts_the_sample_right() -> None:
    text = README.read_text("utf-8")
    async with Wiring(Settings.model_construct()) as wiring:
        assert f"`sample:` {len(wiring.money_systems.table())} systems" in text
    trips = (ROOT / "starter" / "samples" / "sample.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(trip) for trip in trips)
    assert f"{len(trips)} trips from the bundled sample" in text


@pytest.mark.parametrize("image", IMAGES, ids=lambda path: path.name)
def test_pictures_are_small_and_shown(image: Path) -> None:
    assert image.stat().st_size < 200_000
    assert [page for page in PAGES if f"images/{image.name}" in page.read_text("utf-8")]


def test_the_package_page_is_the_front_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["readme"] == "README.md"


def options(parameters: Iterable[Any]) -> set[str]:
    return {option for parameter in parameters for option in [*parameter.opts, *parameter.secondary_opts]}


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)

"""What the front page and the guides say can be done, can be done."""

import re
import shlex
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main

from starter.cli import app
from starter.samples.trips import sample_trips
from starter.specimens import sources_of
from tests.cli.commands import commands
from tests.docs.pages import PAGES, ROOT, fences, name_of, spans, table_under
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Draft
from tripinvoice.money import Money, total
from tripinvoice.regimes import REGIMES, regime_named
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
        if name.startswith("compare ") and name not in COMMANDS:  # its first word may be a trip
            name = "compare trip"
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


async def test_the_front_page_counts_the_systems_right() -> None:
    async with Wiring(Settings.model_construct()) as wiring:
        assert f"`sample:` {len(wiring.money_systems.table())} systems" in README.read_text("utf-8")


@pytest.fixture(scope="module")
def demonstrated() -> list[Draft]:
    """The documents of the bundled sample, which the demonstration makes."""
    return [draft for trip in sample_trips() for draft in assemble(sources_of(trip))]


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "demo.md"], ids=name_of)
def test_the_demonstration_proves_what_is_quoted(page: Path, demonstrated: list[Draft]) -> None:
    """The four lines with its marks."""
    trips, documents = len(sample_trips()), len(demonstrated)
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    series = {(d.series, regime_named(d.regime).numbering_period(now, d.time_zone)) for d in demonstrated}
    assert [line for block in fences(page, "text", "") for line in block.splitlines() if line.startswith("✓")] == [
        f"✓ {trips} events in = {trips} invoiced + 0 parked",
        f"✓ {documents} documents recorded = {documents} PDFs stored = {documents} numbers taken",
        f"✓ {len(series)} number series, each without a gap from 1 to its end",
        f"✓ {documents} PDFs read again, each has the recorded SHA-256",
    ]


def test_the_front_page_shows_documents_of_the_demonstration(demonstrated: list[Draft]) -> None:
    """Their trips, countries, kinds, series and totals, and the sums of all; digits at a number's end are by chance."""
    (shown,) = fences(README, "text")
    assert f"{len(sample_trips())} trips from the bundled sample" in shown
    assert f"invoiced {len(sample_trips())} · documents {len(demonstrated)} · parked 0" in shown
    rows = [re.split(r" {2,}", line) for line in shown.split("\nTrip ")[1].split("\n…")[0].splitlines()[1:]]
    made = [
        [
            draft.key.trip_id,
            draft.country,
            f"{draft.key.contract} {draft.key.kind}".replace("_", " "),
            draft.series,
            str(draft.totals.gross),
        ]
        for draft in demonstrated
    ]
    assert len(rows) >= 5
    assert [row for row in ([*row[:3], _series(row[3]), row[4]] for row in rows) if row not in made] == []
    charged = shown.split("charged: ")[1].split(" · …")[0].split(" · ")
    totals = [draft.totals.gross for draft in demonstrated]
    sums = {each: total((money for money in totals if money.currency == each), each) for each in _currencies(totals)}
    assert charged == [f"{money.decimal:,} {name}" for name, money in sums.items()][: len(charged)]


def _series(number: str) -> str:
    """A ledger's number without its period and what it counts."""
    return re.sub(r"-(ALL|\d{4}(-\d{2})?)-\d{6}$", "", number)


def _currencies(amounts: Iterable[Money]) -> list[str]:
    return sorted({money.currency for money in amounts})


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

"""``tripinvoice compare``: one trip again, side by side, and the report of what was compared."""

import asyncio
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rich.console import Console
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError

from starter.cli import compare_page, compare_text, side_by_side
from starter.cli.compared import ComparedAgain
from starter.comparing import Again
from starter.samples.candidate_faults import Fault
from tests import factories, scenarios
from tests.cli.conftest import ISSUED, PARKED, Cli
from tests.running import Stack
from tests.unit.compare.sides import NOW, compared, drafts, failed, put, side, without
from tests.unit.rollouts.test_decision import switch
from tests.unit.rollouts.test_rollout import rollout
from tests.workflows.test_candidates import polling
from tripinvoice.compare.comparison import Comparison, Outcome, Side, compare
from tripinvoice.compare.report import Evidence, Report, Wanted, document, report
from tripinvoice.rollouts.rollout import Mode, Rollout, Toggles

EQUAL, ALIKE, DIFFERENT, FAILED = Outcome
NET = (0, "lines", 0, "net", "minor")
PERSONAL = "Erika Mustermann"


def again(candidate: Side, *, current: Side | None = None, noisy: tuple[str, ...] = ()) -> Again:
    """Both sides of a delivery, looked at."""
    ours = current or side()
    trip = factories.delivery_sources().trip
    return Again(trip=trip, current=ours, candidate=candidate, found=compare(ours, candidate, [], NOW), noisy=noisy)


def shown(looked: Again, *, full: bool = False, colour: bool = False) -> str:
    """On a terminal of 160 columns."""
    screen = Console(file=io.StringIO(), width=160, force_terminal=colour, color_system="standard" if colour else None)
    for part in side_by_side.lines(looked, "go", full=full):
        screen.print(part)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


class TestSideBySide:
    def test_equal_says_so(self) -> None:
        """And nothing else."""
        told = shown(again(side()))
        assert told.startswith("Equal: current and go say the same of trip-munich-delivery\n")
        assert len(told.splitlines()) == 2

    def test_every_difference_has_path_kind_and_both_values(self) -> None:
        """Real ones; what is not there is told apart from null."""
        wrong = without(put(put(drafts(), NET, 1), (0, "rounding"), 5), (1, "einvoice"))
        told = [line.split() for line in shown(again(side(wrong))).splitlines()]
        assert ["goods.lines.0.net.minor", "changed", "1392", "1"] in told
        assert ["goods.rounding", "type", "null", "5"] in told
        assert ["delivery.einvoice", "missing", '"factur-x"', "absent"] in told

    def test_colours_are_of_sides(self) -> None:
        """Current red, candidate green; in words, too."""
        told = shown(again(side(put(drafts(), NET, 1))), colour=True)
        assert "\x1b[31m1392" in told
        assert "\x1b[32m1" in told

    def test_noise_is_marked(self) -> None:
        """Where the current one differs from itself."""
        told = shown(again(side(put(drafts(), NET, 1)), noisy=("goods.lines.*.net.minor",)))
        assert re.search(r"goods\.lines\.0\.net\.minor +changed .* noise", told)

    @pytest.mark.parametrize(
        ("code", "part"),
        [
            ("TimedOut", "polls tripinvoice-candidate-go"),
            ("CandidateError", "docs/preprocess-contract.md"),
            ("NotFoundError", "the same store"),
            ("UnsupportedTripError", "temporal workflow show -w compare/trip-munich-delivery/again/go"),
        ],
    )
    def test_a_failure_says_why_and_what_to_look_at(self, code: str, part: str) -> None:
        """By its code."""
        told = shown(again(failed(code)))
        assert told.startswith(f"Failed: go made no drafts of trip-munich-delivery: {code}\n")
        assert part in " ".join(told.split())

    def test_both_refuse(self) -> None:
        """For one reason, or for two."""
        assert "neither makes drafts: TotalsError" in shown(again(failed("TotalsError"), current=failed("TotalsError")))
        assert "the current one made none either: TotalsError" in shown(
            again(failed("TimedOut"), current=failed("TotalsError"))
        )

    def test_whole_drafts_are_aligned(self) -> None:
        """Each line beside its like; marks tell what differs, without colours too."""
        told = shown(again(side(without(put(drafts(), NET, 1), (0, "rounding")))), full=True).splitlines()
        [changed] = [line for line in told if "≠" in line]
        assert re.fullmatch(r'\d+ +"minor": 1392 +≠ +\d+ +"minor": 1 *', changed.strip())
        [gone] = [line for line in told if "<" in line]
        assert '"rounding": null,' in gone
        assert not [line for line in told if " > " in line]
        same = [line for line in told if line.count('"tip"') == 2]
        assert same

    def test_whole_drafts_of_who_has_none(self) -> None:
        """The reason is in their place."""
        assert "no drafts: TimedOut" in shown(again(failed("TimedOut")), full=True)

    def test_as_json_nothing_personal_is_told_unless_it_is_asked_for(self) -> None:
        """Values as events have them; with --values as they are."""
        looked = again(side(put(put(drafts(), NET, 1), (0, "recipient", "name"), PERSONAL)))
        made = ComparedAgain(candidate="go", again=looked)
        told = side_by_side.plain(made, values=False)
        assert told["differences"] == [
            {
                "path": "goods.recipient.name",
                "kind": "changed",
                "current": "text of 11",
                "candidate": "text of 16",
                "noise": False,
            },
            {
                "path": "goods.lines.0.net.minor",
                "kind": "changed",
                "current": "1392",
                "candidate": "1",
                "noise": False,
            },
        ]
        assert (told["outcome"], told["trip_id"], told["ignored"]) == ("different", "trip-munich-delivery", [])
        whole = side_by_side.plain(made, values=True)
        assert [one["candidate"] for one in whole["differences"]] == [PERSONAL, 1]


# --- against a running stack ----------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def rolled(cli_stack: Stack) -> AsyncIterator[Stack]:
    """A rollout for German rides; afterwards it is off."""
    rollouts = cli_stack.wiring.rollouts
    kept = rollouts.save(_rollout(cli_stack, Mode.SHADOW))
    yield cli_stack
    rollouts.save(replace(kept, mode=Mode.OFF, reason="the test is over"))


def _rollout(stack: Stack, mode: Mode) -> Rollout:
    known = stack.wiring.rollouts.history(rollout().scope)
    return rollout(mode=mode, candidate="right", sample=10_000, version=known[0].version if known else 0)


@pytest.mark.xdist_group("cli")
class TestTrip:
    async def test_equal(self, cli: Cli, rolled: Stack) -> None:
        """The rollout's candidate is asked; nothing is kept."""
        async with polling(rolled, "right"):
            told = await cli("compare", ISSUED)
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith(f"Equal: current and right say the same of {ISSUED}\n")
        assert rolled.wiring.comparisons.of_trip(ISSUED) == ()

    async def test_different(self, cli: Cli, cli_stack: Stack) -> None:
        """A candidate that no rollout has, by name."""
        async with polling(cli_stack, "wrong", Fault.CENT):
            told = await cli("compare", ISSUED, "--candidate", "wrong")
            as_json = await cli("compare", "trip", "--json", ISSUED, "--candidate", "wrong")
        assert told.code == as_json.code == 3
        assert "transport.lines.0.net.minor" in told.out
        assert [one["path"] for one in as_json.json()["differences"]] == [
            "transport.lines.0.net.minor",
            "transport.lines.0.tax.minor",
        ]
        assert as_json.json()["candidate"] == "wrong"

    async def test_failed(self, cli: Cli, rolled: Stack) -> None:
        """Nobody polls; the rollout's deadline ends it."""
        assert rolled.wiring.rollouts.toggles().rollouts
        told = await cli("compare", ISSUED, "--full")
        assert (told.code, told.out.splitlines()[0]) == (3, f"Failed: right made no drafts of {ISSUED}: TimedOut")
        assert "tripinvoice-candidate-right" in told.out

    async def test_what_temporal_has_forgotten(self, cli: Cli, cli_stack: Stack) -> None:
        """The evidence is in the records."""
        trip = await cli_stack.know(scenarios.berlin("compare-forgotten"))
        await cli_stack.invoice(trip)
        await _forget(cli_stack, "invoice/compare-forgotten")
        async with polling(cli_stack, "right"):
            told = await cli("compare", "compare-forgotten", "--candidate", "right")
        assert (told.code, told.out.partition(":")[0]) == (0, "Equal")

    @pytest.mark.parametrize(
        ("arguments", "code", "part"),
        [
            (("nobody",), 5, "no document of it is recorded"),
            ((PARKED,), 5, "no document of it is recorded"),
            ((ISSUED, "--candidate", "right", "--revision", "7"), 5, "no document of it is recorded"),
            ((ISSUED, "--candidate", "Not a name"), 1, "small letters"),
        ],
    )
    async def test_what_cannot_be_is_told_in_one_line(
        self, cli: Cli, arguments: tuple[str, ...], code: int, part: str
    ) -> None:
        """On stderr, with nothing on stdout."""
        told = await cli("compare", *arguments)
        assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)
        assert part in told.err

    async def test_a_trip_of_no_rollout_needs_a_name(self, cli: Cli, cli_stack: Stack) -> None:
        """There are none in Britain."""
        await cli_stack.invoice(await cli_stack.know(scenarios.london("compare-london")))
        told = await cli("compare", "compare-london")
        assert (told.code, told.out) == (2, "")
        assert "--candidate: no rollout is for this trip" in told.err


async def _forget(stack: Stack, workflow_id: str) -> None:
    """As when its retention has ended."""
    await stack.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=stack.client.namespace, workflow_execution=WorkflowExecution(workflow_id=workflow_id)
        )
    )
    while await _is_known(stack, workflow_id):  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.05)


async def _is_known(stack: Stack, workflow_id: str) -> bool:
    try:
        await stack.client.get_workflow_handle(workflow_id).describe()
    except RPCError:
        return False
    return True


# --- the report -----------------------------------------------------------------------------------------------------


def trips(count: int, outcome: Outcome = EQUAL, *, start: int = 0, **more: Any) -> list[Comparison]:
    return [compared(start + n, outcome, **({"features": ("product:taxi",)} | more)) for n in range(count)]


def reported(comparisons: list[Comparison], *, killed: bool = False) -> Report:
    toggles = Toggles(rollouts=[rollout(mode=Mode.LIVE, live=500)], kill_switch=switch(on=killed))
    since = NOW - timedelta(days=1)
    return report(Evidence(comparisons=comparisons, toggles=toggles, rules=(), since=since, until=NOW), Wanted())


MIXED = [
    *trips(400, noisy=()),
    *trips(3, ALIKE, start=500, ignored=("cents",), expired=("cents",)),
    *trips(5, DIFFERENT, start=600),
    *trips(2, FAILED, start=700, failure="<script>alert(1)</script>"),
    *trips(1, country="GB", scope="GB/rides", current_seconds=None),
]


class TestText:
    def text(self, made: Report) -> str:
        screen = Console(file=io.StringIO(), width=200)
        compare_text.write(made, screen)
        assert isinstance(screen.file, io.StringIO)
        return screen.file.getvalue()

    def test_all_of_it(self) -> None:
        """Counts, rates, times, causes, rules and the checklist."""
        told = self.text(reported(MIXED, killed=True))
        for part in (
            "0 of 2 ready to take over, by 411 compared trips",
            "the kill switch is on: no candidate runs",
            "scope DE/rides, live 5 %",
            "410 compared: 400 equal, 3 alike, 5 different, 2 failed",
            "net mismatch 1.23 %; errors 0.49 %",
            "the current one differed from itself on 0 of 400 trips",
            "look at one: tripinvoice compare trip-604",
            "let be by rule: cents 3",
            "expired: cents",
            "none differed, so at most 100.00 % do",
        ):
            assert part in told

    def test_nothing(self) -> None:
        """It says where to look."""
        assert "look" in self.text(reported([]))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


class TestPage:
    @pytest.fixture
    def page(self) -> str:
        return compare_page.page(reported(MIXED, killed=True))

    @pytest.fixture
    def tags(self, page: str) -> list[tuple[str, dict[str, str | None]]]:
        tags = _Tags()
        tags.feed(page)
        return tags.seen

    def test_it_is_well_formed(self, page: str) -> None:
        """Every tag is closed, every attribute quoted."""
        ET.fromstring(page.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - we wrote it

    def test_it_needs_nothing_else(self, tags: list[tuple[str, dict[str, str | None]]]) -> None:
        """No script, no style sheet, no picture, no address but its own anchors."""
        assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object"}
        addresses = {value for _, of in tags for name, value in of.items() if name in {"href", "src", "srcset"}}
        assert all(address is not None and address.startswith("#") for address in addresses)

    def test_it_can_be_read_aloud(self, tags: list[tuple[str, dict[str, str | None]]]) -> None:
        """Tables have names and heads with a scope, pictures a label or are hidden, ids are unique."""
        ids = [of["id"] for _, of in tags if "id" in of]
        assert len(ids) == len(set(ids))
        for tag, of in tags:
            if tag in {"table", "article"}:
                assert of["aria-labelledby"] in ids
            if tag == "th":
                assert of["scope"] in {"col", "row"}
            if tag == "svg":
                assert of.get("aria-hidden") == "true" or (of.get("role"), bool(of.get("aria-label"))) == ("img", True)

    def test_words_from_outside_are_only_words(self, page: str) -> None:
        """A failure's name is a candidate's."""
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>" not in page

    def test_it_says_what_the_text_says(self, page: str) -> None:
        """Counts and verdicts, and that the kill switch is on."""
        for part in (
            "0 of 2 ready to take over",
            "The kill switch is on",
            "400 equal",
            "1.23 %",
            "trip-604",
            "expired",
        ):
            assert part in page

    def test_nothing_compared_is_a_page_as_well(self) -> None:
        """With a hint."""
        ET.fromstring(compare_page.page(reported([])).removeprefix("<!DOCTYPE html>"))  # noqa: S314 - we wrote it

    def test_the_parts_of_a_bar_fill_it(self) -> None:
        """The smallest can be seen, and they do not overlap."""
        parts = compare_page.pieces(reported([*trips(9_999), *trips(1, FAILED, start=10_000)]).sections[0].tally)
        assert [part.name for part in parts] == ["equal", "failed"]
        assert parts[1].width > 0.9
        assert parts[0].width == pytest.approx(parts[1].x, abs=0.01)
        assert parts[1].x + parts[1].width == pytest.approx(100, abs=0.01)


@pytest.mark.xdist_group("cli")
class TestReport:
    async def test_of_what_is_stored(self, cli: Cli, rolled: Stack, tmp_path: Path) -> None:
        """As text, as JSON, as a page."""
        now = rolled.wiring.clock.now()
        for outcome, trip in ((EQUAL, "one"), (DIFFERENT, "two")):
            rolled.wiring.comparisons.add(compared(trip, outcome, compared_at=now, candidate="right"))
        old = now - timedelta(days=3)
        rolled.wiring.comparisons.add(compared("old", EQUAL, compared_at=old, candidate="right"))
        [section] = (await cli("compare", "report", "DE/rides", "--json")).json()["sections"]
        assert (section["compared"], section["different"], section["rollout"]["mode"]) == (2, 1, "shadow")
        longer = (await cli("compare", "report", "DE/rides", "--since", "7d", "--json")).json()
        assert longer["sections"][0]["compared"] == 3
        page = tmp_path / "report.html"
        told = await cli("compare", "report", "DE/rides", "--html", str(page))
        assert (told.code, told.out) == (0, "")
        assert "0 of 1 ready to take over, by 2 compared trips; the report is in" in told.err
        assert "trip-two" in page.read_text("utf-8")
        assert "2 compared: 1 equal" in (await cli("compare", "report")).out

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [(("Germany",), 1), (("--since", "soon"), 2), (("--html", "/nowhere/report.html"), 2), (("--each", "0"), 2)],
    )
    async def test_what_cannot_be_is_told_in_one_line(self, cli: Cli, arguments: tuple[str, ...], code: int) -> None:
        """On stderr, with nothing on stdout."""
        told = await cli("compare", "report", *arguments)
        assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)


def test_the_page_of_the_documentation_has_every_field() -> None:
    """docs/compare.md tells what each field of the report as JSON means."""
    told = json.loads(json.dumps(document(reported(MIXED)), default=str))
    page = (Path(__file__).parents[2] / "docs" / "compare.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z0-9_.]+)` \|", page, re.MULTILINE))
    assert named == {*told, *(f"sections.{name}" for name in told["sections"][0])}

"""rollout: a plan from its file to its end, what is set by hand, and what works when Temporal or the store is away."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from starter.rolling import Handle
from tests import scenarios
from tests.cli.conftest import Cli
from tests.running import Stack
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.invoice import account_key
from tripinvoice.rollouts.decision import Decision
from tripinvoice.rollouts.plan_file import read_plan, usual_plan
from tripinvoice.rollouts.rollout import Mode, Rollout, Scope
from tripinvoice.trip import Trip
from tripinvoice.trip_event import trip_event
from workflows.messages import RollBack, TripInvoiceInput
from workflows.rollout_candidate import RolloutCandidate

pytestmark = pytest.mark.xdist_group("cli")

NOWHERE = "127.0.0.1:1"

PLAN = """
candidate = "go"
interval = "1s"

[[stage]]
mode = "shadow"
share = "10 %"
min_samples = 2
min_time = "0s"

[[stage]]
mode = "live"
share = "1 %"
sample = "50 %"
min_samples = 2
min_time = "0s"
approval = true

[accounts]
deny = ["biz-4711"]
"""


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """A plan that takes seconds."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return str(path)


def stored(stack: Stack, scope: str) -> Rollout:
    """What is in force."""
    rollout = stack.wiring.rollouts.toggles().at(Scope.parse(scope))
    assert rollout is not None
    return rollout


def compared(stack: Stack, scope: str, outcome: Outcome = Outcome.EQUAL) -> None:
    """Two trips were compared just now."""
    rollout = stored(stack, scope)
    for number in range(2):
        stack.wiring.comparisons.add(
            Comparison(
                trip_id=f"{scope}-{outcome}-{rollout.version}-{number}",
                revision=1,
                scope=scope,
                candidate=rollout.candidate,
                rollout_version=rollout.version,
                country=rollout.scope.country,
                line_of_business=rollout.scope.line_of_business,
                compared_at=stack.wiring.clock.now(),
                outcome=outcome,
                fingerprint="0123456789ab" if outcome is Outcome.DIFFERENT else "",
                paths=("transport.lines.*.tax.minor",) if outcome is Outcome.DIFFERENT else (),
            )
        )


def handle(stack: Stack, scope: str) -> Handle:
    """The plan's workflow."""
    return stack.client.get_workflow_handle_for(RolloutCandidate.run, workflow_id=f"rollout/{scope}")


async def reached(stack: Stack, scope: str, state: str, stage: int) -> Rollout:
    """What is in force once its plan is in this state, at this stage."""
    async with asyncio.timeout(60):
        while True:
            told = await handle(stack, scope).query(RolloutCandidate.status)
            if (told.state, told.stage, told.entered) == (state, stage, True):
                return stored(stack, scope)
            await asyncio.sleep(0.1)


async def test_a_plan_is_started_once_looked_at_and_approved(cli: Cli, cli_stack: Stack, plan: str) -> None:
    """What waits is shown; nothing is approved before."""
    started = await cli("rollout", "start", "NL/rides", "--plan", plan, "--by", "ada", "--json")
    assert (started.code, started.err, started.json()["outcome"]) == (0, "", "started")
    again = await cli("rollout", "start", "NL/rides", "--plan", plan)
    assert (again.code, "under way already" in again.out) == (0, True)
    other = await cli("rollout", "start", "NL/rides", "--candidate", "go")
    assert (other.code, "another plan is under way" in other.err) == (1, True)
    begun = await reached(cli_stack, "NL/rides", "Watching", 1)
    assert (begun.mode, begun.sample, begun.changed_by) == (Mode.SHADOW, 1_000, "ada")
    assert begun.accounts == {account_key("biz-4711"): Mode.OFF}
    early = await cli("rollout", "approve", "NL/rides")
    assert (early.code, "does not wait for approval" in early.err) == (1, True)

    await asyncio.to_thread(compared, cli_stack, "NL/rides")
    await reached(cli_stack, "NL/rides", "AwaitingApproval", 1)
    text = (await cli("rollout", "status", "NL/rides")).out
    assert [word in text for word in ("→ shadow 10 %", "· live 1 %", "AwaitingApproval", "promote")] == [True] * 4
    assert "AwaitingApproval  1 of 2" in (await cli("rollout", "status")).out
    approved = await cli("rollout", "approve", "NL/rides", "--by", "grace")
    assert (approved.code, approved.out) == (0, "NL/rides: live 1 % approved\n")
    live = await reached(cli_stack, "NL/rides", "Watching", 2)
    assert (live.mode, live.live, live.changed_by) == (Mode.LIVE, 100, "grace")
    await asyncio.to_thread(compared, cli_stack, "NL/rides")
    assert (await handle(cli_stack, "NL/rides").result()).state == "Completed"


async def test_a_plan_is_paused_resumed_and_goes_back_by_itself(cli: Cli, cli_stack: Stack, plan: str) -> None:
    """Why is told for ever: by status, and by the history."""
    await cli("rollout", "start", "IT/rides", "--plan", plan)
    await reached(cli_stack, "IT/rides", "Watching", 1)
    paused = await cli("rollout", "pause", "IT/rides", "--reason", "deploys", "--by", "ada", "--json")
    assert (paused.code, paused.json()["outcome"]) == (0, "paused at shadow 10 %")
    assert "paused by ada: deploys" in (await cli("rollout", "status", "IT/rides")).out
    resumed = await cli("rollout", "resume", "IT/rides", "--reason", "deployed")
    assert (resumed.code, resumed.out) == (0, "IT/rides: goes on at shadow 10 %\n")
    await asyncio.to_thread(compared, cli_stack, "IT/rides", Outcome.DIFFERENT)
    assert (await handle(cli_stack, "IT/rides").result()).state == "RolledBack"
    [shown] = (await cli("rollout", "status", "IT/rides", "--json")).json()["rollouts"]
    assert (shown["stored"]["mode"], shown["plan"]["state"]) == ("off", "RolledBack")
    assert shown["plan"]["told"]["ended"]["sample"].startswith("IT/rides-different")
    versions = (await cli("rollout", "history", "IT/rides", "--json")).lines()
    assert [(one["version"], one["mode"]) for one in versions] == [(2, "off"), (1, "shadow")]
    assert "2 of 2 trips differ; 0123456789ab at transport.lines.*.tax.minor" in versions[0]["reason"]
    told = (await cli("rollout", "history", "IT/rides")).out
    assert "go, shadow on 10 %, 1 accounts apart" in told
    assert (await cli("rollout", "approve", "IT/rides")).code == 5


@pytest.mark.parametrize(
    ("scope", "away", "said"),
    [
        ("NL/delivery", False, "its plan is told, and ends"),
        ("SE/rides", True, "its plan ends when it looks again"),
    ],
)
async def test_rollback_writes_first_and_then_tells_the_plan(  # noqa: PLR0913, PLR0917 - a table
    cli: Cli,
    cli_stack: Stack,
    plan: str,
    scope: str,
    away: bool,  # noqa: FBT001
    said: str,
) -> None:
    """With Temporal away, too: then the plan finds out by itself. Twice is once."""
    assert (await cli("rollout", "start", scope, "--plan", plan)).code == 0
    await reached(cli_stack, scope, "Watching", 1)
    address = NOWHERE if away else cli.environment["TEMPORAL_ADDRESS"]
    command = ("rollout", "rollback", scope, "--reason", "wrong tax", "--by", "bob")
    back = await cli(*command, TEMPORAL_ADDRESS=address)
    assert (back.code, back.out) == (0, f"{scope}: off, version 2; {said}\n")
    assert ("not told: no Temporal server" in back.err) is away
    result = await handle(cli_stack, scope).result()
    assert result.rolled_back == RollBack(by="bob", reason="wrong tax")
    again = await cli("rollout", "rollback", scope, "--reason", "still wrong", "--json")
    assert (again.code, again.json()) == (0, {"scope": scope, "version": 2, "plan": "no plan was under way"})


async def test_a_store_that_is_away_is_told_and_the_plan_goes_back_later(
    cli: Cli, cli_stack: Stack, plan: str, tmp_path: Path
) -> None:
    """The exit code says that it is not done yet; the plan's workflow does it."""
    assert (await cli("rollout", "start", "SE/delivery", "--plan", plan)).code == 0
    await reached(cli_stack, "SE/delivery", "Watching", 1)
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    back = await cli("rollout", "rollback", "SE/delivery", "--reason", "wrong", TRIPINVOICE_DATA=str(nowhere))
    assert (back.code, back.out, back.err.count("\n")) == (1, "", 1)
    assert "its plan is told and turns it off as soon as the store answers" in back.err
    assert (await handle(cli_stack, "SE/delivery").result()).state == "RolledBack"
    assert stored(cli_stack, "SE/delivery").mode is Mode.OFF


async def test_a_rollout_by_hand(cli: Cli, cli_stack: Stack) -> None:
    """Shadow, live with accounts of their own, off; nobody watches it, and no plan starts over it unasked."""
    command = ("rollout", "set", "FR/rides", "--candidate", "go")
    shadow = await cli(*command, "--mode", "shadow", "--sample", "10%")
    assert (shadow.code, shadow.out) == (0, "FR/rides: go, shadow on 10 %, version 1\n")
    live = await cli(
        *(*command, "--mode", "live", "--live", "0.5%", "--deny", "biz-1", "--allow", "biz-2", "--deadline-ms", "500"),
        *("--noise", "1%", "--reason", "a try", "--by", "ada", "--json"),
    )
    assert live.json() == {
        "scope": "FR/rides",
        "candidate": "go",
        "mode": "live",
        "live": 50,
        "sample": 10_000,
        "noise": 100,
        "deadline_ms": 500,
        "accounts": {account_key("biz-1"): "off", account_key("biz-2"): "live"},
        "version": 2,
        "changed_at": live.json()["changed_at"],
        "changed_by": "ada",
        "reason": "a try",
    }
    kept = (await cli(*command, "--mode", "live", "--live", "1%", "--json")).json()
    assert (kept["deadline_ms"], len(kept["accounts"]), kept["reason"]) == (500, 2, "set by hand")
    assert "by hand" in (await cli("rollout", "status", "FR/rides")).out
    over = await cli("rollout", "start", "FR/rides", "--candidate", "rust")
    assert (over.code, "has a rollout in use, go live" in over.err) == (1, True)
    full = await cli(*command, "--mode", "full")
    assert (full.code, "add --yes" in full.err) == (2, True)
    assert (await cli(*command, "--mode", "full", "--yes", "--json")).json()["live"] == 10_000
    off = await cli(*command, "--mode", "off")
    assert (off.code, off.out) == (0, "FR/rides: go, off, 2 accounts apart, version 5\n")
    assert stored(cli_stack, "FR/rides").salt == "FR/rides go"


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("set", "DE/boats", "--candidate", "go", "--mode", "shadow"), 1, "such as DE/rides"),
        (("set", "PT/rides", "--candidate", "Go!", "--mode", "shadow"), 1, "small letters"),
        (("set", "PT/rides", "--candidate", "go", "--mode", "live"), 2, "--live: goes with --mode live"),
        (("set", "PT/rides", "--candidate", "go", "--mode", "shadow", "--live", "1%"), 2, "--live: goes with"),
        (("set", "PT/rides", "--candidate", "go", "--mode", "shadow", "--sample", "0.1"), 2, "--sample: expected"),
        (
            ("set", "PT/rides", "--candidate", "go", "--mode", "shadow", "--allow", "a", "--deny", "a"),
            2,
            "an account is named twice",
        ),
        (("set", "PT/rides", "--candidate", "go", "--mode", "shadow", "--reason", " "), 2, "say why"),
        (("set", "PT/rides", "--candidate", "go", "--mode", "shadow", "--by", " "), 2, "say who"),
        (("status", "PT/rides"), 5, "no rollout"),
        (("history", "PT/rides"), 5, "no rollout"),
        (("rollback", "PT/rides", "--reason", "x"), 5, "no rollout"),
        (("pause", "PT/rides", "--reason", "x"), 5, "no plan is under way"),
        (("plan",), 2, "say SCOPE and --candidate"),
        (("plan", "--plan", "/nowhere/plan.toml"), 2, "cannot be read"),
        (("start", "DE/rides", "--candidate", "Go!"), 1, "small letters"),
    ],
)
async def test_what_cannot_be_done_is_told_in_one_line(
    cli: Cli, arguments: tuple[str, ...], code: int, part: str
) -> None:
    """And nothing is changed."""
    told = await cli("rollout", *arguments)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)
    assert part in told.err


async def test_plan_prints_what_it_reads(cli: Cli, plan: str, tmp_path: Path) -> None:
    """The usual plan is a file to begin with; a file is told back with all that it leaves out."""
    usual = await cli("rollout", "plan", "DE/rides", "--candidate", "go", TEMPORAL_ADDRESS=NOWHERE)
    assert (usual.code, usual.err) == (0, "")
    assert read_plan(usual.out) == usual_plan(Scope.parse("DE/rides"), "go")
    read = await cli("rollout", "plan", "DE/rides", "--plan", plan)
    assert read_plan(read.out) == read_plan(PLAN, scope=Scope.parse("DE/rides"))
    as_json = (await cli("rollout", "plan", "DE/rides", "--plan", plan, "--json")).json()
    assert (as_json["scope"], as_json["interval"], as_json["stages"][1]["min_time"]) == ("DE/rides", "1s", "0s")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('scope = "DE/rides"\ncandidate = "go"\n[[stage]]\nmode = "shadow"\nshare = 10\n')
    told = await cli("rollout", "plan", "--plan", str(wrong))
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert "plan: stage.1.share: expected a share such as '10 %'" in told.err


async def test_status_without_temporal_shows_what_is_in_force(cli: Cli) -> None:
    """And says that plans are not shown."""
    await cli("rollout", "set", "FR/delivery", "--candidate", "go", "--mode", "shadow")
    told = await cli("rollout", "status", TEMPORAL_ADDRESS=NOWHERE)
    assert (told.code, "go, shadow on 100 %" in told.out) == (0, True)
    assert "plans are not shown: no Temporal server" in told.err
    shown = (await cli("rollout", "status", "--json", TEMPORAL_ADDRESS=NOWHERE)).json()
    assert [one["plan"] for one in shown["rollouts"] if one["scope"] == "FR/delivery"] == [None]


# --- the bridge decides ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def bridge(cli: Cli) -> AsyncIterator[str]:
    """A bridge process meanwhile; the address of its embedded Kafka."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "starter.cli", "bridge", "--json"),
        env=dict(cli.environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        address = None
        async with asyncio.timeout(60):
            while address is None:
                address = re.search(r"embedded Kafka at ([\w.,:]+), topic", (await process.stderr.readline()).decode())
        yield address[1]
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


async def decision(stack: Stack, address: str, trip: Trip) -> Decision | None:
    """The part in a rollout with which the bridge starts this trip."""
    event = Record(key=trip.trip_id.encode(), value=trip_event(trip), headers=())
    await asyncio.to_thread(publish, address, stack.wiring.settings.trips_topic, [event])
    handle = stack.handle(trip)
    async with asyncio.timeout(60):
        while True:
            async for execution in stack.client.list_workflows(f"WorkflowId = '{handle.id}'"):
                first = await anext(stack.client.get_workflow_handle(execution.id).fetch_history_events(page_size=1))
                payloads = first.workflow_execution_started_event_attributes.input.payloads
                [started] = await stack.client.data_converter.decode(payloads, [TripInvoiceInput])
                assert isinstance(started, TripInvoiceInput)
                return started.decision
            await asyncio.sleep(0.1)


async def test_a_change_reaches_the_bridge_within_ten_seconds(cli: Cli, cli_stack: Stack) -> None:
    """Set, the next trip goes to the candidate; killed, none does; unkilled, as before; taken back, none."""
    trip = await cli_stack.know(scenarios.berlin("decided"))
    others = [replace(trip, trip_id=f"decided-{n}") for n in range(5)]
    async with bridge(cli) as address:
        assert await decision(cli_stack, address, others[0]) is None
        changes: list[tuple[tuple[str, ...], Mode | None]] = [
            (("set", "DE/rides", "--candidate", "absent", "--mode", "shadow"), Mode.SHADOW),
            (("kill", "--reason", "a try"), None),
            (("unkill", "--reason", "the try is over"), Mode.SHADOW),
            (("rollback", "DE/rides", "--reason", "enough"), None),
        ]
        for (command, mode), other in zip(changes, others[1:], strict=True):
            told = await cli("rollout", *command, "--json")
            assert (told.code, told.err) == (0, "")
            await asyncio.sleep(7)
            part = await decision(cli_stack, address, other)
            assert (part.mode if part else None) is mode
            if command[0] == "kill":
                assert "KILL SWITCH ON" in (await cli("rollout", "status")).out

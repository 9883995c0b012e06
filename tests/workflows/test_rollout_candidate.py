"""A rollout goes through its stages by itself, holds, waits for approval, goes back, and ends well only at its end."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError

from tests.running import Stack
from tests.workflows.conftest import Hands
from tests.workflows.rollouts import Scripted, equal, wrong
from tripinvoice.compare.comparison import Outcome
from tripinvoice.rollouts.plan import Plan, Stage, Thresholds
from tripinvoice.rollouts.rollout import KillSwitch, Mode, Rollout, Scope
from workflows import policies
from workflows import search_attributes as sa
from workflows.messages import Approve, Pause, RollBack, RolloutInput, RolloutResult, RolloutStatus
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id

pytestmark = pytest.mark.xdist_group("temporal")

MINUTE = timedelta(minutes=1)
SHADOW = Stage(mode=Mode.SHADOW, share=1_000, min_samples=25, min_time=3 * MINUTE)
LIVE = Stage(mode=Mode.LIVE, share=500, sample=2_000, min_samples=25, min_time=3 * MINUTE)
FULL = Stage(mode=Mode.FULL, sample=1_000, min_samples=25, min_time=3 * MINUTE)

Handle = WorkflowHandle[RolloutCandidate, RolloutResult]


def plan_of(country: str, *stages: Stage, **changes: Any) -> Plan:
    """A plan for a country of its own."""
    scope = Scope(country=country, line_of_business="rides")
    return Plan(scope=scope, candidate="other", salt="salt", stages=stages or (SHADOW, LIVE, FULL), **changes)


@dataclass(frozen=True)
class Rolling:
    """A rollout under way, and the script of what it finds."""

    stack: Stack
    plan: Plan
    handle: Handle
    script: Scripted

    @property
    def stored(self) -> Rollout:
        """The rollout as it is in force."""
        stored = self.stack.wiring.rollouts.toggles().at(self.plan.scope)
        assert stored is not None
        return stored

    @property
    def versions(self) -> list[tuple[Mode, int, int]]:
        """Mode, live and sample of all versions, the oldest first."""
        history = self.stack.wiring.rollouts.history(self.plan.scope)
        return [(one.mode, one.live, one.sample) for one in reversed(history)]

    async def status(self) -> RolloutStatus:
        """As the query tells it."""
        return await self.handle.query(RolloutCandidate.status)

    async def until(self, state: sa.RolloutState, stage: int | None = None) -> RolloutStatus:
        """Wait until it is in this state, at this stage."""
        async with asyncio.timeout(30):
            while True:
                status = await self.status()
                if status.state == state and stage in {None, status.stage}:
                    return status
                await asyncio.sleep(0.05)

    async def troubled(self, text: str) -> None:
        """Wait until it says that it is in this trouble."""
        async with asyncio.timeout(60):
            while text not in (await self.status()).trouble:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def look(self, times: int = 1) -> RolloutStatus:
        """Let it look so often, and wait until it has judged what it saw."""
        for _ in range(times):
            before = (await self.status()).reading
            self.script.looks.release()
            async with asyncio.timeout(30):
                while (status := await self.status()).reading in {None, before} and status.ended is None:
                    if before is not None and (status.reading is None or not status.entered):
                        break  # promoted: the next stage has seen nothing yet
                    await asyncio.sleep(0.02)
        return status

    async def refused(self, update: Any, request: object) -> str:
        """Why an update is refused."""
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await self.handle.execute_update(update, request)
        return str(refusal.value.cause)


async def start(stack: Stack, hands: Hands, plan: Plan, script: Scripted, rounds: int = 500) -> Rolling:
    """Roll out by this plan."""
    hands.comparisons.script(plan.scope, script)
    handle = await stack.client.start_workflow(
        RolloutCandidate.run,
        RolloutInput(plan=plan, by="ada", rounds=rounds),
        id=rollout_workflow_id(str(plan.scope)),
        task_queue=policies.WORKFLOWS,
    )
    return Rolling(stack, plan, handle, script)


async def entered(stack: Stack, hands: Hands, plan: Plan) -> Rolling:
    """Roll out by this plan up to the first look, which waits."""
    rolling = await start(stack, hands, plan, stopped())
    async with asyncio.timeout(30):
        while not (await rolling.status()).entered:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return rolling


def stopped(**changes: Any) -> Scripted:
    """A script that waits before each look."""
    script = Scripted(**changes)
    script.looks = type(script.looks)(0)
    return script


async def details(handle: Handle) -> str:
    """What the Web UI shows."""
    return str(await handle.query("__temporal_workflow_metadata", result_type=dict)).replace("\\n", "\n")


async def test_it_goes_through_its_stages_and_waits_for_approval_before_full(stack: Stack, hands: Hands) -> None:
    """As long as each takes, and not before; full is watched, too, until it ends."""
    rolling = await start(stack, hands, plan_of("AA"), script := Scripted())
    waiting = await rolling.until(sa.RolloutState.AWAITING_APPROVAL, 2)
    assert (rolling.versions, waiting.live) == ([(Mode.SHADOW, 0, 1_000), (Mode.LIVE, 500, 2_000)], 500)
    script.looks = type(script.looks)(0)  # from here on the test lets it look
    assert "this stage" in (shown := await details(rolling.handle))
    assert "tripinvoice rollout approve AA/rides" in shown
    assert "✓ shadow 10 %" in shown
    described = (await rolling.handle.describe()).typed_search_attributes
    assert described.get(sa.ROLLOUT_STATE) == "AwaitingApproval"
    assert "who in 1 to" in await rolling.refused(RolloutCandidate.approve, Approve(by=" "))
    assert await rolling.handle.execute_update(RolloutCandidate.approve, Approve(by="grace")) == "full approved"
    assert "approved already by grace" in await rolling.refused(RolloutCandidate.approve, Approve(by="ada"))
    script.looks.release(10)
    await rolling.until(sa.RolloutState.WATCHING, 3)
    script.looks.release(1_000)
    result = await rolling.handle.result()
    assert (result.state, result.rolled_back, rolling.stored.mode) == ("Completed", None, Mode.FULL)
    assert (rolling.stored.changed_by, rolling.stored.version) == ("grace", 3)
    assert (await rolling.status()).live == 10_000
    assert "Completed" in await details(rolling.handle)


async def test_no_stage_is_shorter_than_its_time_or_than_its_samples(stack: Stack, hands: Hands) -> None:
    """Trips that the stage before decided on are none of its own, however late they are compared."""
    stages = (replace(SHADOW, min_time=10 * MINUTE), replace(SHADOW, share=10_000, min_samples=35))
    rolling = await start(stack, hands, plan_of("BA", *stages), script := Scripted())
    result = await rolling.handle.result()
    assert (result.state, script.looked) == ("Completed", 10 + 4)
    first, second = reversed(stack.wiring.rollouts.history(rolling.plan.scope))
    assert 10 * MINUTE <= second.changed_at - first.changed_at < 11 * MINUTE
    assert "kept all thresholds: 100 trips compared" in second.reason


async def test_one_trip_that_differs_takes_it_back_within_an_interval(stack: Stack, hands: Hands) -> None:
    """With the cause, the place and a trip that shows it; what was live is so no more."""
    rolling = await start(stack, hands, plan_of("AB", LIVE), Scripted(mood=lambda n: wrong(n) if n == 15 else equal(n)))
    result = await rolling.handle.result()
    assert (result.state, rolling.script.looked) == ("RolledBack", 2)
    assert result.rolled_back == RollBack(
        by="rollout/AB/rides",
        reason="1 of 20 trips differ",
        cause="0123456789ab",
        paths=("transport.lines.*.tax.minor",),
        sample=result.rolled_back.sample if result.rolled_back else "",
    )
    assert rolling.versions == [(Mode.LIVE, 500, 2_000), (Mode.OFF, 0, 0)]
    told = "1 of 20 trips differ; 0123456789ab at transport.lines.*.tax.minor; for example trip compared-2-5"
    assert (rolling.stored.reason, rolling.stored.changed_by) == (told, "rollout/AB/rides")
    shown = await details(rolling.handle)
    assert all(text in shown for text in ("✗ live 5 %", "`0123456789ab`", "tripinvoice compare compared-2-5"))
    described = (await rolling.handle.describe()).typed_search_attributes
    assert described.get(sa.ROLLOUT_STATE) == "RolledBack"


@pytest.mark.parametrize(
    ("country", "script", "reason"),
    [
        ("BB", Scripted(mood=lambda n: Outcome.FAILED if n % 10 == 0 else Outcome.EQUAL), "the candidate failed on"),
        ("BC", Scripted(seconds=(0.1, 0.7)), "over 5 times as long"),
    ],
)
async def test_failures_and_slowness_take_it_back_too(
    stack: Stack, hands: Hands, country: str, script: Scripted, reason: str
) -> None:
    """But not before there is enough to tell."""
    rolling = await start(stack, hands, plan_of(country), script)
    result = await rolling.handle.result()
    assert result.rolled_back is not None
    assert reason in result.rolled_back.reason
    assert script.looked == 2


async def test_a_sudden_fault_is_not_hidden_by_a_long_good_time(stack: Stack, hands: Hands) -> None:
    """The last interval is judged by itself."""
    stages = (replace(SHADOW, min_time=timedelta(hours=2)),)
    limits = Thresholds(net_mismatch=Decimal("0.02"))
    script = Scripted(trips=40, mood=lambda n: wrong(n) if n > 400 and n % 5 == 0 else equal(n))
    rolling = await start(stack, hands, plan_of("BD", *stages, thresholds=limits), script)
    result = await rolling.handle.result()
    assert result.rolled_back is not None
    assert (script.looked, result.rolled_back.reason) == (11, "7 of 80 trips differ")


async def test_what_another_version_decided_does_not_promote(stack: Stack, hands: Hands) -> None:
    """Nor what was compared before; but a difference of an earlier stage that comes late still takes it back."""
    rolling = await start(stack, hands, plan_of("BE", SHADOW, SHADOW), script := stopped(trips=30))
    await rolling.look(3)
    assert (await rolling.until(sa.RolloutState.WATCHING, 2)).stage == 2
    script.version = 1
    status = await rolling.look(4)
    assert status.reading is not None
    assert (status.reading.verdict, status.reading.reasons) == ("hold", ("0 of 25 trips compared",))
    script.mood = wrong
    await rolling.look()
    result = await rolling.handle.result()
    assert result.rolled_back is not None
    assert "trips differ" in result.rolled_back.reason


async def test_a_person_takes_it_back_at_once(stack: Stack, hands: Hands) -> None:
    """Also while it measures; and once is enough."""
    rolling = await entered(stack, hands, plan_of("AC"))
    assert await asyncio.to_thread(rolling.script.waits.wait, 30)
    assert "reason: say why" in await rolling.refused(RolloutCandidate.rollback, RollBack(by="ada", reason=""))
    asked = RollBack(by="ada", reason="the other team asked")
    assert await rolling.handle.execute_update(RolloutCandidate.rollback, asked) == "rolling back"
    result = await rolling.handle.result()
    assert (result.state, result.rolled_back) == ("RolledBack", asked)
    assert (rolling.stored.mode, rolling.stored.changed_by) == (Mode.OFF, "ada")
    rolling.script.looks.release(100)


async def test_one_that_never_began_leaves_the_store_as_it_is(stack: Stack, hands: Hands) -> None:
    """A first stage may wait for approval, too."""
    rolling = await start(stack, hands, plan_of("AD", replace(SHADOW, approval=True)), Scripted())
    await rolling.until(sa.RolloutState.AWAITING_APPROVAL, 1)
    await rolling.handle.execute_update(RolloutCandidate.rollback, RollBack(by="ada", reason="not now"))
    assert (await rolling.handle.result()).state == "RolledBack"
    assert rolling.versions == []
    again = await start(stack, hands, plan_of("AD", replace(SHADOW, approval=True)), Scripted())
    await again.until(sa.RolloutState.AWAITING_APPROVAL, 1)
    await again.handle.execute_update(RolloutCandidate.approve, Approve(by="grace"))
    assert (await again.handle.result()).state == "Completed"
    assert again.stored.changed_by == "ada"  # who started it: the approval only let it begin


async def test_a_paused_one_goes_no_further_but_still_back(stack: Stack, hands: Hands) -> None:
    """Its time goes on; it is judged all the same."""
    rolling = await start(stack, hands, plan_of("AE", SHADOW, LIVE), script := stopped(trips=30))
    await rolling.look()
    pause = Pause(by="ada", reason="the other team deploys")
    assert "not paused" in await rolling.refused(RolloutCandidate.resume_rollout, pause)
    assert await rolling.handle.execute_update(RolloutCandidate.pause, pause) == "paused at shadow 10 %"
    assert "paused already by ada" in await rolling.refused(RolloutCandidate.pause, pause)
    assert "is Paused" in await rolling.refused(RolloutCandidate.approve, Approve(by="ada"))
    status = await rolling.look(4)
    assert (status.state, status.stage, status.paused) == ("Paused", 1, pause)
    assert "rollout resume AE/rides" in await details(rolling.handle)
    go_on = Pause(by="grace", reason="they have deployed")
    assert await rolling.handle.execute_update(RolloutCandidate.resume_rollout, go_on) == "goes on at shadow 10 %"
    script.looks.release(2)
    await rolling.until(sa.RolloutState.WATCHING, 2)
    await rolling.handle.execute_update(RolloutCandidate.pause, pause)
    script.mood = wrong
    script.looks.release(10)
    assert (await rolling.handle.result()).state == "RolledBack"


async def test_what_a_person_changes_beside_it_stays(stack: Stack, hands: Hands) -> None:
    """It pauses; resumed, it brings its stage back and begins it anew."""
    rolling = await start(stack, hands, plan_of("AF", SHADOW, LIVE), script := stopped(trips=30))
    await rolling.look()
    stored = rolling.stored
    by_hand = replace(stored, live=10, mode=Mode.LIVE, changed_by="bob", reason="only a few")
    stack.wiring.rollouts.save(by_hand)
    script.looks.release(1)
    status = await rolling.until(sa.RolloutState.PAUSED, 1)
    assert status.paused == Pause(by="bob", reason="changed by hand to other live: only a few")
    go_on = Pause(by="grace", reason="back to the plan")
    await rolling.handle.execute_update(RolloutCandidate.resume_rollout, go_on)
    await rolling.until(sa.RolloutState.WATCHING, 1)
    script.looks.release(100)
    assert (await rolling.handle.result()).state == "Completed"
    assert [mode for mode, _, _ in rolling.versions] == [Mode.SHADOW, Mode.LIVE, Mode.SHADOW, Mode.LIVE]
    assert [one.changed_by for one in stack.wiring.rollouts.history(rolling.plan.scope)][1:3] == ["grace", "bob"]


async def test_one_that_is_turned_off_beside_it_ends(stack: Stack, hands: Hands) -> None:
    """Nothing turns it on again: not the stage that was decided on meanwhile either."""
    rolling = await start(stack, hands, plan_of("AG", SHADOW, LIVE), script := stopped(trips=30))
    await rolling.look()
    off = replace(rolling.stored, mode=Mode.OFF, changed_by="bob", reason="wrong taxes")
    stack.wiring.rollouts.save(off)
    script.looks.release(10)
    result = await rolling.handle.result()
    assert result == RolloutResult(state="RolledBack", version=2, rolled_back=RollBack(by="bob", reason="wrong taxes"))
    assert [mode for mode, _, _ in rolling.versions] == [Mode.SHADOW, Mode.OFF]
    signalled = await entered(stack, hands, plan_of("BF"))
    await signalled.handle.signal(RolloutCandidate.turned_off, RollBack(by="bob", reason="wrong taxes"))
    assert (await signalled.handle.result()).state == "RolledBack"
    signalled.script.looks.release(100)


async def test_a_store_that_is_broken_ends_nothing(stack: Stack, hands: Hands) -> None:
    """It holds and says why, goes on when the store is mended, and takes back what it must, however long that takes."""
    hands.rollouts.broken = True
    rolling = await start(stack, hands, plan_of("AH", SHADOW, LIVE), script := stopped(trips=30))
    await rolling.troubled("StoreUnusableError: the store's file is damaged")
    assert "Trouble" in await details(rolling.handle)
    hands.rollouts.broken = False
    await rolling.look()
    hands.rollouts.broken = True
    script.looks.release(100)
    await rolling.troubled("StoreUnusableError")
    reading = (await rolling.status()).reading
    assert reading is not None
    assert (reading.verdict, reading.reasons, reading.overall.compared) == ("hold", ("it could not be measured",), 30)
    await rolling.handle.execute_update(RolloutCandidate.rollback, RollBack(by="ada", reason="enough"))
    await asyncio.sleep(0.3)
    assert (await rolling.status()).state == "Watching"
    hands.rollouts.broken = False
    assert (await rolling.handle.result()).state == "RolledBack"
    assert rolling.stored.mode is Mode.OFF


async def test_a_store_that_is_away_for_a_moment_is_asked_again(stack: Stack, hands: Hands) -> None:
    """Nobody hears of it."""
    hands.rollouts.away = 2
    rolling = await start(stack, hands, plan_of("BG", SHADOW), Scripted())
    assert (await rolling.handle.result()).state == "Completed"
    assert hands.rollouts.away == 0
    assert [event.what for event in (await rolling.status()).events] == ["shadow 10 % began", "completed"]


async def test_with_the_kill_switch_on_it_holds_and_its_time_stands_still(stack: Stack, hands: Hands) -> None:
    """No trip comes; afterwards the stage takes as long as it would have."""
    rolling = await start(stack, hands, plan_of("AI", SHADOW), script := stopped(trips=30))
    await rolling.look()
    hands.rollouts.switch = KillSwitch(
        on=True, changed_at=datetime(2026, 11, 26, tzinfo=UTC), changed_by="bob", reason="fire"
    )
    script.trips = 0
    status = await rolling.look(5)
    assert status.reading is not None
    assert (status.reading.verdict, status.reading.killed) == ("hold", True)
    assert status.reading.reasons == ("the kill switch is on: fire", "1 of 3 minutes")
    hands.rollouts.switch = None
    script.looks.release(100)
    assert (await rolling.handle.result()).state == "Completed"
    assert script.looked == 1 + 5 + 2


async def test_it_continues_as_new_with_all_that_it_knows(stack: Stack, hands: Hands) -> None:
    """Stage, times, approvals and what happened; also when it continues after every look."""
    rolling = await start(stack, hands, plan_of("AJ", SHADOW, replace(LIVE, approval=True)), Scripted(), rounds=2)
    waiting = await rolling.until(sa.RolloutState.AWAITING_APPROVAL, 1)
    assert [event.what for event in waiting.events] == ["shadow 10 % began"]
    await rolling.handle.execute_update(RolloutCandidate.approve, Approve(by="grace"))
    assert (await rolling.handle.result()).state == "Completed"
    assert rolling.versions == [(Mode.SHADOW, 0, 1_000), (Mode.LIVE, 500, 2_000)]
    assert [event.what for event in (await rolling.status()).events] == [
        "shadow 10 % began",
        "live 5 % approved",
        "live 5 % began",
        "completed",
    ]
    query = f"WorkflowId = '{rolling.handle.id}' AND ExecutionStatus = 'ContinuedAsNew'"
    assert (await stack.client.count_workflows(query)).count >= 3


async def test_a_cancelled_one_is_taken_back(stack: Stack, hands: Hands) -> None:
    """Traffic must not stay with a candidate that nobody watches."""
    rolling = await start(stack, hands, plan_of("AK", LIVE), script := stopped(trips=30))
    await rolling.look()
    await rolling.handle.cancel()
    result = await rolling.handle.result()
    assert result.rolled_back == RollBack(by="rollout/AK/rides", reason="its workflow was cancelled")
    assert rolling.stored.mode is Mode.OFF
    script.looks.release(100)

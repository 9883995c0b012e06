"""Ten candidates that are wrong, each in a country of its own, and one that is right, all live at once.

Each wrong one is found out, the place is named, and its rollout goes back by itself. No invoice says anything else than
the current rules do, and none waits for a candidate longer than its deadline. The right one is approved and takes over.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import WorkflowHandle

from starter.client import invoice_workflow_id
from starter.samples.candidate import SampleCandidate, serve
from starter.samples.candidate_faults import Fault
from starter.samples.scenario import Scenario
from starter.samples.trips import sample_trips
from starter.toggles import DecidedStart, ToggleReader
from tests.running import Stack, running
from tripinvoice import archive
from tripinvoice.assemble import assemble
from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.contract import task_queue
from tripinvoice.invoice import Invoice
from tripinvoice.money_systems import Sources
from tripinvoice.rollouts.plan import Plan, Stage, Thresholds
from tripinvoice.rollouts.rollout import Mode, Scope
from workflows import policies
from workflows.messages import Approve, RolloutInput, RolloutResult, TripInvoiceResult
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id
from workflows.search_attributes import RolloutState

pytestmark = pytest.mark.timeout(300)

DEADLINE_MS = 20_000
SHORT_DEADLINE_MS = 1_500  # of those that never answer in time; a busy machine must not make the others so
TRIPS = 9
PLAN = (
    Stage(mode=Mode.LIVE, min_samples=TRIPS - 2, min_time=timedelta(seconds=1)),
    Stage(mode=Mode.FULL, min_samples=TRIPS - 2, min_time=timedelta(seconds=1)),
)


@dataclass(frozen=True)
class Case:
    """A candidate: what is wrong with it, on which sample trip it is tried, and where or why it is found out."""

    fault: Fault | None
    sample: str
    found: str = ""

    @property
    def name(self) -> str:
        """Its own."""
        return self.fault or "right"

    @property
    def deadline_ms(self) -> int:
        """Its rollout's."""
        return SHORT_DEADLINE_MS if self.fault in {Fault.SLOW, Fault.CRASH, Fault.HUGE} else DEADLINE_MS


CASES = (
    Case(Fault.CENT, "gb-london-private-hire", "transport.lines.*.net.minor"),
    Case(Fault.TAX_RATE, "de-berlin-taxi-short", "transport.lines.*.tax_rate"),
    Case(Fault.MISSING_LINE, "fr-paris-taxi", "transport.lines.*"),
    Case(Fault.ORDER_OF_LINES, "us-nyc-yellow-jfk", "transport.lines"),
    Case(Fault.WRONG_DATE, "at-vienna-taxi-airport", "transport.supply_date"),
    Case(Fault.ABSENT, "jp-tokyo-taxi", "transport.correction"),
    Case(Fault.FLAPPING, "au-sydney-hire-car-airport", "transport.lines.*.net.minor"),
    Case(Fault.SLOW, "nl-amsterdam-taxi-small-business", "TimedOut"),
    Case(Fault.CRASH, "es-madrid-taxi", "TimedOut"),
    Case(Fault.HUGE, "se-stockholm-taxi-company"),
)
RIGHT = Case(None, "pl-krakow-taxi-company-simplified")


@pytest.fixture(scope="module")
def samples() -> dict[str, Scenario]:
    """The bundled trips by name."""
    return {one.trip_id: one for one in sample_trips()}


@asynccontextmanager
async def candidates(stack: Stack, data: Path) -> AsyncIterator[None]:
    """All of them, polling; the one that crashes is a process of its own, or it would take the test with it."""
    stop = asyncio.Event()
    async with AsyncExitStack() as running_ones:
        for case in (*CASES, RIGHT):
            if case.fault is Fault.CRASH:
                await running_ones.enter_async_context(_process(stack, data, case))
                continue
            candidate = SampleCandidate(stack.wiring.documents, case.fault)
            work = asyncio.create_task(serve(stack.client, case.name, candidate, stop))
            running_ones.push_async_callback(asyncio.wait, [work])
        running_ones.callback(stop.set)
        yield


@asynccontextmanager
async def _process(stack: Stack, data: Path, case: Case) -> AsyncIterator[None]:
    environment = os.environ | {
        "TEMPORAL_ADDRESS": stack.client.service_client.config.target_host,
        "TRIPINVOICE_DATA": str(data),
    }
    command = (sys.executable, "-P", "-m", "starter.cli", "candidate", "--name", case.name, "--fault", case.name)
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
    await eventually(partial(_polled, stack, case))
    try:
        yield
        assert await process.wait() == 70  # it crashed by itself
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _polled(stack: Stack, case: Case) -> bool:
    """Whether somebody polls the candidate's queue."""
    described = await stack.client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=stack.client.namespace,
            task_queue=TaskQueue(name=task_queue(case.name)),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
    )
    return bool(described.pollers)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so: the servers have no event for it."""
    async with asyncio.timeout(120):
        while not await condition():  # noqa: ASYNC110 - as it says
            await asyncio.sleep(0.2)


async def rolled_out(stack: Stack, case: Case, scenario: Scenario) -> WorkflowHandle[RolloutCandidate, RolloutResult]:
    """The rollout of a candidate in its country, at its first stage."""
    scope = scope_of(scenario)
    plan = Plan(
        scope=scope,
        candidate=case.name,
        salt=case.name,
        stages=PLAN,
        interval=timedelta(seconds=1),
        noise=5_000,
        deadline_ms=case.deadline_ms,
        thresholds=Thresholds(p95_ratio=Decimal(1_000)),
    )
    return await stack.client.start_workflow(
        RolloutCandidate.run,
        RolloutInput(plan=plan, by="test"),
        id=rollout_workflow_id(str(scope)),
        task_queue=policies.WORKFLOWS,
    )


def scope_of(scenario: Scenario) -> Scope:
    """The country and line of business of a sample trip."""
    event = json.loads(scenario.event)
    return Scope(country=event["pickup"]["country"], line_of_business=event["line_of_business"])


def named(scenario: Scenario, trip_id: str) -> Scenario:
    """The same trip as another one."""
    event = json.loads(scenario.event) | {"trip_id": trip_id}
    return replace(scenario, trip_id=trip_id, event=json.dumps(event).encode())


async def start(stack: Stack, case: Case, scenario: Scenario, batch: int) -> list[str]:
    """Some trips, as the bridge starts them, all before anybody can judge them; their ids."""
    trips = [await stack.know(named(scenario, f"{case.name}-{batch}-{no}")) for no in range(TRIPS)]
    toggles = ToggleReader(stack.wiring.rollouts)
    await toggles.refresh()
    assert all(toggles.decide(trip) for trip in trips)
    begin = DecidedStart(stack.client, toggles)
    await asyncio.gather(*(begin(trip) for trip in trips))
    return [trip.trip_id for trip in trips]


async def is_in(handle: WorkflowHandle[RolloutCandidate, RolloutResult], state: RolloutState, stage: int) -> bool:
    """Whether the rollout is in this state at this stage."""
    status = await handle.query(RolloutCandidate.status)
    return (status.state, status.stage, status.entered) == (state, stage, True)


async def in_force(stack: Stack, scopes: int) -> bool:
    """Whether so many rollouts are in force."""
    return sum(one.mode is not Mode.OFF for one in stack.wiring.rollouts.toggles().rollouts) == scopes


async def test_ten_wrong_ones_go_back(tmp_path: Path, samples: dict[str, Scenario]) -> None:
    """And the right one takes over."""
    async with running(tmp_path, time_skipping=False) as stack, candidates(stack, tmp_path):
        everyone = (*CASES, RIGHT)
        rollouts = {case: await rolled_out(stack, case, samples[case.sample]) for case in everyone}
        await eventually(partial(in_force, stack, len(everyone)))
        trips = {case: await start(stack, case, samples[case.sample], 1) for case in everyone}

        for case in CASES:
            result = await asyncio.wait_for(rollouts[case].result(), 120)
            assert result.state == RolloutState.ROLLED_BACK, case
            await check_found(stack, case, trips[case])

        await eventually(partial(is_in, rollouts[RIGHT], RolloutState.AWAITING_APPROVAL, 1))
        await rollouts[RIGHT].execute_update(RolloutCandidate.approve, Approve(by="test"))
        await eventually(partial(is_in, rollouts[RIGHT], RolloutState.WATCHING, 2))
        trips[RIGHT] += await start(stack, RIGHT, samples[RIGHT.sample], 2)
        assert (await asyncio.wait_for(rollouts[RIGHT].result(), 120)).state == RolloutState.COMPLETED

        for case in everyone:
            for trip_id in trips[case]:
                await check_invoice(stack, case, trip_id)
        assert {one.outcome for trip in trips[RIGHT] for one in await compared(stack, trip)} == {Outcome.EQUAL}


async def check_found(stack: Stack, case: Case, trip_ids: list[str]) -> None:
    """The fault is on record, with its place or reason."""
    comparisons = [one for trip_id in trip_ids for one in await compared(stack, trip_id)]
    wrong = [one for one in comparisons if one.outcome in {Outcome.DIFFERENT, Outcome.FAILED}]
    assert wrong, case
    assert all(one.issued == "current" for one in wrong)
    assert all(case.found in {*one.paths, one.failure} or not case.found for one in wrong), (case, wrong)


async def compared(stack: Stack, trip_id: str) -> list[Comparison]:
    """What is on record of a trip, once its comparison has ended."""
    await stack.client.get_workflow_handle(invoice_workflow_id(trip_id)).result()
    await stack.client.get_workflow_handle(f"compare/{trip_id}").result()
    return list(stack.wiring.comparisons.of_trip(trip_id))


async def check_invoice(stack: Stack, case: Case, trip_id: str) -> None:
    """What is issued is what the current rules make of the evidence, and the candidate had its deadline and no more."""
    handle = stack.client.get_workflow_handle(invoice_workflow_id(trip_id), result_type=TripInvoiceResult)
    assert (await handle.result()).state == "Issued"
    for record in stack.wiring.records.by_trip(trip_id):
        assert record.invoice is not None
        assert record.sources is not None
        invoice = archive.recall(record.invoice, stack.wiring.documents, Invoice)
        assert invoice.draft in assemble(archive.recall(record.sources, stack.wiring.documents, Sources)), case
    scheduled = [
        event.activity_task_scheduled_event_attributes
        for event in (await handle.fetch_history()).events
        if event.activity_task_scheduled_event_attributes.activity_id in {"candidate", "guard", "adopt"}
    ]
    assert [one.activity_id for one in scheduled][:1] == ["candidate"]
    for one in scheduled:
        assert one.schedule_to_close_timeout.ToTimedelta() <= timedelta(milliseconds=case.deadline_ms)
        assert one.retry_policy.maximum_attempts == 1 or one.activity_id != "candidate"

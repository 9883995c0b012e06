"""Candidates beside the watched run: one that is right, one that is wrong, and one that is not there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starter.samples.candidate import SampleCandidate, serve
from starter.samples.candidate_faults import Fault
from starter.toggles import REFRESH_SECONDS
from tests.running import Stack
from tripinvoice.rollouts.plan import Plan, Stage
from tripinvoice.rollouts.rollout import Mode, Scope
from workflows import policies
from workflows.messages import RolloutInput
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id

CANDIDATES = {"DE/rides": "right", "GB/rides": "wrong", "DE/delivery": "absent"}


@asynccontextmanager
async def candidates(stack: Stack) -> AsyncIterator[None]:
    """They poll meanwhile."""
    stop = asyncio.Event()
    documents = stack.wiring.documents
    serving = [
        asyncio.create_task(serve(stack.client, "right", SampleCandidate(documents), stop)),
        asyncio.create_task(serve(stack.client, "wrong", SampleCandidate(documents, Fault.CENT), stop)),
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*serving)


async def roll_out(stack: Stack) -> None:
    """Each in its scope, in shadow; the bridge knows when this returns."""
    for scope, name in CANDIDATES.items():
        await stack.client.start_workflow(
            RolloutCandidate.run,
            RolloutInput(plan=_plan(scope, name), by="test"),
            id=rollout_workflow_id(scope),
            task_queue=policies.WORKFLOWS,
        )
    while len(stack.wiring.rollouts.toggles().rollouts) < len(CANDIDATES):  # noqa: ASYNC110 - in another process
        await asyncio.sleep(0.1)
    await asyncio.sleep(REFRESH_SECONDS + 1)


def _plan(scope: str, name: str) -> Plan:
    return Plan(
        scope=Scope.parse(scope),
        candidate=name,
        salt=name,
        stages=(Stage(mode=Mode.SHADOW, min_time=timedelta(hours=1)),),
        interval=timedelta(seconds=1),
        deadline_ms=1_000 if name == "absent" else 10_000,
    )

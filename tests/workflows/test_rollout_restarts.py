"""A rollout goes on where it was when its worker, or the Temporal server, was away for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

import worker  # noqa: TID251 - the tests stand above the worker
from starter.embedded import free_port
from starter.plugin import tripinvoice_plugin
from starter.rolling import start
from tests.running import running, sample_settings, temporal_binary
from tests.workflows.rollouts import Scripted, ScriptedComparisons
from tests.workflows.test_rollout_candidate import LIVE, SHADOW, Rolling, plan_of
from tripinvoice.rollouts.rollout import Mode
from tripinvoice.wiring import Wiring
from workflows import search_attributes as sa
from workflows.messages import RolloutResult
from workflows.rollout_candidate import rollout_workflow_id

pytestmark = pytest.mark.xdist_group("temporal")

QUICK = replace(SHADOW, min_samples=20, min_time=timedelta(seconds=4))
PLAN = plan_of("DE", QUICK, replace(LIVE, min_samples=20, min_time=timedelta()), interval=timedelta(seconds=1))


def scripted(wiring: Wiring) -> Scripted:
    """What a rollout by the plan finds in these stores."""
    comparisons = ScriptedComparisons(wiring.comparisons, wiring.rollouts)
    wiring.__dict__["comparisons"] = comparisons
    return comparisons.script(PLAN.scope, Scripted())


async def test_another_worker_goes_on_with_it(tmp_path: Path) -> None:
    """At the stage where it was; the store is not asked to begin it again."""
    scripts: list[Scripted] = []
    async with running(tmp_path, with_worker=False, prepare=lambda wiring: scripts.append(scripted(wiring))) as stack:
        script = scripts[0]
        script.looks = type(script.looks)(0)
        handle = stack.client.get_workflow_handle(rollout_workflow_id(str(PLAN.scope)), result_type=RolloutResult)
        rolling = Rolling(stack, PLAN, handle, script)
        async with stack.working():
            assert await start(stack.client, stack.wiring.rollouts, PLAN, "ada")
            await rolling.look()
            script.looks.release()
        script.looks.release(1_000)
        async with stack.working():
            assert (await handle.result()).state == "Completed"
        assert [mode for mode, _, _ in rolling.versions] == [Mode.SHADOW, Mode.LIVE]


@asynccontextmanager
async def server(port: int, data: Path) -> AsyncIterator[None]:
    """A dev server that keeps what it has in a file."""
    environment = await WorkflowEnvironment.start_local(
        port=port,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        dev_server_database_filename=str(data / "temporal.db"),
        plugins=[tripinvoice_plugin()],
        search_attributes=sa.ALL,
    )
    async with environment:
        yield


async def test_it_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    """The worker waits for the server; no stage is begun twice."""
    port = free_port()
    async with Wiring(sample_settings(tmp_path, "http://127.0.0.1:1")) as wiring:
        script = scripted(wiring)
        stop = asyncio.Event()
        async with server(port, tmp_path):
            client = await Client.connect(f"127.0.0.1:{port}", plugins=[tripinvoice_plugin()])
            work = asyncio.create_task(worker.run(client, wiring, ["workflows", "store"], stop))
            assert await start(client, wiring.rollouts, PLAN, "ada")
            handle = client.get_workflow_handle(rollout_workflow_id(str(PLAN.scope)), result_type=RolloutResult)
            async with asyncio.timeout(60):
                while not script.looked:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        looked = script.looked
        async with server(port, tmp_path):
            try:
                assert (await handle.result()).state == "Completed"
            finally:
                stop.set()
                await work
        assert script.looked > looked
        assert [one.mode for one in wiring.rollouts.history(PLAN.scope)] == [Mode.LIVE, Mode.SHADOW]

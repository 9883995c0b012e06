"""The worker process: it drains on SIGTERM, refuses to start wrongly, keeps its sandbox shut, is versioned."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import TimeoutType
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.service import RPCError
from temporalio.worker import Worker

from tests import scenarios
from tests.running import Stack, running
from tests.workflows.beating import SayOnce, say_once
from tests.workflows.planted_import import PlantedImport

pytestmark = pytest.mark.xdist_group("temporal")


@asynccontextmanager
async def _process(arguments: list[str], environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "worker", *arguments),
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _line_with(process: asyncio.subprocess.Process, text: str) -> str:
    assert process.stderr is not None
    while text not in (line := (await process.stderr.readline()).decode()):
        assert line, f"the worker ended without saying {text!r}"
    return line


def _environment(stack: Stack, data: Path) -> dict[str, str]:
    return {
        "TEMPORAL_ADDRESS": stack.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": stack.client.namespace,
        "TRIPINVOICE_DATA": str(data),
        "TRIPINVOICE_MONEY_SYSTEMS_URL": stack.systems_url,
        "TRIPINVOICE_RENDER_PROCESSES": "1",
        "TRIPINVOICE_LOG_FORMAT": "json",
    }


async def test_sigterm_finishes_what_is_running_and_another_worker_goes_on(tmp_path: Path) -> None:
    """A drained worker exits with 0; whatever it had not begun waits for the next one, and nothing is lost."""
    async with running(tmp_path, with_worker=False) as stack:
        trips = [await stack.know(scenarios.london(f"drained-{n}")) for n in range(6)]
        async with _process([], _environment(stack, tmp_path)) as process:
            await _line_with(process, "worker_polling")
            handles = [await stack.start(trip) for trip in trips]
            await handles[0].result()
            process.send_signal(signal.SIGTERM)
            await _line_with(process, "worker_drained")
            assert await process.wait() == 0
        async with stack.working():
            results = [await handle.result() for handle in handles]
        assert {result.state for result in results} == {"Issued"}


async def test_a_killed_workers_step_is_given_to_another_after_missed_heartbeats(tmp_path: Path) -> None:
    """It does not wait for the step's whole time limit, nor does a slow step lose its place while it beats."""
    async with running(tmp_path, with_worker=False) as stack:
        trip = await stack.know(scenarios.berlin("beaten"))
        await stack.fault(system="fares", trip_id="beaten", latency_ms=1_900, times=1)
        async with _process([], _environment(stack, tmp_path)) as process:
            await _line_with(process, "worker_polling")
            handle = await stack.start(trip)
            while not (await stack.calls("beaten")).get("fares"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            process.kill()
        async with stack.working():
            assert (await handle.result()).state == "Issued"
        events = (await handle.fetch_history()).events
        fetch = next(e for e in events if e.HasField("activity_task_started_event_attributes"))
        started = fetch.activity_task_started_event_attributes
        assert started.attempt == 2
        assert started.last_failure.timeout_failure_info.timeout_type == TimeoutType.TIMEOUT_TYPE_HEARTBEAT


async def test_what_a_step_said_is_not_lost_by_later_beats(stack: Stack) -> None:
    """Beats go on while it works; the next try still knows how far the first one was."""
    with ThreadPoolExecutor(1) as threads:
        async with Worker(
            stack.client, task_queue="beating", workflows=[SayOnce], activities=[say_once], activity_executor=threads
        ):
            said = await stack.client.execute_workflow(SayOnce.run, id="beating", task_queue="beating")
    assert said == ["half way"]


async def test_queues_can_be_shared_between_processes(tmp_path: Path) -> None:
    """Workflows, fetch, render and store scale apart: here each runs in its own process."""
    async with running(tmp_path, with_worker=False) as stack:
        trip = await stack.know(scenarios.munich_delivery("apart"))
        environment = _environment(stack, tmp_path)
        async with (
            _process(["--queues", "workflows"], environment),
            _process(["--queues", "fetch"], environment),
            _process(["--queues", "render"], environment),
            _process(["--queues", "store"], environment),
        ):
            assert (await stack.invoice(trip)).state == "Issued"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "TEMPORAL_ADDRESS"),
        ({"TRIPINVOICE_RENDER_PROCESSES": "many"}, "TRIPINVOICE_RENDER_PROCESSES"),
        ({"TRIPINVOICE_STORE": "mysql://db"}, "TRIPINVOICE_STORE"),
        ({"TRIPINVOICE_MONEY_SYSTEMS": "file:///nowhere.toml"}, "TRIPINVOICE_MONEY_SYSTEMS"),
    ],
)
async def test_a_wrong_setting_stops_it_with_one_line(
    stack: Stack, tmp_path: Path, wrong: Mapping[str, str], word: str
) -> None:
    """It names the variable, exits with 1 and has not polled anything."""
    async with _process([], {**_environment(stack, tmp_path), **wrong}) as process:
        _, error = await process.communicate()
    assert process.returncode == 1
    last = error.decode().strip().splitlines()[-1]
    assert last.startswith("tripinvoice worker: ")
    assert word in last


async def test_the_sandbox_refuses_an_import_that_was_not_meant(stack: Stack) -> None:
    """A workflow file that imports a module without passing it through on purpose stops the worker at its start."""
    with pytest.raises(RuntimeError, match="PlantedImport") as refusal:
        Worker(stack.client, task_queue="planted", workflows=[PlantedImport])
    assert "not intentionally passed through" in str(refusal.value.__cause__)


async def test_a_versioned_worker_works_once_its_version_is_current(tmp_path: Path) -> None:
    """With a build id set the worker waits for the deployment to be switched to it; then invoices are made."""
    async with running(tmp_path, with_worker=False) as stack:
        settings = stack.wiring.settings.model_copy(update={"build_id": "build-1", "deployment": "invoices"})
        stack.wiring.settings = settings
        trip = await stack.know(scenarios.berlin("versioned"))
        async with stack.working():
            await _make_current(stack, "invoices", "build-1")
            assert (await stack.invoice(trip)).state == "Issued"
        described = await stack.handle(trip).describe()
        versioning = described.raw_description.workflow_execution_info.versioning_info
        assert versioning.deployment_version.build_id == "build-1"


async def _make_current(stack: Stack, deployment: str, build_id: str) -> None:
    """What ``temporal worker deployment set-current-version`` does; the server learns of a version from its pollers."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=stack.client.namespace, deployment_name=deployment, build_id=build_id
    )
    for _ in range(200):
        try:
            await stack.client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            await asyncio.sleep(0.1)
        else:
            return
    pytest.fail("the server never knew the version")

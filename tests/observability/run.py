"""A real run to look at: a worker and a bridge as processes, trips of every fate, and all that they tell about it.

The money systems, Temporal and Kafka are those of the other tests; Prometheus reads both processes where it can be had.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Message
from google.protobuf.json_format import MessageToJson
from temporalio.client import WorkflowHistory

from starter.samples.scenario import Scenario
from tests import scenarios
from tests.bridge.test_metrics import scrape
from tests.cli.conftest import environment_of
from tests.kafka import read_all
from tests.observability.candidates import candidates, roll_out
from tests.observability.marks import MARK, marked
from tests.observability.otlp import Collector, collecting
from tests.running import Stack, running
from tests.servers import programs
from tests.servers.programs import MissingServerError
from tests.servers.prometheus import Prometheus
from tests.servers.server import free_port
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from workflows import policies
from workflows.audit_numbers import AuditNumbers
from workflows.messages import AuditNumbersInput

TRIPS, INVOICES = "trips.completed", "invoices.issued"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = "watched-traced"
PARKED = "watched-parked"
PATIENCE = 60.0


@dataclass
class Run:
    """What came of it.

    ``logs`` by process, in JSON lines; what it writes to stdout is beside them, ``.out``. ``prometheus`` is still
    running, if it could be had; ``ended`` is when it was last read: before the processes ended, and their series too.
    """

    stack: Stack
    logs: Mapping[str, Path]
    collector: Collector
    prometheus: Prometheus | MissingServerError
    metrics: dict[str, str] = field(default_factory=dict)
    ended: float = 0.0
    replayable: Sequence[WorkflowHistory] = ()
    announced: Sequence[Message] = ()

    def histories(self) -> Sequence[str]:
        """Of all workflows, payloads as texts."""
        return [_readable(history) for history in self.replayable]

    def lines(self, process: str) -> Sequence[Mapping[str, Any]]:
        """A process's log."""
        return [json.loads(line) for line in self.logs[process].read_text("utf-8").splitlines()]


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Run]:
    """Everything has been told when this gives the run; worker and bridge have ended, Prometheus has not."""
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(running(folder / "data", with_worker=False, time_skipping=False))
        kafka = opened.enter_context(MockCluster(topics=[TRIPS, INVOICES]))
        collector = opened.enter_context(collecting())
        metrics = {name: f"127.0.0.1:{free_port()}" for name in ("worker", "bridge")}
        run = Run(
            stack=stack,
            logs={name: folder / f"{name}.log" for name in metrics},
            collector=collector,
            prometheus=_prometheus(folder / "prometheus", metrics),
        )
        if isinstance(run.prometheus, Prometheus):
            opened.enter_context(run.prometheus)
        async with AsyncExitStack() as processes:
            for name, address in metrics.items():
                variables = _environment(stack, kafka.bootstrap, collector.url, address)
                await processes.enter_async_context(_process(name, run.logs[name], variables))
            await processes.enter_async_context(candidates(stack))
            async with asyncio.timeout(3 * PATIENCE):
                await roll_out(stack)
                await _trips(run, kafka.bootstrap, "first")
                await _scraped(run.prometheus)
                await _trips(run, kafka.bootstrap, "second")
                await _audit(stack)
                await _scraped(run.prometheus)
            run.ended = time.time()
            for name, address in metrics.items():
                run.metrics[name] = "\n".join(await asyncio.to_thread(scrape, address))
        run.replayable = [one async for one in stack.client.list_workflows().map_histories()]
        run.announced = await asyncio.to_thread(read_all, kafka.bootstrap, INVOICES)
        yield run


def _prometheus(folder: Path, metrics: Mapping[str, str]) -> Prometheus | MissingServerError:
    try:
        programs.prometheus()
        return Prometheus(folder, {name: [address] for name, address in metrics.items()})
    except MissingServerError as error:
        return error


def _environment(stack: Stack, kafka: str, collector: str, metrics: str) -> dict[str, str]:
    return {
        **environment_of(stack),
        "TRIPINVOICE_KAFKA": f"kafka://{kafka}",
        "TRIPINVOICE_CONSUMER_PROTOCOL": "consumer",
        "TRIPINVOICE_METRICS": metrics,
        "TRIPINVOICE_TRACES": collector,
        "TRIPINVOICE_LOG_LEVEL": "debug",
        "TRIPINVOICE_LOG_FORMAT": "json",
        "TRIPINVOICE_RENDER_PROCESSES": "1",
        "TRIPINVOICE_SHUTDOWN_GRACE": "5",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
    }


@asynccontextmanager
async def _process(name: str, log: Path, variables: Mapping[str, str]) -> AsyncIterator[None]:
    """Run ``tripinvoice worker`` or ``bridge`` meanwhile; it must end well."""
    with log.open("wb") as stderr, log.with_suffix(".out").open("wb") as stdout:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "starter.cli", name), env=dict(variables), stdout=stdout, stderr=stderr
        )
        try:
            yield
        finally:
            process.terminate()
            code = await asyncio.wait_for(process.wait(), PATIENCE)
    assert code == 0, f"{name} ended with {code}; see {log}"


async def _trips(run: Run, kafka: str, wave: str) -> None:
    """One of each fate, twice over: rates need a before and an after."""
    stack = run.stack
    good = [marked(scenarios.berlin(f"watched-{wave}-{no}")) for no in range(3)]
    good += [marked(scenarios.london(f"watched-{wave}-gb")), marked(scenarios.munich_delivery(f"watched-{wave}-food"))]
    if wave == "first":
        good.append(marked(scenarios.berlin(TRACED)))
    # A tax number that is none, and is somebody's name: the error must say where, not what.
    wrong = marked(scenarios.berlin(f"{PARKED}-{wave}"))
    taxes = {"tax_ids": [{"scheme": "DE-STNR", "value": f"{MARK} 12"}]}
    for one in good:
        await stack.know(one)
    await stack.know(wrong, **{"driver-tax-profiles": taxes})
    late = marked(scenarios.berlin(f"watched-{wave}-late"))
    await stack.know(late)
    await stack.fault(system="fares", trip_id=late.trip_id, status=503, times=1)
    events = [_event(one) for one in (*good, wrong, late, good[0])]
    unreadable = Record(key=None, value=b'{"trip_id": "%s", "name": "%s"' % (MARK.encode(), MARK.encode()))
    await asyncio.to_thread(publish, kafka, TRIPS, [*events, unreadable])
    for one in (*good, late):
        await _ends(stack, one.trip_id, "Issued")
    await _ends(stack, wrong.trip_id, "Parked")


def _event(scenario: Scenario) -> Record:
    """With fields and headers that nobody has declared."""
    body = {**json.loads(scenario.event), "rider_name": MARK, "pickup_address": {"street": MARK}}
    headers: list[tuple[str, bytes | None]] = [("baggage", f"rider={MARK}".encode()), ("x-rider", MARK.encode())]
    if scenario.trip_id == TRACED:
        headers.append(("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode()))
    return Record(key=scenario.trip_id.encode(), value=json.dumps(body).encode(), headers=tuple(headers))


async def _ends(stack: Stack, trip_id: str, state: str) -> None:
    """Wait for its workflow, which the bridge may not have started yet."""
    query = f"WorkflowId = 'invoice/{trip_id}'"
    while not [one async for one in stack.client.list_workflows(query)]:  # noqa: ASYNC110 - it is in another process
        await asyncio.sleep(0.1)
    await stack.until(stack.handle_of(trip_id), state)


async def _audit(stack: Stack) -> None:
    await stack.client.execute_workflow(
        AuditNumbers.run, AuditNumbersInput(), id="watched-audit", task_queue=policies.WORKFLOWS
    )


async def _scraped(prometheus: Prometheus | MissingServerError) -> None:
    """Until it has read twice what there is now, and judged its rules."""
    if isinstance(prometheus, Prometheus):
        await asyncio.sleep(4.0)


def _readable(history: WorkflowHistory) -> str:
    payloads = b"\n".join(event.SerializeToString() for event in history.events)
    return payloads.decode("utf-8", "replace") + "".join(map(MessageToJson, history.events))

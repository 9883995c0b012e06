"""``tripinvoice bridge`` from a trip event in Kafka to its workflow, and its end by SIGTERM."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from starter.cli.exits import Exit
from tests import scenarios
from tests.bridge.test_bridge import events
from tests.cli.conftest import Cli
from tests.kafka import fresh
from tests.running import Stack, temporal_binary
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.trip_event import trip_event
from workflows import search_attributes as sa

pytestmark = pytest.mark.xdist_group("cli")


async def test_bridge_starts_what_kafka_brings_and_drains(cli: Cli, cli_stack: Stack) -> None:
    """It says where its embedded cluster is, starts each trip once, and ends with its counts."""
    trip = await cli_stack.know(scenarios.berlin("cli-bridged"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "starter.cli", "bridge", "--json"),
        env=dict(cli.environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            address = None
            while address is None:
                address = re.search(r"embedded Kafka at ([\w.,:]+), topic", (await process.stderr.readline()).decode())
        event = Record(key=b"cli-bridged", value=trip_event(trip), headers=())
        topic = cli_stack.wiring.settings.trips_topic
        await asyncio.to_thread(publish, address[1], topic, [event, event])
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(cli_stack.wiring.records.by_trip, trip.trip_id):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
    assert process.returncode == 0
    assert b'"started": 1' in out
    assert b'"duplicates": 1' in out


async def test_the_exit_code_tells_that_something_comes_again(cli: Cli, tmp_path: Path) -> None:
    """Temporal goes away while an event is in flight: after the drain the bridge gives it up, and says so."""
    topic = fresh("trips")
    with MockCluster(topics=[topic]) as cluster:
        environment = await WorkflowEnvironment.start_local(
            dev_server_existing_path=temporal_binary(), dev_server_log_level="error", search_attributes=sa.ALL
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "starter.cli", "bridge", "--json"),
            env={
                **cli.environment,
                "TEMPORAL_ADDRESS": environment.client.service_client.config.target_host,
                "TRIPINVOICE_DATA": str(tmp_path),
                "TRIPINVOICE_KAFKA": f"kafka://{cluster.bootstrap}",
                "TRIPINVOICE_CONSUMER_PROTOCOL": "consumer",
                "TRIPINVOICE_TRIPS_TOPIC": topic,
                "TRIPINVOICE_SHUTDOWN_GRACE": "0.5",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(60):
                publish(cluster.bootstrap, topic, [Record(key=None, value=b"bad")])
                while b"trip_event_refused" not in await process.stderr.readline():  # it is at work
                    pass
                await environment.shutdown()
                publish(cluster.bootstrap, topic, events("in-flight"))
                while b"temporal_unavailable" not in await process.stderr.readline():
                    pass
        finally:
            process.send_signal(signal.SIGTERM)
            out, _ = await process.communicate()
    assert process.returncode == Exit.UNFINISHED
    assert json.loads(out) == {"received": 2, "started": 0, "duplicates": 0, "refused": 1, "abandoned": 1}

"""``tripinvoice bridge`` from a trip event in Kafka to its workflow, and its end by SIGTERM."""

import asyncio
import re
import signal
import sys

import pytest

from tests import scenarios
from tests.cli.conftest import Cli
from tests.running import Stack
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.trip_event import trip_event

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

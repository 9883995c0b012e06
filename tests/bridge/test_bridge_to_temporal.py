"""The bridge between librdkafka's mock cluster and a real Temporal server."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from starter.bridge import BridgeSummary
from starter.client import invoice_workflow_id, start_trip_invoice
from starter.embedded import free_port
from starter.plugin import tripinvoice_plugin
from tests.bridge.test_bridge import bridge_until, done, events
from tests.kafka import feed_of, fresh, lag_of
from tests.running import temporal_binary
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import publish
from workflows import search_attributes as sa

NAMES = [f"trip-{n}" for n in range(12)]


async def temporal(**more: Any) -> WorkflowEnvironment:
    """A dev server."""
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        plugins=[tripinvoice_plugin()],
        search_attributes=sa.ALL,
        **more,
    )


async def running_workflows(client: Client, names: Sequence[str]) -> list[str]:
    """The ids of the trips' workflows, each described by the server; raises when one is missing."""
    return [(await client.get_workflow_handle(invoice_workflow_id(name)).describe()).id for name in names]


async def test_each_trip_has_one_workflow() -> None:
    """Events that come twice, in one run or in the next, start one workflow each."""
    topic, group = fresh("trips"), fresh("group")
    with MockCluster() as cluster:
        publish(cluster.bootstrap, topic, events(*NAMES, *NAMES[:4]))
        async with await temporal() as environment:
            start = partial(start_trip_invoice, environment.client)
            summary = await bridge_until(feed_of(cluster.bootstrap, topic, group), start, done(16))
            assert summary == BridgeSummary(received=16, started=12, duplicates=4)
            assert [f"invoice/{name}" for name in NAMES] == await running_workflows(environment.client, NAMES)

            publish(cluster.bootstrap, topic, events(*NAMES[:2], "trip-new"))
            summary = await bridge_until(feed_of(cluster.bootstrap, topic, group), start, done(3))
            assert summary == BridgeSummary(received=3, started=1, duplicates=2)
            assert lag_of(cluster.bootstrap, topic, group) == 0


async def test_a_temporal_that_restarts_loses_no_event() -> None:
    """The bridge starts while nobody answers, and goes on by itself when the server is there."""
    topic, group = fresh("trips"), fresh("group")
    with MockCluster() as cluster:
        publish(cluster.bootstrap, topic, events(*NAMES))
        port = free_port()
        async with await temporal(port=port) as gone:
            client = gone.client
        start = partial(start_trip_invoice, client)
        bridging = asyncio.create_task(bridge_until(feed_of(cluster.bootstrap, topic, group), start, done(12)))
        await asyncio.sleep(1)
        assert lag_of(cluster.bootstrap, topic, group) == 12
        async with await temporal(port=port):
            assert await bridging == BridgeSummary(received=12, started=12)
            assert len(NAMES) == len(await running_workflows(client, NAMES))
        assert lag_of(cluster.bootstrap, topic, group) == 0

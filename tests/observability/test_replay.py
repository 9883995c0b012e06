"""A replayed workflow says nothing again: no line, no number, no span. And traces change no command."""

import asyncio
import logging

import pytest
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Replayer

from starter.plugin import tripinvoice_plugin
from starter.traces import Traces
from tests.bridge.test_metrics import scrape
from tests.observability.otlp import collecting
from tests.observability.run import Run
from tests.servers.server import free_port
from tripinvoice.log_ecs import Service
from workflows.registry import WORKFLOWS

pytestmark = [pytest.mark.xdist_group("observed"), pytest.mark.timeout(300)]


@pytest.mark.parametrize("traced", [True, False])
async def test_a_replay_says_nothing(run: Run, caplog: pytest.LogCaptureFixture, *, traced: bool) -> None:
    """Histories that were made with traces, replayed with and without."""
    caplog.set_level(logging.DEBUG, "temporalio.workflow")
    address = f"127.0.0.1:{free_port()}"
    prometheus = PrometheusConfig(bind_address=address)
    runtime = Runtime(telemetry=TelemetryConfig(metrics=prometheus, attach_service_name=False))
    runtime.metric_meter.create_counter("probe_total").add(1)
    with collecting() as collector:
        traces = Traces(collector.url, Service(process="worker", version="1", environment="development"))
        plugin = tripinvoice_plugin([traces.interceptor] if traced else [])
        replayer = Replayer(workflows=WORKFLOWS, plugins=[plugin], runtime=runtime)
        for history in run.replayable:
            await replayer.replay_workflow(history)
        told = await asyncio.to_thread(scrape, address)
        traces.close()
        assert not collector.received
    assert len(run.replayable) > 10
    assert {"probe_total"} == told.keys()
    assert not [one for one in caplog.records if one.name == "temporalio.workflow"]

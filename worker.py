"""The worker process: settings → wiring → activity objects → one Worker per task queue.

Run as ``python -m worker`` or ``tripinvoice worker``. Nothing imports this module.
"""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.auditing import AuditActivities
from activities.comparison import ComparisonActivities
from activities.crediting import CreditActivities
from activities.documents import DocumentActivities
from activities.invoicing import InvoicingActivities
from activities.money import MoneyActivities
from activities.monthly import MonthlyActivities
from activities.rolling import RolloutActivities
from activities.storage import StorageActivities
from starter.client import connect, register_search_attributes
from starter.signals import stop_on_signals
from starter.telemetry import Telemetry
from tripinvoice.errors import TripInvoiceError
from tripinvoice.settings import Settings, read_settings
from tripinvoice.wiring import Wiring
from workflows import policies
from workflows.registry import WORKFLOWS

QUEUES = ("workflows", "fetch", "render", "store")

log = structlog.get_logger("tripinvoice.worker")


async def run(client: Client, wiring: Wiring, queues: Sequence[str], stop: asyncio.Event) -> None:
    """Poll these queues until ``stop``; then let running activities finish within the grace time."""
    new = await register_search_attributes(client)
    # Everything is opened before anything is polled: a worker that cannot work must not take tasks.
    made = [await _worker(queue, client, wiring) for queue in queues]
    async with AsyncExitStack() as workers:
        for worker in made:
            await workers.enter_async_context(worker)
        log.info("worker_polling", queues=list(queues), namespace=client.namespace, new_search_attributes=new)
        await stop.wait()
        log.info("worker_draining", grace_seconds=wiring.settings.shutdown_grace)
    log.info("worker_drained")


async def _worker(queue: str, client: Client, wiring: Wiring) -> Worker:
    settings = wiring.settings
    poller = PollerBehaviorAutoscaling()
    common: dict[str, Any] = {
        "graceful_shutdown_timeout": timedelta(seconds=settings.shutdown_grace),
        "workflow_task_poller_behavior": poller,
        "activity_task_poller_behavior": poller,
        "deployment_config": _deployment(settings),
    }
    if queue == "workflows":
        return Worker(
            client,
            task_queue=policies.WORKFLOWS,
            workflows=WORKFLOWS,
            max_cached_workflows=settings.max_cached_workflows,
            **common,
        )
    task_queue, activities, slots = await _ACTIVITIES[queue](wiring)
    return Worker(
        client,
        task_queue=task_queue,
        activities=activities,
        activity_executor=ThreadPoolExecutor(slots, thread_name_prefix=queue),
        max_concurrent_activities=slots,
        **common,
    )


Assembly = tuple[str, Sequence[Callable[..., Any]], int]


async def _fetch(wiring: Wiring) -> Assembly:
    """Waits on the network: many at once."""
    money = MoneyActivities(wiring.money_systems, wiring.answers, wiring.documents, wiring.records, wiring.collection)
    return policies.FETCH, [money.fetch], wiring.settings.max_activities


async def _render(wiring: Wiring) -> Assembly:
    """Bound by processors: twice the render processes keep them busy while documents are stored."""
    await wiring.renderer.start()
    documents = DocumentActivities(wiring.renderer, wiring.documents)
    return policies.RENDER, [documents.render], 2 * wiring.render_processes


async def _store(wiring: Wiring) -> Assembly:
    """Waits on the stores: threads, because store drivers block."""
    invoicing = InvoicingActivities(wiring.documents, wiring.ledger, wiring.clock)
    storage = StorageActivities(wiring.records, wiring.ledger, wiring.events)
    monthly = MonthlyActivities(wiring.collection, wiring.records, wiring.documents)
    crediting = CreditActivities(wiring.records, wiring.documents, wiring.collection)
    comparing = ComparisonActivities(wiring.documents, wiring.comparisons, wiring.mismatches, wiring.ignore_rules)
    rolling = RolloutActivities(wiring.rollouts, wiring.comparisons)
    steps: list[Callable[..., Any]] = [
        invoicing.preprocess,
        invoicing.number,
        storage.record,
        storage.announce,
        storage.void,
        storage.recall,
        crediting.credit,
        crediting.credit_again,
        monthly.collect,
        monthly.accounts,
        monthly.consolidate,
        monthly.consolidate_again,
        AuditActivities(wiring.ledger, wiring.records, wiring.documents).audit,
        comparing.guard,
        comparing.adopt,
        comparing.compare,
        rolling.set_rollout,
        rolling.measure_rollout,
    ]
    return policies.STORE, steps, min(16, wiring.settings.max_activities)


_ACTIVITIES = {"fetch": _fetch, "render": _render, "store": _store}


def _deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    """Worker versioning, when a build id is set."""
    if not settings.build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment, settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def _until_signal(settings: Settings, telemetry: Telemetry, queues: Sequence[str]) -> None:
    stop = stop_on_signals()
    identity = f"{os.getpid()}@{socket.gethostname()}"
    client = await connect(identity=identity, runtime=telemetry.runtime, interceptors=telemetry.interceptors)
    async with Wiring(settings, telemetry.observer) as wiring:
        await run(client, wiring, queues, stop)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; exit code 0 after a drain, 1 when it could not start or run."""
    parser = argparse.ArgumentParser(prog="tripinvoice worker", description=__doc__)
    parser.add_argument("--queues", nargs="+", choices=QUEUES, default=QUEUES, help="which task queues (default: all)")
    queues = parser.parse_args(arguments).queues
    try:
        settings = read_settings()
        with Telemetry(settings, "worker") as telemetry:
            asyncio.run(_until_signal(settings, telemetry, queues))
    except (TripInvoiceError, RuntimeError, RPCError) as error:
        print(f"tripinvoice worker: {error}", file=sys.stderr)  # noqa: T201 - the last word of a process
        return 1
    return 0


if __name__ == "__main__":
    exit_code = main()
    sys.stderr.flush()
    # All is closed by now; threads of the SDK core sometimes abort, or block, an interpreter that winds down.
    os._exit(exit_code)

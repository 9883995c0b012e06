"""The worker of the bare workflow, set up as ``worker.py`` sets up ours: ``python -m benchmarks.bare_worker``."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from benchmarks.bare import BareTrip, activities, queue
from starter.client import connect
from starter.signals import stop_on_signals
from tripinvoice.settings import Settings, read_settings
from tripinvoice.wiring import Wiring
from workflows import policies


def _worker(client: Client, settings: Settings, task_queue: str, slots: int | None) -> Worker:
    """A worker of one task queue; ``slots`` activities at once, or workflows if ``None``."""
    return Worker(
        client,
        task_queue=queue(task_queue),
        workflows=[] if slots else [BareTrip],
        activities=activities(task_queue) if slots else [],
        activity_executor=ThreadPoolExecutor(slots) if slots else None,
        max_concurrent_activities=slots,
        max_cached_workflows=settings.max_cached_workflows,
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_grace),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


async def _until_signal(settings: Settings) -> None:
    stop = stop_on_signals()
    slots = {
        policies.WORKFLOWS: None,
        policies.FETCH: settings.max_activities,
        policies.RENDER: 2 * Wiring(settings).render_processes,
        policies.STORE: min(16, settings.max_activities),
    }
    client = await connect()
    async with AsyncExitStack() as workers:
        for task_queue, count in slots.items():
            await workers.enter_async_context(_worker(client, settings, task_queue, count))
        await stop.wait()


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    asyncio.run(_until_signal(read_settings()))


if __name__ == "__main__":
    main()

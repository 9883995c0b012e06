"""The same steps as a Celery chain on Redis. ``python -m benchmarks.celery_app URL PROCESSES`` is the worker.

Set up for work that must not get lost: a task is acknowledged after it ran and goes back to the queue when its process
dies, one task is taken at a time, transient errors are retried with back-off, results are kept.
"""

import sys
from collections.abc import Callable
from typing import Any

from celery import Celery, chain, signals

from benchmarks.celery_steps import Json, Steps
from tripinvoice.errors import TransientError
from tripinvoice.settings import read_settings

STEPS = ("fetch", "preprocess", "number", "render", "record", "announce")
_TASK = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "autoretry_for": (TransientError,),
    "retry_backoff": True,
    "retry_backoff_max": 300,
    "max_retries": None,
}
_START_SECONDS = 60.0


class Office:
    """The steps of this worker process; they are opened after it was forked."""

    def __init__(self) -> None:
        self._steps: Steps | None = None

    def open(self, **_: object) -> None:
        """Open them: a signal of Celery."""
        self._steps = Steps(read_settings())

    def close(self, **_: object) -> None:
        """Close them: a signal of Celery."""
        if self._steps is not None:
            self._steps.close()

    def run(self, step: str, sent: Json) -> Json:
        """Run one."""
        return getattr(self._steps, step)(sent)


def make_app(url: str, run: Callable[[str, Json], Json]) -> Celery:
    """The application on the Redis server at ``url``; ``run`` is called with a step's name and what it was sent."""
    app = Celery("tripinvoice-benchmark", broker=url, backend=url)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        task_default_queue="trips",
        worker_prefetch_multiplier=1,
        worker_proc_alive_timeout=_START_SECONDS,
        worker_hijack_root_logger=False,
    )
    for step in STEPS:
        app.task(name=step, **_TASK)(_task(run, step))
    app.task(name="empty", **_TASK)(_nothing)
    return app


def invoice_chain(app: Celery, request: Json) -> Any:
    """All steps of one trip; ``request`` is a ``FetchInput`` as JSON."""
    first, *others = (app.signature(step) for step in STEPS)
    return chain(first.clone([request]), *others)


def empty_chain(app: Celery) -> Any:
    """As many steps that do nothing."""
    first, *others = (app.signature("empty") for _ in STEPS)
    return chain(first.clone([{}]), *others)


def _task(run: Callable[[str, Json], Json], step: str) -> Callable[[Json], Json]:
    def task(sent: Json) -> Json:
        return run(step, sent)

    return task


def _nothing(sent: Json) -> Json:
    return sent


def main() -> None:
    """Work until SIGTERM."""
    url, processes = sys.argv[1:]
    office = Office()
    signals.worker_process_init.connect(office.open, weak=False)
    signals.worker_process_shutdown.connect(office.close, weak=False)
    options = ("--pool=prefork", f"--concurrency={processes}", "--loglevel=WARNING")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    make_app(url, office.run).worker_main(["worker", *options, *quiet])


if __name__ == "__main__":
    main()

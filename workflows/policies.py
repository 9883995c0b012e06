"""Where each step runs, how long it may take and how it is retried: every timeout of the product, by name.

Transient errors are retried with these policies; a permanent one, or the end of ``give_up_after``, parks the invoice.
An upstream's Retry-After overrides the next interval (see ``activities/failures.py``).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

WORKFLOWS = "tripinvoice-workflows"
FETCH = "tripinvoice-fetch"
RENDER = "tripinvoice-render"
STORE = "tripinvoice-store"

# How long the server believes in a silent worker; activities/heartbeat.py beats for every step.
HEARTBEAT = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class StepPolicy:
    """``attempt`` bounds one try (start to close), ``give_up_after`` all of them together (schedule to close)."""

    task_queue: str
    attempt: timedelta
    give_up_after: timedelta
    first_retry: timedelta
    slowest_retry: timedelta

    def options(self) -> dict[str, Any]:
        """The keyword arguments of ``workflow.execute_activity``."""
        return {
            "task_queue": self.task_queue,
            "start_to_close_timeout": self.attempt,
            "schedule_to_close_timeout": self.give_up_after,
            "heartbeat_timeout": HEARTBEAT,
            "retry_policy": RetryPolicy(
                initial_interval=self.first_retry,
                backoff_coefficient=2.0,
                maximum_interval=self.slowest_retry,
            ),
        }


# Upstreams have bad hours: wait out a day. One try is bounded by the slowest chain of dependent systems.
MONEY = StepPolicy(
    task_queue=FETCH,
    attempt=timedelta(seconds=60),
    give_up_after=timedelta(hours=24),
    first_retry=timedelta(seconds=1),
    slowest_retry=timedelta(minutes=5),
)

# Pure computation on archived evidence: what fails twice fails always, but the store may be away.
PREPROCESS = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(seconds=30),
    give_up_after=timedelta(hours=1),
    first_retry=timedelta(milliseconds=500),
    slowest_retry=timedelta(minutes=1),
)

# What a comparison finds may be late but must be kept. Nobody waits for it.
COMPARE = PREPROCESS

# Counts what a stage compared, which may be much. Gives up soon: the rollout tells why, and looks again.
ROLLOUT = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(minutes=2),
    give_up_after=timedelta(minutes=5),
    first_retry=timedelta(milliseconds=500),
    slowest_retry=timedelta(seconds=15),
)

# From here on a number is taken and the invoice must be finished: wait a day before an operator is asked.
NUMBER = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(seconds=60),
    give_up_after=timedelta(hours=24),
    first_retry=timedelta(milliseconds=500),
    slowest_retry=timedelta(minutes=1),
)

# A page takes a fraction of a second; a long queue before it is no failure, so only the try is tight.
DOCUMENT = StepPolicy(
    task_queue=RENDER,
    attempt=timedelta(seconds=90),
    give_up_after=timedelta(hours=24),
    first_retry=timedelta(milliseconds=500),
    slowest_retry=timedelta(minutes=1),
)

RECORD = NUMBER

# Reads a month's drafts one by one: thousands of small objects.
CONSOLIDATE = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(minutes=30),
    give_up_after=timedelta(hours=24),
    first_retry=timedelta(seconds=1),
    slowest_retry=timedelta(minutes=5),
)

# Walks every number there is, so one try may take long; it beats, and the next try goes on where it stopped.
AUDIT = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(hours=20),
    give_up_after=timedelta(hours=23),
    first_retry=timedelta(seconds=1),
    slowest_retry=timedelta(minutes=5),
)

# The invoice exists already; the news of it may be late but must come.
ANNOUNCE = StepPolicy(
    task_queue=STORE,
    attempt=timedelta(seconds=60),
    give_up_after=timedelta(hours=72),
    first_retry=timedelta(seconds=1),
    slowest_retry=timedelta(minutes=5),
)

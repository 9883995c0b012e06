"""A step that says how far it is, then takes longer than its heartbeat timeout, and fails once."""

import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
def say_once() -> list[str]:
    """The second try returns what it was told of the first."""
    if activity.info().attempt > 1:
        return list(activity.info().heartbeat_details)
    activity.heartbeat("half way")
    time.sleep(6.5)
    raise ConnectionError


@workflow.defn
class SayOnce:
    """Runs the step."""

    @workflow.run
    async def run(self) -> list[str]:
        """What the second try was told."""
        return await workflow.execute_activity(
            say_once,
            start_to_close_timeout=timedelta(minutes=1),
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)),
        )

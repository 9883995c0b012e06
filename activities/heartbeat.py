"""Beats for every running step, so that the server soon knows when its worker has died and gives the step to another.

Without it a step in the hands of a worker that was killed waits for its whole start-to-close time. Steps shorter than
a third of the heartbeat timeout, which is nearly all, never beat.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)


class HeartbeatInterceptor(Interceptor):
    """Beats for steps that have a heartbeat timeout; put it on the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK's name
        """Wrap every activity call."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    """One per call of an activity."""

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        """Listen to what the step itself says when it beats."""
        self._said = _Listening(outbound)
        super().init(self._said)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - SDK's name
        """Run the activity and beat meanwhile, on the event loop, whichever thread the activity is in."""
        info = activity.info()
        if info.heartbeat_timeout is None:
            return await super().execute_activity(input)
        self._said.details = info.heartbeat_details
        beating = asyncio.create_task(self._beat(info.heartbeat_timeout / 3))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self, pause: timedelta) -> None:
        """The server keeps the details of the last beat alone, so each says again what the step said last."""
        while True:
            await asyncio.sleep(pause.total_seconds())
            activity.heartbeat(*self._said.details)


class _Listening(ActivityOutboundInterceptor):
    """Keeps the details of the last beat."""

    details: Sequence[Any] = ()

    def heartbeat(self, *details: Any) -> None:
        """Keep and send them."""
        self.details = details
        super().heartbeat(*details)

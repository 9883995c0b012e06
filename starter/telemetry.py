"""What a process tells about itself: logs to stderr, metrics at one address, traces to one collector.

Worker and bridge open it first and close it last.
"""

import asyncio
import importlib.metadata
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Self

from temporalio import activity, workflow
from temporalio.client import Interceptor
from temporalio.common import MetricMeter
from temporalio.runtime import LogForwardingConfig, LoggingConfig, TelemetryFilter

from activities.metrics import known_code
from starter.metrics import CALL_SECONDS, LEDGER_BATCH, LEDGER_LOST, runtime
from tripinvoice.log import configure
from tripinvoice.log_ecs import Service
from tripinvoice.ports import FeedMessage, Observer
from tripinvoice.settings import Settings

if TYPE_CHECKING:
    from starter.traces import Traces


class Telemetry:
    """Of one process. ``runtime`` is the Temporal SDK's, which serves the metrics."""

    def __init__(self, settings: Settings, process: str, *, as_json: bool = False) -> None:
        """``process`` is ``worker`` or ``bridge``; ``as_json`` wants the log as JSON whatever the settings say.

        Raises ``ConfigurationError``.
        """
        version = importlib.metadata.version("tripinvoice")
        service = Service(process=process, version=version, environment=settings.environment)
        self._traces = _traces(settings, service)
        style = "json" if as_json else settings.log_format
        configure(settings.log_level, style, service=service, trace_id=self._traces.trace_id if self._traces else str)
        # Both say where they are in fields of their own, so not in the message again.
        activity.logger.activity_info_on_message = False
        workflow.logger.workflow_info_on_message = False
        self.runtime = runtime(settings, logging=_core_log())
        self.observer: Observer | None = None
        if settings.metrics or self._traces:
            self.observer = ProcessObserver(self.runtime.metric_meter, self._traces)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send the spans that are left."""
        if self._traces:
            self._traces.close()

    @property
    def interceptors(self) -> Sequence[Interceptor]:
        """For the Temporal client, outside all others."""
        return [self._traces.interceptor] if self._traces else []

    def consuming(self, message: FeedMessage) -> AbstractContextManager[None]:
        """Around what is done with a message: in the trace that its headers name."""
        return self._traces.consuming(message.topic, message.headers) if self._traces else nullcontext()


class ProcessObserver:
    """Measures and traces what the adapters ask of the outside."""

    def __init__(self, meter: MetricMeter, traces: "Traces | None") -> None:
        self._meter = meter
        self._traces = traces

    @contextmanager
    def call(self, system: str, operation: str) -> Iterator[None]:
        """A span and a time, whatever comes of the call."""
        began, outcome = time.perf_counter(), "done"
        try:
            with self._traces.call(system, operation) if self._traces else nullcontext():
                yield
        except BaseException as error:
            outcome = _outcome(error)
            raise
        finally:
            seconds = time.perf_counter() - began
            CALL_SECONDS.record(self._meter, seconds, system=system, operation=operation, outcome=outcome)

    def trace_headers(self) -> Mapping[str, str]:
        """The W3C trace context of what is under way."""
        return self._traces.headers() if self._traces else {}

    def ledger_write(self, store: str, count: int, *, won: bool) -> None:
        """The size of a write that took numbers; one that came too late took none."""
        LEDGER_LOST.add(self._meter, 0 if won else 1, store=store)
        if won:
            LEDGER_BATCH.record(self._meter, count, store=store)


def _outcome(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return "TimedOut" if isinstance(error, TimeoutError) else known_code(type(error).__name__)


def _core_log() -> LoggingConfig:
    """The SDK's core writes through our log: its own would go to stdout, in a form of its own."""
    return LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
    )


def _traces(settings: Settings, service: Service) -> "Traces | None":
    if not settings.traces:
        return None
    from starter.traces import Traces  # noqa: PLC0415 - OpenTelemetry is loaded when it is wanted

    return Traces(settings.traces, service)

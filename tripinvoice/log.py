"""Logging: structlog for our own lines and the standard library's, readable on a terminal, ECS JSON otherwise.

An event of ours is called by a name of the vocabulary (``docs/logs.md``), such as ``worker_polling``; what it is about
goes into fields.

debug: what a developer steps through; info: one line per thing an operator did or must know; warning: it went on but
somebody should look; error: something stopped. No line carries personal data, amounts or documents.
"""

import logging
import sys
import time
from collections.abc import Callable

import structlog

from tripinvoice.log_ecs import Ecs, Service, lift_temporal

DRIVERS = ("cassandra", "opentelemetry", "temporalio.core", "tripinvoice.kafka", "urllib3")
"""Loggers of libraries that say each time that a server did not answer, many times a second."""

REPEAT_SECONDS = 30.0


class Sparing(logging.Filter):
    """Lets drivers say the same thing once in a while, and then how often they would have said it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this one is written."""
        if not record.name.startswith(DRIVERS):
            return True
        # Behind a bracket (librdkafka), or in the arguments after the first (the others), is what differs each time.
        about = str(record.args[0]) if isinstance(record.args, tuple) and record.args else ""
        key = record.name, f"{record.msg}".partition(" [")[0][:80] + about[:80]
        now = self._clock()
        since, left_out = self._said.get(key, (-REPEAT_SECONDS, 0))
        if now - since < REPEAT_SECONDS:
            self._said[key] = since, left_out + 1
            return False
        self._said[key] = now, 0
        if left_out:
            record.left_out = left_out
        return True


def said_by_us(record: logging.LogRecord) -> bool:
    """False for the SDK's line about a step that failed: ``step_failed`` says it, with its code and without a trace."""
    return getattr(record, "__temporal_error_identifier", None) != "ActivityFailure"


def configure(
    level: str = "info",
    style: str = "auto",
    *,
    service: Service = Service(process="command", version="", environment="development"),  # noqa: B008 - it is frozen
    trace_id: Callable[[], str] = str,
) -> None:
    """Set up logging for this process, once, at its start; ``trace_id`` tells the trace under way, empty for none."""
    readable = style == "console" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        lift_temporal,
        structlog.processors.format_exc_info,
    ]
    renderers: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if readable
        else [Ecs(service, trace_id), structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    logging.captureWarnings(capture=not readable)  # each line is JSON, also theirs
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(said_by_us)
    handler.addFilter(Sparing())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())

"""The way to a demonstration's own Temporal."""

import asyncio
import logging
import time

from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from starter.demo.servers import NAMESPACE
from starter.embedded import ANSWER_SECONDS
from starter.plugin import tripinvoice_plugin
from tripinvoice.errors import ConfigurationError


async def connected(address: str) -> Client:
    """A client of this server, whatever the environment says, as soon as it answers.

    Raises ``ConfigurationError`` when it does not.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    runtime = _quiet_runtime()
    while True:
        try:
            return await Client.connect(address, namespace=NAMESPACE, plugins=[tripinvoice_plugin()], runtime=runtime)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"temporal: the server did not answer within {ANSWER_SECONDS:.0f} seconds; see logs/temporal.log"
                ) from None
        await asyncio.sleep(0.05)


def _quiet_runtime() -> Runtime:
    """What the SDK has to say goes to Python's logging, and so into the folder's log."""
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    filters = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=filters, forwarding=forwarding)))

"""A command's way to Temporal, with errors that an operator can act on."""

import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from starter.cli.failures import CommandError
from starter.client import connect

UPDATE_PATIENCE = timedelta(seconds=30)  # a worker that is up takes an update in milliseconds


def temporal_address() -> str:
    """Where the environment says that Temporal is."""
    return str(_config().get("target_host") or "localhost:7233")


def _config() -> dict[str, object]:
    try:
        return dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise CommandError(
            f"Temporal's configuration cannot be read: {error}; check TEMPORAL_* and temporal.toml"
        ) from None


async def temporal() -> Client:
    """A client, or the one line that says how to get a server. The SDK's own log goes to Python's, not to stdout."""
    address = temporal_address()
    try:
        return await connect(runtime=_runtime())
    except RuntimeError as error:
        if "Failed client connect" not in str(error):
            raise
        raise CommandError(
            f"no Temporal server at {address}: start one with `temporal server start-dev` or set TEMPORAL_ADDRESS"
        ) from error


def _runtime() -> Runtime:
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    logs = LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=logs))

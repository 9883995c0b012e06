"""A command's way to Temporal, with errors that an operator can act on."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime, TelemetryConfig

from starter.cli.failures import CommandError
from starter.client import DEFAULT_ADDRESS, connect


def temporal_address() -> str:
    """Where the environment says that Temporal is."""
    return str(_config().get("target_host") or DEFAULT_ADDRESS)


def _config() -> dict[str, object]:
    try:
        return dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise CommandError(
            f"Temporal's configuration cannot be read: {error}; check TEMPORAL_* and temporal.toml"
        ) from None


async def temporal(runtime: Runtime | None = None, interceptors: Sequence[Interceptor] = ()) -> Client:
    """A client. Raises ``StoreUnavailableError``, which says how to get a server, when none answers."""
    _config()  # a profile that does not exist is told in words
    return await connect(runtime=runtime or _runtime(), interceptors=interceptors)


def _runtime() -> Runtime:
    """Silent: an error reaches us as an exception, and the SDK's core would write its log to stdout."""
    return Runtime(telemetry=TelemetryConfig(logging=None))

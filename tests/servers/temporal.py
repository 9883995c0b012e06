"""Temporal's development server, with a database file, so that it forgets nothing when it is started again."""

import subprocess
from collections.abc import Mapping, Sequence
from typing import ClassVar

from starter.embedded import temporal_binary
from tests.servers.programs import MissingServerError
from tests.servers.server import HOST, Server
from tripinvoice.errors import ConfigurationError


class Temporal(Server):
    """A Temporal server with the namespace ``default`` and the Web UI."""

    name = "temporal"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 7233, "ui": 8233}

    @property
    def url(self) -> str:
        """The Web UI."""
        return f"http://{HOST}:{self.ports['ui']}"

    def environment(self) -> dict[str, str]:
        """The SDK's variable."""
        return {"TEMPORAL_ADDRESS": self.address}

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        options = {
            "--ip": HOST,
            "--port": str(self.port),
            "--ui-port": str(self.ports["ui"]),
            "--db-filename": str(self.folder / "temporal.db"),
            "--log-level": "error",
        }
        words = [word for option in options.items() for word in option]
        return [_binary(), "server", "start-dev", *words], {"HOME": str(self.folder)}

    def _ask(self) -> None:
        command = [_binary(), "operator", "namespace", "describe", "default", "--address", self.address]
        subprocess.run(command, capture_output=True, timeout=10, check=True)


def _binary() -> str:
    try:
        return str(temporal_binary())
    except ConfigurationError as error:
        raise MissingServerError("the Temporal dev server", error.message) from error

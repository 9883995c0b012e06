"""The servers of a demonstration, each on a free loopback port and blind to the user's own settings."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starter.demo.folder import DemoFolder
from starter.embedded import ANSWER_SECONDS, Command, Supervisor, answers, free_port, temporal_binary
from tripinvoice.errors import ConfigurationError
from tripinvoice.settings import PREFIX, Settings
from workflows import search_attributes as sa

NAMESPACE = "default"
WORKER_GRACE = 5.0
# One process serves each task queue, so nothing has to be spread over partitions and found again.
_TUNING = ("matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1")
_FOREIGN = (PREFIX, "TEMPORAL_", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the servers are; ``ui`` is ``None`` without a Web UI."""

    temporal: str
    ui: str | None
    kafka: str
    money_systems: str

    def variables(self, settings: Settings) -> dict[str, str]:
        """The environment in which our commands find all of this, and nothing of the user's."""
        ours = {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in Settings.model_fields}
        return {
            "TEMPORAL_ADDRESS": self.temporal,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
            **{name: value for name, value in ours.items() if value},
            f"{PREFIX}KAFKA": f"kafka://{self.kafka}",
            f"{PREFIX}MONEY_SYSTEMS_URL": self.money_systems,
        }


def demo_settings(folder: DemoFolder) -> Settings:
    """The defaults and this folder: neither the environment nor a ``.env`` file is read."""
    return Settings.model_construct(data=folder.data, kafka="embedded:", shutdown_grace=WORKER_GRACE)


def foreign_free_environment() -> dict[str, str]:
    """The environment of this process without what could lead a child to the user's own servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Starts servers that write their logs into the folder; ``tell`` gets lines for the user."""

    folder: DemoFolder
    tell: Callable[[str], None]

    def supervisor(self, name: str, *arguments: str, more: Mapping[str, str] | None = None, grace: float) -> Supervisor:
        """A command of this demonstration, not started yet."""
        command = Command(
            name=name,
            arguments=arguments,
            environment=foreign_free_environment() | dict(more or {}),
            folder=self.folder.logs,  # where nobody has a .env file
            log=self.folder.logs / f"{name.replace(' ', '-')}.log",
            grace=grace,
        )
        command.log.unlink(missing_ok=True)
        return Supervisor(command, self.tell)

    def temporal(self, port: int, ui_port: int | None) -> Supervisor:
        """Temporal's development server, in memory: what must last is in the stores."""
        arguments = ["server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "error"]
        arguments += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
        for setting in _TUNING:
            arguments += ["--dynamic-config-value", setting]
        for key in sa.ALL:
            kind = key.indexed_value_type.name.title().replace("_", "")
            arguments += ["--search-attribute", f"{key.name}={kind}"]
        environment = {"TEMPORAL_CONFIG_FILE": os.devnull}
        return self.supervisor("temporal", str(temporal_binary()), *arguments, more=environment, grace=0.0)

    def money_systems(self, port: int, trips: Path | None) -> Supervisor:
        """The sample money systems, which know the same trips."""
        file = () if trips is None else ("--trips", str(trips.absolute()))
        command = (sys.executable, "-P", "-m", "starter.samples.server", "--port", str(port), *file)
        return self.supervisor("money systems", *command, grace=1.0)

    def worker(self, variables: Mapping[str, str]) -> Supervisor:
        """The worker, as in production."""
        return self.supervisor("worker", sys.executable, "-P", "-m", "worker", more=variables, grace=WORKER_GRACE + 1)

    def candidate(self, variables: Mapping[str, str], name: str, fault: str, country: str) -> Supervisor:
        """The sample candidate, which is wrong in one country."""
        wrong = ("--name", name, "--fault", fault, "--country", country, "--json")
        command = (sys.executable, "-P", "-m", "starter.cli", "candidate", *wrong)
        return self.supervisor("candidate", *command, more=variables, grace=2.0)


async def listening(server: Supervisor, port: int) -> None:
    """Wait until the server takes connections. Raises ``ConfigurationError`` when it does not."""
    if not await answers(port):
        command = server.command
        raise ConfigurationError(
            f"{command.name}: did not answer within {ANSWER_SECONDS:.0f} seconds; it said: {command.last_words()}; "
            f"see {command.log}"
        )


def free_ports(*, ui: bool) -> tuple[int, int, int | None]:
    """For Temporal, the money systems and the Web UI."""
    return free_port(), free_port(), free_port() if ui else None

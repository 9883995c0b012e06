"""Apache Kafka: one broker that is its own controller (KRaft)."""

import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import ClassVar

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.servers import jvm, programs
from tests.servers.server import HOST, Server, ServerError

_HEAP = "384m"
_LOG4J = """\
Configuration:
  status: error
  Appenders:
    Console: {name: console, PatternLayout: {pattern: "%d %p %m (%c)%n"}}
  Loggers:
    Root: {level: info, AppenderRef: {ref: console}}
"""


class Kafka(Server):
    """A broker without authentication."""

    name = "kafka"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9092, "controller": 9093}

    @property
    def url(self) -> str:
        """For ``TRIPINVOICE_KAFKA``."""
        return f"kafka://{self.address}"

    def environment(self) -> dict[str, str]:
        """The application's setting."""
        return {"TRIPINVOICE_KAFKA": self.url}

    def create_topics(self, partitions: Mapping[str, int]) -> None:
        """Make these topics, where they do not exist."""
        admin = self._admin()
        missing = partitions.keys() - admin.list_topics(timeout=10).topics.keys()
        wanted = [NewTopic(name, num_partitions=partitions[name], replication_factor=1) for name in missing]
        made: dict[str, Future[None]] = admin.create_topics(wanted) if wanted else {}
        for future in made.values():
            future.result(timeout=30)

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self._properties().items()))
        log4j = self.folder / "log4j2.yaml"
        log4j.write_text(_LOG4J)
        jars, options = programs.kafka(), [f"-Dlog4j2.configurationFile={log4j}"]
        if not (self._data / "meta.properties").exists():
            _format(jvm.command(jars, "64m", options, "kafka.tools.StorageTool"), properties)
        return jvm.command(jars, _HEAP, options, "kafka.Kafka", str(properties)), {}

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _properties(self) -> dict[str, str | int]:
        controller = f"{HOST}:{self.ports['controller']}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._data),
            # One broker holds everything, and few partitions of it: each is files to open at every start.
            "offsets.topic.num.partitions": 5,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 5,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
        }

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0, "socket.timeout.ms": 10_000})

    def _answers(self) -> bool:
        return bool(self._admin().list_topics(timeout=5).brokers)


def _format(storage_tool: Sequence[str], properties: Path) -> None:
    """Make the data folder; Kafka does not start without an id in it."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    if cluster.startswith("-"):  # the tool would take it for an option
        cluster = f"A{cluster[1:]}"
    command = [*storage_tool, "format", "-t", cluster, "-c", str(properties)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(f"Kafka's storage cannot be formatted:\n{done.stdout}{done.stderr}")

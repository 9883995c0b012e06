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
_LOGGING = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.logFile=System.out")


class Kafka(Server):
    """A broker. A secured one has a second listener, with TLS, that asks for ``user`` and ``password``."""

    name = "kafka"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9092, "controller": 9093, "secured": 9094}
    user = "tripinvoice"
    password = "tripinvoice-secret"  # noqa: S105 - of a server on the loopback address, for as long as a test takes

    @property
    def url(self) -> str:
        """For ``TRIPINVOICE_KAFKA``."""
        return f"kafka://{self.address}"

    def environment(self) -> dict[str, str]:
        """The application's setting."""
        return {"TRIPINVOICE_KAFKA": self.url}

    def secured_environment(self, mechanism: str = "SCRAM-SHA-512") -> dict[str, str]:
        """The application's settings for the secured listener; ``PLAIN`` is the other mechanism."""
        return {
            "TRIPINVOICE_KAFKA": f"kafka://{self.secured_address}",
            "TRIPINVOICE_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "TRIPINVOICE_KAFKA_SASL_MECHANISM": mechanism,
            "TRIPINVOICE_KAFKA_SASL_USERNAME": self.user,
            "TRIPINVOICE_KAFKA_SASL_PASSWORD": self.password,
            "TRIPINVOICE_KAFKA_CA": str(self.authority.certificate),
        }

    @property
    def secured_address(self) -> str:
        """Host and port of the secured listener."""
        return f"{self.host}:{self.ports['secured']}"

    def create_topics(self, partitions: Mapping[str, int]) -> None:
        """Make these topics, where they do not exist."""
        admin = self.admin()
        missing = partitions.keys() - admin.list_topics(timeout=10).topics.keys()
        wanted = [NewTopic(name, num_partitions=partitions[name], replication_factor=1) for name in missing]
        made: dict[str, Future[None]] = admin.create_topics(wanted) if wanted else {}
        for future in made.values():
            future.result(timeout=30)

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self._properties().items()))
        jars = programs.kafka()
        if not (self._data / "meta.properties").exists():
            scram = f"SCRAM-SHA-512=[name={self.user},password={self.password}]"
            user = ["--add-scram", scram] if self.secured else []
            _format(jvm.command(jars, "64m", _LOGGING, "kafka.tools.StorageTool"), properties, *user)
        return jvm.command(jars, _HEAP, _LOGGING, "kafka.Kafka", str(properties)), {}

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
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            "log.dirs": str(self._data),
            # Tests send trips of long ago, and Kafka looks every five minutes for what is older than a week.
            "log.retention.ms": -1,
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
            # Members hear of a rebalance with their next heartbeat; the usual 5 seconds are for groups of thousands.
            "group.consumer.min.heartbeat.interval.ms": 500,
            "group.consumer.heartbeat.interval.ms": 500,
            # A controller that starts again waits this long for the broker's former life to be over.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            **(self._security(controller) if self.secured else {}),
        }

    def _security(self, controller: str) -> dict[str, str]:
        both = f"PLAINTEXT://{self.address},SASL_SSL://{self.secured_address}"
        modules = "org.apache.kafka.common.security"
        listener = "listener.name.sasl_ssl"
        return {
            "listeners": f"{both},CONTROLLER://{controller}",
            "advertised.listeners": both,
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
            f"{listener}.scram-sha-512.sasl.jaas.config": f"{modules}.scram.ScramLoginModule required;",
            f"{listener}.plain.sasl.jaas.config": (
                f'{modules}.plain.PlainLoginModule required user_{self.user}="{self.password}";'
            ),
            "ssl.client.auth": "requested",  # a client may show a certificate, which must then be the authority's
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.authority.sign("server").both),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.certificate),
        }

    def admin(self) -> AdminClient:
        """A client that administers it, by the listener without authentication."""
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0, "socket.timeout.ms": 10_000})

    def _ask(self) -> None:
        if not self.admin().list_topics(timeout=5).brokers:
            raise ConnectionError("the controller knows of no broker")


def _format(storage_tool: Sequence[str], properties: Path, *more: str) -> None:
    """Make the data folder; Kafka does not start without an id in it."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    if cluster.startswith("-"):  # the tool would take it for an option
        cluster = f"A{cluster[1:]}"
    command = [*storage_tool, "format", "-t", cluster, "-c", str(properties), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(f"Kafka's storage cannot be formatted:\n{done.stdout}{done.stderr}")

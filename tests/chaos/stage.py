"""Where it happens: the four real servers, the sample money systems, our workers and bridges as separate processes.

The servers stay from one act to the next. Each act has a keyspace, a bucket, topics and a consumer group of its own, so
that what is found afterwards is of this act alone.
"""

import contextlib
import json
import os
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from starter.samples.scenario import Scenario
from tests.chaos.program import Program
from tests.servers.cassandra import Cassandra
from tests.servers.kafka import Kafka
from tests.servers.minio import Minio
from tests.servers.server import Server, free_port, listens
from tests.servers.temporal import Temporal

COMMAND = str(Path(sysconfig.get_path("scripts")) / "tripinvoice")
PARTITIONS = 6
QUEUES = ("workflows", "fetch", "render", "store")


@dataclass(frozen=True, kw_only=True)
class Servers:
    """The servers of all acts."""

    kafka: Kafka
    cassandra: Cassandra
    minio: Minio
    temporal: Temporal
    folder: Path
    systems: int

    @classmethod
    def opened(cls, folder: Path, systems: int) -> Self:
        """Those in this folder, which run already or do not run yet."""
        return cls(
            kafka=Kafka(folder / "kafka"),
            cassandra=Cassandra(folder / "cassandra"),
            minio=Minio(folder / "minio"),
            temporal=Temporal(folder / "temporal"),
            folder=folder,
            systems=systems,
        )

    def all(self) -> Sequence[Server]:
        """Every one that can be killed."""
        return (self.kafka, self.cassandra, self.minio, self.temporal)

    def environment(self) -> dict[str, str]:
        """The settings that name them."""
        found = {name: value for server in self.all() for name, value in server.environment().items()}
        return found | {"TRIPINVOICE_MONEY_SYSTEMS_URL": f"http://127.0.0.1:{self.systems}"}

    def teach(self, scenarios: Sequence[Scenario]) -> None:
        """Have the money systems know these trips."""
        for scenario in scenarios:
            body = json.dumps({"trip_id": scenario.trip_id, "answers": dict(scenario.answers)}).encode()
            url = f"http://127.0.0.1:{self.systems}/_scenarios"
            with urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=30):
                pass


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """All servers, started at once; ended in the end whatever happens."""
    port = free_port()
    stage = Servers.opened(folder, port)
    command = [sys.executable, "-P", "-m", "starter.samples.server", "--port", str(port)]
    systems = Program("money-systems", command, os.environ, folder)
    with contextlib.ExitStack() as stack:
        for server in stage.all():
            stack.callback(server.stop)
        stack.callback(systems.stop)
        systems.start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda server: server.start(), stage.all()))
        until(lambda: listens(port), 60, "the money systems")
        yield stage


@dataclass(kw_only=True)
class Act:
    """Our processes of one act, and the names of what they use."""

    name: str
    servers: Servers
    environment: Mapping[str, str]
    folder: Path
    workers: dict[str, Program] = field(default_factory=dict)
    bridges: list[Program] = field(default_factory=list)

    @property
    def trips_topic(self) -> str:
        """Where the trips come from."""
        return self.environment["TRIPINVOICE_TRIPS_TOPIC"]

    @property
    def invoices_topic(self) -> str:
        """Where invoices are announced."""
        return self.environment["TRIPINVOICE_INVOICES_TOPIC"]

    @property
    def group(self) -> str:
        """The consumer group of the bridges."""
        return self.environment["TRIPINVOICE_CONSUMER_GROUP"]

    def program(self, name: str, *arguments: str) -> Program:
        """One of our commands, not started yet."""
        return Program(name, [COMMAND, *arguments], self.environment, self.folder)

    def add_worker(self, queue: str, name: str | None = None) -> None:
        """One more worker for this queue."""
        worker = self.workers[name or queue] = self.program(f"worker-{name or queue}", "worker", "--queues", queue)
        worker.start()

    def add_bridge(self) -> Program:
        """One more bridge."""
        bridge = self.program(f"bridge-{len(self.bridges) + 1}", "bridge")
        self.bridges.append(bridge)
        bridge.start()
        return bridge

    def stop(self) -> None:
        """End our processes, side by side."""
        programs = [*self.bridges, *self.workers.values()]
        with ThreadPoolExecutor(len(programs) or 1) as pool:
            list(pool.map(lambda program: program.stop(), programs))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of our commands, to its end."""
        command = [COMMAND, *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=600, check=False
        )

    def prepare(self, *arguments: str) -> None:
        """A command of ours that must succeed. Raises ``RuntimeError`` with what it said."""
        ran = self.run(*arguments)
        if ran.returncode:
            raise RuntimeError(f"tripinvoice {' '.join(arguments)} ended with {ran.returncode}: {ran.stderr}")


@contextlib.contextmanager
def act(stage: Servers, name: str, *, stores: Mapping[str, str] | None = None) -> Iterator[Act]:
    """A fresh set of stores and topics, with one worker for each queue and one bridge.

    ``stores``: settings of other stores than Cassandra and S3.
    """
    folder = stage.folder / name
    folder.mkdir()
    own = {
        "TRIPINVOICE_STORE": f"cassandra://{stage.cassandra.address}/{name.replace('-', '_')}",
        "TRIPINVOICE_DOCUMENTS": f"s3+http://{stage.minio.address}/{name.replace('_', '-')}",
        "TRIPINVOICE_TRIPS_TOPIC": f"trips-{name}",
        "TRIPINVOICE_INVOICES_TOPIC": f"invoices-{name}",
        "TRIPINVOICE_CONSUMER_GROUP": f"bridge-{name}",
        "TRIPINVOICE_DATA": str(folder / "data"),
        "TRIPINVOICE_RENDER_PROCESSES": "1",
        "TRIPINVOICE_SHUTDOWN_GRACE": "5",
        "TRIPINVOICE_LOG_FORMAT": "json",
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TRIPINVOICE_", "TEMPORAL_"))}
    environment = {**inherited, **stage.environment(), **own, **(stores or {})}
    one = Act(name=name, servers=stage, environment=environment, folder=folder)
    stage.kafka.create_topics(
        {one.trips_topic: PARTITIONS, f"{one.trips_topic}.dlq": 1, one.invoices_topic: PARTITIONS}
    )
    if stores is None:
        one.prepare("schema", "apply")
        one.prepare("bucket", "apply")
    try:
        for queue in QUEUES:
            one.add_worker(queue)
        one.add_bridge()
        yield one
    finally:
        one.stop()


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until it holds. Raises ``TimeoutError`` saying what did not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)

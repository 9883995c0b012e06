"""Each server starts, stands still, dies and comes back with what it knew."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import urllib3
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from minio import Minio as S3Client

from starter.embedded import temporal_binary
from tests.servers.cassandra import Cassandra
from tests.servers.fixtures import or_missing
from tests.servers.kafka import Kafka
from tests.servers.minio import Minio
from tests.servers.server import Server, ServerError
from tests.servers.temporal import Temporal

pytestmark = pytest.mark.xdist_group("servers")


@dataclass(frozen=True)
class Trial:
    """A kind of server, and how to put something into it that must still be there later."""

    kind: type[Server]
    secured: bool
    keep: Callable[[Any], None]
    kept: Callable[[Any], bool]


def keep_topic(kafka: Kafka) -> None:
    kafka.create_topics({"kept": 3})


def kept_topic(kafka: Kafka) -> bool:
    return len(kafka.admin().list_topics(timeout=10).topics["kept"].partitions) == 3


def keep_row(cassandra: Cassandra) -> None:
    with cassandra.cluster() as cluster, cluster.connect() as session:
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        session.execute(f"CREATE KEYSPACE kept WITH replication = {replication}")
        session.execute("CREATE TABLE kept.rows (id int PRIMARY KEY)")
        session.execute("INSERT INTO kept.rows (id) VALUES (1) IF NOT EXISTS")  # by Paxos


def kept_row(cassandra: Cassandra) -> bool:
    with cassandra.cluster() as cluster, cluster.connect() as session:
        return [row.id for row in session.execute("SELECT id FROM kept.rows")] == [1]


def keep_bucket(minio: Minio) -> None:
    _s3(minio).make_bucket("kept", object_lock=True)


def kept_bucket(minio: Minio) -> bool:
    return _s3(minio).bucket_exists("kept")


def _s3(minio: Minio) -> S3Client:
    trusting = urllib3.PoolManager(ca_certs=str(minio.authority.certificate))
    return S3Client(minio.address, minio.user, minio.password, secure=minio.secured, http_client=trusting)


def keep_namespace(temporal: Temporal) -> None:
    subprocess.run(_namespace(temporal, "create"), check=True, capture_output=True)


def kept_namespace(temporal: Temporal) -> bool:
    return subprocess.run(_namespace(temporal, "describe"), check=False, capture_output=True).returncode == 0


def _namespace(temporal: Temporal, verb: str) -> list[str]:
    return [str(temporal_binary()), "operator", "namespace", verb, "kept", "--address", temporal.address]


TRIALS = [
    Trial(Kafka, secured=False, keep=keep_topic, kept=kept_topic),
    Trial(Cassandra, secured=True, keep=keep_row, kept=kept_row),
    Trial(Minio, secured=True, keep=keep_bucket, kept=kept_bucket),
    Trial(Temporal, secured=False, keep=keep_namespace, kept=kept_namespace),
]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.kind.name)
def test_a_server_stands_still_dies_and_comes_back(trial: Trial, tmp_path: Path) -> None:
    """Paused, it neither ends nor answers; killed, it is gone; restarted, it has its address and its data."""
    server = trial.kind(tmp_path / "server", secured=trial.secured)
    try:
        or_missing(server.start)
        trial.keep(server)

        server.pause()
        assert (True, psutil.STATUS_STOPPED) == (server.alive, psutil.Process(server.pid).status())
        server.resume()
        assert trial.kept(server)

        address, pid = server.address, server.pid
        server.kill()
        assert not psutil.pid_exists(pid)
        server.restart()
        assert address == server.address
        assert trial.kept(server)
    finally:
        server.stop()
    assert not server.alive


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_kafka_asks_for_a_password_on_its_secured_listener(kafka_server: Kafka, mechanism: str) -> None:
    if not kafka_server.ours:
        pytest.skip("these brokers are not ours: nobody knows how they are secured")
    right: dict[str, str | int | float | bool] = {
        "bootstrap.servers": kafka_server.secured_address,
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": mechanism,
        "sasl.username": kafka_server.user,
        "sasl.password": kafka_server.password,
        "ssl.ca.location": str(kafka_server.authority.certificate),
        "log_level": 0,
    }
    assert AdminClient(right).list_topics(timeout=10).brokers
    with pytest.raises(KafkaException):
        AdminClient(right | {"sasl.password": "wrong"}).list_topics(timeout=2)


def test_one_that_dies_while_starting_says_why(tmp_path: Path) -> None:
    server = Minio(tmp_path / "server")
    server.user = "me"  # too short
    with pytest.raises(ServerError, match=r"(?s)minio has ended while starting.*Invalid credentials"):
        or_missing(server.start)

"""The session's servers as fixtures: ``kafka_server``, ``cassandra_server``, ``s3_server``, ``temporal_server``."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from tests.servers import programs, shared
from tests.servers.cassandra import Cassandra
from tests.servers.kafka import Kafka
from tests.servers.minio import Minio
from tests.servers.missing import missing_server
from tests.servers.opensearch import OpenSearch
from tests.servers.programs import MissingServerError
from tests.servers.prometheus import Prometheus
from tests.servers.server import Server
from tests.servers.temporal import Temporal

T = TypeVar("T")
_SESSION = pytest.StashKey[shared.Session]()
_PROGRAMS: Mapping[str, tuple[type[Server], Callable[[], object]]] = {
    "kafka_server": (Kafka, programs.kafka),
    "cassandra_server": (Cassandra, programs.cassandra),
    "s3_server": (Minio, programs.minio),
    "prometheus_program": (Prometheus, programs.prometheus),
    "opensearch_server": (OpenSearch, programs.opensearch),
}


def pytest_configure(config: pytest.Config) -> None:
    """Open the session before there are workers: they inherit the environment."""
    if not shared.Session.is_open():
        config.stash[_SESSION] = shared.Session()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End its servers."""
    if session := config.stash.get(_SESSION, None):
        session.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch the programs that these tests need: the first time takes minutes, more than a test may take."""
    if session.config.option.collectonly:
        return
    wanted = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    for name, (kind, fetch) in _PROGRAMS.items():
        if name in wanted and not shared.elsewhere(kind):
            with contextlib.suppress(MissingServerError):  # the tests will say so
                fetch()


@pytest.fixture(scope="session")
def kafka_server() -> Kafka:
    """The session's Kafka."""
    return or_missing(shared.kafka)


@pytest.fixture(scope="session")
def cassandra_server() -> Cassandra:
    """The session's Cassandra."""
    return or_missing(shared.cassandra)


@pytest.fixture(scope="session")
def s3_server() -> Minio:
    """The session's S3 server."""
    return or_missing(shared.s3)


@pytest.fixture(scope="session")
def temporal_server() -> Temporal:
    """The session's Temporal server."""
    return or_missing(shared.temporal)


@pytest.fixture(scope="session")
def prometheus_program() -> Path:
    """The folder of Prometheus and promtool; each test starts its own, for what it has to read."""
    return or_missing(programs.prometheus)


def or_missing(start: Callable[[], T]) -> T:
    """What this gives; the test is skipped, or fails, where a program for it is missing."""
    try:
        return start()
    except MissingServerError as error:
        missing_server(error.what, error.install)

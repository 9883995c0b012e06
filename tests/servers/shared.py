"""One server of a kind for all tests of a session, started when the first of them asks.

Workers and their child processes find each other's servers in a folder that the environment names. The servers live
for as long as the process that opened the :class:`Session`, pytest's first, whatever it dies of.

Where the environment names a server, that one is used, and neither started nor stopped:
``TRIPINVOICE_TEST_KAFKA=host:port``, ``TRIPINVOICE_TEST_CASSANDRA=host:port``,
``TRIPINVOICE_TEST_S3=http://user:password@host:port``.

A test that pauses or kills a shared server does so to the other workers' tests as well: it takes one of its own, or
shares an xdist group with all who use it.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TypeVar

from tests.servers.cassandra import Cassandra
from tests.servers.kafka import Kafka
from tests.servers.minio import Minio
from tests.servers.process import Lifeline
from tests.servers.server import Server, ServerError
from tests.servers.temporal import Temporal

_FOLDER = "TRIPINVOICE_TEST_SERVERS"
_ELSEWHERE: dict[type[Server], str] = {
    Kafka: "TRIPINVOICE_TEST_KAFKA",
    Cassandra: "TRIPINVOICE_TEST_CASSANDRA",
    Minio: "TRIPINVOICE_TEST_S3",
}
_KINDS: tuple[type[Server], ...] = (Kafka, Cassandra, Minio, Temporal)
AnyServer = TypeVar("AnyServer", bound=Server)


def kafka() -> Kafka:
    """The session's Kafka; ours also has the secured listener."""
    return _running(Kafka, secured=not elsewhere(Kafka))


def cassandra() -> Cassandra:
    """The session's Cassandra."""
    return _running(Cassandra)


def s3() -> Minio:
    """The session's S3 server."""
    return _running(Minio)


def temporal() -> Temporal:
    """The session's Temporal server."""
    return _running(Temporal)


def elsewhere(kind: type[Server]) -> str | None:
    """Where the environment says that one of this kind runs."""
    return os.environ.get(_ELSEWHERE.get(kind, "")) or None


class Session:
    """What the first process of a session holds: the folder, and the lifelines of all servers that may come."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tripinvoice-test-servers-"))
        os.environ[_FOLDER] = str(self._folder)
        self._lifelines = [_lifeline(self._folder, kind) for kind in _KINDS]
        for lifeline in self._lifelines:
            lifeline.hold()

    @staticmethod
    def is_open() -> bool:
        """Whether this process, or one that has started it, has opened one."""
        return _FOLDER in os.environ

    def close(self) -> None:
        """End all servers, and forget their data."""
        del os.environ[_FOLDER]
        for lifeline in self._lifelines:
            lifeline.release()
        for kind in _KINDS:
            if (self._folder / kind.name).exists():
                kind(self._folder / kind.name).stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _running(kind: type[AnyServer], *, secured: bool = False) -> AnyServer:
    if not Session.is_open():
        raise ServerError("servers are shared within a test session, and there is none: run this under pytest")
    folder = Path(os.environ[_FOLDER])
    server = kind(folder / kind.name, _lifeline(folder, kind), secured=secured, elsewhere=elsewhere(kind))
    server.start()
    return server


def _lifeline(folder: Path, kind: type[Server]) -> Lifeline:
    return Lifeline(folder / f"{kind.name}.lifeline")

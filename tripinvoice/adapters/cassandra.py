"""A keyspace of a Cassandra cluster: one session per process, prepared statements, errors in our words.

Statements are constants of the modules that send them; each says what kind it is, and so to whom it goes, how many
must answer and whether it may be sent twice (:mod:`~tripinvoice.adapters.cassandra_policies`).
"""

import os
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Self, TypeVar
from uuid import UUID

from cassandra import ProtocolVersion
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster
from cassandra.io.libevreactor import LibevConnection
from cassandra.policies import ExponentialReconnectionPolicy
from cassandra.query import BatchStatement, BatchType

from tripinvoice.adapters.cassandra_errors import explain, explained, missing_keyspace
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.cassandra_policies import Profile, profiles
from tripinvoice.errors import ConfigurationError, StoreUnavailableError

_AT_ONCE = 64  # statements under way for one caller
_PAGE = 1000  # rows
_TABLE = re.compile(r"\b(FROM|INTO|UPDATE|TRUNCATE)\s+(\w+)")
_RECONNECT = (0.5, 15.0)  # seconds: first and longest wait before a lost host is tried again

Answer = TypeVar("Answer")
Value = str | int | UUID | None | object
Values = Sequence[Value]


@dataclass(frozen=True)
class Statement:
    """CQL with ``?`` for values. ``page`` is in rows; ``None`` reads all at once, as one moment."""

    cql: str
    profile: Profile
    page: int | None = _PAGE

    def within(self, keyspace: str) -> str:
        """The CQL with its table in this keyspace: the server warns of prepared statements that rely on ``USE``."""
        return _TABLE.sub(rf"\1 {keyspace}.\2", self.cql)

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice is the same as once."""
        return self.profile is not Profile.CONDITIONAL


READ = partial(Statement, profile=Profile.READ)
WRITE = partial(Statement, profile=Profile.WRITE)
SERIAL_READ = partial(Statement, profile=Profile.SERIAL_READ, page=None)
CONDITIONAL = partial(Statement, profile=Profile.CONDITIONAL)
SCAN = partial(Statement, profile=Profile.SCAN)


@contextmanager
def cluster(place: CassandraPlace) -> Iterator[Any]:
    """The driver, set up; it connects when it is asked to, and is closed afterwards."""
    made = make_cluster(place)
    try:
        with explained():
            yield made
    finally:
        made.shutdown()


def make_cluster(place: CassandraPlace) -> Any:
    """The same, for whoever closes it later. Raises ``ConfigurationError``, ``StoreUnavailableError``."""
    by_name: dict[Any, Any] = {**profiles(place)}
    with explained():  # it looks the hosts up
        return Cluster(
            place.hosts,
            port=place.port,
            protocol_version=ProtocolVersion.V5,  # Cassandra 4 and later
            auth_provider=PlainTextAuthProvider(place.username, place.password) if place.username else None,
            ssl_context=place.tls_context(),
            execution_profiles={**by_name, EXEC_PROFILE_DEFAULT: by_name[Profile.WRITE]},
            connection_class=LibevConnection,
            # The driver writes in pieces of 4 kB: without this, a longer request waits 40 ms for the kernel.
            sockopts=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            idle_heartbeat_interval=30,
            idle_heartbeat_timeout=10,
            connect_timeout=place.patience,
            control_connection_timeout=place.patience,
            reconnection_policy=ExponentialReconnectionPolicy(*_RECONNECT, max_attempts=None),
            application_name="tripinvoice",
            monitor_reporting_enabled=False,
        )


class Keyspace:
    """One keyspace, opened by :func:`~tripinvoice.adapters.cassandra_migration.opened`.

    Any thread may use it; it connects in the process that first does, again after a fork. While no host can be reached,
    whatever is asked raises ``StoreUnavailableError``; the driver goes on trying, so a cluster that is back is used
    again without help.
    """

    def __init__(self, place: CassandraPlace) -> None:
        self.place = place
        self._guard = threading.RLock()
        self._process = 0
        self._session: Any = None
        self._prepared: dict[Statement, Any] = {}
        self._closed = False

    def run(self, statement: Statement, *values: Value) -> list[Any]:
        """All rows that it gives, over every page."""
        return list(self.stream(statement, *values))

    def stream(self, statement: Statement, *values: Value) -> Iterator[Any]:
        """Its rows, read in pages as they are asked for."""
        with explained():
            yield from self._send(statement, values).result()

    def one(self, statement: Statement, *values: Value) -> Any:
        """Its row; ``None`` when there is none."""
        with explained():
            return self._send(statement, values).result().one()

    def run_each(self, statement: Statement, values: Sequence[Values]) -> Iterator[list[Any]]:
        """What each gives, in order; up to 64 are under way at once. Raises the error of the first that failed."""
        for answer in self.try_each(statement, values):
            if isinstance(answer, Exception):
                raise answer
            yield answer

    def try_each(self, statement: Statement, values: Sequence[Values]) -> Iterator[list[Any] | StoreUnavailableError]:
        """The same, with an error in the place of an answer that did not come."""
        waiting = iter(values)
        under_way = deque(self._send(statement, some) for some in islice(waiting, _AT_ONCE))
        while under_way:
            answer = _answer(under_way.popleft(), list)
            under_way.extend(self._send(statement, some) for some in islice(waiting, 1))
            yield answer

    def apply(self, *work: tuple[Statement, Values]) -> bool:
        """Write all of it, in one partition and as one, if the conditions in it hold; whether they did.

        Raises ``StoreUnavailableError`` when the outcome is unknown: it may have been written, or be written yet.
        """
        with explained():
            return bool(self._send_batch(work, Profile.CONDITIONAL).result().was_applied)

    def apply_each(self, work: Sequence[Sequence[tuple[Statement, Values]]]) -> Iterator[bool | StoreUnavailableError]:
        """The same for several partitions at once, each for itself, in order."""
        waiting = iter(work)
        under_way = deque(self._send_batch(some, Profile.CONDITIONAL) for some in islice(waiting, _AT_ONCE))
        while under_way:
            answer = _answer(under_way.popleft(), lambda result: bool(result.was_applied))
            under_way.extend(self._send_batch(some, Profile.CONDITIONAL) for some in islice(waiting, 1))
            yield answer

    def write_together(self, *work: tuple[Statement, Values]) -> None:
        """Write all of it, in one partition and as one."""
        with explained():
            self._send_batch(work, Profile.WRITE).result()

    def has_table(self, name: str) -> bool:
        """Whether the keyspace has it."""
        with self._guard:
            return name in self._connected().cluster.metadata.keyspaces[self.place.keyspace].tables

    def close(self) -> None:
        """Close every connection. Closing twice is harmless."""
        with self._guard:
            self._closed = True
            if self._session is not None and self._process == os.getpid():
                self._session.cluster.shutdown()
            self._session = None

    def __enter__(self) -> Self:
        """The keyspace itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _send(self, statement: Statement, values: Values) -> Any:
        with explained():
            bound = self._prepare(statement).bind(values)
            bound.fetch_size = statement.page
            return self._connected().execute_async(bound, execution_profile=statement.profile)

    def _send_batch(self, work: Sequence[tuple[Statement, Values]], profile: Profile) -> Any:
        batch = BatchStatement(BatchType.UNLOGGED)  # one partition: it is atomic without a log
        batch.is_idempotent = profile is not Profile.CONDITIONAL
        with explained():
            for statement, values in work:
                batch.add(self._prepare(statement).bind(values))
            return self._connected().execute_async(batch, execution_profile=profile)

    def _prepare(self, statement: Statement) -> Any:
        session = self._connected()
        prepared = self._prepared.get(statement)
        if prepared is None:  # two threads may both do it: the same comes of it
            prepared = session.prepare(statement.within(self.place.keyspace))
            prepared.is_idempotent = statement.is_idempotent
            self._prepared[statement] = prepared
        return prepared

    def _connected(self) -> Any:
        if self._session is not None and self._process == os.getpid():
            return self._session
        with self._guard:
            if self._closed:
                raise StoreUnavailableError("Cassandra: the store is closed, the process is stopping")
            if self._session is None or self._process != os.getpid():  # a parent's connections are the parent's
                self._prepared = {}
                self._session = _connect(self.place)
                self._process = os.getpid()
            return self._session


def session_on(made: Any, place: CassandraPlace) -> Any:
    """A session of a :func:`cluster`, in no keyspace yet."""
    try:
        with explained():
            return made.connect()
    except StoreUnavailableError:
        _check_local_dc(made.metadata, place)  # with a wrong one the driver knows no host that it may ask
        raise


def _connect(place: CassandraPlace) -> Any:
    made = make_cluster(place)
    try:
        session = session_on(made, place)
        if place.keyspace not in made.metadata.keyspaces:
            raise missing_keyspace()  # noqa: TRY301 - what was made must be closed
    except BaseException:
        made.shutdown()
        raise
    return session


def _check_local_dc(metadata: Any, place: CassandraPlace) -> None:
    centres = {host.datacenter for host in metadata.all_hosts()} - {None}
    if centres and place.local_dc and place.local_dc not in centres:
        raise ConfigurationError(
            "TRIPINVOICE_CASSANDRA_LOCAL_DC: Cassandra has no such data centre; `nodetool status` lists those it has",
            field="TRIPINVOICE_CASSANDRA_LOCAL_DC",
        ) from None


def _answer(future: Any, read: Callable[[Any], Answer]) -> Answer | StoreUnavailableError:
    try:
        return read(future.result())
    except Exception as error:
        known = explain(error)
        if isinstance(known, StoreUnavailableError):
            return known
        if known is None:
            raise
        raise known from None

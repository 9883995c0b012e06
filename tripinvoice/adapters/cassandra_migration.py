"""Bringing a keyspace to our newest schema: once, whoever and however many do it at the same time.

Tables are made by one process at a time, which holds a lock in ``schema_version``: two that create the same table on
two nodes would leave the nodes in disagreement. The lock ends by itself, should its holder die.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from tripinvoice.adapters.cassandra import CONDITIONAL, SERIAL_READ, Keyspace, cluster, session_on
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.cassandra_steps import Step, newest, steps
from tripinvoice.errors import ConfigurationError, StoreUnavailableError

_AGREEMENT = 60  # seconds that the nodes get to agree on a table
_LOCK = 300  # seconds after which a lock is nobody's any more: its holder has died
_TURN = 0.2  # seconds between two looks at a lock that another holds

_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_version (
    program    text,
    version    int,
    name       text,
    applied_at timestamp,
    locked_by  uuid static,
    PRIMARY KEY (program, version)
) WITH ID = {id}"""
_IDS = UUID("5d2b8a5e-3c1f-4b0e-9a57-7472706e7631")

_HAD = SERIAL_READ("SELECT version FROM schema_version WHERE program = 'tripinvoice'")
_DONE = CONDITIONAL(
    "INSERT INTO schema_version (program, version, name, applied_at) "
    "VALUES ('tripinvoice', ?, ?, toTimestamp(now())) IF NOT EXISTS"
)
_TAKE = CONDITIONAL(
    "UPDATE schema_version USING TTL ? SET locked_by = ? WHERE program = 'tripinvoice' IF locked_by = NULL"
)
_HOLDER = SERIAL_READ("SELECT locked_by FROM schema_version WHERE program = 'tripinvoice' LIMIT 1")
_LET_GO = CONDITIONAL("UPDATE schema_version SET locked_by = NULL WHERE program = 'tripinvoice' IF locked_by = ?")


@dataclass(frozen=True, kw_only=True)
class SchemaStatus:
    """What a keyspace has; ``missing`` are the steps that it has not had, all of them while it is not there itself."""

    keyspace: str
    exists: bool
    version: int
    missing: Sequence[Step]

    @property
    def newest(self) -> int:
        """What this program speaks."""
        return newest()

    @property
    def is_newer(self) -> bool:
        """Whether a newer version of this program has changed it."""
        return self.version > newest()


class Schema:
    """The schema of a place: looked at, and brought up to date."""

    def __init__(self, place: CassandraPlace) -> None:
        self._place = place

    def status(self) -> SchemaStatus:
        """What is there now."""
        with cluster(self._place) as made:
            session_on(made, self._place)
            exists = self._place.keyspace in made.metadata.keyspaces
        if not exists:
            return self._status(0, exists=False)
        with Keyspace(self._place) as keyspace:
            return self._status(_version(keyspace), exists=True)

    def plan(self) -> Sequence[str]:
        """The CQL that :meth:`apply` would run now, but for noting in ``schema_version`` what was done."""
        status = self.status()
        self._refuse_newer(status)
        if not status.missing:
            return []
        first = [] if status.version else [self._make_keyspace]
        use = [f"USE {self._place.keyspace}", *([] if status.version else [self._make_versions])]
        return [*first, *use, *(statement for step in status.missing for statement in step.statements)]

    def apply(self) -> Sequence[Step]:
        """Make the keyspace if it is missing, and do the steps that it has not had; those that were done.

        Raises ``ConfigurationError`` when a newer version has changed it, ``StoreUnavailableError`` when the nodes do
        not agree in time or another process holds the lock for too long.
        """
        make_keyspace = self._make_keyspace
        with cluster(self._place) as made:
            made.max_schema_agreement_wait = _AGREEMENT
            session = session_on(made, self._place)
            _change(session, make_keyspace)
            session.set_keyspace(self._place.keyspace)
            _change(session, self._make_versions)
            with Keyspace(self._place) as keyspace:
                self._refuse_newer(self._status(_version(keyspace), exists=True))
                return self._catch_up(session, keyspace)

    def _catch_up(self, session: Any, keyspace: Keyspace) -> Sequence[Step]:
        if _version(keyspace) == newest():
            return ()
        with _lock(keyspace):
            missing = steps()[_version(keyspace) :]
            for step in missing:
                for statement in step.statements:
                    _change(session, statement)
                keyspace.apply((_DONE, (step.version, step.name)))
            return missing

    @property
    def _make_keyspace(self) -> str:
        return f"CREATE KEYSPACE IF NOT EXISTS {self._place.keyspace} WITH replication = {self._place.strategy()}"

    @property
    def _make_versions(self) -> str:
        """Before there is a lock: with an id of ours, making it on two nodes at once makes the same table."""
        return _VERSIONS.format(id=uuid5(_IDS, self._place.keyspace))

    def _status(self, version: int, *, exists: bool) -> SchemaStatus:
        return SchemaStatus(keyspace=self._place.keyspace, exists=exists, version=version, missing=steps()[version:])

    def _refuse_newer(self, status: SchemaStatus) -> None:
        if status.is_newer:
            raise _newer(status.version)


def opened(place: CassandraPlace) -> Keyspace:
    """The place, connected. Raises ``ConfigurationError`` when its tables are not those of this program."""
    keyspace = Keyspace(place)
    try:
        _check(keyspace)
    except BaseException:
        keyspace.close()
        raise
    return keyspace


def _check(keyspace: Keyspace) -> None:
    version = _version(keyspace)
    if version < newest():
        raise ConfigurationError(
            f"TRIPINVOICE_STORE: the keyspace has schema {version} and this program needs {newest()}; "
            "run `tripinvoice schema apply`",
            field="TRIPINVOICE_STORE",
        )
    if version > newest():
        raise _newer(version)


def _newer(version: int) -> ConfigurationError:
    return ConfigurationError(
        f"TRIPINVOICE_STORE: the keyspace has schema {version} and this program knows {newest()}; "
        "start the version that changed it, or a later one",
        field="TRIPINVOICE_STORE",
    )


def _version(keyspace: Keyspace) -> int:
    if not keyspace.has_table("schema_version"):
        return 0
    had = {row.version for row in keyspace.run(_HAD)} - {None}
    return max(had, default=0)


def _change(session: Any, statement: str) -> None:
    """Change the schema, and wait until all nodes have the change."""
    future = session.execute_async(statement)
    future.result()
    if not future.is_schema_agreed:
        raise StoreUnavailableError(
            "Cassandra: nodes do not agree on the schema yet; `nodetool describecluster` shows which; apply again"
        )


@contextmanager
def _lock(keyspace: Keyspace) -> Iterator[None]:
    me = uuid4()
    deadline = time.monotonic() + _LOCK
    while not _take(keyspace, me):
        if time.monotonic() > deadline:
            raise StoreUnavailableError(
                "Cassandra: another process is changing the schema; apply again when it is done"
            )
        time.sleep(_TURN)
    try:
        yield
    finally:
        keyspace.apply((_LET_GO, (me,)))


def _take(keyspace: Keyspace, me: UUID) -> bool:
    """Whether the lock is ours now, also when the answer to our asking was lost."""
    try:
        return keyspace.apply((_TAKE, (_LOCK, me)))
    except StoreUnavailableError:
        row = keyspace.one(_HOLDER)
        return row is not None and row.locked_by == me

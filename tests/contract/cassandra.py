"""Keyspaces on the session's Cassandra server, one for each place.

Making a keyspace takes most of a second. So a place that is first opened by the tests' own process gets that process's
keyspace, emptied; one that is first opened by a child process gets a new one, made as production makes it.
"""

import hashlib
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.contract.standing import NOON, StandingClock
from tests.servers import shared
from tests.servers.cassandra import Cassandra
from tripinvoice.adapters.answers_cassandra import CassandraAnswerCache
from tripinvoice.adapters.cassandra import Keyspace, cluster
from tripinvoice.adapters.cassandra_migration import Schema, opened
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.collected_cassandra import CassandraMonthlyCollection
from tripinvoice.adapters.comparisons_cassandra import CassandraComparisons
from tripinvoice.adapters.ledger_cassandra import CassandraNumberLedger
from tripinvoice.adapters.records_cassandra import CassandraInvoiceRecords
from tripinvoice.adapters.rollouts_cassandra import CassandraRollouts
from tripinvoice.ports import AnswerCache, Comparisons, InvoiceRecords, MonthlyCollection, NumberLedger, Rollouts


@cache
def server() -> Cassandra:
    """The session's; asked once by each process."""
    return shared.cassandra()


def cassandra_place(keyspace: str) -> CassandraPlace:
    """A keyspace there, which need not exist."""
    return CassandraPlace.at(f"cassandra://{server().address}/{keyspace}")


@contextmanager
def keyspace_of(place: Path) -> Iterator[Keyspace]:
    """The keyspace that this place has, in every process; made when it is first opened."""
    with opened(cassandra_place(_name_of(place))) as keyspace:
        yield keyspace


@contextmanager
def cassandra_ledger(place: Path) -> Iterator[NumberLedger]:
    with keyspace_of(place) as keyspace:
        yield CassandraNumberLedger(keyspace)


@contextmanager
def cassandra_ledger_of_small_buckets(place: Path) -> Iterator[NumberLedger]:
    """Every few numbers the bucket changes."""
    with keyspace_of(place) as keyspace:
        yield CassandraNumberLedger(keyspace, bucket_size=20)


@contextmanager
def cassandra_records(place: Path) -> Iterator[InvoiceRecords]:
    with keyspace_of(place) as keyspace:
        yield CassandraInvoiceRecords(keyspace)


@contextmanager
def cassandra_collection(place: Path) -> Iterator[MonthlyCollection]:
    with keyspace_of(place) as keyspace:
        yield CassandraMonthlyCollection(keyspace)


@contextmanager
def cassandra_rollouts(place: Path) -> Iterator[Rollouts]:
    with keyspace_of(place) as keyspace:
        yield CassandraRollouts(keyspace)


@contextmanager
def cassandra_comparisons(place: Path) -> Iterator[Comparisons]:
    with keyspace_of(place) as keyspace:
        yield CassandraComparisons(keyspace, StandingClock(NOON))


@contextmanager
def cassandra_answers(place: Path) -> Iterator[AnswerCache]:
    with keyspace_of(place) as keyspace:
        yield CassandraAnswerCache(keyspace)


def _name_of(place: Path) -> str:
    noted = place / "keyspace"
    with suppress(FileNotFoundError):
        return noted.read_text()
    if multiprocessing.parent_process() is None:
        name = _own_keyspace()
        empty(name)
    else:
        name = f"place_{hashlib.sha256(bytes(place)).hexdigest()[:20]}"
        Schema(cassandra_place(name)).apply()
    whole = noted.with_name(f"keyspace-{os.getpid()}")
    whole.write_text(name)
    whole.rename(noted)
    return name


@cache
def _own_keyspace() -> str:
    name = f"tests_{os.getpid()}_{os.urandom(4).hex()}"
    Schema(cassandra_place(name)).apply()
    return name


def empty(name: str) -> None:
    """Forget everything in the keyspace but its schema."""
    with cluster(cassandra_place(name)) as made:
        session = made.connect(name)
        tables = sorted(set(made.metadata.keyspaces[name].tables) - {"schema_version"})
        looks = [(table, session.execute_async(f"SELECT * FROM {table} LIMIT 1")) for table in tables]  # noqa: S608
        used = [table for table, look in looks if look.result().one() is not None]
        for future in [session.execute_async(f"TRUNCATE {table}", timeout=60) for table in used]:
            future.result()

"""What the adapters tell an observer: who lost a number to whom, and what is sent along."""

from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.contract import cassandra
from tests.contract.stores import SHELF, claim, record
from tests.contract.test_money_systems import FARES, TRIP
from tests.kafka import fresh, headers_of, read_all
from tests.servers.cassandra import Cassandra
from tests.servers.minio import BUCKET, Minio
from tests.unit.adapters.test_observed import Notebook
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.kafka_events import KafkaEventSink
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.ledger_cassandra import CassandraNumberLedger
from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger
from tripinvoice.adapters.sqlite import Database
from tripinvoice.adapters.systems_http import HttpMoneySystems
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring

TRACE = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


def test_sqlite_tells_how_many_numbers_a_write_took(tmp_path: Path) -> None:
    """It never loses a race: one writes at a time."""
    notebook = Notebook()
    with Database(tmp_path / "stores.sqlite") as database:
        SqliteNumberLedger(database, observer=notebook).take([claim("a"), claim("b"), claim("c")])
    assert [("sqlite", 3, True)] == notebook.writes


@pytest.mark.xdist_group("cassandra")
def test_cassandra_tells_who_came_second(cassandra_server: Cassandra, tmp_path: Path) -> None:
    """A process that does not know of another's number tries in vain once, and then takes the next."""
    assert cassandra_server
    ours, theirs = Notebook(), Notebook()
    with cassandra.keyspace_of(tmp_path) as keyspace:
        mine = CassandraNumberLedger(keyspace, observer=ours)
        other = CassandraNumberLedger(keyspace, observer=theirs)
        mine.take([claim("a")])
        other.take([claim("b"), claim("c")])
        [taken] = mine.take([claim("d")])
    assert 4 == taken.no
    assert [("cassandra", 1, True), ("cassandra", 1, False), ("cassandra", 1, True)] == ours.writes
    assert [("cassandra", 2, True)] == theirs.writes


@pytest.mark.xdist_group("cassandra")
async def test_the_stores_of_production_are_observed(
    cassandra_server: Cassandra, s3_server: Minio, tmp_path: Path
) -> None:
    """Each call under the name of its technology."""
    notebook = Notebook()
    with cassandra.keyspace_of(tmp_path) as keyspace:
        settings = Settings(
            _env_file=None,
            store=f"cassandra://{cassandra_server.address}/{keyspace.place.keyspace}",
            documents=f"s3+{s3_server.url}/{BUCKET}-observed",
            s3_access_key=s3_server.user,
            s3_secret_key=s3_server.password,
        )
        async with Wiring(settings, notebook) as wiring:
            wiring.buckets.apply("GB", 2026)
            wiring.documents.put(b"{}", "application/json", SHELF)
            wiring.ledger.take([claim("e")])
            wiring.records.by_trip("e")
            wiring.answers.load("e/0")
            wiring.collection.of_trip("e")
    assert {"s3 put", "cassandra take", "cassandra by_trip", "cassandra load", "cassandra of_trip"} == set(
        notebook.calls
    )


async def test_a_money_system_gets_the_trace() -> None:
    """Beside its own headers, and it is one call by its name."""
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("traceparent"))
        return web.json_response({"currency": "EUR", "charges": []})

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server:
        system = FARES.__class__(**{**vars(FARES), "url": f"{server.make_url('/')!s}fares"})
        notebook = Notebook(TRACE)
        systems = HttpMoneySystems([system], SystemClock(), observer=notebook)
        await systems.ask(system, TRIP, {})
        await systems.close()
    assert [TRACE["traceparent"]] == seen
    assert ["http fares"] == notebook.calls


def test_an_announcement_carries_the_trace() -> None:
    """Beside the attributes of the event."""
    topic = fresh("invoices")
    with MockCluster(topics=[topic]) as cluster:
        with closing(KafkaEventSink(cluster.bootstrap, topic=topic, observer=Notebook(TRACE))) as sink:
            sink.announce([record("t", 1)])
        [event] = read_all(cluster.bootstrap, topic)
    assert TRACE["traceparent"].encode() == headers_of(event)["traceparent"]
    assert b"invoice.issued" == headers_of(event)["ce_type"]

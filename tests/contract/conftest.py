"""A fixture for each port, once for every adapter in the tables of :mod:`tests.contract.stores`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract import stores
from tests.servers.kafka import Kafka
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.ports import (
    AnswerCache,
    Comparisons,
    DocumentStore,
    InvoiceRecords,
    MonthlyCollection,
    NumberLedger,
    Rollouts,
)


def _params(openers: Mapping[str, object]) -> list[pytest.ParameterSet]:
    """A parameter for each; all of Cassandra's are one group, so that one worker makes its keyspace."""
    group = [pytest.mark.xdist_group("cassandra")]
    return [
        pytest.param((name, opener), id=name, marks=group if name.startswith("cassandra") else [])
        for name, opener in openers.items()
    ]


def _with_its_server(request: pytest.FixtureRequest) -> Any:
    """The opener, once its server runs; the test is skipped where there is none."""
    name, opener = request.param
    if name.startswith("cassandra"):
        request.getfixturevalue("cassandra_server")
    return opener


@pytest.fixture(params=_params(stores.LEDGERS))
def open_ledger(request: pytest.FixtureRequest) -> stores.LedgerOpener:
    made: stores.LedgerOpener = _with_its_server(request)
    return made


@pytest.fixture
def ledger(open_ledger: stores.LedgerOpener, tmp_path: Path) -> Iterator[NumberLedger]:
    with open_ledger(tmp_path) as store:
        yield store


@pytest.fixture(params=_params(stores.RECORDS))
def open_records(request: pytest.FixtureRequest) -> stores.RecordsOpener:
    made: stores.RecordsOpener = _with_its_server(request)
    return made


@pytest.fixture
def records(open_records: stores.RecordsOpener, tmp_path: Path) -> Iterator[InvoiceRecords]:
    with open_records(tmp_path) as store:
        yield store


@pytest.fixture(params=_params(stores.COLLECTIONS))
def open_collection(request: pytest.FixtureRequest) -> stores.CollectionsOpener:
    made: stores.CollectionsOpener = _with_its_server(request)
    return made


@pytest.fixture
def collection(open_collection: stores.CollectionsOpener, tmp_path: Path) -> Iterator[MonthlyCollection]:
    with open_collection(tmp_path) as store:
        yield store


@pytest.fixture(params=_params(stores.ROLLOUTS))
def open_rollouts(request: pytest.FixtureRequest) -> stores.RolloutsOpener:
    made: stores.RolloutsOpener = _with_its_server(request)
    return made


@pytest.fixture
def rollouts(open_rollouts: stores.RolloutsOpener, tmp_path: Path) -> Iterator[Rollouts]:
    with open_rollouts(tmp_path) as store:
        yield store


@pytest.fixture(params=_params(stores.COMPARISONS))
def open_comparisons(request: pytest.FixtureRequest) -> stores.ComparisonsOpener:
    made: stores.ComparisonsOpener = _with_its_server(request)
    return made


@pytest.fixture
def comparisons(open_comparisons: stores.ComparisonsOpener, tmp_path: Path) -> Iterator[Comparisons]:
    with open_comparisons(tmp_path) as store:
        yield store


@pytest.fixture(params=_params(stores.ANSWERS))
def open_answers(request: pytest.FixtureRequest) -> stores.AnswersOpener:
    made: stores.AnswersOpener = _with_its_server(request)
    return made


@pytest.fixture
def answers(open_answers: stores.AnswersOpener, tmp_path: Path) -> Iterator[AnswerCache]:
    with open_answers(tmp_path) as store:
        yield store


@pytest.fixture(
    params=[
        pytest.param((name, opener), id=name, marks=pytest.mark.xdist_group(f"documents-{name}"))
        for name, opener in stores.DOCUMENTS.items()
    ]
)
def open_documents(request: pytest.FixtureRequest) -> stores.DocumentsOpener:
    name, opener = request.param
    if name == "s3":
        request.getfixturevalue("s3_server")  # skips where there is none
    made: stores.DocumentsOpener = opener
    return made


@pytest.fixture
def documents(open_documents: stores.DocumentsOpener, tmp_path: Path) -> Iterator[DocumentStore]:
    with open_documents(tmp_path) as store:
        yield store


@pytest.fixture(scope="module", params=["mock", "real"])
def kafka_kind(request: pytest.FixtureRequest) -> str:
    """Librdkafka's cluster in this process, or real brokers."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def bootstrap(request: pytest.FixtureRequest, kafka_kind: str) -> Iterator[str]:
    """The address of a Kafka of this kind."""
    if kafka_kind == "real":
        server: Kafka = request.getfixturevalue("kafka_server")
        yield server.address
        return
    with MockCluster() as cluster:
        yield cluster.bootstrap

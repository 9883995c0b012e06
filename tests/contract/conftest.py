"""A fixture for each port, once for every adapter in the tables of :mod:`tests.contract.stores`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract import stores
from tests.servers.kafka import Kafka
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.ports import AnswerCache, DocumentStore, InvoiceRecords, NumberLedger


@pytest.fixture(params=list(stores.LEDGERS.values()), ids=list(stores.LEDGERS))
def open_ledger(request: pytest.FixtureRequest) -> stores.LedgerOpener:
    opener: stores.LedgerOpener = request.param
    return opener


@pytest.fixture
def ledger(open_ledger: stores.LedgerOpener, tmp_path: Path) -> Iterator[NumberLedger]:
    with open_ledger(tmp_path) as store:
        yield store


@pytest.fixture(params=list(stores.RECORDS.values()), ids=list(stores.RECORDS))
def open_records(request: pytest.FixtureRequest) -> stores.RecordsOpener:
    opener: stores.RecordsOpener = request.param
    return opener


@pytest.fixture
def records(open_records: stores.RecordsOpener, tmp_path: Path) -> Iterator[InvoiceRecords]:
    with open_records(tmp_path) as store:
        yield store


@pytest.fixture(params=list(stores.ANSWERS.values()), ids=list(stores.ANSWERS))
def open_answers(request: pytest.FixtureRequest) -> stores.AnswersOpener:
    opener: stores.AnswersOpener = request.param
    return opener


@pytest.fixture
def answers(open_answers: stores.AnswersOpener, tmp_path: Path) -> Iterator[AnswerCache]:
    with open_answers(tmp_path) as store:
        yield store


@pytest.fixture(params=list(stores.DOCUMENTS.values()), ids=list(stores.DOCUMENTS))
def open_documents(request: pytest.FixtureRequest) -> stores.DocumentsOpener:
    opener: stores.DocumentsOpener = request.param
    return opener


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

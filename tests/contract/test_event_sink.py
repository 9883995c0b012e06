"""The event sink, on librdkafka's mock cluster and on a real one."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.kafka import fresh, headers_of, read_all
from tripinvoice.adapters.kafka_events import KafkaEventSink
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.money import Money
from tripinvoice.ports import InvoiceRecord, ObjectRef
from tripinvoice.trip import LineOfBusiness

RECORD = InvoiceRecord(
    document=DocumentKey(trip_id="trip-1", contract=Contract.TRANSPORT, kind=Kind.INVOICE),
    state="ISSUED",
    number="DE-OP-2026-000042",
    country="DE",
    line_of_business=LineOfBusiness.RIDES,
    total=Money(1_240, "EUR"),
    issued_at=datetime(2026, 11, 2, 19, 6, 7, tzinfo=timezone(timedelta(hours=1))),
    pdf=ObjectRef(key="ab/abcd.pdf", sha256="abcd", size=31_000, media_type="application/pdf"),
    invoice=ObjectRef(key="in/voice.json", sha256="1234", size=900, media_type="application/json"),
    sources=ObjectRef(key="so/urces.json", sha256="5678", size=900, media_type="application/json"),
    regime_version="1",
    template_version="1",
    environment="weasyprint 70",
    workflow_id="invoice/trip-1",
)


def test_an_issued_invoice_is_a_cloud_event(bootstrap: str) -> None:
    """The attributes are headers, the key is the trip, the data names the document and nothing personal."""
    topic = fresh("invoices")
    with closing(KafkaEventSink(bootstrap, topic=topic, source="/billing/eu")) as sink:
        sink.announce([RECORD])
    (event,) = read_all(bootstrap, topic)
    assert event.key() == b"trip-1"
    assert headers_of(event) == {
        "ce_specversion": b"1.0",
        "ce_type": b"invoice.issued",
        "ce_source": b"/billing/eu",
        "ce_id": b"invoice.issued/trip-1/transport/invoice/1",
        "ce_subject": b"trip-1/transport/invoice/1",
        "ce_time": b"2026-11-02T18:06:07Z",
        "content-type": b"application/json",
    }
    assert json.loads(event.value() or b"") == {
        "schema": "invoice/1",
        "document": {"trip_id": "trip-1", "contract": "transport", "kind": "invoice", "revision": 1},
        "state": "ISSUED",
        "number": "DE-OP-2026-000042",
        "country": "DE",
        "line_of_business": "rides",
        "currency": "EUR",
        "total": "12.40",
        "issued_at": "2026-11-02T18:06:07Z",
        "pdf": {"key": "ab/abcd.pdf", "sha256": "abcd", "size": 31_000, "media_type": "application/pdf"},
    }


def test_a_void_is_announced_as_one(bootstrap: str) -> None:
    """A voided number has no document; amounts have their currency's decimals."""
    topic = fresh("invoices")
    void = replace(RECORD, state="VOIDED", pdf=None, invoice=None, sources=None, total=Money(-1_240, "JPY"))
    with closing(KafkaEventSink(bootstrap, topic=topic)) as sink:
        sink.announce([void])
    (event,) = read_all(bootstrap, topic)
    assert headers_of(event)["ce_type"] == b"invoice.voided"
    data = json.loads(event.value() or b"")
    assert (data["state"], data["pdf"], data["total"]) == ("VOIDED", None, "-1240")


@pytest.mark.parametrize(("state", "kind"), [("ISSUED", "invoice.credited"), ("VOIDED", "invoice.credit_voided")])
def test_a_credit_note_is_announced_as_one(bootstrap: str, state: str, kind: str) -> None:
    """Not as an invoice, and with the document that it takes back."""
    topic = fresh("invoices")
    key = replace(RECORD.document, kind=Kind.CREDIT_NOTE)
    with closing(KafkaEventSink(bootstrap, topic=topic)) as sink:
        sink.announce([replace(RECORD, document=key, state=state, corrects=RECORD.document)])
    (event,) = read_all(bootstrap, topic)
    attributes, data = headers_of(event), json.loads(event.value() or b"")
    assert attributes["ce_type"] == kind.encode()
    assert attributes["ce_id"] == f"{kind}/trip-1/transport/credit_note/1".encode()
    assert data["document"]["kind"] == "credit_note"
    assert data["corrects"] == {"trip_id": "trip-1", "contract": "transport", "kind": "invoice", "revision": 1}


def test_announcing_again_carries_the_same_id(bootstrap: str) -> None:
    """Who reads can tell a repetition from a second fact: the whole event is the same."""
    topic = fresh("invoices")
    with closing(KafkaEventSink(bootstrap, topic=topic)) as sink:
        sink.announce([RECORD])
        sink.announce([RECORD])
    first, second = read_all(bootstrap, topic)
    assert (headers_of(first), first.value()) == (headers_of(second), second.value())


def test_many_threads_share_a_sink(bootstrap: str) -> None:
    """Every call returns with its own events delivered; none is lost between the threads."""
    topic = fresh("invoices")
    records = [
        replace(RECORD, document=replace(RECORD.document, trip_id=f"trip-{n}"), issued_at=datetime.now(UTC))  # noqa: TID251
        for n in range(40)
    ]
    with closing(KafkaEventSink(bootstrap, topic=topic)) as sink, ThreadPoolExecutor(8) as pool:
        list(pool.map(sink.announce, [records[n : n + 2] for n in range(0, 40, 2)]))
    ids = {headers_of(event)["ce_id"] for event in read_all(bootstrap, topic)}
    assert {f"invoice.issued/{record.document}".encode() for record in records} == ids


def test_an_unknown_state_is_not_announced(bootstrap: str) -> None:
    """What is neither issued nor void is no fact yet."""
    with (
        closing(KafkaEventSink(bootstrap, topic=fresh("invoices"))) as sink,
        pytest.raises(ConflictError, match="state"),
    ):
        sink.announce([RECORD, replace(RECORD, state="DRAFT")])


def test_without_brokers_announcing_is_to_be_tried_again() -> None:
    """No answer within the time allowed is the error that the step is repeated for, and closing does not hang."""
    with MockCluster() as cluster:
        sink = KafkaEventSink(cluster.bootstrap, timeout=0.5)
    with pytest.raises(StoreUnavailableError, match="check the brokers"):
        sink.announce([RECORD])
    sink.close()

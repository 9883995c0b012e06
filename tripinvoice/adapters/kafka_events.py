"""Announces invoices as CloudEvents on a Kafka topic (binary mode: attributes are ``ce_`` headers, the value is data).

``ce_id`` is made of the
document's key, so a fact that is announced twice (a step that was repeated) carries the same id twice. The data
names the document and where it is; it holds no personal data. Fields are in ``docs/bridge.md``. With traces on, the
headers ``traceparent`` and ``tracestate`` lead to the trace of the trip.
"""

import json
from collections.abc import Sequence

from tripinvoice.adapters import cloud_events
from tripinvoice.adapters.kafka_producer import (
    ClientConfig,
    DeliveringProducer,
    Headers,
    Record,
)
from tripinvoice.adapters.observed import Unobserved
from tripinvoice.canonical import rfc3339
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import DocumentKey, Kind
from tripinvoice.ports import ISSUED, VOIDED, InvoiceRecord, ObjectRef, Observer

SCHEMA = "invoice/1"
TYPES = {ISSUED: "invoice.issued", VOIDED: "invoice.voided"}
CREDIT_NOTE_TYPES = {ISSUED: "invoice.credited", VOIDED: "invoice.credit_voided"}
"""A credit note is no invoice: who only knows invoices must not take it for one."""


class KafkaEventSink:
    """The event sink on Kafka; the key is the trip's id, so a trip's events stay in order.

    ``source`` is the CloudEvents source; ``timeout`` (seconds) bounds one announcement. Safe to share between threads.
    """

    def __init__(  # noqa: PLR0913 - by name
        self,
        bootstrap: str,
        *,
        topic: str = "invoices.issued",
        source: str = "/tripinvoice",
        timeout: float = 10.0,
        client: ClientConfig | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._topic = topic
        self._source = source
        self._observer: Observer = observer or Unobserved()
        self._producer = DeliveringProducer(bootstrap, timeout=timeout, client=client)

    def announce(self, records: Sequence[InvoiceRecord]) -> None:
        """Publish one event per record and return when the brokers have all of them.

        Raises ``StoreUnavailableError``; announcing again is harmless.
        """
        trace = cloud_events.trace(self._observer)
        self._producer.send(self._topic, [_message(record, self._source, trace) for record in records])

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()


def _message(record: InvoiceRecord, source: str, trace: Headers) -> Record:
    return Record(
        key=record.document.trip_id.encode(),
        value=json.dumps(_data(record), ensure_ascii=False, sort_keys=True).encode(),
        headers=_attributes(record, source) + trace,
    )


def _attributes(record: InvoiceRecord, source: str) -> Headers:
    kind, document = _type(record), str(record.document)
    identity = f"{kind}/{document}"
    return cloud_events.attributes(kind=kind, source=source, identity=identity, subject=document, time=record.issued_at)


def _type(record: InvoiceRecord) -> str:
    if record.state not in TYPES:
        raise ConflictError(
            f"state: announced are records in state {' or '.join(TYPES)}, found another; save it first",
            field="state",
        )
    return (CREDIT_NOTE_TYPES if record.document.kind is Kind.CREDIT_NOTE else TYPES)[record.state]


def _data(record: InvoiceRecord) -> dict[str, object]:
    data: dict[str, object] = {
        "schema": SCHEMA,
        "document": _document(record.document),
        "state": record.state,
        "number": record.number,
        "country": record.country,
        "line_of_business": record.line_of_business,
        "currency": record.total.currency,
        "total": str(record.total.decimal),
        "issued_at": rfc3339(record.issued_at),
        "pdf": _reference(record.pdf),
    }
    return data | ({"corrects": _document(record.corrects)} if record.corrects else {})


def _document(key: DocumentKey) -> dict[str, object]:
    return {"trip_id": key.trip_id, "contract": key.contract, "kind": key.kind, "revision": key.revision}


def _reference(ref: ObjectRef | None) -> dict[str, object] | None:
    if ref is None:
        return None
    return {"key": ref.key, "sha256": ref.sha256, "size": ref.size, "media_type": ref.media_type}

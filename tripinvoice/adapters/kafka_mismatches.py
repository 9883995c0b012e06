"""Tells mismatches as CloudEvents on a Kafka topic (binary mode), for Elasticsearch and whoever else reads it.

``ce_id`` is made of the comparison, so a mismatch that is told twice (a step that was repeated) carries the same id and
the same content. The value is an Elastic Common Schema document without personal data: ``docs/mismatches.md``. With
traces on, the headers ``traceparent`` and ``tracestate`` lead to the trace of the trip.
"""

from tripinvoice.adapters import cloud_events
from tripinvoice.adapters.kafka_producer import ClientConfig, DeliveringProducer, Record
from tripinvoice.adapters.observed import Unobserved
from tripinvoice.compare.event import TYPE, Mismatch, encoded
from tripinvoice.ports import Observer


class KafkaMismatchSink:
    """The mismatch sink on Kafka; the key is the trip's id, so a trip's mismatches stay in order.

    ``source`` is the CloudEvents source; ``timeout`` (seconds) bounds one call. Safe to share between threads.
    """

    def __init__(  # noqa: PLR0913 - by name
        self,
        bootstrap: str,
        *,
        topic: str = TYPE,
        source: str = "/tripinvoice",
        timeout: float = 10.0,
        client: ClientConfig | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._topic = topic
        self._source = source
        self._observer: Observer = observer or Unobserved()
        self._producer = DeliveringProducer(bootstrap, timeout=timeout, client=client)

    def tell(self, mismatch: Mismatch) -> None:
        """Publish it and return when the brokers have it. Raises ``StoreUnavailableError``; again is harmless."""
        trip_id = mismatch.comparison.trip_id
        attributes = cloud_events.attributes(
            kind=TYPE,
            source=self._source,
            identity=mismatch.id,
            subject=trip_id,
            time=mismatch.comparison.compared_at,
        )
        headers = attributes + cloud_events.trace(self._observer)
        self._producer.send(self._topic, [Record(key=trip_id.encode(), value=encoded(mismatch), headers=headers)])

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()

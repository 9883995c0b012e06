"""CloudEvents in binary mode on Kafka: the attributes are headers, the value is the data.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md.
"""

from datetime import datetime

from tripinvoice.adapters.kafka_producer import Headers
from tripinvoice.canonical import rfc3339
from tripinvoice.ports import Observer


def attributes(*, kind: str, source: str, identity: str, subject: str, time: datetime) -> Headers:
    """The headers of an event whose data is JSON."""
    named = {
        "ce_specversion": "1.0",
        "ce_type": kind,
        "ce_source": source,
        "ce_id": identity,
        "ce_subject": subject,
        "ce_time": rfc3339(time),
        "content-type": "application/json",
    }
    return tuple((name, value.encode()) for name, value in named.items())


def trace(observer: Observer) -> Headers:
    """The headers that lead to the trace under way; none with traces off."""
    return tuple((name, value.encode()) for name, value in observer.trace_headers().items())

"""The mismatch sink, on librdkafka's mock cluster and on a real one."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from tests.kafka import fresh, headers_of, read_all
from tests.unit.compare.test_event import FOUND, many, mismatch
from tripinvoice.adapters.kafka_mismatches import KafkaMismatchSink
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.observed import Unobserved
from tripinvoice.compare.event import data
from tripinvoice.errors import StoreUnavailableError


def test_a_mismatch_is_a_cloud_event(bootstrap: str) -> None:
    """The attributes are headers, the key is the trip, the data an ECS document."""
    topic = fresh("mismatches")
    with closing(KafkaMismatchSink(bootstrap, topic=topic, source="/billing/eu")) as sink:
        sink.tell(mismatch())
    (event,) = read_all(bootstrap, topic)
    assert event.key() == b"trip-1"
    assert headers_of(event) == {
        "ce_specversion": b"1.0",
        "ce_type": b"invoice.compare.mismatch",
        "ce_source": b"/billing/eu",
        "ce_id": b"trip-1/1/3/2026-11-02T12:00:00Z",
        "ce_subject": b"trip-1",
        "ce_time": b"2026-11-02T12:00:00Z",
        "content-type": b"application/json",
    }
    assert json.loads(event.value() or b"") == data(mismatch())


def test_telling_again_carries_the_same_id(bootstrap: str) -> None:
    """Who reads can tell a repetition from a second mismatch: the whole event is the same."""
    topic = fresh("mismatches")
    with closing(KafkaMismatchSink(bootstrap, topic=topic)) as sink:
        for revision in (1, 1, 2):
            sink.tell(mismatch(revision=revision))
    events = [(headers_of(event)["ce_id"], event.value()) for event in read_all(bootstrap, topic)]
    assert events[0] == events[1] != events[2]


def test_the_largest_one_arrives(bootstrap: str) -> None:
    """A trip that differs everywhere, with long paths: below what every broker takes by default."""
    topic = fresh("mismatches")
    steps = ".".join(["correction"] * 40)
    deep = replace(FOUND, differences=tuple(replace(one, path=f"{one.path}.{steps}") for one in many(200).differences))
    with closing(KafkaMismatchSink(bootstrap, topic=topic)) as sink:
        sink.tell(mismatch(deep))
    (event,) = read_all(bootstrap, topic)
    assert len(event.value() or b"") < 256 * 1024
    assert json.loads(event.value() or b"")["compare"]["left_out"] == 150


def test_without_brokers_telling_is_to_be_tried_again() -> None:
    """No answer within the time allowed is the error that the step is repeated for, and closing does not hang."""
    with MockCluster() as cluster:
        sink = KafkaMismatchSink(cluster.bootstrap, timeout=0.5)
    with pytest.raises(StoreUnavailableError, match="check the brokers"):
        sink.tell(mismatch())
    sink.close()


class Traced(Unobserved):
    """An observer that is in the middle of a trace."""

    def trace_headers(self) -> Mapping[str, str]:
        return {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def test_a_mismatch_leads_to_its_trace(bootstrap: str) -> None:
    """By its headers; what is told stays the same."""
    topic = fresh("mismatches")
    with closing(KafkaMismatchSink(bootstrap, topic=topic, observer=Traced())) as sink:
        sink.tell(mismatch())
    (event,) = read_all(bootstrap, topic)
    assert headers_of(event)["traceparent"] == b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert headers_of(event)["ce_id"] == mismatch().id.encode()
    assert json.loads(event.value() or b"") == data(mismatch())

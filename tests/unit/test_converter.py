"""Payloads are those of the SDK's Pydantic converter, whose validators are built once."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter as Usual

from activities.messages import FetchInput
from starter.converter import DATA_CONVERTER, PydanticPayloadConverter
from tests.factories import FETCHED_AT, trip
from tripinvoice.ports import ObjectRef
from workflows.messages import TripInvoiceInput

FARES = ObjectRef(key="fares", sha256="0" * 64, size=1, media_type="application/json")
VALUES = [
    None,
    b"\x00bytes",
    "text",
    TripInvoiceInput(trip=trip()),
    FetchInput(trip=trip(), asked_at=FETCHED_AT, round=1, corrections={"fares": FARES}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_payloads_are_the_usual_ones(value: Any) -> None:
    """Both ways, so that histories and clients with the SDK's converter are understood."""
    ours, usual = PydanticPayloadConverter(), Usual()
    [payload] = ours.to_payloads([value])
    assert [payload] == usual.to_payloads([value])
    assert ours.from_payloads([payload], [type(value)]) == [value] == usual.from_payloads([payload], [type(value)])


def test_validators_are_built_once_for_all_runs() -> None:
    """Each workflow run makes a converter of its own; all of them share the one that knows the types."""
    one, other = DATA_CONVERTER.payload_converter_class(), DATA_CONVERTER.payload_converter_class()
    assert isinstance(one, PydanticPayloadConverter)
    assert isinstance(other, PydanticPayloadConverter)
    assert one.converters[b"json/plain"] is other.converters[b"json/plain"]


def test_an_unknown_encoding_is_refused() -> None:
    """As the SDK does."""
    with pytest.raises(KeyError):
        PydanticPayloadConverter().from_payloads([Payload(metadata={"encoding": b"pickle"})])

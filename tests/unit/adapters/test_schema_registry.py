"""Events with a schema: what real serializers write is read as the trip that it was, and nothing else is."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests import factories
from tests.schema_registry import SchemaRegistry
from tripinvoice.adapters.schema_registry import RegistryDecoder
from tripinvoice.errors import InvalidTripError, StoreUnavailableError
from tripinvoice.ports import FeedMessage
from tripinvoice.trip import Trip
from tripinvoice.trip_event import parse_trip_event, trip_event

Format = Literal["avro", "jsonschema", "protobuf"]
FORMATS: list[Format] = ["avro", "jsonschema", "protobuf"]
Headers = list[tuple[str, Any]]
NOW = datetime(2026, 11, 3, tzinfo=UTC)
TRIP = factories.trip()

_INSTANT = {"type": "long", "logicalType": "timestamp-millis"}
_PLACE = {
    "type": "record",
    "name": "Place",
    "fields": [
        {"name": "country", "type": "string"},
        {"name": "subdivision", "type": ["null", "string"], "default": None},
        {"name": "municipality", "type": ["null", "string"], "default": None},
    ],
}
AVRO = {
    "type": "record",
    "name": "TripCompleted",
    "namespace": "com.example",
    "fields": [
        {"name": "schema", "type": "string"},
        {"name": "trip_id", "type": "string"},
        {"name": "line_of_business", "type": {"type": "enum", "name": "Line", "symbols": ["rides", "delivery"]}},
        {"name": "product", "type": "string"},
        {"name": "completion", "type": ["null", "string"], "default": None},
        {"name": "pickup", "type": _PLACE},
        {"name": "dropoff", "type": ["null", "Place"], "default": None},
        {"name": "started_at", "type": _INSTANT},
        {"name": "ended_at", "type": _INSTANT},
        {"name": "distance_m", "type": ["null", "long"], "default": None},
        {"name": "revision", "type": "int"},
        {"name": "test", "type": "boolean"},
        {"name": "driver_name", "type": ["null", "string"], "default": None},
    ],
}
JSON_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "TripCompleted",
    "type": "object",
    "properties": {"trip_id": {"type": "string"}, "distance_m": {"type": "integer"}},
    "required": ["trip_id"],
}


def _event(trip: Trip) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(trip_event(trip))
    return event


def _avro(registry: SchemaRegistryClient, trip: Trip, conf: dict[str, Any]) -> Callable[..., bytes | None]:
    times = {"started_at": trip.started_at, "ended_at": trip.ended_at}
    serializer = AvroSerializer(registry, json.dumps(AVRO), conf=conf)
    return lambda context: serializer({**_event(trip), **times, "driver_name": "Erika Mustermann"}, context)


def _json(registry: SchemaRegistryClient, trip: Trip, conf: dict[str, Any]) -> Callable[..., bytes | None]:
    serializer = JSONSerializer(json.dumps(JSON_SCHEMA), registry, conf=conf)
    return lambda context: serializer(_event(trip), context)


def _protobuf(registry: SchemaRegistryClient, trip: Trip, conf: dict[str, Any]) -> Callable[..., bytes | None]:
    kind = _message_class()
    serializer = ProtobufSerializer(kind, registry, conf={**conf, "use.deprecated.format": False})
    return lambda context: serializer(_message(kind, trip), context)


def _message_class() -> Any:
    """``place.proto`` and ``trip.proto``, which imports it and Google's timestamps; the event is its second message."""
    kinds = FieldDescriptorProto
    place = FileDescriptorProto(name="place.proto", package="example", syntax="proto3")
    _fields(place, "Place", [(name, kinds.TYPE_STRING, "") for name in ("country", "subdivision", "municipality")])
    trip = FileDescriptorProto(name="trip.proto", package="example", syntax="proto3")
    trip.dependency.extend(["place.proto", "google/protobuf/timestamp.proto"])
    _fields(trip, "Other", [("nothing", kinds.TYPE_STRING, "")])
    texts = [(name, kinds.TYPE_STRING, "") for name in _TEXTS]
    places = [(name, kinds.TYPE_MESSAGE, ".example.Place") for name in ("pickup", "dropoff")]
    times = [(name, kinds.TYPE_MESSAGE, ".google.protobuf.Timestamp") for name in ("started_at", "ended_at")]
    numbers = [("distance_m", kinds.TYPE_INT64, ""), ("revision", kinds.TYPE_INT32, ""), ("test", kinds.TYPE_BOOL, "")]
    _fields(trip, "TripCompleted", [*texts, *places, *times, *numbers])
    pool = DescriptorPool()
    pool.AddSerializedFile(Timestamp.DESCRIPTOR.file.serialized_pb)
    pool.Add(place)
    pool.Add(trip)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("example.TripCompleted"))


def _fields(file: FileDescriptorProto, name: str, fields: list[tuple[str, Any, str]]) -> None:
    message = file.message_type.add(name=name)
    for number, (field, kind, of) in enumerate(fields, 1):
        optional = FieldDescriptorProto.LABEL_OPTIONAL
        message.field.add(name=field, number=number, type=kind, type_name=of or None, label=optional)


def _message(kind: Any, trip: Trip) -> Message:
    event = _event(trip)
    made = kind(**{name: value for name, value in event.items() if isinstance(value, str | int) and "_at" not in name})
    for name in ("pickup", "dropoff"):
        for part, text in event[name].items():
            setattr(getattr(made, name), part, text)
    made.started_at.FromDatetime(trip.started_at)
    made.ended_at.FromDatetime(trip.ended_at)
    return made  # type: ignore[no-any-return]


_TEXTS = ("schema", "trip_id", "line_of_business", "product", "completion")
WRITERS = {"avro": _avro, "jsonschema": _json, "protobuf": _protobuf}


def write(registry: SchemaRegistry, format_: Format, conf: dict[str, Any] | None = None) -> FeedMessage:
    """The message that a producer with Confluent's serializer sends."""
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_type", b"trip.completed"),
        ("ce_id", b"1"),
        ("ce_source", b"/"),
    ]
    user = {"basic.auth.user.info": registry.user} if registry.user else {}
    with SchemaRegistryClient({"url": registry.url, **user}) as client:
        value = WRITERS[format_](client, TRIP, conf or {})(SerializationContext("trips", MessageField.VALUE, headers))
    media_type = {"avro": b"avro/binary", "protobuf": b"application/protobuf", "jsonschema": b"application/json"}
    sent = (*headers, ("content-type", media_type[format_]))
    return FeedMessage(topic="trips", partition=0, offset=1, key=b"k", value=value, headers=sent)


def read(registry: SchemaRegistry, format_: Format, message: FeedMessage) -> Trip:
    """As the bridge does."""
    with closing(RegistryDecoder(format_, registry.url)) as decoder:
        decoded = decoder.decode(message)
        return parse_trip_event(decoded.value, decoded.headers, NOW)


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    """A registry."""
    with SchemaRegistry() as running:
        yield running


@pytest.mark.parametrize("where", ["prefix", "header"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_trip_comes_out_as_it_went_in(registry: SchemaRegistry, format_: Format, where: str) -> None:
    """Whatever the format, and wherever the schema's id is: the same trip, and of the registry one question."""
    message = write(
        registry, format_, {"schema.id.serializer": header_schema_id_serializer} if where == "header" else {}
    )
    assert message.value is not None
    assert (message.value[:1] == b"\x00") == (where == "prefix")
    with closing(RegistryDecoder(format_, registry.url)) as decoder:
        registry.asked.clear()
        decoded = [decoder.decode(message) for _ in range(3)]
        asked = [one for one in registry.asked if "/schemas/" in one]
    assert [parse_trip_event(one.value, one.headers, NOW) for one in decoded] == [TRIP] * 3
    assert len(asked) == 1
    assert [replace(one, value=message.value, headers=message.headers) for one in decoded] == [message] * 3


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\x00\x00", b"{}", b"\x00\x00\x00\x00\x01", b"\x07" * 40])
def test_what_is_no_such_message_is_refused(registry: SchemaRegistry, format_: Format, value: bytes) -> None:
    """For good: no later try will read it. The reason names the format and no byte of the value."""
    message = replace(write(registry, format_), value=value)
    with pytest.raises(InvalidTripError, match=r"^event: ") as refused:
        read(registry, format_, message)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("format_", FORMATS)
def test_bytes_that_are_cut_are_refused(registry: SchemaRegistry, format_: Format) -> None:
    """Half a message is none."""
    whole = write(registry, format_)
    assert whole.value is not None
    with pytest.raises(InvalidTripError):
        read(registry, format_, replace(whole, value=whole.value[:-7]))


def test_a_schema_that_nobody_has_is_refused(registry: SchemaRegistry) -> None:
    """The remedy is to register it and to replay."""
    message = write(registry, "avro")
    assert message.value is not None
    strange = replace(message, value=b"\x00\x00\x00\x00\x63" + message.value[5:])
    with (
        closing(RegistryDecoder("avro", registry.url)) as decoder,
        pytest.raises(InvalidTripError, match="register it"),
    ):
        decoder.decode(strange)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_registry_in_trouble_is_waited_for(registry: SchemaRegistry, format_: Format, status: int) -> None:
    """It is not the event's fault, so the error is one that passes; and when it has passed the event is read."""
    message = write(registry, format_)
    with closing(RegistryDecoder(format_, registry.url)) as decoder:
        registry.trouble = status
        with pytest.raises(StoreUnavailableError, match=f"answered {status}"):
            decoder.decode(message)
        registry.trouble = None
        assert decoder.decode(message).value is not None


@pytest.mark.parametrize("format_", FORMATS)
def test_a_registry_that_is_away_is_waited_for(format_: Format) -> None:
    """No answer at all is no fault of the event either."""
    with SchemaRegistry() as registry:
        message = write(registry, format_)
    with (
        closing(RegistryDecoder(format_, registry.url)) as decoder,
        pytest.raises(StoreUnavailableError, match="no answer"),
    ):
        decoder.decode(message)


def test_credentials_are_sent(registry: SchemaRegistry) -> None:
    """A registry that wants a user gets the one that is set."""
    registry.user = "bridge:secret"
    message = write(registry, "avro")
    with closing(RegistryDecoder("avro", registry.url, username="bridge", password="secret")) as decoder:  # noqa: S106
        assert decoder.decode(message).value is not None
    with closing(RegistryDecoder("avro", registry.url)) as decoder, pytest.raises(StoreUnavailableError, match="401"):
        decoder.decode(message)


def test_a_tombstone_stays_one(registry: SchemaRegistry) -> None:
    """There is nothing to decode; who reads the event says what is wrong."""
    message = replace(write(registry, "avro"), value=None)
    with closing(RegistryDecoder("avro", registry.url)) as decoder:
        assert decoder.decode(message) == message

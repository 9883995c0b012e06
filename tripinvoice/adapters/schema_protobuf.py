"""Protobuf messages without generated classes: each is read with the schema that its writer registered."""

import base64
from collections.abc import Iterator
from typing import Any

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, dual_schema_id_deserializer
from confluent_kafka.schema_registry.serde import SchemaId
from confluent_kafka.serialization import SerializationContext
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import StringValue

_TIMESTAMP = Timestamp.DESCRIPTOR.full_name
_WRAPPERS = {name.full_name for name in StringValue.DESCRIPTOR.file.message_types_by_name.values()}

_FORMAT = "serialized"
"""The registry's word for a compiled schema; as text it would have to be compiled here."""


class ProtobufReader:
    """Reads messages into plain values; keeps the class of each schema that it has met."""

    def __init__(self, client: SchemaRegistryClient) -> None:
        self._client = client
        self._files: dict[object, FileDescriptor] = {}

    def read(self, value: bytes, context: SerializationContext) -> dict[str, Any]:
        """The message's fields by name. Raises whatever is wrong with it, or with the registry."""
        schema_id = SchemaId("PROTOBUF")
        payload = dual_schema_id_deserializer(value, context, schema_id)
        kind = _at(self._file(schema_id), schema_id.message_indexes or [0])
        message: Message = message_factory.GetMessageClass(kind)()
        message.ParseFromString(payload.read())
        return dict(_fields(message))

    def _file(self, schema_id: SchemaId) -> FileDescriptor:
        key = schema_id.id if schema_id.id is not None else schema_id.guid
        if key not in self._files:
            self._files[key] = self._compile(self._schema(schema_id))
        return self._files[key]

    def _schema(self, schema_id: SchemaId) -> Schema:
        if schema_id.id is not None:
            return self._client.get_schema(schema_id.id, fmt=_FORMAT)
        return self._client.get_schema_by_guid(str(schema_id.guid), fmt=_FORMAT)

    def _compile(self, schema: Schema) -> FileDescriptor:
        """In a pool of its own: two schemas may give one name different fields."""
        pool = DescriptorPool()
        self._add(pool, "event.proto", schema)
        return pool.FindFileByName("event.proto")

    def _add(self, pool: DescriptorPool, name: str, schema: Schema) -> None:
        """Add a schema behind all that it imports: from the registry, or Google's own."""
        for reference in schema.references or ():
            if not _has(pool, reference.name or ""):
                found = self._client.get_version(reference.subject or "", reference.version or 0, fmt=_FORMAT)
                self._add(pool, reference.name or "", found.schema)
        file = FileDescriptorProto.FromString(base64.b64decode(schema.schema_str or ""))
        file.name = name
        for dependency in file.dependency:
            if not _has(pool, dependency):
                pool.AddSerializedFile(descriptor_pool.Default().FindFileByName(dependency).serialized_pb)
        pool.Add(file)


def _has(pool: DescriptorPool, name: str) -> bool:
    try:
        pool.FindFileByName(name)
    except KeyError:
        return False
    return True


def _at(file: FileDescriptor, indexes: list[int]) -> Descriptor:
    """The message type that the value says it is: an index into the file, then into nested types."""
    first, *nested = indexes
    kind = list(file.message_types_by_name.values())[first]
    for index in nested:
        kind = kind.nested_types[index]
    return kind


def _fields(message: Message) -> Iterator[tuple[str, Any]]:
    """The fields that are set. An event has no lists, and fields that it does not know are dropped anyway."""
    for field, value in message.ListFields():
        if not field.is_repeated:
            yield field.name, _plain(field, value)


def _plain(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if field.message_type is None:
        return value
    if field.message_type.full_name == _TIMESTAMP:
        return Timestamp.FromString(value.SerializeToString()).ToJsonString()
    if field.message_type.full_name in _WRAPPERS:
        return value.value
    return dict(_fields(value))

"""Trip events that are written with a schema of a registry, made into the JSON that everything else reads.

The message names its writer's schema: by a zero byte and four bytes of id before the value, or by a header. The
registry is asked once for each schema. Its fields are found by their names, so any schema with the names of
``docs/trip-events.md`` will do.

A message that cannot be read is refused for good. A registry that does not answer, or refuses *us*, is not the
message's fault.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

import httpx2
from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tripinvoice.adapters.schema_protobuf import ProtobufReader
from tripinvoice.canonical import rfc3339
from tripinvoice.errors import InvalidTripError, StoreUnavailableError
from tripinvoice.ports import FeedMessage

Format = Literal["avro", "jsonschema", "protobuf"]

ANSWER_SECONDS = 5.0
NO_SUCH_SCHEMA = 40403
"""The registry's own code. A plain 404 comes from an address at which there is no registry."""
_CONTENT_TYPE = ("content-type", b"application/json")

Read = Callable[[bytes, SerializationContext], Any]


class RegistryDecoder:
    """Decodes one format. Safe to share between threads."""

    def __init__(self, format_: Format, url: str, *, username: str = "", password: str = "") -> None:
        self._format = format_
        self._client = SchemaRegistryClient(_config(url, username, password))
        self._read = _reader(format_, self._client)

    def decode(self, message: FeedMessage) -> FeedMessage:
        """The message with its event as JSON. Blocks when it meets a schema for the first time.

        Raises ``InvalidTripError`` for what cannot be read, ``StoreUnavailableError`` while no schema can be had.
        """
        if message.value is None:
            return message
        context = SerializationContext(message.topic, MessageField.VALUE, list(message.headers))
        with _judged(self._format):
            event = self._read(message.value, context)
            value = json.dumps(event, default=_plain, ensure_ascii=False).encode()
        if self._format == "jsonschema":  # it was JSON before, and perhaps a whole CloudEvent
            return replace(message, value=value)
        headers = tuple((name, text) for name, text in message.headers if name.lower() != _CONTENT_TYPE[0])
        return replace(message, value=value, headers=(*headers, _CONTENT_TYPE))

    def close(self) -> None:
        """Disconnect."""
        self._client.close()


def _config(url: str, username: str, password: str) -> dict[str, object]:
    # The bridge tries again by itself, for ever and with pauses.
    config: dict[str, object] = {"url": url, "timeout": ANSWER_SECONDS, "max.retries": 0}
    return config | ({"basic.auth.user.info": f"{username}:{password}"} if username else {})


def _reader(format_: Format, client: SchemaRegistryClient) -> Read:
    match format_:
        case "avro":
            avro = AvroDeserializer(client)
            return lambda value, context: _present(avro(value, context))
        case "jsonschema":
            read: Read = JSONDeserializer(None, schema_registry_client=client)
            return read
        case "protobuf":
            return ProtobufReader(client).read


def _present(value: Any) -> Any:
    """Avro has no field that is missing, only one that is null; our event knows both and takes it as missing."""
    if isinstance(value, dict):
        return {name: _present(part) for name, part in value.items() if part is not None}
    return value


@contextmanager
def _judged(format_: Format) -> Iterator[None]:
    """Whose fault an error is. Its text may quote the message, so it is not told."""
    try:
        yield
    except httpx2.TransportError as error:
        raise StoreUnavailableError(
            f"schema registry: no answer ({type(error).__name__}); check TRIPINVOICE_SCHEMA_REGISTRY, then it goes on"
        ) from None
    except SchemaRegistryError as error:
        if error.error_code == NO_SUCH_SCHEMA:
            raise InvalidTripError(
                "event: written with a schema that the registry does not have; register it, then replay the event",
                field="event",
            ) from None
        raise StoreUnavailableError(
            f"schema registry: answered {error.http_status_code}; check TRIPINVOICE_SCHEMA_REGISTRY and its user"
        ) from None
    except Exception as error:  # noqa: BLE001 - decoders raise whatever a wrong byte makes them
        raise InvalidTripError(
            f"event: cannot be read as {format_} ({type(error).__name__}); send it with the schema that it names",
            field="event",
        ) from None


def _plain(value: object) -> str:
    """What Avro and Protobuf know and JSON does not. A time without a zone stays one, and is refused by its field."""
    match value:
        case datetime() if value.tzinfo is not None:
            return rfc3339(value)
        case datetime() | date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            raise TypeError(type(value).__name__)

"""The event ``trip.completed/1``: from the bytes of a message to a :class:`Trip`, and back.

A message is plain JSON or a CloudEvent 1.0 in binary or structured mode (Kafka protocol binding,
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md). Fields are in
``docs/trip-events.md``. Fields that are not declared here are dropped, so a name or an address that a producer
adds never reaches a workflow.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from tripinvoice.canonical import rfc3339
from tripinvoice.errors import InvalidTripError
from tripinvoice.invoice import account_key
from tripinvoice.strict_json import kind_of, read_object
from tripinvoice.trip import Completion, LineOfBusiness, Place, PricingBasis, Product, Trip

SCHEMA = "trip.completed/1"
MAX_BYTES = 256 * 1024
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(hours=24)
MAX_DISTANCE_M = 5_000_000

Headers = Sequence[tuple[str, bytes | None]]

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_ACCOUNT_KEY = re.compile(r"[0-9a-f]{32}")
_TYPE = re.compile(r"([A-Za-z0-9-]{1,63}\.){0,10}trip\.completed(/1)?")


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError from None
    return value


def _key(account: str) -> str:
    """The account's key: what is one already stays."""
    return account if _ACCOUNT_KEY.fullmatch(account) else account_key(account)


Instant = Annotated[datetime, BeforeValidator(_instant)]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"), AfterValidator(_zone)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Place(_Shape):
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    municipality: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,12}$")] | None = None

    def place(self) -> Place:
        return Place(**self.model_dump())


class _TripEvent(_Shape):
    """The declared fields, by the names of :class:`Trip`. Enumerations are texts on the wire: not strict."""

    event_schema: Literal["trip.completed/1"] = Field(alias="schema")
    trip_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    line_of_business: Annotated[LineOfBusiness, Field(strict=False)]
    product: Annotated[Product, Field(strict=False)]
    pickup: _Place
    dropoff: _Place | None = None
    started_at: Instant
    ended_at: Instant
    completion: Annotated[Completion, Field(strict=False)] = Completion.COMPLETED
    distance_m: Annotated[int, Field(ge=0, le=MAX_DISTANCE_M)] | None = None
    same_municipality: bool | None = None
    pricing_basis: Annotated[PricingBasis, Field(strict=False)] | None = None
    time_zone: Zone | None = None
    locale: (
        Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")] | None
    ) = None
    revision: Annotated[int, Field(ge=1, le=1000)] = 1
    test: bool = False
    account: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"), AfterValidator(_key)] | None
    ) = None

    def trip(self) -> Trip:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        del fields["event_schema"]
        dropoff = self.dropoff.place() if self.dropoff else None
        return Trip(**{**fields, "pickup": self.pickup.place(), "dropoff": dropoff})


_REMEDIES = {
    "schema": f"send {SCHEMA!r}",
    "trip_id": "send 1 to 64 letters, digits, dots, hyphens or underscores, the first a letter or digit",
    "line_of_business": f"send one of {', '.join(LineOfBusiness)}",
    "product": f"send one of {', '.join(Product)}",
    "completion": f"send one of {', '.join(Completion)}",
    "pickup": "send an object with a country",
    "dropoff": "send an object with a country, or leave it out",
    "country": "send an ISO 3166-1 code of two capital letters such as 'DE'",
    "subdivision": "send an ISO 3166-2 code such as 'US-NY'",
    "municipality": "send the official municipality code, 1 to 12 letters or digits",
    "started_at": "send an RFC 3339 time with its zone such as '2026-03-01T10:00:00Z'",
    "ended_at": "send an RFC 3339 time with its zone such as '2026-03-01T10:20:00Z'",
    "distance_m": f"send whole metres from 0 to {MAX_DISTANCE_M}",
    "same_municipality": "send true or false, or leave it out",
    "pricing_basis": f"send one of {', '.join(PricingBasis)}, or leave it out",
    "time_zone": "send an IANA time zone name such as 'Europe/Berlin'",
    "locale": "send a BCP 47 language tag such as 'de-DE'",
    "revision": "send a whole number from 1 to 1000",
    "test": "send true or false, or leave it out",
    "account": "send the customer's account reference, 1 to 64 letters, digits, dots, colons, hyphens or underscores",
}


def parse_trip_event(value: bytes | None, headers: Headers, now: datetime) -> Trip:
    """Read one message; ``now`` (with zone) bounds how far in the future a trip may be.

    Times come back in UTC. Raises :class:`InvalidTripError` for everything that is no such event; a country that
    nobody has a regime for is one, it parks later where an operator sees it.
    """
    if value is None:
        raise InvalidTripError("event: no value (a tombstone); send a trip event", field="event")
    if len(value) > MAX_BYTES:
        raise InvalidTripError(
            f"event: {len(value)} bytes; send at most {MAX_BYTES}, ids and facts only",
            field="event",
        )
    return _trip(_data(value, headers), now)


def trip_event(trip: Trip) -> bytes:
    """The event that :func:`parse_trip_event` reads as this trip: plain JSON, sorted keys, UTF-8."""
    return json.dumps(_plain(trip), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def correct_trip(trip: Trip, changes: Mapping[str, object], now: datetime) -> Trip:
    """The trip with an operator's corrections, by dotted field (``pickup.country``), checked as an event is.

    ``None`` takes an optional field away. Raises :class:`InvalidTripError` for fields that do not exist, for the
    trip's identity, and for values that an event could not have.
    """
    data = _plain(trip)
    for field, value in changes.items():
        _set(data, field, value)
    return _trip(data, now)


_FIXED = frozenset({"trip_id", "revision", "schema"})
_PLACES = ("pickup", "dropoff")


def _correctable(field: str) -> bool:
    parent, dot, leaf = field.rpartition(".")
    if dot:
        return parent in _PLACES and leaf in _Place.model_fields
    return leaf in _TripEvent.model_fields and leaf != "event_schema"


def _set(data: dict[str, Any], field: str, value: object) -> None:
    if field in _FIXED:
        raise InvalidTripError(
            f"{field}: the trip's identity cannot be corrected; void this trip and send a new event",
            field=field,
        )
    if not _correctable(field):
        raise InvalidTripError(
            f"corrections: a name of {len(field)} characters is no field of a trip; "
            "docs/trip-events.md has the names, such as 'pickup.country'",
            field="corrections",
        )
    parent, dot, leaf = field.rpartition(".")
    if dot and not isinstance(data.get(parent), dict):
        data[parent] = {}
    target = data[parent] if dot else data
    target[leaf] = value.isoformat() if isinstance(value, datetime) else value


def _plain(trip: Trip) -> dict[str, Any]:
    data: dict[str, Any] = {"schema": SCHEMA}
    for name in _TripEvent.model_fields:
        if name != "event_schema" and (value := getattr(trip, name)) is not None:
            data[name] = _plain_value(value)
    return data


def _plain_value(value: object) -> object:
    match value:
        case Place():
            return {name: part for name in _Place.model_fields if (part := getattr(value, name)) is not None}
        case datetime():
            return rfc3339(value)
        case _:
            return value


def _trip(data: dict[str, Any], now: datetime) -> Trip:
    try:
        event = _TripEvent.model_validate(data)
    except ValidationError as error:
        raise _explain(error) from None
    _check_times(event, now)
    return event.trip()


def _check_times(event: _TripEvent, now: datetime) -> None:
    for field, moment in (("started_at", event.started_at), ("ended_at", event.ended_at)):
        if moment < EARLIEST:
            raise InvalidTripError(f"{field}: before {EARLIEST.date()}; send when the trip really was", field=field)
        if moment > now + LATEST_AHEAD:
            raise InvalidTripError(
                f"{field}: more than 24 hours in the future; send when the trip really was",
                field=field,
            )
    if event.ended_at < event.started_at:
        raise InvalidTripError("ended_at: before started_at; send both as they were", field="ended_at")


def _explain(error: ValidationError) -> InvalidTripError:
    """The first problem as field, kind found and remedy. Extra fields are ignored, so a path holds our names only."""
    first = error.errors(include_url=False, include_context=False)[0]
    path = [str(part) for part in first["loc"]]
    field = ".".join(path)
    found = "missing" if first["type"] == "missing" else f"not acceptable, found a {kind_of(first['input'])}"
    return InvalidTripError(f"{field}: {found}; {_REMEDIES[path[-1]]}", field=field)


def _data(value: bytes, headers: Headers) -> dict[str, Any]:
    """The trip's own JSON object, taken out of its CloudEvent if there is one."""
    by_name = {name.lower(): _header(name, content) for name, content in headers if content is not None}
    media_type = by_name.get("content-type", "application/json").split(";")[0].strip().lower()
    if media_type.startswith("application/cloudevents-batch"):
        raise InvalidTripError("content-type: a batch; send one CloudEvent a message", field="content-type")
    if media_type.startswith("application/cloudevents"):
        return _structured(read_object(value, "event", InvalidTripError))
    attributes = {name[3:]: text for name, text in by_name.items() if name.startswith("ce_")}
    if attributes:
        _check_attributes(attributes, "ce_")
        _check_media_type(media_type, "content-type")
    return read_object(value, "event", InvalidTripError)


def _header(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        if name.lower().startswith("ce_") or name.lower() == "content-type":
            raise InvalidTripError("headers: not UTF-8; send CloudEvents attributes as text", field="headers") from None
        return ""


def _structured(envelope: dict[str, Any]) -> dict[str, Any]:
    _check_attributes(envelope, "")
    _check_media_type(envelope.get("datacontenttype", "application/json"), "datacontenttype")
    data = envelope.get("data")
    if isinstance(coded := envelope.get("data_base64"), str) and data is None:
        return read_object(_unbase64(coded), "data_base64", InvalidTripError)
    if not isinstance(data, dict):
        raise InvalidTripError(f"data: found a {kind_of(data)}; send the trip as a JSON object", field="data")
    return data


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidTripError("data_base64: not base64; send base64 or use data", field="data_base64") from None


def _check_attributes(attributes: Mapping[str, object], prefix: str) -> None:
    """The attributes that CloudEvents 1.0 requires: specversion, type, id and source."""
    for name in ("specversion", "type", "id", "source"):
        value = attributes.get(name)
        if not isinstance(value, str) or not value:
            raise InvalidTripError(
                f"{prefix}{name}: found a {kind_of(value)}; CloudEvents 1.0 requires a text",
                field=f"{prefix}{name}",
            )
    if attributes["specversion"] != "1.0":
        raise InvalidTripError(f"{prefix}specversion: not supported; send '1.0'", field=f"{prefix}specversion")
    if not _TYPE.fullmatch(str(attributes["type"])):
        raise InvalidTripError(
            f"{prefix}type: not a completed trip; send 'trip.completed', with a prefix of yours if you like",
            field=f"{prefix}type",
        )


def _check_media_type(media_type: object, field: str) -> None:
    name = media_type.split(";")[0].strip().lower() if isinstance(media_type, str) else ""
    if name != "application/json" and not (name.startswith("application/") and name.endswith("+json")):
        raise InvalidTripError(f"{field}: not JSON; send 'application/json'", field=field)

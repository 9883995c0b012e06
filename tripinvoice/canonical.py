"""Canonical JSON: the same value is always the same bytes, so that a hash of them identifies it.

Keys are sorted, there is no white space, text is UTF-8 and NFC as received, decimals are strings, times RFC 3339.
"""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tripinvoice.errors import ConflictError

T = TypeVar("T")


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(of: type[T]) -> TypeAdapter[T]:
    """The type's adapter; building one takes milliseconds, so it is kept."""
    if of not in _ADAPTERS:
        _ADAPTERS[of] = TypeAdapter(of)
    return _ADAPTERS[of]


def dump(value: object) -> bytes:
    """The canonical JSON bytes of a domain value (dataclass) or plain JSON value."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain(value: object) -> Any:
    """A domain value as the plain JSON value that is written."""
    return _adapter(type(value)).dump_python(value, mode="json")


def rfc3339(moment: datetime) -> str:
    """A moment in UTC: ``2026-03-29T10:00:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def load(content: bytes, of: type[T]) -> T:
    """Read a value back. Raises :class:`ConflictError` when the bytes are not such a value."""
    try:
        return _adapter(of).validate_json(content)
    except ValidationError as error:
        raise ConflictError(
            f"stored {of.__name__}: {error.error_count()} fields do not fit the current shape; "
            "was it written by a newer version?"
        ) from None

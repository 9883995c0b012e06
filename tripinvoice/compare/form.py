"""The form in which drafts are compared: plain JSON, each value written in the one way it can be written.

Decimals are without trailing zeros, times to the millisecond with their offset, texts NFC. Nothing else is made alike:
a ``null`` is not an absent field, and the order of lines matters.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from tripinvoice import canonical
from tripinvoice.invoice import Contract, Draft

Plain = dict[str, Any]

DRAFTS = "drafts"
"""The path of all drafts together: of their order, or of there being none."""

# Written otherwise it is another value, even where Python would read it: 1_000, " 19", 20260329T1200.
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")

_CONTRACTS = frozenset(Contract)


def plain_of(drafts: Sequence[Draft]) -> list[Plain]:
    """Our own drafts as the plain JSON that an implementation would send."""
    return [canonical.plain(draft) for draft in drafts]


def form(drafts: Sequence[Plain]) -> Plain:
    """The drafts by contract, as they are compared; one of no contract, or a second of one, by its place."""
    named: Plain = {}
    for place, draft in enumerate(drafts, start=1):
        name = _contract(draft)
        named[name if name and name not in named else f"draft {place}"] = _usual(draft, "")
    return named


def _contract(draft: Plain) -> str:
    key = draft.get("key")
    contract = key.get("contract") if isinstance(key, dict) else None
    return contract if isinstance(contract, str) and contract in _CONTRACTS else ""


def _usual(value: Any, name: str) -> Any:
    match value:
        case dict():
            return {key: _usual(inner, key) for key, inner in value.items()}
        case list():
            return [_usual(inner, name) for inner in value]
        case str() if name in DECIMALS:
            return _decimal(value)
        case str() if name in TIMES:
            return _time(value)
        case str():
            return unicodedata.normalize("NFC", value)
        case _:
            return value


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        return text
    plain = f"{Decimal(text):f}"  # exact, whatever the decimal context
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text).isoformat(timespec="milliseconds")
    except ValueError:
        return text


def _fields(shape: type, seen: set[type]) -> Iterator[tuple[str, type]]:
    """Every field below a dataclass with each type that it may have."""
    seen.add(shape)
    for name, hint in get_type_hints(shape).items():
        for kind in _kinds(hint):
            yield name, kind
            if dataclasses.is_dataclass(kind) and kind not in seen:
                yield from _fields(kind, seen)


def _kinds(hint: Any) -> Iterator[type]:
    arguments = get_args(hint)
    if not arguments and isinstance(hint, type):
        yield hint
    for argument in arguments:
        yield from _kinds(argument)


_FIELDS = tuple(_fields(Draft, set()))
NAMES = frozenset(name for name, _ in _FIELDS)
"""Names of all fields that a draft has, at any depth."""

_HINTS: Mapping[type, frozenset[str]] = {
    kind: frozenset(name for name, of in _FIELDS if of is kind) for kind in (Decimal, datetime)
}
DECIMALS, TIMES = _HINTS[Decimal], _HINTS[datetime]
"""Names of the fields of a draft that hold a decimal, and a time."""

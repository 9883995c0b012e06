"""The fields that drafts have, by name, and which names a path may be told with.

A candidate's fields may be named anything, so their names may be anything too: in what is kept and told they are
``?`` unless drafts have them, whatever the case. Whoever compares a trip by hand sees them.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from tripinvoice.invoice import Contract, Draft

DRAFTS = "drafts"
"""The path of all drafts together."""

UNKNOWN, ANY_PLACE = "?", "*"

_PLACE = re.compile(r"[0-9]{1,6}")
_DRAFT = re.compile(r"draft [0-9]{1,6}")


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
_HINTS: Mapping[type, frozenset[str]] = {
    kind: frozenset(name for name, of in _FIELDS if of is kind) for kind in (Decimal, datetime)
}
DECIMALS, TIMES = _HINTS[Decimal], _HINTS[datetime]
"""Names of the fields of a draft that hold a decimal, and a time."""


def _plainly(name: str) -> str:
    """A name as all styles of writing it have it: ``TaxRate``, ``taxRate`` and ``tax_rate`` are one."""
    return name.replace("_", "").casefold()


_KNOWN = frozenset(_plainly(name) for name in (DRAFTS, *Contract, *(name for name, _ in _FIELDS)))


def known(part: str) -> bool:
    """Whether a part of a path is a place, or a name that drafts have."""
    return bool(_PLACE.fullmatch(part) or _DRAFT.fullmatch(part)) or _plainly(part) in _KNOWN


def told(path: str) -> str:
    """The path as it may be told."""
    return ".".join(part if known(part) else UNKNOWN for part in path.split("."))


def cause(path: str) -> str:
    """The path without places: what differences of one cause have in common."""
    parts = told(path).split(".")
    return ".".join(ANY_PLACE if _PLACE.fullmatch(part) else part for part in parts)

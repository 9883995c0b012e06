"""JSON from outside, read so that nothing surprising gets in.

Python's reader accepts more than JSON and more than our stores can write back: ``NaN``, numbers beyond the range
of a float, two values for one key, lone surrogates, and nesting that later exhausts the stack. All are refused.
"""

import json
import math
from typing import Any, NoReturn

from tripinvoice.errors import PermanentError

MAX_DEPTH = 32
_MAX_DIGITS = 400  # longer than any number that a float can hold; bounds the cost of reading one


class _NotStrictError(ValueError):
    """What is wrong with the text, in words that hold no part of it."""


def read_object(content: bytes, what: str, error: type[PermanentError]) -> dict[str, Any]:
    """Read one JSON object in UTF-8; ``what`` begins the message of the ``error`` that is raised otherwise."""
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
        _check(value)
    except UnicodeDecodeError:
        raise error(f"{what}: not UTF-8; send JSON in UTF-8", field=what) from None
    except json.JSONDecodeError as problem:
        raise error(f"{what}: not JSON (from character {problem.pos} on); send one JSON object", field=what) from None
    except (_NotStrictError, RecursionError) as problem:
        reason = "nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        raise error(f"{what}: {reason}", field=what) from None
    if not isinstance(value, dict):
        raise error(f"{what}: expected a JSON object, found a {kind_of(value)}", field=what)
    return value


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "whole number",
    float: "number with a fraction",
    dict: "object",
}


def kind_of(value: object) -> str:
    """The JSON word for a value's kind, which may be shown where the value may not."""
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    if isinstance(value, list | tuple):
        return f"list of {len(value)}"
    return _KINDS.get(type(value), type(value).__name__)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _NotStrictError("an object has one key twice; send each key once")
    return result


def _no_constant(_: str) -> NoReturn:
    raise _NotStrictError("NaN and Infinity are not JSON; send a number or null")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NotStrictError("a number is out of range; send a smaller one")
    return value


def _bounded(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _NotStrictError("a number is out of range; send a smaller one")
    return int(text)


def _check(value: object) -> None:
    """Refuse deep nesting and texts that cannot be written as UTF-8, without recursion of our own."""
    todo = [(value, 1)]
    while todo:
        item, depth = todo.pop()
        if isinstance(item, str):
            _encodable(item)
        elif isinstance(item, dict | list):
            if depth > MAX_DEPTH:
                raise _NotStrictError(f"nested deeper than {MAX_DEPTH} levels; send it flatter")
            todo.extend((part, depth + 1) for part in _parts(item))


def _parts(item: dict[str, Any] | list[Any]) -> list[Any]:
    return [*item.keys(), *item.values()] if isinstance(item, dict) else item


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _NotStrictError("a text has half of a surrogate pair; send whole characters") from None

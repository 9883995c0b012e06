"""The drafts of all golden cases as plain JSON, and their leaves: what a candidate may get wrong."""

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.golden.reading import INPUTS, documents_of
from tripinvoice.compare.form import Plain, form, plain_of

Steps = tuple[str | int, ...]


@cache
def drafts_of(case: Path) -> tuple[Plain, ...]:
    """A case's drafts, and those of its credit notes."""
    return tuple(plain_of([invoice.draft for invoice in documents_of(case)]))


def leaves_of(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every value that holds no other, and the way there."""
    match value:
        case dict() | list():
            for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
                yield from leaves_of(inner, (*steps, name))
        case _:
            yield steps, value


def golden_leaves() -> Iterator[tuple[str, Any]]:
    """Path and value of every leaf of every case, in the form in which drafts are compared."""
    for case in INPUTS:
        for steps, value in leaves_of(form(drafts_of(case))):
            yield ".".join(map(str, steps)), value


def changed(drafts: tuple[Plain, ...], steps: Steps, value: Any) -> list[Plain]:
    """The same with another value there."""
    made: list[Any] = copy.deepcopy(list(drafts))
    inner: Any = made
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = value
    return made


def renamed(drafts: tuple[Plain, ...], steps: Steps, name: str) -> list[Plain]:
    """The same with the field there called otherwise; a place in a list becomes an object with such a field."""
    made: list[Any] = copy.deepcopy(list(drafts))
    inner: Any = made
    for step in steps[:-1]:
        inner = inner[step]
    last = steps[-1]
    if isinstance(last, int):
        inner[last] = {name: inner[last]}
    else:
        inner[name] = inner.pop(last)
    return made

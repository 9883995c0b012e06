"""Where two plain values differ: paths, kinds, and both values.

A path is the names and places on the way, with dots between (``transport.lines.2.net.minor``). Equal values are
recognised first, which is what nearly all are; a difference costs more. Differences are found one by one, so that who
has enough of them stops.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from tripinvoice import canonical

_PLACE = re.compile(r"(?<=\.)[0-9]+(?=\.|$)")

ALIGNED = 1_000
"""Items of a list that are aligned; longer lists are compared place by place, which costs less."""


class Kind(StrEnum):
    """How values differ. ``MISSING`` and ``ADDED`` are the candidate's; ``ORDER``: the same items, in another order."""

    CHANGED = "changed"
    TYPE = "type"
    MISSING = "missing"
    ADDED = "added"
    ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference; ``None`` stands for a null and, where ``kind`` says so, for what is not there."""

    path: str
    kind: Kind
    current: Any = None
    candidate: Any = None

    @property
    def normalised(self) -> str:
        """Its path without the places in lists: what differences of one cause have in common."""
        return _PLACE.sub("*", self.path)


def differences(current: Any, candidate: Any, path: str = "") -> Iterator[Difference]:
    """All differences of two values that stand at ``path``; none when they are equal."""
    if _same(current, candidate):
        return
    match current, candidate:
        case dict(), dict():
            yield from _of_objects(current, candidate, path)
        case list(), list():
            yield from _of_lists(current, candidate, path)
        case _:
            kind = Kind.CHANGED if type(current) is type(candidate) else Kind.TYPE
            yield Difference(path=path, kind=kind, current=current, candidate=candidate)


def _same(current: Any, candidate: Any) -> bool:
    """Equal as JSON: Python takes 1, 1.0 and true for the same, a cashier does not."""
    if current != candidate:
        return False
    simple = isinstance(current, str) or current is None
    return simple or canonical.dump(current) == canonical.dump(candidate)


def _of_objects(current: dict[str, Any], candidate: dict[str, Any], path: str) -> Iterator[Difference]:
    for name in (*current, *(name for name in candidate if name not in current)):
        inner = _below(path, name)
        if name not in candidate:
            yield Difference(path=inner, kind=Kind.MISSING, current=current[name])
        elif name not in current:
            yield Difference(path=inner, kind=Kind.ADDED, candidate=candidate[name])
        else:
            yield from differences(current[name], candidate[name], inner)


def _of_lists(current: list[Any], candidate: list[Any], path: str) -> Iterator[Difference]:
    ours, theirs = [canonical.dump(item) for item in current], [canonical.dump(item) for item in candidate]
    if Counter(ours) == Counter(theirs):
        yield Difference(path=path, kind=Kind.ORDER, current=current, candidate=candidate)
        return
    for start, end, start_there, end_there in _replaced(ours, theirs):
        pairs = min(end - start, end_there - start_there)
        for step in range(pairs):
            yield from differences(current[start + step], candidate[start_there + step], _below(path, start + step))
        for place in range(start + pairs, end):
            yield Difference(path=_below(path, place), kind=Kind.MISSING, current=current[place])
        for place in range(start_there + pairs, end_there):
            yield Difference(path=_below(path, place), kind=Kind.ADDED, candidate=candidate[place])


def _replaced(ours: Sequence[bytes], theirs: Sequence[bytes]) -> list[tuple[int, int, int, int]]:
    """The stretches that are not the same, here and there."""
    if max(len(ours), len(theirs)) > ALIGNED:
        return [(0, len(ours), 0, len(theirs))]
    matcher = SequenceMatcher(a=ours, b=theirs, autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _below(path: str, name: str | int) -> str:
    """A candidate's name that could be read as several, or as a place, is put in quotes."""
    odd = isinstance(name, str) and (not name or "." in name or name.isdigit())
    step = f"'{name}'" if odd else str(name)
    return f"{path}.{step}" if path else step

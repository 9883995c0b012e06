"""The numbered files of ``cassandra_schema``: the tables of a keyspace, step by step.

A file is never edited once released; a change is a new one. Every statement in them may run twice (``IF NOT EXISTS``),
so a file that was cut off half-way is simply run again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One file: ``0001_numbers.cql`` is version 1, named ``numbers``."""

    version: int
    name: str
    text: str

    def __str__(self) -> str:
        """As its file is called."""
        return f"{self.version:04d}_{self.name}"

    @property
    def statements(self) -> Sequence[str]:
        """Its CQL, statement by statement."""
        return [statement.strip() for statement in _COMMENT.sub("", self.text).split(";") if statement.strip()]


@cache
def steps() -> tuple[Step, ...]:
    """All of them, by version, which counts from 1."""
    found = sorted(
        (file for file in files("tripinvoice.adapters").joinpath("cassandra_schema").iterdir()),
        key=lambda file: file.name,
    )
    named = [(*file.name.removesuffix(".cql").split("_", 1), file.read_text("utf-8")) for file in found]
    return tuple(Step(version=int(number), name=name, text=text) for number, name, text in named)


def newest() -> int:
    """The version that this program speaks."""
    return steps()[-1].version

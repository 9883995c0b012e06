"""A sample trip: its event as it will be sent, and what each money system will say about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One trip. ``answers`` are JSON bodies by system name; a system that is not there has nothing to say (404)."""

    trip_id: str
    event: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A line of a trip file that is no trip: ``row`` counts the file's lines from 1."""

    row: int
    reason: str

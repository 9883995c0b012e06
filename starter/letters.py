"""Refused trip events for the operator: which to look at, and sending them again."""

import asyncio
import heapq
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from tripinvoice.errors import NotFoundError
from tripinvoice.ports import DeadLetter, DeadLetters

Place = tuple[int, int]
"""Partition and offset in the dead-letter topic."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_TRIP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Outcome(StrEnum):
    """What became of a letter that was to be replayed."""

    REPLAYED = "replayed"
    WOULD_BE = "would be replayed"
    BEFORE = "replayed before"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which letters: those at these places, those with this reason, or, without either, all.

    One that was replayed is left alone, unless ``again``.
    """

    places: frozenset[Place] = frozenset()
    reason: str | None = None
    again: bool = False

    def takes(self, letter: DeadLetter) -> bool:
        """Whether the letter is meant, replayed or not."""
        if self.places:
            return place_of(letter) in self.places
        return self.reason is None or letter.refusal.code == self.reason


@dataclass
class Replay:
    """Sends chosen letters to where they came from, at most ``rate`` a second; tells each outcome as it comes."""

    letters: DeadLetters
    tell: Callable[[DeadLetter, Outcome, str], None]
    rate: float | None = None
    dry_run: bool = False
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    async def run(self, choice: Choice) -> None:
        """Replay them all. Raises ``NotFoundError`` when there is no letter at one of the chosen places."""
        missing = set(choice.places)
        async for letter in _each(self.letters.letters()):
            if choice.takes(letter):
                missing.discard(place_of(letter))
                await self._one(letter, again=choice.again)
        if missing:
            places = ", ".join(f"{partition}:{offset}" for partition, offset in sorted(missing)[:5])
            raise NotFoundError(f"no dead letter at {places}; `tripinvoice dlq list` shows those there are")

    async def _one(self, letter: DeadLetter, *, again: bool) -> None:
        outcome, why = Outcome.WOULD_BE, ""
        if letter.replayed and not again:
            outcome = Outcome.BEFORE
        elif not self.dry_run:
            outcome, why = await self._send(letter)
        self.counts[outcome] += 1
        self.tell(letter, outcome, why)

    async def _send(self, letter: DeadLetter) -> tuple[Outcome, str]:
        """One that cannot be sent does not stop the others; brokers that are away do."""
        if self.rate is not None and self.counts[Outcome.REPLAYED]:
            await asyncio.sleep(1 / self.rate)
        try:
            await asyncio.to_thread(self.letters.replay, letter)
        except NotFoundError as error:
            return Outcome.FAILED, error.message
        return Outcome.REPLAYED, ""


async def newest(letters: DeadLetters, limit: int | None, reason: str | None) -> list[DeadLetter]:
    """So many letters with this reason, those of the latest events; without a limit all. The oldest first."""
    choice = Choice(reason=reason)
    found: list[tuple[tuple[datetime, Place], DeadLetter]] = []  # a heap, the oldest first; no two have one place
    async for letter in _each(letters.letters()):
        if choice.takes(letter):
            heapq.heappush(found, (_age(letter), letter))
            if limit is not None and len(found) > limit:
                heapq.heappop(found)
    return [letter for _, letter in sorted(found, key=lambda one: one[0])]


def _age(letter: DeadLetter) -> tuple[datetime, Place]:
    return letter.message.sent_at or _EARLIEST, place_of(letter)


def place_of(letter: DeadLetter) -> Place:
    """Where it lies."""
    return letter.message.partition, letter.message.offset


def trip_id_of(letter: DeadLetter) -> str | None:
    """The trip's id, if the refused value is JSON and has one that could be real."""
    try:
        event = json.loads(letter.message.value or b"")
        trip_id = event.get("trip_id") or event.get("data", {}).get("trip_id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return trip_id if isinstance(trip_id, str) and _TRIP_ID.fullmatch(trip_id) else None


async def _each(letters: Iterator[DeadLetter]) -> AsyncIterator[DeadLetter]:
    """One after the other, waited for outside the event loop, so that Ctrl-C is heard."""
    while (letter := await asyncio.to_thread(next, letters, None)) is not None:
        yield letter

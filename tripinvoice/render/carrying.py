"""Where the lines of a long document go over to the next page, so that their sum can be carried there."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A document as it was laid out without carried sums; all lengths in one unit.

    ``first`` is the room for lines on the first page, ``following`` on each other one; ``tail`` is the height of what
    must stand on the same page as the last line.
    """

    lines: Sequence[float]
    first: float
    following: float
    tail: float

    def breaks(self, *, spare: float = 0) -> tuple[int, ...]:
        """Which lines begin a page, with room for a sum before and after: ``(18, 41)``.

        ``spare`` is left free on each page. Empty when no page is needed, or none would do.
        """
        sum_height = min(self.lines)  # one line of text, as the least of them
        found: list[int] = []
        at, room = 0, self.first - spare
        while sum(self.lines[at:]) + self.tail > room:
            taken = self._taken(at, room - sum_height)
            if taken == 0:
                return ()
            at += taken
            found.append(at)
            room = self.following - spare - sum_height
        return tuple(found)

    def _taken(self, at: int, room: float) -> int:
        """How many lines fit, from one on; the last one is left for the page of the totals."""
        taken = 0
        for height in self.lines[at:-1]:
            room -= height
            if room < 0:
                break
            taken += 1
        return taken

"""A clock that stands still, for stores that forget what is old."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


class StandingClock:
    """Always says the same."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

"""The declared table of upstream money systems: which exist, whom they concern, how they may be asked.

The table is data (TOML, see ``docs/money-systems.md``); this module is its shape.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tripinvoice.answers import Provides
from tripinvoice.trip import LineOfBusiness, Trip


@dataclass(frozen=True, kw_only=True)
class MoneySystem:
    """One upstream system.

    ``url`` is a template: ``{trip_id}`` and ``{system-name.field}`` of systems it depends on, e.g.
    ``http://drivers/v1/{trip-records.driver_ref}``. Empty ``countries`` or ``lines_of_business`` means all.
    A required system that has no answer parks the invoice; an optional one is left out. ``headers`` are sent with every
    request; they may be credentials, so no text ever shows them.
    """

    name: str
    url: str
    provides: Provides
    required: bool = False
    countries: frozenset[str] = frozenset()
    lines_of_business: frozenset[LineOfBusiness] = frozenset()
    depends_on: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=2)
    concurrency: int = 32
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def applies_to(self, trip: Trip) -> bool:
        """Whether this system is asked about this trip."""
        return (not self.countries or trip.country in self.countries) and (
            not self.lines_of_business or trip.line_of_business in self.lines_of_business
        )

    @property
    def informative(self) -> bool:
        """Whether the invoice is right without it: no amount, party or rule depends on its answer."""
        return not self.required and self.provides in {Provides.FACTS, Provides.JOURNEY}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one system said: ``body`` is parsed JSON, ``None`` when an optional system had nothing."""

    system: str
    provides: Provides
    body: dict[str, Any] | None
    fetched_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The evidence: the trip and every answer, archived as one compressed object.

    Self-contained: an invoice can be made again from it without the table or the systems.
    """

    trip: Trip
    answers: tuple[Answer, ...]
    schema: str = "tripinvoice.sources/1"

"""A trip as the law needs to know it: ids and facts, no money, no names, no addresses.

This is the input of the workflow, so it must stay free of personal data and readable for ever: a field may be
added with a default, never renamed, removed or given a new meaning.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LineOfBusiness(StrEnum):
    """What was sold."""

    RIDES = "rides"
    DELIVERY = "delivery"


class Product(StrEnum):
    """Under which licence the vehicle drove; the tax rate may depend on it."""

    TAXI = "taxi"
    HIRE_CAR = "hire_car"
    MOTO = "moto"
    COURIER = "courier"


class PricingBasis(StrEnum):
    """How the price was made. Where a law asks (France), the rate depends on it."""

    DISTANCE = "distance"
    TIME = "time"
    METER = "meter"
    UPFRONT = "upfront"


class Completion(StrEnum):
    """How the trip ended."""

    COMPLETED = "completed"
    CANCELLED_WITH_FEE = "cancelled_with_fee"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the trip began or ended, as coarsely as tax law asks.

    ``country`` is an ISO 3166-1 alpha-2 code, ``subdivision`` an ISO 3166-2 code such as ``US-NY``,
    ``municipality`` the country's official municipality code (Germany: AGS; Great Britain: ONS district).
    """

    country: str
    subdivision: str | None = None
    municipality: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One completed trip or delivery (event schema ``trip.completed/1``).

    ``account`` is the customer's account key (:func:`~tripinvoice.invoice.account_key`), for what is rolled out by
    account; the invoice takes it from the money systems.
    """

    trip_id: str
    line_of_business: LineOfBusiness
    product: Product
    pickup: Place
    dropoff: Place | None = None
    started_at: datetime
    ended_at: datetime
    completion: Completion = Completion.COMPLETED
    distance_m: int | None = None
    same_municipality: bool | None = None
    pricing_basis: PricingBasis | None = None
    time_zone: str | None = None
    locale: str | None = None
    revision: int = 1
    test: bool = False
    account: str | None = None

    @property
    def country(self) -> str:
        """The country whose law applies: where the trip began (VAT Directive art. 48, place of departure)."""
        return self.pickup.country

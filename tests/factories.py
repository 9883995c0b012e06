"""Builders of realistic trips, answers, sources and documents: German, British and from New York.

Every builder takes what a test cares about and fills in the rest. Names are invented.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.parties import CASTS
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.money_systems import Answer, Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.trip import LineOfBusiness, Place, Product, Trip

FETCHED_AT = datetime(2026, 11, 2, 18, 5, tzinfo=UTC)
ISSUED_AT = datetime(2026, 11, 2, 18, 6, 7, tzinfo=UTC)

BERLIN = Place(country="DE", subdivision="DE-BE", municipality="11000000")
POTSDAM = Place(country="DE", subdivision="DE-BB", municipality="12054000")
MUNICH = Place(country="DE", subdivision="DE-BY", municipality="09162000")
LONDON = Place(country="GB", subdivision="GB-ENG", municipality="E09000033")
MANCHESTER = Place(country="GB", subdivision="GB-ENG", municipality="E08000003")
NEW_YORK = Place(country="US", subdivision="US-NY", municipality="3651000")

_TRIP = Trip(
    trip_id="trip-berlin-taxi",
    line_of_business=LineOfBusiness.RIDES,
    product=Product.TAXI,
    pickup=BERLIN,
    dropoff=BERLIN,
    started_at=datetime(2026, 11, 2, 17, 12, tzinfo=UTC),
    ended_at=datetime(2026, 11, 2, 17, 31, tzinfo=UTC),
    distance_m=8_400,
)


def trip(**changes: Any) -> Trip:
    """A taxi ride of 8.4 km in Berlin, changed as asked."""
    return replace(_TRIP, **changes)


def charge(amount: str, tax_class: str = "transport", contract: str = "transport", **more: Any) -> Body:
    """One charge of an upstream; its code is that of its tax class unless another is given."""
    code = _CODES.get(tax_class, tax_class)
    return {"code": code, "contract": contract, "tax_class": tax_class, "amount": amount, **more}


def charges(*items: Body, currency: str = "EUR", **more: Any) -> Body:
    """An answer of kind ``charges``."""
    return {"currency": currency, "charges": list(items), **more}


def card(amount: str, currency: str = "EUR") -> Body:
    """An answer of kind ``payments``: all paid by one card."""
    paid = {"method": "card", "amount": amount, "brand": "Visa", "last4": "4242"}
    return {"currency": currency, "payments": [paid]}


PARTIES = {country: cast.parties for country, cast in CASTS.items()}

_CODES = {
    "transport": "fare",
    "wait": "waiting_time",
    "cancellation": "cancellation_fee",
    "delivery": "delivery_fee",
}


def answer(provides: Provides, body: Body | None, system: str | None = None) -> Answer:
    """What one system said; the system is named after the kind of answer unless told otherwise."""
    return Answer(system=system or provides.value, provides=provides, body=body, fetched_at=FETCHED_AT)


def sources(
    of: Trip | None = None,
    *items: Body,
    paid: str | None = None,
    without: tuple[Provides, ...] = (),
    given: dict[Provides, Body] | None = None,
) -> Sources:
    """The evidence of a trip with these charges, in its country's currency, and all parties of the country.

    ``paid`` is the amount of the card payment (none: payments are not answered), ``without`` leaves answers out,
    ``given`` replaces them. Without charges it is a taxi ride for 19.40 EUR, or its like.
    """
    of = of or trip()
    cast = CASTS.get(of.pickup.subdivision or "") or CASTS[of.country]
    currency = cast.currency
    sold = items or (charge("19.40", description=None),)
    record = dict(cast.record)
    if of.line_of_business is LineOfBusiness.RIDES:
        record.pop("merchant_ref")
    bodies: dict[Provides, Body] = {
        Provides.TRIP: record,
        Provides.CHARGES: charges(*sold, currency=currency),
        **cast.parties,
    }
    bodies.pop(Provides.BUSINESS, None)
    if of.line_of_business is LineOfBusiness.RIDES:
        bodies.pop(Provides.MERCHANT, None)
        bodies.pop(Provides.MERCHANT_TAX, None)
    bodies.pop(Provides.COURIER, None)
    if paid is not None:
        bodies[Provides.PAYMENTS] = card(paid, currency)
    bodies |= given or {}
    return Sources(
        trip=of,
        answers=tuple(answer(kind, body) for kind, body in bodies.items() if kind not in without),
    )


def draft(of: Sources | None = None) -> Draft:
    """The first draft of the sources; a Berlin taxi ride unless told otherwise."""
    return assemble(of or sources(paid="19.40"))[0]


def invoice(of: Draft | None = None, *, no: int = 1, issued_at: datetime = ISSUED_AT) -> Invoice:
    """The draft, numbered and issued."""
    of = of or draft()
    taken = NumberTaken(
        document=of.key,
        series=of.series,
        period=str(issued_at.year),
        no=no,
        issued_at=issued_at,
    )
    return finish(of, taken)


def london_sources() -> Sources:
    """A hire car in London: the platform is the supplier, 20 % on the full fare, a tip outside."""
    ride = trip(trip_id="trip-london-hire", product=Product.HIRE_CAR, pickup=LONDON, dropoff=LONDON)
    return sources(ride, charge("23.50"), charge("5.00", "toll"), charge("3.00", "tip"), paid="31.50")


def new_york_sources() -> Sources:
    """A yellow taxi in New York: fare, surcharges, tolls and tip, no sales tax."""
    ride = trip(
        trip_id="trip-nyc-taxi", pickup=NEW_YORK, dropoff=NEW_YORK, distance_m=3_862, time_zone="America/New_York"
    )
    return sources(
        ride,
        charge("17.50"),
        charge("3.30", "surcharge"),
        charge("6.12", "toll"),
        charge("5.40", "tip"),
        paid="32.32",
    )


def delivery_sources() -> Sources:
    """A meal with a drink in Munich, delivered: two documents, three rates."""
    order = trip(
        trip_id="trip-munich-delivery",
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        pickup=MUNICH,
        dropoff=MUNICH,
        distance_m=2_100,
    )
    return sources(
        order,
        charge("14.90", "food_hot", "goods", description="Schweinebraten mit Knödel", quantity="1"),
        charge("9.80", "food_hot", "goods", description="Käsespätzle", quantity="2"),
        charge("3.60", "drink", "goods", description="Spezi 0,5 l"),
        charge("0.25", "deposit", "goods"),
        charge("2.99", "delivery", "delivery"),
        charge("2.00", "tip", "delivery"),
        paid="33.54",
        given={Provides.JOURNEY: {"dropoff": "Isarweg 9, 80469 München"}},
    )

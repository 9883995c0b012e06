"""The words in which the sample trips are written: a market, a scene in it, and the scenario that comes of it.

Everybody and everything in the samples is invented; tax numbers have valid check digits but are nobody's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starter.samples.scenario import Scenario
from tripinvoice.money import Money, total
from tripinvoice.trip import Completion, LineOfBusiness, Place, PricingBasis, Product, Trip
from tripinvoice.trip_event import trip_event

Body = Mapping[str, Any]
Charges = Mapping[str, Sequence[Body]]  # by system name

CARD = {"method": "card", "brand": "Visa", "last4": "4242"}
MASTERCARD = {"method": "card", "brand": "Mastercard", "last4": "5454"}
CASH = {"method": "cash"}
PAYPAL = {"method": "paypal"}
APPLE_PAY = {"method": "apple_pay"}

# Which field of the trip record leads to which party.
_REFERENCES = {
    "drivers": "driver_ref",
    "fleets": "fleet_ref",
    "merchants": "merchant_ref",
    "couriers": "courier_ref",
    "riders": "rider_ref",
    "vehicles": "vehicle_ref",
}


@dataclass(frozen=True, kw_only=True)
class Market:
    """One city's constants: where and when it is, its money, its platform company and its licensing authority."""

    prefix: str
    place: Place
    time_zone: str
    locale: str
    currency: str
    platform: Body
    city_ref: str
    city: Body


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One sample trip. ``begins`` is local time; ``parties`` and ``facts`` are answers by system name.

    The customer pays all charges and ``added_tax``, with ``pay`` what ``other_payments`` (by system name) leave over,
    or the ``amount`` in it where that is another (cash is rounded).
    """

    slug: str
    market: Market
    line_of_business: LineOfBusiness = LineOfBusiness.RIDES
    product: Product = Product.TAXI
    begins: str
    minutes: int
    distance_m: int | None = None
    dropoff: Place | None = None
    same_municipality: bool | None = None
    pricing_basis: PricingBasis | None = None
    completion: Completion = Completion.COMPLETED
    journey: tuple[str, str] | None = None
    vehicle: str | None = None
    charges: Charges
    parties: Mapping[str, Body] = field(default_factory=dict)
    facts: Mapping[str, Body] = field(default_factory=dict)
    pay: Body = field(default_factory=lambda: CARD)
    other_payments: Charges = field(default_factory=dict)
    added_tax: str = "0"


def charge(code: str, amount: str, tax_class: str, contract: str = "transport", **more: str) -> Body:
    """One charge as a money system answers it; ``more`` are description, quantity, unit, funded_by."""
    return {"code": code, "contract": contract, "tax_class": tax_class, "amount": amount, **more}


def fare(amount: str, **more: str) -> Body:
    """The price of the ride itself."""
    return charge("fare", amount, "transport", **more)


def tip(amount: str, contract: str = "transport") -> Body:
    """What the customer gave on top."""
    return charge("tip", amount, "tip", contract)


def goods(amount: str, tax_class: str, description: str, quantity: str = "1") -> Body:
    """One position of a basket; ``amount`` is for all of it."""
    return charge("item", amount, tax_class, "goods", description=description, quantity=quantity, unit="H87")


def promotion(amount: str, funded_by: str, contract: str = "transport", **more: str) -> Body:
    """A discount and who bears it."""
    return charge("promotion", amount, "promotion", contract, funded_by=funded_by, **more)


def scenario(scene: Scene) -> Scenario:
    """The event and the answers of a scene."""
    trip_id = f"{scene.market.prefix}-{scene.slug}"
    return Scenario(trip_id=trip_id, event=trip_event(_trip(scene, trip_id)), answers=_answers(scene, trip_id))


def _trip(scene: Scene, trip_id: str) -> Trip:
    market = scene.market
    begins = datetime.fromisoformat(scene.begins).replace(tzinfo=ZoneInfo(market.time_zone)).astimezone(UTC)
    return Trip(
        trip_id=trip_id,
        line_of_business=scene.line_of_business,
        product=scene.product,
        pickup=market.place,
        dropoff=scene.dropoff or market.place,
        started_at=begins,
        ended_at=begins + timedelta(minutes=scene.minutes),
        completion=scene.completion,
        distance_m=scene.distance_m,
        same_municipality=scene.same_municipality,
        pricing_basis=scene.pricing_basis,
        time_zone=market.time_zone,
        locale=market.locale,
    )


def _answers(scene: Scene, trip_id: str) -> dict[str, Body]:
    currency = scene.market.currency
    return {
        "trip-records": _record(scene, trip_id),
        **{name: {"currency": currency, "final": True, "charges": list(c)} for name, c in scene.charges.items()},
        **{
            name: {"currency": currency, "payments": list(payments)}
            for name, payments in {"payments": _payments(scene), **scene.other_payments}.items()
        },
        **scene.parties,
        "platform-entities": scene.market.platform,
        "cities": scene.market.city,
        **({"journeys": _journey(scene)} if scene.journey or scene.vehicle else {}),
        **scene.facts,
    }


def _record(scene: Scene, trip_id: str) -> Body:
    known = {**scene.parties, **scene.facts}
    references = {name: known[system]["ref"] for system, name in _REFERENCES.items() if system in known}
    return {"trip_id": trip_id, **references, "city_ref": scene.market.city_ref}


def _payments(scene: Scene) -> Sequence[Body]:
    left = _sum(scene.charges, scene) - _sum(scene.other_payments, scene)
    left += Money.parse(scene.added_tax, scene.market.currency)
    return [{"amount": str(left.decimal), **scene.pay}] if left else []


def _sum(bodies: Charges, scene: Scene) -> Money:
    currency = scene.market.currency
    return total((Money.parse(item["amount"], currency) for items in bodies.values() for item in items), currency)


def _journey(scene: Scene) -> Body:
    ends = {"pickup": scene.journey[0], "dropoff": scene.journey[1]} if scene.journey else {}
    return {**ends, **({"vehicle": scene.vehicle} if scene.vehicle else {})}

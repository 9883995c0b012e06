"""Sample trips in Des Moines. Prices are without sales tax."""

from collections.abc import Sequence
from decimal import Decimal

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.money import round_half_up
from tripinvoice.trip import LineOfBusiness, Place, Product


def _address(street: str, postcode: str) -> Body:
    return {"address": [street], "postcode": postcode, "city": "Des Moines, IA", "country": "US"}


def _permit(number: str) -> list[Body]:
    return [{"scheme": "IA-PERMIT", "value": number}]


DES_MOINES = Market(
    prefix="us-dsm",
    place=Place(country="US", subdivision="US-IA", municipality="1921000"),
    time_zone="America/Chicago",
    locale="en-US",
    currency="USD",
    platform={
        "ref": "fernweg-us",
        "name": "Fernweg Iowa LLC",
        **_address("500 Sample Street", "50309"),
        "tax_ids": _permit("1-77-000099"),
    },
    city_ref="des-moines",
    city={"ref": "des-moines", "name": "Des Moines"},
)

_SALES_TAX = Decimal("0.07")  # state and city together


def sales_tax(*documents: Sequence[str]) -> str:
    """The tax on the taxable amounts of each document, in dollars; rounded once a document."""
    cents = sum(round_half_up(sum(map(Decimal, amounts)) * 100 * _SALES_TAX) for amounts in documents)
    return str(Decimal(cents).scaleb(-2))


_RIDER: dict[str, Body] = {
    "riders": {"ref": "rid-ia-1", "name": "Hannah Lindqvist", **_address("1415 Sample Avenue", "50309")}
}
_DRIVER: dict[str, Body] = {"drivers": {"ref": "drv-ia-1", "name": "Marcus Oyelaran"}}
_CAB: dict[str, Body] = {
    "fleets": {
        "ref": "flt-ia-1",
        "name": "Capitol City Sample Cab Co.",
        **_address("2040 Sample Avenue", "50317"),
        "tax_ids": _permit("1-77-000015"),
    }
}
_PIZZA: dict[str, Body] = {
    "merchants": {
        "ref": "mer-ia-1",
        "name": "Court Avenue Sample Pizza LLC",
        **_address("309 Sample Court", "50309"),
        "tax_ids": _permit("1-77-000031"),
    },
    "couriers": {"ref": "cou-ia-1", "name": "Lena Novak"},
}

SCENES = (
    Scene(
        slug="app-ride-airport",
        market=DES_MOINES,
        product=Product.HIRE_CAR,
        begins="2026-03-14T08:05",
        minutes=22,
        distance_m=9_300,
        journey=("East Village, Des Moines", "Des Moines International Airport"),
        vehicle="Grey hybrid, SMP 123",
        charges={
            "fares": [fare("18.65")],
            "airport-fees": [charge("airport_fee", "3.00", "government_fee")],
            "tips": [tip("4.00")],
        },
        parties=_DRIVER | _RIDER,
        added_tax=sales_tax(["18.65", "3.00"]),
    ),
    Scene(
        slug="taxi-to-grinnell",
        market=DES_MOINES,
        begins="2026-03-15T09:40",
        minutes=60,
        distance_m=88_500,
        dropoff=Place(country="US", subdivision="US-IA", municipality="1933105"),
        journey=("801 Sample Street, Des Moines", "Grinnell, IA"),
        charges={
            "fares": [fare("142.50")],
            "wait-times": [charge("waiting_time", "7.50", "wait", quantity="10", unit="MIN")],
        },
        parties=_CAB | _RIDER,
        pay=CASH,
        added_tax=sales_tax(["142.50", "7.50"]),
    ),
    Scene(
        slug="delivery-pizza",
        market=DES_MOINES,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-15T18:02",
        minutes=31,
        distance_m=2_600,
        charges={
            "baskets": [
                goods("42.00", "food_hot", "Large pizza, pepperoni", "2"),
                goods("5.00", "drink", "Root beer 20 oz", "2"),
                goods("6.49", "grocery", "Frozen pizza dough"),
            ],
            "delivery-fees": [charge("delivery_fee", "3.99", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "4.35", "platform_fee", "platform_fee")],
            "tips": [tip("6.00", "delivery")],
        },
        parties=_PIZZA | _RIDER,
        added_tax=sales_tax(["42.00", "5.00"], ["4.35"]),
    ),
    Scene(
        slug="delivery-groceries",
        market=DES_MOINES,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-16T10:30",
        minutes=24,
        distance_m=1_900,
        charges={
            "baskets": [
                goods("7.98", "grocery", "Sweet corn, frozen", "2"),
                goods("3.49", "grocery", "Rye bread"),
            ],
            "delivery-fees": [charge("delivery_fee", "3.99", "delivery", "delivery")],
        },
        parties=_PIZZA | _RIDER,
    ),
)

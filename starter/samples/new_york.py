"""Sample trips in New York City: taxis, app rides and deliveries. Prices are without sales tax."""

from collections.abc import Sequence
from decimal import Decimal

from starter.samples.scene import (
    APPLE_PAY,
    CARD,
    CASH,
    MASTERCARD,
    Body,
    Market,
    Scene,
    charge,
    fare,
    goods,
    promotion,
    tip,
)
from tripinvoice.money import round_half_up
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

NEW_YORK = Market(
    prefix="us-nyc",
    place=Place(country="US", subdivision="US-NY", municipality="3651000"),
    time_zone="America/New_York",
    locale="en-US",
    currency="USD",
    platform={
        "ref": "fernweg-us",
        "name": "Fernweg New York LLC",
        "address": ["120 Sample Street", "Floor 4"],
        "postcode": "10001",
        "city": "New York, NY",
        "country": "US",
        "tax_ids": [{"scheme": "EIN", "value": "00-0000000"}],
    },
    city_ref="new-york",
    city={"ref": "new-york", "name": "New York", "licensing_authority": "tlc"},
)

_SALES_TAX = Decimal("0.08875")  # New York City, state and district together


def sales_tax(*documents: Sequence[str]) -> str:
    """The tax on the taxable amounts of each document, in dollars; rounded once a document."""
    cents = sum(round_half_up(sum(map(Decimal, amounts)) * 100 * _SALES_TAX) for amounts in documents)
    return str(Decimal(cents).scaleb(-2))


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "US"}


_YELLOW: dict[str, Body] = {
    "fleets": {
        **_party("flt-us-1", "Sample Medallion Cab Corp.", "33-01 Sample Street", "11101", "Long Island City, NY"),
        "tax_ids": [{"scheme": "TLC", "value": "SAMPLE-7Y42"}],
    },
    "vehicles": {"ref": "veh-us-1", "kind": "minivan", "wheelchair": True},
}
_GREEN: dict[str, Body] = {
    "fleets": {
        **_party("flt-us-2", "Sample Borough Taxi Inc.", "2501 Sample Avenue", "10451", "Bronx, NY"),
        "tax_ids": [{"scheme": "TLC", "value": "SAMPLE-GB19"}],
    },
}
_APP_DRIVER: dict[str, Body] = {"drivers": {"ref": "drv-us-1", "name": "Rosa Jiménez"}}
_RIDER: dict[str, Body] = {
    "riders": {"ref": "rid-us-1", "name": "Zoë Washington-Nuñez"},
    "loyalty": {"ref": "rid-us-1", "tier": "gold", "points": 1240},
}
_COMPANY: dict[str, Body] = {
    "business-profiles": {
        "ref": "biz-us-1",
        "name": "Sample, Sample & Partners LLP",
        "address": ["Travel Desk", "1 Sample Plaza, 38th Floor"],
        "postcode": "10005",
        "city": "New York, NY",
        "country": "US",
    },
}
_DELI: dict[str, Body] = {
    "merchants": _party("mer-us-1", "Sample Bros. Delicatessen", "205 Sample Street", "10002", "New York, NY"),
    "couriers": {"ref": "cou-us-1", "name": "Kwame Mensah"},
}
_GROCER: dict[str, Body] = {
    "merchants": _party("mer-us-2", "Brooklyn Sample Pantry LLC", "88 Sample Avenue", "11215", "Brooklyn, NY"),
    "couriers": {"ref": "cou-us-2", "name": "Li Na"},
}

_MTA = charge("surcharge", "0.50", "government_fee", description="MTA state surcharge")
_IMPROVEMENT = charge("surcharge", "1.00", "surcharge", description="Improvement surcharge")
_CONGESTION = charge("surcharge", "2.50", "government_fee", description="Congestion surcharge")
_CBD = charge("surcharge", "0.75", "government_fee", description="Congestion relief zone toll")
_NIGHT = charge("extra", "1.00", "surcharge", description="Overnight surcharge")

_TAXIS = (
    Scene(
        slug="yellow-midtown",
        market=NEW_YORK,
        begins="2026-01-13T09:05",
        minutes=21,
        distance_m=3_862,
        journey=("Times Sq/Theatre District, Manhattan", "Lenox Hill East, Manhattan"),
        vehicle="Yellow taxi 7Y42",
        charges={
            "fares": [fare("18.40")],
            "surcharges": [_MTA, _IMPROVEMENT],
            "congestion-fees": [_CONGESTION, _CBD],
            "tips": [tip("4.63")],
        },
        parties=_YELLOW | _RIDER,
    ),
    Scene(
        slug="yellow-jfk",
        market=NEW_YORK,
        begins="2026-01-27T16:20",
        minutes=58,
        distance_m=27_700,
        journey=("JFK Airport, Queens", "Union Sq, Manhattan"),
        charges={
            "fares": [fare("70.00", description="JFK flat fare")],
            "surcharges": [_MTA, _IMPROVEMENT],
            "airport-fees": [charge("airport_fee", "1.75", "government_fee", description="Airport access fee")],
            "congestion-fees": [_CONGESTION, _CBD],
            "tolls": [charge("toll", "6.94", "toll", description="Queens-Midtown Tunnel")],
            "tips": [tip("16.69")],
        },
        parties=_YELLOW | _COMPANY,
        pay=MASTERCARD,
    ),
    Scene(
        slug="green-cash",
        market=NEW_YORK,
        begins="2026-02-15T01:40",
        minutes=12,
        distance_m=3_200,
        journey=("Central Harlem, Manhattan", "Mott Haven, Bronx"),
        charges={"fares": [fare("12.80")], "surcharges": [_MTA, _IMPROVEMENT, _NIGHT]},
        parties=_GREEN,
        pay=CASH,
    ),
    Scene(
        slug="yellow-promotion",
        market=NEW_YORK,
        begins="2026-02-24T18:00",
        minutes=16,
        distance_m=2_900,
        journey=("Chelsea, Manhattan", "East Village, Manhattan"),
        charges={
            "fares": [fare("14.90")],
            "surcharges": [_MTA, _IMPROVEMENT],
            "promotions": [promotion("-5.00", "platform", description="Winter promotion")],
        },
        parties=_YELLOW,
        pay=APPLE_PAY,
    ),
)

_APP_RIDES = (
    Scene(
        slug="app-ride",
        market=NEW_YORK,
        product=Product.HIRE_CAR,
        begins="2026-01-31T22:12",
        minutes=34,
        distance_m=12_300,
        journey=("Williamsburg, Brooklyn", "Astoria, Queens"),
        charges={
            "fares": [fare("31.75")],
            "surcharges": [charge("black_car_fund", "0.95", "surcharge")],
            "tips": [tip("5.00")],
        },
        parties=_APP_DRIVER | _RIDER,
        added_tax=sales_tax(["31.75"]),
        other_payments={"split-fares": [{**MASTERCARD, "amount": "20.18"}]},
    ),
    Scene(
        slug="app-ride-cancelled",
        market=NEW_YORK,
        product=Product.HIRE_CAR,
        begins="2026-03-03T08:50",
        minutes=7,
        completion=Completion.CANCELLED_WITH_FEE,
        charges={"fares": [], "cancellation-fees": [charge("cancellation_fee", "5.00", "cancellation")]},
        parties=_APP_DRIVER,
        added_tax=sales_tax(["5.00"]),
    ),
    Scene(
        slug="app-ride-adjusted",
        market=NEW_YORK,
        product=Product.HIRE_CAR,
        begins="2026-03-14T14:25",
        minutes=29,
        distance_m=9_800,
        journey=("Park Slope, Brooklyn", "Battery Park City, Manhattan"),
        charges={
            "fares": [fare("27.60")],
            "tolls": [charge("toll", "6.94", "toll", description="Hugh L. Carey Tunnel")],
            "refunds": [charge("refund", "-4.25", "refund", description="Fare adjustment")],
            "tips": [tip("3.00")],
        },
        parties=_APP_DRIVER,
        added_tax=sales_tax(["27.60", "6.94", "-4.25"]),
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-deli",
        market=NEW_YORK,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-22T12:30",
        minutes=33,
        distance_m=2_600,
        charges={
            "baskets": [
                goods("24.95", "food_hot", "Pastrami on rye"),
                goods("6.50", "food_cold", "Half-sour pickles & slaw"),
                goods("5.00", "drink", "Cel-ray soda", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "3.99", "delivery", "delivery")],
            "tips": [tip("6.00", "delivery")],
        },
        parties=_DELI | _RIDER,
        added_tax=sales_tax(["24.95", "6.50", "5.00"], ["3.99"]),
    ),
    Scene(
        slug="delivery-service-fee",
        market=NEW_YORK,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-10T19:20",
        minutes=41,
        distance_m=4_100,
        charges={
            "baskets": [
                goods("17.25", "food_hot", "Matzo ball soup", "3"),
                goods("8.75", "alcohol", "Pilsner 12 oz"),
            ],
            "delivery-fees": [charge("delivery_fee", "2.49", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "3.90", "platform_fee", "platform_fee")],
            "promotions": [promotion("-4.00", "platform", "goods", description="$4 off")],
        },
        parties=_DELI,
        pay=APPLE_PAY,
        added_tax=sales_tax(["17.25", "8.75"], ["2.49"], ["3.90"]),
    ),
    Scene(
        slug="delivery-groceries",
        market=NEW_YORK,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-28T11:05",
        minutes=27,
        distance_m=1_750,
        charges={
            "baskets": [goods("5.49", "grocery", "Whole milk, half gallon"), goods("7.20", "grocery", "Apples, 3 lb")],
            "delivery-fees": [charge("delivery_fee", "3.99", "delivery", "delivery")],
        },
        parties=_GROCER,
    ),
    Scene(
        slug="delivery-mixed-basket",
        market=NEW_YORK,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-21T17:48",
        minutes=30,
        distance_m=2_200,
        charges={
            "baskets": [
                goods("4.25", "grocery", "Bananas"),
                goods("11.95", "food_hot", "Roast chicken, half"),
                charge("item", "0.10", "deposit", "goods", description="Bottle deposit", quantity="2"),
                goods("4.50", "drink", "Seltzer", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "3.99", "delivery", "delivery")],
            "small-order-fees": [charge("small_order_fee", "2.00", "surcharge", "delivery")],
        },
        parties=_GROCER | _RIDER,
        pay=CARD,
        added_tax=sales_tax(["11.95", "4.50"], ["3.99", "2.00"]),
    ),
)

SCENES = (*_TAXIS, *_APP_RIDES, *_DELIVERIES)

"""Sample trips in Australia: Sydney and Perth."""

from starter.samples.scene import APPLE_PAY, CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product


def _abn(number: str) -> list[Body]:
    return [{"scheme": "AU-ABN", "value": number}]


def _address(street: str, postcode: str, city: str, state: str) -> Body:
    return {
        "address": [street],
        "postcode": postcode,
        "city": city,
        "country": "AU",
        "subdivision": f"AU-{state}",
    }


_PLATFORM: Body = {
    "ref": "fernweg-au",
    "name": "Fernweg Australia Pty Ltd",
    **_address("100 Sample Street", "2009", "Pyrmont", "NSW"),
    "tax_ids": _abn("25 123 450 002"),
}


def _market(prefix: str, state: str, city: str, time_zone: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="AU", subdivision=f"AU-{state}"),
        time_zone=time_zone,
        locale="en-AU",
        currency="AUD",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


SYDNEY = _market("au-sydney", "NSW", "Sydney", "Australia/Sydney")
PERTH = _market("au-perth", "WA", "Perth", "Australia/Perth")

_DRIVER: dict[str, Body] = {
    "drivers": {
        "ref": "drv-au-1",
        "name": "Arjun Mehta",
        **_address("3 Banksia Sample Avenue", "2150", "Parramatta", "NSW"),
    },
    "driver-tax-profiles": {"tax_ids": _abn("95 123 450 003")},
}
_CABBIE: dict[str, Body] = {
    "drivers": {"ref": "drv-au-2", "name": "Bronwyn Kelly", **_address("9 Sample Road", "6000", "Perth", "WA")},
    "driver-tax-profiles": {"tax_ids": _abn("57 123 450 005"), "invoices_issued_by_platform": False},
}
_RIDER: dict[str, Body] = {
    "riders": {
        "ref": "rid-au-1",
        "name": "Matilda Nguyen",
        **_address("8 Wattle Sample Street", "2010", "Surry Hills", "NSW"),
    }
}
_COMPANY: dict[str, Body] = {
    "business-profiles": {
        "ref": "biz-au-1",
        "name": "Bluegum Sample Surveying Pty Ltd",
        **_address("Level 4, 77 Sample Street", "2000", "Sydney", "NSW"),
        "tax_ids": _abn("44 123 450 001"),
    },
}
_NOODLES: dict[str, Body] = {
    "merchants": {
        "ref": "mer-au-1",
        "name": "Newtown Sample Noodles",
        **_address("221 Sample Street", "2042", "Newtown", "NSW"),
    },
    "merchant-tax-profiles": {"tax_ids": _abn("76 123 450 004")},
}
_CAKES: dict[str, Body] = {
    "merchants": {
        "ref": "mer-au-2",
        "name": "Fremantle Sample Cake Tin",
        **_address("12 Sample Street", "6160", "Fremantle", "WA"),
    },
    "merchant-tax-profiles": {"vat_registered": False},
}
_COURIER: dict[str, Body] = {
    "couriers": {"ref": "cou-au-1", "name": "Sione Taufa", **_address("40 Sample Road", "6163", "Spearwood", "WA")},
    "courier-tax-profiles": {"vat_registered": False},
}

_RIDES = (
    Scene(
        slug="hire-car-airport",
        market=SYDNEY,
        product=Product.HIRE_CAR,
        begins="2026-01-15T18:12",
        minutes=29,
        distance_m=9_700,
        journey=("Domestic Terminal 2, Mascot NSW", "Wattle Sample Street, Surry Hills NSW"),
        vehicle="ZZ 12 AB, white saloon",
        charges={
            "fares": [fare("31.75")],
            "tolls": [charge("toll", "5.88", "toll", description="Eastern Distributor toll")],
            "airport-fees": [charge("airport_fee", "4.50", "government_fee")],
            "booking-fees": [charge("booking_fee", "0.55", "platform_fee", "platform_fee")],
            "tips": [tip("4.00")],
        },
        parties=_DRIVER | _RIDER,
    ),
    Scene(
        slug="taxi-cash",
        market=PERTH,
        begins="2026-02-21T21:05",
        minutes=23,
        distance_m=11_200,
        journey=("Elizabeth Quay, Perth WA", "Cottesloe Beach, Cottesloe WA"),
        charges={"fares": [fare("34.20")]},
        parties=_CABBIE,
        pay=CASH,
    ),
    Scene(
        slug="hire-car-thousand",
        market=SYDNEY,
        product=Product.HIRE_CAR,
        begins="2026-03-11T08:05",
        minutes=560,
        distance_m=412_000,
        journey=("77 Sample Street, Sydney NSW", "Echo Point, Katoomba NSW, and back"),
        charges={"fares": [fare("1000.00", description="Car at disposal, Blue Mountains")]},
        parties=_DRIVER | _COMPANY,
        pay={"method": "invoice"},
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-two-rates",
        market=SYDNEY,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-28T19:20",
        minutes=32,
        distance_m=3_300,
        charges={
            "baskets": [
                goods("19.80", "food_hot", "Char kway teow"),
                goods("13.50", "food_cold", "Prawn rice paper rolls", "2"),
                goods("8.90", "grocery", "Sourdough loaf, unsliced"),
            ],
            "packaging-deposits": [
                charge("deposit", "0.20", "deposit", "goods", description="Container deposit", quantity="2")
            ],
            "delivery-fees": [charge("delivery_fee", "5.99", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "2.42", "platform_fee", "platform_fee")],
        },
        parties=_NOODLES | _RIDER,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="delivery-small-merchant",
        market=PERTH,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-13T18:00",
        minutes=24,
        distance_m=2_100,
        charges={
            "baskets": [goods("16.50", "food_cold", "Lamingtons, box of six")],
            "delivery-fees": [charge("delivery_fee", "4.50", "delivery", "delivery")],
        },
        parties=_CAKES | _COURIER,
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

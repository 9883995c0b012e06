"""Sample trips in the United Kingdom: London, where the platform is the supplier, and Manchester, where it is not."""

from starter.samples.scene import (
    APPLE_PAY,
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
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-uk",
    "name": "Fernweg UK Ltd",
    "address": ["1 Sample Wharf"],
    "postcode": "E1 0AA",
    "city": "London",
    "country": "GB",
    "tax_ids": [{"scheme": "VAT", "value": "GB999900002"}],
}


def _market(prefix: str, municipality: str, city: str, authority: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="GB", subdivision="GB-ENG", municipality=municipality),
        time_zone="Europe/London",
        locale="en-GB",
        currency="GBP",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city, "licensing_authority": authority},
    )


LONDON = _market("gb-london", "E09000033", "London", "tfl")
MANCHESTER = _market("gb-manchester", "E08000003", "Manchester", "manchester_city_council")
_SALFORD = Place(country="GB", subdivision="GB-ENG", municipality="E08000006")
_HILLINGDON = Place(country="GB", subdivision="GB-ENG", municipality="E09000017")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "GB"}


def _registered(vat: str) -> Body:
    return {"tax_ids": [{"scheme": "VAT", "value": vat}]}


_BELOW_THRESHOLD: Body = {"vat_registered": False}

_DRIVER: dict[str, Body] = {
    "drivers": _party("drv-gb-1", "Adebayo Okonkwo", "14 Sample Road", "E3 2AA", "London"),
    "driver-tax-profiles": _BELOW_THRESHOLD,
}
_CABBIE: dict[str, Body] = {
    "drivers": _party("drv-gb-2", "Siân O'Neill", "5 Hackney Sample Lane", "E8 1AA", "London"),
    "driver-tax-profiles": {**_registered("GB999900015"), "invoices_issued_by_platform": False},
}
_MANCUNIAN: dict[str, Body] = {
    "drivers": _party("drv-gb-3", "Zofia Kowalska", "77 Sample Grove", "M14 5AA", "Manchester"),
    "driver-tax-profiles": _BELOW_THRESHOLD,
}
_MANCUNIAN_REGISTERED: dict[str, Body] = {
    "drivers": _party("drv-gb-4", "Northern Sample Cars Ltd", "3 Sample Mill", "M4 6AA", "Manchester"),
    "driver-tax-profiles": _registered("GB999900057"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-gb-1", "name": "Łucja Fitzgerald"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-gb-2", "name": "ليلى حداد"},
    "business-profiles": {
        "ref": "biz-gb-1",
        "name": "Sample & Daughters Chartered Surveyors LLP",
        "address": ["Accounts Payable", "The Old Sample Exchange", "200 Sample Street"],
        "postcode": "EC2V 7AA",
        "city": "London",
        "country": "GB",
        "tax_ids": [{"scheme": "VAT", "value": "GB999900099"}],
    },
}
_CURRY_HOUSE: dict[str, Body] = {
    "merchants": _party("mer-gb-1", "The Copper Sample (Soho) Ltd", "9 Sample Yard", "W1D 3AA", "London"),
    "merchant-tax-profiles": _registered("GB999900100"),
}
_CHIPPY: dict[str, Body] = {
    "merchants": _party("mer-gb-2", "Ancoats Sample Fryer", "41 Sample Street", "M4 5AA", "Manchester"),
    "merchant-tax-profiles": _BELOW_THRESHOLD,
}
_COURIER: dict[str, Body] = {"couriers": {"ref": "cou-gb-1", "name": "Ioana Popescu"}}


def _delivery_fee(amount: str) -> Body:
    return charge("delivery_fee", amount, "delivery", "delivery")


_RIDES = (
    Scene(
        slug="private-hire",
        market=LONDON,
        product=Product.HIRE_CAR,
        begins="2026-01-14T18:22",
        minutes=27,
        distance_m=7_900,
        journey=("Soho Square, London W1D", "Mile End Road, London E1"),
        vehicle="Toyota Prius, grey",
        charges={"fares": [fare("18.64")], "tips": [tip("2.00")]},
        parties=_DRIVER | _RIDER,
    ),
    Scene(
        slug="private-hire-heathrow",
        market=LONDON,
        product=Product.HIRE_CAR,
        begins="2026-01-30T04:35",
        minutes=49,
        distance_m=27_400,
        dropoff=_HILLINGDON,
        journey=("Sample Wharf, London E1", "Heathrow Airport, Terminal 5"),
        charges={
            "fares": [fare("46.20")],
            "congestion-fees": [charge("surcharge", "2.00", "government_fee", description="Congestion charge")],
            "airport-fees": [charge("airport_fee", "6.00", "government_fee", description="Terminal drop-off")],
        },
        parties=_DRIVER,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="private-hire-business",
        market=LONDON,
        product=Product.HIRE_CAR,
        begins="2026-02-11T13:00",
        minutes=410,
        distance_m=296_000,
        journey=("200 Sample Street, London EC2V", "200 Sample Street, London EC2V (five stops)"),
        charges={"fares": [fare("389.00", description="Car at disposal, seven hours", quantity="7", unit="HUR")]},
        parties=_DRIVER | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="private-hire-promotion",
        market=LONDON,
        product=Product.HIRE_CAR,
        begins="2026-02-20T22:47",
        minutes=15,
        distance_m=4_300,
        journey=("Brixton Station, London SW9", "Peckham Rye, London SE15"),
        charges={
            "fares": [fare("11.85")],
            "promotions": [promotion("-11.85", "supplier", description="First ride free")],
        },
        parties=_DRIVER,
    ),
    Scene(
        slug="private-hire-cancelled",
        market=LONDON,
        product=Product.HIRE_CAR,
        begins="2026-03-05T07:15",
        minutes=5,
        completion=Completion.CANCELLED_WITH_FEE,
        charges={"fares": [], "cancellation-fees": [charge("cancellation_fee", "4.00", "cancellation")]},
        parties=_DRIVER,
    ),
    Scene(
        slug="black-cab",
        market=LONDON,
        begins="2026-03-12T20:05",
        minutes=22,
        distance_m=5_600,
        journey=("Waterloo Station, London SE1", "St Pancras International, London N1C"),
        charges={"fares": [fare("24.60")], "tips": [tip("2.40")]},
        parties=_CABBIE,
        pay=CASH,
    ),
    Scene(
        slug="private-hire",
        market=MANCHESTER,
        product=Product.HIRE_CAR,
        begins="2026-01-24T23:31",
        minutes=18,
        distance_m=6_700,
        dropoff=_SALFORD,
        journey=("Northern Quarter, Manchester M4", "MediaCityUK, Salford M50"),
        charges={
            "fares": [fare("13.40")],
            "booking-fees": [charge("booking_fee", "1.80", "platform_fee", "platform_fee")],
        },
        parties=_MANCUNIAN | _RIDER,
        pay=MASTERCARD,
    ),
    Scene(
        slug="private-hire-registered",
        market=MANCHESTER,
        product=Product.HIRE_CAR,
        begins="2026-02-27T16:08",
        minutes=33,
        distance_m=15_200,
        journey=("Manchester Airport, Terminal 2", "Piccadilly Gardens, Manchester M1"),
        charges={
            "fares": [fare("27.90")],
            "airport-fees": [charge("airport_fee", "5.00", "government_fee")],
            "wait-times": [charge("waiting_time", "3.20", "wait", quantity="8", unit="MIN")],
            "refunds": [charge("refund", "-3.50", "refund", description="Longer route than booked")],
            "booking-fees": [charge("booking_fee", "1.80", "platform_fee", "platform_fee")],
        },
        parties=_MANCUNIAN_REGISTERED | _RIDER,
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-hot-and-cold",
        market=LONDON,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-18T19:44",
        minutes=35,
        distance_m=3_100,
        charges={
            "baskets": [
                goods("12.95", "food_hot", "Lamb rogan josh"),
                goods("3.50", "food_cold", "Cucumber raita"),
                goods("5.90", "drink", "Mango lassi", "2"),
                goods("9.60", "alcohol", "Lager 330 ml", "2"),
            ],
            "delivery-fees": [_delivery_fee("2.49")],
            "service-fees": [charge("service_fee", "1.99", "platform_fee", "platform_fee")],
            "tips": [tip("2.00", "delivery")],
        },
        parties=_CURRY_HOUSE | _COURIER | _RIDER,
    ),
    Scene(
        slug="delivery-groceries",
        market=LONDON,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-08T10:12",
        minutes=21,
        distance_m=1_900,
        charges={
            "baskets": [
                goods("2.15", "grocery", "Wholemeal loaf"),
                goods("6.40", "grocery", "Free-range eggs, 12", "2"),
                goods("1.75", "drink", "Sparkling water"),
            ],
            "delivery-fees": [_delivery_fee("1.99")],
            "small-order-fees": [charge("small_order_fee", "1.50", "surcharge", "delivery")],
        },
        parties=_CURRY_HOUSE | _COURIER,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="delivery-unregistered-merchant",
        market=MANCHESTER,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-22T18:55",
        minutes=24,
        distance_m=2_450,
        charges={
            "baskets": [goods("10.80", "food_hot", "Cod and chips"), goods("1.20", "food_hot", "Mushy peas")],
            "delivery-fees": [_delivery_fee("2.99")],
        },
        parties=_CHIPPY | _COURIER,
    ),
    Scene(
        slug="delivery-promotion",
        market=LONDON,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-19T20:30",
        minutes=28,
        distance_m=2_700,
        charges={
            "baskets": [goods("27.40", "food_hot", "Family feast"), goods("4.00", "food_cold", "Fruit salad")],
            "promotions": [promotion("-6.00", "platform", "goods", description="£6 off your first order")],
            "delivery-fees": [_delivery_fee("2.49")],
        },
        parties=_CURRY_HOUSE | _COURIER | _RIDER,
        other_payments={"vouchers": [{"method": "voucher", "amount": "7.89"}]},
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

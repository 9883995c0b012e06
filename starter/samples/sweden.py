"""Sample trips in Sweden: Stockholm, Malmö and Strömstad."""

from dataclasses import replace

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-se",
    "name": "Fernweg Mobilitet AB",
    "address": ["Sveavägen 24"],
    "postcode": "111 57",
    "city": "Stockholm",
    "country": "SE",
    "tax_ids": [{"scheme": "VAT", "value": "SE559900005501"}, {"scheme": "SE-ORGNR", "value": "559900-0055"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="SE", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Stockholm",
        locale="sv-SE",
        currency="SEK",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


STOCKHOLM = _market("se-stockholm", "SE-AB", "0180", "Stockholm")
MALMO = _market("se-malmo", "SE-M", "1280", "Malmö")
STROMSTAD = replace(_market("se-stromstad", "SE-O", "1486", "Strömstad"), currency="NOK")
_COPENHAGEN = Place(country="DK", subdivision="DK-84", municipality="101")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "SE"}


def _registered(number: str) -> Body:
    ids = [{"scheme": "VAT", "value": f"SE{number.replace('-', '')}01"}, {"scheme": "SE-ORGNR", "value": number}]
    return {"tax_ids": ids, "traits": ["f_tax"]}


_TAXI: dict[str, Body] = {
    "drivers": {"ref": "drv-se-401", "name": "Ahmed Warsame"},
    "fleets": _party("flt-se-41", "Ängby Taxi & Budbil AB", "Folkungagatan 61", "116 22", "Stockholm"),
    "driver-tax-profiles": _registered("559900-0063"),
}
_SMALL_TAXI: dict[str, Body] = {
    "drivers": _party("drv-se-402", "Görans Taxi", "Södra Förstadsgatan 90", "214 20", "Malmö"),
    "driver-tax-profiles": {"small_business": True, "traits": ["f_tax"]},
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-se-1", "Surdeg & Sill AB", "Götgatan 112", "118 62", "Stockholm"),
    "merchant-tax-profiles": _registered("559900-0071"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-se-1", "name": "Märta Åkesson"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-se-2", "name": "Nils Öberg"},
    "business-profiles": {
        "ref": "biz-se-1",
        "name": "Öberg Skeppsmäkeri AB",
        "address": ["Skeppsbron 20"],
        "postcode": "111 30",
        "city": "Stockholm",
        "country": "SE",
        "tax_ids": [{"scheme": "VAT", "value": "SE559900008901"}],
    },
}

SCENES = (
    Scene(
        slug="taxi-cash",
        market=STOCKHOLM,
        begins="2026-01-15T23:10",
        minutes=18,
        distance_m=7_200,
        journey=("Sergels torg, Stockholm", "Hornstull, Stockholm"),
        vehicle="TXB 18K",
        charges={
            "fares": [
                charge("base_fare", "49.00", "transport"),
                charge("distance_fare", "116.64", "transport", quantity="7.2", unit="KMT"),
                charge("time_fare", "81.90", "transport", quantity="18", unit="MIN"),
            ],
        },
        parties=_TAXI | _RIDER,
        pay={**CASH, "amount": "248.00"},
    ),
    Scene(
        slug="taxi-company",
        market=STOCKHOLM,
        begins="2026-02-02T07:25",
        minutes=151,
        distance_m=199_000,
        journey=("Skeppsbron 20, Stockholm", "Stora Torget, Linköping"),
        charges={
            "fares": [fare("4290.00")],
            "congestion-fees": [charge("congestion_tax", "45.00", "government_fee", description="Trängselskatt")],
        },
        parties=_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-to-copenhagen",
        market=MALMO,
        begins="2026-02-20T19:45",
        minutes=44,
        distance_m=44_800,
        dropoff=_COPENHAGEN,
        journey=("Malmö centralstation", "Kongens Nytorv, København"),
        charges={"fares": [fare("690.00")], "tolls": [charge("toll", "510.00", "toll", description="Øresundsbron")]},
        parties=_SMALL_TAXI,
        pay=MASTERCARD,
    ),
    Scene(
        slug="hire-car-in-norwegian-kroner",
        market=STROMSTAD,
        product=Product.HIRE_CAR,
        begins="2026-03-14T12:05",
        minutes=12,
        distance_m=9_200,
        journey=("Strömstads station", "Nordby shoppingcenter, Strömstad"),
        charges={
            "fares": [fare("129.00")],
            "booking-fees": [charge("booking_fee", "19.00", "platform_fee", "platform_fee")],
        },
        parties=_TAXI
        | {
            "exchange-rates": {
                "currency": "NOK",
                "into": "SEK",
                "rate": "0.9412",
                "published": "2026-03-13",
                "source": "Sveriges riksbank",
            }
        },
    ),
    Scene(
        slug="delivery-dinner",
        market=STOCKHOLM,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-30T18:20",
        minutes=29,
        distance_m=1_900,
        charges={
            "baskets": [
                goods("278.00", "food_hot", "Stekt strömming med potatismos", "2"),
                goods("28.00", "drink", "Lingondricka 33 cl"),
            ],
            "packaging-deposits": [charge("deposit", "1.00", "deposit", "goods", description="Pant")],
            "delivery-fees": [charge("delivery_fee", "39.00", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "15.00", "platform_fee", "platform_fee")],
            "tips": [tip("20.00", "delivery")],
        },
        parties=_KITCHEN | _RIDER,
    ),
)

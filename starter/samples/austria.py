"""Sample trips in Austria: Vienna."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

VIENNA = Market(
    prefix="at-vienna",
    place=Place(country="AT", subdivision="AT-9", municipality="90001"),
    time_zone="Europe/Vienna",
    locale="de-AT",
    currency="EUR",
    platform={
        "ref": "fernweg-at",
        "name": "Fernweg Mobilität Österreich GmbH",
        "address": ["Rotenturmstraße 21"],
        "postcode": "1010",
        "city": "Wien",
        "country": "AT",
        "tax_ids": [{"scheme": "VAT", "value": "ATU99900045"}],
    },
    city_ref="at-vienna",
    city={"ref": "at-vienna", "name": "Wien"},
)


def _party(ref: str, name: str, street: str, postcode: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": "Wien", "country": "AT"}


def _registered(vat: str) -> Body:
    return {"tax_ids": [{"scheme": "VAT", "value": vat}]}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-at-1", "Taxi Özdemir KG", "Ottakringer Straße 77", "1160"),
    "driver-tax-profiles": _registered("ATU99900054"),
}
_SMALL_TAXI: dict[str, Body] = {
    "drivers": _party("drv-at-2", "Brigitte Wögerbauer, Taxi", "Meidlinger Hauptstraße 5", "1120"),
    "driver-tax-profiles": {"small_business": True},
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-at-1", "Beisl am Eck GmbH", "Lerchenfelder Gürtel 40", "1160"),
    "merchant-tax-profiles": _registered("ATU99900063"),
}

SCENES = (
    Scene(
        slug="taxi-airport",
        market=VIENNA,
        begins="2026-02-03T06:20",
        minutes=28,
        distance_m=19_400,
        journey=("Westbahnhof, 1150 Wien", "Flughafen Wien-Schwechat"),
        charges={"fares": [fare("42.00")], "tips": [tip("3.00")]},
        parties=_TAXI,
        pay=MASTERCARD,
    ),
    Scene(
        slug="taxi-small-business",
        market=VIENNA,
        begins="2026-02-11T22:47",
        minutes=12,
        distance_m=4_200,
        journey=("Naschmarkt, 1040 Wien", "Schloss Schönbrunn, 1130 Wien"),
        charges={"fares": [fare("14.60")]},
        parties=_SMALL_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="hire-car",
        market=VIENNA,
        product=Product.HIRE_CAR,
        begins="2026-02-18T18:05",
        minutes=21,
        distance_m=7_300,
        journey=("Stephansplatz, 1010 Wien", "Hauptbibliothek, 1070 Wien"),
        charges={
            "fares": [fare("16.90")],
            "booking-fees": [charge("booking_fee", "0.90", "platform_fee", "platform_fee")],
        },
        parties=_TAXI,
    ),
    Scene(
        slug="delivery",
        market=VIENNA,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-22T19:14",
        minutes=27,
        distance_m=2_800,
        charges={
            "baskets": [
                goods("17.80", "food_hot", "Tafelspitz mit Apfelkren"),
                goods("9.60", "food_hot", "Kaiserschmarrn", "2"),
                goods("4.90", "drink", "Almdudler 0,35 l", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "2.90", "delivery", "delivery")],
        },
        parties=_KITCHEN,
    ),
)

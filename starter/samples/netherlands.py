"""Sample trips in the Netherlands: Amsterdam and Rotterdam."""

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, promotion, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-nl",
    "name": "Fernweg Mobiliteit B.V.",
    "address": ["Piet Heinkade 55"],
    "postcode": "1019 GM",
    "city": "Amsterdam",
    "country": "NL",
    "tax_ids": [{"scheme": "VAT", "value": "NL999999060B02"}, {"scheme": "NL-KVK", "value": "90002060"}],
}


def _market(prefix: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="NL", municipality=municipality),
        time_zone="Europe/Amsterdam",
        locale="nl-NL",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


AMSTERDAM = _market("nl-amsterdam", "0363", "Amsterdam")
ROTTERDAM = _market("nl-rotterdam", "0599", "Rotterdam")
_DELFT = Place(country="NL", municipality="0503")
_EINDHOVEN = Place(country="NL", municipality="0772")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {
        "ref": ref,
        "name": name,
        "address": [street],
        "postcode": postcode,
        "city": city,
        "country": "NL",
    }


def _registered(vat: str, kvk: str) -> Body:
    return {"tax_ids": [{"scheme": "VAT", "value": vat}, {"scheme": "NL-KVK", "value": kvk}]}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-nl-301", "Taxi Van der Meij", "Mathenesserlaan 208", "3021 HP", "Rotterdam"),
    "driver-tax-profiles": _registered("NL999999072B02", "90002301"),
}
_SMALL_TAXI: dict[str, Body] = {
    "drivers": _party("drv-nl-302", "Fatima El Amrani, taxi", "Insulindeweg 37", "1094 PJ", "Amsterdam"),
    "driver-tax-profiles": {"small_business": True},
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-nl-1", "Toko Nusantara V.O.F.", "Ferdinand Bolstraat 93", "1072 LD", "Amsterdam"),
    "merchant-tax-profiles": _registered("NL999999084B02", "90002401"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-nl-1", "name": "Joost Kuijpers"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-nl-2", "name": "Marloes Hoekstra"},
    "business-profiles": {
        "ref": "biz-nl-1",
        "name": "Hoekstra & Zn. Scheepsbouw B.V.",
        "address": ["Waalhaven Oostzijde 85"],
        "postcode": "3087 BM",
        "city": "Rotterdam",
        "country": "NL",
        "tax_ids": [{"scheme": "VAT", "value": "NL999999096B02"}],
    },
}

SCENES = (
    Scene(
        slug="taxi-cash",
        market=ROTTERDAM,
        begins="2026-01-14T22:35",
        minutes=13,
        distance_m=4_700,
        journey=("Rotterdam Centraal, Stationsplein, Rotterdam", "Mathenesserplein 12, Rotterdam"),
        vehicle="TX-408-R",
        charges={"fares": [fare("17.83")]},
        parties=_TAXI | _RIDER,
        pay={**CASH, "amount": "17.85"},
    ),
    Scene(
        slug="taxi-small-business",
        market=AMSTERDAM,
        begins="2026-01-25T01:20",
        minutes=16,
        distance_m=6_300,
        journey=("Leidseplein, Amsterdam", "Zeeburgerdijk 21, Amsterdam"),
        charges={"fares": [fare("23.40")], "tips": [tip("1.60")]},
        parties=_SMALL_TAXI,
    ),
    Scene(
        slug="taxi-company",
        market=ROTTERDAM,
        begins="2026-02-17T06:50",
        minutes=84,
        distance_m=112_000,
        dropoff=_EINDHOVEN,
        journey=("Waalhaven Oostzijde 85, Rotterdam", "High Tech Campus 1, Eindhoven"),
        charges={
            "fares": [fare("214.50")],
            "wait-times": [charge("waiting_time", "9.00", "wait", quantity="15", unit="MIN")],
        },
        parties=_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="hire-car-promotion",
        market=ROTTERDAM,
        product=Product.HIRE_CAR,
        begins="2026-03-05T18:10",
        minutes=27,
        distance_m=14_900,
        dropoff=_DELFT,
        journey=("Witte de Withstraat 50, Rotterdam", "Markt 80, Delft"),
        charges={
            "fares": [fare("32.90")],
            "booking-fees": [charge("booking_fee", "1.15", "platform_fee", "platform_fee")],
            "promotions": [promotion("-5.00", "platform", description="Welkomstkorting")],
        },
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="delivery-rijsttafel",
        market=AMSTERDAM,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-08T18:40",
        minutes=34,
        distance_m=2_600,
        charges={
            "baskets": [
                goods("39.00", "food_hot", "Rijsttafel Nusantara", "2"),
                goods("5.80", "drink", "Ginger ale 0,33 l", "2"),
                goods("7.60", "alcohol", "Pils 0,33 l", "2"),
            ],
            "packaging-deposits": [charge("deposit", "0.60", "deposit", "goods", description="Statiegeld")],
            "delivery-fees": [charge("delivery_fee", "3.50", "delivery", "delivery")],
            "tips": [tip("2.00", "delivery")],
        },
        parties=_KITCHEN | _RIDER,
    ),
)

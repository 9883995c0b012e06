"""Sample trips in Poland: Warsaw and Kraków."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-pl",
    "name": "Fernweg Mobilność sp. z o.o.",
    "address": ["al. Jana Pawła II 22"],
    "postcode": "00-133",
    "city": "Warszawa",
    "country": "PL",
    "tax_ids": [{"scheme": "PL-NIP", "value": "9999900050"}, {"scheme": "VAT", "value": "PL9999900050"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="PL", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Warsaw",
        locale="pl-PL",
        currency="PLN",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


WARSAW = _market("pl-warsaw", "PL-14", "146501", "Warszawa")
KRAKOW = _market("pl-krakow", "PL-12", "126101", "Kraków")
_KATOWICE = Place(country="PL", subdivision="PL-24", municipality="246901")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "PL"}


def _registered(nip: str, *traits: str) -> Body:
    return {"tax_ids": [{"scheme": "PL-NIP", "value": nip}], "consent": "agr-pl-2026", "traits": list(traits)}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-pl-701", "Taxi Krzysztof Gąsior", "ul. Grochowska 278", "03-841", "Warszawa"),
    "driver-tax-profiles": _registered("9999900067"),
}
_LUMP_SUM_TAXI: dict[str, Body] = {
    "drivers": _party("drv-pl-702", "Halina Żądło, taxi", "ul. Długa 41", "31-147", "Kraków"),
    "driver-tax-profiles": _registered("9999900073", "lump_sum"),
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-pl-1", "Bar Mleczny „Ziółko” s.c.", "ul. Chmielna 15", "00-021", "Warszawa"),
    "merchant-tax-profiles": _registered("9999900096"),
}
_RIDER: dict[str, Body] = {"riders": _party("rid-pl-1", "Żaneta Śliwińska", "ul. Puławska 112", "02-620", "Warszawa")}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-pl-2", "name": "Stanisław Łęcki"},
    "business-profiles": {
        "ref": "biz-pl-1",
        "name": "Łęcki Inżynieria sp. z o.o. sp. k.",
        "address": ["ul. Wadowicka 8a"],
        "postcode": "30-415",
        "city": "Kraków",
        "country": "PL",
        "tax_ids": [{"scheme": "PL-NIP", "value": "9999900104"}],
    },
}

SCENES = (
    Scene(
        slug="taxi",
        market=WARSAW,
        begins="2026-01-19T07:40",
        minutes=26,
        distance_m=10_600,
        journey=("Lotnisko Chopina, Warszawa", "ul. Puławska 112, Warszawa"),
        vehicle="WX 4829T",
        charges={"fares": [fare("48.20")], "tips": [tip("4.80")]},
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-lump-sum",
        market=KRAKOW,
        begins="2026-02-07T22:15",
        minutes=12,
        distance_m=4_400,
        journey=("Rynek Główny, Kraków", "Kazimierz, Kraków"),
        charges={"fares": [fare("26.40")]},
        parties=_LUMP_SUM_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="hire-car-company",
        market=KRAKOW,
        product=Product.HIRE_CAR,
        begins="2026-02-24T06:20",
        minutes=71,
        distance_m=82_000,
        dropoff=_KATOWICE,
        journey=("ul. Wadowicka 8a, Kraków", "Spodek, Katowice"),
        charges={
            "fares": [fare("389.00")],
            "tolls": [charge("toll", "32.00", "toll", description="Autostrada A4")],
            "wait-times": [charge("waiting_time", "36.00", "wait", quantity="30", unit="MIN")],
            "booking-fees": [charge("booking_fee", "4.99", "platform_fee", "platform_fee")],
        },
        parties=_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-company-simplified",
        market=KRAKOW,
        begins="2026-03-11T17:30",
        minutes=19,
        distance_m=8_100,
        journey=("Dworzec Główny, Kraków", "ul. Wadowicka 8a, Kraków"),
        charges={"fares": [fare("42.60")]},
        parties=_LUMP_SUM_TAXI | _COMPANY,
        pay=MASTERCARD,
    ),
    Scene(
        slug="delivery-pierogi",
        market=WARSAW,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-04T13:05",
        minutes=28,
        distance_m=2_200,
        charges={
            "baskets": [
                goods("52.00", "food_hot", "Pierogi z mięsem", "2"),
                goods("9.00", "food_cold", "Surówka z kapusty"),
                goods("7.50", "drink", "Kompot 0,5 l"),
            ],
            "packaging-deposits": [charge("deposit", "0.50", "deposit", "goods", description="Kaucja")],
            "delivery-fees": [charge("delivery_fee", "8.99", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "2.49", "platform_fee", "platform_fee")],
        },
        parties=_KITCHEN | _RIDER,
    ),
)

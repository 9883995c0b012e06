"""Sample trips in Spain: Madrid, Barcelona and Sevilla."""

from starter.samples.scene import APPLE_PAY, CASH, Body, Market, Scene, charge, fare, goods, promotion, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-es",
    "name": "Fernweg Movilidad España, S.A.",
    "address": ["Calle de Orense, 300"],
    "postcode": "28020",
    "city": "Madrid",
    "country": "ES",
    "tax_ids": [{"scheme": "ES-NIF", "value": "A99990012"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="ES", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Madrid",
        locale="es-ES",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


MADRID = _market("es-madrid", "ES-MD", "28079", "Madrid")
BARCELONA = _market("es-barcelona", "ES-CT", "08019", "Barcelona")
SEVILLA = _market("es-sevilla", "ES-AN", "41091", "Sevilla")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "ES"}


def _standing(nif: str, *traits: str) -> Body:
    return {"tax_ids": [{"scheme": "ES-NIF", "value": nif}], "traits": list(traits)}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-es-101", "Rocío Estévez Ordóñez", "Calle de Bravo Murillo, 311", "28020", "Madrid"),
    "driver-tax-profiles": _standing("99999002Q"),
}
_VERIFIABLE: dict[str, Body] = {
    "drivers": {"ref": "drv-es-102", "name": "Oriol Puig"},
    "fleets": _party("flt-es-11", "Passeig VTC, S.L.", "Carrer de Pallars, 410", "08019", "Barcelona"),
    "driver-tax-profiles": _standing("B99991168", "verifactu"),
}
_SEVILLA: dict[str, Body] = {
    "drivers": _party("drv-es-103", "Taxi Macarena, S.L.", "Calle Feria, 77", "41003", "Sevilla"),
    "driver-tax-profiles": _standing("B99991259"),
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-es-1", "Casa Piñones, S.L.", "Calle de Argumosa, 30", "28012", "Madrid"),
    "merchant-tax-profiles": _standing("B99991119", "verifactu"),
}
_COURIER: dict[str, Body] = {
    "couriers": _party("cou-es-1", "Yolanda Cárdenas Ríos", "Calle del Oso, 8", "28012", "Madrid"),
    "courier-tax-profiles": _standing("99999003V"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-es-1", "name": "Iñaki Zubizarreta Muñoz"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-es-2", "name": "Montserrat Vilà"},
    "business-profiles": {
        **_party("biz-es-1", "Vidrios del Turia, S.L.", "Avinguda Diagonal, 640", "08017", "Barcelona"),
        "tax_ids": [{"scheme": "ES-NIF", "value": "B99991028"}],
    },
}

SCENES = (
    Scene(
        slug="taxi",
        market=MADRID,
        begins="2026-01-15T07:50",
        minutes=22,
        distance_m=8_800,
        journey=("Estación de Chamartín, Madrid", "Plaza Mayor, Madrid"),
        vehicle="Taxi 10482",
        charges={
            "fares": [fare("18.35")],
            "surcharges": [charge("surcharge", "3.00", "surcharge", description="Suplemento estación")],
            "tips": [tip("1.50")],
        },
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="hire-car-verifactu",
        market=BARCELONA,
        product=Product.HIRE_CAR,
        begins="2026-02-05T20:30",
        minutes=18,
        distance_m=5_600,
        journey=("Plaça de Catalunya, Barcelona", "Platja de la Barceloneta, Barcelona"),
        charges={
            "fares": [fare("13.90")],
            "promotions": [promotion("-3.00", "platform", description="Bono de bienvenida")],
        },
        parties=_VERIFIABLE | _RIDER,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="hire-car-business",
        market=BARCELONA,
        product=Product.HIRE_CAR,
        begins="2026-02-19T06:15",
        minutes=34,
        distance_m=17_200,
        dropoff=Place(country="ES", subdivision="ES-CT", municipality="08169"),
        journey=("Avinguda Diagonal, 640, Barcelona", "Aeroport, Terminal 1, El Prat de Llobregat"),
        charges={
            "fares": [fare("36.40")],
            "airport-fees": [charge("airport_fee", "4.50", "government_fee")],
            "booking-fees": [charge("booking_fee", "1.20", "platform_fee", "platform_fee")],
        },
        parties=_VERIFIABLE | _COMPANY,
    ),
    Scene(
        slug="taxi-cash",
        market=SEVILLA,
        begins="2026-03-11T23:20",
        minutes=11,
        distance_m=3_900,
        journey=("Plaza de España, Sevilla", "Alameda de Hércules, Sevilla"),
        charges={"fares": [fare("9.70")]},
        parties=_SEVILLA,
        pay=CASH,
    ),
    Scene(
        slug="delivery",
        market=MADRID,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-27T21:35",
        minutes=29,
        distance_m=2_400,
        charges={
            "baskets": [
                goods("11.50", "food_hot", "Tortilla de patatas, media"),
                goods("13.80", "food_cold", "Gazpacho, 1 l", "2"),
                goods("5.20", "drink", "Refresco de limón", "2"),
                goods("3.40", "alcohol", "Vermú de grifo"),
            ],
            "delivery-fees": [charge("delivery_fee", "2.79", "delivery", "delivery")],
            "tips": [tip("2.00", "delivery")],
        },
        parties=_KITCHEN | _COURIER | _RIDER,
    ),
)

"""Sample trips in Mexico: Mexico City and Tijuana."""

from starter.samples.scene import CARD, CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_CREDIT_CARD = {**CARD, "method": "credit_card"}


def _ids(rfc: str, regime: str, use: str | None = None) -> list[Body]:
    ids: list[Body] = [{"scheme": "MX-RFC", "value": rfc}, {"scheme": "MX-REGIMEN", "value": regime}]
    return [*ids, {"scheme": "MX-USO-CFDI", "value": use}] if use else ids


def _address(street: str, postcode: str, city: str = "Ciudad de México") -> Body:
    return {"address": [street], "postcode": postcode, "city": city, "country": "MX"}


_PLATFORM: Body = {
    "ref": "fernweg-mx",
    "name": "Fernweg México de Ejemplo",
    **_address("Avenida Ejemplo Sur 601", "03810"),
    "tax_ids": _ids("FMX200101A16", "601"),
}


def _market(prefix: str, subdivision: str, municipality: str, city: str, time_zone: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="MX", subdivision=subdivision, municipality=municipality),
        time_zone=time_zone,
        locale="es-MX",
        currency="MXN",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


MEXICO_CITY = _market("mx-cdmx", "MX-CMX", "09015", "Ciudad de México", "America/Mexico_City")
TIJUANA = _market("mx-tij", "MX-BCN", "02004", "Tijuana", "America/Tijuana")

_RIDER: dict[str, Body] = {"riders": {"ref": "rid-mx-1", "name": "Gabriela Pérez Arriaga"}}
_WITH_TAX_DATA: dict[str, Body] = {
    **_RIDER,
    "rider-tax-profiles": {
        "name": "Gabriela Pérez Arriaga",
        **_address("Calle Ejemplo 150, Roma Norte", "06700"),
        "tax_ids": _ids("PEGA790620AB8", "612", "G03"),
    },
}
_DRIVER: dict[str, Body] = {
    "drivers": {"ref": "drv-mx-1", "name": "Martín López García", **_address("Calle Ejemplo 8, Coyoacán", "04000")},
    "driver-tax-profiles": {"tax_ids": _ids("LOGM850312AB2", "625")},
}
_BORDER_DRIVER: dict[str, Body] = {
    "drivers": {"ref": "drv-mx-2", "name": "Ximena Alba Montes", **_address("Calle Ejemplo 3", "22000", "Tijuana")},
    "driver-tax-profiles": {"tax_ids": _ids("XAMT800101AB5", "625"), "traits": ["border_region"]},
}
_TACOS: dict[str, Body] = {
    "merchants": {"ref": "mer-mx-1", "name": "Tacos Ejemplo San Ángel", **_address("Avenida Ejemplo 1500", "01000")},
    "merchant-tax-profiles": {"tax_ids": _ids("TSA190505A17", "601")},
}

SCENES = (
    Scene(
        slug="app-ride-invoiced",
        market=MEXICO_CITY,
        product=Product.HIRE_CAR,
        begins="2026-01-19T09:10",
        minutes=31,
        distance_m=9_800,
        journey=("Ángel de la Independencia", "Calle Ejemplo 150, Roma Norte"),
        vehicle="ABC-123-D",
        charges={
            "fares": [fare("148.50")],
            "tolls": [charge("toll", "35.00", "toll", description="Caseta Supervía")],
            "tips": [tip("20.00")],
        },
        parties=_DRIVER | _WITH_TAX_DATA,
        pay=_CREDIT_CARD,
    ),
    Scene(
        slug="app-ride-receipt",
        market=MEXICO_CITY,
        product=Product.HIRE_CAR,
        begins="2026-02-05T22:40",
        minutes=18,
        distance_m=5_200,
        journey=("Coyoacán", "Del Valle"),
        charges={"fares": [fare("83.00")]},
        parties=_DRIVER | _RIDER,
        pay=CASH,
    ),
    Scene(
        slug="taxi",
        market=MEXICO_CITY,
        begins="2026-02-17T13:15",
        minutes=22,
        distance_m=6_100,
        journey=("Alameda Central", "Roma Norte"),
        charges={"fares": [fare("87.00")]},
        parties=_DRIVER | _RIDER,
        pay=CASH,
    ),
    Scene(
        slug="border-ride",
        market=TIJUANA,
        product=Product.HIRE_CAR,
        begins="2026-03-04T08:10",
        minutes=27,
        distance_m=11_900,
        journey=("Avenida Ejemplo, Tijuana", "Playas de Tijuana"),
        charges={"fares": [fare("162.00")]},
        parties=_BORDER_DRIVER | _WITH_TAX_DATA,
        pay=_CREDIT_CARD,
    ),
    Scene(
        slug="delivery-tacos",
        market=MEXICO_CITY,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-10T20:30",
        minutes=29,
        distance_m=2_100,
        charges={
            "baskets": [
                goods("96.00", "food_hot", "Tacos al pastor", "4"),
                goods("38.00", "drink", "Agua de jamaica", "2"),
                goods("24.50", "grocery", "Tortillas de maíz, 1 kg"),
            ],
            "delivery-fees": [charge("delivery_fee", "32.00", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "9.90", "platform_fee", "platform_fee")],
        },
        parties=_TACOS | _WITH_TAX_DATA,
        pay=_CREDIT_CARD,
    ),
)

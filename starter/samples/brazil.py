"""Sample trips in Brazil: São Paulo."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

SAO_PAULO = Market(
    prefix="br-sao-paulo",
    place=Place(country="BR", subdivision="BR-SP", municipality="3550308"),
    time_zone="America/Sao_Paulo",
    locale="pt-BR",
    currency="BRL",
    platform={
        "ref": "fernweg-br",
        "name": "Fernweg Mobilidade do Brasil Ltda.",
        "address": ["Alameda Santos 700"],
        "postcode": "01418-100",
        "city": "São Paulo",
        "country": "BR",
        "tax_ids": [{"scheme": "BR-CNPJ", "value": "99999004000192"}],
    },
    city_ref="br-sao-paulo",
    city={"ref": "br-sao-paulo", "name": "São Paulo"},
)


def _party(ref: str, name: str, street: str, postcode: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": "São Paulo", "country": "BR"}


_DRIVER: dict[str, Body] = {
    "drivers": _party("drv-br-1", "Conceição Araújo MEI", "Rua Vergueiro 2100", "04102-000"),
    "driver-tax-profiles": {"tax_ids": [{"scheme": "BR-CNPJ", "value": "99999005000137"}]},
}
_PERSON: dict[str, Body] = {
    "drivers": _party("drv-br-2", "Tomás Guimarães", "Rua Clélia 95", "05042-000"),
    "driver-tax-profiles": {"tax_ids": [{"scheme": "BR-CPF", "value": "99999000207"}]},
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-br-1", "Pão & Açaí da Vila Ltda.", "Rua Aspicuelta 12", "05433-010"),
    "merchant-tax-profiles": {"tax_ids": [{"scheme": "BR-CNPJ", "value": "99999006000181"}]},
}

SCENES = (
    Scene(
        slug="hire-car",
        market=SAO_PAULO,
        product=Product.HIRE_CAR,
        begins="2026-02-04T19:25",
        minutes=38,
        distance_m=14_600,
        journey=("Aeroporto de Congonhas, São Paulo", "Vila Madalena, São Paulo"),
        charges={"fares": [fare("46.90")], "tips": [tip("5.00")]},
        parties=_DRIVER,
        pay={"method": "pix"},
    ),
    Scene(
        slug="moto",
        market=SAO_PAULO,
        product=Product.MOTO,
        begins="2026-02-10T07:50",
        minutes=16,
        distance_m=6_100,
        journey=("Estação Santana, São Paulo", "Barra Funda, São Paulo"),
        charges={"fares": [fare("12.40")]},
        parties=_PERSON,
        pay=CASH,
    ),
    Scene(
        slug="taxi",
        market=SAO_PAULO,
        begins="2026-02-14T23:10",
        minutes=27,
        distance_m=11_300,
        journey=("Avenida Paulista 1578, São Paulo", "Morumbi, São Paulo"),
        charges={"fares": [fare("58.00")]},
        parties=_DRIVER,
        pay=MASTERCARD,
    ),
    Scene(
        slug="delivery",
        market=SAO_PAULO,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-18T20:31",
        minutes=34,
        distance_m=3_700,
        charges={
            "baskets": [
                goods("39.90", "food_hot", "Feijoada completa"),
                goods("18.00", "food_cold", "Açaí 500 ml com granola"),
                goods("14.00", "drink", "Guaraná 350 ml", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "7.99", "delivery", "delivery")],
        },
        parties=_KITCHEN,
    ),
)

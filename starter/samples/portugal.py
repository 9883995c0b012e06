"""Sample trips in Portugal: Lisbon, Porto, Ponta Delgada and Funchal."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-pt",
    "name": "Fernweg Mobilidade Portugal, Lda.",
    "address": ["Rua do Ouro, 270"],
    "postcode": "1100-065",
    "city": "Lisboa",
    "country": "PT",
    "tax_ids": [{"scheme": "PT-NIF", "value": "599900130"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str, time_zone: str = "Europe/Lisbon") -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="PT", subdivision=subdivision, municipality=municipality),
        time_zone=time_zone,
        locale="pt-PT",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


LISBON = _market("pt-lisbon", "PT-11", "1106", "Lisboa")
PORTO = _market("pt-porto", "PT-13", "1312", "Porto")
PONTA_DELGADA = _market("pt-ponta-delgada", "PT-20", "4203", "Ponta Delgada", "Atlantic/Azores")
FUNCHAL = _market("pt-funchal", "PT-30", "3103", "Funchal", "Atlantic/Madeira")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "PT"}


def _standing(nif: str, *, small: bool = False) -> Body:
    return {"tax_ids": [{"scheme": "PT-NIF", "value": nif}], "small_business": small}


def _known(**letters: str) -> dict[str, Body]:
    """What the AT answered for each supplier's series: of FT, FS, NC, and NC of FS."""
    kinds = (
        ("invoice", "", "FT2X"),
        ("receipt", "", "FS3Y"),
        ("credit_note", "", "NC4Z"),
        ("credit_note", "FS", "NS5W"),
    )
    return {
        "number-registrations": {
            "registrations": [
                {"supplier": supplier, "kind": kind, "prefix": prefix, "validation_code": f"{code}{end}"}
                for supplier, code in letters.items()
                for kind, prefix, end in kinds
            ]
        }
    }


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-pt-101", "Táxis Sete Colinas, Lda.", "Rua da Palma, 190", "1100-391", "Lisboa"),
    "driver-tax-profiles": _standing("599900172"),
}
_HIRE_CAR: dict[str, Body] = {
    "drivers": {"ref": "drv-pt-102", "name": "Nuno Sequeira"},
    "fleets": _party("flt-pt-11", "Ribeira TVDE, Unipessoal Lda.", "Rua de Cedofeita, 480", "4050-174", "Porto"),
    "driver-tax-profiles": _standing("599900199"),
}
_AZOREAN: dict[str, Body] = {
    "drivers": _party("drv-pt-103", "Graça Furtado", "Rua da Boavista, 22", "9500-307", "Ponta Delgada"),
    "driver-tax-profiles": _standing("299900118", small=True),
}
_MADEIRAN: dict[str, Body] = {
    "drivers": _party("drv-pt-104", "Táxis Levada Nova, Lda.", "Caminho do Pilar, 15", "9000-136", "Funchal"),
    "driver-tax-profiles": _standing("599900202"),
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-pt-1", "Adega do Ó, Lda.", "Rua das Flores, 99", "4050-265", "Porto"),
    "merchant-tax-profiles": _standing("599900229"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-pt-1", "name": "Leonor Araújo"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-pt-2", "name": "Tomás Brandão"},
    "business-profiles": {
        **_party("biz-pt-1", "Azulejos da Foz, S.A.", "Rua do Passeio Alegre, 70", "4150-570", "Porto"),
        "tax_ids": [{"scheme": "PT-NIF", "value": "599900253"}],
    },
}

SCENES = (
    Scene(
        slug="taxi",
        market=LISBON,
        begins="2026-01-19T09:10",
        minutes=17,
        distance_m=6_900,
        journey=("Aeroporto Humberto Delgado, Lisboa", "Rossio, Lisboa"),
        vehicle="Táxi 2207",
        charges={
            "fares": [fare("12.85")],
            "surcharges": [charge("surcharge", "1.60", "surcharge", description="Suplemento bagagem")],
            "tips": [tip("1.00")],
        },
        parties=_TAXI | _RIDER,
        facts=_known(driver="BTX4"),
    ),
    Scene(
        slug="hire-car-business",
        market=PORTO,
        product=Product.HIRE_CAR,
        begins="2026-02-04T07:20",
        minutes=24,
        distance_m=14_300,
        dropoff=Place(country="PT", subdivision="PT-13", municipality="1308"),
        journey=("Rua do Passeio Alegre, 70, Porto", "Aeroporto Francisco Sá Carneiro, Maia"),
        charges={
            "fares": [fare("19.60")],
            "tolls": [charge("toll", "0.85", "toll", description="VRI")],
            "booking-fees": [charge("booking_fee", "0.90", "platform_fee", "platform_fee")],
        },
        parties=_HIRE_CAR | _COMPANY,
        facts=_known(fleet="HKP7", platform="PLD6"),
        pay=MASTERCARD,
    ),
    Scene(
        slug="hire-car-long",
        market=PORTO,
        product=Product.HIRE_CAR,
        begins="2026-02-22T16:00",
        minutes=185,
        distance_m=316_000,
        dropoff=LISBON.place,
        journey=("Estação de São Bento, Porto", "Parque das Nações, Lisboa"),
        charges={"fares": [fare("248.00")], "tolls": [charge("toll", "23.40", "toll", description="A1")]},
        parties=_HIRE_CAR | _RIDER,
        facts=_known(fleet="HKP7"),
    ),
    Scene(
        slug="taxi-small-business",
        market=PONTA_DELGADA,
        begins="2026-03-05T18:45",
        minutes=9,
        distance_m=3_400,
        journey=("Aeroporto João Paulo II, Ponta Delgada", "Portas da Cidade, Ponta Delgada"),
        charges={"fares": [fare("7.90")]},
        parties=_AZOREAN,
        facts=_known(driver="GFZ9"),
        pay=CASH,
    ),
    Scene(
        slug="taxi",
        market=FUNCHAL,
        begins="2026-03-14T12:30",
        minutes=21,
        distance_m=9_800,
        journey=("Cais do Funchal", "Câmara de Lobos"),
        charges={"fares": [fare("15.40")]},
        parties=_MADEIRAN | _RIDER,
        facts=_known(driver="LVN2"),
    ),
    Scene(
        slug="delivery",
        market=PORTO,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-13T20:15",
        minutes=33,
        distance_m=2_700,
        charges={
            "baskets": [
                goods("11.90", "food_hot", "Francesinha à moda do Porto"),
                goods("7.00", "food_hot", "Caldo verde", "2"),
                goods("3.20", "drink", "Laranjada, lata", "2"),
                goods("2.40", "alcohol", "Fino, 33 cl"),
            ],
            "packaging-deposits": [charge("deposit", "0.40", "deposit", "goods", description="Depósito")],
            "delivery-fees": [charge("delivery_fee", "1.90", "delivery", "delivery")],
        },
        parties=_KITCHEN | _RIDER,
        facts=_known(merchant="ADG8", platform="PLD6"),
    ),
)

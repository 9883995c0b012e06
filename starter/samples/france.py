"""Sample trips in France: Paris, Lyon and Marseille."""

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, PricingBasis, Product

_PLATFORM: Body = {
    "ref": "fernweg-fr",
    "name": "Fernweg Mobilité SAS",
    "address": ["15, rue du Faubourg-Poissonnière"],
    "postcode": "75009",
    "city": "Paris",
    "country": "FR",
    "tax_ids": [{"scheme": "FR-SIREN", "value": "999900087"}, {"scheme": "VAT", "value": "FR08999900087"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="FR", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Paris",
        locale="fr-FR",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


PARIS = _market("fr-paris", "FR-IDF", "75056", "Paris")
LYON = _market("fr-lyon", "FR-ARA", "69123", "Lyon")
MARSEILLE = _market("fr-marseille", "FR-PAC", "13055", "Marseille")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "FR"}


def _standing(siret: str, vat: str | None = None, *, traits: tuple[str, ...] = ()) -> Body:
    ids = [{"scheme": "FR-SIRET", "value": siret}, *([{"scheme": "VAT", "value": vat}] if vat else [])]
    return {"tax_ids": ids, "consent": "mandat-2026", "traits": list(traits)}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-fr-101", "Taxi Élodie Marchand EI", "18, rue des Pyrénées", "75020", "Paris"),
    "driver-tax-profiles": _standing("99990001200017", "FR74999900012"),
}
_HIRE_CAR: dict[str, Body] = {
    "drivers": {"ref": "drv-fr-102", "name": "Youssef Amrani"},
    "fleets": _party("flt-fr-11", "Rive Droite Chauffeurs SARL", "201, rue La Fayette", "75010", "Paris"),
    "driver-tax-profiles": _standing("99990002000010", "FR01999900020", traits=("option_debits",)),
}
_MICRO: dict[str, Body] = {
    "drivers": _party("drv-fr-103", "Maëlle Robin EI", "4, montée de la Grande-Côte", "69001", "Lyon"),
    "driver-tax-profiles": _standing("99990003800012", traits=("micro_entrepreneur",)),
}
_MOTO: dict[str, Body] = {
    "drivers": _party("drv-fr-104", "Moto Calanques EURL", "33, rue de la République", "13002", "Marseille"),
    "driver-tax-profiles": _standing("99990004600015", "FR79999900046"),
}
_BISTRO: dict[str, Body] = {
    "merchants": _party("mer-fr-1", "Le Petit Sureau SARL", "9, rue Mercière", "69002", "Lyon"),
    "merchant-tax-profiles": _standing("99990005300011", "FR03999900053"),
}
_COURIER: dict[str, Body] = {
    "couriers": _party("cou-fr-1", "Bastien Kowalczyk EI", "61, cours Vitton", "69006", "Lyon"),
    "courier-tax-profiles": _standing("99990006100014", traits=("micro_entrepreneur",)),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-fr-1", "name": "Anaïs Œuvrard"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-fr-2", "name": "Gaël Thévenot"},
    "business-profiles": {
        "ref": "biz-fr-1",
        "name": "Atelier Béton & Lumière SAS",
        "address": ["27, quai de Valmy"],
        "postcode": "75010",
        "city": "Paris",
        "country": "FR",
        "tax_ids": [{"scheme": "FR-SIREN", "value": "999900079"}, {"scheme": "VAT", "value": "FR81999900079"}],
    },
}

SCENES = (
    Scene(
        slug="taxi",
        market=PARIS,
        pricing_basis=PricingBasis.METER,
        begins="2026-01-13T08:40",
        minutes=26,
        distance_m=7_300,
        journey=("Gare du Nord, Paris", "Place de la Nation, Paris"),
        vehicle="Taxi 4471",
        charges={
            "fares": [fare("19.60")],
            "surcharges": [charge("surcharge", "4.00", "surcharge", description="Réservation immédiate")],
            "tips": [tip("2.00")],
        },
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="hire-car-by-the-hour",
        market=PARIS,
        product=Product.HIRE_CAR,
        pricing_basis=PricingBasis.TIME,
        begins="2026-01-29T13:00",
        minutes=180,
        distance_m=42_000,
        journey=("27, quai de Valmy, Paris", "Le Bourget, parc des expositions"),
        charges={"fares": [fare("195.00", description="Mise à disposition", quantity="3", unit="HUR")]},
        parties=_HIRE_CAR | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="hire-car-by-distance",
        market=PARIS,
        product=Product.HIRE_CAR,
        pricing_basis=PricingBasis.DISTANCE,
        begins="2026-02-08T21:15",
        minutes=17,
        distance_m=6_100,
        journey=("Opéra Bastille, Paris", "Porte de Vanves, Paris"),
        charges={
            "fares": [fare("16.90")],
            "booking-fees": [charge("booking_fee", "0.90", "platform_fee", "platform_fee")],
        },
        parties=_HIRE_CAR | _RIDER,
    ),
    Scene(
        slug="hire-car-micro",
        market=LYON,
        product=Product.HIRE_CAR,
        pricing_basis=PricingBasis.UPFRONT,
        begins="2026-02-17T19:05",
        minutes=14,
        distance_m=4_800,
        journey=("Gare de la Part-Dieu, Lyon", "Place des Terreaux, Lyon"),
        charges={"fares": [fare("12.40")]},
        parties=_MICRO,
        pay=CASH,
    ),
    Scene(
        slug="moto",
        market=MARSEILLE,
        product=Product.MOTO,
        pricing_basis=PricingBasis.UPFRONT,
        begins="2026-03-03T07:50",
        minutes=31,
        distance_m=26_500,
        dropoff=Place(country="FR", subdivision="FR-PAC", municipality="13054"),
        journey=("Vieux-Port, Marseille", "Aéroport, hall 1, Marignane"),
        charges={
            "fares": [fare("62.00")],
            "tolls": [charge("toll", "3.40", "toll", description="Tunnel Prado-Carénage")],
        },
        parties=_MOTO,
    ),
    Scene(
        slug="delivery",
        market=LYON,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-24T20:10",
        minutes=28,
        distance_m=1_900,
        charges={
            "baskets": [
                goods("15.50", "food_hot", "Quenelle de brochet, sauce Nantua"),
                goods("7.20", "food_cold", "Salade de lentilles du Puy"),
                goods("4.80", "grocery", "Pot de praline rose, 250 g"),
                goods("9.00", "alcohol", "Vin de la maison, 50 cl"),
            ],
            "packaging-deposits": [charge("deposit", "0.50", "deposit", "goods", description="Consigne")],
            "delivery-fees": [charge("delivery_fee", "3.49", "delivery", "delivery")],
        },
        parties=_BISTRO | _COURIER | _RIDER,
    ),
)

"""Sample trips in Italy: Rome, Milan and Florence."""

from starter.samples.scene import APPLE_PAY, CASH, Body, Market, Scene, charge, fare, goods, promotion, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-it",
    "name": "Fernweg Mobilità Italia S.r.l.",
    "address": ["Via Tortona, 91"],
    "postcode": "20144",
    "city": "Milano",
    "country": "IT",
    "tax_ids": [{"scheme": "VAT", "value": "IT99990000095"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="IT", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Rome",
        locale="it-IT",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


ROME = _market("it-rome", "IT-62", "058091", "Roma")
MILAN = _market("it-milan", "IT-25", "015146", "Milano")
FLORENCE = _market("it-florence", "IT-52", "048017", "Firenze")
_SIENA = Place(country="IT", subdivision="IT-52", municipality="052032")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "IT"}


def _standing(vat: str, *, flat_rate: bool = False) -> Body:
    return {"tax_ids": [{"scheme": "VAT", "value": vat}], "small_business": flat_rate}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-it-101", "Taxi di Desirée Colò", "Via Tuscolana, 655", "00174", "Roma"),
    "driver-tax-profiles": _standing("IT99990000061"),
}
_FLAT_RATE_TAXI: dict[str, Body] = {
    "drivers": _party("drv-it-102", "Lapo Bencivenni", "Via dei Serragli, 80", "50124", "Firenze"),
    "driver-tax-profiles": _standing("IT99990000079", flat_rate=True),
}
_HIRE_CAR: dict[str, Body] = {
    "drivers": {"ref": "drv-it-103", "name": "Cătălin Munteanu"},
    "fleets": _party("flt-it-11", "Ticinese Autonoleggi S.r.l.", "Ripa di Porta Ticinese, 33", "20143", "Milano"),
    "driver-tax-profiles": _standing("IT99990000087"),
}
_TRATTORIA: dict[str, Body] = {
    "merchants": _party("mer-it-1", "Trattoria da Né S.a.s.", "Via della Lungara, 12", "00165", "Roma"),
    "merchant-tax-profiles": _standing("IT99990000103"),
}
_RIDER: dict[str, Body] = {
    "riders": {
        **_party("rid-it-1", "Noè Santarelli", "Via Merulana, 140", "00185", "Roma"),
        "tax_ids": [{"scheme": "IT-CF", "value": "SNTNOE85T10H501X"}],
    }
}
_KNOWN_BY_NAME: dict[str, Body] = {"riders": {"ref": "rid-it-3", "name": "Zoé Kröger"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-it-2", "name": "Fiammetta Ubaldi"},
    "business-profiles": {
        **_party("biz-it-1", "Officina Più Luce S.p.A.", "Via Savona, 120", "20144", "Milano"),
        "tax_ids": [{"scheme": "VAT", "value": "IT99990000046"}],
        "electronic_address": {"scheme": "0205", "value": "X1Y2Z34"},
    },
}

SCENES = (
    Scene(
        slug="taxi-in-town",
        market=ROME,
        begins="2026-01-21T19:15",
        minutes=24,
        distance_m=7_700,
        journey=("Stazione Termini, Roma", "Piazza Trilussa, Roma"),
        vehicle="Taxi 3570/48",
        charges={
            "fares": [fare("16.80")],
            "surcharges": [charge("surcharge", "1.00", "surcharge", description="Supplemento bagaglio")],
            "tips": [tip("1.20")],
        },
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-with-stamp-duty",
        market=ROME,
        begins="2026-02-02T04:50",
        minutes=58,
        distance_m=33_400,
        dropoff=Place(country="IT", subdivision="IT-62", municipality="058120"),
        journey=("Via Merulana, 140, Roma", "Aeroporto, Terminal 3, Fiumicino"),
        charges={"fares": [fare("74.00")], "tolls": [charge("toll", "4.20", "toll", description="A91")]},
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-far",
        market=FLORENCE,
        begins="2026-02-20T10:30",
        minutes=71,
        distance_m=76_200,
        dropoff=_SIENA,
        journey=("Stazione Santa Maria Novella, Firenze", "Piazza del Campo, Siena"),
        charges={"fares": [fare("142.00")]},
        parties=_FLAT_RATE_TAXI | _RIDER,
        pay=CASH,
    ),
    Scene(
        slug="hire-car-receipt",
        market=MILAN,
        product=Product.HIRE_CAR,
        begins="2026-03-09T22:40",
        minutes=16,
        distance_m=5_200,
        journey=("Naviglio Grande, Milano", "Stazione Garibaldi, Milano"),
        charges={
            "fares": [fare("21.50")],
            "promotions": [promotion("-4.00", "platform", description="Buono di benvenuto")],
        },
        parties=_HIRE_CAR | _KNOWN_BY_NAME,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="hire-car-business",
        market=MILAN,
        product=Product.HIRE_CAR,
        begins="2026-03-16T06:00",
        minutes=205,
        distance_m=302_000,
        dropoff=FLORENCE.place,
        journey=("Via Savona, 120, Milano", "Fortezza da Basso, Firenze"),
        charges={
            "fares": [fare("540.00")],
            "tolls": [charge("toll", "27.30", "toll", description="A1")],
            "booking-fees": [charge("booking_fee", "2.50", "platform_fee", "platform_fee")],
        },
        parties=_HIRE_CAR | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="delivery",
        market=ROME,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-11T20:40",
        minutes=35,
        distance_m=3_100,
        charges={
            "baskets": [
                goods("12.00", "food_hot", "Cacio e pepe"),
                goods("9.00", "food_cold", "Carciofi alla giudia, freddi"),
                goods("5.00", "drink", "Aranciata amara", "2"),
                goods("11.00", "alcohol", "Frascati, bottiglia"),
            ],
            "delivery-fees": [charge("delivery_fee", "2.90", "delivery", "delivery")],
        },
        parties=_TRATTORIA | _RIDER,
    ),
)

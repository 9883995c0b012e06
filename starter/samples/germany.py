"""Sample trips in Germany: Berlin, Munich and Frankfurt."""

from dataclasses import replace

from starter.samples.scene import (
    APPLE_PAY,
    CASH,
    MASTERCARD,
    PAYPAL,
    Body,
    Market,
    Scene,
    charge,
    fare,
    goods,
    promotion,
    tip,
)
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-de",
    "name": "Fernweg Mobilität GmbH",
    "address": ["Musterallee 7"],
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "tax_ids": [{"scheme": "VAT", "value": "DE999999018"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="DE", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Berlin",
        locale="de-DE",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


BERLIN = _market("de-berlin", "DE-BE", "11000000", "Berlin")
MUNICH = _market("de-munich", "DE-BY", "09162000", "München")
KONSTANZ = replace(_market("de-konstanz", "DE-BW", "08335043", "Konstanz"), currency="CHF")
FRANKFURT = _market("de-frankfurt", "DE-HE", "06412000", "Frankfurt am Main")
_POTSDAM = Place(country="DE", subdivision="DE-BB", municipality="12054000")
_INGOLSTADT = Place(country="DE", subdivision="DE-BY", municipality="09161000")
_RUESSELSHEIM = Place(country="DE", subdivision="DE-HE", municipality="06433012")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "DE"}


def _registered(vat: str, *, by_platform: bool = True) -> Body:
    return {"tax_ids": [{"scheme": "VAT", "value": vat}], "invoices_issued_by_platform": by_platform}


_SMALL: Body = {"tax_ids": [{"scheme": "DE-STNR", "value": "99/999/00004"}], "small_business": True}

_TAXI: dict[str, Body] = {
    "drivers": _party("drv-de-101", "Taxi Jürgen Müßig", "Weserstraße 12", "12045", "Berlin"),
    "driver-tax-profiles": _registered("DE999999026"),
}
_OWN_TAXI: dict[str, Body] = {
    "drivers": _party("drv-de-102", "Taxibetrieb Öztürk e. K.", "Lindwurmstraße 88a", "80337", "München"),
    "driver-tax-profiles": _registered("DE999999034", by_platform=False),
}
_SMALL_TAXI: dict[str, Body] = {
    "drivers": _party("drv-de-103", "Katrin Groß, Taxi", "Berger Straße 201", "60385", "Frankfurt am Main"),
    "driver-tax-profiles": _SMALL,
}
_HIRE_CAR: dict[str, Body] = {
    "drivers": {"ref": "drv-de-104", "name": "Selin Aydın"},
    "fleets": _party("flt-de-11", "Spreefahrt Mietwagen GmbH", "Köpenicker Chaussee 3", "10317", "Berlin"),
    "driver-tax-profiles": _registered("DE999999042"),
}
_CONSENT: dict[str, Body] = {
    "self-billing-consents": {"ref": "drv-de-101", "consent": "gtc-2025-04", "agreed_on": "2025-04-01"},
}
_GREEN_CAR: dict[str, Body] = {
    "vehicles": {"ref": "veh-de-7", "kind": "saloon", "electric": True, "wheelchair": False},
    "insurance": {"ref": "veh-de-7", "policy": "fleet-2026", "valid_until": "2026-12-31"},
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-de-1", "name": "Änne Großmann-Weiß"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-de-2", "name": "Thomas Übel"},
    "business-profiles": {
        "ref": "biz-de-1",
        "name": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG",
        "address": [
            "Abteilung Rechnungswesen und Reisekostenabrechnung, Kostenstelle 4711/0815-Süd",
            "Gebäude C, Eingang 2, 4. Obergeschoss, Zimmer 417",
            "Fürst-Leopold-von-Anhalt-Dessau-Straße 128–132",
        ],
        "postcode": "80331",
        "city": "München",
        "country": "DE",
        "tax_ids": [{"scheme": "VAT", "value": "DE999999059"}],
    },
}

_OWN_COMPANY: dict[str, Body] = {
    "rider-tax-profiles": {
        "ref": "tax-de-1",
        "kind": "company",
        "name": "Großmann-Weiß Übersetzungen",
        "address": ["Winterfeldtstraße 21"],
        "postcode": "10781",
        "city": "Berlin",
        "country": "DE",
        "tax_ids": [{"scheme": "VAT", "value": "DE999999083"}],
        "purchase_order": "Projekt Nordlicht",
    },
}

_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-de-1", "Zur fröhlichen Nudel GmbH", "Oranienstraße 190", "10999", "Berlin"),
    "merchant-tax-profiles": _registered("DE999999067"),
}
_MARKET_HALL: dict[str, Body] = {
    "merchants": _party("mer-de-2", "Späti & Feinkost Yıldız OHG", "Sonnenallee 77", "12045", "Berlin"),
    "merchant-tax-profiles": _registered("DE999999075"),
}
_COURIER: dict[str, Body] = {
    "couriers": _party("cou-de-1", "Mateusz Wójcik, Kurierdienst", "Karl-Marx-Straße 5", "12043", "Berlin"),
    "courier-tax-profiles": _SMALL,
}


def _delivery_fee(amount: str) -> Body:
    return charge("delivery_fee", amount, "delivery", "delivery")


_RIDES = (
    Scene(
        slug="taxi-short",
        market=BERLIN,
        begins="2026-01-12T08:15",
        minutes=19,
        distance_m=6_420,
        same_municipality=True,
        journey=("Hauptbahnhof, Europaplatz 1, Berlin", "Oranienplatz 14, Berlin"),
        vehicle="Taxi 1042",
        charges={"fares": [fare("21.40")], "tips": [tip("2.00")]},
        parties=_TAXI | _RIDER,
        facts=_CONSENT | _GREEN_CAR,
    ),
    Scene(
        slug="taxi-49km",
        market=MUNICH,
        begins="2026-01-20T17:40",
        minutes=52,
        distance_m=49_900,
        dropoff=_INGOLSTADT,
        journey=("Marienplatz, München", "Pfaffenhofen an der Ilm"),
        charges={"fares": [fare("118.60")]},
        parties=_OWN_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="taxi-81km",
        market=MUNICH,
        begins="2026-02-03T05:05",
        minutes=64,
        distance_m=81_300,
        dropoff=_INGOLSTADT,
        journey=("Ostbahnhof, München", "Hauptbahnhof, Ingolstadt"),
        charges={
            "fares": [fare("189.00")],
            "surcharges": [charge("surcharge", "5.00", "surcharge", description="Großraumtaxi")],
        },
        parties=_OWN_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-small-business",
        market=FRANKFURT,
        begins="2026-02-14T23:58",
        minutes=14,
        distance_m=5_100,
        same_municipality=True,
        journey=("Römerberg, Frankfurt am Main", "Bornheim Mitte, Frankfurt am Main"),
        charges={"fares": [fare("17.30")]},
        parties=_SMALL_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="taxi-airport-waiting",
        market=FRANKFURT,
        begins="2026-03-02T06:30",
        minutes=41,
        distance_m=14_800,
        same_municipality=True,
        journey=("Flughafen, Terminal 1, Frankfurt am Main", "Messe, Frankfurt am Main"),
        charges={
            "fares": [fare("38.50")],
            "airport-fees": [charge("airport_fee", "2.50", "government_fee")],
            "wait-times": [charge("waiting_time", "6.00", "wait", quantity="12", unit="MIN")],
        },
        parties=_TAXI,
        pay=MASTERCARD,
    ),
    Scene(
        slug="hire-car",
        market=BERLIN,
        product=Product.HIRE_CAR,
        begins="2026-01-28T21:10",
        minutes=23,
        distance_m=8_900,
        dropoff=_POTSDAM,
        journey=("Kottbusser Tor, Berlin", "Am Neuen Palais, Potsdam"),
        vehicle="B-SP 2207 E",
        charges={"fares": [fare("19.99")], "tips": [tip("1.50")]},
        parties=_HIRE_CAR | {"riders": {"ref": "rid-de-3", "name": "ליאורה בן־דוד"}},
        pay=PAYPAL,
    ),
    Scene(
        slug="hire-car-tax-profile",
        market=BERLIN,
        product=Product.HIRE_CAR,
        begins="2026-02-11T18:05",
        minutes=21,
        distance_m=7_900,
        journey=("Potsdamer Platz, Berlin", "Adlershof, Berlin"),
        charges={
            "fares": [fare("22.30")],
            "booking-fees": [charge("booking_fee", "1.20", "platform_fee", "platform_fee")],
        },
        parties=_HIRE_CAR | _RIDER | _OWN_COMPANY,
    ),
    Scene(
        slug="taxi-in-francs",
        market=KONSTANZ,
        begins="2026-03-19T13:20",
        minutes=71,
        distance_m=76_400,
        dropoff=Place(country="DE", subdivision="DE-BW", municipality="08435016"),
        journey=("Bahnhof, Konstanz", "Flughafen Friedrichshafen"),
        charges={"fares": [fare("214.00")]},
        parties=_OWN_TAXI
        | {
            "exchange-rates": {
                "currency": "CHF",
                "into": "EUR",
                "rate": "1.0683",
                "published": "2026-03-18",
                "source": "EZB",
            }
        },
        pay=CASH,
    ),
    Scene(
        slug="hire-car-promotion",
        market=BERLIN,
        product=Product.HIRE_CAR,
        begins="2026-02-21T19:30",
        minutes=17,
        distance_m=5_750,
        journey=("Mauerpark, Berlin", "Tempelhofer Feld, Berlin"),
        charges={
            "fares": [fare("14.80")],
            "promotions": [promotion("-5.00", "platform", description="Willkommensrabatt")],
        },
        parties=_HIRE_CAR,
    ),
    Scene(
        slug="hire-car-cancelled",
        market=BERLIN,
        product=Product.HIRE_CAR,
        begins="2026-03-07T09:00",
        minutes=6,
        distance_m=0,
        completion=Completion.CANCELLED_WITH_FEE,
        charges={"fares": [], "cancellation-fees": [charge("cancellation_fee", "5.00", "cancellation")]},
        parties=_HIRE_CAR,
    ),
    Scene(
        slug="taxi-business",
        market=MUNICH,
        begins="2026-03-10T04:45",
        minutes=395,
        distance_m=392_000,
        dropoff=_RUESSELSHEIM,
        journey=("Fürst-Leopold-von-Anhalt-Dessau-Straße 128, München", "Rüsselsheim am Main"),
        charges={
            "fares": [fare("745.50")],
            "tolls": [charge("toll", "11.30", "toll", description="Tunnelgebühr")],
        },
        parties=_OWN_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-free",
        market=BERLIN,
        begins="2026-03-15T14:00",
        minutes=4,
        distance_m=900,
        same_municipality=True,
        journey=("Olympiastadion, Berlin", "Olympia-Schwimmstadion, Berlin"),
        charges={"fares": [fare("0.00", description="Freifahrt Stadionfest")]},
        parties=_TAXI,
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-hot-food",
        market=BERLIN,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-16T19:02",
        minutes=31,
        distance_m=2_300,
        charges={
            "baskets": [
                goods("13.90", "food_hot", "Käsespätzle mit Röstzwiebeln"),
                goods("25.80", "food_hot", "Chef's <b>Spezial</b> {{ 7*7 }} & Soße", "2"),
                goods("5.40", "drink", "Apfelschorle 0,5 l", "2"),
            ],
            "packaging-deposits": [charge("deposit", "0.30", "deposit", "goods", description="Pfand")],
            "delivery-fees": [_delivery_fee("2.99")],
            "tips": [tip("3.00", "delivery")],
        },
        parties=_KITCHEN | {"couriers": {"ref": "cou-de-9", "name": "Nguyễn Văn An"}} | _RIDER,
    ),
    Scene(
        slug="delivery-groceries",
        market=BERLIN,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-06T22:20",
        minutes=18,
        distance_m=1_150,
        charges={
            "baskets": [
                goods("3.49", "grocery", "Vollmilch 3,5 %, 1 l", "2"),
                goods("4.20", "food_cold", "Couscoussalat"),
                goods("11.94", "alcohol", "Pils 0,5 l", "6"),
            ],
            "packaging-deposits": [charge("deposit", "1.50", "deposit", "goods", description="Pfand", quantity="6")],
            "delivery-fees": [_delivery_fee("1.99")],
            "small-order-fees": [charge("small_order_fee", "2.00", "surcharge", "delivery")],
        },
        parties=_MARKET_HALL,
        pay=PAYPAL,
    ),
    Scene(
        slug="delivery-self-employed-courier",
        market=BERLIN,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-19T12:41",
        minutes=26,
        distance_m=3_480,
        charges={
            "baskets": [goods("18.50", "food_hot", "Pilzrisotto"), goods("3.20", "drink", "Limonade 0,33 l")],
            "delivery-fees": [_delivery_fee("3.49")],
            "service-fees": [charge("service_fee", "0.99", "platform_fee", "platform_fee")],
        },
        parties=_KITCHEN | _COURIER,
    ),
    Scene(
        slug="delivery-refund",
        market=BERLIN,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-01T20:15",
        minutes=38,
        distance_m=2_900,
        charges={
            "baskets": [goods("12.50", "food_hot", "Linsen-Dal"), goods("4.90", "food_cold", "Gurkensalat")],
            "refunds": [charge("refund", "-4.90", "refund", "goods", description="Gurkensalat fehlte")],
            "promotions": [promotion("-2.50", "supplier", "goods", description="Montagsangebot")],
            "delivery-fees": [_delivery_fee("2.99")],
        },
        parties=_KITCHEN,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="delivery-split-payment",
        market=BERLIN,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-22T18:33",
        minutes=29,
        distance_m=2_050,
        charges={
            "baskets": [goods("34.70", "food_hot", "Große Vorspeisenplatte")],
            "delivery-fees": [_delivery_fee("0.99")],
        },
        parties=_KITCHEN | _RIDER,
        other_payments={"account-credits": [{"method": "wallet", "amount": "10.00"}]},
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

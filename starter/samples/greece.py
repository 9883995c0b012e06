"""Sample trips in Greece: Athens, Kos and Lesbos."""

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-gr",
    "name": "Φέρνβεγκ Ελλάς Μ.Α.Ε.",
    "address": ["Λεωφόρος Συγγρού 150"],
    "postcode": "176 71",
    "city": "Καλλιθέα",
    "country": "GR",
    "subdivision": "GR-I",
    "tax_ids": [{"scheme": "GR-AFM", "value": "999000055"}, {"scheme": "VAT", "value": "EL999000055"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="GR", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Athens",
        locale="el-GR",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


ATHENS = _market("gr-athens", "GR-I", "9186", "Αθήνα")
KOS = _market("gr-kos", "GR-L", "9284", "Κως")
LESBOS = _market("gr-lesbos", "GR-K", "9261", "Μυτιλήνη")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "GR"}


def _registered(afm: str) -> Body:
    return {"tax_ids": [{"scheme": "GR-AFM", "value": afm}]}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-gr-601", "Δημήτριος Καλογήρου, Ταξί", "Πατησίων 188", "112 57", "Αθήνα"),
    "driver-tax-profiles": _registered("999000067"),
}
_ISLAND_TAXI: dict[str, Body] = {
    "drivers": _party("drv-gr-602", "Σταματία Χατζηνικολάου, Ταξί", "Αγίου Νικολάου 17", "853 00", "Κως"),
    "driver-tax-profiles": _registered("999000079"),
}
_OUZERI: dict[str, Body] = {
    "merchants": _party("mer-gr-1", "Ουζερί «Η Σκάλα» Ο.Ε.", "Ερμού 12", "811 00", "Μυτιλήνη"),
    "merchant-tax-profiles": _registered("999000080"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-gr-1", "name": "Κωνσταντίνα Ραυτοπούλου"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-gr-2", "name": "Ιωάννης Βλάχος"},
    "business-profiles": {
        "ref": "biz-gr-1",
        "name": "Βλάχος Ναυτιλιακή Α.Ε.",
        "address": ["Ακτή Μιαούλη 85"],
        "postcode": "185 38",
        "city": "Πειραιάς",
        "country": "GR",
        "tax_ids": [{"scheme": "GR-AFM", "value": "999000092"}],
    },
}

SCENES = (
    Scene(
        slug="taxi-airport",
        market=ATHENS,
        begins="2026-01-18T14:05",
        minutes=41,
        distance_m=36_400,
        journey=("Διεθνής Αερολιμένας Αθηνών", "Πλατεία Συντάγματος, Αθήνα"),
        vehicle="ΤΑΖ 4827",
        charges={"fares": [fare("38.00")], "tolls": [charge("toll", "2.35", "toll")], "tips": [tip("2.65")]},
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-island",
        market=KOS,
        begins="2026-02-12T10:50",
        minutes=14,
        distance_m=9_700,
        journey=("Αερολιμένας Κω «Ιπποκράτης»", "Καρδάμαινα, Κως"),
        charges={
            "fares": [fare("16.40")],
            "booking-fees": [charge("booking_fee", "0.90", "platform_fee", "platform_fee")],
        },
        parties=_ISLAND_TAXI | _RIDER,
    ),
    Scene(
        slug="hire-car-company",
        market=ATHENS,
        product=Product.HIRE_CAR,
        begins="2026-03-03T08:30",
        minutes=78,
        distance_m=84_000,
        journey=("Ακτή Μιαούλη 85, Πειραιάς", "Ισθμός Κορίνθου"),
        charges={
            "fares": [fare("118.00")],
            "wait-times": [charge("waiting_time", "12.50", "wait", quantity="50", unit="MIN")],
        },
        parties=_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-cash",
        market=ATHENS,
        begins="2026-03-20T23:55",
        minutes=11,
        distance_m=4_900,
        journey=("Μοναστηράκι, Αθήνα", "Παγκράτι, Αθήνα"),
        charges={"fares": [fare("7.40")]},
        parties=_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="delivery-meze",
        market=LESBOS,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-27T20:10",
        minutes=26,
        distance_m=1_600,
        charges={
            "baskets": [
                goods("21.50", "food_hot", "Σαρδέλες στα κάρβουνα", "2"),
                goods("5.80", "food_cold", "Χωριάτικη σαλάτα"),
                goods("8.00", "alcohol", "Ούζο 200 ml"),
            ],
            "delivery-fees": [charge("delivery_fee", "1.70", "delivery", "delivery")],
        },
        parties=_OUZERI | _RIDER,
    ),
)

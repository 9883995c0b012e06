"""Sample trips in Kenya: Nairobi."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

NAIROBI = Market(
    prefix="ke-nairobi",
    place=Place(country="KE", municipality="047"),
    time_zone="Africa/Nairobi",
    locale="en-KE",
    currency="KES",
    platform={
        "ref": "fernweg-ke",
        "name": "Fernweg Mobility Kenya Ltd",
        "address": ["Kenyatta Avenue 12"],
        "postcode": "00100",
        "city": "Nairobi",
        "country": "KE",
        "tax_ids": [{"scheme": "KE-PIN", "value": "P999999101A"}],
    },
    city_ref="ke-nairobi",
    city={"ref": "ke-nairobi", "name": "Nairobi"},
)


def _party(ref: str, name: str, street: str, postcode: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": "Nairobi", "country": "KE"}


def _standing(pin: str, *, registered: bool = True) -> Body:
    tax_ids = [{"scheme": "KE-PIN", "value": pin}]
    return {"tax_ids": tax_ids, "vat_registered": registered, "consent": f"consent-{pin[-4:].lower()}"}


_CAB: dict[str, Body] = {
    "drivers": _party("drv-ke-1", "Achieng Owino", "Mombasa Road 310", "00503"),
    "driver-tax-profiles": _standing("A999999102B"),
}
_BODA: dict[str, Body] = {
    "drivers": _party("drv-ke-2", "Kiprono Cheruiyot", "Outer Ring Road 8", "00518"),
    "driver-tax-profiles": _standing("A999999103C", registered=False),
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-ke-1", "Nyama Bora Grill Ltd", "Lang'ata Road 41", "00509"),
    "merchant-tax-profiles": _standing("P999999104D"),
}

SCENES = (
    Scene(
        slug="hire-car",
        market=NAIROBI,
        product=Product.HIRE_CAR,
        begins="2026-02-06T17:40",
        minutes=46,
        distance_m=18_200,
        journey=("Westlands, Nairobi", "Jomo Kenyatta International Airport"),
        charges={"fares": [fare("1450.00")], "tolls": [charge("toll", "360.00", "toll")], "tips": [tip("100.00")]},
        parties=_CAB,
        pay=MASTERCARD,
    ),
    Scene(
        slug="moto-unregistered",
        market=NAIROBI,
        product=Product.MOTO,
        begins="2026-02-09T08:12",
        minutes=14,
        distance_m=5_300,
        journey=("Gikomba Market, Nairobi", "Central Business District, Nairobi"),
        charges={"fares": [fare("210.00")]},
        parties=_BODA,
        pay=CASH,
    ),
    Scene(
        slug="taxi",
        market=NAIROBI,
        begins="2026-02-15T21:30",
        minutes=22,
        distance_m=9_900,
        journey=("Karen, Nairobi", "Kilimani, Nairobi"),
        charges={"fares": [fare("880.00")]},
        parties=_CAB,
    ),
    Scene(
        slug="delivery",
        market=NAIROBI,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-20T13:05",
        minutes=33,
        distance_m=4_100,
        charges={
            "baskets": [
                goods("1200.00", "food_hot", "Nyama choma, 500 g"),
                goods("300.00", "food_cold", "Kachumbari", "2"),
                goods("160.00", "drink", "Stoney Tangawizi 0.3 l", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "150.00", "delivery", "delivery")],
        },
        parties=_KITCHEN,
    ),
)

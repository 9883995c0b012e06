"""Sample trips in India: Bengaluru, Delhi with its neighbours, and Mumbai."""

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, promotion, tip
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

UPI = {"method": "upi"}


def _address(street: str, postcode: str, city: str, state: str) -> Body:
    return {
        "address": [street],
        "postcode": postcode,
        "city": city,
        "country": "IN",
        "subdivision": f"IN-{state}",
    }


def _platform(gstin: str, address: Body) -> Body:
    """The operator is registered in each state where it supplies; each registration numbers its own documents."""
    return {
        "ref": f"fernweg-{address['subdivision'].lower()}",
        "name": "Fernweg India Private Limited",
        **address,
        "tax_ids": [{"scheme": "IN-GSTIN", "value": gstin}],
    }


_KARNATAKA = _platform("29ZZZCF0001A1ZV", _address("21 Sample Road", "560025", "Bengaluru", "KA"))
_MAHARASHTRA = _platform("27ZZZCF0001A1ZZ", _address("Unit 7, Sample Kurla Road", "400059", "Mumbai", "MH"))
_DELHI = _platform("07ZZZCF0001A1Z1", _address("12 Sample Khamba Road", "110001", "New Delhi", "DL"))


def _market(prefix: str, state: str, city: str, platform: Body) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="IN", subdivision=f"IN-{state}"),
        time_zone="Asia/Kolkata",
        locale="en-IN",
        currency="INR",
        platform=platform,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


BENGALURU = _market("in-bengaluru", "KA", "Bengaluru", _KARNATAKA)
MUMBAI = _market("in-mumbai", "MH", "Mumbai", _MAHARASHTRA)
GURUGRAM = _market("in-gurugram", "HR", "Gurugram", _DELHI)
_NEW_DELHI = Place(country="IN", subdivision="IN-DL")


def _licensed(ref: str, name: str, licence: str, address: Body) -> Body:
    """A restaurant or shop with its food licence."""
    return {"ref": ref, "name": name, **address, "tax_ids": [{"scheme": "IN-FSSAI", "value": licence}]}


_ANANYA: dict[str, Body] = {
    "riders": {
        "ref": "rid-in-1",
        "name": "Ananya Krishnan",
        **_address("14, 3rd Cross, Jayanagar 4th Block", "560011", "Bengaluru", "KA"),
    }
}
_ROHAN: dict[str, Body] = {
    "riders": {
        "ref": "rid-in-2",
        "name": "Rohan Deshpande",
        **_address("B-204, Sample Society, Powai", "400076", "Mumbai", "MH"),
    }
}
_COMPANY: dict[str, Body] = {
    "business-profiles": {
        "ref": "biz-in-1",
        "name": "Krishnan Sample Textiles Private Limited",
        **_address("88, Whitefield Sample Road", "560066", "Bengaluru", "KA"),
        "tax_ids": [{"scheme": "IN-GSTIN", "value": "29ZZZCE0008H1ZB"}],
    },
}
_DRIVER: dict[str, Body] = {"drivers": {"ref": "drv-in-1", "name": "Manjunath Gowda"}}
_BIKER: dict[str, Body] = {"drivers": {"ref": "drv-in-2", "name": "Lakshmi Naik"}}
_THALI: dict[str, Body] = {
    "merchants": _licensed(
        "mer-in-1",
        "Dadar Sample Bhojan",
        "11526999000321",
        _address("5, Gokhale Sample Road", "400028", "Mumbai", "MH"),
    ),
    "merchant-tax-profiles": {"vat_registered": False},
}
_GROCER: dict[str, Body] = {
    "merchants": _licensed(
        "mer-in-2",
        "Sri Sample Provision Stores",
        "11226999000456",
        _address("31, 11th Main", "560011", "Bengaluru", "KA"),
    ),
    "merchant-tax-profiles": {
        "tax_ids": [{"scheme": "IN-GSTIN", "value": "29ZZZFM0003C1ZC"}],
        "small_business": True,
        "traits": ["shop"],
    },
}
_COURIER: dict[str, Body] = {
    "couriers": {"ref": "cou-in-1", "name": "Salim Pasha"},
    "courier-tax-profiles": {"vat_registered": False},
}

_RIDES = (
    Scene(
        slug="taxi",
        market=BENGALURU,
        begins="2026-01-13T18:12",
        minutes=35,
        distance_m=11_300,
        journey=("MG Road Metro, Bengaluru", "Electronic City Phase 1, Bengaluru"),
        vehicle="KA 01 ZZ 1234",
        charges={
            "fares": [fare("318.45")],
            "tolls": [charge("toll", "45.00", "toll", description="Elevated expressway toll")],
            "tips": [tip("20.00")],
        },
        parties=_DRIVER | _ANANYA,
        pay=UPI,
    ),
    Scene(
        slug="across-states",
        market=GURUGRAM,
        product=Product.HIRE_CAR,
        begins="2026-02-05T08:40",
        minutes=71,
        distance_m=31_200,
        dropoff=_NEW_DELHI,
        journey=("Cyber Hub, Gurugram", "Indira Gandhi International Airport, Terminal 3"),
        charges={
            "fares": [fare("842.00")],
            "airport-fees": [charge("airport_fee", "110.00", "government_fee", description="Airport parking")],
        },
        parties=_DRIVER | _ANANYA | _COMPANY,
    ),
    Scene(
        slug="moto-cash",
        market=BENGALURU,
        product=Product.MOTO,
        begins="2026-03-31T23:41",
        minutes=18,
        distance_m=5_200,
        journey=("Cubbon Park, Bengaluru", "Jayanagar 4th Block, Bengaluru"),
        charges={"fares": [fare("86.00")]},
        parties=_BIKER | _ANANYA,
        pay=CASH,
    ),
    Scene(
        slug="taxi-cancelled",
        market=MUMBAI,
        begins="2026-03-09T07:30",
        minutes=6,
        completion=Completion.CANCELLED_WITH_FEE,
        charges={"fares": [], "cancellation-fees": [charge("cancellation_fee", "50.00", "cancellation")]},
        parties=_DRIVER | _ROHAN,
        pay=UPI,
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-meal",
        market=MUMBAI,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-24T19:35",
        minutes=44,
        distance_m=3_900,
        charges={
            "baskets": [
                goods("389.00", "food_hot", "Paneer butter masala"),
                goods("195.00", "food_hot", "Butter naan", "3"),
                goods("120.00", "drink", "Masala chaas", "2"),
            ],
            "promotions": [promotion("-100.00", "supplier", "goods", description="₹100 off above ₹499")],
            "delivery-fees": [charge("delivery_fee", "41.30", "delivery", "delivery")],
            "service-fees": [charge("platform_fee", "11.80", "platform_fee", "platform_fee")],
            "tips": [tip("30.00", "delivery")],
        },
        parties=_THALI | _ROHAN,
        pay=UPI,
    ),
    Scene(
        slug="delivery-groceries",
        market=BENGALURU,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-18T09:42",
        minutes=28,
        distance_m=1_800,
        charges={
            "baskets": [
                goods("385.00", "grocery", "Sona Masuri rice 5 kg"),
                goods("164.00", "grocery", "Toor dal 1 kg"),
                goods("290.00", "grocery", "Filter coffee powder 500 g"),
            ],
            "delivery-fees": [charge("delivery_fee", "29.50", "delivery", "delivery")],
        },
        parties=_GROCER | _COURIER | _ANANYA,
        pay=UPI,
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

"""Sample trips in Taipei. Amounts are whole dollars; the numbers of uniform invoices come from a stock."""

from starter.samples.scene import APPLE_PAY, CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product


def _ubn(number: str) -> list[Body]:
    return [{"scheme": "TW-UBN", "value": number}]


def _address(street: str, postcode: str) -> Body:
    return {"address": [street], "postcode": postcode, "city": "臺北市", "country": "TW"}


def _stocks(*roles: str) -> dict[str, Body]:
    """Numbers that the authority would hand out, for whatever two months the sample runs in."""
    letters = dict(zip(("fleet", "merchant", "platform"), ("AB", "CD", "EF"), strict=True))
    handed_out = [
        {"supplier": role, "prefix": letters[role], "first": 10_000_000, "last": 10_999_999} for role in roles
    ]
    return {"number-registrations": {"registrations": handed_out}}


TAIPEI = Market(
    prefix="tw-taipei",
    place=Place(country="TW", municipality="63000"),
    time_zone="Asia/Taipei",
    locale="zh-TW",
    currency="TWD",
    platform={
        "ref": "fernweg-tw",
        "name": "范例行動股份有限公司",
        **_address("範例東路二段50號", "100"),
        "tax_ids": _ubn("90010015"),
    },
    city_ref="taipei",
    city={"ref": "taipei", "name": "臺北市"},
)

_RIDER: dict[str, Body] = {"riders": {"ref": "rid-tw-1", "name": "林怡君"}}
_COMPANY: dict[str, Body] = {
    "business-profiles": {
        "ref": "biz-tw-1",
        "name": "青山範例測量股份有限公司",
        **_address("範例東路三段12號", "104"),
        "tax_ids": _ubn("90010009"),
        "kind": "company",
    }
}
_RENTAL: dict[str, Body] = {
    "drivers": {"ref": "drv-tw-2", "name": "吳佳穎"},
    "fleets": {"ref": "flt-tw-1", "name": "捷安範例小客車租賃有限公司", **_address("範例東路五段30號", "105")},
    "driver-tax-profiles": {"tax_ids": _ubn("90010021")},
    **_stocks("fleet"),
}
_CABBIE: dict[str, Body] = {"drivers": {"ref": "drv-tw-1", "name": "陳志明", **_address("範例路88號", "108")}}
_BENTO: dict[str, Body] = {
    "merchants": {"ref": "mer-tw-1", "name": "阿香範例便當有限公司", **_address("範例路三段21號", "100")},
    "merchant-tax-profiles": {"tax_ids": _ubn("90010036")},
    **_stocks("merchant", "platform"),
}
_STALL: dict[str, Body] = {
    "merchants": {"ref": "mer-tw-2", "name": "寧夏範例蚵仔煎", **_address("範例夜市12號", "103")},
    "merchant-tax-profiles": {"small_business": True},
    **_stocks("platform"),
}

SCENES = (
    Scene(
        slug="rental-car",
        market=TAIPEI,
        product=Product.HIRE_CAR,
        begins="2026-01-20T09:10",
        minutes=28,
        distance_m=9_400,
        journey=("臺北車站", "範例路四段6號"),
        vehicle="RAA-0001",
        charges={
            "fares": [fare("385")],
            "tolls": [charge("toll", "40", "toll", description="國道通行費")],
            "tips": [tip("50")],
        },
        parties=_RENTAL | _RIDER,
    ),
    Scene(
        slug="rental-car-business",
        market=TAIPEI,
        product=Product.HIRE_CAR,
        begins="2026-02-24T14:05",
        minutes=52,
        distance_m=41_800,
        journey=("範例東路三段12號", "桃園國際機場第二航廈"),
        charges={"fares": [fare("1234")]},
        parties=_RENTAL | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-cash",
        market=TAIPEI,
        begins="2026-01-25T23:40",
        minutes=17,
        distance_m=5_300,
        journey=("西門町", "範例路二段8號"),
        charges={
            "fares": [fare("185")],
            "surcharges": [charge("surcharge", "20", "surcharge", description="夜間加成")],
        },
        parties=_CABBIE,
        pay=CASH,
    ),
    Scene(
        slug="delivery-bento",
        market=TAIPEI,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-11T18:20",
        minutes=29,
        distance_m=2_300,
        charges={
            "baskets": [
                goods("240", "food_hot", "排骨便當", "2"),
                goods("60", "drink", "冬瓜茶", "2"),
            ],
            "packaging-deposits": [
                charge("deposit", "10", "deposit", "goods", description="瓶罐押金", quantity="2"),
            ],
            "delivery-fees": [charge("delivery_fee", "49", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "12", "platform_fee", "platform_fee")],
        },
        parties=_BENTO | _RIDER,
        pay=APPLE_PAY,
    ),
    Scene(
        slug="delivery-night-market",
        market=TAIPEI,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-14T20:02",
        minutes=22,
        distance_m=1_500,
        charges={
            "baskets": [goods("160", "food_hot", "蚵仔煎", "2")],
            "delivery-fees": [charge("delivery_fee", "39", "delivery", "delivery")],
        },
        parties=_STALL | _RIDER,
    ),
)

"""Sample trips in Japan: Tokyo and Kyoto."""

from starter.samples.scene import CASH, MASTERCARD, Body, Market, Scene, charge, fare, goods
from tripinvoice.trip import LineOfBusiness, Place, Product


def _registered(number: str) -> list[Body]:
    return [{"scheme": "JP-QII", "value": number}]


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "JP"}


_PLATFORM: Body = {
    **_party("fernweg-jp", "フェルンヴェーク・ジャパン株式会社", "六本木9-10-1", "106-0032", "東京都港区"),
    "tax_ids": _registered("T8000099990001"),
}


def _market(prefix: str, prefecture: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="JP", subdivision=f"JP-{prefecture}", municipality=municipality),
        time_zone="Asia/Tokyo",
        locale="ja-JP",
        currency="JPY",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


TOKYO = _market("jp-tokyo", "13", "13101", "東京")
KYOTO = _market("jp-kyoto", "26", "26100", "京都")

_TAXI: dict[str, Body] = {
    "drivers": {"ref": "drv-jp-1", "name": "鈴木 一郎"},
    "fleets": _party("flt-jp-1", "見本交通株式会社", "東品川9-1-1", "140-0002", "東京都品川区"),
    "driver-tax-profiles": {"tax_ids": _registered("T7000099990002")},
}
_HIRE_CAR: dict[str, Body] = {
    "drivers": {"ref": "drv-jp-2", "name": "田中 真理"},
    "fleets": _party("flt-jp-2", "京見本ハイヤー株式会社", "八条口町9", "601-8411", "京都府京都市南区"),
    "driver-tax-profiles": {"tax_ids": _registered("T5000099990004"), "invoices_issued_by_platform": False},
}
_RIDER: dict[str, Body] = {"riders": _party("rid-jp-1", "佐藤 美咲", "桜丘町9-9", "150-0031", "東京都渋谷区")}
_COMPANY: dict[str, Body] = {
    "business-profiles": _party("biz-jp-1", "株式会社みほん商事", "丸の内9-9-9", "100-0005", "東京都千代田区")
}
_SOBA: dict[str, Body] = {
    "merchants": _party("mer-jp-1", "そば処 見本庵", "神楽坂9-2", "162-0825", "東京都新宿区"),
    "merchant-tax-profiles": {"tax_ids": _registered("T6000099990003")},
}
_COURIER: dict[str, Body] = {
    "couriers": _party("cou-jp-1", "高橋 健", "中野9-3-5", "164-0001", "東京都中野区"),
    "courier-tax-profiles": {"vat_registered": False},
}

_RIDES = (
    Scene(
        slug="taxi",
        market=TOKYO,
        begins="2026-01-19T19:05",
        minutes=29,
        distance_m=8_900,
        journey=("東京駅 丸の内口", "渋谷区桜丘町9-9"),
        vehicle="品川 599 あ 99-99",
        charges={
            "fares": [fare("3810")],
            "tolls": [charge("toll", "720", "toll", description="首都高速道路")],
            "surcharges": [charge("surcharge", "500", "surcharge", description="迎車料金")],
        },
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-business",
        market=TOKYO,
        begins="2026-02-10T20:05",
        minutes=47,
        distance_m=21_400,
        journey=("千代田区丸の内9-9-9", "羽田空港 第3ターミナル"),
        charges={
            "fares": [fare("11870")],
            "booking-fees": [charge("booking_fee", "100", "platform_fee", "platform_fee", description="アプリ手配料")],
        },
        parties=_TAXI | _RIDER | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="hire-car",
        market=KYOTO,
        product=Product.HIRE_CAR,
        begins="2026-03-28T09:00",
        minutes=300,
        distance_m=74_000,
        journey=("京都駅 八条口", "京都駅 八条口"),
        charges={"fares": [fare("38500", description="貸切 嵐山・金閣寺", quantity="5", unit="HUR")]},
        parties=_HIRE_CAR | _RIDER,
        pay=CASH,
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-two-rates",
        market=TOKYO,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-30T18:30",
        minutes=50,
        distance_m=2_300,
        charges={
            "baskets": [
                goods("1890", "food_hot", "天ざるそば"),
                goods("340", "drink", "緑茶 500ml", "2"),
                goods("1320", "alcohol", "純米酒 300ml"),
            ],
            "packaging-deposits": [charge("deposit", "30", "deposit", "goods", description="びん保証金")],
            "delivery-fees": [charge("delivery_fee", "380", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "120", "platform_fee", "platform_fee")],
        },
        parties=_SOBA | _RIDER,
        pay=MASTERCARD,
    ),
    Scene(
        slug="delivery-unregistered-courier",
        market=TOKYO,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-25T12:00",
        minutes=30,
        distance_m=1_700,
        charges={
            "baskets": [goods("980", "food_cold", "日替わり弁当")],
            "delivery-fees": [charge("delivery_fee", "350", "delivery", "delivery")],
        },
        parties=_SOBA | _COURIER,
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

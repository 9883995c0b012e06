"""Sample trips in Bulgaria: Sofia and Plovdiv."""

from starter.samples.scene import CASH, Body, Market, Scene, charge, fare, goods, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

_PLATFORM: Body = {
    "ref": "fernweg-bg",
    "name": "Фернвег Мобилност ЕООД",
    "address": ["бул. „Цариградско шосе“ 115"],
    "postcode": "1784",
    "city": "София",
    "country": "BG",
    "tax_ids": [{"scheme": "BG-EIK", "value": "900000055"}, {"scheme": "VAT", "value": "BG900000055"}],
}


def _market(prefix: str, subdivision: str, municipality: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="BG", subdivision=subdivision, municipality=municipality),
        time_zone="Europe/Sofia",
        locale="bg-BG",
        currency="EUR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


SOFIA = _market("bg-sofia", "BG-22", "68134", "София")
PLOVDIV = _market("bg-plovdiv", "BG-16", "56784", "Пловдив")
_NIS = Place(country="RS", subdivision="RS-20")


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "BG"}


def _registered(eik: str) -> Body:
    ids = [{"scheme": "BG-EIK", "value": eik}, {"scheme": "VAT", "value": f"BG{eik}"}]
    return {"tax_ids": ids, "consent": "agr-bg-2026"}


_TAXI: dict[str, Body] = {
    "drivers": _party("drv-bg-501", "ЕТ „Георги Симеонов – Такси“", "ул. „Шишман“ 22", "1000", "София"),
    "driver-tax-profiles": _registered("900000062"),
}
_SMALL_TAXI: dict[str, Body] = {
    "drivers": _party("drv-bg-502", "ЕТ „Мехмед Юсуф“", "ул. „Гладстон“ 41", "4000", "Пловдив"),
    "driver-tax-profiles": {
        "vat_registered": False,
        "tax_ids": [{"scheme": "BG-EIK", "value": "900000079"}],
        "consent": "agr-bg-2026",
    },
}
_KITCHEN: dict[str, Body] = {
    "merchants": _party("mer-bg-1", "Баничарница „Слънце“ ООД", "бул. „Витоша“ 101", "1408", "София"),
    "merchant-tax-profiles": _registered("900000087"),
}
_RIDER: dict[str, Body] = {"riders": {"ref": "rid-bg-1", "name": "Цветелина Стоянова"}}
_COMPANY: dict[str, Body] = {
    "riders": {"ref": "rid-bg-2", "name": "Людмил Желязков"},
    "business-profiles": {
        "ref": "biz-bg-1",
        "name": "Желязков Инженеринг АД",
        "address": ["бул. „Черни връх“ 47"],
        "postcode": "1407",
        "city": "София",
        "country": "BG",
        "tax_ids": [{"scheme": "BG-EIK", "value": "900000094"}, {"scheme": "VAT", "value": "BG900000094"}],
    },
}

SCENES = (
    Scene(
        slug="taxi",
        market=SOFIA,
        begins="2026-01-13T18:50",
        minutes=21,
        distance_m=9_400,
        journey=("Летище София, Терминал 2", "НДК, София"),
        vehicle="СВ 5521 ТН",
        charges={"fares": [fare("11.60")], "tips": [tip("1.40")]},
        parties=_TAXI | _RIDER,
    ),
    Scene(
        slug="taxi-not-registered",
        market=PLOVDIV,
        begins="2026-01-31T23:40",
        minutes=9,
        distance_m=3_100,
        journey=("Капана, Пловдив", "Централна гара, Пловдив"),
        charges={"fares": [fare("4.20")]},
        parties=_SMALL_TAXI,
        pay=CASH,
    ),
    Scene(
        slug="hire-car-company",
        market=SOFIA,
        product=Product.HIRE_CAR,
        begins="2026-02-16T08:05",
        minutes=27,
        distance_m=11_800,
        journey=("бул. „Черни връх“ 47, София", "София Тех Парк"),
        charges={
            "fares": [fare("16.90")],
            "wait-times": [charge("waiting_time", "1.50", "wait", quantity="10", unit="MIN")],
            "booking-fees": [charge("booking_fee", "0.80", "platform_fee", "platform_fee")],
        },
        parties=_TAXI | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="taxi-to-nis",
        market=SOFIA,
        begins="2026-03-08T06:10",
        minutes=138,
        distance_m=161_000,
        dropoff=_NIS,
        journey=("пл. „Света Неделя“, София", "Трг краља Милана, Ниш"),
        charges={"fares": [fare("168.00")], "tolls": [charge("toll", "7.70", "toll", description="Винетна такса")]},
        parties=_TAXI | _COMPANY,
    ),
    Scene(
        slug="delivery-banitsa",
        market=SOFIA,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-02-09T09:15",
        minutes=24,
        distance_m=1_700,
        charges={
            "baskets": [
                goods("7.80", "food_hot", "Баница със сирене", "3"),
                goods("3.60", "drink", "Боза 0,5 л", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "1.89", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "0.59", "platform_fee", "platform_fee")],
        },
        parties=_KITCHEN | _RIDER,
    ),
)

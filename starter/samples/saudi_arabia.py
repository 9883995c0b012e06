"""Sample trips in Saudi Arabia: Riyadh and Jeddah."""

from starter.samples.scene import APPLE_PAY, Body, Market, Scene, charge, fare, goods, promotion, tip
from tripinvoice.trip import LineOfBusiness, Place, Product

MADA = {"method": "card", "brand": "mada", "last4": "4242"}


def _registered(number: str) -> list[Body]:
    return [{"scheme": "SA-VAT", "value": number}]


def _party(ref: str, name: str, street: str, postcode: str, city: str) -> Body:
    return {"ref": ref, "name": name, "address": [street], "postcode": postcode, "city": city, "country": "SA"}


_PLATFORM: Body = {
    **_party("fernweg-sa", "شركة فرنفيغ للتنقل المحدودة", "9994 طريق العروبة", "12345", "الرياض"),
    "tax_ids": _registered("399999999200003"),
}


def _market(prefix: str, city: str) -> Market:
    return Market(
        prefix=prefix,
        place=Place(country="SA"),
        time_zone="Asia/Riyadh",
        locale="ar-SA",
        currency="SAR",
        platform=_PLATFORM,
        city_ref=prefix,
        city={"ref": prefix, "name": city},
    )


RIYADH = _market("sa-riyadh", "الرياض")
JEDDAH = _market("sa-jeddah", "جدة")

_DRIVER: dict[str, Body] = {
    "drivers": _party("drv-sa-1", "فهد القحطاني", "9997 شارع التحلية", "12241", "الرياض"),
    "driver-tax-profiles": {"tax_ids": _registered("399999999300003"), "consent": "agr-2026-1"},
}
_UNREGISTERED: dict[str, Body] = {
    "drivers": _party("drv-sa-2", "ماجد الزهراني", "9993 شارع فلسطين", "23333", "جدة"),
    "driver-tax-profiles": {"vat_registered": False},
}
_RIDER: dict[str, Body] = {"riders": _party("rid-sa-1", "نورة العتيبي", "9999 شارع العليا", "12611", "الرياض")}
_COMPANY: dict[str, Body] = {
    "business-profiles": {
        **_party("biz-sa-1", "شركة المثال للاستشارات الهندسية", "9998 طريق الملك فهد", "12215", "الرياض"),
        "tax_ids": _registered("399999999100003"),
    }
}
_KABSA: dict[str, Body] = {
    "merchants": _party("mer-sa-1", "مطعم بيت الكبسة النموذجي", "9996 شارع الأمير سلطان", "12331", "الرياض"),
    "merchant-tax-profiles": {
        "tax_ids": _registered("399999999400003"),
        "invoices_issued_by_platform": False,
        "consent": "agr-2026-2",
    },
}
_SWEETS: dict[str, Body] = {
    "merchants": _party("mer-sa-2", "حلويات النموذج", "9992 شارع الأندلس", "23326", "جدة"),
    "merchant-tax-profiles": {"vat_registered": False},
}

_RIDES = (
    Scene(
        slug="taxi-airport",
        market=RIYADH,
        begins="2026-01-22T20:12",
        minutes=39,
        distance_m=34_200,
        journey=("مطار الملك خالد الدولي، الصالة 5", "شارع العليا، الرياض"),
        vehicle="أ ب ج 9999",
        charges={
            "fares": [fare("92.00")],
            "airport-fees": [charge("airport_fee", "11.50", "government_fee")],
            "tips": [tip("10.00")],
        },
        parties=_DRIVER | _RIDER,
        pay=MADA,
    ),
    Scene(
        slug="hire-car-business",
        market=RIYADH,
        product=Product.HIRE_CAR,
        begins="2026-02-15T08:00",
        minutes=540,
        distance_m=312_000,
        journey=("طريق الملك فهد، الرياض", "طريق الملك فهد، الرياض"),
        charges={"fares": [fare("1380.00", description="سيارة مع سائق، يوم كامل")]},
        parties=_DRIVER | _COMPANY,
        pay={"method": "invoice"},
    ),
    Scene(
        slug="hire-car-unregistered",
        market=JEDDAH,
        product=Product.HIRE_CAR,
        begins="2026-03-06T23:25",
        minutes=38,
        distance_m=21_700,
        journey=("كورنيش جدة", "حي البلد، جدة"),
        charges={
            "fares": [fare("57.50")],
            "promotions": [promotion("-10.00", "platform", description="خصم ترحيبي")],
        },
        parties=_UNREGISTERED | _RIDER,
        pay=APPLE_PAY,
    ),
)

_DELIVERIES = (
    Scene(
        slug="delivery-meal",
        market=RIYADH,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-01-29T19:05",
        minutes=42,
        distance_m=4_300,
        charges={
            "baskets": [
                goods("69.00", "food_hot", "كبسة لحم"),
                goods("46.00", "food_hot", "جريش", "2"),
                goods("12.00", "drink", "لبن عيران 300 مل", "2"),
            ],
            "delivery-fees": [charge("delivery_fee", "17.25", "delivery", "delivery")],
            "service-fees": [charge("service_fee", "3.45", "platform_fee", "platform_fee")],
        },
        parties=_KABSA | _RIDER,
        pay=MADA,
    ),
    Scene(
        slug="delivery-unregistered-merchant",
        market=JEDDAH,
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        begins="2026-03-18T21:10",
        minutes=27,
        distance_m=2_600,
        charges={
            "baskets": [goods("80.50", "food_cold", "كنافة نابلسية، كيلو")],
            "delivery-fees": [charge("delivery_fee", "11.50", "delivery", "delivery")],
        },
        parties=_SWEETS,
        pay=MADA,
    ),
)

SCENES = (*_RIDES, *_DELIVERIES)

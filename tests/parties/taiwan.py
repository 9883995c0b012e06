"""Taiwan: Taipei."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

_STOCK = {"prefix": "AB", "first": 12_345_600, "last": 12_345_699}

CAST = Cast(
    currency="TWD",
    municipality="63000",
    record={"rider_ref": "rdr-886", "driver_ref": "drv-886", "fleet_ref": "flt-886", "merchant_ref": "mrc-886"},
    parties={
        Provides.RIDER: party("林怡君", "信義路四段6號5樓", "106", "臺北市", "TW", ref="rdr-886"),
        Provides.BUSINESS: party(
            "青山測量股份有限公司", "南京東路三段12號", "104", "臺北市", "TW", tax_ids=[tax_id("TW-UBN", "90010009")]
        ),
        Provides.DRIVER: party("陳志明", "中正路88號", "231", "新北市", "TW", ref="drv-886"),
        Provides.FLEET: party("捷安小客車租賃有限公司", "民生東路五段30號", "105", "臺北市", "TW", ref="flt-886"),
        Provides.MERCHANT: party("阿香便當店", "羅斯福路三段21號", "100", "臺北市", "TW", ref="mrc-886"),
        Provides.COURIER: party("黃俊傑", "和平西路9號", "108", "臺北市", "TW", ref="cur-886"),
        Provides.PLATFORM: party(
            "範例行動股份有限公司", "忠孝東路二段50號", "100", "臺北市", "TW", tax_ids=[tax_id("TW-UBN", "90010015")]
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("TW-UBN", "90010021")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("TW-UBN", "90010036")]},
        Provides.CITY: {"name": "臺北市"},
        Provides.JOURNEY: {"pickup": "臺北車站", "dropoff": "信義路四段6號", "vehicle": "RAA-0001"},
        Provides.NUMBERING: {
            "registrations": [{"supplier": role, **_STOCK} for role in ("fleet", "merchant", "courier", "platform")]
        },
    },
)

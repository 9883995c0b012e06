"""Japan: Tokyo."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="JPY",
    subdivision="JP-13",
    municipality="13101",
    record={"rider_ref": "rdr-106", "fleet_ref": "flt-86", "merchant_ref": "mrc-86"},
    parties={
        Provides.RIDER: party("佐藤 美咲", "桜丘町9-9", "150-0031", "東京都渋谷区", "JP", ref="rdr-106"),
        Provides.BUSINESS: party("株式会社みほん商事", "丸の内9-9-9", "100-0005", "東京都千代田区", "JP"),
        Provides.FLEET: party("見本交通株式会社", "東品川9-1-1", "140-0002", "東京都品川区", "JP", ref="flt-86"),
        Provides.MERCHANT: party("そば処 見本庵", "神楽坂9-2", "162-0825", "東京都新宿区", "JP", ref="mrc-86"),
        Provides.COURIER: party("高橋 健", "中野9-3-5", "164-0001", "東京都中野区", "JP", ref="cur-55"),
        Provides.PLATFORM: party(
            "見本モビリティ株式会社",
            "六本木9-10-1",
            "106-0032",
            "東京都港区",
            "JP",
            tax_ids=[tax_id("JP-QII", "T8000099990001")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("JP-QII", "T7000099990002")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("JP-QII", "T6000099990003")]},
        Provides.CITY: {"name": "東京"},
        Provides.JOURNEY: {
            "pickup": "東京駅丸の内口",
            "dropoff": "渋谷区桜丘町9-9",
            "vehicle": "品川 599 あ 99-99",
        },
    },
)

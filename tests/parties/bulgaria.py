"""Bulgaria: Sofia."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="68134",
    record={"rider_ref": "rdr-117", "driver_ref": "drv-52", "merchant_ref": "mrc-86"},
    parties={
        Provides.RIDER: {"name": "Десислава Петкова", "ref": "rdr-117"},
        Provides.BUSINESS: party(
            "Петков и синове ООД",
            "ул. „Граф Игнатиев“ 18",
            "1000",
            "София",
            "BG",
            tax_ids=[tax_id("BG-EIK", "900000016"), tax_id("VAT", "BG900000016")],
        ),
        Provides.DRIVER: party(
            "ЕТ „Иван Тодоров – Такси“", "ж.к. „Младост“ 1, бл. 54", "1784", "София", "BG", ref="drv-52"
        ),
        Provides.MERCHANT: party(
            "Механа „При Баба Мария“ ЕООД", "бул. „Витоша“ 77", "1463", "София", "BG", ref="mrc-86"
        ),
        Provides.PLATFORM: party(
            "Пример Мобилност България ЕАД",
            "бул. „Цариградско шосе“ 115",
            "1784",
            "София",
            "BG",
            tax_ids=[tax_id("BG-EIK", "900000023"), tax_id("VAT", "BG900000023")],
        ),
        Provides.SUPPLIER_TAX: {
            "tax_ids": [tax_id("BG-EIK", "900000030"), tax_id("VAT", "BG900000030")],
            "consent": "agr-bg-2026-01",
        },
        Provides.MERCHANT_TAX: {
            "tax_ids": [tax_id("BG-EIK", "900000048"), tax_id("VAT", "BG900000048")],
            "consent": "agr-bg-2026-02",
        },
        Provides.CITY: {"name": "София"},
        Provides.JOURNEY: {
            "pickup": "Летище София, Терминал 2",
            "dropoff": "ул. „Граф Игнатиев“ 18, 1000 София",
            "vehicle": "СВ 1234 ТХ",
        },
    },
)

"""Saudi Arabia: Riyadh."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="SAR",
    municipality="1",
    record={"rider_ref": "rdr-207", "driver_ref": "drv-63", "merchant_ref": "mrc-97"},
    parties={
        Provides.RIDER: party("نورة العتيبي", "9999 شارع العليا، حي العليا", "12611", "الرياض", "SA", ref="rdr-207"),
        Provides.BUSINESS: party(
            "شركة المثال للاستشارات الهندسية",
            "9998 طريق الملك فهد، حي الورود",
            "12215",
            "الرياض",
            "SA",
            tax_ids=[tax_id("SA-VAT", "399999999100003")],
        ),
        Provides.DRIVER: party("فهد القحطاني", "9997 شارع التحلية", "12241", "الرياض", "SA", ref="drv-63"),
        Provides.MERCHANT: party(
            "مطعم بيت الكبسة النموذجي", "9996 شارع الأمير سلطان", "12331", "الرياض", "SA", ref="mrc-97"
        ),
        Provides.COURIER: party("سالم الحربي", "9995 شارع الخليج", "13223", "الرياض", "SA", ref="cur-66"),
        Provides.PLATFORM: party(
            "شركة المثال للتنقل المحدودة",
            "9994 طريق العروبة",
            "12345",
            "الرياض",
            "SA",
            tax_ids=[tax_id("SA-VAT", "399999999200003")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("SA-VAT", "399999999300003")], "consent": "agr-2026-1"},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("SA-VAT", "399999999400003")], "consent": "agr-2026-2"},
        Provides.CITY: {"name": "الرياض"},
        Provides.JOURNEY: {
            "pickup": "مطار الملك خالد الدولي، الصالة 5",
            "dropoff": "شارع العليا، الرياض",
            "vehicle": "أ ب ج 9999",
        },
    },
)

"""India: Bengaluru, with the operator registered in Karnataka."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="INR",
    subdivision="IN-KA",
    municipality="803162",
    record={"rider_ref": "rdr-804", "driver_ref": "drv-91", "merchant_ref": "mrc-64"},
    parties={
        Provides.RIDER: party(
            "Ananya Krishnan",
            "14, 3rd Cross, Jayanagar",
            "560011",
            "Bengaluru",
            "IN",
            ref="rdr-804",
            subdivision="IN-KA",
        ),
        Provides.BUSINESS: party(
            "Krishnan Textiles Private Limited",
            "88, Whitefield Main Road",
            "560066",
            "Bengaluru",
            "IN",
            subdivision="IN-KA",
            tax_ids=[tax_id("IN-GSTIN", "29ZZZCE0008H1ZB")],
        ),
        Provides.DRIVER: party("Manjunath Gowda", "7, Temple Street", "560003", "Bengaluru", "IN", ref="drv-91"),
        Provides.MERCHANT: party(
            "Udupi Thindi Mane",
            "22, Brigade Road",
            "560001",
            "Bengaluru",
            "IN",
            ref="mrc-64",
            subdivision="IN-KA",
            tax_ids=[tax_id("IN-FSSAI", "11226999000123")],
        ),
        Provides.COURIER: party("Salim Pasha", "5, Shivajinagar", "560051", "Bengaluru", "IN", ref="cur-33"),
        Provides.PLATFORM: party(
            "Example Mobility India Private Limited",
            "100, Residency Road",
            "560025",
            "Bengaluru",
            "IN",
            ref="example-ka",
            subdivision="IN-KA",
            tax_ids=[tax_id("IN-GSTIN", "29ZZZCF0001A1ZV")],
        ),
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("IN-GSTIN", "29ZZZFM0003C1ZC")]},
        Provides.CITY: {"name": "Bengaluru"},
        Provides.JOURNEY: {
            "pickup": "Cubbon Park Metro, Bengaluru 560001",
            "dropoff": "3rd Cross, Jayanagar, Bengaluru 560011",
            "vehicle": "KA 01 ZZ 1234",
        },
    },
)

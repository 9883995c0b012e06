"""Kenya: Nairobi."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="KES",
    municipality="047",
    record={"rider_ref": "rdr-911", "driver_ref": "drv-911", "merchant_ref": "mrc-911"},
    parties={
        Provides.RIDER: party("Wanjiku Kamau", "Ngong Road 214", "00505", "Nairobi", "KE", ref="rdr-911"),
        Provides.BUSINESS: party(
            "Mara Books Ltd", "Kimathi Street 9", "00100", "Nairobi", "KE", tax_ids=[tax_id("KE-PIN", "P999999002X")]
        ),
        Provides.DRIVER: party("Otieno Odhiambo", "Jogoo Road 77", "00501", "Nairobi", "KE", ref="drv-911"),
        Provides.MERCHANT: party(
            "Mama Oliech Kitchen", "Marcus Garvey Road 3", "00606", "Nairobi", "KE", ref="mrc-911"
        ),
        Provides.PLATFORM: party(
            "Example Mobility Kenya Ltd",
            "Waiyaki Way 55",
            "00800",
            "Nairobi",
            "KE",
            tax_ids=[tax_id("KE-PIN", "P999999005X")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("KE-PIN", "A999999001Z")], "consent": "consent-2026-17"},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("KE-PIN", "P999999007Q")], "consent": "consent-2026-18"},
        Provides.CITY: {"name": "Nairobi"},
        Provides.JOURNEY: {
            "pickup": "Jomo Kenyatta International Airport, Nairobi",
            "dropoff": "Ngong Road 214, Nairobi",
            "vehicle": "KDA 123A",
        },
    },
)

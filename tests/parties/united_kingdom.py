"""Great Britain: London, with a driver in Manchester."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="GBP",
    municipality="E09000033",
    record={"rider_ref": "rdr-602", "driver_ref": "drv-88", "merchant_ref": "mrc-42"},
    parties={
        Provides.RIDER: party("Olivia Hughes", "14 Elm Grove", "SE15 5DB", "London", "GB", ref="rdr-602"),
        Provides.DRIVER: party("Samuel Osei", "3 Canal Street", "M1 3HE", "Manchester", "GB", ref="drv-88"),
        Provides.MERCHANT: party("The Copper Kettle Ltd", "9 Brick Lane", "E1 6PU", "London", "GB", ref="mrc-42"),
        Provides.PLATFORM: party(
            "Example Mobility London Ltd",
            "20 Old Street",
            "EC1V 9AB",
            "London",
            "GB",
            tax_ids=[tax_id("VAT", "GB980780684")],
        ),
        Provides.SUPPLIER_TAX: {"vat_registered": False},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "GB340804329")]},
        Provides.CITY: {"name": "London", "licensing_authority": "tfl"},
        Provides.JOURNEY: {
            "pickup": "King's Cross Station, London N1C 4AH",
            "dropoff": "14 Elm Grove, London SE15 5DB",
            "vehicle": "LX25 ABC",
        },
    },
)

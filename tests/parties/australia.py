"""Australia: Sydney."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="AUD",
    subdivision="AU-NSW",
    municipality="17200",
    record={"rider_ref": "rdr-905", "driver_ref": "drv-72", "merchant_ref": "mrc-75"},
    parties={
        Provides.RIDER: party(
            "Matilda Nguyen", "8 Wattle Street", "2010", "Surry Hills", "AU", ref="rdr-905", subdivision="AU-NSW"
        ),
        Provides.BUSINESS: party(
            "Bluegum Surveying Pty Ltd",
            "Level 4, 77 Pitt Street",
            "2000",
            "Sydney",
            "AU",
            subdivision="AU-NSW",
            tax_ids=[tax_id("AU-ABN", "44 123 450 001")],
        ),
        Provides.DRIVER: party(
            "Arjun Mehta", "3 Banksia Avenue", "2150", "Parramatta", "AU", ref="drv-72", subdivision="AU-NSW"
        ),
        Provides.MERCHANT: party(
            "Newtown Noodle House", "221 King Street", "2042", "Newtown", "AU", ref="mrc-75", subdivision="AU-NSW"
        ),
        Provides.COURIER: party("Sione Taufa", "40 Acacia Road", "2204", "Marrickville", "AU", ref="cur-44"),
        Provides.PLATFORM: party(
            "Example Mobility Australia Pty Ltd",
            "100 Harris Street",
            "2009",
            "Pyrmont",
            "AU",
            subdivision="AU-NSW",
            tax_ids=[tax_id("AU-ABN", "25 123 450 002")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("AU-ABN", "95 123 450 003")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("AU-ABN", "76 123 450 004")]},
        Provides.CITY: {"name": "Sydney"},
        Provides.JOURNEY: {
            "pickup": "Central Station, Sydney NSW 2000",
            "dropoff": "8 Wattle Street, Surry Hills NSW 2010",
            "vehicle": "ZZ 12 AB",
        },
    },
)

"""Austria: Vienna."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="90001",
    record={"rider_ref": "rdr-901", "driver_ref": "drv-91", "merchant_ref": "mrc-91"},
    parties={
        Provides.RIDER: party("Magdalena Öllinger", "Neubaugasse 14/8", "1070", "Wien", "AT", ref="rdr-901"),
        Provides.BUSINESS: party(
            "Donaukanal Verlag GmbH",
            "Taborstraße 22",
            "1020",
            "Wien",
            "AT",
            tax_ids=[tax_id("VAT", "ATU99900009")],
        ),
        Provides.DRIVER: party("Taxi Horvath e. U.", "Favoritenstraße 101", "1100", "Wien", "AT", ref="drv-91"),
        Provides.MERCHANT: party("Gasthaus zur Linde KG", "Josefstädter Straße 33", "1080", "Wien", "AT", ref="mrc-91"),
        Provides.PLATFORM: party(
            "Beispiel Mobility Austria GmbH",
            "Praterstraße 1",
            "1020",
            "Wien",
            "AT",
            tax_ids=[tax_id("VAT", "ATU99900018"), tax_id("AT-FN", "123456a")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("VAT", "ATU99900027")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "ATU99900036")]},
        Provides.CITY: {"name": "Wien"},
        Provides.JOURNEY: {
            "pickup": "Wien Hauptbahnhof, Am Hauptbahnhof 1, 1100 Wien",
            "dropoff": "Neubaugasse 14, 1070 Wien",
            "vehicle": "W-1234TX",
        },
    },
)

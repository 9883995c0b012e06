"""Germany: Berlin, with a kitchen and a courier in Munich."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="11000000",
    record={"rider_ref": "rdr-501", "fleet_ref": "flt-7", "merchant_ref": "mrc-31"},
    parties={
        Provides.RIDER: party("Jürgen Weiß", "Lindenstraße 5", "10969", "Berlin", "DE", ref="rdr-501"),
        Provides.BUSINESS: party(
            "Weiß & Söhne GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE811569869")]
        ),
        Provides.FLEET: party("Taxi Krüger e. K.", "Sonnenallee 88", "12045", "Berlin", "DE", ref="flt-7"),
        Provides.MERCHANT: party("Gasthaus Öhlmühle", "Marienplatz 3", "80331", "München", "DE", ref="mrc-31"),
        Provides.COURIER: party("Ayşe Çelik", "Isarweg 9", "80469", "München", "DE", ref="cur-12"),
        Provides.PLATFORM: party(
            "Beispiel Mobility Germany GmbH",
            "Friedrichstraße 100",
            "10117",
            "Berlin",
            "DE",
            tax_ids=[tax_id("VAT", "DE136695976")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("DE-STNR", "37/181/50815")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "DE129273398")]},
        Provides.CITY: {"name": "Berlin"},
        Provides.JOURNEY: {
            "pickup": "Hauptbahnhof, Europaplatz 1, 10557 Berlin",
            "dropoff": "Oranienstraße 25, 10999 Berlin",
            "vehicle": "B-TX 1234",
        },
    },
)

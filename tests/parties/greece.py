"""Greece: Athens."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    subdivision="GR-I",
    municipality="9186",
    record={"rider_ref": "rdr-228", "driver_ref": "drv-63", "merchant_ref": "mrc-97"},
    parties={
        Provides.RIDER: {"name": "Ελένη Παπαδάκη", "ref": "rdr-228"},
        Provides.BUSINESS: party(
            "Παπαδάκης & Υιοί Ο.Ε.",
            "Σταδίου 24",
            "105 64",
            "Αθήνα",
            "GR",
            tax_ids=[tax_id("GR-AFM", "999000018")],
        ),
        Provides.DRIVER: party("Νικόλαος Ζαφειρίου, Ταξί", "Αχαρνών 212", "112 52", "Αθήνα", "GR", ref="drv-63"),
        Provides.MERCHANT: party("Ταβέρνα «Το Κουτούκι» Ι.Κ.Ε.", "Αδριανού 41", "105 55", "Αθήνα", "GR", ref="mrc-97"),
        Provides.PLATFORM: party(
            "Παράδειγμα Μετακινήσεις Ελλάς Μ.Α.Ε.",
            "Λεωφόρος Συγγρού 150",
            "176 71",
            "Καλλιθέα",
            "GR",
            tax_ids=[tax_id("GR-AFM", "999000020"), tax_id("VAT", "EL999000020")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("GR-AFM", "999000031")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("GR-AFM", "999000043")]},
        Provides.CITY: {"name": "Αθήνα"},
        Provides.JOURNEY: {
            "pickup": "Διεθνής Αερολιμένας Αθηνών «Ελ. Βενιζέλος»",
            "dropoff": "Πλατεία Συντάγματος, 105 63 Αθήνα",
            "vehicle": "ΤΑΖ 4827",
        },
    },
)

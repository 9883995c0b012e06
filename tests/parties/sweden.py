"""Sweden: Stockholm."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="SEK",
    municipality="0180",
    record={"rider_ref": "rdr-905", "fleet_ref": "flt-33", "merchant_ref": "mrc-75"},
    parties={
        Provides.RIDER: party("Åsa Björklund", "Ringvägen 98", "118 60", "Stockholm", "SE", ref="rdr-905"),
        Provides.BUSINESS: party(
            "Björklund & Öst Arkitekter AB",
            "Hornsgatan 45",
            "118 49",
            "Stockholm",
            "SE",
            tax_ids=[tax_id("VAT", "SE559900001401"), tax_id("SE-ORGNR", "559900-0014")],
        ),
        Provides.FLEET: party("Söderslätts Taxi AB", "Folkungagatan 61", "116 22", "Stockholm", "SE", ref="flt-33"),
        Provides.MERCHANT: party("Köket på Hörnet HB", "Götgatan 112", "118 62", "Stockholm", "SE", ref="mrc-75"),
        Provides.PLATFORM: party(
            "Exempel Mobilitet Sverige AB",
            "Sveavägen 24",
            "111 57",
            "Stockholm",
            "SE",
            tax_ids=[tax_id("VAT", "SE559900002201"), tax_id("SE-ORGNR", "559900-0022")],
        ),
        Provides.SUPPLIER_TAX: {
            "tax_ids": [tax_id("VAT", "SE559900003001"), tax_id("SE-ORGNR", "559900-0030")],
            "traits": ["f_tax"],
        },
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "SE559900004801"), tax_id("SE-ORGNR", "559900-0048")]},
        Provides.CITY: {"name": "Stockholm"},
        Provides.JOURNEY: {
            "pickup": "Stockholms centralstation, Centralplan 15, 111 20 Stockholm",
            "dropoff": "Ringvägen 98, 118 60 Stockholm",
            "vehicle": "TXA 34B",
        },
    },
)

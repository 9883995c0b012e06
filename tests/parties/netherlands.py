"""The Netherlands: Amsterdam."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="0363",
    record={"rider_ref": "rdr-804", "driver_ref": "drv-21", "merchant_ref": "mrc-64"},
    parties={
        Provides.RIDER: party("Sanne de Wit", "Ceintuurbaan 214-II", "1072 GC", "Amsterdam", "NL", ref="rdr-804"),
        Provides.BUSINESS: party(
            "Grachtengeluid B.V.",
            "Prinsengracht 761",
            "1017 JZ",
            "Amsterdam",
            "NL",
            tax_ids=[tax_id("VAT", "NL999999011B02"), tax_id("NL-KVK", "90001011")],
        ),
        Provides.DRIVER: party(
            "Taxi Yılmaz",
            "Javastraat 88",
            "1094 HK",
            "Amsterdam",
            "NL",
            ref="drv-21",
            tax_ids=[tax_id("NL-KVK", "90001023")],
        ),
        Provides.MERCHANT: party(
            "Eethuis De Pollepel", "Bilderdijkstraat 41", "1053 KM", "Amsterdam", "NL", ref="mrc-64"
        ),
        Provides.PLATFORM: party(
            "Voorbeeld Mobiliteit Nederland B.V.",
            "Piet Heinkade 55",
            "1019 GM",
            "Amsterdam",
            "NL",
            tax_ids=[tax_id("VAT", "NL999999035B02"), tax_id("NL-KVK", "90001035")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("VAT", "NL999999023B02")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "NL999999047B02"), tax_id("NL-KVK", "90001047")]},
        Provides.CITY: {"name": "Amsterdam"},
        Provides.JOURNEY: {
            "pickup": "Amsterdam Centraal, Stationsplein 9, 1012 AB Amsterdam",
            "dropoff": "Ceintuurbaan 214, 1072 GC Amsterdam",
            "vehicle": "TX-214-B",
        },
    },
)

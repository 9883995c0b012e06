"""Poland: Warsaw."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="PLN",
    municipality="146501",
    record={"rider_ref": "rdr-339", "driver_ref": "drv-74", "merchant_ref": "mrc-108"},
    parties={
        Provides.RIDER: party("Łukasz Wróblewski", "ul. Puławska 112 m. 7", "02-620", "Warszawa", "PL", ref="rdr-339"),
        Provides.BUSINESS: party(
            "Wróblewski i Synowie sp. z o.o.",
            "ul. Świętokrzyska 31",
            "00-049",
            "Warszawa",
            "PL",
            tax_ids=[tax_id("PL-NIP", "9999900015")],
        ),
        Provides.DRIVER: party(
            "Taxi Agnieszka Źródlana", "ul. Grochowska 278", "03-841", "Warszawa", "PL", ref="drv-74"
        ),
        Provides.MERCHANT: party("Pierogarnia Żuk s.c.", "ul. Chmielna 15", "00-021", "Warszawa", "PL", ref="mrc-108"),
        Provides.PLATFORM: party(
            "Przykład Mobilność Polska sp. z o.o.",
            "al. Jana Pawła II 22",
            "00-133",
            "Warszawa",
            "PL",
            tax_ids=[tax_id("PL-NIP", "9999900021"), tax_id("VAT", "PL9999900021")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("PL-NIP", "9999900038")], "consent": "agr-pl-2026-01"},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("PL-NIP", "9999900044")], "consent": "agr-pl-2026-02"},
        Provides.CITY: {"name": "Warszawa"},
        Provides.JOURNEY: {
            "pickup": "Lotnisko Chopina, ul. Żwirki i Wigury 1, Warszawa",
            "dropoff": "ul. Puławska 112, 02-620 Warszawa",
            "vehicle": "WX 4829T",
        },
    },
)

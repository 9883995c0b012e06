"""Italy: Bologna, with a kitchen and a courier."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="037006",
    record={"rider_ref": "rdr-841", "driver_ref": "drv-51", "merchant_ref": "mrc-91"},
    parties={
        Provides.RIDER: party("Niccolò Però", "Via San Felice, 30", "40122", "Bologna", "IT", ref="rdr-841"),
        Provides.BUSINESS: party(
            "Cantiere dell’Università S.r.l.",
            "Via Zamboni, 200",
            "40126",
            "Bologna",
            "IT",
            tax_ids=[tax_id("VAT", "IT99990000012"), tax_id("IT-CF", "99990000012")],
            electronic_address={"scheme": "0205", "value": "ABC1234"},
        ),
        Provides.DRIVER: party("Città Taxi di Nicolò Fabbri", "Via Libia, 12", "40138", "Bologna", "IT", ref="drv-51"),
        Provides.MERCHANT: party(
            "Osteria del Caffè S.n.c.", "Via del Pratello, 41", "40122", "Bologna", "IT", ref="mrc-91"
        ),
        Provides.COURIER: party("Mamadou Diop", "Via Emilia Levante, 70", "40139", "Bologna", "IT", ref="cur-95"),
        Provides.PLATFORM: party(
            "Esempio Mobilità Italia S.r.l.",
            "Corso Buenos Aires, 60",
            "20124",
            "Milano",
            "IT",
            tax_ids=[tax_id("VAT", "IT99990000020")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("VAT", "IT99990000038")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "IT99990000046")]},
        Provides.CITY: {"name": "Bologna"},
        Provides.JOURNEY: {
            "pickup": "Stazione Centrale, 40121 Bologna",
            "dropoff": "Ospedale Maggiore, 40133 Bologna",
            "vehicle": "Taxi Bologna 14",
        },
    },
)

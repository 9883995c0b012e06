"""Spain: Madrid, with a kitchen and a courier."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="28079",
    record={"rider_ref": "rdr-821", "driver_ref": "drv-31", "merchant_ref": "mrc-71"},
    parties={
        Provides.RIDER: party("Íñigo Núñez Peña", "Calle de Atocha, 44, 2.º B", "28012", "Madrid", "ES", ref="rdr-821"),
        Provides.BUSINESS: party(
            "Imprenta del Añil, S.L.",
            "Calle de Embajadores, 187",
            "28045",
            "Madrid",
            "ES",
            tax_ids=[tax_id("ES-NIF", "B99991077")],
        ),
        Provides.DRIVER: party("Begoña Ortuño Gil", "Avenida de Oporto, 9", "28019", "Madrid", "ES", ref="drv-31"),
        Provides.MERCHANT: party(
            "Taberna La Cigüeña, S.L.", "Calle del Pez, 21", "28004", "Madrid", "ES", ref="mrc-71"
        ),
        Provides.COURIER: party("Moussa Sarr", "Calle de Toledo, 120", "28005", "Madrid", "ES", ref="cur-81"),
        Provides.PLATFORM: party(
            "Ejemplo Movilidad España, S.A.",
            "Paseo de la Castellana, 200",
            "28046",
            "Madrid",
            "ES",
            tax_ids=[tax_id("ES-NIF", "A99990004")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("ES-NIF", "99999001S")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "ESB99991119")]},
        Provides.CITY: {"name": "Madrid"},
        Provides.JOURNEY: {
            "pickup": "Estación de Atocha, 28045 Madrid",
            "dropoff": "Calle de Alcalá, 330, 28027 Madrid",
            "vehicle": "4821 LNP",
        },
    },
)

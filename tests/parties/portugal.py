"""Portugal: Lisbon, with a kitchen and a courier; the AT knows all their series."""

from tests.parties.cast import Body, Cast, party, tax_id
from tripinvoice.answers import Provides


def _known(supplier: str, letters: str) -> list[Body]:
    """Codes of a supplier's FT, FS, NC, and NC of FS."""
    return [
        {"supplier": supplier, "kind": "invoice", "validation_code": f"{letters}FT2X"},
        {"supplier": supplier, "kind": "receipt", "validation_code": f"{letters}FS3Y"},
        {"supplier": supplier, "kind": "credit_note", "validation_code": f"{letters}NC4Z"},
        {"supplier": supplier, "kind": "credit_note", "prefix": "FS", "validation_code": f"{letters}NS5W"},
    ]


CAST = Cast(
    currency="EUR",
    municipality="1106",
    record={"rider_ref": "rdr-831", "driver_ref": "drv-41", "merchant_ref": "mrc-81"},
    parties={
        Provides.RIDER: party("Inês Conceição", "Rua da Bica, 14, 2.º Esq.", "1200-054", "Lisboa", "PT", ref="rdr-831"),
        Provides.BUSINESS: party(
            "Cordoaria do Tejo, Lda.",
            "Rua de São Bento, 300",
            "1250-221",
            "Lisboa",
            "PT",
            tax_ids=[tax_id("PT-NIF", "599900121")],
        ),
        Provides.DRIVER: party(
            "João Assunção Vaz", "Avenida Almirante Reis, 55", "1150-011", "Lisboa", "PT", ref="drv-41"
        ),
        Provides.MERCHANT: party(
            "Tasca da Gávea, Lda.", "Rua dos Remédios, 8", "1100-445", "Lisboa", "PT", ref="mrc-81"
        ),
        Provides.COURIER: party("Edson Tavares", "Rua Morais Soares, 101", "1900-341", "Lisboa", "PT", ref="cur-91"),
        Provides.PLATFORM: party(
            "Exemplo Mobilidade Portugal, S.A.",
            "Avenida da Liberdade, 200",
            "1250-147",
            "Lisboa",
            "PT",
            tax_ids=[tax_id("PT-NIF", "599900130")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("PT-NIF", "299900100")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("VAT", "PT599900148")]},
        Provides.NUMBERING: {
            "registrations": [
                *_known("driver", "JFX7"),
                *_known("fleet", "KRT8"),
                *_known("merchant", "MVC3"),
                *_known("courier", "CZB5"),
                *_known("platform", "PLD6"),
            ]
        },
        Provides.CITY: {"name": "Lisboa"},
        Provides.JOURNEY: {
            "pickup": "Estação do Oriente, 1990-233 Lisboa",
            "dropoff": "Praça do Comércio, 1100-148 Lisboa",
            "vehicle": "AA-41-PT",
        },
    },
)

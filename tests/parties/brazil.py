"""Brazil: São Paulo."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="BRL",
    municipality="3550308",
    record={"rider_ref": "rdr-921", "driver_ref": "drv-921", "merchant_ref": "mrc-921"},
    parties={
        Provides.RIDER: party("João Conceição", "Rua Augusta 1500", "01304-001", "São Paulo", "BR", ref="rdr-921"),
        Provides.BUSINESS: party(
            "Editora Ipê Amarelo Ltda.",
            "Avenida Paulista 900",
            "01310-100",
            "São Paulo",
            "BR",
            tax_ids=[tax_id("BR-CNPJ", "99999001000159")],
        ),
        Provides.DRIVER: party("Antônia Gonçalves", "Rua da Mooca 77", "03103-000", "São Paulo", "BR", ref="drv-921"),
        Provides.MERCHANT: party(
            "Cantina do Zé Ltda.", "Rua Treze de Maio 40", "01327-000", "São Paulo", "BR", ref="mrc-921"
        ),
        Provides.PLATFORM: party(
            "Exemplo Mobilidade do Brasil Ltda.",
            "Avenida Faria Lima 2000",
            "01451-000",
            "São Paulo",
            "BR",
            tax_ids=[tax_id("BR-CNPJ", "99999002000101")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("BR-CPF", "99999000118")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("BR-CNPJ", "99999003000148")]},
        Provides.CITY: {"name": "São Paulo"},
        Provides.JOURNEY: {
            "pickup": "Aeroporto de Congonhas, São Paulo",
            "dropoff": "Rua Augusta 1500, São Paulo",
            "vehicle": "BRA2E19",
        },
    },
)

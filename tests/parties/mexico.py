"""Mexico: Mexico City."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

_CITY = "Ciudad de México"

CAST = Cast(
    currency="MXN",
    subdivision="MX-CMX",
    municipality="09015",
    record={"rider_ref": "rdr-521", "driver_ref": "drv-521", "merchant_ref": "mrc-521"},
    parties={
        Provides.RIDER: party("Gabriela Pérez Arriaga", "Calle Durango 150", "06700", _CITY, "MX", ref="rdr-521"),
        Provides.BUSINESS: party(
            "Consultores del Norte Ejemplo SC",
            "Paseo de la Reforma 222",
            "06600",
            _CITY,
            "MX",
            tax_ids=[tax_id("MX-RFC", "CNO150315A12"), tax_id("MX-REGIMEN", "601"), tax_id("MX-USO-CFDI", "G03")],
        ),
        Provides.DRIVER: party("Martín López García", "Calle Hidalgo 8", "04000", _CITY, "MX", ref="drv-521"),
        Provides.MERCHANT: party(
            "Tacos San Ángel Ejemplo SA de CV", "Avenida Revolución 1500", "01000", _CITY, "MX", ref="mrc-521"
        ),
        Provides.COURIER: party("Ximena Alba Montes", "Calle Luna 3", "06300", _CITY, "MX", ref="cur-521"),
        Provides.PLATFORM: party(
            "Fernweg México S de RL de CV",
            "Avenida Insurgentes Sur 601",
            "03810",
            _CITY,
            "MX",
            tax_ids=[tax_id("MX-RFC", "FMX200101A16"), tax_id("MX-REGIMEN", "601")],
        ),
        Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("MX-RFC", "LOGM850312AB2"), tax_id("MX-REGIMEN", "625")]},
        Provides.MERCHANT_TAX: {"tax_ids": [tax_id("MX-RFC", "TSA190505A17"), tax_id("MX-REGIMEN", "601")]},
        Provides.CITY: {"name": _CITY},
        Provides.JOURNEY: {"pickup": "Ángel de la Independencia", "dropoff": "Calle Durango 150"},
    },
)

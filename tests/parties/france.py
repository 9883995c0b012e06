"""France: Paris, with a kitchen and a courier."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="EUR",
    municipality="75056",
    record={"rider_ref": "rdr-811", "driver_ref": "drv-21", "merchant_ref": "mrc-61"},
    parties={
        Provides.RIDER: party("Zoé Lefèvre-Noël", "12, rue des Écoles", "75005", "Paris", "FR", ref="rdr-811"),
        Provides.BUSINESS: party(
            "Éditions de l’Œillet SAS",
            "48, boulevard Voltaire",
            "75011",
            "Paris",
            "FR",
            tax_ids=[tax_id("FR-SIREN", "999900038"), tax_id("VAT", "FR55999900038")],
        ),
        Provides.DRIVER: party("Théo Garçon VTC", "3, rue de Belleville", "75019", "Paris", "FR", ref="drv-21"),
        Provides.MERCHANT: party("Bouillon du Marché SARL", "7, rue Oberkampf", "75011", "Paris", "FR", ref="mrc-61"),
        Provides.COURIER: party("Aminata Diallo", "90, rue de Charonne", "75011", "Paris", "FR", ref="cur-71"),
        Provides.PLATFORM: party(
            "Exemple Mobilité France SAS",
            "10, rue de Rivoli",
            "75004",
            "Paris",
            "FR",
            tax_ids=[tax_id("FR-SIREN", "999900004"), tax_id("VAT", "FR50999900004")],
        ),
        Provides.SUPPLIER_TAX: {
            "tax_ids": [tax_id("FR-SIRET", "99990001200017"), tax_id("VAT", "FR74999900012")],
            "consent": "mandat-2024-17",
        },
        Provides.MERCHANT_TAX: {
            "tax_ids": [tax_id("FR-SIRET", "99990002000010"), tax_id("VAT", "FR01999900020")],
            "consent": "mandat-2025-3",
        },
        Provides.CITY: {"name": "Paris"},
        Provides.JOURNEY: {
            "pickup": "Gare de Lyon, place Louis-Armand, 75012 Paris",
            "dropoff": "12, rue des Écoles, 75005 Paris",
            "vehicle": "GK-123-TX",
        },
    },
)

"""New York."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="USD",
    municipality="3651000",
    record={"rider_ref": "rdr-703", "fleet_ref": "flt-9", "merchant_ref": "mrc-53"},
    parties={
        Provides.RIDER: party("Maria Gonzalez", "410 West 42nd Street", "10036", "New York, NY", "US", ref="rdr-703"),
        Provides.FLEET: party(
            "Hudson Taxi Fleet LLC",
            "25-11 41st Avenue",
            "11101",
            "Long Island City, NY",
            "US",
            ref="flt-9",
            tax_ids=[tax_id("TLC", "7K42")],
        ),
        Provides.MERCHANT: party("Bowery Dumplings Inc.", "71 Bowery", "10002", "New York, NY", "US", ref="mrc-53"),
        Provides.PLATFORM: party(
            "Example Mobility USA LLC",
            "175 Greenwich Street",
            "10007",
            "New York, NY",
            "US",
            tax_ids=[tax_id("TLC", "B03404")],
        ),
        Provides.CITY: {"name": "New York", "licensing_authority": "nyc_tlc"},
        Provides.JOURNEY: {"pickup": "Times Sq/Theatre District", "dropoff": "Lenox Hill East"},
    },
)

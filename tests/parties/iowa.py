"""Iowa: Des Moines."""

from tests.parties.cast import Cast, party, tax_id
from tripinvoice.answers import Provides

CAST = Cast(
    currency="USD",
    subdivision="US-IA",
    municipality="1921000",
    record={"rider_ref": "rdr-515", "fleet_ref": "flt-15", "merchant_ref": "mrc-15"},
    parties={
        Provides.RIDER: party("Hannah Lindqvist", "1415 Grand Avenue", "50309", "Des Moines, IA", "US", ref="rdr-515"),
        Provides.FLEET: party(
            "Capitol City Cab Co.",
            "2040 Dean Avenue",
            "50317",
            "Des Moines, IA",
            "US",
            ref="flt-15",
            tax_ids=[tax_id("IA-PERMIT", "1-77-000015")],
        ),
        Provides.MERCHANT: party(
            "Court Avenue Pizza LLC", "309 Court Avenue", "50309", "Des Moines, IA", "US", ref="mrc-15"
        ),
        Provides.PLATFORM: party(
            "Example Mobility USA LLC",
            "175 Greenwich Street",
            "10007",
            "New York, NY",
            "US",
            tax_ids=[tax_id("IA-PERMIT", "1-77-000099")],
        ),
        Provides.CITY: {"name": "Des Moines"},
        Provides.JOURNEY: {"pickup": "East Village", "dropoff": "1415 Grand Avenue"},
    },
)

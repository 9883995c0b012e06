"""Who takes part in the tests' trips, one file per country. All of them are invented."""

from tests.parties import australia, france, germany, india, netherlands, sweden, united_kingdom, united_states

CASTS = {
    "AU": australia.CAST,
    "DE": germany.CAST,
    "FR": france.CAST,
    "GB": united_kingdom.CAST,
    "IN": india.CAST,
    "NL": netherlands.CAST,
    "SE": sweden.CAST,
    "US": united_states.CAST,
}

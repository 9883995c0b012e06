"""Who takes part in the tests' trips, one file per country. All of them are invented."""

from tests.parties import (
    australia,
    austria,
    bulgaria,
    france,
    germany,
    greece,
    india,
    iowa,
    japan,
    netherlands,
    poland,
    portugal,
    spain,
    sweden,
    united_kingdom,
    united_states,
)

CASTS = {
    "AT": austria.CAST,
    "AU": australia.CAST,
    "BG": bulgaria.CAST,
    "DE": germany.CAST,
    "ES": spain.CAST,
    "FR": france.CAST,
    "GB": united_kingdom.CAST,
    "GR": greece.CAST,
    "IN": india.CAST,
    "JP": japan.CAST,
    "NL": netherlands.CAST,
    "PL": poland.CAST,
    "PT": portugal.CAST,
    "SE": sweden.CAST,
    "US": united_states.CAST,
    "US-IA": iowa.CAST,
}

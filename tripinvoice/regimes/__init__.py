"""The law of each country, one module each. To add a country see ``docs/add-a-country.md``."""

from tripinvoice.errors import UnsupportedTripError
from tripinvoice.regimes.australia import AUSTRALIA
from tripinvoice.regimes.austria import AUSTRIA
from tripinvoice.regimes.base import Regime
from tripinvoice.regimes.brazil import BRAZIL
from tripinvoice.regimes.bulgaria import BULGARIA
from tripinvoice.regimes.france import FRANCE
from tripinvoice.regimes.germany import GERMANY
from tripinvoice.regimes.greece import GREECE
from tripinvoice.regimes.india import INDIA
from tripinvoice.regimes.iowa import IOWA
from tripinvoice.regimes.italy import ITALY
from tripinvoice.regimes.japan import JAPAN
from tripinvoice.regimes.kenya import KENYA
from tripinvoice.regimes.mexico import MEXICO
from tripinvoice.regimes.netherlands import NETHERLANDS
from tripinvoice.regimes.poland import POLAND
from tripinvoice.regimes.portugal import PORTUGAL
from tripinvoice.regimes.saudi_arabia import SAUDI_ARABIA
from tripinvoice.regimes.spain import SPAIN
from tripinvoice.regimes.sweden import SWEDEN
from tripinvoice.regimes.taiwan import TAIWAN
from tripinvoice.regimes.united_kingdom import UNITED_KINGDOM
from tripinvoice.regimes.united_states import UNITED_STATES
from tripinvoice.trip import Trip

REGIMES: tuple[Regime, ...] = (
    AUSTRALIA,
    AUSTRIA,
    BRAZIL,
    BULGARIA,
    FRANCE,
    GERMANY,
    GREECE,
    INDIA,
    IOWA,
    ITALY,
    JAPAN,
    KENYA,
    MEXICO,
    NETHERLANDS,
    POLAND,
    PORTUGAL,
    SAUDI_ARABIA,
    SPAIN,
    SWEDEN,
    TAIWAN,
    UNITED_KINGDOM,
    UNITED_STATES,
)


def regime_for(trip: Trip) -> Regime:
    """The regime of the place where the trip began.

    Raises :class:`UnsupportedTripError` when there is none, or when it does not cover this product.
    """
    for regime in REGIMES:
        if regime.covers(trip):
            if trip.product in regime.products.get(trip.line_of_business, frozenset()):
                return regime
            raise UnsupportedTripError(
                f"trip.product: {regime.code} has no rule for {trip.line_of_business} by {trip.product}; "
                "add it to the regime",
                field="trip.product",
            )
    raise _no_regime(trip.country, trip.pickup.subdivision)


def regime_named(code: str) -> Regime:
    """The regime with this :attr:`Regime.code`. Raises :class:`UnsupportedTripError` when there is none."""
    for regime in REGIMES:
        if regime.code == code:
            return regime
    raise _no_regime(code, None)


def _no_regime(country: str, subdivision: str | None) -> UnsupportedTripError:
    where = (subdivision if subdivision and subdivision.startswith(country) else country)[:6]
    known = ", ".join(regime.code for regime in REGIMES)
    return UnsupportedTripError(
        f"trip.pickup: no regime for {where}, only for {known}; add one (docs/add-a-country.md) or route "
        "the trip elsewhere, then resume",
        field="trip.pickup",
    )

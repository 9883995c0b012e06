"""Which regime rules a trip."""

import pytest

from tests import factories
from tests.factories import LONDON, NEW_YORK, trip
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.regimes import REGIMES, regime_for, regime_named
from tripinvoice.regimes.base import Regime
from tripinvoice.regimes.germany import GERMANY
from tripinvoice.regimes.united_kingdom import UNITED_KINGDOM
from tripinvoice.regimes.united_states import UNITED_STATES
from tripinvoice.trip import LineOfBusiness, Place, Product


@pytest.mark.parametrize(
    ("place", "regime"), [(factories.MUNICH, GERMANY), (LONDON, UNITED_KINGDOM), (NEW_YORK, UNITED_STATES)]
)
def test_the_place_where_the_trip_began_decides(place: Place, regime: Regime) -> None:
    """Wherever it ended."""
    assert regime_for(trip(pickup=place, dropoff=factories.BERLIN)) is regime
    assert regime_named(regime.code) is regime


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (Place(country="IS"), "IS"),
        (Place(country="US", subdivision="US-CA"), "US-CA"),
        (Place(country="US"), "US"),
        (Place(country="X" * 5000), "XXXXXX"),
    ],
)
def test_elsewhere_there_is_no_regime(place: Place, named: str) -> None:
    """The message names the place, what there is and what to do."""
    known = ", ".join(regime.code for regime in REGIMES)
    expected = rf"^trip\.pickup: no regime for {named}, only for {known}; add one \(docs/add-a-country\.md\)"
    with pytest.raises(UnsupportedTripError, match=expected):
        regime_for(trip(pickup=place))
    with pytest.raises(UnsupportedTripError, match=expected):
        regime_named(place.subdivision or place.country)


@pytest.mark.parametrize(
    ("line_of_business", "product"),
    [(LineOfBusiness.RIDES, Product.COURIER), (LineOfBusiness.DELIVERY, Product.TAXI)],
)
def test_a_product_without_a_rule_is_refused(line_of_business: LineOfBusiness, product: Product) -> None:
    """No courier carries passengers."""
    with pytest.raises(UnsupportedTripError, match=rf"DE has no rule for {line_of_business} by {product}"):
        regime_for(trip(line_of_business=line_of_business, product=product))

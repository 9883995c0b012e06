"""Austrian law on rides and deliveries."""

from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

VIENNA = Place(country="AT", subdivision="AT-9", municipality="90001")


def ride(**changes: Any) -> Any:
    """A taxi ride in Vienna."""
    return trip(**{"pickup": VIENNA, "dropoff": VIENNA, **changes})


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_is_reduced(product: Product) -> None:
    """With all that comes on top of the fare."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    (draft,) = assemble(sources(ride(product=product), charge("19.40"), *on_top))
    assert rates(draft) == ["10"] * 6
    assert {"ride", "cancellation", "reduced"} <= set(draft.unverified)


def test_drinks_and_fees_bear_the_standard_rate() -> None:
    """Food does not; a deposit is no part of the supply."""
    order = ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    foods = (charge("1.00", food, "goods") for food in ("food_hot", "food_cold", "grocery", "drink", "alcohol"))
    goods, delivery = assemble(
        sources(order, *foods, charge("1.00", "deposit", "goods"), charge("1.00", "delivery", "delivery"))
    )
    assert rates(goods, delivery) == ["10", "10", "10", "20", "20", "20"]
    assert [line.code for line in goods.outside] == ["deposit"]


def test_a_small_business_charges_no_tax() -> None:
    """§ 6 Abs. 1 Z 27 UStG; above 400 € he names his number, as everybody."""
    small = {Provides.SUPPLIER_TAX: {"small_business": True}}
    (draft,) = assemble(sources(ride(), charge("400.00"), given=small))
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "small_business")]
    named = {Provides.SUPPLIER_TAX: {"small_business": True, "tax_ids": [tax_id("VAT", "ATU99900027")]}}
    (draft,) = assemble(sources(ride(), charge("400.01"), given=named))
    assert (draft.simplified, draft.totals.tax.minor) == (False, 0)


def test_what_is_not_known_is_refused() -> None:
    """Food is no part of a ride; abroad another law rules."""
    with pytest.raises(UnsupportedTripError, match="no rule for this tax class"):
        assemble(sources(ride(), charge("1.00"), charge("1.00", "food_hot")))
    with pytest.raises(UnsupportedTripError, match="into another country"):
        assemble(sources(ride(dropoff=Place(country="SK")), charge("80.00")))


def test_up_to_400_euro_less_is_enough() -> None:
    """No recipient, no tax number; above, both."""
    nobody = (Provides.RIDER,)
    (small,) = assemble(sources(ride(), charge("400.00"), without=nobody, given={Provides.SUPPLIER_TAX: {}}))
    assert small.simplified
    with pytest.raises(MissingAnswerError, match=r"^transport: recipient"):
        assemble(sources(ride(), charge("400.01"), without=nobody))
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.tax_ids"):
        assemble(sources(ride(), charge("400.01"), given={Provides.SUPPLIER_TAX: {}}))
    driver = {Provides.DRIVER: {"name": "Taxi", "ref": PARTIES["AT"][Provides.DRIVER]["ref"]}}
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.address"):
        assemble(sources(ride(), given=driver))

"""Brazilian receipts of rides and deliveries."""

from typing import Any

import pytest

from tests.factories import charge, sources, trip
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, UnsupportedTripError
from tripinvoice.invoice import Kind, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

SAO_PAULO = Place(country="BR", subdivision="BR-SP", municipality="3550308")


def ride(**changes: Any) -> Any:
    """A taxi ride in São Paulo."""
    return trip(**{"pickup": SAO_PAULO, "dropoff": SAO_PAULO, **changes})


def test_a_ride_is_a_receipt_without_tax_lines() -> None:
    """The taxes are in the price, the NFS-e says how much; a tip is beside it."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation", "tip"))
    (draft,) = assemble(sources(ride(), charge("46.90"), *on_top))
    assert (draft.key.kind, draft.title, draft.totals.tax.minor) == (Kind.RECEIPT, "receipt", 0)
    assert {(line.tax_category, line.note) for line in draft.tax_lines} == {(TaxCategory.OUTSIDE, "taxes_in_price")}
    assert [line.code for line in draft.outside] == ["tip"]
    assert "courtesy_copy" in draft.notes
    assert {"services", "provider", "courtesy_copy"} <= set(draft.unverified)


def test_goods_and_services_rest_on_different_taxes() -> None:
    """ICMS for what is eaten, ISS for bringing it."""
    order = ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    foods = (charge("10.00", food, "goods") for food in ("food_hot", "food_cold", "drink", "alcohol", "grocery"))
    goods, delivery = assemble(
        sources(order, *foods, charge("2.00", "deposit", "goods"), charge("7.99", "delivery", "delivery"))
    )
    assert "goods" in goods.unverified
    assert "goods" not in delivery.unverified
    assert [line.code for line in goods.outside] == ["deposit"]


@pytest.mark.parametrize(
    ("state", "zone"), [("BR-SP", "America/Sao_Paulo"), ("BR-AM", "America/Manaus"), ("BR-AC", "America/Rio_Branco")]
)
def test_a_receipt_is_dated_by_the_states_clock(state: str, zone: str) -> None:
    """Brazil has several."""
    place = Place(country="BR", subdivision=state)
    (draft,) = assemble(sources(ride(pickup=place, dropoff=place), charge("10.00")))
    assert draft.time_zone == zone


def test_what_is_missing_parks() -> None:
    """CNPJ or CPF; food is no part of a ride."""
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.tax_ids: .* BR-CNPJ, BR-CPF"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {}}))
    with pytest.raises(UnsupportedTripError, match="no rule for this tax class"):
        assemble(sources(ride(), charge("1.00"), charge("1.00", "food_hot")))

"""Kenyan law on rides and deliveries."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

NAIROBI = Place(country="KE", municipality="047")
STANDING = PARTIES["KE"][Provides.SUPPLIER_TAX]


def ride(**changes: Any) -> Any:
    """A taxi ride in Nairobi."""
    return trip(**{"pickup": NAIROBI, "dropoff": NAIROBI, **changes})


def drafts(*items: Body, **standing: Any) -> tuple[Draft, ...]:
    """The documents of a ride whose driver has this standing."""
    return assemble(sources(ride(), *items, given={Provides.SUPPLIER_TAX: STANDING | standing}))


def test_a_ride_bears_the_standard_rate_with_all_that_is_in_its_fare() -> None:
    """A tip is beside it."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation", "tip"))
    (draft,) = drafts(charge("1450.00"), *on_top)
    assert [str(line.tax_rate) for line in draft.lines] == ["16"] * 6
    assert [line.code for line in draft.outside] == ["tip"]
    assert (draft.title, draft.issuer_mode, draft.consent) == ("invoice", IssuerMode.ON_BEHALF, "consent-2026-17")
    assert "courtesy_copy" in draft.notes


@pytest.mark.parametrize(("day", "rate"), [((2020, 4, 1), "14"), ((2020, 12, 31), "14"), ((2021, 1, 1), "16")])
def test_the_rate_was_lower_in_2020(day: tuple[int, int, int], rate: str) -> None:
    """For nine months."""
    noon = datetime(*day, 9, tzinfo=UTC)
    (draft,) = assemble(sources(ride(started_at=noon, ended_at=noon), charge("100.00")))
    assert str(draft.tax_lines[0].tax_rate) == rate


def test_who_is_not_registered_writes_no_tax_invoice() -> None:
    """And charges none."""
    (draft,) = drafts(charge("210.00"), vat_registered=False)
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.OUTSIDE, "not_vat_registered")]
    assert draft.title == "invoice_untaxed"


def test_the_platform_writes_only_for_who_has_agreed() -> None:
    """Who writes his own needs no consent."""
    with pytest.raises(MissingAnswerError, match=r"^transport: consent: the law asks for the supplier's agreement"):
        drafts(charge("210.00"), consent=None)
    (own,) = drafts(charge("210.00"), consent=None, invoices_issued_by_platform=False)
    assert own.issuer_mode is IssuerMode.OWN


def test_food_fees_and_deposits() -> None:
    """All at the standard rate; what is given back is no part of the price."""
    order = ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    foods = (charge("100.00", food, "goods") for food in ("food_hot", "food_cold", "drink", "alcohol", "grocery"))
    goods, delivery = assemble(
        sources(order, *foods, charge("20.00", "deposit", "goods"), charge("150.00", "delivery", "delivery"))
    )
    assert {str(line.tax_rate) for line in (*goods.lines, *delivery.lines)} == {"16"}
    assert [line.code for line in goods.outside] == ["deposit"]


def test_what_is_missing_parks() -> None:
    """PIN and address; food is no part of a ride."""
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.tax_ids: .* KE-PIN"):
        drafts(charge("210.00"), tax_ids=[])
    with pytest.raises(UnsupportedTripError, match="no rule for this tax class"):
        drafts(charge("210.00"), charge("1.00", "food_hot"))

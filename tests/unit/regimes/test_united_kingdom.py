"""British law on rides and deliveries."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import LONDON, MANCHESTER, charge, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

ELSEWHERE: dict[Provides, Body] = {
    Provides.CITY: {"name": "Manchester", "licensing_authority": "manchester_city_council"}
}
REGISTERED: dict[Provides, Body] = {Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("VAT", "GB123456782")]}}
BARE: dict[Provides, Body] = {Provides.RIDER: {"name": "Olivia Hughes"}}


def ride(product: Product, pickup: Place = LONDON, **changes: Any) -> Any:
    """A British ride."""
    return trip(product=product, pickup=pickup, dropoff=pickup, **changes)


def order(**changes: Any) -> Any:
    """A delivery in London."""
    return trip(
        line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, pickup=LONDON, dropoff=LONDON, **changes
    )


def treatments(draft: Draft) -> list[tuple[str, str]]:
    """Category and rate of each line."""
    return [(line.tax_category.value, str(line.tax_rate)) for line in draft.lines]


def test_in_london_the_operator_is_the_supplier() -> None:
    """And owes VAT on the whole fare, though the driver is not registered."""
    (draft,) = assemble(
        sources(ride(Product.HIRE_CAR), charge("24.00"), charge("3.00", "wait"), charge("2.00", "cancellation"))
    )
    assert (draft.supplier.name, draft.issuer_mode) == ("Example Mobility London Ltd", IssuerMode.PRINCIPAL)
    assert treatments(draft) == [("S", "20")] * 3
    assert draft.series == "GB-OP"


def test_elsewhere_the_driver_is_the_supplier() -> None:
    """Not registered, he charges no VAT and the document says so."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR, MANCHESTER), charge("12.00"), given=ELSEWHERE))
    assert (draft.supplier.name, draft.issuer_mode) == ("Samuel Osei", IssuerMode.ON_BEHALF)
    assert treatments(draft) == [("O", "0")]
    assert [line.note for line in draft.tax_lines] == ["not_vat_registered"]
    assert draft.series == "GB-DR-DRV-88"


def test_a_registered_driver_charges_vat() -> None:
    """On the whole fare."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR, MANCHESTER), charge("12.00"), given=ELSEWHERE | REGISTERED))
    assert treatments(draft) == [("S", "20")]
    assert str(draft.totals.tax) == "2.00 GBP"


def test_a_taxi_driver_is_the_supplier_even_in_london() -> None:
    """The city is not asked."""
    (draft,) = assemble(sources(ride(Product.TAXI), charge("12.00"), given=REGISTERED, without=(Provides.CITY,)))
    assert draft.supplier.name == "Samuel Osei"
    assert treatments(draft) == [("S", "20")]


@pytest.mark.parametrize("city", [{"name": "London"}, None])
def test_a_hire_car_needs_its_licensing_authority(city: Body | None) -> None:
    """Who supplies depends on it."""
    known = {Provides.CITY: city} if city else {}
    with pytest.raises(MissingAnswerError, match=r"^city: no money system says its licensing authority"):
        assemble(sources(ride(Product.HIRE_CAR), given=known, without=() if city else (Provides.CITY,)))


def test_before_2026_the_operators_margin_scheme_is_not_supported() -> None:
    """It is not computed, so the trip is refused; the first day after is invoiced."""
    last = datetime(2026, 1, 1, 23, 59, tzinfo=UTC)
    with pytest.raises(UnsupportedTripError, match="no 'private_hire_principal' VAT rate"):
        assemble(sources(ride(Product.HIRE_CAR, started_at=last, ended_at=last)))
    first = datetime(2026, 1, 2, 0, 0, tzinfo=UTC)
    assert assemble(sources(ride(Product.HIRE_CAR, started_at=first, ended_at=first)))


def test_food_drink_and_delivery() -> None:
    """Hot food and drink at the standard rate, cold food and groceries at zero."""
    goods, delivery = assemble(
        sources(
            order(),
            *(charge("1.00", kind, "goods") for kind in ("food_hot", "food_cold", "grocery", "drink", "alcohol")),
            charge("2.40", "delivery", "delivery"),
            charge("0.60", "surcharge", "delivery"),
        )
    )
    assert treatments(goods) == [("S", "20"), ("Z", "0"), ("Z", "0"), ("S", "20"), ("S", "20")]
    assert treatments(delivery) == [("S", "20"), ("S", "20")]
    assert [goods.supplier.name, delivery.supplier.name] == ["The Copper Kettle Ltd", "Example Mobility London Ltd"]


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2020-07-14", "20"),
        ("2020-07-15", "5"),
        ("2021-09-30", "5"),
        ("2021-10-01", "12.5"),
        ("2022-03-31", "12.5"),
        ("2022-04-01", "20"),
    ],
)
def test_hot_food_was_reduced_for_a_while(day: str, rate: str) -> None:
    """Both sides of each change."""
    noon = datetime.fromisoformat(f"{day}T12:00:00Z")
    (draft,) = assemble(sources(order(started_at=noon, ended_at=noon), charge("5.00", "food_hot", "goods")))
    assert treatments(draft) == [("S", rate)]


def test_a_tip_is_outside_the_scope() -> None:
    """Not a line of the supply."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR), charge("24.00"), charge("3.00", "tip")))
    assert [str(line.gross) for line in draft.outside] == ["3.00 GBP"]
    assert str(draft.totals.gross) == "24.00 GBP"


@pytest.mark.parametrize("profile", [{}, {Provides.MERCHANT_TAX: {"vat_registered": False}}])
def test_an_unknown_tax_class_is_unsupported(profile: dict[Provides, Body]) -> None:
    """Britain has no bottle deposit yet; a merchant without VAT may not send it either."""
    basket = sources(order(), charge("5.00", "food_cold", "goods"), charge("0.20", "deposit", "goods"), given=profile)
    with pytest.raises(UnsupportedTripError, match="GB has no rule for this tax class"):
        assemble(basket)


def test_up_to_250_pounds_the_invoice_is_less_detailed() -> None:
    """The customer needs no address, the supplier his VAT number."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR), charge("250.00"), given=BARE))
    assert draft.tax_lines[0].tax_category is TaxCategory.STANDARD
    with pytest.raises(InvalidAnswerError, match=r"^transport: recipient\.address"):
        assemble(sources(ride(Product.HIRE_CAR), charge("250.01"), given=BARE))
    assert assemble(sources(ride(Product.HIRE_CAR), charge("250.01")))


def test_a_registered_supplier_has_a_vat_number() -> None:
    """Else his document is no VAT invoice."""
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.tax_ids: .* VAT;"):
        assemble(sources(ride(Product.TAXI), given={Provides.SUPPLIER_TAX: {}}))


def test_an_unregistered_supplier_needs_neither_number_nor_address() -> None:
    """His document is no VAT invoice, whatever the amount."""
    bare = ELSEWHERE | BARE | {Provides.DRIVER: {"name": "Samuel Osei", "ref": "drv-88"}}
    (draft,) = assemble(sources(ride(Product.HIRE_CAR, MANCHESTER), charge("300.00"), given=bare))
    assert str(draft.totals.tax) == "0.00 GBP"

"""Iowa rides and deliveries."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.assemble import assemble
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, Kind
from tripinvoice.trip import LineOfBusiness, Place, Product

DES_MOINES = Place(country="US", subdivision="US-IA", municipality="1921000")
WEST = Place(country="US", subdivision="US-IA", municipality="1983910")
GRINNELL = Place(country="US", subdivision="US-IA", municipality="1933105")


def ride(product: Product = Product.HIRE_CAR, **changes: Any) -> Any:
    """A ride in Des Moines."""
    return trip(**{"product": product, "pickup": DES_MOINES, "dropoff": DES_MOINES, **changes})


def order(**changes: Any) -> Any:
    """A delivery in Des Moines."""
    return ride(Product.COURIER, line_of_business=LineOfBusiness.DELIVERY, **changes)


def rates(*drafts: Draft) -> list[str]:
    """The rate of each line, ``-`` where there is no tax."""
    return [str(line.tax_rate) if line.tax_category == "S" else "-" for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("product", "supplier"),
    [(Product.HIRE_CAR, "Example Mobility USA LLC"), (Product.TAXI, "Capitol City Cab Co.")],
)
def test_a_ride_bears_sales_tax_whoever_drives(product: Product, supplier: str) -> None:
    """With all that comes on top of it, but the tip; an app ride is the platform's."""
    more = [charge("1.00", tax_class) for tax_class in ("toll", "surcharge", "government_fee", "wait")]
    (draft,) = assemble(sources(ride(product), charge("20.00"), *more, charge("3.00", "tip")))
    assert rates(draft) == ["7"] * 5 + ["-"]
    assert (str(draft.totals.tax), str(draft.totals.gross)) == ("1.68 USD", "28.68 USD")
    assert (draft.key.kind, draft.supplier.name, draft.outside) == (Kind.RECEIPT, supplier, ())
    assert draft.issuer_mode in {IssuerMode.OWN, IssuerMode.ON_BEHALF}


@pytest.mark.parametrize(
    ("day", "rate"), [((2019, 1, 1), "6"), ((2019, 6, 30), "6"), ((2019, 7, 1), "7"), ((2026, 11, 2), "7")]
)
def test_the_city_adds_a_percent_since_july_2019(day: tuple[int, int, int], rate: str) -> None:
    """The day at the place of the ride counts."""
    at = datetime(*day, 18, tzinfo=UTC)
    (draft,) = assemble(sources(ride(started_at=at, ended_at=at), charge("20.00")))
    assert rates(draft) == [rate]


def test_rides_before_2019_have_no_rule() -> None:
    """Food had a rate already."""
    at = datetime(2018, 12, 31, 18, tzinfo=UTC)
    with pytest.raises(UnsupportedTripError, match="no 'des_moines_rides' Sales tax rate is known"):
        assemble(sources(ride(started_at=at, ended_at=at), charge("20.00")))
    (goods,) = assemble(sources(order(started_at=at, ended_at=at), charge("20.00", "food_hot", "goods")))
    assert rates(goods) == ["6"]


def test_a_ride_is_taxed_where_it_begins_and_goods_where_they_arrive() -> None:
    """From one city into another whose rate nobody knows, and back."""
    (there,) = assemble(sources(ride(dropoff=GRINNELL), charge("90.00")))
    assert rates(there) == ["7"]
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup\.municipality"):
        assemble(sources(ride(pickup=GRINNELL), charge("90.00")))
    (food,) = assemble(sources(order(dropoff=WEST), charge("20.00", "food_hot", "goods")))
    assert rates(food) == ["7"]
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff\.municipality"):
        assemble(sources(order(dropoff=GRINNELL), charge("20.00", "food_hot", "goods")))


def test_without_a_dropoff_the_place_of_pickup_counts() -> None:
    """Some events have none; a place without a municipality is no city."""
    (food,) = assemble(sources(order(dropoff=None), charge("20.00", "food_hot", "goods")))
    assert rates(food) == ["7"]
    nowhere = Place(country="US", subdivision="US-IA")
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup\.municipality"):
        assemble(sources(order(pickup=nowhere, dropoff=None), charge("20.00", "food_hot", "goods")))


def test_food_is_taxed_and_groceries_are_not() -> None:
    """Delivering them never is, a fee for the service is."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(charge("10.00", c, "goods") for c in ("food_hot", "food_cold", "drink", "alcohol", "surcharge")),
            *(charge("10.00", c, "goods") for c in ("grocery", "deposit", "delivery")),
            *(charge("5.00", c, "delivery") for c in ("delivery", "wait", "cancellation", "surcharge")),
            charge("4.00", "tip", "delivery"),
            charge("3.00", "platform_fee", "platform_fee"),
        )
    )
    assert sorted(rates(food)) == ["-"] * 3 + ["7"] * 5
    assert [line.note for line in food.tax_lines] == [None, "exempt_food", None]
    assert sorted(rates(delivery)) == ["-"] * 4 + ["7"]
    assert rates(fee) == ["7"]
    assert (str(food.totals.tax), str(delivery.totals.tax), str(fee.totals.tax)) == ("3.50 USD", "0.35 USD", "0.21 USD")


def test_a_no_show_is_taxed() -> None:
    """And so is a cancelled order's fee of the merchant."""
    (draft,) = assemble(sources(ride(), charge("20.00"), charge("5.00", "cancellation")))
    assert rates(draft) == ["7", "7"]
    assert "no_show" in draft.unverified


@pytest.mark.parametrize("odd", [charge("1.00", "lottery"), charge("1.00", "delivery"), charge("1.00", "food_hot")])
def test_an_unknown_tax_class_is_unsupported(odd: Body) -> None:
    """Never guessed."""
    with pytest.raises(UnsupportedTripError, match="US-IA has no rule for this tax class"):
        assemble(sources(ride(), charge("20.00"), odd))

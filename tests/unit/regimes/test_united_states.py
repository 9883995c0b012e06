"""New York rides and deliveries."""

from typing import Any

import pytest

from tests.factories import NEW_YORK, charge, new_york_sources, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, Kind
from tripinvoice.trip import LineOfBusiness, Place, Product


def ride(product: Product = Product.TAXI, **changes: Any) -> Any:
    """A ride in New York."""
    return trip(product=product, pickup=NEW_YORK, dropoff=NEW_YORK, **changes)


def order(dropoff: Place | None = NEW_YORK, pickup: Place = NEW_YORK) -> Any:
    """A delivery in New York."""
    return trip(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, pickup=pickup, dropoff=dropoff)


def taxes(draft: Draft) -> list[tuple[str, str, str]]:
    """Code, category and tax of each line."""
    return [(line.code, line.tax_category.value, str(line.tax.decimal)) for line in draft.lines]


def test_a_taxi_receipt_shows_each_amount_and_no_sales_tax() -> None:
    """The tip is part of the receipt and its total."""
    (draft,) = assemble(new_york_sources())
    assert [(line.code, str(line.gross)) for line in draft.lines] == [
        ("fare", "17.50 USD"),
        ("surcharge", "3.30 USD"),
        ("toll", "6.12 USD"),
        ("tip", "5.40 USD"),
    ]
    assert (str(draft.totals.gross), str(draft.totals.tax)) == ("32.32 USD", "0.00 USD")
    assert [line.note for line in draft.tax_lines] == ["no_sales_tax"]
    assert (draft.outside, draft.key.kind, draft.paper) == ((), Kind.RECEIPT, "Letter")
    assert (draft.supplier.name, draft.series) == ("Hudson Taxi Fleet LLC", "US-NY-FL-FLT-9")


def test_an_app_ride_shows_the_fees_and_taxes_that_the_base_computed() -> None:
    """The base is the platform, and the supplier."""
    (draft,) = assemble(
        sources(
            ride(Product.HIRE_CAR),
            charge("30.00"),
            charge("2.75", "government_fee", code="congestion_surcharge"),
            charge("2.91", "government_fee", code="sales_tax"),
            charge("6.00", "tip"),
            paid="41.66",
        )
    )
    assert [line.code for line in draft.lines] == ["fare", "congestion_surcharge", "sales_tax", "tip"]
    assert (draft.supplier.name, draft.issuer_mode) == ("Example Mobility USA LLC", IssuerMode.OWN)
    assert (str(draft.totals.gross), draft.tax_lines[0].note) == ("41.66 USD", None)


def test_sales_tax_is_added_to_what_is_taxable() -> None:
    """8.875 % on restaurant food and its delivery; groceries, deposits and tips are free."""
    goods, delivery = assemble(
        sources(
            order(),
            charge("10.00", "food_hot", "goods"),
            charge("5.00", "food_cold", "goods"),
            charge("3.00", "drink", "goods"),
            charge("9.00", "alcohol", "goods"),
            charge("8.00", "grocery", "goods"),
            charge("0.05", "deposit", "goods"),
            charge("4.00", "delivery", "delivery"),
            charge("5.00", "tip", "delivery"),
            paid="46.81",
        )
    )
    assert taxes(goods) == [
        ("food_hot", "S", "0.89"),
        ("food_cold", "S", "0.44"),
        ("drink", "S", "0.27"),
        ("alcohol", "S", "0.80"),
        ("grocery", "E", "0.00"),
        ("deposit", "O", "0.00"),
    ]
    assert [(str(line.tax_rate), str(line.tax), line.note) for line in goods.tax_lines] == [
        ("8.875", "2.40 USD", None),
        ("0", "0.00 USD", "exempt_food"),
        ("0", "0.00 USD", None),
    ]
    assert taxes(delivery) == [("delivery_fee", "S", "0.36"), ("tip", "O", "0.00")]
    assert (str(goods.totals.gross), str(delivery.totals.gross)) == ("37.45 USD", "9.36 USD")


def test_delivering_only_groceries_is_not_taxed() -> None:
    """The charge follows what is delivered."""
    _, delivery = assemble(sources(order(), charge("8.00", "grocery", "goods"), charge("4.00", "delivery", "delivery")))
    assert taxes(delivery) == [("delivery_fee", "O", "0.00")]


def test_a_courier_without_goods_is_taxed() -> None:
    """A parcel's delivery is a service of its own."""
    parcel = sources(
        order(), charge("4.00", "delivery", "delivery"), given={Provides.TRIP: {}}, without=(Provides.MERCHANT,)
    )
    (delivery,) = assemble(parcel)
    assert taxes(delivery) == [("delivery_fee", "S", "0.36")]


@pytest.mark.parametrize(
    ("dropoff", "pickup"),
    [
        (Place(country="US", subdivision="US-NY", municipality="3606607"), NEW_YORK),
        (Place(country="US", subdivision="US-NY"), NEW_YORK),
        (None, Place(country="US", subdivision="US-NY")),
    ],
)
def test_sales_tax_elsewhere_is_not_known(dropoff: Place | None, pickup: Place) -> None:
    """Buffalo has another rate."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff\.municipality: only deliveries in New York City"):
        assemble(sources(order(dropoff, pickup), charge("10.00", "food_hot", "goods")))


def test_without_a_dropoff_the_place_of_pickup_counts() -> None:
    """Some events have none."""
    (goods,) = assemble(sources(order(None), charge("10.00", "food_hot", "goods")))
    assert taxes(goods) == [("food_hot", "S", "0.89")]


@pytest.mark.parametrize(
    ("of", "first", "unknown"),
    [
        (ride(), charge("10.00"), charge("1.00", "food_hot")),
        (ride(Product.HIRE_CAR), charge("10.00"), charge("1.00", "lottery")),
        (order(), charge("10.00", "food_hot", "goods"), charge("1.00", "wait", "delivery")),
    ],
)
def test_an_unknown_tax_class_is_unsupported(of: Any, first: Body, unknown: Body) -> None:
    """Rides have no food, deliveries no waiting."""
    with pytest.raises(UnsupportedTripError, match=r"^charges\.charges\.1\.tax_class: US-NY has no rule"):
        assemble(sources(of, first, unknown))


def test_a_recipient_is_not_needed() -> None:
    """A receipt may be nobody's."""
    (draft,) = assemble(sources(ride(), without=(Provides.RIDER,)))
    assert draft.recipient is None

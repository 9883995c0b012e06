"""New York rides and deliveries."""

from typing import Any

import pytest

from tests.factories import NEW_YORK, charge, new_york_sources, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, Kind
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product


def ride(product: Product = Product.TAXI, **changes: Any) -> Any:
    """A ride in New York."""
    return trip(**{"product": product, "pickup": NEW_YORK, "dropoff": NEW_YORK, **changes})


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


FEES = (
    charge("0.90", "surcharge", code="black_car_fund"),
    charge("2.75", "government_fee", code="congestion_surcharge"),
    charge("1.50", "government_fee", code="cbd_congestion_fee"),
)


def test_an_app_ride_bears_sales_tax_and_fees_that_do_not() -> None:
    """The base is the platform, and the supplier; each fee is a line of its own."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR), charge("30.00"), *FEES, charge("6.00", "tip"), paid="43.81"))
    assert taxes(draft) == [
        ("fare", "S", "2.66"),
        ("black_car_fund", "O", "0.00"),
        ("congestion_surcharge", "O", "0.00"),
        ("cbd_congestion_fee", "O", "0.00"),
        ("tip", "O", "0.00"),
    ]
    assert (draft.supplier.name, draft.issuer_mode) == ("Example Mobility USA LLC", IssuerMode.OWN)
    assert (str(draft.totals.gross), draft.tax_lines[0].note) == ("43.81 USD", None)
    assert {"separate_fees", "new_york_city"} <= set(draft.unverified)


@pytest.mark.parametrize("tax_class", ["toll", "wait", "surcharge"])
def test_what_is_charged_with_an_app_ride_is_part_of_its_price(tax_class: str) -> None:
    """Tolls, too."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR), charge("30.00"), charge("6.94", tax_class)))
    assert [str(line.tax_rate) for line in draft.lines] == ["8.875", "8.875"]
    assert str(draft.totals.tax) == "3.28 USD"


def test_a_booking_fee_and_a_no_show_are_taxed() -> None:
    """The one on a receipt of its own, the other without a ride."""
    _, fee = assemble(sources(ride(Product.HIRE_CAR), charge("30.00"), charge("2.00", "platform_fee", "platform_fee")))
    assert taxes(fee) == [("platform_fee", "S", "0.18")]
    absent = ride(Product.HIRE_CAR, dropoff=None, completion=Completion.CANCELLED_WITH_FEE)
    (no_show,) = assemble(sources(absent, charge("5.00", "cancellation")))
    assert taxes(no_show) == [("cancellation_fee", "S", "0.44")]


@pytest.mark.parametrize(
    "elsewhere",
    [Place(country="US", subdivision="US-NJ"), Place(country="CA", subdivision="CA-QC"), Place(country="CA")],
)
def test_an_app_ride_that_leaves_the_state_bears_no_sales_tax(elsewhere: Place) -> None:
    """And says why."""
    (draft,) = assemble(sources(ride(Product.HIRE_CAR, dropoff=elsewhere), charge("70.00"), FEES[0]))
    assert (str(draft.totals.tax), draft.tax_lines[0].note) == ("0.00 USD", "leaves_the_state")


@pytest.mark.parametrize("dropoff", [None, Place(country="US")])
def test_an_app_ride_says_in_which_state_it_ends(dropoff: Place | None) -> None:
    """The tax depends on it."""
    with pytest.raises(InvalidTripError, match=r"^trip\.dropoff\.subdivision"):
        assemble(sources(ride(Product.HIRE_CAR, dropoff=dropoff), charge("30.00")))


def test_sales_tax_is_not_a_charge() -> None:
    """It would be taxed twice."""
    with pytest.raises(InvalidAnswerError, match="taxed twice"):
        assemble(sources(ride(Product.HIRE_CAR), charge("30.00"), charge("2.66", "government_fee", code="sales_tax")))


def test_an_app_ride_from_elsewhere_is_not_known() -> None:
    """Its city has another rate."""
    albany = Place(country="US", subdivision="US-NY", municipality="3601000")
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup\.municipality: only New York City"):
        assemble(sources(ride(Product.HIRE_CAR, pickup=albany), charge("30.00")))


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
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff\.municipality: only New York City"):
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

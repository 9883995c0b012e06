"""German law on rides and deliveries."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import BERLIN, MUNICH, POTSDAM, charge, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

NOWHERE = Place(country="DE")


def order(**changes: Any) -> Any:
    """A delivery in Munich."""
    return trip(
        line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, pickup=MUNICH, dropoff=MUNICH, **changes
    )


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("facts", "rate"),
    [
        ({"distance_m": 50_000, "dropoff": POTSDAM}, "7"),
        ({"distance_m": 50_001, "dropoff": POTSDAM}, "19"),
        ({"distance_m": 80_000, "dropoff": BERLIN}, "7"),
        ({"distance_m": None, "dropoff": BERLIN}, "7"),
        ({"distance_m": 80_000, "dropoff": None}, "19"),
        ({"distance_m": 80_000, "dropoff": NOWHERE, "pickup": NOWHERE}, "19"),
        ({"distance_m": 80_000, "dropoff": POTSDAM, "same_municipality": True}, "7"),
        ({"distance_m": 80_000, "dropoff": BERLIN, "same_municipality": False}, "19"),
        ({"distance_m": 1_000, "product": Product.HIRE_CAR}, "19"),
        ({"distance_m": None, "product": Product.HIRE_CAR, "dropoff": POTSDAM}, "19"),
    ],
)
def test_the_rate_of_a_ride(facts: dict[str, Any], rate: str) -> None:
    """A taxi is reduced up to 50 km or within one municipality; a hire car never is."""
    assert rates(*assemble(sources(trip(**facts), charge("19.40"), charge("1.00", "toll")))) == [rate, rate]


def test_a_taxi_without_distance_or_municipality_cannot_be_taxed() -> None:
    """The event must say one of them."""
    with pytest.raises(InvalidTripError, match=r"^trip\.distance_m: missing; the rate of a German taxi") as caught:
        assemble(sources(trip(distance_m=None, dropoff=POTSDAM)))
    assert caught.value.field == "trip.distance_m"


def test_waiting_is_no_carriage() -> None:
    """It bears the standard rate beside a reduced fare."""
    (draft,) = assemble(sources(None, charge("19.40"), charge("5.00", "wait")))
    assert rates(draft) == ["7", "19"]


def test_a_cancellation_fee_bears_the_standard_rate() -> None:
    """No distance is needed: nobody was carried."""
    no_show = trip(completion=Completion.CANCELLED_WITH_FEE, distance_m=None, dropoff=None)
    (draft,) = assemble(sources(no_show, charge("5.00", "cancellation")))
    assert rates(draft) == ["19"]


@pytest.mark.parametrize(
    ("ended_at", "rate"),
    [
        (datetime(2020, 6, 30, 21, 59, tzinfo=UTC), "7"),
        (datetime(2020, 6, 30, 22, 0, tzinfo=UTC), "5"),
        (datetime(2020, 12, 31, 22, 59, tzinfo=UTC), "5"),
        (datetime(2020, 12, 31, 23, 0, tzinfo=UTC), "7"),
    ],
)
def test_the_rate_changes_at_midnight_in_berlin(ended_at: datetime, rate: str) -> None:
    """Not at midnight UTC."""
    (draft,) = assemble(sources(trip(started_at=ended_at, ended_at=ended_at), charge("19.40")))
    assert rates(draft) == [rate]


def test_a_tip_is_outside_the_supply() -> None:
    """Shown, paid, not taxed, not in the total."""
    (draft,) = assemble(sources(None, charge("19.40"), charge("2.00", "tip"), paid="21.40"))
    assert [str(line.gross) for line in draft.outside] == ["2.00 EUR"]
    assert str(draft.totals.gross) == "19.40 EUR"
    assert [str(payment.amount) for payment in draft.payments] == ["21.40 EUR"]


def test_a_delivery_is_two_supplies_at_their_own_rates() -> None:
    """Food reduced; drinks, their deposit and the delivery standard."""
    goods, delivery = assemble(
        sources(
            order(),
            *(charge("1.00", food, "goods") for food in ("food_hot", "food_cold", "grocery")),
            *(charge("1.00", other, "goods") for other in ("drink", "alcohol", "deposit", "surcharge")),
            charge("2.99", "delivery", "delivery"),
        )
    )
    assert rates(goods) == ["7", "7", "7", "19", "19", "19", "19"]
    assert rates(delivery) == ["19"]
    assert [goods.supplier.name, delivery.supplier.name] == ["Gasthaus Öhlmühle", "Beispiel Mobility Germany GmbH"]


def test_a_self_employed_courier_supplies_the_delivery() -> None:
    """Then the platform's fee is a third contract."""
    drafts = assemble(
        sources(
            order(),
            charge("9.00", "food_hot", "goods"),
            charge("2.99", "delivery", "delivery"),
            charge("0.99", "platform_fee", "platform_fee"),
            given={
                Provides.COURIER: {
                    "name": "Ayşe Çelik",
                    "ref": "cur-12",
                    "address": ["Isarweg 9"],
                    "city": "München",
                    "country": "DE",
                },
                Provides.COURIER_TAX: {"small_business": True},
            },
        )
    )
    assert [draft.series for draft in drafts] == ["DE-ME-MRC-31", "DE-CO-CUR-12", "DE-OP"]
    assert rates(*drafts) == ["7", "0", "19"]


def test_a_small_business_charges_no_tax_and_says_why() -> None:
    """§ 19 UStG; the distance does not matter then."""
    (draft,) = assemble(
        sources(trip(distance_m=None, dropoff=None), given={Provides.SUPPLIER_TAX: {"small_business": True}})
    )
    (tax_line,) = draft.tax_lines
    assert (tax_line.tax_category, tax_line.tax_rate, tax_line.note) == (
        TaxCategory.EXEMPT,
        Decimal(0),
        "small_business",
    )
    assert str(draft.totals.tax) == "0.00 EUR"


@pytest.mark.parametrize("small_business", [True, False])
@pytest.mark.parametrize(("tax_class", "contract"), [("lottery", "transport"), ("transport", "platform_fee")])
def test_an_unknown_tax_class_is_unsupported(tax_class: str, contract: str, *, small_business: bool) -> None:
    """Also where there is no tax: the class may be a mistake."""
    ride = sources(
        None,
        charge("19.40"),
        charge("1.00", tax_class, contract),
        given={Provides.SUPPLIER_TAX: {"small_business": small_business}},
    )
    with pytest.raises(UnsupportedTripError, match=r"^charges\.charges\.1\.tax_class: DE has no rule") as caught:
        assemble(ride)
    assert caught.value.field == "charges.charges.1.tax_class"


def test_services_to_a_french_business_are_reverse_charge() -> None:
    """And then never simplified; the ride is taxed here."""
    french = {"name": "Exemple S.A.R.L.", "address": ["Rue du Port 2"], "city": "Colmar", "country": "FR"}
    business = french | {"tax_ids": [tax_id("VAT", "FR40303265045")]}
    fee = charge("1.20", "platform_fee", "platform_fee")
    transport, booking = assemble(sources(None, charge("19.40"), fee, given={Provides.BUSINESS: business}))
    assert (rates(transport), transport.simplified) == (["7"], True)
    assert (booking.tax_lines[0].tax_category, booking.simplified) == (TaxCategory.REVERSE_CHARGE, False)


BARE: dict[Provides, Body] = {Provides.RIDER: {"name": "Jürgen Weiß"}}


def test_up_to_250_euros_the_recipient_needs_no_address() -> None:
    """§ 33 UStDV, and no tax number is needed either."""
    bare = BARE | {Provides.SUPPLIER_TAX: {}}
    (draft,) = assemble(sources(None, charge("250.00"), given=bare))
    assert draft.recipient is not None
    assert not draft.recipient.has_address
    (draft,) = assemble(sources(None, charge("250.00"), without=(Provides.RIDER,)))
    assert draft.recipient is None


@pytest.mark.parametrize(
    ("given", "without", "error", "field"),
    [
        (BARE, (), InvalidAnswerError, "recipient.address"),
        ({}, (Provides.RIDER,), MissingAnswerError, "recipient"),
        ({Provides.SUPPLIER_TAX: {}}, (), InvalidAnswerError, "supplier.tax_ids"),
        ({Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("TLC", "1")]}}, (), InvalidAnswerError, "supplier.tax_ids"),
    ],
)
def test_above_250_euros_everybody_is_named_in_full(
    given: dict[Provides, Body], without: tuple[Provides, ...], error: type[Exception], field: str
) -> None:
    """§ 14 Abs. 4 UStG."""
    with pytest.raises(error) as caught:
        assemble(sources(None, charge("250.01"), given=given, without=without))
    assert getattr(caught.value, "field", None) == field


def test_above_250_euros_a_complete_case_is_invoiced() -> None:
    """With all names and numbers there is nothing to refuse."""
    (draft,) = assemble(sources(None, charge("250.01")))
    assert str(draft.totals.gross) == "250.01 EUR"


def test_the_suppliers_address_is_always_needed() -> None:
    """§ 33 Nr. 1 UStDV."""
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.address"):
        assemble(sources(given={Provides.FLEET: {"name": "Taxi Krüger e. K."}}))


def test_the_suppliers_standing_is_asked_for() -> None:
    """Without it nobody knows whether there is tax."""
    with pytest.raises(MissingAnswerError, match=r"^supplier_tax: "):
        assemble(sources(without=(Provides.SUPPLIER_TAX,)))

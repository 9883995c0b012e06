"""Swedish law on rides and deliveries."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, charges, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, TotalsError, UnsupportedTripError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

STOCKHOLM = Place(country="SE", municipality="0180")
WINTER = datetime(2026, 1, 12, 18, tzinfo=UTC)


def ride(**changes: Any) -> Any:
    """A taxi ride in Stockholm."""
    return trip(**{"pickup": STOCKHOLM, "dropoff": STOCKHOLM, **changes})


def order(at: datetime = WINTER) -> Any:
    """A delivery in Stockholm."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, started_at=at, ended_at=at)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_bears_6_percent(product: Product) -> None:
    """With all that comes on top of the fare."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    (draft,) = assemble(sources(ride(product=product), charge("285.00"), *on_top, charge("5.00", "tip")))
    assert rates(draft) == ["6"] * 6
    assert [line.code for line in draft.outside] == ["tip"]


@pytest.mark.parametrize(
    ("ended_at", "rate", "unverified"),
    [
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "12", ()),
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "6", ()),
        (datetime(2027, 12, 31, 22, 59, tzinfo=UTC), "6", ()),
        (datetime(2027, 12, 31, 23, 0, tzinfo=UTC), "12", ("food",)),
    ],
)
def test_the_rate_of_food_is_lower_for_21_months(ended_at: datetime, rate: str, unverified: tuple[str, ...]) -> None:
    """From midnight to midnight in Stockholm."""
    goods = [charge("10.00", tax_class, "goods") for tax_class in ("food_hot", "food_cold", "grocery", "drink")]
    (draft,) = assemble(sources(order(ended_at), *goods))
    assert rates(draft) == [rate] * 4
    assert draft.unverified == unverified


def test_alcohol_and_fees_bear_the_standard_rate() -> None:
    """A delivery, a small order, a cancelled one, the platform's fee."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            charge("100.00", "food_hot", "goods"),
            charge("79.00", "alcohol", "goods"),
            *(charge("19.00", tax_class, "delivery") for tax_class in ("delivery", "surcharge", "cancellation")),
            charge("9.00", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["12", "25"]
    assert rates(delivery, fee) == ["25"] * 4


@pytest.mark.parametrize(("drink", "rate"), [("drink", "12"), ("alcohol", "25"), ("food_cold", "12")])
def test_a_deposit_shares_the_rate_of_its_drink(drink: str, rate: str) -> None:
    """As long as all drinks have one."""
    (draft,) = assemble(sources(order(), charge("20.00", drink, "goods"), charge("1.00", "deposit", "goods")))
    assert rates(draft)[1] == rate


def test_the_deposit_of_mixed_drinks_is_refused() -> None:
    """Nobody says which of them was packed in it."""
    mixed = (charge("20.00", drink, "goods") for drink in ("drink", "alcohol"))
    with pytest.raises(InvalidAnswerError, match="a Swedish deposit shares the rate of its drink"):
        assemble(sources(order(), *mixed, charge("1.00", "deposit", "goods")))


@pytest.mark.parametrize(
    "unknown", [charge("1.00", "food_hot"), charge("1.00", "deposit"), charge("1.00", "transport", "platform_fee")]
)
def test_what_is_not_known_is_refused(unknown: Body) -> None:
    """Food and deposits are no part of a ride, a fare none of a fee."""
    with pytest.raises(UnsupportedTripError, match="SE has no rule for this tax class"):
        assemble(sources(ride(), charge("285.00"), unknown))


def test_f_tax_is_said_of_who_is_approved() -> None:
    """A platform's own standing is not asked."""
    fee = charge("9.00", "platform_fee", "platform_fee")
    transport, booking = assemble(sources(ride(), charge("285.00"), fee))
    assert (transport.notes, booking.notes) == (("f_tax",), ())
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"small_business": True}}))
    assert draft.notes == ()
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "small_business")]


BARE: dict[Provides, Body] = {Provides.RIDER: {"name": "Åsa Björklund"}}


def test_up_to_4000_kronor_no_recipient_is_needed() -> None:
    """Nor his address; one öre above both are."""
    (draft,) = assemble(sources(ride(), charge("4000.00"), without=(Provides.RIDER,)))
    assert draft.simplified
    with pytest.raises(MissingAnswerError, match=r"^transport: recipient"):
        assemble(sources(ride(), charge("4000.01"), without=(Provides.RIDER,)))
    with pytest.raises(InvalidAnswerError, match=r"^transport: recipient\.address"):
        assemble(sources(ride(), charge("4000.01"), given=BARE))


def test_a_registered_supplier_always_shows_his_number() -> None:
    """Also on the smallest invoice."""
    with pytest.raises(InvalidAnswerError, match=r"^transport: supplier\.tax_ids"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {}}))


def test_services_to_a_german_business_are_reverse_charge() -> None:
    """And then never simplified."""
    fee = charge("19.00", "platform_fee", "platform_fee")
    german = {Provides.BUSINESS: PARTIES["DE"][Provides.BUSINESS]}
    transport, booking = assemble(sources(ride(), charge("285.00"), fee, given=german))
    assert (rates(transport), transport.simplified) == (["6"], True)
    assert (booking.tax_lines[0].tax_category, booking.simplified) == (TaxCategory.REVERSE_CHARGE, False)


def test_a_ride_into_another_country_is_exempt() -> None:
    """As a whole; unknown classes are refused there too, and the platform's fee is no ride."""
    to_denmark = ride(dropoff=Place(country="DK"))
    fee = charge("19.00", "platform_fee", "platform_fee")
    transport, booking = assemble(sources(to_denmark, charge("684.00"), charge("430.00", "toll"), fee))
    assert [(line.tax_category, line.note) for line in transport.tax_lines] == [
        (TaxCategory.EXEMPT, "international_ride")
    ]
    assert rates(booking) == ["25"]
    with pytest.raises(UnsupportedTripError, match="SE has no rule for this tax class"):
        assemble(sources(to_denmark, charge("684.00"), charge("1.00", "food_hot")))


def paid_in_cash(amount: str, currency: str) -> dict[Provides, Body]:
    """An answer of kind ``payments``."""
    return {Provides.PAYMENTS: {"currency": currency, "payments": [{"method": "cash", "amount": amount}]}}


@pytest.mark.parametrize(("fare", "cash", "rounding"), [("749.74", "750.00", "0.26"), ("749.49", "749.00", "-0.49")])
def test_cash_is_rounded_to_whole_kronor(fare: str, cash: str, rounding: str) -> None:
    """The first is the taxi sample of the standard."""
    (draft,) = assemble(sources(ride(), charge(fare), given=paid_in_cash(cash, "SEK")))
    assert str(draft.rounding) == f"{rounding} SEK"
    assert str(draft.payable) == f"{cash} SEK"


def in_kroner(amount: str, cash: str) -> Any:
    """A ride charged in Norwegian kroner and paid in cash."""
    rate = {"currency": "NOK", "into": "SEK", "rate": "0.9412", "published": "2026-10-30", "source": "Riksbanken"}
    given = {
        Provides.CHARGES: charges(charge(amount), currency="NOK"),
        Provides.EXCHANGE_RATE: rate,
        **paid_in_cash(cash, "NOK"),
    }
    return sources(ride(), given=given)


def test_another_currency_shows_the_tax_in_kronor() -> None:
    """With the rate; the limit of simplified invoices is compared in kronor, and cash is not rounded to our coins."""
    (draft,) = assemble(in_kroner("4250.00", "4250.00"))
    assert draft.national_tax is not None
    assert str(draft.national_tax.tax) == "226.42 SEK"  # of 240.57 NOK
    assert draft.simplified is False
    assert "national_tax" in draft.unverified
    (draft,) = assemble(in_kroner("4249.00", "4249.00"))
    assert draft.simplified
    with pytest.raises(TotalsError, match="payments"):
        assemble(in_kroner("129.40", "129.00"))

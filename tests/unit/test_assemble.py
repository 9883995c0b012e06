"""From sources to drafts and documents: every amount is accounted for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.factories import card, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.errors import (
    ConflictError,
    InvalidAnswerError,
    InvalidTripError,
    MissingAnswerError,
    RuleViolationError,
    TotalsError,
    UnsupportedTripError,
)
from tripinvoice.invoice import Contract, DocumentKey, Draft, Kind
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product

HIRE = trip(product=Product.HIRE_CAR)
ORDER = trip(
    line_of_business=LineOfBusiness.DELIVERY,
    product=Product.COURIER,
    pickup=factories.MUNICH,
    dropoff=factories.MUNICH,
)
BASKET = (charge("14.90", "food_hot", "goods"), charge("3.60", "drink", "goods"))


def gross(drafts: tuple[Draft, ...]) -> list[str]:
    """The total of each document."""
    return [str(draft.totals.gross) for draft in drafts]


def paid(draft: Draft) -> list[tuple[str, int]]:
    """Method and cents of each payment."""
    return [(payment.method, payment.amount.minor) for payment in draft.payments]


def payments(*amounts: str) -> dict[Provides, Body]:
    """One payment per amount, alternating card and cash."""
    methods = ("card", "cash")
    items = [{"method": methods[i % 2], "amount": amount} for i, amount in enumerate(amounts)]
    return {Provides.PAYMENTS: {"currency": "EUR", "payments": items}}


def test_a_draft_says_everything_but_number_and_date_of_issue() -> None:
    """Regime, parties, supply, journey on the customer's clock."""
    (draft,) = assemble(sources(trip(revision=3), paid="19.40"))
    assert draft.key == DocumentKey(
        trip_id="trip-berlin-taxi", contract=Contract.TRANSPORT, kind=Kind.INVOICE, revision=3
    )
    assert (draft.regime, draft.template, draft.locale, draft.paper) == ("DE", "germany", "de_DE", "A4")
    assert (draft.country, draft.currency, draft.time_zone) == ("DE", "EUR", "Europe/Berlin")
    assert draft.recipient is not None
    assert (draft.supplier.name, draft.recipient.name) == ("Taxi Krüger e. K.", "Jürgen Weiß")
    assert draft.supply_date == date(2026, 11, 2)
    assert draft.journey is not None
    assert draft.journey.started_at.isoformat() == "2026-11-02T18:12:00+01:00"
    assert (draft.journey.vehicle, draft.journey.distance_m) == ("B-TX 1234", 8_400)


def test_the_day_of_supply_is_that_of_the_customers_clock() -> None:
    """A trip that ends after midnight in its own zone."""
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    (draft,) = assemble(sources(trip(started_at=late, ended_at=late)))
    assert draft.supply_date == date(2026, 11, 3)
    (draft,) = assemble(sources(trip(started_at=late, ended_at=late, time_zone="Europe/Lisbon")))
    assert draft.supply_date == date(2026, 11, 2)


def test_the_same_sources_give_the_same_drafts() -> None:
    """Assembling is a function."""
    assert assemble(factories.delivery_sources()) == assemble(factories.delivery_sources())


def test_a_ride_may_have_two_contracts() -> None:
    """The driver's transport and the platform's fee, in this order."""
    drafts = assemble(sources(None, charge("0.99", "platform_fee", "platform_fee"), charge("19.40"), paid="20.39"))
    assert [draft.key.contract for draft in drafts] == [Contract.TRANSPORT, Contract.PLATFORM_FEE]
    assert gross(drafts) == ["19.40 EUR", "0.99 EUR"]
    assert [paid(draft) for draft in drafts] == [[("card", 1940)], [("card", 99)]]
    assert [draft.series for draft in drafts] == ["DE-FL-FLT-7", "DE-OP"]


def test_a_zero_amount_is_invoiced() -> None:
    """A free ride is a ride."""
    (draft,) = assemble(sources(HIRE, charge("0.00"), paid="0.00"))
    assert (gross((draft,)), draft.payments) == (["0.00 EUR"], ())


def test_a_platforms_promotion_is_a_payment() -> None:
    """The supplier still gets the full price, and is taxed on it."""
    promotion = charge("-5.00", "promotion", funded_by="platform", description="Welcome")
    (draft,) = assemble(sources(HIRE, charge("19.40"), promotion, paid="14.40"))
    assert gross((draft,)) == ["19.40 EUR"]
    assert paid(draft) == [("card", 1440), ("platform_promotion", 500)]
    assert draft.payments[1].detail == "Welcome"


def test_a_platforms_promotion_is_shown_though_payments_are_unknown() -> None:
    """It is known from the charges."""
    (draft,) = assemble(sources(HIRE, charge("19.40"), charge("-5.00", "promotion", funded_by="platform")))
    assert paid(draft) == [("platform_promotion", 500)]


def test_a_suppliers_promotion_reduces_each_rate_in_proportion() -> None:
    """VAT Directive art. 79 and 90: the taxable amount is what was really charged."""
    promotion = charge("-3.00", "promotion", "goods", funded_by="supplier", description="-3 €")
    (goods,) = assemble(sources(ORDER, *BASKET, charge("0.25", "deposit", "goods"), promotion, paid="15.75"))
    assert [(line.code, line.gross.minor, str(line.tax_rate)) for line in goods.lines] == [
        ("food_hot", 1490, "7"),
        ("drink", 360, "19"),
        ("deposit", 25, "19"),
        ("promotion", -238, "7"),
        ("promotion", -62, "19"),
    ]
    assert [(line.gross.minor, str(line.tax_rate)) for line in goods.tax_lines] == [(1252, "7"), (323, "19")]
    assert [line.description for line in goods.lines[3:]] == ["-3 €", "-3 €"]


def test_a_reduction_too_small_to_share_is_one_line() -> None:
    """No line of nothing."""
    promotion = charge("-0.01", "promotion", "goods", funded_by="supplier")
    (goods,) = assemble(sources(ORDER, *BASKET, promotion))
    assert [line.gross.minor for line in goods.lines] == [1490, 360, -1]


def test_a_reduction_does_not_reduce_the_tip() -> None:
    """Nor does it borrow the tip's treatment, where tips are lines."""
    nyc = trip(product=Product.HIRE_CAR, pickup=factories.NEW_YORK, dropoff=factories.NEW_YORK)
    order = replace(nyc, line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    basket = (charge("8.00", "grocery", "goods"), charge("2.00", "tip", "goods"))
    promotion = charge("-1.00", "promotion", "goods", funded_by="supplier")
    (goods,) = assemble(sources(order, *basket, promotion))
    assert [(line.code, line.tax_category.value) for line in goods.lines] == [
        ("grocery", "E"),
        ("tip", "O"),
        ("promotion", "E"),
    ]


def test_a_refund_is_a_negative_line() -> None:
    """The supplier's unless the platform says it pays."""
    refund = charge("-4.40", "refund", description="Detour")
    (draft,) = assemble(sources(HIRE, charge("19.40"), refund, paid="15.00"))
    assert [(line.code, line.gross.minor) for line in draft.lines] == [("fare", 1940), ("refund", -440)]
    goodwill = {**refund, "funded_by": "platform"}
    (draft,) = assemble(sources(HIRE, charge("19.40"), goodwill, paid="15.00"))
    assert (gross((draft,)), paid(draft)) == (["19.40 EUR"], [("card", 1500), ("platform_refund", 440)])


def test_a_refund_of_everything_is_a_zero_invoice() -> None:
    """Line by line it is gone."""
    (draft,) = assemble(sources(HIRE, charge("19.40"), charge("-19.40", "refund"), paid="0.00"))
    assert (gross((draft,)), str(draft.totals.tax)) == (["0.00 EUR"], "0.00 EUR")


def test_a_draft_that_breaks_a_rule_is_refused_by_the_rules_name() -> None:
    """Before it takes a number; the invoice is parked with it."""
    rider = {**factories.PARTIES["DE"][Provides.RIDER], "country": "XX"}
    with pytest.raises(RuleViolationError, match=r"^transport: BR-CL-14: countries .*; mend it") as caught:
        assemble(sources(HIRE, charge("9.00"), given={Provides.RIDER: rider}))
    assert caught.value.field == "BR-CL-14"


@pytest.mark.parametrize(
    ("items", "error", "message"),
    [
        ([charge("9.00"), charge("-9.01", "refund")], TotalsError, "^transport: the total is negative; .* credit note"),
        ([charge("-9.00")], TotalsError, "^transport: the total is negative"),
        (
            [charge("9.00"), charge("-9.01", "promotion", funded_by="platform")],
            TotalsError,
            "^transport: the platform's promotion is greater",
        ),
        (
            [charge("9.00"), charge("1.00", "promotion", funded_by="platform")],
            InvalidAnswerError,
            r"^charges\.charges\.1\.amount: a promotion takes away",
        ),
        ([charge("9.00"), charge("1.00", "refund")], InvalidAnswerError, r"^charges\.charges\.1\.amount: a refund"),
        (
            [charge("9.00"), charge("-1.00", "promotion")],
            InvalidAnswerError,
            r"^charges\.charges\.1\.funded_by: missing",
        ),
        (
            [charge("9.00"), charge("-1.00", "refund", "platform_fee")],
            InvalidAnswerError,
            r"^charges\.charges\.1\.contract: nothing was charged",
        ),
        (
            [charge("9.00"), charge("-1.00", "promotion", "platform_fee", funded_by="platform")],
            TotalsError,
            "^platform_fee: the platform's promotion is greater",
        ),
        ([charge("9.00"), charge("1.00", "drink", "goods")], InvalidAnswerError, "rides have no contract of goods"),
    ],
)
def test_amounts_that_make_no_invoice_are_refused(items: list[Body], error: type[Exception], message: str) -> None:
    """Each with its reason."""
    with pytest.raises(error, match=message):
        assemble(sources(HIRE, *items))


@pytest.mark.parametrize(
    ("of", "items", "wanted"),
    [
        (HIRE, [charge("2.00", "toll")], "transport"),
        (HIRE, [charge("2.00", "tip")], "transport"),
        (HIRE, [charge("9.00", "transport", "platform_fee")], "transport"),
        (HIRE, [charge("5.00", "cancellation")], "transport"),
        (replace(HIRE, completion=Completion.CANCELLED_WITH_FEE), [charge("2.00", "toll")], "transport"),
        (ORDER, [charge("2.99", "delivery", "delivery")], "goods or delivery"),
        (ORDER, [charge("-1.00", "refund", "goods")], "goods or delivery"),
        (ORDER, [charge("1.00", "tip", "goods")], "goods or delivery"),
    ],
)
def test_a_trip_without_its_price_is_a_missing_fare(of: Any, items: list[Body], wanted: str) -> None:
    """Extras alone are not the supply."""
    with pytest.raises(MissingAnswerError, match=f"^fare: no money system charged the {wanted} itself"):
        assemble(sources(of, *items))


def test_a_cancelled_trip_is_invoiced_for_its_fee() -> None:
    """Or for the part that was driven."""
    cancelled = replace(HIRE, completion=Completion.CANCELLED_WITH_FEE)
    assert gross(assemble(sources(cancelled, charge("5.00", "cancellation")))) == ["5.00 EUR"]
    assert gross(assemble(sources(cancelled, charge("7.00")))) == ["7.00 EUR"]


def test_a_parcel_needs_no_goods() -> None:
    """Without a merchant the delivery is the supply."""
    parcel = sources(
        ORDER,
        charge("6.50", "delivery", "delivery"),
        given={Provides.TRIP: {"rider_ref": "rdr-501"}},
        without=(Provides.MERCHANT, Provides.MERCHANT_TAX),
    )
    assert [draft.key.contract for draft in assemble(parcel)] == [Contract.DELIVERY]


def test_a_tip_under_a_contract_that_sold_nothing_goes_to_the_first_document() -> None:
    """Free delivery, but the courier got something."""
    (goods,) = assemble(sources(ORDER, *BASKET, charge("2.00", "tip", "delivery"), paid="20.50"))
    assert [(line.id, str(line.gross)) for line in goods.outside] == [("3", "2.00 EUR")]
    assert paid(goods) == [("card", 2050)]


def test_what_the_platform_pays_of_a_contract_that_sold_nothing_goes_there_too() -> None:
    """A tip whose part the platform bears is owed less that part."""
    (goods,) = assemble(
        sources(
            ORDER,
            *BASKET,
            charge("2.00", "tip", "delivery"),
            charge("-0.50", "promotion", "delivery", funded_by="platform"),
            paid="20.00",
        )
    )
    assert [str(line.gross) for line in goods.outside] == ["2.00 EUR"]
    assert paid(goods) == [("card", 2000), ("platform_promotion", 50)]


def test_charges_are_in_the_currency_of_the_regime() -> None:
    """A German invoice in pounds is refused."""
    pounds = {Provides.CHARGES: factories.charges(charge("9.00"), currency="GBP")}
    with pytest.raises(InvalidAnswerError, match="charged in GBP, but DE invoices in EUR") as caught:
        assemble(sources(HIRE, given=pounds))
    assert caught.value.field == "currency"


@pytest.mark.parametrize("amount", ["19.39", "19.41", "0.00"])
def test_payments_must_equal_the_charges(amount: str) -> None:
    """To the cent."""
    with pytest.raises(TotalsError, match=r"^payments: they do not equal what was charged") as caught:
        assemble(sources(HIRE, charge("19.40"), paid=amount))
    assert caught.value.field == "payments"
    assert amount not in caught.value.message


def test_answered_without_payment_means_unpaid() -> None:
    """An empty list is an answer: the charges are not paid."""
    with pytest.raises(TotalsError, match=r"^payments:"):
        assemble(sources(HIRE, charge("19.40"), given=payments()))


def test_several_payments_are_shared_over_several_documents() -> None:
    """Each payment is split completely, each document paid exactly."""
    drafts = assemble(
        sources(ORDER, *BASKET, charge("2.99", "delivery", "delivery"), given=payments("20.00", "2.00", "-0.51"))
    )
    assert gross(drafts) == ["18.50 EUR", "2.99 EUR"]
    assert [paid(draft) for draft in drafts] == [
        [("card", 1722), ("cash", 172), ("card", -44)],
        [("card", 278), ("cash", 28), ("card", -7)],
    ]


cents = st.integers(min_value=0, max_value=50_000)


def _text(minor: int) -> str:
    return str(Money(minor, "EUR")).split()[0]


@given(food=cents, drink=cents, fee=cents, tip=cents, cuts=st.lists(st.integers(-1000, 60_000), max_size=4))
def test_no_cent_is_lost_between_charges_documents_and_payments(
    food: int, drink: int, fee: int, tip: int, cuts: list[int]
) -> None:
    """Whatever was charged and however it was paid."""
    charged = food + drink + fee + tip
    split = [*cuts, charged - sum(cuts)]
    order = sources(
        ORDER,
        charge(_text(food), "food_hot", "goods"),
        charge(_text(drink), "drink", "goods"),
        charge(_text(fee), "delivery", "delivery"),
        charge(_text(tip), "tip", "delivery"),
        given=payments(*(_text(amount) for amount in split)),
    )
    drafts = assemble(order)
    assert sum(draft.totals.gross.minor for draft in drafts) == food + drink + fee
    for draft in drafts:
        due = draft.totals.gross.minor + sum(line.gross.minor for line in draft.outside)
        assert sum(payment.amount.minor for payment in draft.payments) == due
    assert sum(amount for draft in drafts for _, amount in paid(draft)) == charged


def test_an_unsupported_place_is_said_before_anything_is_read() -> None:
    """Even if the answers are nonsense."""
    nowhere = replace(sources(), trip=trip(pickup=Place(country="ZZ")))
    with pytest.raises(UnsupportedTripError, match="no regime for ZZ"):
        assemble(nowhere)


def test_an_unknown_time_zone_is_an_invalid_trip() -> None:
    """The day of supply depends on it."""
    with pytest.raises(InvalidTripError, match=r"^trip\.time_zone"):
        assemble(sources(trip(time_zone="Europe/Atlantis")))


def test_malformed_answers_are_refused_with_system_and_field() -> None:
    """Before any law is applied."""
    with pytest.raises(InvalidAnswerError, match=r"^payments: currency: not acceptable"):
        assemble(sources(given={Provides.PAYMENTS: card("1.00", "euro")}))


def test_a_finished_document_has_number_and_date_of_issue() -> None:
    """The day at the supplier's, the moment in UTC."""
    draft = factories.draft()
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    taken = NumberTaken(document=draft.key, series=draft.series, period="2027", no=1, issued_at=at)
    invoice = finish(draft, taken)
    assert (invoice.number, invoice.issue_date) == ("DE-FL-FLT-7-2027-000001", date(2027, 1, 1))
    assert (invoice.issued_at, invoice.issued_at.tzinfo, invoice.draft) == (at, UTC, draft)


def test_a_number_of_another_document_is_a_conflict() -> None:
    """The ledger mixed them up."""
    draft = factories.draft()
    other = replace(draft.key, revision=2)
    taken = NumberTaken(document=other, series="DE-OP", period="2026", no=1, issued_at=factories.ISSUED_AT)
    with pytest.raises(ConflictError, match="the number belongs to another document"):
        finish(draft, taken)

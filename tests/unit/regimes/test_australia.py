"""Australian law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, Kind, TaxCategory
from tripinvoice.regimes.australia import AUSTRALIA
from tripinvoice.trip import LineOfBusiness, Place, Product

SYDNEY = Place(country="AU", subdivision="AU-NSW")
PARTY = PARTIES["AU"]
COMPANY: Body = {
    **PARTY[Provides.BUSINESS],
    "ref": "tax-au-1",
    "kind": "company",
    "self_billing_consent": "rcti-2026-7",
}


def ride(**changes: Any) -> Any:
    """A taxi ride in Sydney."""
    return trip(pickup=SYDNEY, dropoff=SYDNEY, **changes)


def order(**changes: Any) -> Any:
    """A delivery in Sydney."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, **changes)


def goods(amount: str, tax_class: str = "food_hot") -> Body:
    """Something of the merchant's."""
    return charge(amount, tax_class, "goods")


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("gross", "tax"),
    [("110.00", "10.00"), ("0.05", "0.00"), ("0.06", "0.01"), ("19.40", "1.76"), ("82.50", "7.50"), ("82.51", "7.50")],
)
def test_the_tax_is_an_eleventh_of_the_total(gross: str, tax: str) -> None:
    """Rounded to the next cent."""
    (draft,) = assemble(sources(ride(), charge(gross)))
    assert str(draft.totals.tax.decimal) == tax
    assert str(draft.totals.gross.decimal) == gross


def test_several_items_are_taxed_by_their_total() -> None:
    """Not item by item: three times 0.05 is 0.15, of which the eleventh is a cent."""
    (draft,) = assemble(sources(ride(), charge("0.05"), charge("0.05", "toll"), charge("0.05", "wait")))
    assert str(draft.totals.tax) == "0.01 AUD"


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_and_what_comes_on_top_is_taxed(product: Product, tax_class: str) -> None:
    """The driver supplies it, the platform writes it as his agent."""
    (draft,) = assemble(sources(ride(product=product), charge("30.00"), charge("1.32", tax_class)))
    assert rates(draft) == ["10", "10"]
    assert (draft.supplier.name, draft.issuer_mode) == ("Arjun Mehta", IssuerMode.ON_BEHALF)
    assert (draft.title, draft.notes) == ("invoice", ("total_includes_gst",))


def test_a_tip_is_outside_the_supply() -> None:
    """Shown and paid, not taxed; the statement is about the supply."""
    (draft,) = assemble(sources(ride(), charge("30.00"), charge("3.00", "tip"), paid="33.00"))
    assert [str(line.gross) for line in draft.outside] == ["3.00 AUD"]
    assert draft.notes == ("total_includes_gst",)


def test_a_driver_is_registered_from_his_first_ride_on() -> None:
    """Whatever his turnover."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"vat_registered": False}}))
    assert caught.value.field == "supplier_tax.vat_registered"


def test_an_order_with_basic_food_says_what_is_free() -> None:
    """Prepared food and alcohol are taxed; bread and milk are not, and no statement covers the whole price."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(goods("11.00", c) for c in ("food_hot", "food_cold", "drink", "alcohol", "deposit", "surcharge")),
            *(goods("11.00", c) for c in ("delivery", "cancellation")),
            goods("7.50", "grocery"),
            *(charge("5.50", c, "delivery") for c in ("delivery", "surcharge", "wait", "cancellation")),
            charge("2.20", "platform_fee", "platform_fee"),
            charge("1.10", "surcharge", "platform_fee"),
        )
    )
    assert sorted(rates(food)) == ["0"] + ["10"] * 8
    assert rates(delivery, fee) == ["10"] * 6
    assert food.tax_lines[1].tax_category is TaxCategory.ZERO
    assert (food.title, food.notes) == ("invoice", ("gst_free",))
    assert str(food.totals.tax) == "8.00 AUD"
    assert delivery.notes == ("total_includes_gst",)


def test_nothing_taxable_is_no_tax_invoice() -> None:
    """A registered grocer who sells bread only."""
    (draft,) = assemble(sources(order(), goods("7.50", "grocery")))
    assert (draft.title, draft.notes) == ("invoice_untaxed", ("gst_free",))


def test_a_merchant_below_the_threshold_charges_no_tax() -> None:
    """And says so."""
    (draft,) = assemble(sources(order(), goods("11.00"), given={Provides.MERCHANT_TAX: {"vat_registered": False}}))
    assert (draft.title, draft.totals.tax.minor) == ("invoice_untaxed", 0)
    assert draft.tax_lines[0].note == "not_registered"


def test_a_courier_may_be_below_the_threshold() -> None:
    """Delivering food is no taxi travel."""
    given = {Provides.COURIER: PARTY[Provides.COURIER], Provides.COURIER_TAX: {"vat_registered": False}}
    _, delivery = assemble(sources(order(), goods("11.00"), charge("5.50", "delivery", "delivery"), given=given))
    assert (delivery.supplier.name, delivery.title) == ("Sione Taufa", "invoice_untaxed")


@pytest.mark.parametrize(("tax_class", "contract"), [("lottery", "goods"), ("grocery", "delivery")])
def test_an_unknown_tax_class_is_unsupported(tax_class: str, contract: str) -> None:
    """Also of who charges no tax: the class may be a mistake."""
    evidence = sources(
        order(),
        goods("11.00"),
        charge("1.00", tax_class, contract),
        given={Provides.MERCHANT_TAX: {"vat_registered": False}},
    )
    with pytest.raises(UnsupportedTripError, match="AU has no rule for this tax class"):
        assemble(evidence)


def test_below_a_thousand_dollars_nobody_need_be_named() -> None:
    """And the supplier needs no address."""
    bare = {**PARTY[Provides.DRIVER], "address": [], "city": None}
    (draft,) = assemble(sources(ride(), charge("999.99"), given={Provides.DRIVER: bare}, without=(Provides.RIDER,)))
    assert (draft.recipient, draft.simplified) == (None, True)


def test_from_a_thousand_dollars_on_the_recipient_is_named() -> None:
    """His identity is enough."""
    with pytest.raises(MissingAnswerError) as caught:
        assemble(sources(ride(), charge("1000.00"), without=(Provides.RIDER,)))
    assert caught.value.field == "recipient"
    (draft,) = assemble(sources(ride(), charge("1000.00"), given={Provides.RIDER: {"name": "Matilda Nguyen"}}))
    assert draft.simplified is False


def test_a_tax_invoice_shows_the_abn() -> None:
    """Without it, it is none."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {}}))
    assert caught.value.field == "supplier.tax_ids"


def test_a_recipient_may_create_the_tax_invoice() -> None:
    """Under an agreement, with his own ABN on it."""
    (draft,) = assemble(sources(ride(), charge("30.00"), given={Provides.RECIPIENT_TAX: COMPANY}))
    assert (draft.title, draft.issuer_mode) == ("invoice_recipient_created", IssuerMode.SELF_BILLED)
    assert (draft.consent, draft.simplified) == ("rcti-2026-7", False)
    assert "recipient_created" in draft.unverified
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("30.00"), given={Provides.RECIPIENT_TAX: {**COMPANY, "tax_ids": []}}))
    assert caught.value.field == "recipient.tax_ids"


def test_a_correction_is_an_adjustment_note() -> None:
    """Of a tax invoice; of another document it is a credit note."""
    (taxed,) = assemble(sources(ride(), charge("30.00")))
    (free,) = assemble(sources(order(), goods("7.50", "grocery")))
    forms = [
        AUSTRALIA.form(replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE)))
        for draft in (taxed, free, replace(taxed, issuer_mode=IssuerMode.SELF_BILLED))
    ]
    assert [form.title for form in forms] == ["credit_note", "credit_note_untaxed", "credit_note_recipient_created"]
    assert [form.notes for form in forms] == [(), ("gst_free",), ()]


def test_cash_is_rounded_to_five_cents() -> None:
    """There are no smaller coins."""
    given = {Provides.PAYMENTS: {"currency": "AUD", "payments": [{"method": "cash", "amount": "30.05"}]}}
    (draft,) = assemble(sources(ride(), charge("30.07"), given=given))
    assert str(draft.rounding) == "-0.02 AUD"


@pytest.mark.parametrize(
    ("subdivision", "zone"),
    [
        ("AU-WA", "Australia/Perth"),
        ("AU-NT", "Australia/Darwin"),
        ("AU-SA", "Australia/Adelaide"),
        ("AU-QLD", "Australia/Brisbane"),
        ("AU-TAS", "Australia/Hobart"),
        (None, "Australia/Sydney"),
    ],
)
def test_each_state_has_its_own_clock(subdivision: str | None, zone: str) -> None:
    """Where the year ends at another moment than in Sydney."""
    of = trip(pickup=Place(country="AU", subdivision=subdivision), dropoff=None)
    (draft,) = assemble(sources(of, charge("30.00")))
    assert draft.time_zone == zone


def test_the_year_ends_later_in_the_west() -> None:
    """Three hours after Sydney."""
    at = datetime(2026, 12, 31, 13, 30, tzinfo=UTC)
    assert AUSTRALIA.numbering_period(at, "Australia/Sydney") == "2027"
    assert AUSTRALIA.numbering_period(at, "Australia/Perth") == "2026"

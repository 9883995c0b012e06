"""Japanese law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, Kind, TaxCategory
from tripinvoice.regimes.japan import JAPAN
from tripinvoice.trip import LineOfBusiness, Place, Product

TOKYO = Place(country="JP", subdivision="JP-13", municipality="13101")
PARTY = PARTIES["JP"]
BUSINESS = {Provides.BUSINESS: PARTY[Provides.BUSINESS]}


def ride(**changes: Any) -> Any:
    """A taxi ride in Tokyo."""
    return trip(pickup=TOKYO, dropoff=TOKYO, **changes)


def order(**changes: Any) -> Any:
    """A delivery in Tokyo."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, **changes)


def goods(amount: str, tax_class: str = "food_hot") -> Body:
    """Something of the restaurant's."""
    return charge(amount, tax_class, "goods")


def on(day: datetime) -> dict[str, datetime]:
    """The times of a trip that is over at once."""
    return {"started_at": day, "ended_at": day}


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("gross", "tax"), [("1100", "100"), ("1109", "100"), ("1110", "100"), ("1111", "101"), ("10", "0"), ("11", "1")]
)
def test_fractions_of_a_yen_are_dropped(gross: str, tax: str) -> None:
    """A tenth of the net, that is an eleventh of the gross amount."""
    (draft,) = assemble(sources(ride(), charge(gross)))
    assert (str(draft.totals.tax.decimal), str(draft.totals.gross.decimal)) == (tax, gross)


def test_the_tax_is_rounded_once_per_rate_not_per_item() -> None:
    """Three times 105 yen at 8 % are 315, of which 23.33 is tax; item by item it would be 21."""
    (draft,) = assemble(sources(order(), goods("105"), goods("105"), goods("105"), goods("550", "alcohol")))
    assert [(str(line.tax_rate), line.gross.minor, line.tax.minor) for line in draft.tax_lines] == [
        ("8", 315, 23),
        ("10", 550, 50),
    ]


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
def test_a_taxi_and_what_comes_on_top_bears_the_standard_rate(tax_class: str) -> None:
    """On a simplified qualified invoice of the taxi company, which names nobody it must."""
    (draft,) = assemble(sources(ride(), charge("1900"), charge("320", tax_class), without=(Provides.RIDER,)))
    assert rates(draft) == ["10", "10"]
    assert (draft.title, draft.simplified, draft.notes) == ("invoice_simplified", True, ())
    assert draft.supplier.name == "見本交通株式会社"


def test_a_tip_is_outside_the_supply() -> None:
    """Shown and paid, not taxed."""
    (draft,) = assemble(sources(ride(), charge("1900"), charge("300", "tip"), paid="2200"))
    assert [str(line.gross) for line in draft.outside] == ["300 JPY"]


def test_a_business_gets_a_qualified_invoice_with_its_name() -> None:
    """Of a taxi too; no address is asked for."""
    named = {Provides.BUSINESS: {"name": "株式会社みほん商事"}}
    (draft,) = assemble(sources(ride(), charge("1900"), given=named))
    assert (draft.title, draft.simplified) == ("invoice", False)


def test_a_hire_car_is_no_taxi() -> None:
    """Its invoice is never simplified, says what it is, and names who rode."""
    (draft,) = assemble(sources(ride(product=Product.HIRE_CAR), charge("12000")))
    assert (draft.title, draft.simplified, draft.notes) == ("invoice", False, ("hire_car",))
    with pytest.raises(MissingAnswerError) as caught:
        assemble(sources(ride(product=Product.HIRE_CAR), charge("12000"), without=(Provides.RIDER,)))
    assert caught.value.field == "recipient"


def test_the_platforms_fee_for_a_hire_car_is_not_the_hire_car() -> None:
    """It serves the public at large."""
    _, fee = assemble(
        sources(ride(product=Product.HIRE_CAR), charge("12000"), charge("110", "platform_fee", "platform_fee"))
    )
    assert (fee.title, fee.notes) == ("invoice_simplified", ())
    assert "platform" in fee.unverified


def test_an_order_has_two_rates_and_marks_one() -> None:
    """Food and drink are reduced; alcohol, packing and delivering are not; a deposit is outside of the tax."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(goods("1080", c) for c in ("food_hot", "food_cold", "drink", "grocery")),
            *(goods("1100", c) for c in ("alcohol", "delivery", "cancellation", "surcharge")),
            goods("30", "deposit"),
            *(charge("330", c, "delivery") for c in ("delivery", "wait", "surcharge", "cancellation")),
            charge("110", "platform_fee", "platform_fee"),
            charge("110", "surcharge", "platform_fee"),
        )
    )
    marked = {line.code for line in food.lines if line.classification == "reduced"}
    assert marked == {"food_hot", "food_cold", "drink", "grocery"}
    assert sorted(rates(food)) == sorted([*["8"] * 4, *["10"] * 4, "0"])
    assert rates(delivery, fee) == ["10"] * 6
    outside = next(line for line in food.tax_lines if line.tax_category is TaxCategory.OUTSIDE)
    assert outside.note == "deposit"
    assert food.notes == ("reduced_rate",)
    assert (delivery.notes, fee.notes) == ((), ())


@pytest.mark.parametrize(
    ("ended_at", "rate"),
    [
        (datetime(2027, 3, 31, 14, 59, tzinfo=UTC), "8"),
        (datetime(2027, 3, 31, 15, 0, tzinfo=UTC), "1"),
    ],
)
def test_the_reduced_rate_falls_in_april_2027(ended_at: datetime, rate: str) -> None:
    """At midnight in Tokyo; nobody has checked the law yet."""
    (draft,) = assemble(sources(order(**on(ended_at)), goods("1080")))
    assert rates(draft) == [rate]
    assert "reduced" in draft.unverified


def test_who_is_not_registered_issues_no_qualified_invoice() -> None:
    """He shows no tax and says why."""
    (draft,) = assemble(sources(ride(), charge("1900"), given={Provides.SUPPLIER_TAX: {"vat_registered": False}}))
    assert (draft.title, draft.totals.tax.minor, draft.tax_lines[0].note) == ("invoice_untaxed", 0, "not_registered")


def test_a_qualified_invoice_shows_the_registration_number() -> None:
    """Without it, it is none."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("1900"), given={Provides.SUPPLIER_TAX: {}}))
    assert caught.value.field == "supplier.tax_ids"


@pytest.mark.parametrize(
    ("ended_at", "known"),
    [(datetime(2023, 9, 30, 14, 59, tzinfo=UTC), False), (datetime(2023, 9, 30, 15, 0, tzinfo=UTC), True)],
)
def test_there_were_no_qualified_invoices_before_october_2023(
    ended_at: datetime,
    known: bool,  # noqa: FBT001
) -> None:
    """By the clock of Tokyo."""
    evidence = sources(ride(**on(ended_at)), charge("1900"))
    if known:
        assert len(assemble(evidence)) == 1
        return
    with pytest.raises(UnsupportedTripError) as caught:
        assemble(evidence)
    assert caught.value.field == "trip.ended_at"


@pytest.mark.parametrize(("tax_class", "contract"), [("lottery", "goods"), ("grocery", "delivery")])
def test_an_unknown_tax_class_is_unsupported(tax_class: str, contract: str) -> None:
    """Never guessed."""
    with pytest.raises(UnsupportedTripError, match="JP has no rule for this tax class"):
        assemble(sources(order(), goods("1080"), charge("100", tax_class, contract)))


@pytest.mark.parametrize("given", [{}, BUSINESS])
def test_a_correction_is_a_return_invoice(given: dict[Provides, Body]) -> None:
    """To whomever; without registration it is just one."""
    (draft,) = assemble(sources(order(), goods("1080"), given=given))
    credited = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))
    assert (JAPAN.form(credited).title, JAPAN.form(credited).notes) == ("credit_note", ("reduced_rate",))
    (untaxed,) = assemble(
        sources(order(), goods("1080"), given={Provides.MERCHANT_TAX: {"vat_registered": False}, **given})
    )
    assert JAPAN.form(replace(untaxed, key=credited.key)).title == "credit_note_untaxed"

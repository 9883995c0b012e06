"""Taiwan's law on rides and deliveries: who issues uniform invoices, and from which stock of numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, Kind
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.taiwan import TAIWAN, two_months
from tripinvoice.trip import LineOfBusiness, Place, Product

TAIPEI = Place(country="TW", municipality="63000")
PARTY = PARTIES["TW"]
NOVEMBER = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # the first of December in Taipei


def ride(product: Product = Product.HIRE_CAR, **changes: Any) -> Any:
    """A rental car with driver in Taipei."""
    return trip(product=product, pickup=TAIPEI, dropoff=TAIPEI, **changes)


def order(**changes: Any) -> Any:
    """A delivery in Taipei."""
    return ride(Product.COURIER, line_of_business=LineOfBusiness.DELIVERY, **changes)


def numbering(*registrations: Body) -> dict[Provides, Body]:
    """What the authority handed out to the fleet."""
    return {Provides.NUMBERING: {"registrations": [{"supplier": "fleet", **one} for one in registrations]}}


def rates(*drafts: Draft) -> list[str]:
    """The rate of each line, ``-`` where there is no tax."""
    return [str(line.tax_rate) if line.tax_category == "S" else "-" for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("gross", "net", "tax"),
    [
        ("105", "100", "5"),
        ("10", "10", "0"),
        ("11", "10", "1"),
        ("31", "30", "1"),
        ("32", "30", "2"),
        ("1234", "1175", "59"),
    ],
)
def test_a_rental_car_with_driver_is_invoiced_in_whole_dollars(gross: str, net: str, tax: str) -> None:
    """Five percent inside the price; the rental company supplies."""
    (draft,) = assemble(sources(ride(), charge(gross)))
    assert (str(draft.totals.net), str(draft.totals.tax)) == (f"{net}.00 TWD", f"{tax}.00 TWD")
    assert (draft.key.kind, draft.supplier.name, draft.title) == (Kind.INVOICE, "捷安小客車租賃有限公司", "invoice")
    assert (draft.notes, draft.simplified) == (("courtesy_copy",), True)


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
def test_what_comes_on_top_of_the_ride_is_taxed(tax_class: str) -> None:
    """A tip is not."""
    (draft,) = assemble(sources(ride(), charge("300"), charge("40", tax_class), charge("50", "tip")))
    assert rates(draft) == ["5", "5"]
    assert [str(line.gross) for line in draft.outside] == ["50.00 TWD"]


def test_a_taxi_gives_a_receipt() -> None:
    """Without a tax, without a number of the authority, and whatever his standing is."""
    (draft,) = assemble(
        sources(
            ride(Product.TAXI),
            charge("185"),
            charge("20", "toll"),
            without=(Provides.SUPPLIER_TAX, Provides.NUMBERING),
        )
    )
    assert (draft.key.kind, draft.title, rates(draft)) == (Kind.RECEIPT, "receipt", ["-", "-"])
    assert [line.note for line in draft.tax_lines] == ["taxi_receipt"]
    taken = NumberTaken(document=draft.key, series=draft.series, period="2026-11", no=7, issued_at=NOVEMBER)
    assert finish(draft, taken).number == taken.number


def test_the_fleet_of_a_rental_car_must_be_known() -> None:
    """A driver alone cannot rent it out."""
    record = {"driver_ref": "drv-886", "rider_ref": "rdr-886"}
    with pytest.raises(MissingAnswerError) as caught:
        assemble(sources(ride(), given={Provides.TRIP: record}, without=(Provides.FLEET,)))
    assert caught.value.field == "fleet"


def test_an_order_is_invoiced_by_merchant_and_platform() -> None:
    """Each of them from a stock of his own; a deposit is paid beside it."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(charge("105", c, "goods") for c in ("food_hot", "food_cold", "drink", "alcohol", "grocery")),
            *(charge("10", c, "goods") for c in ("surcharge", "delivery", "cancellation", "deposit")),
            *(charge("45", c, "delivery") for c in ("delivery", "surcharge", "wait", "cancellation")),
            charge("15", "platform_fee", "platform_fee"),
            charge("5", "surcharge", "platform_fee"),
        )
    )
    assert set(rates(food, delivery, fee)) == {"5"}
    assert [line.code for line in food.outside] == ["deposit"]
    assert [draft.supplier.name for draft in (food, delivery, fee)] == [
        "阿香便當店",
        "範例行動股份有限公司",
        "範例行動股份有限公司",
    ]
    assert len(food.ranges) == len(delivery.ranges) == 1


@pytest.mark.parametrize("standing", [{"small_business": True}, {"vat_registered": False}])
def test_a_small_business_gives_a_receipt(standing: Body) -> None:
    """And says why it is no uniform invoice; a deposit stays outside."""
    given = {Provides.MERCHANT_TAX: standing}
    (draft,) = assemble(
        sources(order(), charge("95", "food_hot", "goods"), charge("5", "deposit", "goods"), given=given)
    )
    assert (draft.key.kind, rates(draft), len(draft.outside)) == (Kind.RECEIPT, ["-"], 1)
    assert [line.note for line in draft.tax_lines] == ["small_business"]


def test_a_business_is_named_with_its_number() -> None:
    """Then the tax stands apart; a business without one is asked for it, unless it is a foreign one."""
    company = {**PARTY[Provides.BUSINESS], "ref": "biz-886"}
    (draft,) = assemble(sources(ride(), charge("1234"), given={Provides.BUSINESS: company}))
    assert (draft.simplified, draft.business) == (False, True)
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("300"), given={Provides.BUSINESS: {**company, "tax_ids": []}}))
    assert caught.value.field == "recipient.tax_ids"
    foreign = {**company, "tax_ids": [], "country": "JP"}
    (abroad,) = assemble(sources(ride(), charge("300"), given={Provides.BUSINESS: foreign}, without=(Provides.RIDER,)))
    assert abroad.simplified is True


def test_nobody_need_be_named() -> None:
    """A consumer stays one."""
    (draft,) = assemble(sources(ride(), charge("300"), without=(Provides.RIDER,)))
    assert (draft.recipient, draft.simplified) == (None, True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({Provides.SUPPLIER_TAX: {}}, "supplier.tax_ids"),
        ({Provides.FLEET: {**PARTY[Provides.FLEET], "address": []}}, "supplier.address"),
        ({Provides.NUMBERING: {"registrations": []}}, "numbering"),
        (numbering({"validation_code": "A1"}), "numbering"),
        (numbering({"prefix": "A1", "first": 1, "last": 9}), "numbering"),
        (numbering({"prefix": "AB", "first": 1, "last": 100_000_000}), "numbering"),
        (numbering({"prefix": "AB", "first": 1, "last": 9}, {"prefix": "AB", "first": 9, "last": 12}), "numbering"),
    ],
)
def test_what_a_uniform_invoice_lacks(given: dict[Provides, Body], field: str) -> None:
    """It parks before a number is asked for."""
    with pytest.raises((InvalidAnswerError, MissingAnswerError)) as caught:
        assemble(sources(ride(), charge("300"), given=given))
    assert caught.value.field == field


def test_ranges_may_touch_and_be_of_several_periods() -> None:
    """The same numbers with other letters, or in another period, are other numbers."""
    given = numbering(
        {"prefix": "AB", "first": 1, "last": 8},
        {"prefix": "AB", "first": 9, "last": 12},
        {"prefix": "CD", "first": 1, "last": 8},
        {"prefix": "AB", "first": 1, "last": 8, "period": "2027-01"},
    )
    (draft,) = assemble(sources(ride(), charge("300"), given=given))
    assert len(draft.ranges) == 4


def test_numbers_are_printed_from_the_stock_of_their_period() -> None:
    """Range after range; the ledger keeps counting."""
    given = numbering(
        {"prefix": "AB", "first": 12_345_650, "last": 12_345_651, "period": "2026-11"},
        {"prefix": "CD", "first": 7, "last": 9, "period": "2027-01"},
        {"prefix": "AB", "first": 99_999_999, "last": 99_999_999, "period": "2026-11"},
    )
    (draft,) = assemble(sources(ride(), charge("300"), given=given))
    printed = []
    for period, no in (("2026-11", 1), ("2026-11", 2), ("2026-11", 3), ("2027-01", 1)):
        taken = NumberTaken(document=draft.key, series=draft.series, period=period, no=no, issued_at=NOVEMBER)
        printed.append(finish(draft, taken).number)
    assert printed == ["AB-12345650", "AB-12345651", "AB-99999999", "CD-00000007"]


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 1, 1), "2026-01"),
        (date(2026, 2, 28), "2026-01"),
        (date(2026, 3, 1), "2026-03"),
        (date(2026, 10, 31), "2026-09"),
        (date(2026, 11, 1), "2026-11"),
        (date(2026, 12, 31), "2026-11"),
    ],
)
def test_a_period_is_two_months(day: date, period: str) -> None:
    """By the clock of Taipei."""
    assert two_months(day) == period
    assert TAIWAN.numbering_period(datetime(2026, 10, 31, 16, tzinfo=UTC)) == "2026-11"


def test_cents_are_refused() -> None:
    """ISO 4217 knows them, invoices do not."""
    with pytest.raises(InvalidAnswerError, match="whole dollars"):
        assemble(sources(ride(), charge("300.50")))
    with pytest.raises(InvalidAnswerError, match="whole dollars"):
        assemble(sources(ride(), charge("300"), charge("0.50", "tip")))


def test_reductions_and_payments_stay_whole() -> None:
    """Of two contracts and two payments no cent comes out."""
    given = {
        Provides.PAYMENTS: {
            "currency": "TWD",
            "payments": [{"method": "voucher", "amount": "100"}, {"method": "card", "amount": "177"}],
        }
    }
    drafts = assemble(
        sources(
            order(),
            charge("199", "food_hot", "goods"),
            charge("-7", "promotion", "goods", funded_by="supplier"),
            charge("50", "delivery", "delivery"),
            charge("35", "tip", "delivery"),
            given=given,
        )
    )
    assert all(payment.amount.minor % 100 == 0 for draft in drafts for payment in draft.payments)
    assert sum(payment.amount.minor for draft in drafts for payment in draft.payments) == 277_00


@pytest.mark.parametrize(("tax_class", "contract"), [("lottery", "transport"), ("food_hot", "transport")])
def test_an_unknown_tax_class_is_unsupported(tax_class: str, contract: str) -> None:
    """Of a taxi, too."""
    for product in (Product.TAXI, Product.HIRE_CAR):
        with pytest.raises(UnsupportedTripError, match="TW has no rule for this tax class"):
            assemble(sources(ride(product), charge("300"), charge("1", tax_class, contract)))


def test_an_allowance_is_a_certificate_without_a_number_of_the_authority() -> None:
    """Its number is the ledger's."""
    (draft,) = assemble(sources(ride(), charge("300")))
    note = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))
    assert TAIWAN.form(note).title == "credit_note"
    TAIWAN.check(replace(note, ranges=()))
    taken = NumberTaken(document=note.key, series="TW-FL-FLT-886-CN", period="2026-11", no=1, issued_at=NOVEMBER)
    assert TAIWAN.number(note, taken) == taken.number

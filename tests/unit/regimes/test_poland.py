"""Polish law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, charges, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Correction, Draft, IssuerMode, Kind, TaxCategory
from tripinvoice.regimes.poland import POLAND
from tripinvoice.trip import LineOfBusiness, Place, Product

WARSAW = Place(country="PL", municipality="146501")
BUSINESS = PARTIES["PL"][Provides.BUSINESS]
STANDING = PARTIES["PL"][Provides.SUPPLIER_TAX]
NO_ADDRESS: dict[Provides, Body] = {Provides.RIDER: {"name": "Łukasz Wróblewski", "ref": "rdr-339"}}


def ride(**changes: Any) -> Any:
    """A taxi ride in Warsaw."""
    return trip(**{"pickup": WARSAW, "dropoff": WARSAW, **changes})


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("product", "traits", "rate", "rule"),
    [
        (Product.TAXI, [], "8", None),
        (Product.TAXI, ["lump_sum"], "4", None),
        (Product.HIRE_CAR, [], "8", "hire_car"),
        (Product.HIRE_CAR, ["lump_sum"], "8", "hire_car"),
    ],
)
def test_the_rate_of_a_ride(product: Product, traits: list[str], rate: str, rule: str | None) -> None:
    """With all that comes on top of the fare; a tip is outside."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    given = {Provides.SUPPLIER_TAX: STANDING | {"traits": traits}}
    (draft,) = assemble(sources(ride(product=product), charge("46.00"), *on_top, charge("1.00", "tip"), given=given))
    assert rates(draft) == [rate] * 6
    assert [line.code for line in draft.outside] == ["tip"]
    assert {"waiting", "cancellation"} <= set(draft.unverified)
    assert rule is None or rule in draft.unverified


def test_a_delivery_has_three_rates() -> None:
    """Prepared food, basic food, and the rest; a deposit is outside."""
    kinds = ("food_hot", "food_cold", "grocery", "drink", "alcohol", "deposit")
    goods, delivery, fee = assemble(
        sources(
            ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER),
            *(charge("1.00", tax_class, "goods") for tax_class in kinds),
            *(charge("1.00", tax_class, "delivery") for tax_class in ("delivery", "surcharge", "cancellation")),
            charge("1.00", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["8", "8", "5", "23", "23"]
    assert [line.code for line in goods.outside] == ["deposit"]
    assert rates(delivery, fee) == ["23"] * 4


def test_groceries_of_before_april_2024_are_not_known() -> None:
    """They had no tax for two years."""
    at = datetime(2024, 3, 31, 12, tzinfo=UTC)
    order = ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, started_at=at, ended_at=at)
    with pytest.raises(UnsupportedTripError, match="no 'basic_food' VAT rate is known"):
        assemble(sources(order, charge("6.50", "grocery", "goods")))


def test_what_is_not_known_is_refused() -> None:
    """Food is no part of a ride, a fare none of a fee."""
    for unknown in (charge("1.00", "food_hot"), charge("1.00", "transport", "platform_fee")):
        with pytest.raises(UnsupportedTripError, match="PL has no rule for this tax class"):
            assemble(sources(ride(), charge("46.00"), unknown))


def test_a_ride_into_another_country_is_refused() -> None:
    """There is no zero rate on roads, and only the Polish part is taxed here."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff: a ride from PL into another country"):
        assemble(sources(ride(dropoff=Place(country="CZ"))))


def test_a_private_buyer_without_address_gets_a_receipt() -> None:
    """It is no invoice and says so; with an address he gets an invoice, whatever the amount."""
    for given, without in ((NO_ADDRESS, ()), ({}, (Provides.RIDER,))):
        (draft,) = assemble(sources(ride(), charge("900.00"), given=given, without=without))
        assert (draft.key.kind, draft.title, draft.series) == (Kind.RECEIPT, "receipt", "PL-R-DR-DRV-74")
        assert (draft.notes, draft.simplified) == (("no_invoice",), True)
    (draft,) = assemble(sources(ride(), charge("9.00")))
    assert (draft.key.kind, draft.title, draft.series) == (Kind.INVOICE, "invoice", "PL-DR-DRV-74")
    assert (draft.notes, draft.simplified) == ((), False)


@pytest.mark.parametrize(
    ("amount", "business", "title"),
    [
        ("450.00", BUSINESS, "invoice_simplified"),
        ("450.01", BUSINESS, "invoice"),
        ("450.00", BUSINESS | {"tax_ids": [tax_id("VAT", "PL9999900015")]}, "invoice_simplified"),
        ("450.00", BUSINESS | {"tax_ids": [tax_id("VAT", "CZ25123891")]}, "invoice"),
    ],
)
def test_a_business_with_a_nip_may_get_a_simplified_invoice(amount: str, business: Body, title: str) -> None:
    """Up to 450 złoty; both are copies of what KSeF has."""
    (draft,) = assemble(sources(ride(), charge(amount), given={Provides.BUSINESS: business}))
    assert (draft.title, draft.simplified) == (title, title != "invoice")
    assert draft.notes == ("courtesy_copy",)


def test_a_simplified_invoice_needs_no_address_of_the_buyer() -> None:
    """A full one does, and a number of a business."""
    bare = {"name": BUSINESS["name"], "tax_ids": BUSINESS["tax_ids"]}
    assert assemble(sources(ride(), charge("450.00"), given={Provides.BUSINESS: bare}))
    with pytest.raises(InvalidAnswerError, match=r"recipient\.address"):
        assemble(sources(ride(), charge("450.01"), given={Provides.BUSINESS: bare}))
    with pytest.raises(InvalidAnswerError, match=r"recipient\.tax_ids"):
        assemble(sources(ride(), charge("9.00"), given={Provides.BUSINESS: BUSINESS | {"tax_ids": []}}))


def in_currency(amount: str, currency: str, rate: str) -> Any:
    """A ride of a business, charged in another currency."""
    exchange = {"currency": currency, "into": "PLN", "rate": rate, "published": "2026-10-30", "source": "NBP"}
    given = {
        Provides.CHARGES: charges(charge(amount), currency=currency),
        Provides.EXCHANGE_RATE: exchange,
        Provides.BUSINESS: BUSINESS,
    }
    return sources(ride(), given=given)


@pytest.mark.parametrize(
    ("amount", "currency", "rate", "simplified"),
    [
        ("100.00", "EUR", "4.6000", True),  # 460 zł, but the limit is 100 €
        ("100.01", "EUR", "4.2615", False),  # 426 zł
        ("2700.00", "CZK", "0.1666", True),
        ("2702.00", "CZK", "0.1666", False),
    ],
)
def test_the_limit_in_another_currency(amount: str, currency: str, rate: str, *, simplified: bool) -> None:
    """100 € in euro, else 450 zł at the exchange rate; the tax is told in złoty."""
    (draft,) = assemble(in_currency(amount, currency, rate))
    assert draft.simplified is simplified
    assert draft.national_tax is not None
    assert draft.national_tax.tax.currency == "PLN"
    assert "national_tax" in draft.unverified


def test_the_cash_method_is_told() -> None:
    """Of who charges tax; the platform's own standing is not asked."""
    cash = STANDING | {"traits": ["cash_method"]}
    fee = charge("2.49", "platform_fee", "platform_fee")
    transport, booking = assemble(sources(ride(), charge("46.00"), fee, given={Provides.SUPPLIER_TAX: cash}))
    assert (transport.notes, booking.notes) == (("cash_method",), ())
    small = {Provides.SUPPLIER_TAX: cash | {"small_business": True}}
    (draft,) = assemble(sources(ride(), given=small))
    assert draft.notes == ()
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "small_business")]


def test_who_writes_it() -> None:
    """The platform if it was authorised, or the buyer by agreement."""
    with pytest.raises(MissingAnswerError, match=r"^transport: consent"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"tax_ids": STANDING["tax_ids"]}}))
    (draft,) = assemble(sources(ride()))
    assert (draft.issuer_mode, draft.consent) == (IssuerMode.ON_BEHALF, "agr-pl-2026-01")
    assert "issued_by_another" in draft.unverified
    buyer = BUSINESS | {"kind": "company", "self_billing_consent": "agr-2026-09"}
    (draft,) = assemble(sources(ride(), given={Provides.RECIPIENT_TAX: buyer}))
    assert (draft.issuer_mode, draft.consent) == (IssuerMode.SELF_BILLED, "agr-2026-09")
    assert "issued_by_another" not in draft.unverified


def test_services_to_a_german_business_are_reverse_charge() -> None:
    """And never simplified; the ride is taxed here."""
    fee = charge("2.49", "platform_fee", "platform_fee")
    german = {Provides.BUSINESS: PARTIES["DE"][Provides.BUSINESS] | {"tax_ids": [tax_id("VAT", "DE811569869")]}}
    transport, booking = assemble(sources(ride(), charge("46.00"), fee, given=german))
    assert rates(transport) == ["8"]
    assert (booking.tax_lines[0].tax_category, booking.simplified) == (TaxCategory.REVERSE_CHARGE, False)


def test_the_supplier_is_always_known() -> None:
    """His NIP and address, also on a receipt."""
    with pytest.raises(InvalidAnswerError, match=r"supplier\.tax_ids"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"consent": "agr-1"}}))
    with pytest.raises(InvalidAnswerError, match=r"supplier\.address"):
        assemble(sources(ride(), given=NO_ADDRESS | {Provides.DRIVER: {"name": "Taxi", "ref": "drv-74"}}))


@pytest.mark.parametrize(
    ("given", "title", "notes"),
    [
        ({}, "credit_note", ()),
        ({Provides.BUSINESS: BUSINESS}, "credit_note", ("courtesy_copy",)),
        (NO_ADDRESS, "credit_note_receipt", ("no_invoice",)),
    ],
)
def test_what_credit_notes_call_themselves(given: dict[Provides, Body], title: str, notes: tuple[str, ...]) -> None:
    """A receipt is not corrected by a faktura korygująca."""
    (draft,) = assemble(sources(ride(), given=given))
    correction = Correction(
        document=draft.key, number="1", issue_date=date(2026, 11, 2), reason="kwota", request="ticket-1"
    )
    note = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE), correction=correction)
    form = POLAND.form(note)
    assert (form.title, form.notes) == (title, notes)

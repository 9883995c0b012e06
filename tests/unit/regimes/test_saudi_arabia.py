"""Saudi law on rides and deliveries."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, invoice, sources, trip
from tests.parties.cast import Body, tax_id
from tests.tlv import fields_of
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import (
    InvalidAnswerError,
    MissingAnswerError,
    TripInvoiceError,
    UnsupportedTripError,
)
from tripinvoice.invoice import Draft, Fact, IssuerMode, Kind
from tripinvoice.regimes.saudi_arabia import SAUDI_ARABIA
from tripinvoice.trip import LineOfBusiness, Place, Product

RIYADH = Place(country="SA")
PARTY = PARTIES["SA"]
BUSINESS = {Provides.BUSINESS: PARTY[Provides.BUSINESS]}
UNREGISTERED: dict[Provides, Body] = {Provides.SUPPLIER_TAX: {"vat_registered": False}}
LAST_DAY = datetime(2025, 12, 31, 20, 59, tzinfo=UTC)
FIRST_DAY = datetime(2025, 12, 31, 21, 0, tzinfo=UTC)


def ride(**changes: Any) -> Any:
    """A taxi ride in Riyadh."""
    return trip(pickup=RIYADH, dropoff=RIYADH, **changes)


def order(**changes: Any) -> Any:
    """A delivery in Riyadh."""
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


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_bears_fifteen_percent(product: Product, tax_class: str) -> None:
    """With everything on top, on a simplified tax invoice to a consumer."""
    (draft,) = assemble(sources(ride(product=product), charge("46.00"), charge("11.50", tax_class)))
    assert rates(draft) == ["15", "15"]
    assert (draft.title, draft.simplified) == ("invoice_simplified", True)
    assert draft.notes == ("courtesy_copy",)
    assert (draft.supplier.name, draft.issuer_mode, draft.consent) == (
        "فهد القحطاني",
        IssuerMode.ON_BEHALF,
        "agr-2026-1",
    )


@pytest.mark.parametrize(
    ("ended_at", "rate"),
    [(datetime(2020, 6, 30, 20, 59, tzinfo=UTC), "5"), (datetime(2020, 6, 30, 21, 0, tzinfo=UTC), "15")],
)
def test_the_rate_tripled_in_july_2020(ended_at: datetime, rate: str) -> None:
    """At midnight in Riyadh."""
    (draft,) = assemble(sources(ride(**on(ended_at)), charge("46.00")))
    assert rates(draft) == [rate]


def test_an_order_has_three_suppliers_documents_and_one_rate() -> None:
    """Food, delivering and the platform's fee."""
    drafts = assemble(
        sources(
            order(),
            *(goods("11.50", c) for c in ("food_hot", "food_cold", "drink", "grocery", "surcharge", "delivery")),
            *(goods("1.15", c) for c in ("government_fee", "cancellation")),
            *(charge("5.75", c, "delivery") for c in ("delivery", "surcharge", "wait", "cancellation")),
            charge("2.30", "platform_fee", "platform_fee"),
            charge("1.15", "surcharge", "platform_fee"),
        )
    )
    assert set(rates(*drafts)) == {"15"}
    assert [draft.issuer_mode for draft in drafts] == [IssuerMode.ON_BEHALF, IssuerMode.OWN, IssuerMode.OWN]


def test_a_tip_is_outside_the_supply() -> None:
    """Shown and paid, not taxed."""
    (draft,) = assemble(sources(ride(), charge("46.00"), charge("5.00", "tip"), paid="51.00"))
    assert [str(line.gross) for line in draft.outside] == ["5.00 SAR"]


@pytest.mark.parametrize(
    ("given", "amount", "title"),
    [
        ({}, "5000.00", "invoice_simplified"),
        (BUSINESS, "1000.00", "invoice_simplified"),
        (BUSINESS, "1000.01", "invoice"),
    ],
)
def test_a_business_gets_a_tax_invoice_above_a_thousand_riyals(
    given: dict[Provides, Body], amount: str, title: str
) -> None:
    """A consumer never does."""
    (draft,) = assemble(sources(ride(), charge(amount), given=given))
    assert (draft.title, draft.simplified) == (title, title == "invoice_simplified")


def test_a_tax_invoice_names_its_recipient_in_full() -> None:
    """Name and address."""
    bare = {Provides.BUSINESS: {"name": "شركة المثال"}}
    assemble(sources(ride(), charge("1000.00"), given=bare))
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("1000.01"), given=bare))
    assert caught.value.field == "recipient.address"


@pytest.mark.parametrize(
    ("ended_at", "mode", "title", "supplier"),
    [
        (LAST_DAY, IssuerMode.ON_BEHALF, "invoice_untaxed", "فهد القحطاني"),
        (FIRST_DAY, IssuerMode.DEEMED_SUPPLIER, "invoice_simplified", "شركة المثال للتنقل المحدودة"),
    ],
)
def test_the_platform_is_the_supplier_of_who_is_not_registered_since_2026(
    ended_at: datetime, mode: IssuerMode, title: str, supplier: str
) -> None:
    """At midnight in Riyadh; until then nobody charged VAT."""
    (draft,) = assemble(sources(ride(**on(ended_at)), charge("46.00"), given=UNREGISTERED))
    assert (draft.issuer_mode, draft.title, draft.supplier.name) == (mode, title, supplier)
    assert rates(draft) == ["15" if mode is IssuerMode.DEEMED_SUPPLIER else "0"]


def test_the_deemed_supplier_says_who_provided() -> None:
    """As far as anybody knows; it is in the platform's series."""
    (draft,) = assemble(sources(ride(), charge("46.00"), given=UNREGISTERED))
    assert (draft.series, draft.facts) == ("SA-OP", (Fact(label="provided_by", value="فهد القحطاني"),))
    food, delivery = assemble(
        sources(
            order(),
            goods("11.50"),
            charge("5.75", "delivery", "delivery"),
            given={
                Provides.MERCHANT_TAX: {"vat_registered": False},
                Provides.COURIER_TAX: {"vat_registered": False},
            },
        )
    )
    assert [fact.value for fact in food.facts] == ["مطعم بيت الكبسة النموذجي"]
    assert delivery.facts == ()


def test_who_sets_his_own_terms_supplies_himself() -> None:
    """Without VAT, and without the authority's code and stamp."""
    given = {Provides.SUPPLIER_TAX: {"vat_registered": False, "traits": ["own_terms"]}}
    (draft,) = assemble(sources(ride(), charge("46.00"), given=given))
    assert (draft.title, draft.notes, draft.tax_lines[0].note) == ("invoice_untaxed", (), "not_registered")
    assert SAUDI_ARABIA.codes(invoice(draft)) == ()


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({Provides.SUPPLIER_TAX: {"consent": "agr-1"}}, InvalidAnswerError, "supplier.tax_ids"),
        (
            {Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("SA-VAT", "299999999300003")], "consent": "agr-1"}},
            InvalidAnswerError,
            "supplier_tax.tax_ids.0.value",
        ),
        (
            {Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("SA-VAT", "399999999300003")]}},
            MissingAnswerError,
            "consent",
        ),
        ({Provides.DRIVER: {**PARTY[Provides.DRIVER], "address": []}}, InvalidAnswerError, "supplier.address"),
        ({Provides.DRIVER: {**PARTY[Provides.DRIVER], "name": "ق" * 128}}, InvalidAnswerError, "supplier.name"),
    ],
)
def test_what_a_tax_invoice_cannot_be_without(
    given: dict[Provides, Body], error: type[TripInvoiceError], field: str
) -> None:
    """Number, agreement, address, and a name that the QR code can hold."""
    with pytest.raises(error) as caught:
        assemble(sources(ride(), charge("46.00"), given=given))
    assert getattr(caught.value, "field", None) == field


@pytest.mark.parametrize(
    ("tax_class", "contract"), [("alcohol", "goods"), ("deposit", "goods"), ("grocery", "delivery")]
)
def test_what_has_no_rule_is_refused(tax_class: str, contract: str) -> None:
    """Alcohol is not sold."""
    with pytest.raises(UnsupportedTripError, match="SA has no rule for this tax class"):
        assemble(sources(order(), goods("11.50"), charge("1.00", tax_class, contract)))


def test_the_code_holds_five_fields() -> None:
    """Tag, length and text of each; the longest name fits exactly."""
    name = "ق" * 127 + "x"
    given = {Provides.DRIVER: {**PARTY[Provides.DRIVER], "name": name}}
    (draft,) = assemble(sources(ride(), charge("115.00"), given=given))
    (code,) = SAUDI_ARABIA.codes(invoice(draft, issued_at=datetime(2026, 11, 2, 18, 6, 7, 999, tzinfo=UTC)))
    assert (code.label, code.text) == ("qr_code", None)
    assert code.qr is not None
    assert fields_of(code.qr) == {
        1: name,
        2: "399999999300003",
        3: "2026-11-02T18:06:07Z",
        4: "115.00",
        5: "15.00",
    }
    assert b64decode(code.qr)[:2] == bytes((1, 255))


def test_a_correction_is_a_credit_note() -> None:
    """With a code of its own."""
    (draft,) = assemble(sources(ride(), charge("46.00")))
    credited = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))
    assert (SAUDI_ARABIA.form(credited).title, SAUDI_ARABIA.form(credited).simplified) == ("credit_note", True)
    assert len(SAUDI_ARABIA.codes(invoice(draft))) == 1

"""Spanish law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import charge, invoice, sources, trip
from tests.parties.cast import Body, party, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Correction, DocumentKey, Draft, Fact, Kind
from tripinvoice.regimes.spain import codes, form
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product, Trip

MADRID = Place(country="ES", subdivision="ES-MD", municipality="28079")
DRIVER = [tax_id("ES-NIF", "99999001S")]
COMPANY = [tax_id("VAT", "ES B-99991119")]
BUSINESS = party("Imprenta del Añil, S.L.", "Calle de Embajadores, 187", "28045", "Madrid", "ES")
KNOWN = BUSINESS | {"tax_ids": [tax_id("ES-NIF", "B99991077")]}


def ride(**changes: Any) -> Trip:
    """A taxi through Madrid."""
    return trip(**({"pickup": MADRID, "dropoff": MADRID} | changes))


def order() -> Trip:
    """A delivery in Madrid."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_is_reduced_with_all_that_comes_on_top(product: Product) -> None:
    """Taxi and VTC alike."""
    on_top = [charge("1.00", name) for name in ("toll", "surcharge", "government_fee", "wait")]
    (draft,) = assemble(sources(ride(product=product), charge("19.40"), *on_top, charge("2.00", "tip")))
    assert rates(draft) == ["10"] * 5
    assert [line.code for line in draft.outside] == ["tip"]


def test_a_no_show_is_taxed_as_the_ride() -> None:
    """It is the price of the seat."""
    no_show = ride(completion=Completion.CANCELLED_WITH_FEE, dropoff=None, distance_m=None)
    (draft,) = assemble(sources(no_show, charge("6.00", "cancellation")))
    assert rates(draft) == ["10"]


def test_food_is_reduced_and_sweet_drinks_are_not() -> None:
    """Fees and what was cancelled are standard; groceries have two rates, so they are refused."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            *(charge("9.00", name, "goods") for name in ("food_hot", "food_cold", "drink", "alcohol", "deposit")),
            charge("1.00", "surcharge", "goods"),
            charge("1.00", "cancellation", "goods"),
            charge("2.99", "delivery", "delivery"),
            charge("0.99", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["10", "10", "21", "21", "21", "21", "21"]
    assert rates(delivery, fee) == ["21", "21"]
    with pytest.raises(UnsupportedTripError, match="ES has no rule for this tax class"):
        assemble(sources(order(), charge("9.00", "grocery", "goods")))


@pytest.mark.parametrize(
    ("amount", "title", "simplified"),
    [("3000.00", "invoice_simplified", True), ("3000.01", "invoice", False)],
)
def test_a_ride_may_be_simplified_up_to_3000_euros(amount: str, title: str, *, simplified: bool) -> None:
    """RF art. 4.2 d)."""
    (draft,) = assemble(sources(ride(), charge(amount)))
    assert (draft.title, draft.simplified) == (title, simplified)


@pytest.mark.parametrize(
    ("tax_class", "contract", "amount", "titles"),
    [
        ("food_hot", "goods", "3000.00", ["invoice_simplified"]),
        ("food_hot", "goods", "3000.01", ["invoice"]),
        ("delivery", "delivery", "400.01", ["invoice_simplified", "invoice_simplified"]),
        ("platform_fee", "platform_fee", "400.00", ["invoice_simplified", "invoice_simplified"]),
        ("platform_fee", "platform_fee", "400.01", ["invoice_simplified", "invoice"]),
    ],
)
def test_the_limit_depends_on_what_is_sold(tax_class: str, contract: str, amount: str, titles: list[str]) -> None:
    """To a consumer's home 3,000 EUR, else 400."""
    food = [] if contract == "goods" else [charge("9.00", "food_hot", "goods")]
    drafts = assemble(sources(order(), *food, charge(amount, tax_class, contract)))
    assert [draft.title for draft in drafts] == titles


def test_a_business_gets_a_full_invoice_when_it_is_identified() -> None:
    """Else a simplified one, up to 400 EUR for what is no ride."""
    (draft,) = assemble(sources(ride(), given={Provides.BUSINESS: KNOWN}))
    assert (draft.title, draft.simplified) == ("invoice", False)
    (draft,) = assemble(sources(ride(), charge("400.01"), given={Provides.BUSINESS: BUSINESS}))
    assert (draft.title, draft.simplified) == ("invoice_simplified", True)
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(order(), charge("400.01", "food_hot", "goods"), given={Provides.BUSINESS: BUSINESS}))
    assert caught.value.field == "recipient.tax_ids"


def test_a_foreign_business_owes_the_tax_of_services_but_of_no_ride() -> None:
    """And reads a full invoice, whatever the amount."""
    german = party("Weiß GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE136695976")])
    platform = party("Ejemplo, S.A.", "Calle Mayor, 1", "28013", "Madrid", "ES")
    given = {
        Provides.BUSINESS: german,
        Provides.PLATFORM: platform | {"tax_ids": [tax_id("VAT", "ESA99990004")]},
    }
    transport, fee = assemble(
        sources(ride(), charge("19.40"), charge("1.00", "platform_fee", "platform_fee"), given=given)
    )
    assert rates(transport) == ["10"]
    assert fee.tax_lines[0].note == "reverse_charge"
    assert fee.title == "invoice"


@pytest.mark.parametrize(
    ("given", "without", "error", "field"),
    [
        ({Provides.SUPPLIER_TAX: {}}, (), InvalidAnswerError, "supplier.tax_ids"),
        ({Provides.DRIVER: {"name": "Begoña", "ref": "drv-31"}}, (), InvalidAnswerError, "supplier.address"),
        ({Provides.RIDER: {"name": "Íñigo Núñez"}}, (), InvalidAnswerError, "recipient.address"),
        ({}, (Provides.RIDER,), MissingAnswerError, "recipient"),
    ],
)
def test_above_the_limit_everybody_is_named_in_full(
    given: dict[Provides, Body], without: tuple[Provides, ...], error: type[Exception], field: str
) -> None:
    """RF art. 6."""
    with pytest.raises(error) as caught:
        assemble(sources(ride(), charge("3000.01"), given=given, without=without))
    assert getattr(caught.value, "field", None) == field


def test_a_simplified_invoice_needs_the_suppliers_number_only() -> None:
    """RF art. 7."""
    (draft,) = assemble(
        sources(ride(), given={Provides.DRIVER: {"name": "Begoña", "ref": "drv-31"}}, without=(Provides.RIDER,))
    )
    assert draft.simplified


@pytest.mark.parametrize("standing", [{"small_business": True}, {"vat_registered": False}])
def test_nobody_supplies_without_tax(standing: Body) -> None:
    """Spain has no exemption for small businesses."""
    with pytest.raises(InvalidAnswerError, match=r"^supplier_tax: says that the supplier charges no tax") as caught:
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"tax_ids": DRIVER} | standing}))
    assert caught.value.field == "supplier_tax"


@pytest.mark.parametrize(
    "place",
    [
        Place(country="ES", subdivision="ES-CN"),
        Place(country="ES", subdivision="ES-TF"),
        Place(country="ES", subdivision="ES-ML"),
        Place(country="ES", municipality="38038"),
        Place(country="ES", municipality="51001"),
    ],
)
def test_where_there_is_no_vat_there_is_no_regime(place: Place) -> None:
    """The Canary Islands, Ceuta, Melilla."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup: the Canary Islands") as caught:
        assemble(sources(ride(pickup=place)))
    assert caught.value.field == "trip.pickup"


def test_the_balearic_islands_have_vat() -> None:
    """As the mainland, and as where nobody says which part it is."""
    for place in (Place(country="ES", subdivision="ES-IB", municipality="07040"), Place(country="ES")):
        (draft,) = assemble(sources(ride(pickup=place)))
        assert rates(draft) == ["10"]


# --- the code of the tax agency ---


def asked(standing: Body, at: datetime, amount: str = "19.40") -> str | None:
    """What the QR code of a ride asks that is invoiced at this time."""
    (draft,) = assemble(sources(ride(), charge(amount), given={Provides.SUPPLIER_TAX: standing}))
    issued = invoice(draft, issued_at=at)
    assert [code.text for code in issued.codes] == ["VERI*FACTU"] * len(issued.codes)
    return issued.codes[0].qr if issued.codes else None


@pytest.mark.parametrize(
    ("ids", "at", "is_asked"),
    [
        (COMPANY, datetime(2026, 12, 31, 22, 59, tzinfo=UTC), False),
        (COMPANY, datetime(2026, 12, 31, 23, 0, tzinfo=UTC), True),
        (DRIVER, datetime(2026, 12, 31, 23, 0, tzinfo=UTC), False),
        (DRIVER, datetime(2027, 6, 30, 21, 59, tzinfo=UTC), False),
        (DRIVER, datetime(2027, 6, 30, 22, 0, tzinfo=UTC), True),
    ],
)
def test_who_must_be_verifiable_from_when(ids: list[Body], at: datetime, *, is_asked: bool) -> None:
    """Payers of corporate tax half a year before the others, by the clock of Madrid."""
    assert (asked({"tax_ids": ids}, at) is not None) is is_asked


def test_the_question_has_four_parts() -> None:
    """The number without prefix and spaces, the invoice's number, the day, the amount with two decimals."""
    at = datetime(2027, 1, 2, 9, tzinfo=UTC)
    assert asked({"tax_ids": COMPANY}, at) == (
        "https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR"
        "?nif=B99991119&numserie=ES-DR-DRV-31-2027-000001&fecha=02-01-2027&importe=19.40"
    )


def test_what_is_no_letter_or_digit_is_escaped() -> None:
    """A number may have a slash or an ampersand."""
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"tax_ids": DRIVER, "traits": ["verifactu"]}}))
    (code,) = codes(replace(invoice(draft), number="A/26 & B*1"))
    assert code.qr is not None
    assert "numserie=A%2F26%20%26%20B%2A1&" in code.qr


def test_who_begins_earlier_says_so() -> None:
    """A trait of the tax profile; who keeps his books at the tax agency never begins."""
    at = datetime(2026, 11, 2, 18, tzinfo=UTC)
    assert asked({"tax_ids": DRIVER, "traits": ["verifactu"]}, at) is not None
    assert asked({"tax_ids": DRIVER}, at) is None
    assert asked({"tax_ids": COMPANY, "traits": ["sii"]}, datetime(2028, 1, 1, tzinfo=UTC)) is None


def test_the_layout_of_the_code_counts_as_unverified_once_it_may_be_printed() -> None:
    """So that somebody looks before it is relied upon."""
    early = {Provides.SUPPLIER_TAX: {"tax_ids": DRIVER, "traits": ["verifactu"]}}
    (draft,) = assemble(sources(ride(), given=early))
    assert "verifactu_qr" in draft.unverified
    assert Fact(label="invoicing_system", value="VERI*FACTU") in draft.facts
    (draft,) = assemble(sources(ride()))
    assert draft.unverified == ()
    assert draft.facts == ()
    at = datetime(2027, 1, 1, 9, tzinfo=UTC)
    (draft,) = assemble(sources(ride(started_at=at, ended_at=at)))
    assert draft.supply_date == date(2027, 1, 1)
    assert "verifactu_qr" in draft.unverified


def test_the_platform_keeps_its_books_at_the_tax_agency() -> None:
    """It is too big for VERI*FACTU; nobody has confirmed that."""
    _, fee = assemble(sources(ride(), charge("19.40"), charge("1.00", "platform_fee", "platform_fee")))
    assert fee.facts == (Fact(label="invoicing_system", value="SII"),)
    assert "platform_sii" in fee.unverified
    assert invoice(fee, issued_at=datetime(2027, 8, 1, tzinfo=UTC)).codes == ()


def test_a_corrective_invoice_takes_off() -> None:
    """It is no simplified one, and tells the tax agency a negative amount."""
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"tax_ids": DRIVER, "traits": ["verifactu"]}}))
    note = replace(
        draft,
        key=replace(draft.key, kind=Kind.CREDIT_NOTE),
        correction=Correction(
            document=DocumentKey(trip_id="t", contract=draft.key.contract, kind=Kind.INVOICE),
            number="A/1",
            issue_date=date(2026, 11, 2),
            reason="Importe incorrecto",
            request="r-1",
        ),
    )
    shaped = form(note)
    assert (shaped.title, shaped.notes, shaped.simplified) == ("credit_note", ("by_difference",), False)
    (code,) = invoice(note).codes
    assert code.qr is not None
    assert code.qr.endswith("&importe=-19.40")

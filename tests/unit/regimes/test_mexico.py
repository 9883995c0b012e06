"""Mexican law on rides and deliveries: invoices for who asks, receipts for others."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, card, charge, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Draft, Invoicing, Kind
from tripinvoice.regimes.mexico import MEXICO
from tripinvoice.trip import LineOfBusiness, Place, Product

CDMX = Place(country="MX", subdivision="MX-CMX", municipality="09015")
PARTY = PARTIES["MX"]
COMPANY: Body = {**PARTY[Provides.BUSINESS], "ref": "biz-521", "kind": "company"}
RFC, REGIME, USE = COMPANY["tax_ids"]
DRIVER = PARTY[Provides.SUPPLIER_TAX]
BORDER = {"traits": ["border_region"]}


def ride(product: Product = Product.HIRE_CAR, **changes: Any) -> Any:
    """A ride in Mexico City."""
    return trip(**{"product": product, "pickup": CDMX, "dropoff": CDMX, **changes})


def order() -> Any:
    """A delivery there."""
    return ride(Product.COURIER, line_of_business=LineOfBusiness.DELIVERY)


def to_company(**more: Any) -> dict[Provides, Body]:
    """Who gives his tax data."""
    return {Provides.BUSINESS: {**COMPANY, **more}}


def paid(method: str, amount: str = "116.00") -> Body:
    """All of it, so."""
    return {"currency": "MXN", "payments": [{"method": method, "amount": amount}]}


def facts(draft: Draft) -> dict[str, str]:
    """What more it prints."""
    return {fact.label: fact.value for fact in draft.facts}


def rates(*drafts: Draft) -> list[str]:
    """The category and rate of each line."""
    return [f"{line.tax_category}{line.tax_rate}" for draft in drafts for line in draft.lines]


def test_without_tax_data_there_is_a_receipt() -> None:
    """It says that it is no invoice; the tax is inside all the same."""
    (draft,) = assemble(sources(ride(), charge("116.00")))
    assert (draft.key.kind, draft.title, draft.simplified) == (Kind.RECEIPT, "receipt", True)
    assert (draft.notes, draft.facts) == (("public_sale",), ())
    assert (str(draft.totals.net), str(draft.totals.tax)) == ("100.00 MXN", "16.00 MXN")


def test_an_invoice_shows_what_was_withheld_and_the_customer_pays_no_less() -> None:
    """From a driver who earns through platforms: half of the VAT, and 2.1 % of the net."""
    given = {**to_company(), Provides.PAYMENTS: paid("credit_card")}
    (draft,) = assemble(sources(ride(), charge("116.00"), given=given))
    assert (draft.key.kind, draft.notes) == (Kind.INVOICE, ("courtesy_copy",))
    assert facts(draft) == {
        "place_of_issue": "04000",
        "payment_method": "PUE Pago en una sola exhibición",
        "payment_form": "04 Tarjeta de crédito",
        "concept": "Servicio de renta de automóvil con conductor",
        "vat_withheld": "$8.00",
        "income_tax_withheld": "$2.10",
    }
    assert str(draft.totals.gross) == "116.00 MXN"
    assert {"vat_withheld", "income_tax_withheld"} <= set(draft.unverified)


def test_what_was_withheld_in_2025_is_verified() -> None:
    """The rates of 2026 are not."""
    at = datetime(2025, 12, 31, 18, tzinfo=UTC)
    (draft,) = assemble(sources(ride(started_at=at, ended_at=at), charge("116.00"), given=to_company()))
    assert draft.unverified == ()


@pytest.mark.parametrize(
    "profile",
    [
        {"tax_ids": [DRIVER["tax_ids"][0], tax_id("MX-REGIMEN", "612")]},
        {**DRIVER, "invoices_issued_by_platform": False},
    ],
)
def test_others_have_nothing_withheld(profile: Body) -> None:
    """Who is of another regime, or writes his invoices himself."""
    (draft,) = assemble(sources(ride(), charge("116.00"), given={**to_company(), Provides.SUPPLIER_TAX: profile}))
    assert not facts(draft).keys() & {"vat_withheld", "income_tax_withheld"}


@pytest.mark.parametrize(
    ("payments", "method", "form"),
    [
        (None, "PPD", "99 Por definir"),
        (paid("invoice"), "PPD", "99 Por definir"),
        (paid("cash"), "PUE", "01 Efectivo"),
        (card("116.00", "MXN"), "PUE", None),
    ],
)
def test_how_it_was_paid(payments: Body | None, method: str, form: str | None) -> None:
    """On account it is paid later; of a card nobody says which sort it is."""
    given = {**to_company(), **({Provides.PAYMENTS: payments} if payments else {})}
    (draft,) = assemble(sources(ride(), charge("116.00"), given=given))
    assert facts(draft)["payment_method"].startswith(method)
    assert facts(draft).get("payment_form") == form


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
def test_what_comes_on_top_of_a_ride_is_taxed(tax_class: str) -> None:
    """At the standard rate; a tip is not."""
    (draft,) = assemble(sources(ride(), charge("100.00"), charge("10.00", tax_class), charge("5.00", "tip")))
    assert rates(draft) == ["S16", "S16"]
    assert len(draft.outside) == 1


def test_a_taxi_within_one_municipality_is_exempt() -> None:
    """Public transport; nothing of VAT is withheld either."""
    (draft,) = assemble(sources(ride(Product.TAXI), charge("100.00"), charge("10.00", "toll"), given=to_company()))
    assert rates(draft) == ["E0", "E0"]
    assert draft.tax_lines[0].note == "public_transport"
    assert not facts(draft).keys() & {"concept", "vat_withheld"}
    assert facts(draft)["income_tax_withheld"] == "$2.31"


@pytest.mark.parametrize(
    "changes",
    [
        {"dropoff": replace(CDMX, municipality="15057")},
        {"dropoff": None},
        {"same_municipality": False},
        {"pickup": replace(CDMX, municipality=None), "dropoff": replace(CDMX, municipality=None)},
    ],
)
def test_a_taxi_that_leaves_the_municipality_has_no_rule(changes: dict[str, Any]) -> None:
    """It may or may not be exempt."""
    with pytest.raises(InvalidTripError, match=r"^trip\.same_municipality"):
        assemble(sources(ride(Product.TAXI, **changes), charge("100.00")))


def test_the_trip_may_say_that_it_stayed_in_town() -> None:
    """Whatever the places say."""
    (draft,) = assemble(sources(ride(Product.TAXI, dropoff=None, same_municipality=True), charge("100.00")))
    assert rates(draft) == ["E0"]


def test_at_the_border_it_is_half_the_rate() -> None:
    """For who is in the register of the stimulus; other rates stay."""
    given = {**to_company(), Provides.SUPPLIER_TAX: {**DRIVER, **BORDER}}
    (draft,) = assemble(sources(ride(), charge("108.00"), given=given))
    assert (rates(draft), str(draft.totals.tax)) == (["S8"], "8.00 MXN")
    assert draft.notes == ("border_region", "courtesy_copy")
    assert facts(draft)["vat_withheld"] == "$4.00"
    merchant = {Provides.MERCHANT_TAX: {**PARTY[Provides.MERCHANT_TAX], **BORDER}}
    items = charge("108.00", "food_hot", "goods"), charge("10.00", "grocery", "goods")
    (food,) = assemble(sources(order(), *items, given=merchant))
    assert rates(food) == ["S8", "Z0"]


def test_an_order_has_two_rates() -> None:
    """What is prepared is taxed, other food is not, a deposit is no price."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(charge("11.60", c, "goods") for c in ("food_hot", "food_cold", "drink", "alcohol", "surcharge")),
            *(charge("11.60", c, "goods") for c in ("delivery", "cancellation", "deposit")),
            charge("20.00", "grocery", "goods"),
            *(charge("5.80", c, "delivery") for c in ("delivery", "surcharge", "wait", "cancellation")),
            charge("5.80", "platform_fee", "platform_fee"),
            charge("5.80", "surcharge", "platform_fee"),
        )
    )
    assert sorted(rates(food)) == ["S16"] * 7 + ["Z0"]
    assert [line.code for line in food.outside] == ["deposit"]
    assert rates(delivery, fee) == ["S16"] * 6


def test_a_courier_of_a_platform_has_tax_withheld() -> None:
    """As a driver has; the merchant has not."""
    given = {
        **to_company(),
        Provides.COURIER: PARTY[Provides.COURIER],
        Provides.COURIER_TAX: {"tax_ids": [tax_id("MX-RFC", "XAMT800101AB5"), tax_id("MX-REGIMEN", "625")]},
    }
    items = charge("116.00", "food_hot", "goods"), charge("58.00", "delivery", "delivery")
    food, delivery = assemble(sources(order(), *items, given=given))
    assert "vat_withheld" not in facts(food)
    assert facts(delivery)["vat_withheld"] == "$4.00"


def test_who_charges_no_tax_is_asked_for() -> None:
    """There is no such supplier on a platform."""
    given = {Provides.SUPPLIER_TAX: {**DRIVER, "vat_registered": False}}
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("100.00"), given=given))
    assert caught.value.field == "tax_profile.vat_registered"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({Provides.SUPPLIER_TAX: {}}, "supplier.tax_ids"),
        ({Provides.SUPPLIER_TAX: {"tax_ids": [DRIVER["tax_ids"][0]]}}, "supplier.tax_ids"),
        ({Provides.DRIVER: {**PARTY[Provides.DRIVER], "postcode": "4000"}}, "supplier.postcode"),
        (to_company(postcode=None), "recipient.postcode"),
        (to_company(tax_ids=[RFC, USE]), "recipient.tax_ids"),
        (to_company(tax_ids=[RFC, REGIME]), "recipient.tax_ids"),
        (to_company(tax_ids=[RFC, REGIME, tax_id("MX-USO-CFDI", "gastos")]), "recipient.tax_ids"),
        (to_company(tax_ids=[RFC, tax_id("MX-REGIMEN", "General"), USE]), "recipient.tax_ids"),
    ],
)
def test_what_an_invoice_lacks(given: dict[Provides, Body], field: str) -> None:
    """It parks with what to mend."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), charge("116.00"), given={**to_company(), **given}))
    assert caught.value.field == field


def test_an_invoice_may_be_asked_for_during_ninety_days() -> None:
    """Who wishes it so gets none before."""
    profile = {**COMPANY, "invoicing": "on_request"}
    (draft,) = assemble(sources(ride(), charge("116.00"), given={Provides.RECIPIENT_TAX: profile}))
    assert (draft.invoicing, MEXICO.on_request_days) == (Invoicing.ON_REQUEST, 90)


def test_a_receipt_is_credited_by_a_note_that_is_no_invoice_either() -> None:
    """And an invoice by one that is."""
    (receipt,) = assemble(sources(ride(), charge("116.00")))
    (invoice,) = assemble(sources(ride(), charge("116.00"), given=to_company()))
    for draft, note in ((receipt, "public_sale"), (invoice, "courtesy_copy")):
        credit = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))
        form = MEXICO.form(credit)
        assert (form.title, form.notes) == ("credit_note", (note,))
        assert "vat_withheld" not in {fact.label for fact in form.facts}
        MEXICO.check(credit)


@pytest.mark.parametrize(
    ("subdivision", "zone"),
    [("MX-BCN", "America/Tijuana"), ("MX-ROO", "America/Cancun"), (None, "America/Mexico_City")],
)
def test_states_have_their_clocks(subdivision: str | None, zone: str) -> None:
    """At both ends of the country."""
    (draft,) = assemble(sources(ride(pickup=Place(country="MX", subdivision=subdivision)), charge("100.00")))
    assert draft.time_zone == zone


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_an_unknown_tax_class_is_unsupported(product: Product) -> None:
    """Never guessed."""
    with pytest.raises(UnsupportedTripError, match="MX has no rule for this tax class"):
        assemble(sources(ride(product), charge("100.00"), charge("1.00", "lottery")))

"""Italian law on rides and deliveries."""

from typing import Any

import pytest

from tests.factories import charge, invoice, sources, trip
from tests.parties.cast import Body, party, tax_id
from tests.parties.italy import CAST
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.credit import EVERYTHING, LineWish, Order, Wish, credit
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Draft, Fact, Kind, TaxCategory
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product, Trip

BOLOGNA = Place(country="IT", subdivision="IT-45", municipality="037006")
MODENA = Place(country="IT", subdivision="IT-45", municipality="036023")
VAT = [tax_id("VAT", "IT99990000038")]
BUSINESS = CAST.parties[Provides.BUSINESS]
PERSON = party("Niccolò Però", "Via San Felice, 30", "40122", "Bologna", "IT", ref="rdr-841")
CF = PERSON | {"tax_ids": [tax_id("IT-CF", "RSSMRA85T10A562S")]}
GERMAN = party("Weiß GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE136695976")])


def ride(**changes: Any) -> Trip:
    """A taxi through Bologna."""
    return trip(**({"pickup": BOLOGNA, "dropoff": BOLOGNA} | changes))


def order() -> Trip:
    """A delivery in Bologna."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


def said(draft: Draft) -> dict[str, str]:
    """The facts by label."""
    return {fact.label: fact.value for fact in draft.facts}


@pytest.mark.parametrize(
    ("facts", "exempt", "unverified"),
    [
        ({"distance_m": 8_400}, True, ()),
        ({"distance_m": 80_000}, True, ()),
        ({"distance_m": None}, True, ()),
        ({"distance_m": 50_000, "dropoff": MODENA}, True, ("urban_by_distance",)),
        ({"distance_m": 50_001, "dropoff": MODENA}, False, ("urban_by_distance",)),
        ({"distance_m": 50_001, "dropoff": None}, False, ("urban_by_distance",)),
        ({"distance_m": 80_000, "dropoff": MODENA, "same_municipality": True}, True, ()),
        ({"distance_m": 80_000, "same_municipality": False}, False, ("urban_by_distance",)),
    ],
)
def test_a_taxi_in_town_is_exempt(facts: dict[str, Any], unverified: tuple[str, ...], *, exempt: bool) -> None:
    """Within one municipality, or up to 50 km; with all that comes on top of it."""
    on_top = [charge("1.00", name) for name in ("toll", "surcharge", "government_fee", "wait")]
    (draft,) = assemble(sources(ride(**facts), charge("19.40"), *on_top, given={Provides.RIDER: CF}))
    assert {line.tax_category for line in draft.lines} == {TaxCategory.EXEMPT if exempt else TaxCategory.STANDARD}
    assert rates(draft) == ["0" if exempt else "10"] * 5
    assert draft.tax_lines[0].note == ("urban_taxi" if exempt else None)
    assert said(draft).get("nature") == ("N4" if exempt else None)
    assert set(draft.unverified) - {"number"} == set(unverified)


def test_a_hire_car_is_never_exempt() -> None:
    """NCC: 10 %, however short."""
    (draft,) = assemble(sources(ride(product=Product.HIRE_CAR, distance_m=None)))
    assert rates(draft) == ["10"]


def test_a_taxi_of_unknown_distance_is_parked() -> None:
    """Nobody may guess between exempt and 10 percent."""
    with pytest.raises(InvalidTripError, match=r"^trip\.distance_m: missing; whether an Italian taxi") as caught:
        assemble(sources(ride(distance_m=None, dropoff=MODENA)))
    assert caught.value.field == "trip.distance_m"


@pytest.mark.parametrize(
    ("product", "distance_m", "dropoff", "rate"),
    [
        (Product.TAXI, 0, BOLOGNA, "0"),
        (Product.TAXI, 0, None, "0"),
        (Product.TAXI, 60_000, None, "10"),
        (Product.HIRE_CAR, None, None, "10"),
    ],
)
def test_a_no_show_is_taxed_as_the_ride(product: Product, distance_m: int | None, dropoff: Place, rate: str) -> None:
    """It is the price of the seat."""
    no_show = ride(product=product, completion=Completion.CANCELLED_WITH_FEE, dropoff=dropoff, distance_m=distance_m)
    (draft,) = assemble(sources(no_show, charge("6.00", "cancellation")))
    assert rates(draft) == [rate]
    assert "cancellation" in draft.unverified


def test_dishes_drinks_and_fees() -> None:
    """Groceries have four rates, so they are refused."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            *(charge("9.00", name, "goods") for name in ("food_hot", "food_cold", "drink", "alcohol", "surcharge")),
            charge("0.30", "deposit", "goods"),
            charge("2.99", "delivery", "delivery"),
            charge("1.00", "cancellation", "delivery"),
            charge("2.00", "tip", "delivery"),
            charge("0.99", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["10", "10", "22", "22", "22"]
    assert rates(delivery, fee) == ["22", "22", "22"]
    assert [line.code for line in (*goods.outside, *delivery.outside)] == ["deposit", "tip"]
    with pytest.raises(UnsupportedTripError, match="IT has no rule for this tax class"):
        assemble(sources(order(), charge("9.00", "food_hot", "goods"), charge("9.00", "grocery", "goods")))


@pytest.mark.parametrize("standing", [{"small_business": True}, {"vat_registered": False}])
def test_a_flat_rate_supplier_charges_no_tax_and_says_why(standing: Body) -> None:
    """Regime forfettario: RF19, N2.2, also for a taxi in town; what is outside stays outside."""
    given = {Provides.SUPPLIER_TAX: {"tax_ids": VAT} | standing, Provides.MERCHANT_TAX: {"tax_ids": VAT} | standing}
    (draft,) = assemble(sources(ride(), charge("19.40"), charge("1.00", "tip"), given=given))
    assert draft.tax_lines[0].note == "small_business"
    assert {**said(draft), "nature": "N2.2", "tax_regime": "RF19"} == said(draft)
    (goods,) = assemble(
        sources(order(), charge("9.00", "food_hot", "goods"), charge("0.30", "deposit", "goods"), given=given)
    )
    assert [line.code for line in goods.outside] == ["deposit"]
    with pytest.raises(UnsupportedTripError, match="IT has no rule for this tax class"):
        assemble(sources(ride(), charge("19.40"), charge("1.00", "lottery"), given=given))


# --- what the document is ---


@pytest.mark.parametrize(
    ("amount", "title", "document_type", "simplified"),
    [("400.00", "invoice_simplified", "TD07", True), ("400.01", "invoice", "TD01", False)],
)
def test_up_to_400_euros_it_is_simplified(amount: str, title: str, document_type: str, *, simplified: bool) -> None:
    """DPR 633/72 art. 21-bis."""
    ncc = ride(product=Product.HIRE_CAR)
    (draft,) = assemble(sources(ncc, charge(amount), given={Provides.RIDER: CF}))
    assert (draft.title, draft.simplified, said(draft)["document_type"]) == (title, simplified, document_type)
    assert draft.notes == ("courtesy_copy",)


@pytest.mark.parametrize(
    ("rider", "kind"),
    [
        (PERSON, Kind.INVOICE),
        ({"name": "Niccolò", "tax_ids": [tax_id("IT-CF", "RSSMRA85T10A562S")]}, Kind.INVOICE),
        ({"name": "Niccolò"}, Kind.RECEIPT),
        (None, Kind.RECEIPT),
    ],
)
def test_who_cannot_be_named_gets_a_receipt(rider: Body | None, kind: Kind) -> None:
    """By name and address or by number he can; a receipt is of another series and no copy of anything."""
    given = {Provides.RIDER: rider} if rider else {}
    (draft,) = assemble(sources(ride(), given=given, without=() if rider else (Provides.RIDER,)))
    assert draft.key.kind is kind
    assert draft.series == ("IT-DR-DRV-51" if kind is Kind.INVOICE else "IT-DR-DRV-51-RC")
    assert ("courtesy_copy" in draft.notes) is (kind is Kind.INVOICE)
    assert bool(draft.facts) is (kind is Kind.INVOICE)
    assert invoice(draft).number == ("DR/2026/000001" if kind is Kind.INVOICE else "DR-RC/2026/000001")


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        ({"scheme": "0205", "value": "ABC1234"}, Fact(label="recipient_code", value="ABC1234")),
        ({"scheme": "0202", "value": "fatture@pec.example"}, Fact(label="pec", value="fatture@pec.example")),
    ],
)
def test_where_the_invoice_is_delivered_to(address: Body, fact: Fact) -> None:
    """Codice destinatario or PEC, when the customer told it."""
    (draft,) = assemble(sources(ride(), given={Provides.BUSINESS: BUSINESS | {"electronic_address": address}}))
    assert fact in draft.facts


def test_another_address_is_not_where_it_is_delivered_to() -> None:
    """Nor is none."""
    elsewhere = BUSINESS | {"electronic_address": {"scheme": "0211", "value": "IT99990000012"}}
    for business in (elsewhere, {name: value for name, value in BUSINESS.items() if name != "electronic_address"}):
        (draft,) = assemble(sources(ride(), given={Provides.BUSINESS: business}))
        assert said(draft) == {"tax_regime": "RF01", "document_type": "TD07", "nature": "N4"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({Provides.SUPPLIER_TAX: {}}, "supplier.tax_ids"),
        ({Provides.DRIVER: {"name": "Nicolò", "ref": "drv-51"}}, "supplier.address"),
        ({Provides.RIDER: PERSON}, "recipient.tax_ids"),
        ({Provides.RIDER: {"name": "Niccolò", "tax_ids": CF["tax_ids"]}}, "recipient.address"),
    ],
)
def test_above_400_euros_everybody_is_named_in_full(given: dict[Provides, Body], field: str) -> None:
    """DPR 633/72 art. 21."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(product=Product.HIRE_CAR), charge("400.01"), given=given))
    assert caught.value.field == field


def test_a_foreign_customer_needs_no_italian_number() -> None:
    """A business of another member state owes the tax of services, in a full invoice; of a ride it does not."""
    person = party("Anna Weiß", "Lindenstraße 5", "10969", "Berlin", "DE")
    (draft,) = assemble(sources(ride(product=Product.HIRE_CAR), charge("400.01"), given={Provides.RIDER: person}))
    assert draft.title == "invoice"
    transport, fee = assemble(
        sources(
            ride(),
            charge("19.40"),
            charge("1.00", "platform_fee", "platform_fee"),
            given={Provides.BUSINESS: GERMAN},
        )
    )
    assert transport.tax_lines[0].note == "urban_taxi"
    assert fee.tax_lines[0].note == "reverse_charge"
    assert {**said(fee), "document_type": "TD01", "nature": "N2.1"} == said(fee)
    assert "stamp_duty" not in fee.notes


@pytest.mark.parametrize("municipality", ["014037", "013040"])
def test_livigno_and_campione_have_no_vat(municipality: str) -> None:
    """They are no part of its territory."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup: Livigno") as caught:
        assemble(sources(ride(pickup=Place(country="IT", municipality=municipality))))
    assert caught.value.field == "trip.pickup"


# --- stamp duty ---


@pytest.mark.parametrize(
    ("amount", "stamped"),
    [("77.47", False), ("77.48", True)],
)
def test_above_77_euros_47_without_tax_there_is_stamp_duty(amount: str, *, stamped: bool) -> None:
    """On invoices as on receipts; a tip does not count."""
    (draft,) = assemble(sources(ride(), charge(amount), charge("9.00", "tip")))
    assert draft.notes == (("stamp_duty", "courtesy_copy") if stamped else ("courtesy_copy",))
    (draft,) = assemble(sources(ride(), charge(amount), without=(Provides.RIDER,)))
    assert draft.notes == (("stamp_duty_receipt",) if stamped else ())


def test_what_is_taxed_bears_no_stamp() -> None:
    """The one or the other."""
    (draft,) = assemble(sources(ride(product=Product.HIRE_CAR), charge("300.00")))
    assert draft.notes == ("courtesy_copy",)


@pytest.mark.parametrize(("first", "stamped"), [("77.47", False), ("77.48", True)])
def test_a_credit_note_bears_stamp_duty_of_its_own(first: str, *, stamped: bool) -> None:
    """By its own amount, not by that of its invoice."""
    (draft,) = assemble(sources(ride(), charge(first), charge("30.00", "toll")))
    assert "stamp_duty" in draft.notes
    part = Wish(lines=(LineWish(line="1"),))
    note = credit(Order(invoice=invoice(draft), reason="Tariffa errata", request="r-1", wish=part))
    assert str(note.totals.gross.decimal) == first
    assert note.notes == (("stamp_duty", "courtesy_copy") if stamped else ("courtesy_copy",))


@pytest.mark.parametrize(
    ("amount", "rider", "document_type", "number", "notes"),
    [
        ("390.00", CF, "TD08", "DR-NC/2026/000002", ("courtesy_copy",)),
        ("410.00", CF, "TD04", "DR-NC/2026/000002", ("courtesy_copy",)),
        ("410.00", None, None, "DR-RN/2026/000002", ()),
    ],
)
def test_a_credit_note_is_as_its_document_was(
    amount: str, rider: Body | None, document_type: str | None, number: str, notes: tuple[str, ...]
) -> None:
    """Simplified or not, of an invoice or of a receipt; short enough for FatturaPA."""
    ncc = ride(product=Product.HIRE_CAR)
    given = {Provides.RIDER: rider} if rider else {}
    (draft,) = assemble(sources(ncc, charge(amount), given=given, without=() if rider else (Provides.RIDER,)))
    note = credit(Order(invoice=invoice(draft), reason="Corsa annullata", request="r-1", wish=EVERYTHING))
    issued = invoice(note, no=2)
    assert (note.title, said(note).get("document_type"), note.notes) == ("credit_note", document_type, notes)
    assert issued.number == number
    assert len(issued.number) <= 20

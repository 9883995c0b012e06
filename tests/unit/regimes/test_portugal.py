"""Portuguese law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import charge, invoice, sources, trip
from tests.parties.cast import Body, party, tax_id
from tests.parties.portugal import CAST
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.credit import EVERYTHING, Order, credit
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, Kind, NumberRange
from tripinvoice.regimes.portugal import PORTUGAL
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product, Trip

LISBON = Place(country="PT", subdivision="PT-11", municipality="1106")
DELGADA = Place(country="PT", subdivision="PT-20", municipality="4203")
FUNCHAL = Place(country="PT", subdivision="PT-30", municipality="3103")
KNOWN = CAST.parties[Provides.BUSINESS]
GERMAN = party("Weiß GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE136695976")])


def ride(**changes: Any) -> Trip:
    """A taxi through Lisbon."""
    return trip(**({"pickup": LISBON, "dropoff": LISBON} | changes))


def order(**changes: Any) -> Trip:
    """A delivery in Lisbon."""
    return ride(**({"line_of_business": LineOfBusiness.DELIVERY, "product": Product.COURIER} | changes))


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


def read(draft: Draft, no: int = 1) -> dict[str, str]:
    """The fields of the QR code, in order."""
    (code,) = invoice(draft, no=no).codes
    assert code.qr is not None
    return dict(part.split(":", 1) for part in code.qr.split("*"))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (LISBON, ["6", "13", "23"]),
        (DELGADA, ["4", "9", "16"]),
        (FUNCHAL, ["4", "12", "22"]),
        (Place(country="PT", municipality="1312"), ["6", "13", "23"]),
        (Place(country="PT", municipality="4203"), ["4", "9", "16"]),
        (Place(country="PT", municipality="3201"), ["4", "12", "22"]),
    ],
)
def test_mainland_azores_and_madeira_have_their_rates(place: Place, expected: list[str]) -> None:
    """By subdivision, else by municipality."""
    (transport,) = assemble(sources(ride(pickup=place, product=Product.HIRE_CAR)))
    goods, delivery = assemble(
        sources(order(pickup=place), charge("9.00", "food_hot", "goods"), charge("2.99", "delivery", "delivery"))
    )
    assert rates(transport, goods, delivery) == expected


def test_a_place_in_no_part_of_the_country_is_parked() -> None:
    """Nobody may guess between 4 and 6 percent."""
    with pytest.raises(MissingAnswerError, match=r"^trip\.pickup\.subdivision: missing") as caught:
        assemble(sources(ride(pickup=Place(country="PT"))))
    assert caught.value.field == "trip.pickup.subdivision"


@pytest.mark.parametrize(
    ("at", "rate"),
    [
        (datetime(2024, 9, 30, 22, 59, tzinfo=UTC), "5"),
        (datetime(2024, 9, 30, 23, 0, tzinfo=UTC), "4"),
    ],
)
def test_madeira_lowered_its_reduced_rate(at: datetime, rate: str) -> None:
    """On 1 October 2024."""
    (draft,) = assemble(sources(ride(pickup=FUNCHAL, started_at=at, ended_at=at)))
    assert rates(draft) == [rate]


def test_what_comes_on_top_of_a_fare_shares_its_rate() -> None:
    """And so does the fee for a ride that was not taken; a tip is no consideration."""
    on_top = [charge("1.00", name) for name in ("toll", "surcharge", "government_fee", "wait", "cancellation")]
    (draft,) = assemble(sources(ride(), charge("19.40"), *on_top, charge("2.00", "tip")))
    assert rates(draft) == ["6"] * 6
    assert [line.code for line in draft.outside] == ["tip"]
    no_show = ride(completion=Completion.CANCELLED_WITH_FEE, dropoff=None, distance_m=None)
    (draft,) = assemble(sources(no_show, charge("6.00", "cancellation")))
    assert rates(draft) == ["6"]


def test_meals_drinks_and_fees() -> None:
    """A deposit is no part of the price."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            *(charge("9.00", name, "goods") for name in ("food_hot", "food_cold", "drink", "alcohol", "surcharge")),
            charge("0.10", "deposit", "goods"),
            charge("2.99", "delivery", "delivery"),
            charge("1.00", "cancellation", "delivery"),
            charge("0.99", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["13", "13", "23", "23", "23"]
    assert [line.code for line in goods.outside] == ["deposit"]
    assert rates(delivery, fee) == ["23", "23", "23"]
    assert {"alcohol", "deposit", "delivery_fee"} <= {*goods.unverified}


@pytest.mark.parametrize(
    ("of", "extra"),
    [(order(), charge("9.00", "grocery", "goods")), (ride(), charge("9.00", "deposit", "transport"))],
)
def test_a_class_without_a_rule_is_refused(of: Trip, extra: Body) -> None:
    """Groceries have all three rates; a ride has no packaging."""
    sold = charge("9.00") if of == ride() else charge("9.00", "food_hot", "goods")
    with pytest.raises(UnsupportedTripError, match="PT has no rule for this tax class"):
        assemble(sources(of, sold, extra))


def test_a_small_business_charges_no_tax_and_says_why() -> None:
    """In the QR code it is the exempt amount."""
    standing = {"tax_ids": [tax_id("PT-NIF", "299900100")], "small_business": True}
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: standing}))
    assert draft.tax_lines[0].note == "small_business"
    fields = read(draft)
    assert [fields[name] for name in ("I1", "I2", "N", "O")] == ["PT", "19.40", "0.00", "19.40"]


# --- FT, FS, NC ---


@pytest.mark.parametrize(
    ("amount", "kind", "number"),
    [("100.00", Kind.RECEIPT, "FS DR-DRV-41-FS/1"), ("100.01", Kind.INVOICE, "FT DR-DRV-41/1")],
)
def test_up_to_100_euros_it_is_simplified_and_numbered_apart(amount: str, kind: Kind, number: str) -> None:
    """CIVA art. 40."""
    (draft,) = assemble(sources(ride(), charge(amount)))
    assert (draft.key.kind, draft.title, draft.simplified) == (kind, kind.value, kind is Kind.RECEIPT)
    assert invoice(draft).number == number


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        (charge("-5.00", "promotion", funded_by="supplier"), Kind.RECEIPT),
        (charge("-5.00", "promotion", funded_by="platform"), Kind.INVOICE),
        (charge("-5.00", "refund"), Kind.RECEIPT),
        (charge("5.00", "toll"), Kind.INVOICE),
        (charge("50.00", "tip"), Kind.INVOICE),
    ],
)
def test_the_limit_is_of_the_gross_amount(extra: Body, kind: Kind) -> None:
    """What the platform pays of it is a payment; a tip is no part of it."""
    (draft,) = assemble(sources(ride(), charge("104.00"), extra))
    assert draft.key.kind is kind
    assert (draft.totals.gross.minor <= 100_00) is (kind is Kind.RECEIPT)


def test_a_tip_makes_no_simplified_invoice_a_full_one() -> None:
    """It is outside of the supply."""
    (draft,) = assemble(sources(ride(), charge("99.00"), charge("50.00", "tip")))
    assert draft.key.kind is Kind.RECEIPT


def test_a_business_gets_a_fatura_whatever_the_amount() -> None:
    """With its number; and so does who wants one for the month, or pays in another currency."""
    (draft,) = assemble(sources(ride(), given={Provides.BUSINESS: KNOWN}))
    assert (draft.key.kind, draft.title) == (Kind.INVOICE, "invoice")
    monthly = {"name": "Inês Conceição", "invoicing": "monthly"}
    (draft,) = assemble(sources(ride(), given={Provides.RECIPIENT_TAX: monthly}))
    assert draft.key.kind is Kind.INVOICE
    automatic = {"name": "Inês Conceição"}
    (draft,) = assemble(sources(ride(), given={Provides.RECIPIENT_TAX: automatic}))
    assert draft.key.kind is Kind.RECEIPT


BARE: Body = {"name": "Inês Conceição"}


@pytest.mark.parametrize(
    ("amount", "given", "without", "error", "field"),
    [
        ("19.40", {Provides.SUPPLIER_TAX: {}}, (), InvalidAnswerError, "supplier.tax_ids"),
        ("100.01", {Provides.DRIVER: BARE | {"ref": "drv-41"}}, (), InvalidAnswerError, "supplier.address"),
        ("1000.00", {Provides.RIDER: BARE}, (), InvalidAnswerError, "recipient.address"),
        ("1000.00", {}, (Provides.RIDER,), MissingAnswerError, "recipient"),
        ("19.40", {Provides.BUSINESS: BARE}, (), InvalidAnswerError, "recipient.address"),
        ("19.40", {Provides.BUSINESS: KNOWN | {"tax_ids": []}}, (), InvalidAnswerError, "recipient.tax_ids"),
    ],
)
def test_what_is_missing_is_named(
    amount: str, given: dict[Provides, Body], without: tuple[Provides, ...], error: type[Exception], field: str
) -> None:
    """CIVA art. 36, 40."""
    with pytest.raises(error) as caught:
        assemble(sources(ride(), charge(amount), given=given, without=without))
    assert getattr(caught.value, "field", None) == field


def test_what_may_be_missing() -> None:
    """Up to 100 EUR the supplier's address, below 1,000 EUR the customer."""
    given: dict[Provides, Body] = {Provides.DRIVER: {"name": "João", "ref": "drv-41"}}
    (draft,) = assemble(sources(ride(), charge("100.00"), given=given, without=(Provides.RIDER,)))
    assert draft.recipient is None
    (draft,) = assemble(sources(ride(), charge("999.99"), without=(Provides.RIDER,)))
    assert draft.recipient is None


# --- ATCUD ---


@pytest.mark.parametrize(
    "registrations",
    [
        [],
        [{"supplier": "driver", "kind": "invoice", "validation_code": "JFX7FT2X"}],
        [{"supplier": "merchant", "kind": "receipt", "validation_code": "MVC3FS3Y"}],
        [{"supplier": "driver", "kind": "receipt", "period": "2026", "validation_code": "JFX7FS3Y"}],
        [{"supplier": "driver", "kind": "receipt", "prefix": "A", "first": 1, "last": 9}],
    ],
)
def test_a_series_that_the_authority_does_not_know_takes_no_number(registrations: list[Body]) -> None:
    """Of this supplier and kind, and not of one year only: the series runs on."""
    with pytest.raises(MissingAnswerError, match=r"^transport: numbering: .* series 'FS DR-DRV-41-FS'") as caught:
        assemble(sources(ride(), given={Provides.NUMBERING: {"registrations": registrations}}))
    assert caught.value.field == "numbering"
    assert len(caught.value.message) <= 300


def test_the_code_of_the_series_and_the_number_make_the_atcud() -> None:
    """With or without the period that all years share."""
    known = {"supplier": "driver", "kind": "receipt", "period": "ALL", "validation_code": "ABCD1234"}
    for registration in (known, known | {"period": None}):
        given = {Provides.NUMBERING: {"registrations": [registration]}}
        (draft,) = assemble(sources(ride(), given=given))
        (code,) = invoice(draft, no=4711).codes
        assert code.text == "ATCUD:ABCD1234-4711"


def test_a_series_runs_on_from_year_to_year() -> None:
    """So that its code does."""
    days = [datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)]
    assert {PORTUGAL.numbering_period(day) for day in days} == {"ALL"}


@pytest.mark.parametrize(
    ("amount", "series", "atcud"),
    [
        ("19.40", "PT-DR-DRV-41-FS-CN", "ATCUD:JFX7NS5W-3"),
        ("190.40", "PT-DR-DRV-41-CN", "ATCUD:JFX7NC4Z-3"),
    ],
)
def test_credit_notes_of_the_two_are_two_series(amount: str, series: str, atcud: str) -> None:
    """Each has a code of its own; the one of simplified invoices is registered with the prefix FS."""
    (draft,) = assemble(sources(ride(), charge(amount)))
    note = credit(Order(invoice=invoice(draft), reason="Viagem anulada", request="r-1", wish=EVERYTHING))
    issued = invoice(note, no=3)
    assert (note.series, note.title) == (series, "credit_note")
    assert issued.number == f"NC {series.removeprefix('PT-')}/3"
    assert issued.codes[0].text == atcud
    assert read(note, 3)["D"] == "NC"


@pytest.mark.parametrize(("amount", "prefix"), [("19.40", "FS"), ("190.40", "")])
def test_a_series_of_credit_notes_may_be_registered_after_the_trip(amount: str, prefix: str) -> None:
    """With what the order says of it; the other kind's registration does not help."""
    kinds = ("invoice", "receipt")
    known = [{"supplier": "driver", "kind": kind, "validation_code": "JFX7FT2X"} for kind in kinds]
    (draft,) = assemble(sources(ride(), charge(amount), given={Provides.NUMBERING: {"registrations": known}}))
    order = Order(invoice=invoice(draft), reason="Viagem anulada", request="r-1")
    with pytest.raises(MissingAnswerError, match=r"register it, .* then resume with its answer now"):
        credit(order)
    later = NumberRange(prefix=prefix, validation_code="LATE1234")
    other = replace(later, prefix="" if prefix else "FS")
    with pytest.raises(MissingAnswerError):
        credit(replace(order, ranges=(other,)))
    note = credit(replace(order, ranges=(other, later)))
    assert invoice(note, no=3).codes[0].text == "ATCUD:LATE1234-3"


# --- QR ---


def test_the_fields_of_a_simplified_invoice() -> None:
    """Exactly, in order."""
    (draft,) = assemble(sources(ride(), charge("18.64"), without=(Provides.RIDER,)))
    (code,) = invoice(draft, no=42).codes
    assert code.qr == (
        "A:299900100*B:999999990*C:PT*D:FS*E:N*F:20261102*G:FS DR-DRV-41-FS/42*H:JFX7FS3Y-42"
        "*I1:PT*I3:17.58*I4:1.06*N:1.06*O:18.64*Q:0*R:0"
    )


def test_three_rates_of_the_mainland() -> None:
    """Rates in the order of their fields, whatever the order of the lines; the number has no prefix."""
    goods, _ = assemble(
        sources(
            order(),
            charge("23.00", "drink", "goods"),
            charge("113.00", "food_hot", "goods"),
            charge("2.00", "delivery", "delivery"),
            given={Provides.BUSINESS: KNOWN},
        )
    )
    fields = read(goods)
    assert [*fields] == [*"ABCDEFGH", "I1", "I5", "I6", "I7", "I8", "N", "O", "Q", "R"]
    assert (fields["A"], fields["B"], fields["D"]) == ("599900148", "599900121", "FT")
    assert [fields[name] for name in ("I5", "I6", "I7", "I8", "N", "O")] == [
        *("100.00", "13.00", "18.70", "4.30"),
        *("17.30", "136.00"),
    ]


@pytest.mark.parametrize(("place", "letter", "space"), [(DELGADA, "J", "PT-AC"), (FUNCHAL, "K", "PT-MA")])
def test_the_islands_have_fields_of_their_own(place: Place, letter: str, space: str) -> None:
    """Nobody has confirmed yet that they alone may stand there."""
    (draft,) = assemble(sources(ride(pickup=place), charge("10.40")))
    fields = read(draft)
    assert [name for name in fields if name[0] in "IJK"] == [f"{letter}1", f"{letter}3", f"{letter}4"]
    assert [fields[f"{letter}{no}"] for no in (1, 3, 4)] == [space, "10.00", "0.40"]
    assert "regions" in draft.unverified


def test_islands_of_one_month_stand_beside_each_other() -> None:
    """One document may have several tax spaces."""
    (draft,) = assemble(sources(ride(pickup=FUNCHAL), charge("10.40")))
    (azores,) = assemble(sources(ride(pickup=DELGADA), charge("10.40")))
    both = replace(draft, facts=(*draft.facts, *azores.facts), tax_lines=draft.tax_lines)
    assert [name for name in read(both) if name[0] in "IJK"] == ["J1", "J3", "J4", "K1", "K3", "K4"]


def test_a_foreign_business_owes_the_tax_of_services() -> None:
    """What is not taxed in Portugal has a field of its own, and the tax space is none."""
    platform = CAST.parties[Provides.PLATFORM] | {"tax_ids": [tax_id("VAT", "PT599900130")]}
    _, fee = assemble(
        sources(
            ride(),
            charge("19.40"),
            charge("1.00", "platform_fee", "platform_fee"),
            given={Provides.BUSINESS: GERMAN, Provides.PLATFORM: platform},
        )
    )
    fields = read(fee)
    assert fee.tax_lines[0].note == "reverse_charge"
    assert [fields[name] for name in ("B", "C", "I1", "L", "N", "O")] == [
        *("DE136695976", "DE", "0", "1.00"),
        *("0.00", "1.00"),
    ]


def test_who_writes_his_suppliers_invoices_says_so() -> None:
    """State S: autofaturação."""
    given: dict[Provides, Body] = {Provides.RECIPIENT_TAX: KNOWN | {"kind": "company", "self_billing_consent": "c-1"}}
    (draft,) = assemble(sources(ride(), given=given))
    assert read(draft)["E"] == "S"


def test_the_code_is_in_euros() -> None:
    """Whatever the document is in."""
    rate = {"currency": "CHF", "into": "EUR", "rate": "1.0500", "published": "2026-11-02", "source": "BCE"}
    francs: Body = {"currency": "CHF", "charges": [charge("106.00")]}
    (draft,) = assemble(sources(ride(), given={Provides.CHARGES: francs, Provides.EXCHANGE_RATE: rate}))
    fields = read(draft)
    assert draft.key.kind is Kind.INVOICE
    assert [fields[name] for name in ("I3", "I4", "N", "O")] == ["105.00", "6.30", "6.30", "111.30"]


def test_nothing_pretends_to_be_certified_software() -> None:
    """Q and R are 0, and that counts as unverified."""
    (draft,) = assemble(sources(ride()))
    fields = read(draft)
    assert (fields["Q"], fields["R"]) == ("0", "0")
    assert draft.unverified == ("certified_software",)

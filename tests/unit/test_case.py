"""A trip's case: answers checked, cleaned and merged."""

import unicodedata
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.factories import answer, card, charge, charges
from tripinvoice.answers import Provides, TaxProfile
from tripinvoice.case import Case, Charge, Journey, clean, read_case
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError
from tripinvoice.invoice import Contact, Contract, Party, Payment, TaxId, account_key
from tripinvoice.money import Money
from tripinvoice.money_systems import Answer, Sources


def case_of(*answers: Answer) -> Case:
    """The case of a Berlin ride with only these answers."""
    return read_case(Sources(trip=factories.trip(), answers=answers))


FARE = answer(Provides.CHARGES, charges(charge("12.40")), system="fares")


def test_the_least_case_is_a_trip_and_a_fare() -> None:
    """Everything else is unknown."""
    fare = Charge(
        field="fares.charges.0",
        code="fare",
        contract=Contract.TRANSPORT,
        tax_class="transport",
        amount=Money(1240, "EUR"),
    )
    assert case_of(FARE) == Case(
        trip=factories.trip(), currency="EUR", charges=(fare,), parties={}, refs={}, tax_profiles={}
    )


def test_charges_and_payments_of_all_systems_are_joined_in_order() -> None:
    """A trip has many money systems."""
    case = case_of(
        FARE,
        answer(Provides.CHARGES, charges(charge("2.00", "toll"), charge("1.50", "tip")), system="extras"),
        answer(Provides.CHARGES, None, system="wait-times"),
        answer(Provides.PAYMENTS, card("10.00"), system="cards"),
        answer(
            Provides.PAYMENTS, {"currency": "EUR", "payments": [{"method": "cash", "amount": "5.90"}]}, system="cash"
        ),
    )
    assert [(c.field, str(c.amount)) for c in case.charges] == [
        ("fares.charges.0", "12.40 EUR"),
        ("extras.charges.0", "2.00 EUR"),
        ("extras.charges.1", "1.50 EUR"),
    ]
    assert case.payments == (
        Payment(method="card", detail="Visa ·· 4242", amount=Money(1000, "EUR")),
        Payment(method="cash", amount=Money(590, "EUR")),
    )


def test_a_charge_keeps_quantity_unit_text_and_sponsor() -> None:
    """As the upstream sent them."""
    sent = charge("-2.00", "promotion", description="Welcome!", quantity="1.5", unit="KMT", funded_by="supplier")
    (read,) = case_of(answer(Provides.CHARGES, charges(sent))).charges
    assert (read.description, read.quantity, read.unit, read.funded_by) == (
        "Welcome!",
        Decimal("1.5"),
        "KMT",
        "supplier",
    )


def test_contracts_come_in_the_order_of_the_enumeration() -> None:
    """Whatever order the charges came in."""
    case = read_case(
        factories.sources(None, charge("1.00", "platform_fee", "platform_fee"), charge("9.00"), charge("2.00", "toll"))
    )
    assert case.contracts == (Contract.TRANSPORT, Contract.PLATFORM_FEE)
    assert [str(c.amount) for c in case.charges_of(Contract.TRANSPORT)] == ["9.00 EUR", "2.00 EUR"]


def test_what_came_on_top_of_the_price_stands_below_it() -> None:
    """Tip last, tolls before it, whichever system answered first; equals stay as they were answered."""
    said = [("1.00", "tip"), ("6.12", "toll"), ("0.50", "surcharge"), ("2.50", "surcharge"), ("17.50", "transport")]
    case = case_of(answer(Provides.CHARGES, charges(*(charge(amount, kind) for amount, kind in said))))
    assert ["17.50 EUR", "0.50 EUR", "2.50 EUR", "6.12 EUR", "1.00 EUR"] == [
        str(c.amount) for c in case.charges_of(Contract.TRANSPORT)
    ]


def test_parties_profiles_city_and_journey_are_by_kind() -> None:
    """And their references are known, from the trip record or from themselves."""
    case = read_case(factories.sources())
    assert case.party(Provides.FLEET) == Party(
        name="Taxi Krüger e. K.", address=("Sonnenallee 88",), postcode="12045", city="Berlin", country="DE"
    )
    assert case.ref(Provides.FLEET) == "flt-7"
    assert case.tax_profile(Provides.SUPPLIER_TAX).tax_ids[0].value == "37/181/50815"
    assert case.city is not None
    assert case.city.name == "Berlin"
    assert case.journey.vehicle == "B-TX 1234"


def test_a_party_may_bring_its_own_reference() -> None:
    """Where the trip record does not name it."""
    platform = answer(Provides.PLATFORM, {"name": "Platform", "ref": "entity-1"})
    assert case_of(FARE, platform).ref(Provides.PLATFORM) == "entity-1"


def test_a_party_under_another_reference_is_refused() -> None:
    """The driver system answered about somebody else."""
    with pytest.raises(InvalidAnswerError, match="about another driver than the trip record names") as caught:
        case_of(
            FARE,
            answer(Provides.TRIP, {"driver_ref": "drv-1"}),
            answer(Provides.DRIVER, {"name": "Somebody", "ref": "drv-2"}),
        )
    assert caught.value.field == "driver.ref"


def test_the_recipient_is_the_business_else_the_rider() -> None:
    """Whoever pays needs the invoice."""
    rider = answer(Provides.RIDER, {"name": "Rider"})
    business = answer(Provides.BUSINESS, {"name": "Business"})
    assert case_of(FARE, rider, business).recipient == Party(name="Business")
    assert case_of(FARE, rider).recipient == Party(name="Rider")
    assert case_of(FARE).recipient is None


def test_what_nobody_said_is_missing_when_it_is_needed() -> None:
    """The error names the role."""
    case = case_of(FARE, answer(Provides.CITY, {"name": "Leeds"}))
    asks: list[tuple[Any, str]] = [
        (lambda: case.party(Provides.MERCHANT), "merchant"),
        (lambda: case.ref(Provides.DRIVER), "driver"),
        (lambda: case.tax_profile(Provides.COURIER_TAX), "courier_tax"),
        (case.licensing_authority, "city"),
        (case_of(FARE).licensing_authority, "city"),
    ]
    for ask, role in asks:
        with pytest.raises(MissingAnswerError, match=rf"^{role}: no money system says") as caught:
            ask()
        assert caught.value.field == role


def test_two_systems_may_agree_but_not_contradict() -> None:
    """One answer of each kind, except amounts."""
    first = answer(Provides.CITY, {"name": "Berlin"}, system="cities")
    assert case_of(FARE, first, replace(first, system="places")).city is not None
    with pytest.raises(InvalidAnswerError, match=r"^city: cities and places contradict each other"):
        case_of(FARE, first, answer(Provides.CITY, {"name": "Bonn"}, system="places"))


@pytest.mark.parametrize(
    "other",
    [
        answer(Provides.CHARGES, charges(currency="GBP"), system="tolls"),
        answer(Provides.PAYMENTS, card("12.40", "USD"), system="tolls"),
    ],
)
def test_a_trip_has_one_currency(other: Answer) -> None:
    """Charges and payments alike."""
    with pytest.raises(InvalidAnswerError, match="tolls and fares answer in different currencies") as caught:
        case_of(FARE, other)
    assert caught.value.field == "tolls.currency"


def test_amounts_that_may_still_change_are_not_invoiced() -> None:
    """The system must settle them first."""
    with pytest.raises(MissingAnswerError, match=r"fares.final: the amounts may still change"):
        case_of(answer(Provides.CHARGES, charges(charge("12.40"), final=False), system="fares"))


@pytest.mark.parametrize("answers", [(), (answer(Provides.CHARGES, charges()),), (answer(Provides.CHARGES, None),)])
def test_no_charge_at_all_is_a_missing_fare(answers: tuple[Answer, ...]) -> None:
    """Silence, an empty list and no answer alike."""
    with pytest.raises(MissingAnswerError, match=r"^fare: no money system charged anything"):
        case_of(*answers)


def test_fractions_of_a_cent_are_named_with_their_place() -> None:
    """System, position and field."""
    with pytest.raises(InvalidAnswerError, match="EUR has 2 decimals") as caught:
        case_of(answer(Provides.CHARGES, charges(charge("1.00"), charge("0.005")), system="fares"))
    assert caught.value.field == "fares.charges.1.amount"
    with pytest.raises(InvalidAnswerError) as caught:
        case_of(FARE, answer(Provides.PAYMENTS, card("12.401")))
    assert caught.value.field == "payments.payments.0.amount"


@pytest.mark.parametrize("field", ["started_at", "ended_at"])
def test_a_time_without_a_zone_is_refused(field: str) -> None:
    """It would mean something else on another machine."""
    naive = {field: datetime(2026, 11, 2, 17)}  # noqa: DTZ001 (the point of the test)
    with pytest.raises(InvalidTripError, match=rf"trip\.{field}: found a time without a zone"):
        read_case(Sources(trip=factories.trip(**naive), answers=(FARE,)))


def test_a_trip_does_not_end_before_it_starts() -> None:
    """The event is wrong."""
    good = factories.trip()
    with pytest.raises(InvalidTripError, match=r"trip\.ended_at: found a time before"):
        read_case(Sources(trip=replace(good, started_at=good.ended_at, ended_at=good.started_at), answers=(FARE,)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ju\u0308rgen", "Jürgen"),
        ("a\x00b\x1b[31mc\x7f\x85d\x9b", "ab[31mc d"),
        ("two\r\nlines\tand\u2028more", "two lines and more"),
        ("safe\u202eexe.fdp\u2066\u2069", "safeexe.fdp"),
        ("مطعم الشرق", "مطعم الشرق"),
        ("\u200fשלום\u200f", "\u200fשלום\u200f"),
        ("<script>{{ 7 * 7 }}</script>", "<script>{{ 7 * 7 }}</script>"),
        (" \n ", ""),
    ],
)
def test_outside_text_is_cleaned(text: str, expected: str) -> None:
    """Controls and direction overrides go; letters of every script and markup stay as they are."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    "code", [*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)], ids=hex
)
def test_every_control_and_direction_override_goes(code: int) -> None:
    """C0, C1, line separators, U+202A to U+202E, U+2066 to U+2069."""
    assert clean(f"a{chr(code)}b") in {"ab", "a b"}


@pytest.mark.parametrize("code", [0x20, 0x7E, 0xA1, 0x200E, 0x2027, 0x202F, 0x2065, 0x206A], ids=hex)
def test_their_neighbours_stay(code: int) -> None:
    """Nothing more is removed than must be."""
    assert clean(f"a{chr(code)}b") == f"a{chr(code)}b"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    """Clean text is a fixed point, printable in one line, in NFC."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert all(unicodedata.category(char) != "Cc" for char in cleaned)


def test_all_texts_of_a_case_are_clean() -> None:
    """Whatever system they come from; texts that vanish are left out."""
    dirty = "\x07Ju\u0308rgen\u202e"
    case = case_of(
        answer(Provides.CHARGES, charges(charge("1.00", description=dirty), charge("1.00", description="\x00"))),
        answer(
            Provides.RIDER,
            {
                "name": dirty,
                "address": [dirty, "\x00"],
                "postcode": "\x001",
                "city": dirty,
                "tax_ids": [{"scheme": "VAT", "value": "\x00DE999999018"}],
            },
        ),
        answer(Provides.SUPPLIER_TAX, {"tax_ids": [{"scheme": "VAT", "value": "DE\n999999018"}]}),
        answer(Provides.JOURNEY, {"pickup": dirty, "dropoff": "\x00", "vehicle": dirty}),
        answer(
            Provides.PAYMENTS,
            {"currency": "EUR", "payments": [{"method": "card", "amount": "2.00", "brand": dirty}]},
        ),
    )
    assert [c.description for c in case.charges] == ["Jürgen", None]
    assert case.party(Provides.RIDER) == Party(
        name="Jürgen",
        address=("Jürgen",),
        postcode="1",
        city="Jürgen",
        tax_ids=(TaxId(scheme="VAT", value="DE999999018"),),
    )
    profile = case.tax_profile(Provides.SUPPLIER_TAX)
    assert isinstance(profile, TaxProfile)
    assert profile.tax_ids[0].value == "DE 999999018"
    assert case.journey == Journey(pickup="Jürgen", vehicle="Jürgen")
    assert case.payments is not None
    assert case.payments[0].detail == "Jürgen"


def test_a_tax_id_may_get_longer_when_it_is_composed() -> None:
    """U+0958 has no composed form of its own: within the bounds as it was sent, it is accepted."""
    case = case_of(FARE, answer(Provides.SUPPLIER_TAX, {"tax_ids": [{"scheme": "OWN", "value": "\u0958" * 200}]}))
    assert case.tax_profile(Provides.SUPPLIER_TAX).tax_ids[0].value == "\u0915\u093c" * 200


def test_a_contact_is_as_complete_as_it_is_known() -> None:
    """Public authorities want all of it, others none."""
    whom = {"name": " Abrechnung\x07", "phone": "+49 30 5555 0100", "email": "rechnung@mobility.example"}
    for sent, read in (
        (whom, Contact(name="Abrechnung", phone="+49 30 5555 0100", email="rechnung@mobility.example")),
        ({"name": "\x07"}, Contact()),
        (None, None),
    ):
        case = case_of(FARE, answer(Provides.RIDER, {"name": "A", "contact": sent}))
        assert case.party(Provides.RIDER).contact == read


@pytest.mark.parametrize("contact", [{"phone": "call me"}, {"email": "nobody"}, {"email": "a@b"}])
def test_a_contact_that_cannot_be_reached_is_refused(contact: dict[str, str]) -> None:
    """It names the field."""
    (part,) = contact
    with pytest.raises(InvalidAnswerError, match=f"contact.{part}: not acceptable"):
        case_of(FARE, answer(Provides.RIDER, {"name": "A", "contact": contact}))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "\u202e\x00"}, "rider.name"),
        ({"name": "A", "tax_ids": [{"scheme": "VAT", "value": "\x00"}]}, "rider.tax_ids.0.value"),
    ],
)
def test_a_required_text_must_not_vanish(body: dict[str, Any], field: str) -> None:
    """A name of control characters only is no name."""
    with pytest.raises(InvalidAnswerError, match="without a printable character") as caught:
        case_of(FARE, answer(Provides.RIDER, body))
    assert caught.value.field == field


@pytest.mark.parametrize("role", [Provides.RIDER, Provides.SUPPLIER_TAX])
def test_a_number_with_wrong_check_digits_is_refused(role: Provides) -> None:
    """It names the field and the scheme; the number itself stays out of the message."""
    ids = [{"scheme": "TLC", "value": "7K42"}, {"scheme": "VAT", "value": "DE 999 999 019"}]
    body = {"name": "A", "tax_ids": ids} if role is Provides.RIDER else {"tax_ids": ids}
    with pytest.raises(InvalidAnswerError, match=r"cannot be a number of scheme VAT: .*; mend it") as caught:
        case_of(FARE, answer(role, body))
    assert caught.value.field == f"{role}.tax_ids.1.value"
    assert "999" not in caught.value.message


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ({}, ""),
        ({Provides.RIDER: {"name": "Rider"}}, ""),
        ({Provides.RIDER: {"name": "Rider", "ref": "rdr-1"}}, account_key("rdr-1")),
        ({Provides.BUSINESS: {"name": "Business", "ref": "biz-1"}}, account_key("biz-1")),
        (
            {Provides.RIDER: {"name": "Rider", "ref": "rdr-1"}, Provides.BUSINESS: {"name": "B", "ref": "biz-1"}},
            account_key("biz-1"),
        ),
        # The business pays, and the rider's documents are not its.
        ({Provides.RIDER: {"name": "Rider", "ref": "rdr-1"}, Provides.BUSINESS: {"name": "B"}}, ""),
    ],
    ids=["nobody", "rider without reference", "rider", "business", "both", "business without reference"],
)
def test_the_account_is_the_recipients(parties: dict[Provides, Any], expected: str) -> None:
    """Whoever is invoiced finds the document, and nobody else does."""
    assert case_of(FARE, *(answer(role, body) for role, body in parties.items())).account == expected


def test_a_riders_profile_adds_references_to_the_accounts() -> None:
    """The account that pays decides how it is invoiced; what it does not say about this trip, the rider may."""
    account = factories.PARTIES["DE"][Provides.BUSINESS] | {"invoicing": "monthly", "purchase_order": "PO-1"}
    rider = {"name": "Jürgen Weiß", "buyer_reference": "KST 4711", "purchase_order": "PO-2"}
    case = read_case(factories.sources(given={Provides.BUSINESS: account, Provides.RECIPIENT_TAX: rider}))
    profile = case.recipient_profile
    assert profile is not None
    assert (profile.invoicing, profile.buyer_reference, profile.purchase_order) == ("monthly", "KST 4711", "PO-1")
    assert case.recipient == case.parties[Provides.BUSINESS]

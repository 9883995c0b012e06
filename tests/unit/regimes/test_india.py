"""Indian law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body, party, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Fact, IssuerMode, Kind, TaxCategory
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.india import INDIA, financial_year
from tripinvoice.trip import LineOfBusiness, Place, Product

BENGALURU = Place(country="IN", subdivision="IN-KA")
PARTY = PARTIES["IN"]
RIDER, BUSINESS = PARTY[Provides.RIDER], PARTY[Provides.BUSINESS]


def ride(**changes: Any) -> Any:
    """A taxi ride in Bengaluru."""
    return trip(pickup=BENGALURU, dropoff=BENGALURU, **changes)


def order(**changes: Any) -> Any:
    """A delivery in Bengaluru."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, **changes)


def meal(amount: str = "420.00", tax_class: str = "food_hot") -> Body:
    """Something of the restaurant's."""
    return charge(amount, tax_class, "goods")


def shop(**standing: Any) -> dict[Provides, Body]:
    """A merchant who sells goods, and how he stands with the tax office."""
    return {Provides.MERCHANT_TAX: {"traits": ["shop"], "tax_ids": PARTY[Provides.MERCHANT_TAX]["tax_ids"], **standing}}


def registered_in(state: str) -> dict[Provides, Body]:
    """The operator's registration in another state."""
    numbers = {"04": "04ZZZCF0001A1Z7", "07": "07ZZZCF0001A1Z1", "27": "27ZZZCF0001A1ZZ"}
    return {Provides.PLATFORM: {**PARTY[Provides.PLATFORM], "tax_ids": [tax_id("IN-GSTIN", numbers[state])]}}


def parts(draft: Draft) -> list[tuple[str, str, str]]:
    """The taxes of the document's first rate, with their rates and amounts."""
    line = draft.tax_lines[0]
    return [(part.name, str(part.tax_rate), str(part.tax.decimal)) for part in line.parts] or [
        (line.name, str(line.tax_rate), str(line.tax.decimal))
    ]


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize(
    ("gross", "half"), [("210.00", "5.00"), ("199.99", "4.76"), ("100.00", "2.38"), ("0.21", "0.01"), ("0.10", "0.00")]
)
def test_a_ride_bears_five_percent_in_equal_halves(gross: str, half: str) -> None:
    """The half is rounded and taken twice; the gross stays what was charged."""
    (draft,) = assemble(sources(ride(), charge(gross)))
    assert parts(draft) == [("CGST", "2.5", half), ("SGST", "2.5", half)]
    assert str(draft.totals.gross.decimal) == gross
    assert draft.tax_lines[0].name == "GST"


@pytest.mark.parametrize(
    ("product", "sac"), [(Product.TAXI, "996412"), (Product.HIRE_CAR, "996412"), (Product.MOTO, "996411")]
)
def test_the_operator_is_the_supplier_of_a_ride_by_law(product: Product, sac: str) -> None:
    """Whoever drove; the driver is named."""
    (draft,) = assemble(sources(ride(product=product), charge("210.00"), charge("20.00", "toll")))
    assert draft.issuer_mode is IssuerMode.DEEMED_SUPPLIER
    assert draft.supplier == draft.issuer
    assert draft.supplier.name == "Example Mobility India Private Limited"
    assert draft.series == "IN-OP-EXAMPLE-KA"
    assert [line.classification for line in draft.lines] == [sac, sac]
    assert draft.facts == (
        Fact(label="place_of_supply", value="29-Karnataka"),
        Fact(label="provided_by", value="Manjunath Gowda"),
    )
    assert draft.notes == ("no_reverse_charge", "electronic")
    assert draft.title == "invoice"


def test_a_driver_need_not_be_known() -> None:
    """The law asks for the operator only."""
    (draft,) = assemble(sources(ride(), without=(Provides.DRIVER,)))
    assert [fact.label for fact in draft.facts] == ["place_of_supply"]


@pytest.mark.parametrize("tax_class", ["toll", "surcharge", "government_fee", "wait", "cancellation"])
def test_what_comes_on_top_of_a_ride_is_part_of_it(tax_class: str) -> None:
    """One rate on the whole value."""
    (draft,) = assemble(sources(ride(), charge("210.00"), charge("31.50", tax_class)))
    assert rates(draft) == ["5", "5"]


def test_a_tip_is_outside_the_supply() -> None:
    """Shown and paid, not taxed."""
    (draft,) = assemble(sources(ride(), charge("210.00"), charge("20.00", "tip"), paid="230.00"))
    assert [str(line.gross) for line in draft.outside] == ["20.00 INR"]
    assert str(draft.totals.gross) == "210.00 INR"


def test_the_passenger_boards_in_another_state_than_the_operators() -> None:
    """Then the tax is integrated."""
    (draft,) = assemble(sources(ride(), charge("210.00"), given=registered_in("27")))
    assert parts(draft) == [("IGST", "5", "10.00")]


@pytest.mark.parametrize(
    ("subdivision", "fact", "taxes"),
    [
        ("IN-CH", "04-Chandigarh", ["CGST", "UTGST"]),
        ("IN-DL", "07-Delhi", ["IGST"]),
        ("IN-HR", "06-Haryana", ["IGST"]),
    ],
)
def test_a_union_territory_without_a_legislature_has_a_tax_of_its_own(
    subdivision: str, fact: str, taxes: list[str]
) -> None:
    """Chandigarh does; Delhi levies SGST as the states do."""
    of = trip(pickup=Place(country="IN", subdivision=subdivision), dropoff=BENGALURU)
    (draft,) = assemble(sources(of, charge("210.00"), given=registered_in("04")))
    assert [name for name, *_ in parts(draft)] == taxes
    assert draft.facts[0].value == fact


def test_delhi_levies_state_tax() -> None:
    """It has a legislature."""
    of = trip(pickup=Place(country="IN", subdivision="IN-DL"), dropoff=None)
    (draft,) = assemble(sources(of, charge("210.00"), given=registered_in("07")))
    assert [name for name, *_ in parts(draft)] == ["CGST", "SGST"]


@pytest.mark.parametrize(
    ("old", "new"), [("IN-UT", "IN-UK"), ("IN-OR", "IN-OD"), ("IN-CT", "IN-CG"), ("IN-TG", "IN-TS")]
)
def test_states_that_changed_their_code_are_known_by_both(old: str, new: str) -> None:
    """ISO 3166-2 changed them in 2023."""
    facts = {
        assemble(sources(trip(pickup=Place(country="IN", subdivision=code), dropoff=None)))[0].facts[0]
        for code in (old, new)
    }
    assert len(facts) == 1


def test_a_registered_person_is_supplied_where_he_is_registered() -> None:
    """A company of Maharashtra whose people ride in Karnataka: integrated tax."""
    company = {**BUSINESS, "tax_ids": [tax_id("IN-GSTIN", "27ZZZCE0008H1ZF")], "postcode": None, "subdivision": None}
    (draft,) = assemble(sources(ride(), charge("210.00"), given={Provides.BUSINESS: company}))
    assert draft.facts[0].value == "27-Maharashtra"
    assert parts(draft) == [("IGST", "5", "10.00")]
    assert "no_irn" not in draft.notes


def test_a_meal_is_supplied_where_the_restaurant_is() -> None:
    """To a registered person too; he is told that the invoice of the portal is the original."""
    company = {**BUSINESS, "tax_ids": [tax_id("IN-GSTIN", "27ZZZCE0008H1ZF")]}
    food, fee = assemble(
        sources(
            order(),
            meal(),
            charge("5.90", "platform_fee", "platform_fee"),
            given={Provides.BUSINESS: company},
        )
    )
    assert [draft.facts[0].value for draft in (food, fee)] == ["29-Karnataka", "27-Maharashtra"]
    assert [name for name, *_ in parts(food)] == ["CGST", "SGST"]
    assert parts(fee) == [("IGST", "18", "0.90")]
    assert "no_irn" in food.notes
    assert "no_irn" in fee.notes


def test_an_order_is_a_meal_a_delivery_and_a_fee() -> None:
    """Two invoices and a third, in one series of the operator's: 5 %, and 18 % for what it does itself."""
    food, delivery, fee = assemble(
        sources(
            order(),
            *(meal("105.00", tax_class) for tax_class in ("food_hot", "food_cold", "drink", "surcharge", "delivery")),
            meal("105.00", "cancellation"),
            charge("29.50", "delivery", "delivery"),
            charge("11.80", "surcharge", "delivery"),
            charge("5.90", "platform_fee", "platform_fee"),
            charge("2.36", "surcharge", "platform_fee"),
        )
    )
    assert rates(food) == ["5"] * 6
    assert rates(delivery, fee) == ["18"] * 4
    assert [draft.issuer_mode for draft in (food, delivery, fee)] == [
        IssuerMode.DEEMED_SUPPLIER,
        IssuerMode.OWN,
        IssuerMode.OWN,
    ]
    assert {draft.series for draft in (food, delivery, fee)} == {"IN-OP-EXAMPLE-KA"}
    assert {line.classification for line in food.lines} == {"996331"}
    assert [draft.lines[0].classification for draft in (delivery, fee)] == ["996813", "998599"]
    assert food.facts[1:] == (
        Fact(label="provided_by", value="Udupi Thindi Mane"),
        Fact(label="food_licence", value="11226999000123"),
    )


@pytest.mark.parametrize(
    ("registered", "mode", "name"),
    [
        (False, IssuerMode.DEEMED_SUPPLIER, "Example Mobility India Private Limited"),
        (True, IssuerMode.ON_BEHALF, "Salim Pasha"),
    ],
)
def test_a_courier_supplies_himself_only_if_he_is_registered(registered: bool, mode: IssuerMode, name: str) -> None:  # noqa: FBT001
    """For the others the operator owes the tax, since 22 September 2025."""
    given = {
        Provides.COURIER: PARTY[Provides.COURIER],
        Provides.COURIER_TAX: {"vat_registered": registered, "tax_ids": [tax_id("IN-GSTIN", "29ZZZCA0002B1ZX")]},
    }
    _, delivery = assemble(sources(order(), meal(), charge("29.50", "delivery", "delivery"), given=given))
    assert (delivery.issuer_mode, delivery.supplier.name) == (mode, name)
    assert rates(delivery) == ["18"]
    assert "courier" in delivery.unverified
    assert ("provided_by" in {fact.label for fact in delivery.facts}) is not registered


@pytest.mark.parametrize(
    ("ended_at", "known"),
    [
        (datetime(2025, 9, 21, 18, 29, tzinfo=UTC), False),
        (datetime(2025, 9, 21, 18, 30, tzinfo=UTC), True),
    ],
)
def test_before_that_nobody_knows_the_tax_of_an_unregistered_couriers_delivery(
    ended_at: datetime,
    known: bool,  # noqa: FBT001
) -> None:
    """It begins at midnight in India."""
    given = {Provides.COURIER_TAX: {"vat_registered": False}}
    of = order(started_at=ended_at, ended_at=ended_at)
    evidence = sources(of, meal(), charge("29.50", "delivery", "delivery"), given=given)
    if known:
        assert len(assemble(evidence)) == 2
        return
    with pytest.raises(UnsupportedTripError, match="no 'local_delivery' GST rate"):
        assemble(evidence)


def test_a_hotels_restaurant_supplies_itself() -> None:
    """At specified premises, at 18 %; the operator writes for it."""
    given = {Provides.MERCHANT_TAX: {**PARTY[Provides.MERCHANT_TAX], "traits": ["specified_premises"]}}
    (draft,) = assemble(sources(order(), meal("590.00"), given=given))
    assert (draft.supplier.name, draft.issuer_mode) == ("Udupi Thindi Mane", IssuerMode.ON_BEHALF)
    assert parts(draft) == [("CGST", "9", "45.00"), ("SGST", "9", "45.00")]
    assert draft.series == "IN-ME-MRC-64"
    assert {"specified_premises", "hotel_restaurant"} <= set(draft.unverified)
    assert [fact.label for fact in draft.facts] == ["place_of_supply"]


def test_the_composition_levy_gives_a_bill_of_supply() -> None:
    """No tax, no place of supply; its recipient needs no address."""
    (draft,) = assemble(
        sources(order(), meal("120.00", "grocery"), given=shop(small_business=True), without=(Provides.RIDER,))
    )
    assert (draft.title, draft.totals.tax.minor, draft.facts) == ("bill_of_supply", 0, ())
    assert draft.notes == ("electronic",)
    assert draft.tax_lines[0].tax_category is TaxCategory.OUTSIDE
    assert draft.supplier.name == "Udupi Thindi Mane"


def test_a_bill_of_supply_needs_the_registration() -> None:
    """Rule 49(a)."""
    bare = shop(small_business=True, tax_ids=[])
    with pytest.raises(InvalidAnswerError, match=r"^goods: supplier\.tax_ids"):
        assemble(sources(order(), meal("120.00", "grocery"), given=bare))


def test_a_shop_that_is_not_registered_issues_a_plain_invoice() -> None:
    """It says so, and names no number."""
    given = shop(vat_registered=False, tax_ids=[])
    (draft,) = assemble(sources(order(), meal("120.00", "grocery"), meal("10.00", "surcharge"), given=given))
    assert (draft.title, draft.tax_lines[0].note, draft.notes) == ("invoice_untaxed", "not_registered", ())


@pytest.mark.parametrize(
    ("given", "tax_class"),
    [(shop(), "grocery"), (shop(small_business=True), "alcohol"), ({}, "grocery"), ({}, "alcohol"), ({}, "deposit")],
)
def test_what_has_no_known_rate_is_refused(given: dict[Provides, Body], tax_class: str) -> None:
    """A shop's goods have the rates of their HSN codes; alcohol is taxed by the states, not by GST."""
    with pytest.raises(UnsupportedTripError, match="IN has no rule for this tax class"):
        assemble(sources(order(), meal("120.00", tax_class), given=given))


@pytest.mark.parametrize(
    ("given", "without", "error", "field"),
    [
        ({}, (Provides.RIDER,), MissingAnswerError, "recipient"),
        ({Provides.RIDER: {"name": "Ananya Krishnan"}}, (), InvalidAnswerError, "recipient.address"),
        ({Provides.RIDER: {**RIDER, "postcode": None}}, (), InvalidAnswerError, "recipient.postcode"),
        ({Provides.RIDER: {**RIDER, "postcode": "056001"}}, (), InvalidAnswerError, "recipient.postcode"),
        ({Provides.RIDER: {**RIDER, "subdivision": None}}, (), InvalidAnswerError, "recipient.subdivision"),
        ({Provides.RIDER: {**RIDER, "subdivision": "DE-BE"}}, (), InvalidAnswerError, "recipient.subdivision"),
        (
            {Provides.BUSINESS: {**BUSINESS, "tax_ids": [tax_id("IN-GSTIN", "99ZZZCE0008H1Z4")]}},
            (),
            InvalidAnswerError,
            "recipient.tax_ids",
        ),
        (
            {Provides.PLATFORM: {**PARTY[Provides.PLATFORM], "tax_ids": []}},
            (),
            InvalidAnswerError,
            "supplier.tax_ids",
        ),
        (
            {Provides.PLATFORM: {**PARTY[Provides.PLATFORM], "tax_ids": [tax_id("IN-GSTIN", "28ZZZCF0001A1ZX")]}},
            (),
            InvalidAnswerError,
            "supplier.tax_ids",
        ),
        ({Provides.PLATFORM: {**PARTY[Provides.PLATFORM], "address": []}}, (), InvalidAnswerError, "supplier.address"),
        ({Provides.PLATFORM: {**PARTY[Provides.PLATFORM], "ref": None}}, (), MissingAnswerError, "platform"),
    ],
)
def test_both_parties_are_named_in_full(
    given: dict[Provides, Body], without: tuple[Provides, ...], error: type[Exception], field: str
) -> None:
    """Whatever the value: rule 46 with its proviso for services through an operator."""
    with pytest.raises(error) as caught:
        assemble(sources(ride(), charge("85.00"), given=given, without=without))
    assert getattr(caught.value, "field", None) == field


def test_a_pin_code_may_be_written_with_a_space() -> None:
    """As people do."""
    (draft,) = assemble(sources(ride(), given={Provides.RIDER: {**RIDER, "postcode": "560 011"}}))
    assert draft.recipient is not None


def test_a_fee_needs_the_state_of_its_recipient() -> None:
    """It is supplied there."""
    fee = charge("5.90", "platform_fee", "platform_fee")
    with pytest.raises(InvalidAnswerError, match=r"^recipient\.subdivision: missing or no state of India"):
        assemble(sources(ride(), charge("85.00"), fee, without=(Provides.RIDER,)))


@pytest.mark.parametrize("subdivision", [None, "DE-BE", "IN-XX"])
def test_a_ride_needs_the_state_where_it_began(subdivision: str | None) -> None:
    """The tax depends on it."""
    with pytest.raises(InvalidTripError) as caught:
        assemble(sources(trip(pickup=Place(country="IN", subdivision=subdivision), dropoff=None)))
    assert caught.value.field == "trip.pickup.subdivision"


def test_no_customer_writes_the_suppliers_invoices() -> None:
    """Self-billing is no Indian way of invoicing."""
    company = party("Krishnan Textiles", "88, Whitefield Main Road", "560066", "Bengaluru", "IN", subdivision="IN-KA")
    given = {
        Provides.RECIPIENT_TAX: {**company, "kind": "company", "self_billing_consent": "sb-1"},
        Provides.MERCHANT_TAX: {**PARTY[Provides.MERCHANT_TAX], "traits": ["specified_premises"]},
    }
    with pytest.raises(UnsupportedTripError) as caught:
        assemble(sources(order(), meal(), given=given))
    assert caught.value.field == "self_billing_consent"


def test_who_pays_cash_pays_whole_rupees() -> None:
    """Up to half a rupee more or less."""
    given = {Provides.PAYMENTS: {"currency": "INR", "payments": [{"method": "cash", "amount": "211.00"}]}}
    (draft,) = assemble(sources(ride(), charge("210.60"), given=given))
    assert str(draft.rounding) == "0.40 INR"


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (datetime(2027, 3, 31, 18, 29, 59, tzinfo=UTC), "2026-27"),
        (datetime(2027, 3, 31, 18, 30, tzinfo=UTC), "2027-28"),
        (datetime(2026, 12, 31, 18, 30, tzinfo=UTC), "2026-27"),
        (datetime(2099, 12, 31, 12, tzinfo=UTC), "2099-00"),
    ],
)
def test_numbers_begin_again_in_april(moment: datetime, period: str) -> None:
    """At midnight in India, not at midnight UTC, and not in January."""
    assert INDIA.numbering_period(moment) == period


@pytest.mark.parametrize(("no", "number"), [(1, "26OPI-000000001"), (9_999_999_999, "26OPI-9999999999")])
def test_a_number_has_at_most_sixteen_characters(no: int, number: str) -> None:
    """Rule 46(b): capitals, digits, hyphen and slash."""
    (draft,) = assemble(sources(ride()))
    at = datetime(2027, 3, 31, 18, 29, tzinfo=UTC)
    taken = NumberTaken(
        document=draft.key, series=draft.series, period=financial_year(date(2027, 3, 31)), no=no, issued_at=at
    )
    invoice = finish(draft, taken)
    assert (invoice.number, invoice.issue_date) == (number, date(2027, 3, 31))
    assert len(invoice.number) <= 16


def test_a_credit_note_is_numbered_and_titled_apart(credited: Draft) -> None:
    """It cannot be mistaken for an invoice of the same count."""
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    taken = NumberTaken(document=credited.key, series=credited.series, period="2026-27", no=7, issued_at=at)
    assert INDIA.number(credited, taken) == "26OPC-000000007"
    assert INDIA.form(credited).title == "credit_note"


def test_a_credit_note_on_a_bill_of_supply_is_one_too(credited: Draft) -> None:
    """It takes back no tax."""
    (bill,) = assemble(sources(order(), meal("120.00", "grocery"), given=shop(small_business=True)))
    untaxed = replace(bill, key=credited.key)
    assert (INDIA.form(untaxed).title, INDIA.form(untaxed).notes) == ("credit_note", ("electronic",))


@pytest.fixture
def credited() -> Draft:
    """A ride that is taken back."""
    (draft,) = assemble(sources(ride()))
    return replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))


def test_rounded_halves_satisfy_the_rate() -> None:
    """No gross amount below a hundred rupees gives halves that differ, or a tax a paisa off its rate."""
    for minor in range(1, 10_000, 97):
        (draft,) = assemble(sources(ride(), charge(str(Decimal(minor) / 100))))
        first, second = draft.tax_lines[0].parts
        assert first.tax == second.tax
        assert draft.key.contract is Contract.TRANSPORT

"""What a credit note says, and which ones there are not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests import factories as f
from tests.unit.credit.sequences import document, money
from tripinvoice.credit import EVERYTHING, LineWish, Order, Wish, credit, remaining, request_id
from tripinvoice.credit.note import credit_under
from tripinvoice.errors import CreditError, InvalidAnswerError
from tripinvoice.invoice import (
    Contract,
    DocumentKey,
    Draft,
    Invoice,
    Kind,
    NumberRange,
    TaxCategory,
    TaxInCurrency,
)
from tripinvoice.money import Money
from tripinvoice.regimes.base import Form
from tripinvoice.regimes.germany import GERMANY
from tripinvoice.tax import Item, Pricing, compute
from tripinvoice.trip import Place

MEAL = document(f.draft(f.delivery_sources()))  # goods: 14.90, 9.80 (of two), 3.60, 0.25


def order(wish: Wish = EVERYTHING, of: Invoice = MEAL, earlier: tuple[Invoice, ...] = ()) -> Order:
    """An order with a reason."""
    return Order(
        invoice=of, reason="cold food", request="ticket-1", wish=wish, earlier=earlier, revision=len(earlier) + 1
    )


def lines(*wishes: LineWish | str) -> Wish:
    """A wish for some lines; a text is all of a line."""
    return Wish(lines=tuple(LineWish(line=wish) if isinstance(wish, str) else wish for wish in wishes))


def after(*wishes: Wish, of: Invoice = MEAL) -> tuple[Invoice, ...]:
    """The credit notes of these wishes, one after the other."""
    notes: tuple[Invoice, ...] = ()
    for wish in wishes:
        notes = (*notes, document(credit(order(wish, of, notes)), no=len(notes) + 1))
    return notes


def refused(of: Order) -> CreditError:
    """The error."""
    with pytest.raises(CreditError) as caught:
        credit(of)
    return caught.value


def told(note: Draft) -> list[tuple[str, str, str, int, str]]:
    """Each line: which one it takes back, tax, gross, pieces, unit."""
    return [
        (line.credits or "", str(line.tax.decimal), str(line.gross.decimal), int(line.quantity), line.unit)
        for line in note.lines
    ]


# --- the document ----------------------------------------------------------------------------------------------------


def test_a_full_credit_note_mirrors_its_invoice() -> None:
    """The same amounts, parties, texts and dates; a number series, a kind and a reference of its own."""
    note, original = credit(order()), MEAL.draft
    assert note.key == DocumentKey(
        trip_id="trip-munich-delivery", contract=Contract.GOODS, kind=Kind.CREDIT_NOTE, revision=1
    )
    assert (note.series, note.title) == ("DE-ME-MRC-31-CN", "credit_note")
    assert note.correction is not None
    assert (note.correction.document, note.correction.number) == (original.key, MEAL.number)
    assert (note.correction.issue_date, note.correction.reason) == (date(2026, 11, 2), "cold food")
    assert (note.totals, note.tax_lines, note.payments) == (original.totals, original.tax_lines, ())
    assert [replace(line, credits=None) for line in note.lines] == list(original.lines)
    assert [line.credits for line in note.lines] == [line.id for line in original.lines]
    for field in ("supplier", "issuer", "recipient", "supply_date", "journey", "regime_version", "locale", "account"):
        assert getattr(note, field) == getattr(original, field)


def test_some_countries_number_them_together_with_invoices() -> None:
    """In Bulgaria: the next number of the supplier's one series."""
    place = Place(country="BG")
    original = document(f.draft(f.sources(f.trip(pickup=place, dropoff=place))))
    note = credit(order(of=original))
    assert (note.series, note.title) == (original.draft.series, "credit_note")
    assert note.correction is not None
    assert note.correction.number == "0000000001"
    assert document(note, no=2).number == "0000000002"


def test_the_rest_after_a_part() -> None:
    """It is what remains, to the cent; the lines say that they are no pieces any more."""
    (part,) = after(Wish(amount="5.00"))
    rest = credit(order(earlier=(part,)))
    assert told(part.draft) == [
        ("1", "0.17", "2.61", 1, "LS"),
        ("2", "0.11", "1.72", 1, "LS"),
        ("3", "0.10", "0.63", 1, "LS"),
        ("4", "0.01", "0.04", 1, "LS"),
    ]
    assert rest.totals.gross == MEAL.draft.totals.gross - money(5_00)
    assert rest.totals.tax + part.draft.totals.tax == MEAL.draft.totals.tax
    assert rest.key.revision == 2


def test_some_lines_whole_and_in_part() -> None:
    """A whole line keeps its quantity; part of one is a lump sum; so many pieces are so many pieces."""
    note = credit(order(lines("3", LineWish(line="1", amount="4.90"), LineWish(line="2", quantity=Decimal(1)))))
    assert told(note) == [
        ("1", "0.32", "4.90", 1, "LS"),
        ("2", "0.32", "4.90", 1, "C62"),
        ("3", "0.57", "3.60", 1, "C62"),
    ]


def test_pieces_are_cumulative() -> None:
    """A third of 10.00 three times is 10.00."""
    three = compute(
        [Item(code="x", amount=money(10_00), category=TaxCategory.ZERO, quantity=Decimal(3))], "EUR", "USt", Pricing()
    )
    of = document(replace(MEAL.draft, lines=three.lines, tax_lines=three.tax_lines, totals=three.totals))
    piece = lines(LineWish(line="1", quantity=Decimal(1)))
    notes = after(piece, piece, piece, of=of)
    assert [str(note.draft.totals.gross.decimal) for note in notes] == ["3.33", "3.34", "3.33"]
    assert [note.draft.lines[0].quantity for note in notes] == [1, 1, 1]
    assert remaining(of, notes).nothing


def test_the_rest_of_pieces_is_pieces() -> None:
    """Two of which one is taken back: one."""
    notes = after(lines(LineWish(line="2", quantity=Decimal(1))))
    assert told(credit(order(lines("2"), earlier=notes))) == [("2", "0.32", "4.90", 1, "C62")]


def test_an_amount_that_is_all_that_remains_is_all_of_it() -> None:
    """Whole lines, not lump sums."""
    assert credit(order(Wish(amount="28.55"))).lines == credit(order()).lines


def test_a_line_without_a_price_goes_with_the_last_one() -> None:
    """Else it would stay behind for ever."""
    cart = [Item(code="x", amount=money(amount), category=TaxCategory.ZERO) for amount in (5_00, 0)]
    free = compute(cart, "EUR", "USt", Pricing())
    of = document(replace(MEAL.draft, lines=free.lines, tax_lines=free.tax_lines, totals=free.totals))
    assert [line.credits for line in credit(order(Wish(amount="4.99"), of)).lines] == ["1"]
    assert [line.credits for line in credit(order(lines("1"), of)).lines] == ["1", "2"]


def test_a_document_without_a_price_is_credited_once() -> None:
    """It can be cancelled as any other."""
    free = compute([Item(code="x", amount=money(0), category=TaxCategory.ZERO)], "EUR", "USt", Pricing())
    of = document(replace(MEAL.draft, lines=free.lines, tax_lines=free.tax_lines, totals=free.totals))
    notes = after(EVERYTHING, of=of)
    assert remaining(of, notes).nothing
    assert "nothing remains" in refused(order(of=of, earlier=notes)).message


def test_a_tip_is_paid_back_with_the_supply_when_asked() -> None:
    """It is no part of the supply, so of its total neither; and a credit in full leaves it alone."""
    ride = document(f.draft(f.london_sources()))
    note = credit(order(lines("1", "2", "3"), ride))
    assert [(line.credits, str(line.gross)) for line in note.outside] == [("3", "3.00 GBP")]
    assert note.totals.gross == ride.draft.totals.gross
    assert credit(order(of=ride)).outside == ()
    tip = [line.line.id for line in remaining(ride, [document(note)]).outside]
    assert tip == []
    error = refused(order(lines("3"), ride))
    assert (error.field, "outside of the supply" in error.message) == ("lines", True)


def test_a_reduction_goes_with_what_it_reduces() -> None:
    """The last amount of a rate takes its lines above and below zero together; one alone is refused."""
    cart = [Item(code="x", amount=money(amount), category=TaxCategory.ZERO) for amount in (20_00, -5_00)]
    cart.append(Item(code="x", amount=money(1_00), category=TaxCategory.EXEMPT))
    reduced = compute(cart, "EUR", "USt", Pricing())
    of = document(replace(MEAL.draft, lines=reduced.lines, tax_lines=reduced.tax_lines, totals=reduced.totals))
    note = credit(order(lines(LineWish(line="1", amount="15.00")), of))
    assert told(note) == [("1", "0.00", "20.00", 1, "C62"), ("2", "0.00", "-5.00", 1, "C62")]
    assert "at this tax rate" in refused(order(lines("1"), of)).message
    assert "at this tax rate" in refused(order(lines("2"), of)).message
    both = credit(order(lines(LineWish(line="1", amount="6.00"), LineWish(line="2", amount="-1.00")), of))
    assert [str(line.gross.decimal) for line in both.lines] == ["6.00", "-1.00"]


def test_no_rate_is_taken_back_that_another_reduces() -> None:
    """The document as a whole has nothing below zero either."""
    cart = [
        Item(code="x", amount=money(20_00), category=TaxCategory.ZERO),
        Item(code="x", amount=money(-5_00), category=TaxCategory.EXEMPT),
    ]
    reduced = compute(cart, "EUR", "USt", Pricing())
    of = document(replace(MEAL.draft, lines=reduced.lines, tax_lines=reduced.tax_lines, totals=reduced.totals))
    assert "than what remains of the document" in refused(order(lines("1"), of)).message
    assert "come to nothing" in refused(order(lines(LineWish(line="1", amount="5.00"), "2"), of)).message


def test_equal_taxes_need_an_amount_that_has_them() -> None:
    """Of two paise, one of each tax, one paisa cannot be taken back; the whole can."""
    gst = compute(
        [Item(code="x", amount=money(2), category=TaxCategory.STANDARD, percent=Decimal(100), parts=("C", "S"))],
        "EUR",
        "GST",
        Pricing(),
    )
    assert gst.totals.tax.minor == 2
    of = document(replace(MEAL.draft, lines=gst.lines, tax_lines=gst.tax_lines, totals=gst.totals))
    error = refused(order(Wish(amount="0.01"), of))
    assert (error.field, "so small an amount" in error.message) == ("amount", True)
    assert [part.tax.minor for part in credit(order(of=of)).tax_lines[0].parts] == [1, 1]


def test_whole_units_stay_whole() -> None:
    """Where a document counts in whole units, so do its credit notes."""
    whole = compute(
        [Item(code="x", amount=money(105_00), category=TaxCategory.STANDARD, percent=Decimal(5))],
        "EUR",
        "VAT",
        Pricing(unit=100),
    )
    of = document(replace(MEAL.draft, lines=whole.lines, tax_lines=whole.tax_lines, totals=whole.totals))
    regime = replace(GERMANY, pricing=Pricing(unit=100))
    assert credit_under(regime, order(Wish(amount="10.00"), of)).totals.tax.minor == 0
    assert credit_under(regime, order(Wish(amount="11.00"), of)).totals.tax.minor == 1_00
    with pytest.raises(CreditError, match=r"^amount: this document counts in whole 1\.00 EUR"):
        credit_under(regime, order(Wish(amount="10.50"), of))


def test_what_cash_added_and_the_foreign_tax_are_shared() -> None:
    """In proportion, at the exchange rate of the invoice; the last part is the rest."""
    foreign = TaxInCurrency(tax=Money(10_01, "PLN"), rate=Decimal("4.1"), rate_date=date(2026, 11, 2), source="NBP")
    of = document(replace(MEAL.draft, rounding=money(5), national_tax=foreign))
    half, rest = after(Wish(amount="14.27"), EVERYTHING, of=of)
    assert (half.draft.rounding, rest.draft.rounding) == (money(2), money(3))
    taxes = [note.draft.national_tax for note in (half, rest)]
    assert [tax.tax.minor for tax in taxes if tax] == [4_98, 5_03]
    assert {(tax.rate, tax.rate_date, tax.source) for tax in taxes if tax} == {(foreign.rate, foreign.rate_date, "NBP")}
    small = credit(order(Wish(amount="1.00"), of))
    assert small.rounding is None


def test_the_numbers_of_credit_notes_have_ranges_of_their_own() -> None:
    """An authority registers each kind of document."""
    ranges = (NumberRange(validation_code="CSDF7T5H"),)
    of = document(replace(MEAL.draft, credit_ranges=ranges))
    assert (MEAL.draft.ranges, credit(order(of=of)).ranges) == ((), ranges)


# --- form and checks -------------------------------------------------------------------------------------------------


def _full(_: Draft) -> Form:
    return Form(title="credit_note", simplified=False, notes=("small_business",), rules=("simplified",))


def _strict(draft: Draft) -> None:
    if draft.purchase_order is None:
        raise InvalidAnswerError("purchase_order: missing", field="purchase_order")


def _no_credit_notes(draft: Draft) -> None:
    if draft.key.kind is Kind.CREDIT_NOTE:
        raise InvalidAnswerError("kind: not here", field="kind")


def test_a_credit_note_says_as_much_as_its_invoice() -> None:
    """A small part of a full invoice is no reason to say less, and the country may add texts."""
    assert MEAL.draft.simplified
    note = credit_under(replace(GERMANY, form=_full), order())
    assert (note.simplified, note.notes) == (True, ("small_business",))
    full = document(replace(MEAL.draft, simplified=False))
    assert not credit(order(Wish(amount="1.00"), full)).simplified


def test_a_check_that_the_invoice_does_not_pass_does_not_stop_its_correction() -> None:
    """The rule is younger than the invoice."""
    assert credit_under(replace(GERMANY, check=_strict), order()).lines
    with pytest.raises(InvalidAnswerError, match="kind: not here"):
        credit_under(replace(GERMANY, check=_no_credit_notes), order())


def test_lines_that_were_rounded_one_way_are_taken_back_so() -> None:
    """Nine of twenty equal lines have a cent more net each, and no rule minds."""
    dishes = [f.charge("1.00", "food_hot", "goods") for _ in range(20)]
    of = document(f.draft(f.sources(f.delivery_sources().trip, *dishes)))
    note = credit(order(lines(*(str(no) for no in range(1, 10))), of))
    assert [str(amount.decimal) for amount in (note.totals.net, note.totals.tax)] == ["8.46", "0.54"]


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "field", "message"),
    [
        (Wish(amount="28.56"), "amount", "more than what remains"),
        (Wish(amount="0.00"), "amount", "above zero"),
        (Wish(amount="-1.00"), "amount", "above zero"),
        (Wish(amount="1.001"), "amount", "send whole minor units"),
        (Wish(amount="1,00"), "amount", "expected a decimal string"),
        (Wish(amount="1.00", lines=(LineWish(line="1"),)), "amount", "either which lines, or an amount"),
        (lines("9"), "lines", "open lines are 1, 2, 3, 4"),
        (lines("1", "1"), "lines", "name each once"),
        (lines(LineWish(line="1", amount="14.91")), "lines.1", "an amount above zero that remains"),
        (lines(LineWish(line="1", amount="0.00")), "lines.1", "an amount above zero that remains"),
        (lines(LineWish(line="1", amount="-1.00")), "lines.1", "an amount above zero that remains"),
        (lines(LineWish(line="1", amount="1.00", quantity=Decimal(1))), "lines.1", "either an amount or a quantity"),
        (lines(LineWish(line="2", quantity=Decimal(3))), "lines.2", "that quantity does not remain"),
        (lines(LineWish(line="2", quantity=Decimal(0))), "lines.2", "that quantity does not remain"),
        (lines(LineWish(line="2", quantity=Decimal("NaN"))), "lines.2", "that quantity does not remain"),
    ],
)
def test_what_cannot_be_taken_back_is_said_with_its_field(wish: Wish, field: str, message: str) -> None:
    """And with what to do instead; never with the amount."""
    error = refused(order(wish))
    assert (error.field, message in error.message) == (field, True)
    assert "28.5" not in error.message


def test_a_lump_has_no_pieces() -> None:
    """A part was taken back as an amount; the rest is no pieces any more."""
    of = document(replace(MEAL.draft, lines=(replace(MEAL.draft.lines[0], unit="LS"), *MEAL.draft.lines[1:])))
    assert refused(order(lines(LineWish(line="1", quantity=Decimal(1))), of)).field == "lines.1"


def test_nothing_is_taken_back_twice() -> None:
    """Neither a document nor a line."""
    (note,) = after(lines("3"))
    assert refused(order(lines("3"), earlier=(note,))).message.endswith("open lines are 1, 2, 4")
    notes = after(lines("3"), EVERYTHING)
    error = refused(order(earlier=notes))
    assert (error.field, "nothing remains of this document" in error.message) == ("document", True)


def test_credit_notes_of_another_document_do_not_count() -> None:
    """The trip may have been invoiced anew."""
    (note,) = after(EVERYTHING)
    again = document(replace(MEAL.draft, key=replace(MEAL.draft.key, revision=2)))
    assert credit(order(of=again, earlier=(note,))).totals == MEAL.draft.totals


def test_a_credit_note_is_not_taken_back_itself() -> None:
    """What was credited wrongly is invoiced anew."""
    (note,) = after(EVERYTHING)
    assert refused(order(of=note)).field == "document"


@pytest.mark.parametrize("reason", ["", " \t", "\u202e", "x" * 301])
def test_a_reason_is_needed(reason: str) -> None:
    """It is printed."""
    assert refused(replace(order(), reason=reason)).field == "reason"


@pytest.mark.parametrize("request_", ["", "a b", "ü", "-x", "x" * 65])
def test_a_request_has_a_plain_name(request_: str) -> None:
    """It is looked for later."""
    assert refused(replace(order(), request=request_)).field == "request"


def test_the_same_wish_is_the_same_request() -> None:
    """For the same trip, contract and reason."""
    one = request_id("trip-1", None, EVERYTHING, "cold")
    assert one == request_id("trip-1", None, Wish(), "cold")
    others = {
        request_id("trip-2", None, EVERYTHING, "cold"),
        request_id("trip-1", Contract.GOODS, EVERYTHING, "cold"),
        request_id("trip-1", None, Wish(amount="1.00"), "cold"),
        request_id("trip-1", None, EVERYTHING, "late"),
    }
    assert len(others | {one}) == 5

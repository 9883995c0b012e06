"""Random documents, and random credit notes on each until nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from tests import factories
from tripinvoice import validate
from tripinvoice.assemble import finish
from tripinvoice.credit import EVERYTHING, Left, LineWish, Order, Remaining, Wish, remaining
from tripinvoice.credit.note import credit_under
from tripinvoice.errors import CreditError
from tripinvoice.invoice import Draft, Invoice, TaxCategory, TaxInCurrency, TaxLine
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.base import converted
from tripinvoice.regimes.germany import GERMANY
from tripinvoice.tax import Item, Pricing, Rounding, compute

CURRENCY = "EUR"
PERCENTS = ("4", "5", "5.5", "7", "8.875", "10", "12.5", "19", "20", "27")
UNTAXED = (TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.OUTSIDE)
MAX_PARTIAL = 3

RULES = {name for name in validate.RULES if name.startswith(("BR-CO-1", "BR-53", "BR-S-", "TI-CASH", "TI-PARTS"))}
"""Those about amounts: no credit note breaks one."""


@dataclass(frozen=True, kw_only=True)
class Mode:
    """A way of pricing, with the names of equal taxes."""

    pricing: Pricing
    parts: tuple[str, ...] = ()


MODES = {
    "net rounded": Mode(pricing=Pricing()),
    "tax rounded": Mode(pricing=Pricing(rounding=Rounding.TAX)),
    "tax rounded down": Mode(pricing=Pricing(rounding=Rounding.TAX_DOWN)),
    "whole units": Mode(pricing=Pricing(unit=100)),
    "two equal taxes": Mode(pricing=Pricing(), parts=("CGST", "SGST")),
    "tax on top": Mode(pricing=Pricing(inclusive=False)),
    "tax on top rounded down": Mode(pricing=Pricing(inclusive=False, rounding=Rounding.TAX_DOWN)),
    "two equal taxes on top": Mode(pricing=Pricing(inclusive=False), parts=("CGST", "SGST")),
}


def money(minor: int) -> Money:
    """So many cents."""
    return Money(minor, CURRENCY)


def document(draft: Draft, no: int = 1) -> Invoice:
    """The draft, numbered."""
    taken = NumberTaken(document=draft.key, series=draft.series, period="2026", no=no, issued_at=factories.ISSUED_AT)
    return finish(draft, taken)


def random_document(random: Random, mode: Mode) -> Invoice:
    """A document of a few lines and rates, some below zero; perhaps with cash rounding and a foreign currency."""
    rates = random.sample(PERCENTS, random.randint(1, 2))
    largest = random.choice((9, 99, 5_000, 10**7))
    taxed = compute([], CURRENCY, "VAT", mode.pricing)
    while not taxed.lines or taxed.totals.gross.minor < 0:
        items = [_item(random, mode, rates, largest) for _ in range(random.randint(1, 4))]
        taxed = compute(items, CURRENCY, "VAT", mode.pricing)
    rate = Decimal(random.randint(1, 90_000)).scaleb(-4)
    foreign = TaxInCurrency(
        tax=converted(taxed.totals.tax, rate, "PLN"),
        rate=rate,
        rate_date=factories.ISSUED_AT.date(),
        source="bank",
    )
    return document(
        replace(
            factories.draft(),
            lines=taxed.lines,
            tax_lines=taxed.tax_lines,
            totals=taxed.totals,
            rounding=random.choice((None, money(1), money(2), money(50))),
            national_tax=random.choice((None, foreign)),
        )
    )


def _item(random: Random, mode: Mode, rates: Sequence[str], largest: int) -> Item:
    amount = random.randint(0, largest) * mode.pricing.unit
    reduction = random.random() < 0.15
    item = Item(
        code="fare",
        amount=money(-amount // 4 if reduction else amount),
        category=TaxCategory.STANDARD,
        percent=Decimal(random.choice(rates)),
        parts=mode.parts,
        quantity=Decimal(random.randint(1, 4)),
    )
    if random.random() < 0.8:
        return item
    return replace(item, category=random.choice(UNTAXED), percent=Decimal(0), parts=())


def random_wish(random: Random, left: Remaining, unit: int) -> Wish:
    """Some of what is left: an amount of all, or some lines, some of these in part."""
    rest = left.totals.gross.minor // unit
    if rest > 1 and random.random() < 0.5:
        return Wish(amount=str(money(random.randint(1, rest) * unit).decimal))
    lines = random.sample(left.lines, random.randint(1, min(3, len(left.lines))))
    return Wish(lines=tuple(_line_wish(random, one, unit) for one in lines))


def _line_wish(random: Random, one: Left, unit: int) -> LineWish:
    rest = abs(one.gross.minor) // unit
    kind = random.choice(("all", "pieces", "amount"))
    if kind == "amount" and rest:
        amount = random.randint(1, rest) * unit
        return LineWish(line=one.line.id, amount=str(money(amount if one.gross.minor > 0 else -amount).decimal))
    if kind == "pieces" and one.line.quantity - one.pieces >= 1:
        return LineWish(line=one.line.id, quantity=Decimal(1))
    return LineWish(line=one.line.id)


def credit_until_nothing_is_left(random: Random, mode: Mode) -> None:
    """One document and its credit notes: every step goes one way, and the last one leaves nothing."""
    invoice, notes = random_document(random, mode), list[Invoice]()
    regime = replace(GERMANY, pricing=mode.pricing, cash_step=100)
    for attempt in range(MAX_PARTIAL + 1):
        left = remaining(invoice, notes)
        if left.nothing:
            break
        wish = EVERYTHING if attempt == MAX_PARTIAL else random_wish(random, left, mode.pricing.unit)
        order = Order(
            invoice=invoice, reason="x", request="r", wish=wish, earlier=tuple(notes), revision=len(notes) + 1
        )
        try:
            note = credit_under(regime, order)
        except CreditError:
            assert wish is not EVERYTHING
            continue
        check_step(note, left)
        assert not RULES & set(validate.broken(note, regime))
        notes.append(document(note, no=len(notes) + 1))
    assert remaining(invoice, notes).nothing
    check_ends(invoice.draft, [note.draft for note in notes])


def between(part: Money, whole: Money) -> bool:
    """Whether it is a part of it: neither more nor the other way."""
    return min(0, whole.minor) <= part.minor <= max(0, whole.minor)


def check_step(note: Draft, left: Remaining) -> None:
    """No line and no tax line goes the other way, or below nothing; equal taxes stay equal."""
    known = {one.line.id: one for one in left.lines}
    for line in note.lines:
        one = known[line.credits or ""]
        assert between(line.net, one.net)
        assert between(line.tax, one.tax)
    for tax_line in note.tax_lines:
        rest = left.of_rate(tax_line.tax_category, tax_line.tax_rate)
        assert between(tax_line.net, rest.net)
        assert between(tax_line.tax, rest.tax)
        assert len({part.tax for part in tax_line.parts}) <= 1
    assert note.totals.gross.minor >= 0


def check_ends(original: Draft, notes: Sequence[Draft]) -> None:
    """All that was taken back is all that there was: lines, tax lines, parts, totals, rounding, foreign tax."""
    for line in original.lines:
        mine = [other for note in notes for other in note.lines if other.credits == line.id]
        assert sum(other.net.minor for other in mine) == line.net.minor
        assert sum(other.tax.minor for other in mine) == line.tax.minor
    for tax_line in original.tax_lines:
        of_rate = [other for note in notes for other in note.tax_lines if _rate(other) == _rate(tax_line)]
        assert sum(other.net.minor for other in of_rate) == tax_line.net.minor
        assert sum(other.tax.minor for other in of_rate) == tax_line.tax.minor
        for place, part in enumerate(tax_line.parts):
            assert sum(other.parts[place].tax.minor for other in of_rate) == part.tax.minor
    assert sum(note.totals.gross.minor for note in notes) == original.totals.gross.minor
    assert sum(note.totals.tax.minor for note in notes) == original.totals.tax.minor
    assert sum(note.rounding.minor for note in notes if note.rounding) == (original.rounding or money(0)).minor
    foreign = [note.national_tax.tax.minor for note in notes if note.national_tax]
    assert sum(foreign) == (original.national_tax.tax.minor if original.national_tax else 0)


def _rate(tax_line: TaxLine) -> tuple[TaxCategory, Decimal]:
    return tax_line.tax_category, tax_line.tax_rate

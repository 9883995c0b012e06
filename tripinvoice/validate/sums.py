"""What must add up, to the minor unit, and the tax of each rate."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tripinvoice.invoice import Draft, Kind, Line, TaxCategory, TaxLine, Totals
from tripinvoice.money import Money, total
from tripinvoice.regimes.base import Regime, converted
from tripinvoice.tax import Rounding

_Part = Line | TaxLine | Totals


def amounts(draft: Draft) -> Iterator[Money]:
    """Every amount that is in the document's own currency."""
    parts: tuple[_Part, ...] = (*draft.lines, *draft.outside, *draft.tax_lines, draft.totals)
    for part in parts:
        yield from (part.net, part.tax, part.gross)
    yield from (part.tax for line in draft.tax_lines for part in line.parts)
    yield from (payment.amount for payment in draft.payments)
    if draft.rounding is not None:
        yield draft.rounding


def sums(draft: Draft, regime: Regime) -> Iterator[str]:
    """Lines, tax lines, totals, payments and what cash rounded."""
    currency, totals = draft.currency, draft.totals
    if total((line.net for line in draft.lines), currency) != totals.net:
        yield "BR-CO-10"
    if total((line.net for line in draft.tax_lines), currency) != totals.net:
        yield "BR-CO-13"
    if total((line.tax for line in draft.tax_lines), currency) != totals.tax:
        yield "BR-CO-14"
    parts: tuple[_Part, ...] = (*draft.lines, *draft.tax_lines, totals)
    if any(part.net + part.tax != part.gross for part in parts):
        yield "BR-CO-15"
    charged = total((draft.payable, *(line.gross for line in draft.outside)), currency)
    if total((payment.amount for payment in draft.payments), currency).minor > charged.minor:
        yield "BR-CO-16"
    if draft.rounding is not None and 2 * abs(draft.rounding.minor) > regime.cash_step:
        yield "TI-CASH"
    if totals.gross.minor < 0:
        yield "TI-NEGATIVE"


def groups(draft: Draft) -> Iterator[str]:
    """One tax line for each category and rate, the sum of its lines."""
    if not draft.tax_lines:
        yield "BR-CO-18"
    rates = [(line.tax_category, line.tax_rate) for line in draft.tax_lines]
    for category in TaxCategory:
        of_lines = {rate for rate in map(_rate_of, draft.lines) if rate[0] is category}
        of_tax_lines = [rate for rate in rates if rate[0] is category]
        if len(of_tax_lines) != len(set(of_tax_lines)) or of_lines != set(of_tax_lines):
            yield f"BR-{category}-01"
    for tax_line in draft.tax_lines:
        lines = [line for line in draft.lines if _rate_of(line) == _rate_of(tax_line)]
        if not _adds_up(lines, tax_line):
            yield f"BR-{tax_line.tax_category}-08"


def _rate_of(line: Line | TaxLine) -> tuple[TaxCategory, object]:
    return line.tax_category, line.tax_rate


def _adds_up(lines: Sequence[Line], tax_line: TaxLine) -> bool:
    currency = tax_line.net.currency
    net, tax = total((line.net for line in lines), currency), total((line.tax for line in lines), currency)
    return (net, tax) == (tax_line.net, tax_line.tax)


def taxes(draft: Draft, regime: Regime) -> Iterator[str]:
    """The rate of each tax line is one that its category can have, and the tax is that of the net amount."""
    for line in draft.tax_lines:
        taxed = line.tax_category is TaxCategory.STANDARD
        if taxed != (line.tax_rate > 0):
            yield f"BR-{line.tax_category}-05"
        if line.parts and total((part.tax for part in line.parts), line.tax.currency) != line.tax:
            yield "TI-PARTS"
        if not taxed and line.tax:
            yield f"BR-{line.tax_category}-09"
        if taxed and _off(line) > _allowed(line, regime, draft):
            yield "BR-CO-17"


def _off(line: TaxLine) -> Fraction:
    """By how many minor units the tax is not net times rate."""
    return abs(line.tax.minor - line.net.minor * Fraction(line.tax_rate) / 100)


def _allowed(line: TaxLine, regime: Regime, draft: Draft) -> Fraction:
    """How much the law's rounding can move the tax, in minor units.

    By half a step, or by a whole one where fractions are dropped; of an inclusive price the net moves the other way,
    which is once more the rate of it. A credit note takes a part of what was rounded when it was invoiced, and is
    itself the difference of two rounded amounts; a line that it takes whole has the tax that was rounded for it.
    """
    pricing = regime.pricing
    step = pricing.unit * max(1, len(line.parts))
    moved = Fraction(step) if pricing.rounding is Rounding.TAX_DOWN else Fraction(step, 2)
    if draft.key.kind is Kind.CREDIT_NOTE:
        moved = 3 * moved + step * sum(_rate_of(other) == _rate_of(line) for other in draft.lines)
    return moved * (1 + Fraction(line.tax_rate) / 100)


def national(draft: Draft) -> Iterator[str]:
    """The tax in the country's own currency is that of the document, at the rate that is named.

    A credit note takes its part of what was rounded on the original: both ends of that part were rounded once more.
    """
    stated = draft.national_tax
    if stated is None:
        return
    if stated.tax.currency == draft.currency:
        yield "BR-53"
        return
    exact = converted(draft.totals.tax, stated.rate, stated.tax.currency)
    if abs(exact.minor - stated.tax.minor) > (2 if draft.key.kind is Kind.CREDIT_NOTE else 0):
        yield "BR-53"

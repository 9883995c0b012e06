"""The arithmetic of a document: charges become lines, lines of one rate become one tax line, all add up exactly.

Two ways to price. *Tax-inclusive* (VAT countries): what was charged is fixed, so per tax category and rate the net is
``round_half_up(gross / (1 + rate))`` and the tax is the rest. *Tax-exclusive* (US sales tax): per category and rate the
tax is ``round_half_up(net * rate)``. Rounding happens once per rate, never per line; the lines then share the rounded
sums by largest remainder, so that no line moves by more than one minor unit. This satisfies the sums of EN 16931-1
(BR-CO-10, -13, -14, -15; BR-S-08) and keeps what the customer paid.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tripinvoice.errors import TotalsError
from tripinvoice.invoice import Line, TaxCategory, TaxLine, Totals
from tripinvoice.money import Money, distribute, round_half_up, total


@dataclass(frozen=True, kw_only=True)
class Item:
    """One priced thing before tax is computed; ``amount`` is gross or net as the regime prices.

    ``percent`` is the rate (``Decimal("19")``), zero in every category but standard. ``note`` is the catalog key
    that says why there is no tax.
    """

    code: str
    amount: Money
    category: TaxCategory
    percent: Decimal = Decimal(0)
    note: str | None = None
    description: str | None = None
    quantity: Decimal = Decimal(1)
    unit: str = "C62"


@dataclass(frozen=True, kw_only=True)
class Taxed:
    """The computed middle of a document."""

    lines: tuple[Line, ...]
    tax_lines: tuple[TaxLine, ...]
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class _Split:
    """Net and tax of the items of one rate, in minor units; ``net + tax`` is the gross of each."""

    net: Sequence[int]
    tax: Sequence[int]


_Splitter = Callable[[Sequence[int], Fraction], _Split]


def tax_inclusive(items: Iterable[Item], currency: str, tax_name: str) -> Taxed:
    """Lines, tax lines and totals of amounts that contain the tax; the gross of every item is kept."""
    return _taxed(items, currency, tax_name, _split_gross)


def tax_exclusive(items: Iterable[Item], currency: str, tax_name: str) -> Taxed:
    """Lines, tax lines and totals of amounts to which the tax is added; the net of every item is kept."""
    return _taxed(items, currency, tax_name, _add_tax)


def _split_gross(amounts: Sequence[int], rate: Fraction) -> _Split:
    gross = sum(amounts)
    net = distribute(round_half_up(gross / (1 + rate)), [amount / (1 + rate) for amount in amounts])
    return _Split(net=net, tax=[a - n for a, n in zip(amounts, net, strict=True)])


def _add_tax(amounts: Sequence[int], rate: Fraction) -> _Split:
    tax = distribute(round_half_up(sum(amounts) * rate), [amount * rate for amount in amounts])
    return _Split(net=amounts, tax=tax)


def _taxed(items: Iterable[Item], currency: str, tax_name: str, split: _Splitter) -> Taxed:
    """Group by category and rate, split each group, number the lines in the order of the items."""
    numbered = list(enumerate(items, start=1))
    groups: dict[tuple[TaxCategory, Decimal], list[tuple[int, Item]]] = {}
    for no, item in numbered:
        groups.setdefault((item.category, item.percent), []).append((no, item))
    lines: dict[int, Line] = {}
    tax_lines = []
    for (category, percent), group in groups.items():
        parts = split([item.amount.minor for _, item in group], Fraction(percent) / 100)
        for (no, item), net, tax in zip(group, parts.net, parts.tax, strict=True):
            lines[no] = _line(no, item, Money(net, currency), Money(tax, currency))
        of_group = [lines[no] for no, _ in group]
        sums = _sums(of_group, currency)
        tax_lines.append(
            TaxLine(
                tax_category=category,
                tax_rate=percent,
                name=tax_name,
                net=sums.net,
                tax=sums.tax,
                gross=sums.gross,
                note=next((item.note for _, item in group if item.note), None),
            )
        )
    in_order = tuple(lines[no] for no, _ in numbered)
    taxed = Taxed(lines=in_order, tax_lines=tuple(tax_lines), totals=_sums(in_order, currency))
    check(taxed)
    return taxed


def _line(no: int, item: Item, net: Money, tax: Money) -> Line:
    return Line(
        id=str(no),
        code=item.code,
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        net=net,
        tax=tax,
        gross=net + tax,
        tax_category=item.category,
        tax_rate=item.percent,
    )


def _sums(parts: Sequence[Line] | Sequence[TaxLine], currency: str) -> Totals:
    return Totals(
        net=total((part.net for part in parts), currency),
        tax=total((part.tax for part in parts), currency),
        gross=total((part.gross for part in parts), currency),
    )


def check(taxed: Taxed) -> None:
    """Raise :class:`TotalsError` unless everything adds up to the minor unit.

    Checks that net plus tax is gross in every line, tax line and the totals; that there is one tax line per category
    and rate, and that it sums its lines; that the totals sum the tax lines; and that the tax of a rate is net
    times rate as exactly as whole minor units allow, and none outside the standard category.
    """
    currency = taxed.totals.gross.currency
    parts: list[Line | TaxLine | Totals] = [*taxed.lines, *taxed.tax_lines, taxed.totals]
    for part in parts:
        if part.net + part.tax != part.gross:
            raise _disagree("net and tax do not add up to the gross amount")
    of_lines: dict[tuple[TaxCategory, Decimal], list[Line]] = {}
    for line in taxed.lines:
        of_lines.setdefault((line.tax_category, line.tax_rate), []).append(line)
    rates = [(tax_line.tax_category, tax_line.tax_rate) for tax_line in taxed.tax_lines]
    if sorted(rates) != sorted(of_lines):
        raise _disagree("tax lines and lines have different rates")
    for rate, tax_line in zip(rates, taxed.tax_lines, strict=True):
        if _sums(of_lines[rate], currency) != Totals(net=tax_line.net, tax=tax_line.tax, gross=tax_line.gross):
            raise _disagree("a tax line is not the sum of its lines")
        _check_rate(tax_line)
    if _sums(taxed.tax_lines, currency) != taxed.totals:
        raise _disagree("the totals are not the sum of the tax lines")


def _check_rate(tax_line: TaxLine) -> None:
    if tax_line.tax_category is not TaxCategory.STANDARD and tax_line.tax:
        raise _disagree("there is tax in a category that has none")
    rate = Fraction(tax_line.tax_rate) / 100
    # Half a minor unit of rounding in the net is (1 + rate) / 2 in the tax.
    if abs(tax_line.tax.minor - tax_line.net.minor * rate) > (1 + rate) / 2:
        raise _disagree("the tax is not the rate of the net amount")


def _disagree(what: str) -> TotalsError:
    return TotalsError(f"{what}; this is a fault of the regime, not of the trip", field="totals")

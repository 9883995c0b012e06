"""The arithmetic of a document: charges become lines, lines of one rate become one tax line, all add up exactly.

Two ways to price. *Tax-inclusive* (VAT countries): what was charged is fixed, so per tax category and rate the net is
``round_half_up(gross / (1 + rate))`` and the tax is the rest. *Tax-exclusive* (US sales tax): per category and rate the
tax is ``round_half_up(net * rate)``. Rounding happens once per rate, never per line; the lines then share the rounded
sums by largest remainder, so that no line moves by more than one minor unit. This satisfies the sums of EN 16931-1
(BR-CO-10, -13, -14, -15; BR-S-08) and keeps what the customer paid. Where a law rounds otherwise, its :class:`Pricing`
says so. Where several taxes share a rate equally, they share each line's tax equally too, so that it can be credited.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tripinvoice.errors import TotalsError
from tripinvoice.invoice import Line, TaxCategory, TaxLine, TaxPart, Totals
from tripinvoice.money import Money, distribute, round_half_up, total


class Rounding(StrEnum):
    """What is rounded, and how, once per rate; the other amount is the rest.

    ``NET``: the net, half up. ``TAX``: the tax, half up (Australia: a total divided by 11). ``TAX_DOWN``: the tax,
    fractions dropped (usual in Japan).
    """

    NET = "net"
    TAX = "tax"
    TAX_DOWN = "tax_down"


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """How prices are quoted and tax is rounded.

    ``unit`` is the smallest amount of tax, in minor units (Taiwan: 100).
    """

    inclusive: bool = True
    rounding: Rounding = Rounding.NET
    unit: int = 1


INCLUSIVE = Pricing()
"""Prices contain the tax, the net is rounded half up: the usual way of VAT countries."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One priced thing before tax is computed; ``amount`` is gross or net as the regime prices.

    ``percent`` is the rate (``Decimal("19")``), zero in every category but standard. ``note`` is the catalog key
    that says why there is no tax, ``exemption`` its code in VATEX. ``parts`` name the taxes that share the rate equally
    (India: CGST and SGST).
    """

    code: str
    amount: Money
    category: TaxCategory
    percent: Decimal = Decimal(0)
    note: str | None = None
    exemption: str | None = None
    parts: tuple[str, ...] = ()
    classification: str | None = None
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


def compute(items: Iterable[Item], currency: str, tax_name: str, pricing: Pricing) -> Taxed:
    """Lines, tax lines and totals. Of inclusive prices the gross of every item is kept, of others the net."""
    numbered = list(enumerate(items, start=1))
    groups: dict[tuple[TaxCategory, Decimal], list[tuple[int, Item]]] = {}
    for no, item in numbered:
        groups.setdefault((item.category, item.percent), []).append((no, item))
    lines: dict[int, Line] = {}
    tax_lines = []
    for (_, percent), group in groups.items():
        amounts = [item.amount.minor for _, item in group]
        split = _split(amounts, Fraction(percent) / 100, pricing, _parts(group))
        for (no, item), net, tax in zip(group, split.net, split.tax, strict=True):
            lines[no] = _line(no, item, Money(net, currency), Money(tax, currency))
        tax_lines.append(_tax_line(group, sums([lines[no] for no, _ in group], currency), tax_name))
    in_order = tuple(lines[no] for no, _ in numbered)
    taxed = Taxed(lines=in_order, tax_lines=tuple(tax_lines), totals=sums(in_order, currency))
    check(taxed, pricing)
    return taxed


def _parts(group: Sequence[tuple[int, Item]]) -> tuple[str, ...]:
    return next((item.parts for _, item in group if item.parts), ())


def _split(amounts: Sequence[int], rate: Fraction, pricing: Pricing, parts: Sequence[str]) -> _Split:
    whole, step = sum(amounts), pricing.unit * max(1, len(parts))
    if not pricing.inclusive:
        tax = _tax(whole * rate, pricing, step)
        return _Split(net=amounts, tax=_shared(tax, [amount * rate for amount in amounts], step))
    net = _net(whole, rate, pricing, step)
    if step == 1:
        nets = distribute(net, [amount / (1 + rate) for amount in amounts])
        return _Split(net=nets, tax=[amount - net for amount, net in zip(amounts, nets, strict=True)])
    taxes = _shared(whole - net, [amount * rate / (1 + rate) for amount in amounts], step)
    return _Split(net=[amount - tax for amount, tax in zip(amounts, taxes, strict=True)], tax=taxes)


def _net(gross: int, rate: Fraction, pricing: Pricing, step: int) -> int:
    if pricing.rounding is Rounding.NET and step == 1:
        return round_half_up(gross / (1 + rate))
    return gross - _tax(gross * rate / (1 + rate), pricing, step)


def _tax(exact: Fraction, pricing: Pricing, step: int) -> int:
    """The tax of a group as the law rounds it; several parts are equal, so one is rounded and taken so many times."""
    steps = exact / step
    return step * (int(steps) if pricing.rounding is Rounding.TAX_DOWN else round_half_up(steps))


def _shared(tax: int, exact: Sequence[Fraction], step: int) -> list[int]:
    """Each line's part of a tax, in whole steps."""
    return [share * step for share in distribute(tax // step, [share / step for share in exact])]


def _tax_line(group: Sequence[tuple[int, Item]], sums: Totals, tax_name: str) -> TaxLine:
    first, parts = group[0][1], _parts(group)
    return TaxLine(
        tax_category=first.category,
        tax_rate=first.percent,
        name=parts[0] if len(parts) == 1 else tax_name,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        note=next((item.note for _, item in group if item.note), None),
        exemption=next((item.exemption for _, item in group if item.exemption), None),
        parts=tuple(
            TaxPart(
                name=name,
                tax_rate=first.percent / len(parts),
                tax=Money(sums.tax.minor // len(parts), sums.tax.currency),
            )
            for name in parts
            if len(parts) > 1
        ),
    )


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
        classification=item.classification,
    )


def sums(parts: Sequence[Line] | Sequence[TaxLine], currency: str) -> Totals:
    """What lines or tax lines add up to."""
    return Totals(
        net=total((part.net for part in parts), currency),
        tax=total((part.tax for part in parts), currency),
        gross=total((part.gross for part in parts), currency),
    )


def check(taxed: Taxed, pricing: Pricing) -> None:
    """Raise :class:`TotalsError` unless everything adds up, and the tax of each rate is that of its net.

    It is as exactly net times rate as the law's rounding allows.
    """
    check_sums(taxed)
    for tax_line in taxed.tax_lines:
        _check_rate(tax_line, pricing)


def check_sums(taxed: Taxed) -> None:
    """Raise :class:`TotalsError` unless everything adds up to the minor unit.

    Checks that net plus tax is gross in every line, tax line and the totals; that there is one tax line per category
    and rate, and that it sums its lines; that the totals sum the tax lines; that the parts of a tax are its sum, and
    that there is none outside the standard category.
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
        if sums(of_lines[rate], currency) != Totals(net=tax_line.net, tax=tax_line.tax, gross=tax_line.gross):
            raise _disagree("a tax line is not the sum of its lines")
        _check_tax(tax_line)
    if sums(taxed.tax_lines, currency) != taxed.totals:
        raise _disagree("the totals are not the sum of the tax lines")


def _check_tax(tax_line: TaxLine) -> None:
    if tax_line.tax_category is not TaxCategory.STANDARD and tax_line.tax:
        raise _disagree("there is tax in a category that has none")
    if tax_line.parts and total((part.tax for part in tax_line.parts), tax_line.tax.currency) != tax_line.tax:
        raise _disagree("the parts of a tax are not its sum")


def _check_rate(tax_line: TaxLine, pricing: Pricing) -> None:
    rate = Fraction(tax_line.tax_rate) / 100
    # Rounding moves the tax by up to half a step, dropping fractions by up to a whole one; of an inclusive price the
    # net moves the other way, which is once more the rate of it.
    step = pricing.unit * max(1, len(tax_line.parts))
    moved = Fraction(step) if pricing.rounding is Rounding.TAX_DOWN else Fraction(step, 2)
    if abs(tax_line.tax.minor - tax_line.net.minor * rate) > moved * (1 + rate):
        raise _disagree("the tax is not the rate of the net amount")


def _disagree(what: str) -> TotalsError:
    return TotalsError(f"{what}; this is a fault of the regime, not of the trip", field="totals")

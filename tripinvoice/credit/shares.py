"""The tax in what a credit note takes back: shares of the tax that was charged, never computed anew.

Per rate the tax taken back until now is ``round_half_up(gross until now * tax charged / gross charged)``, and this note
takes the difference to what earlier ones took. Its lines share that by largest remainder, none beyond what is left of
it in net or in tax. So whatever notes there are, and in whatever order, the last one leaves nothing: in no line, no
tax line and no total (the counter-example is a tax rounded anew in each note, where a cent stays).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tripinvoice.credit.left import Remaining
from tripinvoice.credit.wish import Step, by_rate
from tripinvoice.errors import CreditError
from tripinvoice.invoice import Draft, TaxLine, TaxPart, Totals
from tripinvoice.money import Money, allocate, round_half_up


@dataclass(frozen=True)
class _Range:
    """Which taxes are possible, in multiples of a step."""

    low: int
    high: int


def swept(steps: Sequence[Step], left: Remaining) -> list[Step]:
    """The steps, with all that cannot stay behind: where no gross amount is left of a rate, or of all, no line is.

    A reduction goes with what it reduces, and a line for nothing goes with the last one.
    """
    by_id = {step.left.line.id: step for step in steps}
    ends = sum(step.gross for step in steps if not step.left.outside) == left.totals.gross.minor
    for group in by_rate(left.lines).values():
        taken = [by_id[one.line.id] for one in group if one.line.id in by_id]
        rest = sum(one.gross.minor for one in group) - sum(step.gross for step in taken)
        if ends or (taken and not rest):
            by_id |= {one.line.id: Step.all_of(one) for one in group}
    order = [one.line.id for one in (*left.lines, *left.outside)]
    return sorted(by_id.values(), key=lambda step: order.index(step.left.line.id))


def taxes(steps: Sequence[Step], tax_line: TaxLine, left: Remaining, grid: int) -> list[int]:
    """The tax in each step of one rate. ``grid`` is what a tax is a multiple of, in minor units.

    Raises :class:`CreditError` where no such tax exists.
    """
    rest = left.of_rate(tax_line.tax_category, tax_line.tax_rate)
    ranges = [_range_of(step, grid) for step in steps]
    if any(each.low > each.high for each in ranges):
        raise CreditError(
            "amount: the tax in so small an amount cannot be told exactly; take back more, or all that remains",
            field="amount",
        )
    possible = _range(sum(step.gross for step in steps), rest.net.minor, rest.tax.minor, grid)
    low = max(possible.low, sum(each.low for each in ranges))
    high = min(possible.high, sum(each.high for each in ranges))
    if low > high:
        raise CreditError(
            "lines: more than what remains at this tax rate; take back the reduction (a line below zero) together with "
            "what it reduces",
            field="lines",
        )
    exact = [_exact(step) for step in steps]
    return _distribute(min(max(_aim(exact, steps, tax_line, rest, grid), low), high), exact, ranges, grid)


def _aim(exact: Sequence[Fraction], steps: Sequence[Step], tax_line: TaxLine, rest: Totals, grid: int) -> int:
    """The tax of this rate until now, less that of earlier notes; never far from the share of what is left.

    Whole lines may have had more than their share. The lines that are left make up for that, not the next note alone.
    """
    share = sum(exact, Fraction(0)) / grid
    charged, tax = tax_line.gross.minor, tax_line.tax.minor
    if not charged:
        return grid * round_half_up(share)
    until_now = charged - rest.gross.minor + sum(step.gross for step in steps)
    due = round_half_up(Fraction(until_now * tax, charged * grid)) - (tax - rest.tax.minor) // grid
    return grid * min(max(due, math.floor(share)), math.ceil(share))


def _exact(step: Step) -> Fraction:
    tax, gross = step.left.tax.minor, step.left.gross.minor
    return Fraction(tax) if step.whole else Fraction(step.gross * tax, gross)


def _range_of(step: Step, grid: int) -> _Range:
    net, tax = step.left.net.minor, step.left.tax.minor
    return _Range(tax, tax) if step.whole else _range(step.gross, net, tax, grid)


def _range(gross: int, net: int, tax: int, grid: int) -> _Range:
    """Taxes that take neither more tax nor more net than is left, nor any the other way."""
    low = max(min(0, tax), gross - max(0, net))
    high = min(max(0, tax), gross - min(0, net))
    return _Range(-(-low // grid) * grid, high // grid * grid)


def _distribute(whole: int, exact: Sequence[Fraction], ranges: Sequence[_Range], grid: int) -> list[int]:
    """Shares that sum to ``whole``, each within its range and as near to the exact one as the others allow."""
    shares = [
        min(max(math.floor(share / grid) * grid, each.low), each.high)
        for share, each in zip(exact, ranges, strict=True)
    ]
    while missing := whole - sum(shares):
        step = grid if missing > 0 else -grid
        movable = [i for i, each in enumerate(ranges) if each.low <= shares[i] + step <= each.high]
        shares[max(movable, key=lambda i: (exact[i] - shares[i]) * step)] += step
    return shares


def part_taxes(tax: int, tax_line: TaxLine, notes: Sequence[Draft]) -> tuple[TaxPart, ...]:
    """The parts of a tax that is taken back: equal ones stay equal."""
    rate = tax_line.tax_category, tax_line.tax_rate
    before = [each.parts for note in notes for each in note.tax_lines if (each.tax_category, each.tax_rate) == rate]
    rest = [part.tax.minor - sum(parts[i].tax.minor for parts in before) for i, part in enumerate(tax_line.parts)]
    shares = zip(tax_line.parts, allocate(tax, rest), strict=True)
    return tuple(replace(part, tax=Money(share, part.tax.currency)) for part, share in shares)


def cumulative(whole: int, until_now: int, of: int, before: int) -> int:
    """The part of another amount of the document: its share until now, less that of earlier notes."""
    return (round_half_up(Fraction(whole * until_now, of)) if of else whole) - before

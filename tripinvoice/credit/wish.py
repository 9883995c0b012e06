"""What is to be taken back: a wish, and what it means for each line of the document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from tripinvoice.credit.left import LUMP, Left, Remaining
from tripinvoice.errors import CreditError, InvalidAnswerError
from tripinvoice.invoice import TaxCategory
from tripinvoice.money import Money, allocate, round_half_up


@dataclass(frozen=True, kw_only=True)
class LineWish:
    """Take back what is left of a line, or an ``amount`` of it (with its tax), or a ``quantity``."""

    line: str
    amount: str | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Take back all that is left, or some lines, or an ``amount`` (with its tax) in proportion of all lines."""

    lines: tuple[LineWish, ...] = ()
    amount: str | None = None


EVERYTHING = Wish()
"""All that is left."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a credit note takes back of one line, in minor units with its tax. ``pieces``: as so much of its quantity.

    ``whole``: it is all that is left, which a line whose net and tax cancel each other out does not tell by itself.
    """

    left: Left
    gross: int
    whole: bool
    pieces: Decimal | None = None

    @classmethod
    def all_of(cls, left: Left) -> Self:
        """All that is left of a line; told in pieces if nothing was taken back of it otherwise."""
        line = left.line
        in_pieces = left.gross == line.gross - left.pieces_gross
        return cls(
            left=left, gross=left.gross.minor, whole=True, pieces=line.quantity - left.pieces if in_pieces else None
        )

    @classmethod
    def part_of(cls, left: Left, gross: int, pieces: Decimal | None = None) -> Self:
        """An amount of a line, which may be all of it."""
        return (
            cls.all_of(left) if gross == left.gross.minor else cls(left=left, gross=gross, whole=False, pieces=pieces)
        )


def steps_of(left: Remaining, wish: Wish, grain: int) -> list[Step]:
    """What a wish means for each line, those outside of the supply last.

    ``grain`` is the smallest amount that the document knows, in minor units. Raises :class:`CreditError`.
    """
    if left.nothing:
        raise CreditError("nothing remains of this document: it is credited in full already", field="document")
    if wish.lines and wish.amount is not None:
        raise CreditError("amount: say either which lines, or an amount of all of them", field="amount")
    if wish.lines:
        return _by_lines(left, wish.lines, grain)
    if wish.amount is None:
        return [Step.all_of(one) for one in left.lines]
    return _by_amount(left, wish.amount, grain)


def by_rate(lines: Sequence[Left]) -> Mapping[tuple[TaxCategory, Decimal], list[Left]]:
    """The lines of each tax line."""
    groups: dict[tuple[TaxCategory, Decimal], list[Left]] = {}
    for one in lines:
        groups.setdefault((one.line.tax_category, one.line.tax_rate), []).append(one)
    return groups


# --- an amount of all lines ------------------------------------------------------------------------------------------


def _by_amount(left: Remaining, text: str, grain: int) -> list[Step]:
    """In proportion to what is left: first of each rate, then of each of its lines."""
    amount, rest = _money(text, left.currency, "amount", grain), left.totals.gross.minor
    if amount <= 0:
        raise CreditError("amount: expected one above zero; a credit note takes back, it never adds", field="amount")
    if amount > rest:
        raise CreditError(
            "amount: it is more than what remains of the document; `tripinvoice show` says how much that is",
            field="amount",
        )
    if amount == rest:
        return [Step.all_of(one) for one in left.lines]
    groups = list(by_rate(left.lines).values())
    shares = allocate(amount // grain, [sum(one.gross.minor for one in group) // grain for group in groups])
    return [step for share, group in zip(shares, groups, strict=True) for step in _spread(share, group, grain)]


def _spread(share: int, group: Sequence[Left], grain: int) -> Iterator[Step]:
    for one, part in zip(group, allocate(share, [one.gross.minor // grain for one in group]), strict=True):
        if part:
            yield Step.part_of(one, part * grain)


# --- some lines ------------------------------------------------------------------------------------------------------


def _by_lines(left: Remaining, wishes: Sequence[LineWish], grain: int) -> list[Step]:
    known = {one.line.id: one for one in (*left.lines, *left.outside)}
    if len({wish.line for wish in wishes}) != len(wishes):
        raise CreditError("lines: the same line twice; name each once", field="lines")
    for wish in wishes:
        if wish.line not in known:
            raise CreditError(
                f"lines: there is no such line, or nothing of it remains; open lines are {', '.join(known)}",
                field="lines",
            )
    steps = [_line_step(known[wish.line], wish, grain) for wish in wishes]
    order = list(known)
    steps.sort(key=lambda step: order.index(step.left.line.id))
    if steps[0].left.outside:
        raise CreditError(
            "lines: only amounts outside of the supply, such as a tip; no credit note is due for them alone, pay them "
            "back without one or together with a line of the supply",
            field="lines",
        )
    return steps


def _line_step(left: Left, wish: LineWish, grain: int) -> Step:
    field = f"lines.{left.line.id}"
    if wish.amount is not None and wish.quantity is not None:
        raise CreditError(f"{field}: say either an amount or a quantity", field=field)
    if wish.quantity is not None:
        return _pieces(left, wish.quantity, field, grain)
    if wish.amount is None:
        return Step.all_of(left)
    return Step.part_of(left, _within(left, _money(wish.amount, left.gross.currency, field, grain), field))


def _pieces(left: Left, quantity: Decimal, field: str, grain: int) -> Step:
    """So many pieces: cumulative, so that all pieces are the whole line."""
    line = left.line
    if line.unit == LUMP or not quantity.is_finite() or not 0 < quantity <= line.quantity - left.pieces:
        raise CreditError(
            f"{field}: that quantity does not remain of the line; say a smaller one, or an amount", field=field
        )
    until_now = Fraction(left.pieces + quantity) / Fraction(line.quantity) * line.gross.minor
    gross = grain * round_half_up(until_now / grain) - left.pieces_gross.minor
    return Step.part_of(left, _within(left, gross, field), quantity)


def _within(left: Left, gross: int, field: str) -> int:
    """The amount, if so much of the line remains; a reduction's is negative as the reduction is."""
    low, high = sorted((0, left.gross.minor))
    if not gross or not low <= gross <= high:
        raise CreditError(
            f"{field}: expected an amount above zero that remains of the line (below zero of a reduction); "
            "`tripinvoice show` says how much that is",
            field=field,
        )
    return gross


def _money(text: str, currency: str, field: str, grain: int) -> int:
    try:
        minor = Money.parse(text, currency, field=field).minor
    except InvalidAnswerError as error:
        raise CreditError(error.message, field=field) from None
    if minor % grain:
        raise CreditError(f"{field}: this document counts in whole {Money(grain, currency)}; send such", field=field)
    return minor

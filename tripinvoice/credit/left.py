"""What is left of a document after the credit notes that were issued on it, line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tripinvoice.invoice import Draft, Invoice, Line, TaxCategory, Totals
from tripinvoice.money import Money, total

LUMP = "LS"
"""The unit of a part that is no number of pieces: a lump sum (UN/ECE recommendation 20)."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of one line, in money.

    ``pieces`` is how much of its quantity was taken back as such, ``pieces_gross`` what that was in money.
    ``untouched``: no credit note has named it yet. ``outside``: it is no part of the supply.
    """

    line: Line
    net: Money
    tax: Money
    pieces: Decimal
    pieces_gross: Money
    untouched: bool
    outside: bool

    @property
    def gross(self) -> Money:
        """With the tax."""
        return self.net + self.tax

    @property
    def is_open(self) -> bool:
        """Whether anything can still be taken back: an amount, or a line without one that was never named."""
        return self.untouched or bool(self.net or self.tax)


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is left of a document: the lines that are open, and the open amounts outside of its supply."""

    currency: str
    lines: tuple[Left, ...]
    outside: tuple[Left, ...]

    @property
    def nothing(self) -> bool:
        """Whether the whole supply is taken back."""
        return not self.lines

    @property
    def totals(self) -> Totals:
        """What is left of the supply."""
        return _sums(self.lines, self.currency)

    def of_rate(self, category: TaxCategory, rate: Decimal) -> Totals:
        """What is left of one tax line."""
        group = [left for left in self.lines if (left.line.tax_category, left.line.tax_rate) == (category, rate)]
        return _sums(group, self.currency)


def _sums(lines: Sequence[Left], currency: str) -> Totals:
    return Totals(
        net=total((left.net for left in lines), currency),
        tax=total((left.tax for left in lines), currency),
        gross=total((left.gross for left in lines), currency),
    )


def remaining(invoice: Invoice, credit_notes: Iterable[Invoice]) -> Remaining:
    """What is left of an invoice; credit notes of other documents do not count."""
    draft = invoice.draft
    notes = notes_of(draft, credit_notes)
    return Remaining(
        currency=draft.currency,
        lines=_open(draft.lines, [line for note in notes for line in note.lines], outside=False),
        outside=_open(draft.outside, [line for note in notes for line in note.outside], outside=True),
    )


def notes_of(original: Draft, credit_notes: Iterable[Invoice]) -> list[Draft]:
    """Those of the credit notes that take back something of this document."""
    drafts = [note.draft for note in credit_notes]
    return [d for d in drafts if d.correction is not None and d.correction.document == original.key]


def _open(lines: Sequence[Line], credited: Sequence[Line], *, outside: bool) -> tuple[Left, ...]:
    return tuple(left for line in lines if (left := _left(line, credited, outside=outside)).is_open)


def _left(line: Line, credited: Sequence[Line], *, outside: bool) -> Left:
    mine = [other for other in credited if other.credits == line.id]
    by_piece = [other for other in mine if other.unit == line.unit]
    currency = line.gross.currency
    return Left(
        line=line,
        net=Money(line.net.minor - sum(other.net.minor for other in mine), currency),
        tax=Money(line.tax.minor - sum(other.tax.minor for other in mine), currency),
        pieces=sum((other.quantity for other in by_piece), Decimal(0)),
        pieces_gross=Money(sum(other.gross.minor for other in by_piece), currency),
        untouched=not mine,
        outside=outside,
    )

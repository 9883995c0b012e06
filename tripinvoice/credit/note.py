"""From an order to the draft of a credit note.

A credit note says what its invoice said: the same parties, texts, rates and exchange rate, whatever holds today. Its
amounts are above zero; that they are taken back is what the document is (type 381 of EN 16931, BT-3), and it names the
invoice that it refers to.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tripinvoice import canonical
from tripinvoice.assemble import check, shaped
from tripinvoice.case import clean
from tripinvoice.credit.left import LUMP, Remaining, notes_of, remaining
from tripinvoice.credit.shares import cumulative, part_taxes, swept, taxes
from tripinvoice.credit.wish import EVERYTHING, Step, Wish, steps_of
from tripinvoice.errors import CreditError, PermanentError
from tripinvoice.invoice import (
    Contract,
    Correction,
    Draft,
    Invoice,
    Invoicing,
    Kind,
    Line,
    NumberRange,
    TaxInCurrency,
    TaxLine,
)
from tripinvoice.money import Money
from tripinvoice.regimes import regime_named
from tripinvoice.regimes.base import Regime, converted
from tripinvoice.regimes.suppliers import CREDIT_NOTES
from tripinvoice.tax import Taxed, check_sums, sums

MAX_REASON = 300  # characters
_REQUEST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that a credit note is made of, and so its evidence.

    ``earlier`` are the credit notes that were issued on this contract, ``revision`` is which of them this one is, with
    those that became void. ``reason`` is printed, ``request`` says who asked, so that asking twice credits once.
    ``ranges`` are what the authority says about the numbers of the supplier's credit notes by now, where that is newer
    than what was known when the invoice was made.
    """

    invoice: Invoice
    reason: str
    request: str
    wish: Wish = EVERYTHING
    earlier: tuple[Invoice, ...] = ()
    revision: int = 1
    ranges: tuple[NumberRange, ...] = ()


def request_id(trip_id: str, contract: Contract | None, wish: Wish, reason: str, revision: int = 0) -> str:
    """Who asked, where nobody says: the same wish for the same document and reason is the same request."""
    content = [trip_id, contract or "", canonical.dump(wish).decode(), reason, *([revision] if revision else [])]
    return hashlib.sha256(canonical.dump(content)).hexdigest()[:32]


def credit(order: Order) -> Draft:
    """The draft of the credit note. The same order gives the same draft.

    Raises :class:`CreditError` for what cannot be taken back as asked; what the country's form and check raise; and
    :class:`~tripinvoice.errors.UnsupportedTripError` when the regime is no more.
    """
    return credit_under(regime_named(order.invoice.draft.regime), order)


def credit_under(regime: Regime, order: Order) -> Draft:
    """The draft of the credit note, in the form of this regime."""
    _check_order(order)
    original = order.invoice.draft
    notes = notes_of(original, order.earlier)
    left = remaining(order.invoice, order.earlier)
    steps = swept(steps_of(left, order.wish, _grain(original, regime.pricing.unit)), left)
    taxed = _taxed(original, left, steps, notes, regime.pricing.unit)
    _check_total(taxed, left)
    note = replace(
        original,
        key=replace(original.key, kind=Kind.CREDIT_NOTE, revision=order.revision),
        series=original.series if regime.one_series else original.series + CREDIT_NOTES,
        lines=taxed.lines,
        tax_lines=taxed.tax_lines,
        totals=taxed.totals,
        outside=_outside(steps, left, len(taxed.lines)),
        payments=(),
        rounding=_rounding(original, notes, taxed),
        national_tax=_national_tax(original, notes, taxed),
        correction=Correction(
            document=original.key,
            number=order.invoice.number,
            issue_date=order.invoice.issue_date,
            reason=clean(order.reason),
            request=order.request,
        ),
        ranges=order.ranges or original.credit_ranges,
        invoicing=Invoicing.AUTOMATIC,
    )
    return _formed(regime, original, note)


def _check_order(order: Order) -> None:
    if order.invoice.draft.key.kind is Kind.CREDIT_NOTE:
        raise CreditError(
            "document: it is a credit note itself; take back of the invoice it refers to", field="document"
        )
    if not clean(order.reason) or len(order.reason) > MAX_REASON:
        raise CreditError(f"reason: say why in 1 to {MAX_REASON} characters; it is printed", field="reason")
    if not _REQUEST.fullmatch(order.request):
        raise CreditError("request: expected 1 to 64 letters, digits and . _ : -, such as ticket-4711", field="request")


def _grain(original: Draft, unit: int) -> int:
    """The smallest amount that the document knows: whole units, where it has no others."""
    return math.gcd(unit, *(amount.minor for line in original.lines for amount in (line.net, line.tax)))


def _formed(regime: Regime, original: Draft, note: Draft) -> Draft:
    """The note in its country's form, as complete as the original, but without what only the original's form added.

    A check that the original does not pass is younger than it, and must not keep it from being corrected for ever.
    """
    added = regime.form(original)
    notes = tuple(one for one in note.notes if one not in added.notes)
    facts = tuple(one for one in note.facts if one not in added.facts)
    formed = replace(shaped(regime, replace(note, notes=notes, facts=facts)), simplified=original.simplified)
    try:
        check(regime, original)
    except PermanentError:
        return formed
    check(regime, formed)
    return formed


# --- amounts ---------------------------------------------------------------------------------------------------------


def _taxed(original: Draft, left: Remaining, steps: Sequence[Step], notes: Sequence[Draft], unit: int) -> Taxed:
    """Lines, tax lines and totals of what is taken back, in the original's order."""
    currency = original.currency
    taxed_steps: dict[str, int] = {}
    for tax_line in original.tax_lines:
        group = [step for step in steps if not step.left.outside and _is_of(step.left.line, tax_line)]
        ids = [step.left.line.id for step in group]
        taxed_steps |= zip(ids, taxes(group, tax_line, left, _grid(original, tax_line, unit)), strict=True)
    supply = [step for step in steps if step.left.line.id in taxed_steps]
    lines = tuple(
        _line(no, step, Money(taxed_steps[step.left.line.id], currency)) for no, step in enumerate(supply, start=1)
    )
    tax_lines = tuple(
        _tax_line(tax_line, of_rate, notes)
        for tax_line in original.tax_lines
        if (of_rate := [line for line in lines if _is_of(line, tax_line)])
    )
    taxed = Taxed(lines=lines, tax_lines=tax_lines, totals=sums(lines, currency))
    check_sums(taxed)
    return taxed


def _is_of(line: Line, tax_line: TaxLine) -> bool:
    return (line.tax_category, line.tax_rate) == (tax_line.tax_category, tax_line.tax_rate)


def _grid(original: Draft, tax_line: TaxLine, unit: int) -> int:
    """What a tax of this rate is a multiple of: equal parts of whole units, as the lines have it."""
    lines = (line.tax.minor for line in original.lines if _is_of(line, tax_line))
    return math.gcd(unit * max(1, len(tax_line.parts)), *lines)


def _line(no: int, step: Step, tax: Money) -> Line:
    line, gross = step.left.line, Money(step.gross, tax.currency)
    return replace(
        line,
        id=str(no),
        quantity=Decimal(1) if step.pieces is None else step.pieces,
        unit=LUMP if step.pieces is None else line.unit,
        net=gross - tax,
        tax=tax,
        gross=gross,
        credits=line.id,
    )


def _tax_line(tax_line: TaxLine, lines: Sequence[Line], notes: Sequence[Draft]) -> TaxLine:
    of_rate = sums(lines, tax_line.gross.currency)
    return replace(
        tax_line,
        net=of_rate.net,
        tax=of_rate.tax,
        gross=of_rate.gross,
        parts=part_taxes(of_rate.tax.minor, tax_line, notes),
    )


def _outside(steps: Sequence[Step], left: Remaining, after: int) -> tuple[Line, ...]:
    """What is paid back beside the supply, where that was asked for: a tip."""
    outside = [step for step in steps if step.left.outside]
    return tuple(_line(no, step, Money.zero(left.currency)) for no, step in enumerate(outside, start=after + 1))


def _rounding(original: Draft, notes: Sequence[Draft], taxed: Taxed) -> Money | None:
    """The part of what cash payment added or took."""
    if original.rounding is None:
        return None
    before = sum(note.rounding.minor for note in notes if note.rounding is not None)
    until_now = taxed.totals.gross.minor + sum(note.totals.gross.minor for note in notes)
    part = cumulative(original.rounding.minor, until_now, original.totals.gross.minor, before)
    return Money(part, original.currency) if part else None


def _national_tax(original: Draft, notes: Sequence[Draft], taxed: Taxed) -> TaxInCurrency | None:
    """The tax in the country's currency: all that is taken back until now at the original's rate, less earlier notes'.

    An original that is not at its own rate itself (it is older than BR-53) is taken back in proportion.
    """
    national, total = original.national_tax, original.totals.tax
    if national is None:
        return None
    rate, currency = national.rate, national.tax.currency
    before = sum(note.national_tax.tax.minor for note in notes if note.national_tax is not None)
    until_now = taxed.totals.tax.minor + sum(note.totals.tax.minor for note in notes)
    if converted(total, rate, currency) == national.tax:
        part = converted(Money(until_now, total.currency), rate, currency).minor - before
    else:
        part = cumulative(national.tax.minor, until_now, total.minor, before)
    return replace(national, tax=Money(part, currency))


def _check_total(taxed: Taxed, left: Remaining) -> None:
    """Something is taken back, unless nothing has a price; and no more than is left, for one rate may reduce others."""
    least = 1 if left.totals.gross else 0
    if not least <= taxed.totals.gross.minor <= left.totals.gross.minor:
        raise CreditError(
            "lines: they come to nothing, or to more than what remains of the document; take back a reduction (a line "
            "below zero) together with what it reduces",
            field="lines",
        )

"""From an invoice to the terms of EN 16931.

Seller is who supplied, whoever wrote the document: that another wrote it is a note, as on paper. What the customer paid
beside the supply (a tip) is not in it.
"""

import re
from dataclasses import replace
from decimal import Decimal

from tripinvoice.einvoice import codes
from tripinvoice.einvoice.terms import Item, Means, Note, Sums, Tax, Terms
from tripinvoice.einvoice.traders import buyer, seller
from tripinvoice.invoice import Draft, Invoice, Line, Party, Payment, TaxCategory, TaxLine
from tripinvoice.money import Money, total
from tripinvoice.render.notes import legal_notes
from tripinvoice.render.wording import Wording, wording_of

# BT-146 may have any number of decimals, but not every reader takes more.
_PRICE_DECIMALS = 4
_LAST_DIGITS = re.compile(r"(?:(.*) )?·· ([0-9]{4})")


def terms(invoice: Invoice, recipient: Party) -> Terms:
    """The invoice to a recipient who is known."""
    draft = invoice.draft
    words = wording_of(draft.template, draft.locale, str)
    outside = any(line.tax_category is TaxCategory.OUTSIDE for line in draft.tax_lines)
    national, corrects = draft.national_tax, draft.correction
    return Terms(
        number=invoice.number,
        issue_date=invoice.issue_date,
        type_code=codes.type_code(draft.key.kind, draft.issuer_mode),
        currency=draft.currency,
        notes=_notes(invoice, words),
        buyer_reference=draft.buyer_reference,
        purchase_order=draft.purchase_order,
        preceding=(corrects.number, corrects.issue_date) if corrects else None,
        seller=seller(_asked(draft), outside_vat=outside),
        buyer=buyer(recipient, outside_vat=outside),
        supply_date=draft.supply_date,
        means=_means(draft.payments, words),
        payment_terms=_payment_terms(draft, words),
        taxes=tuple(_tax(line, draft, words) for line in draft.tax_lines),
        sums=_sums(draft),
        national_currency=national.tax.currency if national else None,
        national_tax=amount(national.tax) if national else None,
        items=tuple(_item(line, words) for line in draft.lines),
    )


def _asked(draft: Draft) -> Party:
    """The supplier; whom to ask about the document is with who wrote it, unless he says otherwise."""
    contact = draft.supplier.contact or (draft.issuer.contact if draft.issuer != draft.recipient else None)
    return replace(draft.supplier, contact=contact)


def amount(money: Money) -> str:
    """As XML writes it: no zeros before it, all decimals of its currency."""
    return f"{money.decimal:f}"


def number(value: Decimal) -> str:
    """A rate or quantity without zeros behind it."""
    return f"{value.normalize():f}"


# --- texts -----------------------------------------------------------------------------------------------------------


def _notes(invoice: Invoice, words: Wording) -> tuple[Note, ...]:
    """What the document says beside its amounts. Why there is no tax is said with the tax."""
    draft = invoice.draft
    of_taxes = {line.note for line in draft.tax_lines}
    legal = legal_notes(draft, words)
    notes = [
        Note(text=text.unescape(), subject=codes.SUBJECTS.get(key))
        for key, text in legal.items()
        if key not in of_taxes
    ]
    notes += [Note(text=f"{words.label(fact.label)}: {fact.value}") for fact in draft.facts]
    notes += [Note(text=f"{words.label(code.label)}: {code.text}") for code in invoice.codes if code.text]
    if draft.correction is not None:
        notes.append(Note(text=draft.correction.reason, subject=codes.REASON))
    return tuple(notes)


def _means(payments: tuple[Payment, ...], words: Wording) -> Means | None:
    """The greatest payment says the means; all are named in words."""
    if not payments:
        return None
    main = max(payments, key=lambda payment: payment.amount.minor)
    said = ", ".join(f"{words.method(paid.method)} {paid.detail or ''}".strip() for paid in payments)
    digits = _LAST_DIGITS.fullmatch(main.detail or "")
    if digits and main.method in codes.CARDS:
        return Means(code=codes.CARDS[main.method], text=said, card=digits[2], brand=digits[1])
    return Means(code=codes.MEANS.get(main.method, codes.OTHER_MEANS), text=said)


def _payment_terms(draft: Draft, words: Wording) -> str | None:
    """Where something is on account, that it is: whoever reads the standard strictly asks for terms then."""
    on_account = any(payment.method == codes.ON_ACCOUNT for payment in draft.payments)
    return words.method(codes.ON_ACCOUNT) if on_account else None


# --- amounts ---------------------------------------------------------------------------------------------------------


def _tax(line: TaxLine, draft: Draft, words: Wording) -> Tax:
    note = legal_notes(draft, words)[line.note].unescape() if line.note else None
    return Tax(
        net=amount(line.net),
        tax=amount(line.tax),
        category=line.tax_category.value,
        rate=_rate(line),
        reason=note,
        reason_code=line.exemption,
    )


def _rate(line: Line | TaxLine) -> str | None:
    return None if line.tax_category is TaxCategory.OUTSIDE else number(line.tax_rate)


def _sums(draft: Draft) -> Sums:
    """What was paid beyond the supply went to what is beside it."""
    totals, payable = draft.totals, draft.payable
    payments = (payment for payment in draft.payments if payment.method != codes.ON_ACCOUNT)
    received = total((payment.amount for payment in payments), draft.currency)
    paid = min(received.minor, payable.minor)
    return Sums(
        net=amount(totals.net),
        tax=amount(totals.tax),
        gross=amount(totals.gross),
        paid=amount(Money(paid, draft.currency)) if paid else None,
        rounding=amount(draft.rounding) if draft.rounding else None,
        due=amount(Money(payable.minor - paid, draft.currency)),
    )


def _item(line: Line, words: Wording) -> Item:
    quantity, unit = abs(line.quantity), line.unit
    if not quantity or unit not in codes.UNITS:
        quantity, unit = Decimal(1), "C62"
    price, base = _price(abs(line.net.decimal), quantity)
    return Item(
        id=line.id,
        name=words.what(line),
        quantity=number(quantity.copy_sign(line.net.decimal)),
        unit=unit,
        net=amount(line.net),
        price=price,
        base=base,
        category=line.tax_category.value,
        rate=_rate(line),
    )


def _price(net: Decimal, quantity: Decimal) -> tuple[str, str | None]:
    """The price of one, if that is exact in a few decimals; else the price of all. Never below zero (BR-27)."""
    one = round(net / quantity, _PRICE_DECIMALS)
    return (number(one), None) if one * quantity == net else (f"{net:f}", number(quantity))

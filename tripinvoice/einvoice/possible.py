"""Which documents can be an EN 16931 invoice, and which cannot: by what rule.

A document that lacks what the standard asks for stays what it is on paper; no XML is made of it that its readers would
have to refuse. The law asks less of many of ours: a taxi ride's small invoice names no recipient.
"""

from collections.abc import Iterator

from tripinvoice.einvoice.terms import Terms
from tripinvoice.einvoice.traders import buyer, seller
from tripinvoice.invoice import Draft, Invoice, Kind, Party, TaxCategory
from tripinvoice.money import exponent
from tripinvoice.validate import VAT_COUNTRIES

_DECIMALS = 2
_XRECHNUNG_TYPES = frozenset({"380", "381", "389"})


def obstacles(invoice: Invoice) -> Iterator[str]:
    """Why it cannot be one: the rules that it would break, each with what it asks."""
    draft = invoice.draft
    if not invoice.number:
        yield "BR-02: a specimen has no number"
    if draft.key.kind is Kind.RECEIPT:
        yield "a receipt is no invoice"
    if draft.country not in VAT_COUNTRIES:
        yield "EN 16931 is for the VAT of the European Union and of the United Kingdom"
    currencies = {draft.currency, *({draft.national_tax.tax.currency} if draft.national_tax else ())}
    if any(exponent(currency) > _DECIMALS for currency in currencies):
        yield "BR-DEC: amounts have two decimals at most"
    if draft.supplier.country is None:
        yield "BR-09: the supplier's country must be known"
    if draft.recipient is None:
        yield "BR-07: the recipient must be known"
    else:
        yield from _of_parties(draft, draft.recipient)


def _of_parties(draft: Draft, recipient: Party) -> Iterator[str]:
    categories = {line.tax_category for line in draft.tax_lines}
    outside = TaxCategory.OUTSIDE in categories
    sold, bought = seller(draft.supplier, outside_vat=outside), buyer(recipient, outside_vat=outside)
    if not bought.country:
        yield "BR-11: the recipient's country must be known"
    if not (sold.identifier or sold.register or sold.vat):
        yield "BR-CO-26: the supplier must have a number: of a register, for VAT, or another"
    if not outside and not (sold.vat or sold.tax_office):
        yield f"BR-{min(categories)}-02: the supplier must have a VAT number or another of the tax office"
    if TaxCategory.REVERSE_CHARGE in categories and not (bought.vat or bought.register):
        yield "BR-AE-02: the recipient must have a VAT number or one of a register"


def xrechnung_obstacles(terms: Terms) -> Iterator[str]:
    """What an EN 16931 invoice lacks for being an XRechnung, too."""
    if not terms.buyer_reference:
        yield "BR-DE-15: the recipient must have given a reference, such as a Leitweg-ID"
    if terms.type_code not in _XRECHNUNG_TYPES:
        yield "BR-DE-17: it has no such type of document"
    contact = terms.seller.contact
    if contact is None or not (contact.name and contact.phone and contact.email):
        yield "BR-DE-2: the supplier, or who writes for him, must have a contact with name, phone and e-mail"
    if not (terms.seller.city and terms.seller.postcode and terms.buyer.city and terms.buyer.postcode):
        yield "BR-DE-3, 4, 8, 9: supplier and recipient must have a city and a postcode"
    if not (terms.seller.endpoint and terms.buyer.endpoint):
        yield "PEPPOL-EN16931-R010, R020: supplier and recipient must have an electronic address"

"""EN 16931 in the syntax of OASIS: Universal Business Language 2.1, Invoice and CreditNote (CEN/TS 16931-3-2)."""

from tripinvoice.einvoice.terms import Id, Item, Means, Note, Sums, Tax, Terms, Trader
from tripinvoice.einvoice.xml import Element, document, element

_COMMON = {
    "xmlns:cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "xmlns:cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_NO_NETWORK = "NA"  # the schema wants the card's network, EN 16931 has no term for it


def write(terms: Terms) -> bytes:
    """The file. A credit note is a document of its own here."""
    root = "CreditNote" if terms.is_credit else "Invoice"
    parts = (*_head(terms, root), *_parties(terms), *_amounts(terms), *_items(terms))
    held = tuple(part for part in parts if part is not None)
    namespace = {"xmlns": f"urn:oasis:names:specification:ubl:schema:xsd:{root}-2"}
    return document(Element(root, held, namespace | _COMMON))


def _head(terms: Terms, root: str) -> tuple[Element | None, ...]:
    return (
        element("cbc:CustomizationID", terms.specification),
        element("cbc:ProfileID", terms.process),
        element("cbc:ID", terms.number),
        element("cbc:IssueDate", terms.issue_date.isoformat()),
        element(f"cbc:{root}TypeCode", terms.type_code),
        *(_note(note) for note in terms.notes),
        element("cbc:DocumentCurrencyCode", terms.currency),
        element("cbc:TaxCurrencyCode", terms.national_currency),
        element("cbc:BuyerReference", terms.buyer_reference),
        element("cac:OrderReference", element("cbc:ID", terms.purchase_order)),
        _preceding(terms),
    )


def _note(note: Note) -> Element | None:
    return element("cbc:Note", f"#{note.subject}#{note.text}" if note.subject else note.text)


def _preceding(terms: Terms) -> Element | None:
    if terms.preceding is None:
        return None
    number, day = terms.preceding
    return element(
        "cac:BillingReference",
        element(
            "cac:InvoiceDocumentReference",
            element("cbc:ID", number),
            element("cbc:IssueDate", day.isoformat()),
        ),
    )


# --- parties ---------------------------------------------------------------------------------------------------------


def _parties(terms: Terms) -> tuple[Element | None, ...]:
    return (
        element("cac:AccountingSupplierParty", _trader(terms.seller)),
        element("cac:AccountingCustomerParty", _trader(terms.buyer)),
        element("cac:Delivery", element("cbc:ActualDeliveryDate", terms.supply_date.isoformat())),
    )


def _trader(trader: Trader) -> Element | None:
    return element(
        "cac:Party",
        _id("cbc:EndpointID", trader.endpoint),
        element("cac:PartyIdentification", _id("cbc:ID", trader.identifier)),
        _address(trader),
        _tax_scheme(trader.vat, "VAT"),
        _tax_scheme(trader.tax_office, "FC"),
        element(
            "cac:PartyLegalEntity",
            element("cbc:RegistrationName", trader.name),
            _id("cbc:CompanyID", trader.register),
        ),
        _contact(trader),
    )


def _id(name: str, found: Id | None) -> Element | None:
    return element(name, found.value, schemeID=found.scheme) if found else None


def _address(trader: Trader) -> Element | None:
    one, two, three, *_ = (*trader.address, None, None, None)
    return element(
        "cac:PostalAddress",
        element("cbc:StreetName", one),
        element("cbc:AdditionalStreetName", two),
        element("cbc:CityName", trader.city),
        element("cbc:PostalZone", trader.postcode),
        element("cbc:CountrySubentity", trader.subdivision),
        element("cac:AddressLine", element("cbc:Line", three)),
        element("cac:Country", element("cbc:IdentificationCode", trader.country)),
    )


def _tax_scheme(number: str | None, scheme: str) -> Element | None:
    if number is None:
        return None
    return element(
        "cac:PartyTaxScheme",
        element("cbc:CompanyID", number),
        element("cac:TaxScheme", element("cbc:ID", scheme)),
    )


def _contact(trader: Trader) -> Element | None:
    contact = trader.contact
    if contact is None:
        return None
    return element(
        "cac:Contact",
        element("cbc:Name", contact.name),
        element("cbc:Telephone", contact.phone),
        element("cbc:ElectronicMail", contact.email),
    )


# --- amounts ---------------------------------------------------------------------------------------------------------


def _amounts(terms: Terms) -> tuple[Element | None, ...]:
    currency = terms.currency
    return (
        _means(terms.means),
        element("cac:PaymentTerms", element("cbc:Note", terms.payment_terms)),
        element(
            "cac:TaxTotal",
            element("cbc:TaxAmount", terms.sums.tax, currencyID=currency),
            [_tax(tax, currency) for tax in terms.taxes],
        ),
        element("cac:TaxTotal", element("cbc:TaxAmount", terms.national_tax, currencyID=terms.national_currency)),
        _sums(terms.sums, currency),
    )


def _means(means: Means | None) -> Element | None:
    if means is None:
        return None
    return element(
        "cac:PaymentMeans",
        element("cbc:PaymentMeansCode", means.code, name=means.text),
        _card(means.card, means.brand) if means.card else None,
    )


def _card(digits: str, brand: str | None) -> Element | None:
    return element(
        "cac:CardAccount",
        element("cbc:PrimaryAccountNumberID", digits),
        element("cbc:NetworkID", brand or _NO_NETWORK),
    )


def _tax(tax: Tax, currency: str) -> Element | None:
    return element(
        "cac:TaxSubtotal",
        element("cbc:TaxableAmount", tax.net, currencyID=currency),
        element("cbc:TaxAmount", tax.tax, currencyID=currency),
        element(
            "cac:TaxCategory",
            element("cbc:ID", tax.category),
            element("cbc:Percent", tax.rate),
            element("cbc:TaxExemptionReasonCode", tax.reason_code),
            element("cbc:TaxExemptionReason", tax.reason),
            element("cac:TaxScheme", element("cbc:ID", "VAT")),
        ),
    )


def _sums(sums: Sums, currency: str) -> Element | None:
    return element(
        "cac:LegalMonetaryTotal",
        element("cbc:LineExtensionAmount", sums.net, currencyID=currency),
        element("cbc:TaxExclusiveAmount", sums.net, currencyID=currency),
        element("cbc:TaxInclusiveAmount", sums.gross, currencyID=currency),
        element("cbc:PrepaidAmount", sums.paid, currencyID=currency),
        element("cbc:PayableRoundingAmount", sums.rounding, currencyID=currency),
        element("cbc:PayableAmount", sums.due, currencyID=currency),
    )


# --- lines -----------------------------------------------------------------------------------------------------------


def _items(terms: Terms) -> tuple[Element | None, ...]:
    line, quantity = (
        ("cac:CreditNoteLine", "cbc:CreditedQuantity")
        if terms.is_credit
        else ("cac:InvoiceLine", "cbc:InvoicedQuantity")
    )
    return tuple(
        element(
            line,
            element("cbc:ID", item.id),
            element(quantity, item.quantity, unitCode=item.unit),
            element("cbc:LineExtensionAmount", item.net, currencyID=terms.currency),
            _product(item),
            _price(item, terms.currency),
        )
        for item in terms.items
    )


def _product(item: Item) -> Element | None:
    return element(
        "cac:Item",
        element("cbc:Name", item.name),
        element(
            "cac:ClassifiedTaxCategory",
            element("cbc:ID", item.category),
            element("cbc:Percent", item.rate),
            element("cac:TaxScheme", element("cbc:ID", "VAT")),
        ),
    )


def _price(item: Item, currency: str) -> Element | None:
    return element(
        "cac:Price",
        element("cbc:PriceAmount", item.price, currencyID=currency),
        element("cbc:BaseQuantity", item.base, unitCode=item.unit),
    )

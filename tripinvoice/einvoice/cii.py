"""EN 16931 in the syntax of UN/CEFACT: Cross Industry Invoice, D16B (CEN/TS 16931-3-3)."""

from datetime import date

from tripinvoice.einvoice.terms import Id, Item, Means, Note, Sums, Tax, Terms, Trader
from tripinvoice.einvoice.xml import Element, document, element

_NAMESPACES = {
    "xmlns:rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "xmlns:ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "xmlns:udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "xmlns:qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}


def write(terms: Terms) -> bytes:
    """The file."""
    parts = (_context(terms), _head(terms), _transaction(terms))
    held = tuple(part for part in parts if part is not None)
    return document(Element("rsm:CrossIndustryInvoice", held, _NAMESPACES))


def _context(terms: Terms) -> Element | None:
    return element(
        "rsm:ExchangedDocumentContext",
        element("ram:BusinessProcessSpecifiedDocumentContextParameter", element("ram:ID", terms.process)),
        element("ram:GuidelineSpecifiedDocumentContextParameter", element("ram:ID", terms.specification)),
    )


def _head(terms: Terms) -> Element | None:
    return element(
        "rsm:ExchangedDocument",
        element("ram:ID", terms.number),
        element("ram:TypeCode", terms.type_code),
        element("ram:IssueDateTime", _day("udt", terms.issue_date)),
        [_note(note) for note in terms.notes],
    )


def _note(note: Note) -> Element | None:
    return element("ram:IncludedNote", element("ram:Content", note.text), element("ram:SubjectCode", note.subject))


def _transaction(terms: Terms) -> Element | None:
    return element(
        "rsm:SupplyChainTradeTransaction",
        [_item(item) for item in terms.items],
        element(
            "ram:ApplicableHeaderTradeAgreement",
            element("ram:BuyerReference", terms.buyer_reference),
            _trader("ram:SellerTradeParty", terms.seller),
            _trader("ram:BuyerTradeParty", terms.buyer),
            element(
                "ram:BuyerOrderReferencedDocument",
                element("ram:IssuerAssignedID", terms.purchase_order),
            ),
        ),
        element(
            "ram:ApplicableHeaderTradeDelivery",
            element(
                "ram:ActualDeliverySupplyChainEvent",
                element("ram:OccurrenceDateTime", _day("udt", terms.supply_date)),
            ),
        ),
        _settlement(terms),
    )


def _item(item: Item) -> Element | None:
    return element(
        "ram:IncludedSupplyChainTradeLineItem",
        element("ram:AssociatedDocumentLineDocument", element("ram:LineID", item.id)),
        element("ram:SpecifiedTradeProduct", element("ram:Name", item.name)),
        element(
            "ram:SpecifiedLineTradeAgreement",
            element(
                "ram:NetPriceProductTradePrice",
                element("ram:ChargeAmount", item.price),
                element("ram:BasisQuantity", item.base, unitCode=item.unit),
            ),
        ),
        element(
            "ram:SpecifiedLineTradeDelivery",
            element("ram:BilledQuantity", item.quantity, unitCode=item.unit),
        ),
        element(
            "ram:SpecifiedLineTradeSettlement",
            element(
                "ram:ApplicableTradeTax",
                element("ram:TypeCode", "VAT"),
                element("ram:CategoryCode", item.category),
                element("ram:RateApplicablePercent", item.rate),
            ),
            element(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                element("ram:LineTotalAmount", item.net),
            ),
        ),
    )


# --- parties ---------------------------------------------------------------------------------------------------------


def _trader(name: str, trader: Trader) -> Element | None:
    plain = trader.identifier is not None and trader.identifier.scheme is None
    return element(
        name,
        _id("ram:ID" if plain else "ram:GlobalID", trader.identifier),
        element("ram:Name", trader.name),
        element("ram:SpecifiedLegalOrganization", _id("ram:ID", trader.register)),
        _contact(trader),
        _address(trader),
        element("ram:URIUniversalCommunication", _id("ram:URIID", trader.endpoint)),
        element("ram:SpecifiedTaxRegistration", element("ram:ID", trader.vat, schemeID="VA")),
        element("ram:SpecifiedTaxRegistration", element("ram:ID", trader.tax_office, schemeID="FC")),
    )


def _id(name: str, found: Id | None) -> Element | None:
    return element(name, found.value, schemeID=found.scheme) if found else None


def _contact(trader: Trader) -> Element | None:
    contact = trader.contact
    if contact is None:
        return None
    return element(
        "ram:DefinedTradeContact",
        element("ram:PersonName", contact.name),
        element("ram:TelephoneUniversalCommunication", element("ram:CompleteNumber", contact.phone)),
        element("ram:EmailURIUniversalCommunication", element("ram:URIID", contact.email)),
    )


def _address(trader: Trader) -> Element | None:
    names = ("ram:LineOne", "ram:LineTwo", "ram:LineThree")
    return element(
        "ram:PostalTradeAddress",
        element("ram:PostcodeCode", trader.postcode),
        [element(name, line) for name, line in zip(names, trader.address, strict=False)],
        element("ram:CityName", trader.city),
        element("ram:CountryID", trader.country),
        element("ram:CountrySubDivisionName", trader.subdivision),
    )


# --- amounts ---------------------------------------------------------------------------------------------------------


def _settlement(terms: Terms) -> Element | None:
    return element(
        "ram:ApplicableHeaderTradeSettlement",
        element("ram:TaxCurrencyCode", terms.national_currency),
        element("ram:InvoiceCurrencyCode", terms.currency),
        _means(terms.means),
        [_tax(tax) for tax in terms.taxes],
        element("ram:SpecifiedTradePaymentTerms", element("ram:Description", terms.payment_terms)),
        _sums(terms, terms.sums),
        _preceding(terms),
    )


def _means(means: Means | None) -> Element | None:
    if means is None:
        return None
    return element(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        element("ram:TypeCode", means.code),
        element("ram:Information", means.text),
        element("ram:ApplicableTradeSettlementFinancialCard", element("ram:ID", means.card)),
    )


def _tax(tax: Tax) -> Element | None:
    return element(
        "ram:ApplicableTradeTax",
        element("ram:CalculatedAmount", tax.tax),
        element("ram:TypeCode", "VAT"),
        element("ram:ExemptionReason", tax.reason),
        element("ram:BasisAmount", tax.net),
        element("ram:CategoryCode", tax.category),
        element("ram:ExemptionReasonCode", tax.reason_code),
        element("ram:RateApplicablePercent", tax.rate),
    )


def _sums(terms: Terms, sums: Sums) -> Element | None:
    return element(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        element("ram:LineTotalAmount", sums.net),
        element("ram:TaxBasisTotalAmount", sums.net),
        element("ram:TaxTotalAmount", sums.tax, currencyID=terms.currency),
        element("ram:TaxTotalAmount", terms.national_tax, currencyID=terms.national_currency),
        element("ram:RoundingAmount", sums.rounding),
        element("ram:GrandTotalAmount", sums.gross),
        element("ram:TotalPrepaidAmount", sums.paid),
        element("ram:DuePayableAmount", sums.due),
    )


def _preceding(terms: Terms) -> Element | None:
    if terms.preceding is None:
        return None
    number, day = terms.preceding
    return element(
        "ram:InvoiceReferencedDocument",
        element("ram:IssuerAssignedID", number),
        element("ram:FormattedIssueDateTime", _day("qdt", day)),
    )


def _day(prefix: str, day: date) -> Element | None:
    return element(f"{prefix}:DateTimeString", f"{day:%Y%m%d}", format="102")

"""What an electronic invoice says, in both syntaxes."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import draft, invoice
from tests.unit.einvoice.documents import changed, credit_note, one_line, sold_to, supplied_by
from tests.unit.einvoice.reading import in_cii, in_ubl
from tests.unit.validate.mutants import (
    meal,
    reverse_charge,
    small_business,
)
from tripinvoice.einvoice import ubl
from tripinvoice.einvoice.codes import SUBJECTS
from tripinvoice.einvoice.mapping import terms
from tripinvoice.invoice import (
    Code,
    Contact,
    Fact,
    Invoice,
    IssuerMode,
    Kind,
    Line,
    Payment,
    TaxCategory,
    TaxId,
    TaxInCurrency,
)
from tripinvoice.money import Money

VAT = TaxId(scheme="VAT", value="DE 999 999 018")


def test_the_head() -> None:
    """Number, day, type, currency, references, day of supply."""
    issued = changed(buyer_reference="B-1", purchase_order="PO-2")
    read = in_ubl(issued)
    assert read.one("CustomizationID") == "urn:cen.eu:en16931:2017"
    assert (read.all("ID")[0], read.one("IssueDate"), read.one("InvoiceTypeCode")) == (
        issued.number,
        "2026-11-02",
        "380",
    )
    assert (read.one("DocumentCurrencyCode"), read.one("ActualDeliveryDate")) == ("EUR", "2026-11-02")
    assert (read.one("BuyerReference"), read.one("OrderReference/ID")) == ("B-1", "PO-2")
    read = in_cii(issued)
    assert read.one("ExchangedDocument/ID") == issued.number
    assert read.one("IssueDateTime/DateTimeString") == "20261102"
    assert read.one("OccurrenceDateTime/DateTimeString") == "20261102"
    assert (read.one("BuyerReference"), read.one("BuyerOrderReferencedDocument/IssuerAssignedID")) == ("B-1", "PO-2")


@pytest.mark.parametrize(
    ("issued", "code"),
    [
        (invoice(), "380"),
        (changed(issuer_mode=IssuerMode.SELF_BILLED), "389"),
        (credit_note(), "381"),
        (credit_note(IssuerMode.SELF_BILLED), "261"),
    ],
)
def test_the_type_of_document(issued: Invoice, code: str) -> None:
    """Self-billed or not, taken back or not."""
    assert in_cii(issued).one("ExchangedDocument/TypeCode") == code
    kind = "CreditNote" if issued.draft.key.kind is Kind.CREDIT_NOTE else "Invoice"
    assert (in_ubl(issued).name, in_ubl(issued).one(f"{kind}TypeCode")) == (kind, code)


def test_a_credit_note_names_what_it_takes_back() -> None:
    """Number, day and reason; amounts are above zero."""
    read = in_ubl(credit_note())
    assert read.one("InvoiceDocumentReference/ID") == "DE-1"
    assert read.one("InvoiceDocumentReference/IssueDate") == "2026-11-01"
    assert "#ACD#Fahrpreis berichtigt" in read.all("Note")
    assert read.one("CreditNoteLine/CreditedQuantity") == "1"
    assert read.one("PayableAmount") == "19.40"
    read = in_cii(credit_note())
    assert read.one("InvoiceReferencedDocument/IssuerAssignedID") == "DE-1"
    assert read.one("FormattedIssueDateTime/DateTimeString") == "20261101"
    assert read.all("IncludedNote/SubjectCode") == ["ACD"]


def test_notes_are_those_of_the_paper() -> None:
    """Who wrote it, what the form adds, codes; why there is no tax is with the tax."""
    of = small_business()
    issued = replace(
        changed(of, facts=(Fact(label="distance", value="8 < 9 & mehr"),)),
        codes=(Code(label="qr_code", text="ABC-1"), Code(label="qr_code", qr="only for machines")),
    )
    read = in_ubl(issued)
    assert read.all("Note") == [
        "Ausgestellt von Beispiel Mobility Germany GmbH im Namen und für Rechnung von Taxi Krüger e. K.",
        "Strecke: 8 < 9 & mehr",
        "Code zur Prüfung: ABC-1",
    ]
    assert read.one("TaxExemptionReason") == "Steuerfreier Umsatz nach § 19 UStG (Kleinunternehmerregelung)."
    assert in_cii(issued).one("ExemptionReason") == read.one("TaxExemptionReason")
    owed = in_ubl(invoice(reverse_charge()))
    assert (owed.one("TaxExemptionReasonCode"), owed.one("TaxCategory/ID")) == ("VATEX-EU-AE", "AE")


def test_a_code_of_exemption_needs_no_words() -> None:
    """The list has them."""
    of = small_business()
    issued = changed(of, tax_lines=(replace(of.tax_lines[0], note=None, exemption="VATEX-EU-O"),))
    assert in_ubl(issued).all("TaxExemptionReason") == []
    assert in_ubl(issued).one("TaxExemptionReasonCode") == "VATEX-EU-O"


def test_french_notes_have_the_subjects_that_french_rules_look_for() -> None:
    """By catalog key."""
    assert SUBJECTS == {"recovery_costs": "PMT", "late_penalty": "PMD", "no_discount": "AAB"}


def test_the_parties() -> None:
    """Seller is who supplied, though the platform wrote it."""
    issued = invoice()
    assert in_ubl(issued).all("RegistrationName") == ["Taxi Krüger e. K.", "Jürgen Weiß"]
    read = in_cii(issued)
    assert read.all("SellerTradeParty/Name") == ["Taxi Krüger e. K."]
    assert read.all("SellerTradeParty/SpecifiedTaxRegistration/ID") == ["37/181/50815"]
    assert read.attributes("SellerTradeParty/SpecifiedTaxRegistration/ID", "schemeID") == ["FC"]
    assert read.all("SellerTradeParty/ID") == ["3718150815"]  # BR-CO-26
    assert read.one("BuyerTradeParty/PostalTradeAddress/LineOne") == "Lindenstraße 5"
    assert read.all("PostalTradeAddress/CountryID") == ["DE", "DE"]


@pytest.mark.parametrize(
    ("tax_ids", "expected"),
    [
        ((VAT,), {"vat": "DE999999018"}),
        ((TaxId(scheme="DE-STNR", value="1/2"), VAT), {"vat": "DE999999018", "tax_office": "1/2"}),
        (
            (TaxId(scheme="FR-SIREN", value="999 999 998"),),
            {"register": ("999999998", "0002"), "tax_office": "999999998"},
        ),
        (
            (TaxId(scheme="FR-SIRET", value="999 999 998 00019"),),
            {
                "register": ("999999998", "0002"),
                "identifier": ("99999999800019", "0009"),
                "tax_office": "999999998",
            },
        ),
        (
            (TaxId(scheme="FR-SIREN", value="999 999 998"), TaxId(scheme="VAT", value="FR11999999998")),
            {"register": ("999999998", "0002"), "vat": "FR11999999998"},
        ),
        (
            (TaxId(scheme="SE-ORGNR", value="999999-9999"),),
            {"register": ("9999999999", "0007"), "tax_office": "9999999999"},
        ),
        ((TaxId(scheme="DE-HRB", value="München HRB 1"),), {"register": ("München HRB 1", None)}),
        ((TaxId(scheme="ES-NIF", value="B99999997"),), {"tax_office": "B99999997", "identifier": ("B99999997", None)}),
        ((TaxId(scheme="OWN", value="a-1"),), {"identifier": ("a-1", None)}),
    ],
)
def test_which_number_is_what(tax_ids: tuple[TaxId, ...], expected: dict[str, Any]) -> None:
    """VAT, tax office, register, establishment; any other identifies a seller who has none of them."""
    issued = supplied_by(tax_ids=tax_ids)
    assert issued.draft.recipient is not None
    seller = terms(issued, issued.draft.recipient).seller
    found = {
        "vat": seller.vat,
        "tax_office": seller.tax_office,
        "register": seller.register and (seller.register.value, seller.register.scheme),
        "identifier": seller.identifier and (seller.identifier.value, seller.identifier.scheme),
    }
    assert {key: value for key, value in found.items() if value is not None} == expected


def test_a_buyers_tax_number_identifies_him() -> None:
    """There is no term for it; establishments have a code in a list."""
    read = in_cii(sold_to(tax_ids=(TaxId(scheme="ES-NIF", value="B99999997"),)))
    assert read.all("BuyerTradeParty/ID") == ["B99999997"]
    read = in_cii(sold_to(tax_ids=(TaxId(scheme="FR-SIRET", value="99999999800019"),)))
    assert read.all("BuyerTradeParty/GlobalID") == ["99999999800019"]
    assert read.attributes("BuyerTradeParty/GlobalID", "schemeID") == ["0009"]


def test_addresses_contacts_and_where_invoices_go() -> None:
    """Five lines become three; an e-mail address is an electronic one."""
    whom = Contact(name="A. Muster", phone="030 1", email="a@b.example")
    issued = supplied_by(address=("1", "2", "3", "4", "5"), subdivision="DE-BE", contact=whom)
    read = in_ubl(issued)
    assert (read.all("StreetName")[0], read.one("AdditionalStreetName"), read.one("Line")) == ("1", "2", "3, 4, 5")
    assert (read.one("CountrySubentity"), read.one("Telephone")) == ("DE-BE", "030 1")
    assert (read.one("EndpointID"), read.attributes("EndpointID", "schemeID")) == ("a@b.example", ["EM"])
    read = in_cii(issued)
    assert read.one("LineThree") == "3, 4, 5"
    assert (read.one("PersonName"), read.one("EmailURIUniversalCommunication/URIID")) == ("A. Muster", "a@b.example")
    assert read.one("SellerTradeParty/URIUniversalCommunication/URIID") == "a@b.example"
    only_name = supplied_by(contact=Contact(name="A. Muster"))
    assert in_ubl(only_name).all("EndpointID") == []


def test_a_self_billed_document_has_no_contact_of_the_buyers() -> None:
    """Who wrote it is whom it goes to."""
    of = draft()
    assert of.recipient is not None
    buyer = replace(of.recipient, contact=Contact(name="Einkauf"))
    issued = changed(of, recipient=buyer, issuer=buyer, issuer_mode=IssuerMode.SELF_BILLED)
    assert in_cii(issued).all("SellerTradeParty/DefinedTradeContact/PersonName") == []
    assert in_cii(issued).all("BuyerTradeParty/DefinedTradeContact/PersonName") == ["Einkauf"]


def test_the_sums() -> None:
    """Paid in full by card: nothing is due; what is paid beside the supply is not in it."""
    tip = replace(draft().lines[0], id="2", code="tip", gross=Money(200, "EUR"))
    paid = (Payment(method="card", detail="Visa ·· 4242", amount=Money(2140, "EUR")),)
    read = in_ubl(changed(outside=(tip,), payments=paid))
    assert (read.one("TaxInclusiveAmount"), read.one("PrepaidAmount"), read.one("PayableAmount")) == (
        "19.40",
        "19.40",
        "0.00",
    )
    assert len(read.all("InvoiceLine/ID")) == 1
    assert read.all("TaxTotal/TaxAmount") == ["1.27"]
    assert (read.one("PrimaryAccountNumberID"), read.one("NetworkID")) == ("4242", "Visa")
    assert read.attributes("PaymentMeansCode", "name") == ["Karte Visa ·· 4242"]
    assert in_cii(changed(payments=paid)).one("ApplicableTradeSettlementFinancialCard/ID") == "4242"


@pytest.mark.parametrize(
    ("payments", "code", "due", "text"),
    [
        ((), None, "19.40", None),
        ((("invoice", None, 1940),), "1", "19.40", "Auf Rechnung"),
        ((("cash", None, 1940),), "10", "0.00", "Bar"),
        ((("card", None, 1940),), "68", "0.00", "Karte"),
        ((("debit_card", "·· 4242", 1940),), "55", "0.00", "Debitkarte ·· 4242"),
        ((("platform_promotion", None, 500),), "1", "14.40", "Aktion der Plattform"),
        ((("voucher", None, 940), ("paypal", None, 1000)), "68", "0.00", "Gutschein, PayPal"),
    ],
)
def test_how_it_was_paid(
    payments: tuple[tuple[str, str | None, int], ...], code: str | None, due: str, text: str | None
) -> None:
    """The greatest payment says the means; what is on account is still due."""
    made = tuple(Payment(method=m, detail=detail, amount=Money(minor, "EUR")) for m, detail, minor in payments)
    read = in_ubl(changed(payments=made))
    assert read.all("PaymentMeansCode") == ([code] if code else [])
    assert read.attributes("PaymentMeansCode", "name") == ([text] if text else [])
    assert read.one("PayableAmount") == due
    assert read.all("PaymentTerms/Note") == (["Auf Rechnung"] if due == "19.40" and text else [])
    assert read.all("NetworkID") == (["NA"] if code == "55" else [])


def test_cash_that_was_rounded_and_tax_in_the_national_currency() -> None:
    """BT-114 and BT-111."""
    national = TaxInCurrency(tax=Money(540, "PLN"), rate=Decimal("4.25"), rate_date=date(2026, 11, 2), source="NBP")
    paid = (Payment(method="cash", amount=Money(1942, "EUR")),)
    issued = changed(rounding=Money(2, "EUR"), payments=paid, national_tax=national)
    read = in_ubl(issued)
    assert (read.one("PayableRoundingAmount"), read.one("PayableAmount")) == ("0.02", "0.00")
    assert (read.all("TaxTotal/TaxAmount"), read.one("TaxCurrencyCode")) == (["1.27", "5.40"], "PLN")
    read = in_cii(issued)
    assert read.attributes("TaxTotalAmount", "currencyID") == ["EUR", "PLN"]
    assert (read.one("RoundingAmount"), read.one("TaxCurrencyCode")) == ("0.02", "PLN")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("1", "C62", "18.13", None)),
        ({"quantity": Decimal(7), "net": Money(700, "EUR")}, ("7", "C62", "1", None)),
        ({"quantity": Decimal(2), "net": Money(2551, "EUR")}, ("2", "C62", "12.755", None)),
        ({"quantity": Decimal(3), "net": Money(1000, "EUR")}, ("3", "C62", "10.00", "3")),
        ({"quantity": Decimal("8.40"), "unit": "KMT"}, ("8.4", "KMT", "18.13", "8.4")),
        ({"quantity": Decimal(1), "net": Money(-183, "EUR")}, ("-1", "C62", "1.83", None)),
        ({"quantity": Decimal(-2), "net": Money(-184, "EUR")}, ("-2", "C62", "0.92", None)),
        ({"quantity": Decimal(0)}, ("1", "C62", "18.13", None)),
        ({"quantity": Decimal(3), "unit": "XYZ"}, ("1", "C62", "18.13", None)),
        ({"quantity": Decimal(5), "net": Money(0, "EUR")}, ("5", "C62", "0", None)),
    ],
)
def test_quantity_times_price_is_the_lines_amount(changes: dict[str, Any], expected: tuple[str, ...]) -> None:
    """Exactly, and no price is below zero; a unit that nobody knows is one piece."""
    issued = one_line(**changes)
    read = in_ubl(issued)
    bases = read.all("BaseQuantity")
    assert (
        read.one("InvoicedQuantity"),
        read.attributes("InvoicedQuantity", "unitCode")[0],
        read.one("PriceAmount"),
        bases[0] if bases else None,
    ) == expected
    net = Decimal(read.one("PriceAmount")) / Decimal(bases[0] if bases else 1) * Decimal(read.one("InvoicedQuantity"))
    assert abs(net - Decimal(read.one("InvoiceLine/LineExtensionAmount"))) < Decimal("1e-20")
    read = in_cii(issued)
    assert (read.one("BilledQuantity"), read.one("NetPriceProductTradePrice/ChargeAmount")) == (
        expected[0],
        expected[2],
    )


def test_amounts_are_written_as_money_is() -> None:
    """Two decimals, no zeros before, no exponent, rates without zeros behind."""
    lines = tuple(replace(meal().lines[0], id=str(no), net=Money(no, "EUR")) for no in (1, 10, 100_000_00))
    xml = (ubl(changed(meal(), lines=lines)) or b"").decode()
    amounts = re.findall(r"<cbc:\w*Amount[^>]*>([^<]*)<", xml)
    assert amounts
    assert [amount for amount in amounts if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?", amount)] == []
    assert re.findall(r"<cbc:Percent>([^<]*)<", xml)[:2] == ["7", "19"]


def test_without_decimals_there_are_none() -> None:
    """A currency has its own."""
    line = draft().lines[0]
    yen = replace(line, net=Money(1813, "JPY"), tax=Money(127, "JPY"), gross=Money(1940, "JPY"))
    of = draft()
    issued = changed(
        of,
        currency="JPY",
        lines=(yen,),
        tax_lines=(replace(of.tax_lines[0], net=yen.net, tax=yen.tax, gross=yen.gross),),
        totals=replace(of.totals, net=yen.net, tax=yen.tax, gross=yen.gross),
        payments=(),
    )
    assert in_ubl(issued).one("PayableAmount") == "1940"


def test_a_line_without_words_has_its_codes_name() -> None:
    """In the document's language."""
    of = draft()
    line: Line = replace(of.lines[0], description=None, tax_category=TaxCategory.STANDARD)
    assert in_ubl(changed(of, lines=(line,))).one("Item/Name") == "Fahrpreis"

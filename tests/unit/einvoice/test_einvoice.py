"""The electronic invoice: which document becomes one, and that it is the same wherever it is made."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import ISSUED_AT, draft, invoice
from tests.unit.einvoice.documents import authority, changed, credit_note, sold_to, supplied_by
from tests.unit.einvoice.reading import Read, in_cii, in_ubl
from tests.unit.validate.mutants import (
    groceries,
    meal,
    reverse_charge,
    ride,
    small_business,
    taxi_in_new_york,
    unregistered,
)
from tripinvoice.einvoice import EInvoice, attachment, cii, obstacle, ubl, xrechnung
from tripinvoice.invoice import (
    Contact,
    Correction,
    Fact,
    Invoice,
    IssuerMode,
    Kind,
    Party,
    Payment,
    TaxId,
    TaxInCurrency,
)
from tripinvoice.money import Money


def test_a_pdf_carries_factur_x_where_the_country_expects_it() -> None:
    """The same bytes that one gets when one asks."""
    issued = invoice()
    assert attachment(issued) == EInvoice(
        filename="factur-x.xml",
        content=cii(issued) or b"",
        media_type="text/xml",
        profile="EN 16931",
        relationship="Alternative",
    )
    assert attachment(changed(einvoice="ubl")) is None
    assert attachment(changed(einvoice=None)) is None
    assert attachment(changed(recipient=None)) is None


@pytest.mark.parametrize(
    ("issued", "reason"),
    [
        (invoice(taxi_in_new_york()), "a receipt is no invoice"),
        (changed(country="CH"), "EN 16931 is for the VAT of"),
        (changed(currency="KWD"), "BR-DEC: amounts have two decimals"),
        (
            changed(
                national_tax=TaxInCurrency(
                    tax=Money(1270, "KWD"), rate=Decimal(1), rate_date=date(2026, 11, 2), source="CBK"
                )
            ),
            "BR-DEC: amounts have two decimals",
        ),
        (replace(invoice(), number=""), "BR-02: a specimen"),
        (supplied_by(country=None), "BR-09: the supplier's country"),
        (changed(recipient=None), "BR-07: the recipient must be known"),
        (sold_to(country=None), "BR-11: the recipient's country"),
        (supplied_by(tax_ids=()), "BR-CO-26: the supplier must have a number"),
        (supplied_by(tax_ids=(TaxId(scheme="DE-HRB", value="HRB 1"),)), "BR-S-02: the supplier must have a VAT number"),
        (
            changed(reverse_charge(), recipient=replace(reverse_charge().supplier, tax_ids=())),
            "BR-AE-02: the recipient must have a VAT number",
        ),
    ],
)
def test_what_cannot_be_one_has_none_and_says_why(issued: Invoice, reason: str) -> None:
    """Never an XML that its readers must refuse."""
    assert (obstacle(issued) or "").startswith(reason)
    assert (obstacle(issued, as_xrechnung=True) or "").startswith(reason)
    assert [write(issued) for write in (cii, ubl, xrechnung, attachment)] == [None] * 4


@pytest.mark.parametrize("right", [ride, meal, small_business, reverse_charge, groceries])
def test_what_can_be_one_is(right: Any) -> None:
    """Of every category of tax."""
    issued = invoice(right())
    assert obstacle(issued) is None
    assert (in_cii(issued).name, in_ubl(issued).name) == ("CrossIndustryInvoice", "Invoice")


def test_outside_of_vat_nobody_has_a_vat_number() -> None:
    """BR-O-02: even who has one for other sales; it identifies him without being called one."""
    of = unregistered()
    british = TaxId(scheme="VAT", value="GB999900002")
    buyer = replace(of.supplier, tax_ids=(british,))
    issued = changed(of, supplier=replace(of.supplier, tax_ids=(british,)), recipient=buyer)
    assert obstacle(issued) is None
    assert in_ubl(issued).all("PartyTaxScheme/CompanyID") == []
    assert in_ubl(issued).all("PartyIdentification/ID") == ["GB999900002"]
    assert in_ubl(issued).all("TaxCategory/Percent") == []
    assert in_ubl(issued).all("TaxCategory/TaxExemptionReason") != []


# --- XRechnung -------------------------------------------------------------------------------------------------------


def test_an_xrechnung_names_its_specification() -> None:
    """And process; the contact is the platform's, which wrote it."""
    issued = authority()
    assert obstacle(issued, as_xrechnung=True) is None
    read = Read(xrechnung(issued))
    assert read.one("CustomizationID").endswith("#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0")
    assert read.one("ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    assert read.one("Contact/Name") == "Abrechnung"
    assert read.attributes("EndpointID", "schemeID") == ["EM", "0204"]
    assert read.one("PaymentMeansCode") == "48"
    unpaid = replace(issued, draft=replace(issued.draft, payments=()))
    assert Read(xrechnung(unpaid)).one("PaymentMeansCode") == "1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"buyer_reference": None}, "BR-DE-15"),
        (
            {
                "key": credit_note().draft.key,
                "correction": credit_note().draft.correction,
                "issuer_mode": IssuerMode.SELF_BILLED,
            },
            "BR-DE-17",
        ),
        ({"issuer": draft().issuer}, "BR-DE-2"),
        ({"issuer": replace(draft().issuer, contact=Contact(name="A", phone="123"))}, "BR-DE-2"),
        ({"supplier": replace(draft().supplier, postcode=None)}, "BR-DE-3, 4, 8, 9"),
        ({"recipient": draft().recipient}, "PEPPOL-EN16931-R010"),
    ],
)
def test_what_an_xrechnung_needs_more(changes: dict[str, Any], reason: str) -> None:
    """Its other EN 16931 forms are there all the same."""
    issued = changed(authority().draft, **changes)
    assert (obstacle(issued, as_xrechnung=True) or "").startswith(reason)
    assert obstacle(issued) is None
    assert xrechnung(issued) is None
    assert ubl(issued)


# --- bytes -----------------------------------------------------------------------------------------------------------

_PROGRAM = """
import sys
from tests.factories import delivery_sources, draft, invoice
from tripinvoice.einvoice import cii, ubl
for of in (draft(), draft(delivery_sources())):
    sys.stdout.buffer.write((cii(invoice(of)) or b"") + (ubl(invoice(of)) or b""))
"""


def test_two_processes_write_the_same_bytes() -> None:
    """Whatever the seed of their hashes, and wherever they are."""
    written = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(written) == 1
    assert written.pop().count(b"</Invoice>") == 2


HOSTILE = ("]]>", "<cbc:ID>x</cbc:ID>", "&amp;&lt;", "\x00\x0b\x1b", "\ufffe\uffff", "'\"--><!--", "a\u2028b\r\nc")


def _hostile(text: str) -> Invoice:
    """Every text of the document is this one."""
    of = draft()
    whom = Contact(name=text, phone=text, email=text)
    somebody = Party(
        name=text,
        address=(text,) * 5,
        postcode=text,
        city=text,
        country="DE",
        tax_ids=(TaxId(scheme="OWN", value=text), TaxId(scheme="DE-STNR", value=text)),
        subdivision=text,
        electronic_address=TaxId(scheme="0204", value=text),
        contact=whom,
    )
    return replace(
        changed(
            of,
            supplier=somebody,
            issuer=somebody,
            recipient=somebody,
            lines=(replace(of.lines[0], description=text),),
            payments=(Payment(method="card", detail=text, amount=Money(1940, "EUR")),),
            facts=(Fact(label="distance", value=text),),
            buyer_reference=text,
            purchase_order=text,
            correction=Correction(document=of.key, number=text, issue_date=ISSUED_AT.date(), reason=text, request="r"),
            key=replace(of.key, kind=Kind.CREDIT_NOTE),
        ),
        number=text,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_outside_text_stays_text(text: str) -> None:
    """In every place: the document has the elements that any other has."""
    harmless = _hostile("x")
    for read in (in_cii, in_ubl):
        names = [element.tag for element in read(harmless)._root.iter()]
        hostile = read(_hostile(text))
        assert [element.tag for element in hostile._root.iter()] == names
        said = [element.text or "" for element in hostile._root.iter()]
        visible = re.sub("[\x00\x0b\x1b\ufffe\uffff]", "\ufffd", text).replace("\r\n", "\n")
        assert sum(visible in words for words in said) >= 15

"""Documents, changed and issued."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.factories import draft, invoice
from tripinvoice.invoice import (
    Contact,
    Correction,
    Draft,
    Invoice,
    IssuerMode,
    Kind,
    TaxId,
)


def changed(of: Draft | None = None, **changes: Any) -> Invoice:
    """A ride, or another draft, changed and issued."""
    return invoice(replace(of or draft(), **changes))


def supplied_by(**changes: Any) -> Invoice:
    """A ride with a changed supplier."""
    of = draft()
    return changed(of, supplier=replace(of.supplier, **changes))


def sold_to(**changes: Any) -> Invoice:
    """A ride with a changed recipient."""
    of = draft()
    assert of.recipient is not None
    return changed(of, recipient=replace(of.recipient, **changes))


def one_line(**changes: Any) -> Invoice:
    """A ride whose line is changed."""
    of = draft()
    return changed(of, lines=(replace(of.lines[0], **changes),))


def credit_note(mode: IssuerMode = IssuerMode.ON_BEHALF) -> Invoice:
    """What takes a ride back."""
    of = draft()
    corrects = Correction(
        document=of.key, number="DE-1", issue_date=date(2026, 11, 1), reason="Fahrpreis berichtigt", request="t-1"
    )
    return changed(of, key=replace(of.key, kind=Kind.CREDIT_NOTE), correction=corrects, payments=(), issuer_mode=mode)


def authority() -> Invoice:
    """A ride of somebody who wants an XRechnung."""
    of = draft()
    assert of.recipient is not None
    buyer = replace(of.recipient, electronic_address=TaxId(scheme="0204", value="04011000-99999-08"))
    whom = Contact(name="Abrechnung", phone="+49 30 5555 0100", email="rechnung@mobility.example")
    return changed(of, recipient=buyer, issuer=replace(of.issuer, contact=whom), buyer_reference="04011000-99999-08")

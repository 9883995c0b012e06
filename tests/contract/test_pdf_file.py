"""One file for archives, screen readers and machines: what is written into it, and that it is always the same."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from tests.factories import delivery_sources, invoice
from tests.judges.press import SAMPLES, Page, pressed
from tripinvoice.assemble import assemble

CII = (SAMPLES / "invoice.cii.xml").read_bytes()
PAGES = {
    "ride": Page(invoice=invoice()),
    "carrying": Page(invoice=invoice(), xml=CII),
    "food": Page(invoice=invoice(assemble(delivery_sources())[0]), xml=CII),
}
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages, printed."""
    return pressed(PAGES, tmp_path_factory.mktemp("files"))


def xmp(file: Path) -> ET.Element:
    """The file's metadata."""
    stream = PdfReader(file).root_object["/Metadata"]
    assert isinstance(stream, StreamObject)
    return ET.fromstring(stream.get_data())  # noqa: S314 (our own)


@pytest.mark.parametrize("name", PAGES)
def test_a_file_says_what_it_is_in_one_place(files: dict[str, Path], name: str) -> None:
    """PDF/A-3a and PDF/UA-1 in the same ``rdf:RDF``: a reader looks at the first, and at no other."""
    (rdf,) = xmp(files[name])
    assert rdf.tag == f"{RDF}RDF"
    said = {key: value for item in rdf for key, value in item.attrib.items()}
    said |= {item.tag: item.text or "" for description in rdf for item in description}
    assert (said[f"{PDFA}part"], said[f"{PDFA}conformance"], said[f"{PDFUA}part"]) == ("3", "A", "1")
    assert (f"{FX}Version" in said) == (name != "ride")


def test_a_file_names_the_xml_it_carries(files: dict[str, Path]) -> None:
    """As Factur-X asks for: what it is, under which name, how complete."""
    said = {item.tag.removeprefix(FX): item.text for description in xmp(files["carrying"])[0] for item in description}
    assert said["DocumentType"] == "INVOICE"
    assert said["DocumentFileName"] == "factur-x.xml"
    assert said["Version"] == "1.0"
    assert said["ConformanceLevel"] == "EN 16931"


def test_the_xml_is_carried_byte_for_byte(files: dict[str, Path]) -> None:
    """With its media type, relation to the page, and the time of issue as its dates."""
    reader = PdfReader(files["carrying"])
    assert {name: list(contents) for name, contents in reader.attachments.items()} == {"factur-x.xml": [CII]}
    (associated,) = (item.get_object() for item in reader.root_object["/AF"])  # type: ignore[attr-defined]
    assert associated["/AFRelationship"] == "/Alternative"
    assert associated["/UF"] == "factur-x.xml"
    embedded = associated["/EF"]["/F"].get_object()
    assert embedded["/Subtype"] == "/text/xml"
    parameters = embedded["/Params"]
    assert isinstance(parameters, DictionaryObject)
    dates = {str(parameters["/CreationDate"]), str(parameters["/ModDate"])}
    assert dates == {f"D:{invoice().issued_at:%Y%m%d%H%M%S}Z"}


def test_a_name_is_only_a_name(tmp_path: Path) -> None:
    """What is printed into the metadata is escaped there."""
    odd = Page(invoice=invoice(), xml=b"<a/>", filename="a&<b>.xml")
    said = {
        item.tag: item.text for description in xmp(pressed({"odd": odd}, tmp_path)["odd"])[0] for item in description
    }
    assert said[f"{FX}DocumentFileName"] == "a&<b>.xml"


def test_the_same_file_everywhere(files: dict[str, Path], tmp_path: Path) -> None:
    """In another process, time zone, locale and with another hash seed, printed in another order: the same bytes."""
    backwards = dict(reversed(PAGES.items()))
    strange = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8"}
    again = pressed(backwards, tmp_path, **strange)
    assert {name: again[name].read_bytes() == files[name].read_bytes() for name in PAGES} == dict.fromkeys(PAGES, True)
    assert files["ride"].read_bytes() != files["carrying"].read_bytes()

"""The judges catch what is planted, and let pass what is right: a judge that never objects proves nothing."""

from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from tests.factories import invoice
from tests.judges.fixtures import Mustang, Schematron, VeraPdf
from tests.judges.press import SAMPLES, Page, page, pressed
from tests.judges.schematron import schematron as all_failures
from tests.judges.verdict import JudgeError
from tests.servers import programs
from tests.servers.programs import MissingServerError

CII = (SAMPLES / "invoice.cii.xml").read_bytes()
UBL = (SAMPLES / "invoice.ubl.xml").read_bytes()
SAMPLES_OF = {"cii": CII, "ubl": UBL, "peppol-ubl": UBL, "xrechnung-ubl": UBL, "france-cii": CII, "france-ubl": UBL}

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 2 2">{}<path d="M0 0h1v1h-1z"/></svg>'
)
# Bodies of pages, with the rules that they break: of PDF/A-3a, of PDF/UA-1.
BODIES: dict[str, tuple[str, set[str], set[str]]] = {
    "text": ("<h1>Taxi</h1><h2>Fahrt</h2><p>19,40 €</p>", set(), set()),
    "svg": (f"<p>{SQUARE.format('<title>Code</title>')}</p>", set(), set()),
    "faint colour": ('<p style="color: rgba(0, 0, 0, 0.1)">19,40 €</p>', set(), set()),
    "rotated": ('<p style="position: fixed; transform: rotate(-30deg)">Muster</p>', set(), set()),
    "emoji": ("<p>🍕</p>", {"6.2.11.8-1"}, {"7.21.8-1"}),
    "private use": ("<p>\ue000</p>", {"6.2.11.7.3-1", "6.2.11.8-1"}, {"7.21.8-1"}),
    "in the style": ('<style>p::before { content: "🍕" }</style><p>Pizza</p>', {"6.2.11.8-1"}, {"7.21.8-1"}),
    "jump": ("<h1>Taxi</h1><h3>Fahrt</h3>", set(), {"7.4.2-1"}),
    "svg without words": (f"<p>{SQUARE.format('')}</p>", set(), {"7.3-1"}),
    "opacity": ('<p style="opacity: 0.5">19,40 €</p>', set(), {"7.1-3"}),
    "head alone": ("<table><thead><tr><th>Betrag</th></tr></thead></table>", set(), {"7.2-14"}),
}
# What is done to the metadata of a file that is right, with the rules that this breaks. Of the same length each time.
METADATA: dict[str, tuple[bytes, bytes, set[str]]] = {
    "property not declared": (b"<pdfaProperty:name>Version<", b"<pdfaProperty:name>Fassung<", {"6.6.2.3.1-1"}),
    "another level": (b'pdfaid:conformance="A"', b'pdfaid:conformance="B"', {"does not declare itself 3a"}),
    "no longer an archive": (b'pdfaid:part="3"', b'pdfaid:dart="3"', {"does not declare itself 3a"}),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file for each case."""
    folder = tmp_path_factory.mktemp("files")
    pages = {name: page(body) for name, (body, *_) in BODIES.items()}
    pages["carrying"] = Page(invoice=invoice(), xml=CII)
    pages["wrong sum"] = Page(invoice=invoice(), xml=CII.replace(b">19.40</ram:Grand", b">19.41</ram:Grand"))
    pages["not XML"] = Page(invoice=invoice(), xml=b"19,40 EUR")
    found = pressed(pages, folder)
    for name, (old, new, _) in METADATA.items():
        found[name] = _changed(found["carrying"], folder / f"{name}.pdf", old, new)
    found["bare"] = _bare(found["text"], folder / "bare.pdf")
    found["broken"] = folder / "broken.pdf"
    found["broken"].write_bytes(found["text"].read_bytes()[:2000])
    return found


def _changed(right: Path, wrong: Path, old: bytes, new: bytes) -> Path:
    writer = PdfWriter(clone_from=PdfReader(right))
    metadata = writer.root_object["/Metadata"]
    assert isinstance(metadata, StreamObject)
    said = metadata.get_data()
    assert old in said
    stream = StreamObject()
    stream.set_data(said.replace(old, new))
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    writer.write(wrong)
    return wrong


def _bare(right: Path, wrong: Path) -> Path:
    """Without the metadata that says what it is."""
    writer = PdfWriter(clone_from=PdfReader(right))
    del writer.root_object["/Metadata"]
    writer.write(wrong)
    return wrong


@pytest.fixture(scope="module")
def verdicts(verapdf: VeraPdf, files: dict[str, Path]) -> dict[str, dict[str, set[str]]]:
    """By flavour and case, the rules that are broken; all files in one machine."""
    said = verapdf(list(files.values()))
    return {flavour: {name: set(said[flavour][file].problems) for name, file in files.items()} for flavour in said}


@pytest.fixture(scope="module")
def machine_verdicts(mustang: Mustang, files: dict[str, Path]) -> dict[str, tuple[str, ...]]:
    """By case, what Mustang objects to."""
    said = mustang(list(files.values()))
    return {name: said[file].problems for name, file in files.items()}


pytestmark = [pytest.mark.xdist_group("judges"), pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", BODIES)
def test_verapdf_finds_what_a_page_does_wrong(verdicts: dict[str, dict[str, set[str]]], name: str) -> None:
    """What docs/change-the-look.md warns of, and that the rest is fine."""
    _, archive, reader = BODIES[name]
    assert archive <= verdicts["3a"][name]
    assert reader <= verdicts["ua1"][name]
    assert (bool(archive), bool(reader)) == (bool(verdicts["3a"][name]), bool(verdicts["ua1"][name]))


@pytest.mark.parametrize("name", METADATA)
def test_verapdf_reads_what_a_file_says_of_itself(verdicts: dict[str, dict[str, set[str]]], name: str) -> None:
    """One wrong word in the metadata is found."""
    assert METADATA[name][2] <= verdicts["3a"][name]


def test_verapdf_passes_what_carries_xml(verdicts: dict[str, dict[str, set[str]]]) -> None:
    """The XML is no matter of the archive's."""
    assert verdicts["3a"]["carrying"] | verdicts["ua1"]["carrying"] | verdicts["3a"]["wrong sum"] == set()


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
@pytest.mark.parametrize("name", ["bare", "broken"])
def test_verapdf_does_not_pass_what_it_cannot_judge(
    verdicts: dict[str, dict[str, set[str]]], name: str, flavour: str
) -> None:
    """A file without metadata, and half a file."""
    assert verdicts[flavour][name] != set()


def test_mustang_passes_what_is_right(machine_verdicts: dict[str, tuple[str, ...]]) -> None:
    """A PDF with its XML."""
    assert machine_verdicts["carrying"] == ()


@pytest.mark.parametrize(
    ("name", "problem"),
    [("wrong sum", "BR-CO-15"), ("text", "XML could not be extracted"), ("not XML", ""), ("broken", "")],
)
def test_mustang_finds_what_is_wrong(machine_verdicts: dict[str, tuple[str, ...]], name: str, problem: str) -> None:
    """In the XML, or that there is none."""
    assert problem in "\n".join(machine_verdicts[name])
    assert machine_verdicts[name] != ()


MUTANTS: dict[str, tuple[bytes, bytes, str]] = {
    "sum of lines": (b"<ram:LineTotalAmount>18.13", b"<ram:LineTotalAmount>18.12", "BR-CO-10"),
    "net total": (b"<ram:TaxBasisTotalAmount>18.13", b"<ram:TaxBasisTotalAmount>18.14", "BR-CO-13"),
    "tax total": (b'currencyID="EUR">1.27', b'currencyID="EUR">1.28', "BR-CO-14"),
    "grand total": (b"<ram:GrandTotalAmount>19.40", b"<ram:GrandTotalAmount>19.41", "BR-CO-15"),
    "due": (b"<ram:DuePayableAmount>0.00", b"<ram:DuePayableAmount>0.01", "BR-CO-16"),
    "tax of a rate": (b"<ram:CalculatedAmount>1.27", b"<ram:CalculatedAmount>3.27", "BR-CO-17"),
    "base of a rate": (b"<ram:BasisAmount>18.13", b"<ram:BasisAmount>18.14", "BR-S-08"),
    "no number": (b"<ram:ID>TK-2026-000001</ram:ID>", b"", "BR-02"),
    "no such country": (b"<ram:CountryID>DE", b"<ram:CountryID>XX", "BR-CL-14"),
    "no such currency": (b"<ram:InvoiceCurrencyCode>EUR", b"<ram:InvoiceCurrencyCode>EURO", "BR-CL-04"),
    "no such unit": (b'unitCode="C62"', b'unitCode="RIDE"', "BR-CL-23"),
    "three decimals": (b"<ram:TaxBasisTotalAmount>18.13", b"<ram:TaxBasisTotalAmount>18.130", "BR-DEC-12"),
    "exempt without a reason": (b"<ram:CategoryCode>S", b"<ram:CategoryCode>E", "BR-E-10"),
    "seller without a tax number": (b'<ram:ID schemeID="VA">DE123456788</ram:ID>', b"", "BR-S-02"),
    "negative price": (b"<ram:ChargeAmount>15.33", b"<ram:ChargeAmount>-15.33", "BR-27"),
    "no name": (b"<ram:Name>Beispiel GmbH</ram:Name>", b"", "BR-07"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_en_16931_finds_every_mutant(schematron: Schematron, name: str) -> None:
    """One thing wrong in an invoice, and the rule that says so."""
    old, new, rule = MUTANTS[name]
    assert old in CII
    assert rule in schematron(CII.replace(old, new), "cii")


@pytest.mark.parametrize("rules", SAMPLES_OF)
def test_the_samples_are_right(schematron: Schematron, rules: str) -> None:
    """Nothing is wrong with them, by any set of rules."""
    assert schematron(SAMPLES_OF[rules], rules) == ()


OBJECTIONS: dict[str, tuple[bytes, str]] = {
    "ubl": (UBL.replace(b">19.40</cbc:TaxInclusiveAmount>", b">19.41</cbc:TaxInclusiveAmount>"), "BR-CO-15"),
    "peppol-ubl": (UBL.replace(b"<cbc:BuyerReference>KST 4711</cbc:BuyerReference>", b""), "PEPPOL-EN16931-R003"),
    "xrechnung-ubl": (UBL.replace(b"<cbc:BuyerReference>KST 4711</cbc:BuyerReference>", b""), "BR-DE-15"),
    "xrechnung-cii": (CII, "BR-DE-15"),
}


@pytest.mark.parametrize("rules", OBJECTIONS)
def test_each_set_of_rules_objects(schematron: Schematron, rules: str) -> None:
    """To what only it can know."""
    xml, rule = OBJECTIONS[rules]
    assert rule in schematron(xml, rules)


@pytest.mark.parametrize(("rules", "sample"), [("france-cii", CII), ("france-ubl", UBL)])
@pytest.mark.usefixtures("schematron")
def test_france_warns_of_what_is_missing(rules: str, sample: bytes) -> None:
    """Its rules are warnings all, so whoever relies on them must not look at the fatal ones alone."""
    assert any(found.rule.startswith("BR-FR-10") for found in all_failures(sample, rules))


def test_rules_are_not_asked_about_what_they_do_not_know(schematron: Schematron) -> None:
    """They would find nothing wrong with it."""
    with pytest.raises(JudgeError, match="other documents"):
        schematron(UBL, "cii")


def test_a_judge_of_another_make_is_refused(tmp_path: Path) -> None:
    """A jar that is not the one chosen is as good as none."""
    (tmp_path / "judge.jar").write_bytes(b"lenient")
    with pytest.raises(MissingServerError, match=r"other files than those known here: judge\.jar"):
        programs._check("judge", f"{'0' * 64}  judge.jar\n", tmp_path)
    with pytest.raises(MissingServerError, match=r"judge\.jar, other\.jar"):
        programs._check("judge", f"{'0' * 64}  other.jar\n", tmp_path)

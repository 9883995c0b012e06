"""Every document there is, printed and put before every judge."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.judges.fixtures import Judged, Mustang, Schematron, VeraPdf
from tests.judges.press import Page, pressed
from tests.judges.verapdf import FLAVOURS
from tests.judges.verdict import Verdict
from tests.legal.documents import every_document
from tripinvoice import einvoice
from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer
from tripinvoice.invoice import Invoice
from tripinvoice.regimes import REGIMES

# One worker prints and judges them all, in a few minutes.
pytestmark = [pytest.mark.xdist_group("legal"), pytest.mark.timeout(1200)]

_PROCESSES = 2


@dataclass(frozen=True)
class Document:
    """A document, its file, and the XML that the file carries."""

    name: str
    invoice: Invoice
    file: Path
    xml: bytes | None


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Document]:
    """All of them, printed as a worker prints them."""
    folder = tmp_path_factory.mktemp("documents")
    invoices = every_document()
    renderer = WeasyPrintRenderer(processes=_PROCESSES)
    try:
        with ThreadPoolExecutor(_PROCESSES) as threads:
            pdfs = [rendition.content for rendition in threads.map(renderer.render_now, invoices.values())]
    finally:
        renderer.close()
    return [
        _document(folder / f"{name}.pdf", invoice, pdf)
        for (name, invoice), pdf in zip(invoices.items(), pdfs, strict=True)
    ]


def _document(file: Path, invoice: Invoice, pdf: bytes) -> Document:
    file.write_bytes(pdf)
    carried = [content for contents in PdfReader(file).attachments.values() for content in contents]
    assert len(carried) <= 1
    return Document(file.stem, invoice, file, carried[0] if carried else None)


@dataclass(frozen=True)
class Judgement:
    """What the judges in Java say, by their name and by document."""

    by: Mapping[str, Mapping[str, Verdict]]

    def problems(self, judge: str) -> Mapping[str, tuple[str, ...]]:
        """The documents that this one objects to."""
        return {name: verdict.problems for name, verdict in self.by[judge].items() if not verdict.fine}


@pytest.fixture(scope="module")
def judgement(documents: Sequence[Document], verapdf: VeraPdf, mustang: Mustang) -> Judgement:
    """Both judges at once, each in one machine: a start takes as long as ten documents."""
    files = [document.file for document in documents]
    carrying = [document.file for document in documents if document.xml is not None]
    with ThreadPoolExecutor(2) as threads:
        form, content = threads.submit(verapdf, files), threads.submit(mustang, carrying)
        said = {**form.result(), "Mustang": content.result()}
    return Judgement({judge: {file.stem: verdict for file, verdict in by.items()} for judge, by in said.items()})


def test_every_regime_is_judged(documents: Sequence[Document], judged: Judged) -> None:
    """In each of its lines of business and languages; the end of the run says how many documents of what there were."""
    drafts = [document.invoice.draft for document in documents]
    kinds: Mapping[str, Sequence[str]] = {
        "country": [draft.country for draft in drafts],
        "kind": [draft.key.kind for draft in drafts],
        "line of business": [draft.line_of_business for draft in drafts],
        "locale": [draft.locale for draft in drafts],
    }
    for what, found in kinds.items():
        judged(f"{len(documents)} documents by {what}: {_counted(found)}")
    there = {(draft.regime, draft.line_of_business, draft.locale) for draft in drafts}
    wanted = {
        (regime.code, line_of_business, locale)
        for regime in REGIMES
        for line_of_business in regime.products
        for locale in (regime.locale, *regime.languages)
    }
    assert wanted - there == set()


def _counted(found: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(found).items()))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_document_is_for_archives_and_readers(judgement: Judgement, judged: Judged, flavour: str) -> None:
    """PDF/A-3a and PDF/UA-1."""
    problems, total = judgement.problems(flavour), len(judgement.by[flavour])
    judged(f"veraPDF {flavour}: {total - len(problems)}/{total}")
    assert problems == {}


def test_the_same_files_everywhere(documents: Sequence[Document], tmp_path: Path) -> None:
    """One of each country and language, in another process, time zone, locale, order, and with another hash seed."""
    chosen = {(document.invoice.draft.regime, document.invoice.draft.locale): document for document in documents}
    pages = {one.name: Page(invoice=one.invoice, xml=one.xml) for one in reversed(chosen.values())}
    again = pressed(pages, tmp_path, TZ="Pacific/Kiritimati", PYTHONHASHSEED="4711", LC_ALL="tr_TR.UTF-8")
    differing = [one.name for one in chosen.values() if again[one.name].read_bytes() != one.file.read_bytes()]
    assert differing == []


def test_every_file_is_what_machines_expect(judgement: Judgement, judged: Judged) -> None:
    """Factur-X: the XML is found, the metadata names it, and it breaks no rule."""
    problems, total = judgement.problems("Mustang"), len(judgement.by["Mustang"])
    judged(f"Mustang: {total - len(problems)}/{total}")
    assert problems == {}
    assert total


def test_files_carry_what_their_country_expects(documents: Sequence[Document]) -> None:
    """The document's own XML, in every file whose country uses Factur-X and that can have one; and in no other."""
    expected = {
        document.name: einvoice.cii(document.invoice)
        for document in documents
        if document.invoice.draft.einvoice == einvoice.FACTUR_X
    }
    assert {document.name: document.xml for document in documents} == {
        document.name: expected.get(document.name) for document in documents
    }


SYNTAXES: Mapping[str, tuple[Callable[[Invoice], bytes | None], tuple[str, ...]]] = {
    "EN 16931 in CII": (einvoice.cii, ("cii",)),
    "EN 16931 in UBL": (einvoice.ubl, ("ubl",)),
    "XRechnung": (einvoice.xrechnung, ("ubl", "xrechnung-ubl")),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_xml_keeps_the_rules(
    documents: Sequence[Document], schematron: Schematron, judged: Judged, syntax: str
) -> None:
    """Whatever can be said as XML breaks none of the rules as published."""
    write, rules = SYNTAXES[syntax]
    written = {document.name: xml for document in documents if (xml := write(document.invoice)) is not None}
    broken = {name: [rule for of in rules for rule in schematron(xml, of)] for name, xml in written.items()}
    problems = {name: found for name, found in broken.items() if found}
    judged(f"{syntax}: {len(written) - len(problems)}/{len(written)}")
    assert problems == {}
    assert written


def test_who_has_no_xml(documents: Sequence[Document], judged: Judged) -> None:
    """The end of the run says why, by the rule that stands against it; an invoice of which one is made has none."""
    why = {document.name: einvoice.obstacle(document.invoice) for document in documents}
    judged(f"without XML: {_counted([(reason or '').partition(':')[0] for reason in why.values() if reason])}")
    assert {name for name, reason in why.items() if reason is None} == {
        document.name for document in documents if einvoice.ubl(document.invoice) is not None
    }

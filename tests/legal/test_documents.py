"""Every document that the golden cases make, printed and put before every judge: a new case is judged, too."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.golden.reading import INPUTS, every_document
from tests.judges.fixtures import Judged, Mustang, Schematron, VeraPdf
from tests.judges.verapdf import FLAVOURS
from tests.judges.verdict import Verdict
from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer
from tripinvoice.invoice import Invoice

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


def test_what_is_judged(documents: Sequence[Document], judged: Judged) -> None:
    """All cases are there; the end of the run says how many documents of what they make."""
    assert len(documents) >= len(INPUTS)
    drafts = [document.invoice.draft for document in documents]
    kinds: Mapping[str, Sequence[str]] = {
        "country": [draft.country for draft in drafts],
        "kind": [draft.key.kind for draft in drafts],
        "line of business": [draft.line_of_business for draft in drafts],
        "locale": [draft.locale for draft in drafts],
    }
    for what, found in kinds.items():
        judged(f"{len(documents)} documents by {what}: {_counted(found)}")


def _counted(found: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(found).items()))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_document_is_for_archives_and_readers(judgement: Judgement, judged: Judged, flavour: str) -> None:
    """PDF/A-3a and PDF/UA-1."""
    problems, total = judgement.problems(flavour), len(judgement.by[flavour])
    judged(f"veraPDF {flavour}: {total - len(problems)}/{total}")
    assert problems == {}


def test_every_file_is_what_machines_expect(judgement: Judgement, judged: Judged) -> None:
    """Factur-X: the XML is found, the metadata names it, and it breaks no rule."""
    problems, total = judgement.problems("Mustang"), len(judgement.by["Mustang"])
    if not total:
        pytest.skip("no document carries XML")
    judged(f"Mustang: {total - len(problems)}/{total}")
    assert problems == {}


def test_every_xml_keeps_the_rules(documents: Sequence[Document], schematron: Schematron, judged: Judged) -> None:
    """EN 16931, by the rules as published."""
    carried = {document.name: document.xml for document in documents if document.xml is not None}
    if not carried:
        pytest.skip("no document carries XML")
    problems = {name: broken for name, xml in carried.items() if (broken := schematron(xml, "cii"))}
    judged(f"EN 16931 in CII: {len(carried) - len(problems)}/{len(carried)}")
    assert problems == {}

"""A gallery of a demonstration: ``gallery/index.html`` has a page per regime as a picture, with links to the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from starter.demo.folder import DemoFolder
from starter.demo.proof import Document
from starter.demo.stage import Stores
from tripinvoice import archive
from tripinvoice.invoice import Invoice
from tripinvoice.regimes import REGIMES, regime_named
from tripinvoice.regimes.base import Regime

_PIXELS_PER_POINT = 1.5  # 108 dpi: small text can be read


@dataclass(frozen=True, kw_only=True)
class Page:
    """One regime's part: the document that is shown, and all of them; paths are relative to the gallery."""

    regime: Regime
    picture: str
    shown: Document
    invoice: Invoice
    pages: int
    others: Sequence[tuple[Document, str]]
    pdf: str


def write_gallery(documents: Iterable[Document], stores: Stores, folder: DemoFolder) -> Path | None:
    """Write it for these documents; ``None`` when there are none. Returns where it begins."""
    by_regime: dict[str, list[tuple[Document, Invoice]]] = {}
    for document in documents:
        if document.record.invoice is not None:
            invoice = archive.recall(document.record.invoice, stores.documents, Invoice)
            by_regime.setdefault(invoice.draft.regime, []).append((document, invoice))
    if not by_regime:
        return None
    root = folder.root / "gallery"
    root.mkdir(exist_ok=True)
    order = [regime.code for regime in REGIMES]
    pages = [_page(code, by_regime[code], root) for code in sorted(by_regime, key=order.index)]
    index = root / "index.html"
    index.write_text(_template().render(pages=pages), "utf-8")
    return index


def _page(code: str, documents: Sequence[tuple[Document, Invoice]], root: Path) -> Page:
    """The richest document is shown: the one with the most rates, then the most lines, the first of equals."""
    shown, invoice = max(documents, key=lambda one: (len(one[1].draft.tax_lines), len(one[1].draft.lines)))
    picture = root / f"{code}.png"
    content, pages = first_page(shown.pdf.read_bytes())
    picture.write_bytes(content)
    return Page(
        regime=regime_named(code),
        picture=picture.name,
        shown=shown,
        invoice=invoice,
        pages=pages,
        others=[(document, _relative(document, root)) for document, _ in documents],
        pdf=_relative(shown, root),
    )


def _relative(document: Document, root: Path) -> str:
    return Path("..", *document.pdf.relative_to(root.parent).parts).as_posix()


def first_page(pdf: bytes) -> tuple[bytes, int]:
    """The first page of a PDF as a PNG, and how many pages there are."""
    with pypdfium2.PdfDocument(pdf) as opened:
        buffer = BytesIO()
        opened[0].render(scale=_PIXELS_PER_POINT).to_pil().save(buffer, "PNG", optimize=True)
        return buffer.getvalue(), len(opened)


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("starter.demo", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("gallery.html.j2")

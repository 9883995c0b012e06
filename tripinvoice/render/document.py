"""An invoice as an HTML document, and the style sheet that goes with it.

What documents look like lives in ``templates/`` (see ``docs/change-the-look.md``). Outside text is data: templates
are sandboxed, everything is escaped, and what no packaged font can draw is replaced before it is printed.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import PackageLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from tripinvoice.errors import DocumentError
from tripinvoice.invoice import Draft, Invoice, TaxCategory, Totals
from tripinvoice.money import total
from tripinvoice.render.catalogs import catalog, offered
from tripinvoice.render.glyphs import REPLACEMENT, has_right_to_left, is_right_to_left, printable, replaced
from tripinvoice.render.notes import legal_notes
from tripinvoice.render.wording import wording_of

# Raise it when the Python that feeds the templates changes what they print.
_REVISION = 1

# A draft's paper → the CSS page size (CSS Paged Media 3, section 7.1).
_PAPERS = {"A4": "A4", "LETTER": "letter"}

_TAXED = frozenset({TaxCategory.STANDARD, TaxCategory.ZERO})


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """What is being written: where its lines go, and the characters that it could not show so far."""

    direction: str = "ltr"
    lost: set[str] = field(default_factory=set)


_sheet: ContextVar[_Sheet] = ContextVar("_sheet")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A document as HTML that is well-formed XML too, and the characters of its texts that no font can draw."""

    html: str
    replaced: frozenset[str]


def html(invoice: Invoice) -> str:
    """The document as HTML. Raises as :func:`page` does."""
    return page(invoice).html


def page(invoice: Invoice, *, breaks: Sequence[int] = ()) -> Page:
    """The document. ``breaks`` are the lines before which a page ends and the sum so far is carried over.

    Raises :class:`DocumentError` when the template, its catalog, or the paper is not there.
    """
    template = invoice.draft.template
    page_size(invoice.draft.paper)
    sheet = _Sheet(direction=catalog(template, invoice.draft.locale).direction)
    before = _sheet.set(sheet)
    try:
        return Page(html=_document(template).render(context(invoice, breaks)), replaced=frozenset(sheet.lost))
    except TemplateError as error:
        raise DocumentError(
            f"draft.template: {type(error).__name__} while the template was filled; mend the template",
            field="draft.template",
        ) from None
    finally:
        _sheet.reset(before)


def context(invoice: Invoice, breaks: Sequence[int] = ()) -> dict[str, object]:
    """What a template is given. Raises :class:`DocumentError` when the catalog lacks a text."""
    draft = invoice.draft
    words = wording_of(draft.template, draft.locale, _show)
    taxed = any(line.tax_category in _TAXED for line in draft.tax_lines)
    return {
        "invoice": invoice,
        "draft": draft,
        "words": words,
        "title": words.title(draft.title or draft.key.kind.value),
        "taxed": taxed,
        "notes": list(legal_notes(draft, words).values()),
        "carried": {no: _sum(draft, no) for no in breaks},
        "charged": total((draft.payable, *(line.gross for line in draft.outside)), draft.currency),
    }


def style(template: str, paper: str) -> str:
    """The style sheet of a country's documents on a paper: the base look, then what the country changes."""
    folder = files("templates")
    offered(template)
    parts = (folder / "base" / "document.css", folder / template / "document.css")
    sheets = [part.read_text(encoding="utf-8") for part in parts if part.is_file()]
    return "\n".join([*sheets, f"@page {{ size: {page_size(paper)} }}"])


def page_size(paper: str) -> str:
    """The CSS page size of a paper; raises :class:`DocumentError` when it is not one we print on."""
    try:
        return _PAPERS[paper.upper()]
    except KeyError:
        raise DocumentError(
            f"draft.paper: expected one of {', '.join(_PAPERS)}, found a text of {len(paper)} characters",
            field="draft.paper",
        ) from None


@cache
def template_version() -> str:
    """Identifies what documents look like and say: a number, and a hash of every template, style and catalog."""
    digest = sha256()
    for path, content in _contents(files("templates")):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return f"{_REVISION}-{digest.hexdigest()[:12]}"


def _contents(folder: Traversable, prefix: str = "") -> list[tuple[str, bytes]]:
    """Every file that shapes a document, with its path, in order; the fonts have a fingerprint of their own."""
    found: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            found += _contents(item, f"{prefix}{item.name}/")
        elif item.name.endswith((".j2", ".css", ".toml")):
            found.append((prefix + item.name, item.read_bytes()))
    return found


def _sum(draft: Draft, lines: int) -> Totals:
    """What so many lines add up to."""
    so_far = draft.lines[:lines]
    return Totals(
        net=total((line.net for line in so_far), draft.currency),
        tax=total((line.tax for line in so_far), draft.currency),
        gross=total((line.gross for line in so_far), draft.currency),
    )


def _show(value: object) -> object:
    """What a template prints for a value.

    Text has only characters that we can draw, and is set apart when it could turn what is around it, or be turned: from
    right to left that is every text, since numbers and names in Latin go the other way.
    """
    if type(value) is not str:
        return value
    text = _fit(value)
    if _sheet.get(_Sheet()).direction == "ltr" and not has_right_to_left(text):
        return text
    return Markup('<bdi dir="{}">{}</bdi>').format("rtl" if is_right_to_left(text) else "ltr", text)


def _plain(value: str) -> Markup:
    """Text for a place that takes no elements: an attribute, the title."""
    return escape(_fit(value.striptags() if isinstance(value, Markup) else value))


def _fit(text: str) -> str:
    fit = printable(text)
    if REPLACEMENT in fit:
        _sheet.get(_Sheet()).lost.update(replaced(text))
    return fit


@cache
def _document(template: str) -> Template:
    offered(template)
    return _environment().get_template(f"{template}/document.html.j2")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_show,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["plain"] = _plain
    return environment

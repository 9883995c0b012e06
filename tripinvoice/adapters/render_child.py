"""A render process: invoices come in as canonical JSON, PDFs go out. Started by ``renderer_weasyprint``; see there.

Run as ``python -m tripinvoice.adapters.render_child FD SETTINGS``. It has no business with files or networks: fonts
are those that ``font_config`` names, and the documents' URLs are refused unless they name a packaged asset.
"""

import gc
import json
import os
import select
import signal
import sys
import threading
import time
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from multiprocessing.connection import Connection
from typing import Any

from PIL import features

from tripinvoice.adapters.render_sample import sample
from tripinvoice.canonical import dump, load
from tripinvoice.einvoice import REVISION, EInvoice, attachment
from tripinvoice.errors import DocumentError, TripInvoiceError
from tripinvoice.invoice import Invoice
from tripinvoice.render import page, style, template_version
from tripinvoice.render.glyphs import font_files

with warnings.catch_warnings():  # both are what probe() reports, in words of its own
    warnings.filterwarnings("ignore", "No fonts configured", UserWarning)
    warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
    from weasyprint import CSS, HTML
    from weasyprint.document import Document
    from weasyprint.text.ffi import harfbuzz, harfbuzz_subset, pango
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    from tripinvoice.adapters import font_subset, text_layer
    from tripinvoice.adapters.pdf_file import FORM, VARIANT, write
    from tripinvoice.adapters.render_pages import with_carried_sums

_ASSETS = "asset:"
_ASSET_SUFFIXES = (".png",)
# After the parent's end a document in progress may be finished for this long.
_FAREWELL_SECONDS = 10
_GC_THRESHOLD = 100_000


class PackagedAssets(URLFetcher):  # type: ignore[misc]
    """Fetches ``asset:germany/logo.png`` from ``templates/``; refuses every other URL."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The asset; WeasyPrint turns the :class:`ValueError` for anything else into the end of the document."""
        del headers
        return URLFetcherResponse(url, _asset(url))


@cache
def _asset(url: str) -> bytes:
    name = url.removeprefix(_ASSETS)
    steps = name.split("/")
    if name == url or not name.endswith(_ASSET_SUFFIXES) or {"", ".", ".."} & set(steps):
        msg = "only packaged assets can be fetched"
        raise ValueError(msg)
    return files("templates").joinpath(*steps).read_bytes()


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A PDF, and the characters of the invoice for which it has a replacement."""

    pdf: bytes
    replaced: frozenset[str]


class Press:
    """Prints invoices, one after the other, in one thread. What documents share is made once."""

    def __init__(self) -> None:
        text_layer.install()
        font_subset.install()
        self._fonts = FontConfiguration()  # a new one for each document would leak a quarter of a megabyte
        self._assets = PackagedAssets()
        # Kept over documents; cannot grow without end, because only packaged images are ever fetched.
        self._images: dict[str, Any] = {}
        self._styles: dict[tuple[str, str], CSS] = {}

    def settle(self) -> None:
        """Print once, so that the first customer need not wait for templates and fonts; then spare what is loaded.

        The garbage collector is told not to look again at what stays for ever, and to look less often: a fifth of the
        time of a document goes there otherwise.
        """
        with suppress(TripInvoiceError):
            self.pdf(dump(sample()))
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)

    def pdf(self, content: bytes) -> bytes:
        """The PDF of an invoice given as canonical JSON. Raises :class:`~tripinvoice.errors.DocumentError`."""
        return self.print(content).pdf

    def print(self, content: bytes) -> Printed:
        """The PDF, and what it could not show. Raises as :meth:`pdf` does."""
        invoice = load(content, Invoice)
        document = page(invoice)
        pages = with_carried_sums(
            self._laid_out(document.html, invoice),
            lambda breaks: self._laid_out(page(invoice, breaks=breaks).html, invoice),
        )
        pdf = write(pages, attachment(invoice), issued_at=invoice.issued_at, identifier=sha256(content).digest()[:16])
        return Printed(pdf=pdf, replaced=document.replaced)

    def pdf_of_html(
        self, document: str, invoice: Invoice, *, identifier: bytes, e_invoice: EInvoice | None = None
    ) -> bytes:
        """The PDF of an HTML document in the look of an invoice's template; it carries the invoice for machines."""
        pages = self._laid_out(document, invoice)
        return write(pages, e_invoice, issued_at=invoice.issued_at, identifier=identifier)

    def _laid_out(self, document: str, invoice: Invoice) -> Document:
        try:
            return HTML(string=document, url_fetcher=self._assets).render(
                stylesheets=[self._style(invoice.draft.template, invoice.draft.paper)],
                font_config=self._fonts,
                cache=self._images,
                pdf_variant=VARIANT,
            )
        except FatalURLFetchingError:
            raise DocumentError(
                "draft.template: it refers to something outside the package; put the file beside the template "
                "and name it asset:<folder>/<file>.png",
                field="draft.template",
            ) from None

    def _style(self, template: str, paper: str) -> CSS:
        key = (template, paper.upper())
        if key not in self._styles:
            text = style(template, paper)
            self._styles[key] = CSS(string=text, font_config=self._fonts, url_fetcher=self._assets)
        return self._styles[key]


def environment() -> str:
    """Everything outside the templates that decides about a document's bytes."""
    libraries = ("weasyprint", "pydyf", "tinycss2", "tinyhtml5", "pillow", "babel", "jinja2")
    parts = [FORM, f"e-invoice {REVISION}", *(f"{name} {version(name)}" for name in libraries)]
    parts += [f"pango {pango_version()}", f"harfbuzz {harfbuzz_version()}"]
    parts += [f"subset {'harfbuzz' if has_harfbuzz_subset() else 'fonttools'}", f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]
    parts += [f"lcms {features.version('littlecms2')}"]  # it writes the colour profile
    return "; ".join([*parts, f"fonts {fonts_fingerprint()}"])


def fonts_fingerprint() -> str:
    """Identifies the fonts: a hash of the files."""
    digest = sha256()
    for name, file in font_files().items():
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def pango_version() -> str:
    """The version of the Pango library that was loaded."""
    number = pango.pango_version()  # 15012 is 1.50.12
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def harfbuzz_version() -> str:
    """The version of the HarfBuzz library that was loaded, found by asking "at least?" (WeasyPrint binds no more)."""
    found: list[int] = []
    for zeros in (2, 1, 0):
        part = 0
        while harfbuzz.hb_version_atleast(*found, part + 1, *[0] * zeros):
            part += 1
        found.append(part)
    return ".".join(map(str, found))


def has_harfbuzz_subset() -> bool:
    """Whether fonts are cut down by HarfBuzz; without it by fontTools, three times slower."""
    return harfbuzz_subset is not None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a process has served enough: resident megabytes, documents."""

    max_rss_mb: int
    max_documents: int


def serve(connection: Connection, limits: Limits) -> None:
    """Answer until the parent hangs up: for each invoice a head (JSON) and the PDF, or why there is none."""
    press = Press()
    press.settle()
    connection.send_bytes(json.dumps({"environment": environment(), "template_version": template_version()}).encode())
    printed = 0
    while True:
        try:
            content = connection.recv_bytes()
        except (EOFError, OSError):
            return
        printed += 1
        head, body = _answer(press, content)
        head["worn"] = printed >= limits.max_documents or _resident_mb() > limits.max_rss_mb
        connection.send_bytes(json.dumps(head).encode())
        connection.send_bytes(body)


def _answer(press: Press, content: bytes) -> tuple[dict[str, Any], bytes]:
    """Never raises: what cannot be printed is the document's fault and is told, without its texts."""
    try:
        printed = press.print(content)
        return {
            "ok": True,
            "replaced": [f"U+{ord(character):04X}" for character in sorted(printed.replaced)],
        }, printed.pdf
    except TripInvoiceError as error:
        return {"ok": False, "message": error.message, "field": error.field}, b""
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a layout engine does to one document, the next may be fine)
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_globals.get('__name__')}:{place.tb_lineno}" if place else "unknown"
        message = f"invoice: {type(error).__name__} at {where} while it was laid out; report it with the invoice"
        return {"ok": False, "message": message, "field": None}, b""


def _resident_mb() -> float:
    """Resident memory; 0 where the system does not tell (not ``ru_maxrss``: that begins with the parent's)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (once per document: no Path to build)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0


def _leave_with_the_parent(fd: int) -> None:
    """Wait until the other end of the pipe is closed, then end the process even if a document is being laid out."""
    hung_up = select.poll()
    hung_up.register(fd, 0)  # no events but the hang-up, which is always told
    hung_up.poll()
    time.sleep(_FAREWELL_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve on the inherited pipe."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # the parent decides, even when a whole service is told to stop
    fd, limits = int(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    threading.Thread(target=_leave_with_the_parent, args=(fd,), daemon=True).start()
    serve(Connection(fd), limits)


if __name__ == "__main__":
    main()

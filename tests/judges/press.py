"""Prints what no invoice of ours says: HTML of a test's own, and XML to carry, in a process like those that render.

Run as ``python -m tests.judges.press FOLDER`` it reads what to print from standard input.
"""

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from tests.factories import invoice
from tripinvoice import canonical
from tripinvoice.adapters.font_config import font_environment
from tripinvoice.einvoice import EInvoice
from tripinvoice.invoice import Invoice

SAMPLES = Path(__file__).with_name("samples")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A document: in the look of ``invoice``; its own text unless ``html`` is given; ``xml`` is carried."""

    invoice: Invoice
    html: str | None = None
    xml: bytes | None = None
    filename: str = "factur-x.xml"


def pressed(pages: Mapping[str, Page], folder: Path, **environment: str) -> dict[str, Path]:
    """The files, by name; ``environment`` adds to the process's."""
    wanted = {name: asdict(page) | _wire(page) for name, page in pages.items()}
    ours = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        **font_environment(folder),
    }
    subprocess.run(
        [sys.executable, "-P", "-m", "tests.judges.press", str(folder)],
        input=json.dumps(wanted, default=str),
        env=os.environ | ours | environment,
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    return {name: folder / f"{name}.pdf" for name in pages}


def page(body: str, xml: bytes | None = None) -> Page:
    """A page that says what ``body`` says, in HTML."""
    head = '<meta charset="utf-8"/><title>Page</title><meta name="dcterms.created" content="2026-11-02"/>'
    return Page(invoice=invoice(), html=f'<html lang="en"><head>{head}</head><body>{body}</body></html>', xml=xml)


def _wire(page: Page) -> dict[str, str | None]:
    xml = None if page.xml is None else b64encode(page.xml).decode()
    return {"invoice": canonical.dump(page.invoice).decode(), "xml": xml}


def main() -> None:
    """Print what is asked for into the folder."""
    from tripinvoice.adapters.render_child import Press  # noqa: PLC0415 (it loads Pango: only here, and first)
    from tripinvoice.render import html  # noqa: PLC0415

    press, folder = Press(), Path(sys.argv[1])
    for name, wanted in json.load(sys.stdin).items():
        content = wanted["invoice"].encode()
        issued = canonical.load(content, Invoice)
        carried = None
        if wanted["xml"] is not None:
            carried = EInvoice(
                filename=wanted["filename"],
                content=b64decode(wanted["xml"]),
                media_type="text/xml",
                profile="EN 16931",
                relationship="Alternative",
            )
        text = html(issued) if wanted["html"] is None else wanted["html"]
        pdf = press.pdf_of_html(text, issued, identifier=sha256(content).digest()[:16], e_invoice=carried)
        (folder / f"{name}.pdf").write_bytes(pdf)


if __name__ == "__main__":
    main()

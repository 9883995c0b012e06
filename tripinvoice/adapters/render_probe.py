"""Whether this machine can print: asked by ``tripinvoice doctor``, answered by a process like those that render.

Run as ``python -m tripinvoice.adapters.render_probe`` it writes the findings as JSON.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tripinvoice.adapters.render_sample import LETTERS, sample
from tripinvoice.adapters.renderer_weasyprint import render_environment
from tripinvoice.canonical import dump
from tripinvoice.errors import TripInvoiceError
from tripinvoice.render.catalogs import countries
from tripinvoice.render.glyphs import code_points, drawable, font_files

_SECONDS = 60
_OLDEST_PANGO = (1, 44)  # WeasyPrint 70, "First steps": Pango ≥ 1.44
_INSTALL_PANGO = (
    "install Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian), "
    "dnf install pango (Fedora), apk add pango (Alpine), brew install pango (macOS)"
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: ``detail`` is what was found, ``remedy`` what to do when it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def probe() -> list[Finding]:
    """Look at Pango, HarfBuzz and the fonts, and print a document; takes about two seconds."""
    with tempfile.TemporaryDirectory(prefix="tripinvoice-probe-") as home:
        asked = subprocess.run(
            [sys.executable, "-P", "-m", "tripinvoice.adapters.render_probe"],
            env=render_environment(Path(home)),
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    if asked.returncode:
        died = f"the probing process ended with code {asked.returncode}"
        return [Finding(name="render process", ok=False, detail=died, remedy=_INSTALL_PANGO)]
    return [Finding(**finding) for finding in json.loads(asked.stdout)]


def _findings() -> list[Finding]:
    try:
        from tripinvoice.adapters import render_child  # noqa: PLC0415 (it loads Pango, which may be missing)
    except OSError:
        missing = "a library that WeasyPrint needs cannot be loaded"
        return [Finding(name="pango", ok=False, detail=missing, remedy=_INSTALL_PANGO)]
    pango = render_child.pango_version()
    new_enough = tuple(map(int, pango.split(".")[:2])) >= _OLDEST_PANGO
    subset = render_child.has_harfbuzz_subset()
    return [
        Finding(name="pango", ok=new_enough, detail=f"version {pango}", remedy=_INSTALL_PANGO),
        Finding(
            name="harfbuzz-subset",
            ok=subset,
            detail=f"HarfBuzz {render_child.harfbuzz_version()}"
            if subset
            else "missing: rendering takes thrice as long",
            remedy="apt install libharfbuzz-subset0 (Debian); elsewhere it comes with HarfBuzz",
        ),
        _fonts(),
        _document(render_child.Press().pdf),
    ]


def _fonts() -> Finding:
    complete = all(map(drawable, LETTERS))
    return Finding(
        name="fonts",
        ok=complete,
        detail=f"{len(font_files())} files, {len(frozenset().union(*map(code_points, font_files())))} characters",
        remedy="the installation is incomplete: install tripinvoice again",
    )


def _document(printed: Callable[[bytes], bytes]) -> Finding:
    """A document of the first country."""
    remedy = "run the worker with this interpreter and look at its standard error; report what it says"
    try:
        pdf = printed(dump(sample()))
    except TripInvoiceError as error:
        return Finding(name="test document", ok=False, detail=error.message, remedy=remedy)
    detail = f"{len(pdf)} bytes for {', '.join(countries())}"
    return Finding(name="test document", ok=pdf.startswith(b"%PDF-"), detail=detail, remedy=remedy)


if __name__ == "__main__":
    json.dump([asdict(finding) for finding in _findings()], sys.stdout)

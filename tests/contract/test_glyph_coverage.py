"""No document has a ``.notdef``: whatever a text holds, each glyph that is drawn is one that its font has."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from tripinvoice.adapters.font_config import font_environment
from tripinvoice.render.glyphs import code_points, font_files, printable

# Prints texts in a process like those that render; answers with WeasyPrint's warnings, then the PDF.
PRINT = """
import json, logging, sys
from html import escape
from tests.factories import invoice
from tripinvoice.adapters.render_child import Press
warned = []
handler = logging.Handler()
handler.emit = lambda record: warned.append(record.getMessage())
logging.getLogger("weasyprint").handlers = [handler]
texts = json.load(sys.stdin)
lines = "".join(f"<p>{escape(text)}</p><p style='font-weight: 600'>{escape(text)}</p>" for text in texts)
page = f'<html lang="en"><head><title>t</title></head><body>{lines}</body></html>'
pdf = Press().pdf_of_html(page, invoice(), identifier=b"1" * 16)
sys.stdout.buffer.write(json.dumps(warned).encode() + b"\\n" + pdf)
"""

HOSTILE = (
    "tea ☕️ 👩\u200d🍳 👨\u200d👩\u200d👧\u200d👦 🇩🇪 👍🏽 1️⃣ ©️ ™️ 🏴\U000e0067\U000e0062\U000e007f",
    "pay\u200bpal \u2060\ufeff\u00ad\u200c\u200d \u200e\u200f\u061c",
    "\u202eevil\u202c \u2066x\u2069 \u202a\u202b\u202d",
    "Z" + "\u0301\u0316\u0335\u20dd" * 40 + " e\u0301 n\u0308 \u0915\u094d\u200d \u0e33 \u05b8 \u064e",
    "\ue000 \uf8ff \U000f0000 \U0010ffff \ufdd0 \ufffe \U0001f9ff \U0001e900 \u0378",
    "\x00\x01\x1b[31m\x7f\x85 \u2028 \u2029 \u3000 \u1680",
    "ﷺ ﷽ ㍿ ㋿ ﬁ ½ Ω Å µ … ‰ № ℮ ⁂ ⸺ ー ｱ Ａ",
)


def printed(texts: list[str], home: Path, fonts: dict[str, str] | None = None) -> tuple[list[str], bytes]:
    """WeasyPrint's warnings, and the PDF."""
    ours = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-P", "-c", PRINT],
        input=json.dumps(texts).encode(),
        env=os.environ | (fonts or font_environment(home)) | ours,
        cwd=home,
        capture_output=True,
        check=True,
    )
    warned, _, pdf = done.stdout.partition(b"\n")
    return json.loads(warned), pdf


def glyphs(pdf: bytes) -> set[int]:
    """The numbers of all glyphs that are drawn, in whatever font."""
    reader = PdfReader(io.BytesIO(pdf))
    found: set[int] = set()
    for page in reader.pages:
        contents = page.get_contents()
        assert contents is not None
        for operands, operator in ContentStream(contents, reader).operations:
            if operator == b"TJ":
                strings = [item.original_bytes for item in operands[0] if hasattr(item, "original_bytes")]
                found |= {int.from_bytes(run[at : at + 2]) for run in strings for at in range(0, len(run), 2)}
    return found


def every_character() -> list[str]:
    """All characters that our fonts have, of the largest every 29th, as they would be printed, in lines."""
    points = {font: sorted(code_points(font)) for font in font_files()}
    chosen = {point for font, all_of in points.items() for point in (all_of[::29] if len(all_of) > 9_999 else all_of)}
    letters = [printable(chr(point)) for point in sorted(chosen) if not 0xD800 <= point < 0xE000]
    return [" ".join(letters[at : at + 60]) for at in range(0, len(letters), 60)]


@pytest.mark.parametrize("texts", [every_character(), [printable(text) for text in HOSTILE]], ids=["all", "hostile"])
def test_every_glyph_is_one_that_the_font_has(texts: list[str], tmp_path: Path) -> None:
    """WeasyPrint warns of glyphs that it makes up, and glyph 0 of a font is its ``.notdef``."""
    warned, pdf = printed(texts, tmp_path)
    assert warned == []
    assert 0 not in glyphs(pdf)
    assert len(glyphs(pdf)) > 20


def test_what_is_not_replaced_would_be_found(tmp_path: Path) -> None:
    """The checks above can fail: with one font less, its characters are warned of."""
    environment = font_environment(tmp_path)
    configuration = Path(environment["FONTCONFIG_FILE"])
    fewer = [line for line in configuration.read_text(encoding="utf-8").splitlines() if "CJK" not in line]
    configuration.write_text("\n".join(fewer), encoding="utf-8")
    warned, _ = printed(["寿司"], tmp_path, environment)
    assert [warning for warning in warned if ".notdef" in warning] != []

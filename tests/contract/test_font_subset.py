"""A few Chinese, Japanese or Korean letters do not make a large file, and are in it."""

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from fontTools.cffLib import CFFFontSet
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from tests.contract.test_text_layer import SCRIPTS, named
from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer

EAST = ("japanese", "traditional chinese", "simplified chinese", "korean")


@pytest.fixture(scope="module")
def pdfs() -> Iterator[dict[str, bytes]]:
    """A page in each script, and one in none of them."""
    renderer = WeasyPrintRenderer(processes=1)
    yield {script: renderer.render_now(named(SCRIPTS[script][0])).content for script in (*EAST, "latin")}
    renderer.close()


def outlines(reader: PdfReader) -> Iterator[tuple[str, set[int]]]:
    """The fonts of the first page that are keyed by CID: how the page calls them, and the glyphs they hold."""
    fonts: DictionaryObject = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for name, font in fonts.items():
        (descendant,) = font.get_object()["/DescendantFonts"]
        described = descendant.get_object()["/FontDescriptor"]
        if "/FontFile3" in described:
            file = described["/FontFile3"]
            assert file["/Subtype"] == "/CIDFontType0C"
            assert "/CIDToGIDMap" not in descendant.get_object()
            opened = CFFFontSet()
            opened.decompile(io.BytesIO(file.get_data()), None)
            yield str(name), {int(glyph.removeprefix("cid")) for glyph in opened[0].charset if glyph != ".notdef"}


def drawn(reader: PdfReader, font: str) -> set[int]:
    """The glyphs of a font that the page draws."""
    contents = reader.pages[0].get_contents()
    assert contents is not None
    found: set[int] = set()
    current = ""
    for operands, operator in ContentStream(contents, reader).operations:
        if operator == b"Tf":
            current = str(operands[0])
        elif operator == b"TJ" and current == font:
            strings = [item.original_bytes for item in operands[0] if hasattr(item, "original_bytes")]
            found |= {int.from_bytes(run[at : at + 2]) for run in strings for at in range(0, len(run), 2)}
    return found


@pytest.mark.parametrize("script", EAST)
def test_the_font_holds_what_is_drawn_and_no_more(pdfs: dict[str, bytes], script: str) -> None:
    """Under the numbers by which the page asks for it."""
    reader = PdfReader(io.BytesIO(pdfs[script]))
    held = dict(outlines(reader))
    assert len(held) == 2, "regular and bold"
    for font, glyphs in held.items():
        assert drawn(reader, font) == glyphs


@pytest.mark.parametrize("script", EAST)
def test_the_file_is_small(pdfs: dict[str, bytes], script: str) -> None:
    """Not twice as large as one in Latin."""
    assert len(pdfs[script]) < 2 * len(pdfs["latin"])


@pytest.mark.parametrize("script", EAST)
def test_the_letters_are_seen(pdfs: dict[str, bytes], script: str) -> None:
    """Where the text layer says that the supplier's name is, there is ink for each letter in the picture."""
    page = pypdfium2.PdfDocument(pdfs[script])[0]
    text = page.get_textpage()
    found = text.search(SCRIPTS[script][0][:4]).get_next()
    assert found is not None
    picture = page.render(scale=4, grayscale=True).to_pil()
    for no in range(found[0], found[0] + 4):
        left, bottom, right, top = text.get_charbox(no)
        height = page.get_height()
        letter = picture.crop((int(left * 4), int((height - top) * 4), int(right * 4), int((height - bottom) * 4)))
        dark = sum(letter.histogram()[:128])
        assert dark > 0.05 * letter.width * letter.height, no

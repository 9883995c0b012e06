"""Text read from a PDF is what was printed, in every script.

Three readers are asked: PDFium (Chrome's), Poppler (``pdftotext``, viewers on Linux) and pypdf (programs). Compared is
the text without white space, in NFC, without invisible direction marks: where lines break, and how wide a gap is a
space, each reader guesses by itself.

What is not compared, and why:

- pypdf with Devanagari and Thai: it reads each glyph by itself and does not know ``ActualText``, which says what a
  group means; vowels that are drawn before their letter come out before it.
- The order of words in a line that goes both ways: each reader has rules of its own, and pypdf has none.
- Brackets in text from right to left: PDFium turns them round, as if nobody had done so.
- Poppler with pointed Hebrew: it puts points before their letter.
- The zero-width joiner and non-joiner: they shape letters and are not drawn.
"""

import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdfium2
import pytest
from pypdf import PdfReader

from tests.factories import delivery_sources, invoice
from tests.servers.missing import missing_server
from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Invoice, Party

_INVISIBLE = re.compile(r"[\s\u200c-\u200f\u202a-\u202e\u2060\u2066-\u2069]+")

ALL = {"pdfium", "poppler", "pypdf"}
SCRIPTS: dict[str, tuple[str, set[str]]] = {
    "latin": ("Łódź Çelik & Ñandú, Smörgåsbord 5 €", ALL),
    "vietnamese": ("Phở Hương Giang, Đường Nguyễn Huệ", ALL),
    "greek": ("Ταβέρνα Ο Παράδεισος, ΐΰ Κηφισίας 12", ALL),
    "cyrillic": ("Ресторант Черно море, ул. Шипка 7", ALL),
    "hebrew": ("מסעדת השלום בעמ רחוב הרצל", ALL),
    "pointed hebrew": ("שָׁלוֹם", {"pdfium", "pypdf"}),
    "arabic": ("مطعم الشام الكبير لا إله فاتورة ضريبية قلم", ALL),
    "arabic with marks": ("المورّد محمّد نقدًا", ALL),
    "persian": ("گچپژ رستوران تهران", ALL),
    "devanagari": ("श्री कृष्ण रेस्टोरेंट, क्षेत्र दिल्ली किराया ज्ञान विद्यालय", {"pdfium", "poppler"}),
    "thai": ("ร้านอาหารไทย ถนนสุขุมวิท น้ำ ก็ ผู้ใหญ่", {"pdfium", "poppler"}),
    "japanese": ("株式会社東京モビリティ、〒105-0001 港区虎ノ門ガギグ", ALL),
    "traditional chinese": ("臺灣優步股份有限公司 台北市信義路五段7號", ALL),
    "simplified chinese": ("北京市朝阳区建国门外大街", ALL),
    "korean": ("서울특별시 강남구 한글", ALL),
}
# Both directions in one line, in a page that goes from left to right.
MIXED = {
    "hebrew address": "מסעדת השלום בע״מ, רחוב הרצל 5",
    "arabic address": "مطعم الشام الكبير، شارع الملك فهد 12",
    "hotel": "Hotel מלון הים Tel Aviv 12",
}


def pdfium(pdf: bytes) -> str:
    """What Chrome copies."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def poppler(pdf: bytes) -> str:
    """What ``pdftotext`` writes."""
    program = shutil.which("pdftotext") or missing_server("pdftotext", "apt install poppler-utils")
    return subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def pypdf(pdf: bytes) -> str:
    """What a program finds."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


READERS: dict[str, Callable[[bytes], str]] = {"pdfium": pdfium, "poppler": poppler, "pypdf": pypdf}


def bare(text: str) -> str:
    """Without what readers guess."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def named(text: str) -> Invoice:
    """A delivery whose people, places and dishes are called so."""
    of = assemble(delivery_sources())[0]
    assert of.journey is not None
    somebody = Party(name=text, address=(text,), postcode="1", city=text, country="DE")
    return invoice(
        replace(
            of,
            supplier=replace(of.supplier, name=text),
            recipient=somebody,
            journey=replace(of.journey, pickup=text, dropoff=text),
            lines=tuple(replace(line, description=text) for line in of.lines),
        )
    )


@pytest.fixture(scope="module")
def pdfs() -> Iterator[dict[str, bytes]]:
    """Each text on a page of its own, in plain and bold."""
    renderer = WeasyPrintRenderer(processes=1)
    texts = {name: text for name, (text, _) in SCRIPTS.items()} | MIXED
    yield {name: renderer.render_now(named(text)).content for name, text in texts.items()}
    renderer.close()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_read_as_it_was_printed(pdfs: dict[str, bytes], script: str, reader: str) -> None:
    """In each place that has a line of its own: names (bold), address, journey, lines."""
    text, readers = SCRIPTS[script]
    if reader not in readers:
        pytest.skip("see above")
    said = bare(READERS[reader](pdfs[script]))
    assert said.count(bare(text)) >= len(named(text).draft.lines) + 5


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("line", MIXED)
def test_lines_of_both_directions_lose_no_word(pdfs: dict[str, bytes], line: str, reader: str) -> None:
    """Each word is there."""
    said = bare(READERS[reader](pdfs[line]))
    assert [word for word in MIXED[line].split() if bare(word.strip(",،")) not in said] == []


def test_the_first_use_of_a_letter_does_not_decide(pdfs: dict[str, bytes]) -> None:
    """A vowel that was part of one syllable first is itself in the next, in whatever order the words come."""
    del pdfs
    renderer = WeasyPrintRenderer(processes=1)
    try:
        for words in ("किराया दिल्ली क", "क दिल्ली किराया", "น้ำ นา", "นา น้ำ"):
            pdf = renderer.render_now(named(words)).content
            assert bare(words) in bare(pdfium(pdf)), words
    finally:
        renderer.close()

"""What machines read: the codes of a document say the same on paper as in the invoice."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.factories import charge, invoice, sources, trip
from tests.golden.reading import INPUTS, documents_of
from tests.judges.press import Page, pressed
from tests.qr import codes_of, widths_of
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Code
from tripinvoice.trip import LineOfBusiness, Place, Product

# As authorities want them: an address with parameters, fields apart by stars, bytes in Base64.
CONTENTS = (
    "https://example.org/check?nif=B12345674&numserie=A%2F26&fecha=02-11-2026&importe=19.40",
    "A:501234560*B:999999990*C:PT*D:FT*E:N*F:20261102*G:FT ÉVORA/1*H:JFX3ABCD-1*I1:PT*N:1.10*O:19.40*Q:0*R:0000",
    "AQxBbCBTYWxhbSBUYXhpAg8zMTAxMjIzOTM1MDAwMDMDFDIwMjYtMTEtMDJUMTg6MDY6MDdaBAU" * 8,
)
# How wide, in millimetres: Spain's Orden HAC/1177/2024 says between which, Portugal's AT at least.
WIDTHS = {"ES": (30.0, 40.0), "PT": (30.0, 40.0)}


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Page, bytes]]:
    """Every golden document that has a QR code, printed."""
    pages = {
        f"{path.parent.name}-{path.stem}-{no}": Page(invoice=document)
        for path in INPUTS
        for no, document in enumerate(documents_of(path))
        if any(code.qr for code in document.codes)
    }
    files = pressed(pages, tmp_path_factory.mktemp("codes"))
    return {name: (page, files[name].read_bytes()) for name, page in pages.items()}


def test_codes_are_read_back_from_a_picture(tmp_path: Path) -> None:
    """Of ordinary resolution, each with exactly what went in; no other document has any."""
    plain = invoice()
    coded = replace(plain, codes=tuple(Code(label="qr_code", text=None, qr=content) for content in CONTENTS))
    files = pressed({"coded": Page(invoice=coded), "plain": Page(invoice=plain)}, tmp_path)
    (page,) = codes_of(files["coded"].read_bytes())
    assert sorted(page) == sorted(CONTENTS)
    assert codes_of(files["plain"].read_bytes()) == [[]]


def test_the_codes_of_every_country_are_read_back(golden: dict[str, tuple[Page, bytes]]) -> None:
    """Once each, on some page, and as wide as its law wants them."""
    assert {page.invoice.draft.country for page, _ in golden.values()} >= WIDTHS.keys()
    for name, (page, pdf) in golden.items():
        wanted = sorted(code.qr for code in page.invoice.codes if code.qr)
        assert sorted(text for texts in codes_of(pdf) for text in texts) == wanted, name
        least, most = WIDTHS.get(page.invoice.draft.country, (15.0, 60.0))
        assert all(least <= width <= most for widths in widths_of(pdf) for width in widths), name


def test_portugals_code_of_the_document_is_on_every_page(tmp_path: Path) -> None:
    """Portaria 195/2020 art. 4 n.º 3: also above the QR code, which is on one page only."""
    lisbon = Place(country="PT", subdivision="PT-11")
    of = trip(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, pickup=lisbon, dropoff=lisbon)
    dishes = [charge("9.00", "food_hot", "goods", description=f"Prato n.º {no}") for no in range(1, 61)]
    issued = invoice(assemble(sources(of, *dishes))[0], no=7)
    pdf = pressed({"long": Page(invoice=issued)}, tmp_path)["long"].read_bytes()
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    (code,) = issued.codes
    assert code.text
    assert len(pages) >= 3
    assert [page.count(code.text) for page in pages] == [*[1] * (len(pages) - 1), 2]
    assert codes_of(pdf) == [*[[]] * (len(pages) - 1), [code.qr]]

"""QR codes as a phone reads them: from a picture of each page of the PDF, at 150 dots per inch."""

import pypdfium2
import zxingcpp

DPI = 150
_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4
_QR = zxingcpp.barcode_formats_from_str("QRCode")


def codes_of(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page say, page by page; in no order where a page has several."""
    return [[code.text for code in codes] for codes in _seen(pdf)]


def widths_of(pdf: bytes) -> list[list[float]]:
    """How wide the QR codes of each page are, in millimetres, without the quiet zone around them."""
    return [[_mm(code) for code in codes] for codes in _seen(pdf)]


def _seen(pdf: bytes) -> list[list[zxingcpp.Barcode]]:
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=DPI / _POINTS_PER_INCH).to_pil().convert("L") for page in document]
    return [zxingcpp.read_barcodes(picture, formats=_QR) for picture in pictures]


def _mm(code: zxingcpp.Barcode) -> float:
    return (code.position.top_right.x - code.position.top_left.x) / DPI * _MM_PER_INCH

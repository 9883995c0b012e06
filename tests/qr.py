"""QR codes as a phone reads them: from a picture of each page of the PDF, at 150 dots per inch."""

import pypdfium2
import zxingcpp

DPI = 150
_POINTS_PER_INCH = 72
_QR = zxingcpp.barcode_formats_from_str("QRCode")


def codes_of(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page say, page by page; in no order where a page has several."""
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=DPI / _POINTS_PER_INCH).to_pil().convert("L") for page in document]
    return [[code.text for code in zxingcpp.read_barcodes(picture, formats=_QR)] for picture in pictures]

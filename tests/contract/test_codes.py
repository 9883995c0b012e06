"""What machines read: the codes of a document say the same on paper as in the invoice."""

from dataclasses import replace
from pathlib import Path

from tests.factories import invoice
from tests.judges.press import Page, pressed
from tests.qr import codes_of
from tripinvoice.invoice import Code

# As authorities want them: an address with parameters, fields apart by stars, bytes in Base64.
CONTENTS = (
    "https://example.org/check?nif=B12345674&numserie=A%2F26&fecha=02-11-2026&importe=19.40",
    "A:501234560*B:999999990*C:PT*D:FT*E:N*F:20261102*G:FT ÉVORA/1*H:JFX3ABCD-1*I1:PT*N:1.10*O:19.40*Q:0*R:0000",
    "AQxBbCBTYWxhbSBUYXhpAg8zMTAxMjIzOTM1MDAwMDMDFDIwMjYtMTEtMDJUMTg6MDY6MDdaBAU" * 8,
)


def test_codes_are_read_back_from_a_picture(tmp_path: Path) -> None:
    """Of ordinary resolution, each with exactly what went in; no other document has any."""
    plain = invoice()
    coded = replace(plain, codes=tuple(Code(label="qr_code", text=None, qr=content) for content in CONTENTS))
    files = pressed({"coded": Page(invoice=coded), "plain": Page(invoice=plain)}, tmp_path)
    (page,) = codes_of(files["coded"].read_bytes())
    assert sorted(page) == sorted(CONTENTS)
    assert codes_of(files["plain"].read_bytes()) == [[]]

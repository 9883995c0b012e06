"""Under which name a download is saved."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.adapters.content_disposition import attachment


@pytest.mark.parametrize(
    ("filename", "plain", "encoded"),
    [
        ("GB-OP-2026-000042.pdf", "GB-OP-2026-000042.pdf", "GB-OP-2026-000042.pdf"),
        ("Rechnung Übung.pdf", "Rechnung _bung.pdf", "Rechnung%20%C3%9Cbung.pdf"),
        ('a"; filename="b.exe', "a__ filename=_b.exe", "a__%20filename%3D_b.exe"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie_ b.pdf", "aSet-Cookie_%20b.pdf"),
        ("fdp.\u202e42.exe", "fdp.42.exe", "fdp.42.exe"),
        (".hidden", "hidden", "hidden"),
        ("...", "document", "document"),
        ("", "document", "document"),
        ("a" * 200 + ".pdf", "a" * 57 + ".pdf", "a" * 57 + ".pdf"),
        ("a." + "b" * 200, "a." + "b" * 58, "a." + "b" * 58),
    ],
)
def test_a_name_is_made_safe_and_written_twice(filename: str, plain: str, encoded: str) -> None:
    """As ASCII and as it is."""
    assert attachment(filename) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


@given(st.text(max_size=300))
def test_no_name_leaves_its_place(filename: str) -> None:
    """Whatever it is, the header has its two parts, in ASCII, and the name is short enough for every disk."""
    header = attachment(filename)
    match = re.fullmatch(r"attachment; filename=\"([^\"\\/]+)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", header)
    assert match is not None
    assert header.isascii()
    assert header.isprintable()
    assert len(unquote(match[2]).encode()) <= 255

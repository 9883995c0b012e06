"""QR codes as pictures of lines. That a phone reads them, tests/contract/test_codes.py says."""

import re

import pytest

from tripinvoice.render.qr import qr_svg

TEXT = "A:299900100*B:999999990"


def modules(svg: str) -> int:
    """How many modules wide the code is, with the four around it on each side."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("least", "version"), [(1, 2), (2, 2), (9, 9)])
def test_an_authority_may_want_a_version(least: int, version: int) -> None:
    """A code is no smaller than asked, and no larger than needed; each version is four modules wider."""
    assert modules(qr_svg(TEXT, "Code", least=least)) == 17 + 4 * version + 8


def test_what_needs_more_room_gets_it() -> None:
    """Above the version that is asked at least."""
    assert modules(qr_svg(TEXT * 20, "Code", least=9)) > 17 + 4 * 9 + 8


def test_it_says_what_it_is() -> None:
    """In words, escaped; the same content is the same picture."""
    svg = qr_svg(TEXT, "Code <1>")
    assert svg.startswith("<svg ")
    assert "<title>Code &lt;1&gt;</title>" in svg
    assert svg == qr_svg(TEXT, "Code <1>")

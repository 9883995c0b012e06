"""The tree and its text."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.einvoice.xml import Element, document, element


def test_what_holds_nothing_is_left_out_with_all_around_it() -> None:
    """An invoice without a buyer's reference has no empty element for it."""
    assert element("a", None) is None
    assert element("a", "") is None
    assert element("a", element("b", None), [None]) is None
    assert element("a", element("b", "x"), element("c", None)) == Element("a", (Element("b", "x", {}),), {})


def test_elements_come_one_by_one_or_many() -> None:
    """In order."""
    one, two = element("b", "1"), element("b", "2")
    assert element("a", one, [None, two]) == Element("a", (one, two), {})  # type: ignore[arg-type]


def test_attributes_that_are_not_known_are_left_out() -> None:
    """An identifier need not be in a list."""
    assert element("a", "x", scheme=None, name="n") == Element("a", "x", {"name": "n"})


def test_text_and_elements_do_not_mix() -> None:
    """It would be a fault of ours."""
    with pytest.raises(TypeError, match="one text or elements"):
        element("a", "x", element("b", "y"))


def test_the_file_is_readable() -> None:
    """Two spaces for each level, and a line's end at the end."""
    root = element("a", element("b", "1 < 2 & ]]>", name='"quoted"'), element("c", element("d", "x")))
    assert root is not None
    assert document(root).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<a>\n"
        "  <b name='\"quoted\"'>1 &lt; 2 &amp; ]]&gt;</b>\n"
        "  <c>\n"
        "    <d>x</d>\n"
        "  </c>\n"
        "</a>\n"
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_one_text(text: str) -> None:
    """What XML has no place for becomes a visible mark; the rest comes back as it was."""
    root = element("a", text, name=text)
    assert root is not None
    read = ET.fromstring(document(root))  # noqa: S314 (we wrote it)
    back = "".join(c if c in "\t\n\r" or " " <= c <= "\ufffd" or c > "\uffff" else "\ufffd" for c in text)
    assert read.text == back.replace("\r\n", "\n").replace("\r", "\n")
    assert len(read) == 0

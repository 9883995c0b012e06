"""A page in Arabic is the mirror of the others, and its numbers are the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.contract.testland import printed
from tests.factories import delivery_sources, invoice
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Draft, Party

ARABIC = 'primary = true\nsecond = "en"\n[titles]\ninvoice = "فاتورة ضريبية"\n'
ENGLISH = '[titles]\ninvoice = "Tax invoice"\n'


def order() -> Draft:
    """Food in Arabic and Latin, from somebody with brackets in his name."""
    of = assemble(delivery_sources())[0]
    supplier = Party(name="مطعم الشام (ذ.م.م)", address=("شارع الملك فهد 12",), city="الرياض", country="DE")
    dishes = ("شاورما دجاج", "Combo 5", "شاورما Combo 7", "Cola 0.5 l")
    lines = tuple(replace(line, description=dish) for line, dish in zip(of.lines, dishes, strict=True))
    return replace(of, supplier=supplier, lines=lines, template="testland", locale="ar_SA")


class Text:
    """The text of a page, and where it stands."""

    def __init__(self, file: Path) -> None:
        self._page = pypdfium2.PdfDocument(file.read_bytes())[0]
        self._text = self._page.get_textpage()
        self.width: float = self._page.get_width()

    def __contains__(self, words: object) -> bool:
        return self._text.search(str(words)).get_next() is not None

    def box(self, words: str) -> tuple[float, float]:
        """Where these words stand first: left and right end, in points."""
        found: Any = self._text.search(words).get_next()
        assert found is not None, words
        boxes = [self._text.get_charbox(no) for no in range(found[0], sum(found))]
        return min(left for left, *_ in boxes), max(right for _, _, right, _ in boxes)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Text:
    """The order on paper."""
    folder = tmp_path_factory.mktemp("arabic")
    return Text(printed({"order": order()}, folder, {"ar_SA": ARABIC, "en": ENGLISH})["order"])


def test_the_page_is_mirrored(page: Text) -> None:
    """Title, supplier and descriptions begin on the right; the sum, the recipient and the amounts are left of them."""
    middle = page.width / 2
    for right in ("فاتورة", "Tax invoice", "Description", "Date of issue", "Combo 5"):
        assert page.box(right)[0] > middle, right
    for left in ("28.55", "Supplied to", "Amount", "14.90", "1 / 1"):
        assert page.box(left)[1] < middle, left
    assert page.box("Net")[0] > page.box("Gross")[1]


def test_the_right_edge_is_even(page: Text) -> None:
    """Lines begin where the page begins, in whichever script they are."""
    ends = {
        round(page.box(text)[1])
        for text in ("Tax invoice", "Date of issue", "Supplied by", "Description", "Cola 0.5 l")
    }
    assert max(ends) - min(ends) <= 1


def test_units_stand_under_units(page: Text) -> None:
    """Amounts of one column end at the same place, as in every language."""
    ends = [page.box(amount)[1] for amount in ("14.90", "9.80", "3.60", "0.25")]
    assert max(ends) - min(ends) < 0.5  # a zero is a hair wider than a five


def test_numbers_and_names_in_latin_are_not_turned(page: Text) -> None:
    """They are read from left to right inside of Arabic."""
    issued = invoice(order())
    for text in (issued.number, "Visa ·· 4242", "Jürgen Weiß", "26.32", "Beispiel Mobility Germany GmbH"):
        assert text in page, text
    assert page.box("Issued by")[0] < page.box("in the name")[0]

"""Orders of hundreds of lines: heads on every page, and sums that are carried over and right, in both directions."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from tests.contract.testland import printed as printed_files
from tests.factories import delivery_sources
from tripinvoice.assemble import assemble
from tripinvoice.invoice import Draft
from tripinvoice.money import Money, total

NAMES = ("Schweinebraten mit Knödel", "Pho", "Ein Gericht mit einem sehr langen Namen, der in keine Zeile passt, " * 3)


def order(lines: int, template: str = "germany", locale: str = "de_DE") -> Draft:
    """A delivery of so many dishes, each at a price of its own, some with names of several lines, some refunded."""
    of = assemble(delivery_sources())[0]
    first = of.lines[0]
    made = []
    for no in range(lines):
        gross = Money((no * 7919) % 4_000 - 300, "EUR")
        tax = Money(gross.minor * 7 // 107, "EUR")
        made.append(
            replace(first, id=str(no), description=f"#{no} {NAMES[no % 3]}", gross=gross, tax=tax, net=gross - tax)
        )
    totals = replace(
        of.totals,
        net=total((line.net for line in made), "EUR"),
        tax=total((line.tax for line in made), "EUR"),
        gross=total((line.gross for line in made), "EUR"),
    )
    return replace(of, lines=tuple(made), totals=totals, payments=(), template=template, locale=locale)


ORDERS = {
    "german": order(300),
    "american": replace(order(300, "united_states", "en_US"), paper="Letter"),
    "arabic": order(300, "testland", "ar_SA"),
    **{f"german {lines}": order(lines) for lines in range(9, 24)},
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The text of each page of each order; Arabic comes from a country of this test's own, in two languages."""
    files = printed_files(ORDERS, tmp_path_factory.mktemp("long"), {"ar_SA": 'primary = true\nsecond = "en"\n'})
    return {name: _pages(file) for name, file in files.items()}


def _pages(file: Path) -> list[str]:
    document = pypdfium2.PdfDocument(file.read_bytes())
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]


def _number(text: str, *, comma: bool) -> Decimal:
    plain = text.replace(".", "").replace(",", ".") if comma else text.replace(",", "")
    return Decimal(plain)


WORDS = {
    "german": ("Übertrag", "Übertrag"),
    "american": ("Carried forward", "Brought forward"),
    "arabic": ("forward Carried", "forward Brought"),  # PDFium reads the English in the order of its Arabic line
}


@pytest.mark.parametrize("name", ORDERS)
def test_sums_are_carried_from_page_to_page(printed: dict[str, list[str]], name: str) -> None:
    """What stands at the foot of a page is the sum of all lines so far; the next page begins with it."""
    of, pages = ORDERS[name], printed[name]
    carried_word, brought_word = WORDS[name.split(maxsplit=1)[0]]
    amounts = [line.net if of.template == "united_states" else line.gross for line in of.lines]
    comma = of.locale == "de_DE"
    seen = 0
    for no, page in enumerate(pages, start=1):
        dishes = [int(found) for found in re.findall(r"#(\d+) ", page)]
        assert dishes == list(range(seen, seen + len(dishes)))
        seen += len(dishes)
        so_far = sum((amount.decimal for amount in amounts[:seen]), Decimal(0))
        before = sum((amount.decimal for amount in amounts[: seen - len(dishes)]), Decimal(0))
        sums = [_number(found, comma=comma) for found in _sums(page, (carried_word, brought_word))]
        expected = [before] * (no > 1) + [so_far] * (no < len(pages))
        assert sums == expected, f"page {no}"
    assert seen == len(of.lines)


def _sums(page: str, words: tuple[str, str]) -> list[str]:
    """The figures behind the words for carrying."""
    either = "|".join(dict.fromkeys(words))
    return re.findall(rf"(?:{either}) \W*(-?[\d.,]+\d)", page)

"""Readable cases: what goes in (``<case>.json``), and the legal documents that come out.

They come out as data (``<case>.documents.json``) and as they are read (``<case>.documents.txt``). Amounts are written
as people write them. A change of the law or of the code shows here as a difference that somebody from the tax team can
judge.
"""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.golden.reading import CASES, INPUTS, OUT, TEXT, credited_in_full, documents_of
from tripinvoice import canonical
from tripinvoice.invoice import Invoice, Invoicing, Kind
from tripinvoice.money import Money
from tripinvoice.regimes import REGIMES
from tripinvoice.render import html

_LEFT_OUT: tuple[object, ...] = (None, [], "", False, Invoicing.AUTOMATIC)


def _readable(value: Any) -> Any:
    """The same JSON with amounts written as ``"12.40 EUR"``; what is empty or usual is left out."""
    if isinstance(value, dict):
        if value.keys() == {"minor", "currency"}:
            return str(Money(**value))
        return {key: _readable(item) for key, item in value.items() if item not in _LEFT_OUT}
    return [_readable(item) for item in value] if isinstance(value, list) else value


def _text(invoice: Invoice) -> str:
    """What the document says, a line for each paragraph and row; cells are apart by a bar."""
    lines = []
    for element in _page(invoice).iter():
        if element.tag in {"h1", "h2", "p"}:
            lines.append(_words(element))
        elif element.tag == "tr":
            lines.append(" | ".join(_words(cell) for cell in element))
    return "\n".join(line for line in lines if line)


def _page(invoice: Invoice) -> ET.Element:
    return ET.fromstring(html(invoice).removeprefix("<!DOCTYPE html>"))  # noqa: S314 (we wrote it)


def _title(invoice: Invoice) -> str:
    return next(_words(element) for element in _page(invoice).iter("h1"))


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_documents_of_a_case(path: Path, *, update_golden: bool) -> None:
    """They are what they were."""
    invoices = documents_of(path)
    documents = [_readable(json.loads(canonical.dump(invoice))) for invoice in invoices]
    text = "\n\n".join(map(_text, invoices)) + "\n"
    expected, said = path.with_name(path.stem + OUT), path.with_name(path.stem + TEXT)
    if update_golden:
        expected.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        said.write_text(text)
        pytest.skip(f"{expected.name} written; read the difference")
    assert json.loads(expected.read_text()) == documents
    assert said.read_text() == text


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_document_of_a_case_can_be_credited(path: Path) -> None:
    """In full, by a document with a title of its own that says what it refers to and why; with the same amounts."""
    for invoice in documents_of(path):
        if invoice.draft.key.kind is Kind.CREDIT_NOTE:
            continue
        note = credited_in_full(invoice)
        said = _text(note).splitlines()
        assert _title(note) != _title(invoice)
        assert any(invoice.number in line for line in said)
        assert "Charged twice" in said
        assert (note.draft.totals, note.draft.tax_lines) == (invoice.draft.totals, invoice.draft.tax_lines)


CASES_OF_A_REGIME = 5
"""At least: one for each border of its law, and what else is usual."""


def test_every_regime_has_cases_and_every_document_its_input() -> None:
    """Nothing is left over, no country is left out."""
    cases = Counter(path.parent.name for path in INPUTS)
    assert cases.keys() == {regime.template for regime in REGIMES}
    assert [template for template, count in cases.items() if count < CASES_OF_A_REGIME] == []
    leftover = [
        path
        for suffix in (OUT, TEXT)
        for path in CASES.glob(f"*/*{suffix}")
        if path.with_name(path.name.removesuffix(suffix) + ".json") not in INPUTS
    ]
    assert leftover == []

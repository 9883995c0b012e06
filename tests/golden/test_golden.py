"""Readable cases: what goes in (``<case>.json``), and the legal documents that come out.

They come out as data (``<case>.documents.json``) and as they are read (``<case>.documents.txt``). Amounts are written
as people write them. A change of the law or of the code shows here as a difference that somebody from the tax team can
judge.
"""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tripinvoice import canonical
from tripinvoice.assemble import assemble, finish
from tripinvoice.invoice import Invoice
from tripinvoice.money import Money
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import REGIMES, regime_for
from tripinvoice.render import html

CASES = Path(__file__).parent / "cases"
_OUT = ".documents.json"
_TEXT = ".documents.txt"
_INPUTS = sorted(path for path in CASES.glob("*/*.json") if not path.name.endswith(_OUT))


def _read(path: Path) -> Sources:
    """The sources of a case; every answer was fetched when the trip ended."""
    case = json.loads(path.read_text())
    answers = [answer | {"fetched_at": case["trip"]["ended_at"]} for answer in case["answers"]]
    return canonical.load(json.dumps({"trip": case["trip"], "answers": answers}).encode(), Sources)


def _issue(sources: Sources) -> list[Invoice]:
    """The trip's documents, the first of their series, issued a minute after the trip."""
    issued_at = sources.trip.ended_at + timedelta(minutes=1)
    period = regime_for(sources.trip).numbering_period(issued_at)
    taken: Counter[str] = Counter()
    invoices = []
    for draft in assemble(sources):
        taken[draft.series] += 1
        number = NumberTaken(
            document=draft.key, series=draft.series, period=period, no=taken[draft.series], issued_at=issued_at
        )
        invoices.append(finish(draft, number))
    return invoices


def _readable(value: Any) -> Any:
    """The same JSON with ``{"minor": 1240, "currency": "EUR"}`` written as ``"12.40 EUR"``, without what is empty."""
    if isinstance(value, dict):
        if value.keys() == {"minor", "currency"}:
            return str(Money(**value))
        return {key: _readable(item) for key, item in value.items() if item not in (None, [], "", False)}
    return [_readable(item) for item in value] if isinstance(value, list) else value


def _text(invoice: Invoice) -> str:
    """What the document says, a line for each paragraph and row; cells are apart by a bar."""
    page = ET.fromstring(html(invoice).removeprefix("<!DOCTYPE html>"))  # noqa: S314 (we wrote it)
    lines = []
    for element in page.iter():
        if element.tag in {"h1", "h2", "p"}:
            lines.append(_words(element))
        elif element.tag == "tr":
            lines.append(" | ".join(_words(cell) for cell in element))
    return "\n".join(line for line in lines if line)


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("path", _INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_documents_of_a_case(path: Path, *, update_golden: bool) -> None:
    """They are what they were."""
    invoices = _issue(_read(path))
    documents = [_readable(json.loads(canonical.dump(invoice))) for invoice in invoices]
    text = "\n\n".join(map(_text, invoices)) + "\n"
    expected, said = path.with_name(path.stem + _OUT), path.with_name(path.stem + _TEXT)
    if update_golden:
        expected.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        said.write_text(text)
        pytest.skip(f"{expected.name} written; read the difference")
    assert json.loads(expected.read_text()) == documents
    assert said.read_text() == text


def test_every_regime_has_a_case_and_every_document_its_input() -> None:
    """Nothing is left over, no country is left out."""
    assert {path.parent.name for path in _INPUTS} == {regime.template for regime in REGIMES}
    leftover = [
        path
        for suffix in (_OUT, _TEXT)
        for path in CASES.glob(f"*/*{suffix}")
        if path.with_name(path.name.removesuffix(suffix) + ".json") not in _INPUTS
    ]
    assert leftover == []

"""Readable cases: what goes in (``<case>.json``) and the legal documents that come out (``<case>.documents.json``).

Amounts are written as people write them. A change of the law or of the code shows here as a difference that somebody
from the tax team can judge.
"""

import json
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

CASES = Path(__file__).parent / "cases"
_OUT = ".documents.json"
_INPUTS = sorted(path for path in CASES.glob("*/*.json") if not path.name.endswith(_OUT))


def _read(path: Path) -> Sources:
    """The sources of a case; every answer was fetched when the trip ended."""
    case = json.loads(path.read_text())
    answers = [answer | {"fetched_at": case["trip"]["ended_at"]} for answer in case["answers"]]
    return canonical.load(json.dumps({"trip": case["trip"], "answers": answers}).encode(), Sources)


def _issue(sources: Sources) -> list[Invoice]:
    """The trip's documents, each the first of its series, issued a minute after the trip."""
    issued_at = sources.trip.ended_at + timedelta(minutes=1)
    period = regime_for(sources.trip).period(issued_at)
    return [
        finish(draft, NumberTaken(document=draft.key, series=draft.series, period=period, no=1, issued_at=issued_at))
        for draft in assemble(sources)
    ]


def _readable(value: Any) -> Any:
    """The same JSON with ``{"minor": 1240, "currency": "EUR"}`` written as ``"12.40 EUR"``."""
    if isinstance(value, dict):
        if value.keys() == {"minor", "currency"}:
            return str(Money(**value))
        return {key: _readable(item) for key, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", _INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_documents_of_a_case(path: Path, *, update_golden: bool) -> None:
    """They are what they were."""
    documents = [_readable(json.loads(canonical.dump(invoice))) for invoice in _issue(_read(path))]
    expected = path.with_name(path.stem + _OUT)
    if update_golden:
        expected.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        pytest.skip(f"{expected.name} written; read the difference")
    assert json.loads(expected.read_text()) == documents


def test_every_regime_has_a_case_and_every_document_its_input() -> None:
    """Nothing is left over, no country is left out."""
    assert {path.parent.name for path in _INPUTS} == {regime.template for regime in REGIMES}
    leftover = [
        path
        for path in CASES.glob(f"*/*{_OUT}")
        if path.with_name(path.name.removesuffix(_OUT) + ".json") not in _INPUTS
    ]
    assert leftover == []

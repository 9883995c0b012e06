"""Readable cases: what goes in (``<case>.json``) and the legal documents that come out (``<case>.documents.json``).

Amounts are written as people write them. A change of the law or of the code shows here as a difference that somebody
from the tax team can judge.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.golden.reading import CASES, INPUTS, OUT, documents_of
from tripinvoice import canonical
from tripinvoice.money import Money
from tripinvoice.regimes import REGIMES


def _readable(value: Any) -> Any:
    """The same JSON with ``{"minor": 1240, "currency": "EUR"}`` written as ``"12.40 EUR"``."""
    if isinstance(value, dict):
        if value.keys() == {"minor", "currency"}:
            return str(Money(**value))
        return {key: _readable(item) for key, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_documents_of_a_case(path: Path, *, update_golden: bool) -> None:
    """They are what they were."""
    documents = [_readable(json.loads(canonical.dump(invoice))) for invoice in documents_of(path)]
    expected = path.with_name(path.stem + OUT)
    if update_golden:
        expected.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        pytest.skip(f"{expected.name} written; read the difference")
    assert json.loads(expected.read_text()) == documents


def test_every_regime_has_a_case_and_every_document_its_input() -> None:
    """Nothing is left over, no country is left out."""
    assert {path.parent.name for path in INPUTS} == {regime.template for regime in REGIMES}
    leftover = [
        path for path in CASES.glob(f"*/*{OUT}") if path.with_name(path.name.removesuffix(OUT) + ".json") not in INPUTS
    ]
    assert leftover == []

"""The golden cases as data: which there are, and the documents that come out, for whoever wants them all."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tripinvoice import canonical
from tripinvoice.assemble import assemble, finish
from tripinvoice.invoice import Invoice
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import regime_for

CASES = Path(__file__).parent / "cases"
OUT = ".documents.json"
TEXT = ".documents.txt"
INPUTS = sorted(path for path in CASES.glob("*/*.json") if not path.name.endswith(OUT))


def documents_of(path: Path) -> list[Invoice]:
    """The documents of a case, the first of their series, issued a minute after the trip."""
    sources = _read(path)
    regime, issued_at = regime_for(sources.trip), sources.trip.ended_at + timedelta(minutes=1)
    taken: Counter[str] = Counter()
    invoices = []
    for draft in assemble(sources):
        taken[draft.series] += 1
        number = NumberTaken(
            document=draft.key,
            series=draft.series,
            period=regime.numbering_period(issued_at, draft.time_zone),
            no=taken[draft.series],
            issued_at=issued_at,
        )
        invoices.append(finish(draft, number))
    return invoices


def _read(path: Path) -> Sources:
    """The sources of a case; every answer was fetched when the trip ended."""
    case = json.loads(path.read_text())
    answers = [answer | {"fetched_at": case["trip"]["ended_at"]} for answer in case["answers"]]
    return canonical.load(json.dumps({"trip": case["trip"], "answers": answers}).encode(), Sources)

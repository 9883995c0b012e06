"""The golden cases as data: which there are, and the documents that come out, for whoever wants them all."""

import json
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
    """The documents of a case, each the first of its series, issued a minute after the trip."""
    sources = _read(path)
    issued_at = sources.trip.ended_at + timedelta(minutes=1)
    period = regime_for(sources.trip).numbering_period(issued_at)
    return [
        finish(draft, NumberTaken(document=draft.key, series=draft.series, period=period, no=1, issued_at=issued_at))
        for draft in assemble(sources)
    ]


def _read(path: Path) -> Sources:
    """The sources of a case; every answer was fetched when the trip ended."""
    case = json.loads(path.read_text())
    answers = [answer | {"fetched_at": case["trip"]["ended_at"]} for answer in case["answers"]]
    return canonical.load(json.dumps({"trip": case["trip"], "answers": answers}).encode(), Sources)

"""The golden cases as data: which there are, and the documents that come out, for whoever wants them all."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tripinvoice import canonical
from tripinvoice.assemble import assemble, finish
from tripinvoice.credit import Order, Wish, credit
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import regime_named

CASES = Path(__file__).parent / "cases"
OUT = ".documents.json"
TEXT = ".documents.txt"
INPUTS = sorted(path for path in CASES.glob("*/*.json") if not path.name.endswith(OUT))


@dataclass
class _Desk:
    """Numbers the documents of a case: each series from 1, at the given moment."""

    taken: Counter[str] = field(default_factory=Counter)

    def issue(self, draft: Draft, issued_at: datetime) -> Invoice:
        """The draft with the next number of its series."""
        self.taken[draft.series] += 1
        number = NumberTaken(
            document=draft.key,
            series=draft.series,
            period=regime_named(draft.regime).numbering_period(issued_at, draft.time_zone),
            no=self.taken[draft.series],
            issued_at=issued_at,
        )
        return finish(draft, number)


def documents_of(path: Path) -> list[Invoice]:
    """The documents of a case, the first of their series, issued a minute after the trip; then its credit notes."""
    case = json.loads(path.read_text())
    sources, desk = sources_of(case), _Desk()
    invoices = [desk.issue(draft, sources.trip.ended_at + timedelta(minutes=1)) for draft in assemble(sources)]
    notes: list[Invoice] = []
    for wanted in case.get("credits", []):
        order = _order(wanted, invoices, notes)
        notes.append(desk.issue(credit(order), sources.trip.ended_at + timedelta(days=len(notes) + 1)))
    return invoices + notes


def credited_in_full(invoice: Invoice) -> Invoice:
    """The credit note that takes back all of a document, a day later."""
    order = Order(invoice=invoice, reason="Charged twice", request="ticket-1")
    return _Desk().issue(credit(order), invoice.issued_at + timedelta(days=1))


def _order(wanted: dict[str, Any], invoices: list[Invoice], notes: list[Invoice]) -> Order:
    """``contract`` and ``reason``, with ``lines`` or an ``amount``, or all that is left."""
    (invoice,) = (one for one in invoices if one.draft.key.contract == wanted["contract"])
    wish = {"lines": wanted.get("lines", []), "amount": wanted.get("amount")}
    earlier = tuple(note for note in notes if note.draft.key.contract == wanted["contract"])
    return Order(
        invoice=invoice,
        reason=wanted["reason"],
        request=f"ticket-{len(notes) + 1}",
        wish=canonical.load(json.dumps(wish).encode(), Wish),
        earlier=earlier,
        revision=len(earlier) + 1,
    )


def sources_of(case: dict[str, Any]) -> Sources:
    """The sources of a case; every answer was fetched when the trip ended."""
    answers = [answer | {"fetched_at": case["trip"]["ended_at"]} for answer in case["answers"]]
    return canonical.load(json.dumps({"trip": case["trip"], "answers": answers}).encode(), Sources)

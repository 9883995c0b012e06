"""One document for a customer's trips of a month: per legal supplier and contract, a line for each trip and rate.

The trips' own drafts are its evidence. Tax is computed again on the sums, once per rate, so that the document is right
by itself; what was charged stays as it was. VAT Directive 2006/112/EC art. 223 allows summary invoices for the supplies
of one calendar month.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from tripinvoice.assemble import complete
from tripinvoice.invoice import DocumentKey, Draft, Fact, Invoicing, Line, Payment, TaxCategory, TaxLine
from tripinvoice.money import Money, total
from tripinvoice.regimes import regime_named
from tripinvoice.tax import Item, compute

T = TypeVar("T")

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

TRIPS_PER_DOCUMENT = 1_000
"""A month with more of one supplier becomes several documents: a page still opens, a mail still goes through."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """The evidence of a monthly document: the drafts of its trips, and which revision it is."""

    drafts: tuple[Draft, ...]
    revision: int

    def document(self) -> Draft:
        """The document that is made of it."""
        first = self.drafts[0]
        earlier = replace(first.key, trip_id=_id(first))
        (made,) = consolidate(self.drafts, [earlier] * (self.revision - 1))
        return made


def evidence_of(document: Draft, drafts: Iterable[Draft]) -> Month:
    """What a monthly document was made of, out of these."""
    origins = {line.origin for line in document.lines}
    return Month(drafts=tuple(draft for draft in drafts if str(draft.key) in origins), revision=document.key.revision)


def month_of(draft: Draft) -> str:
    """The month that a trip's draft belongs to, ``2026-11``: that of its supply, by the supplier's clock."""
    return f"{draft.supply_date:%Y-%m}"


def monthly_id(month: str, account: str, series: str) -> str:
    """What stands for the trip in the key of a monthly document: month, account and supplier."""
    return f"{month}.{account}.{hashlib.sha256(series.encode()).hexdigest()[:16]}"


def monthly_ids(drafts: Iterable[Draft]) -> tuple[str, ...]:
    """Of all monthly documents that these trips can be on, in order."""
    return tuple(sorted({_id(draft) for draft in drafts}))


def is_monthly(document: DocumentKey, account: str) -> bool:
    """Whether a document of this account is one of his monthly ones, or takes one back."""
    month, _, rest = document.trip_id.partition(".")
    return bool(account and _MONTH.fullmatch(month) and rest.rpartition(".")[0] == account)


def consolidate(drafts: Sequence[Draft], issued: Sequence[DocumentKey]) -> tuple[Draft, ...]:
    """The monthly documents of trips that are on none yet; ``issued`` are the keys of those that exist.

    A trip that comes late is on the next revision. Raises a :class:`~tripinvoice.errors.PermanentError` when a document
    lacks what the law asks.
    """
    groups: dict[tuple[str, str, str], list[Draft]] = {}
    for draft in sorted(drafts, key=lambda draft: (draft.supply_date, str(draft.key))):
        groups.setdefault((_id(draft), draft.key.contract, draft.key.kind), []).append(draft)
    revisions = Counter((key.trip_id, key.contract, key.kind) for key in issued)
    made = []
    for group in groups.values():
        for start in range(0, len(group), TRIPS_PER_DOCUMENT):
            key = replace(group[0].key, trip_id=_id(group[0]))
            revisions[(key.trip_id, key.contract, key.kind)] += 1
            part = group[start : start + TRIPS_PER_DOCUMENT]
            made.append(_document(part, replace(key, revision=revisions[(key.trip_id, key.contract, key.kind)])))
    return tuple(made)


def _id(draft: Draft) -> str:
    return monthly_id(month_of(draft), draft.account, draft.series)


def _document(trips: Sequence[Draft], key: DocumentKey) -> Draft:
    """The latest trip's draft says who; its lines are all trips'."""
    latest = trips[-1]
    regime = regime_named(latest.regime)
    items = [item for trip in trips for item in _items(trip)]
    taxed = compute([item for _, item in items], latest.currency, regime.tax_name, regime.pricing)
    origins = [origin for origin, _ in items]
    return complete(
        regime,
        replace(
            latest,
            key=key,
            journey=None,
            lines=tuple(replace(line, origin=origin) for line, origin in zip(taxed.lines, origins, strict=True)),
            tax_lines=taxed.tax_lines,
            totals=taxed.totals,
            outside=_outside(trips, len(taxed.lines)),
            payments=_payments(trips),
            notes=_merged(trip.notes for trip in trips),
            facts=(*_merged(trip.facts for trip in trips), Fact(label="period", value=_period(latest.supply_date))),
            ranges=_merged(trip.ranges for trip in trips),
            unverified=_merged(trip.unverified for trip in trips),
            invoicing=Invoicing.MONTHLY,
        ),
    )


def _items(trip: Draft) -> list[tuple[str, Item]]:
    """A line per rate of the trip, with the key of its draft."""
    return [(str(trip.key), _item(trip, line)) for line in trip.tax_lines]


def _item(trip: Draft, tax_line: TaxLine) -> Item:
    regime = regime_named(trip.regime)
    rate = tax_line.tax_category, tax_line.tax_rate
    of_rate = [line for line in trip.lines if (line.tax_category, line.tax_rate) == rate]
    parts = tuple(part.name for part in tax_line.parts)
    return Item(
        code="trip",
        amount=tax_line.gross if regime.pricing.inclusive else tax_line.net,
        category=tax_line.tax_category,
        percent=tax_line.tax_rate,
        note=tax_line.note,
        exemption=tax_line.exemption,
        parts=parts or ((tax_line.name,) if tax_line.name != regime.tax_name else ()),
        classification=next((line.classification for line in of_rate if line.classification), None),
        description=_told(trip),
    )


def _told(trip: Draft) -> str:
    """Which trip a line is: its day, its way where it is known, and its id."""
    places = (trip.journey.pickup, trip.journey.dropoff) if trip.journey else ()
    way = " – ".join(place for place in places if place)  # noqa: RUF001 - typographic
    return " · ".join(part for part in (trip.supply_date.isoformat(), way, trip.key.trip_id) if part)


def _outside(trips: Sequence[Draft], after: int) -> tuple[Line, ...]:
    """What was paid beside the supplies, one line per code."""
    by_code: dict[str, list[Line]] = {}
    for line in (line for trip in trips for line in trip.outside):
        by_code.setdefault(line.code, []).append(line)
    currency = trips[0].currency
    return tuple(
        Line(
            id=str(no),
            code=code,
            net=total((line.gross for line in lines), currency),
            tax=Money.zero(currency),
            gross=total((line.gross for line in lines), currency),
            tax_category=TaxCategory.OUTSIDE,
            tax_rate=Decimal(0),
        )
        for no, (code, lines) in enumerate(by_code.items(), start=after + 1)
    )


def _payments(trips: Sequence[Draft]) -> tuple[Payment, ...]:
    """What was paid already, one line per method."""
    paid: dict[tuple[str, str | None], list[Money]] = {}
    for payment in (payment for trip in trips for payment in trip.payments):
        paid.setdefault((payment.method, payment.detail), []).append(payment.amount)
    return tuple(
        Payment(method=method, detail=detail, amount=total(amounts, trips[0].currency))
        for (method, detail), amounts in paid.items()
    )


def _period(day: date) -> str:
    """The calendar month of a day, from its first to its last."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return f"{first.isoformat()} – {last.isoformat()}"  # noqa: RUF001 - typographic


def _merged(each: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for items in each for item in items))

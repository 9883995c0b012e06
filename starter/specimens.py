"""Specimens: documents of the sample trips that nobody was charged for, without a number, to be looked at.

What a regime makes of its samples is computed as for any trip. Only the ledger is left out: a specimen takes no number,
so whatever is made of one (Portugal's ATCUD, the content of a QR code) says ``SPECIMEN`` instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from starter.samples.scenario import Scenario
from starter.samples.trips import sample_trips
from tripinvoice.assemble import assemble, finish
from tripinvoice.credit import Order, credit
from tripinvoice.errors import NotFoundError
from tripinvoice.invoice import Code, Draft, Invoice, Kind
from tripinvoice.money_systems import Answer, MoneySystem, Sources
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import regime_for, regime_named
from tripinvoice.systems_table import read_table
from tripinvoice.trip import LineOfBusiness
from tripinvoice.trip_event import parse_trip_event

SPECIMEN = "SPECIMEN"
_ISSUED_AFTER = timedelta(minutes=1)
_ANY_TIME = datetime(2100, 1, 1, tzinfo=UTC)  # samples may be of any day


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One document of a sample trip; ``trip_id`` tells which."""

    trip_id: str
    invoice: Invoice


def sources_of(scenario: Scenario) -> Sources:
    """What would be fetched for a sample trip. Raises ``InvalidTripError`` when its event is none."""
    trip = parse_trip_event(scenario.event, scenario.headers, _ANY_TIME)
    return Sources(
        trip=trip,
        answers=tuple(
            Answer(
                system=system.name,
                provides=system.provides,
                body=dict(scenario.answers[system.name]),
                fetched_at=trip.ended_at,
            )
            for system in _table()
            if system.applies_to(trip) and system.name in scenario.answers
        ),
    )


@cache
def _table() -> Sequence[MoneySystem]:
    text = files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8")
    return read_table(text, base="http://sample")


def specimens(
    regime: str, line_of_business: LineOfBusiness, kind: Kind | None = None, locale: str | None = None
) -> list[Specimen]:
    """The documents of this kind (without it: what is issued of a trip) that the regime makes of its sample trips.

    ``locale`` is one of the regime's languages; without it each speaks its customer's. Raises ``UnsupportedTripError``
    for a regime that is not there, ``NotFoundError`` when it makes no such document.
    """
    wanted = regime_named(regime)
    made = [
        Specimen(trip_id=sources.trip.trip_id, invoice=_without_number(draft, sources))
        for sources in map(sources_of, sample_trips())
        if sources.trip.line_of_business is line_of_business and regime_for(sources.trip) is wanted
        for draft in _drafts(sources, kind, locale)
    ]
    if not made:
        raise NotFoundError(f"{regime}: no sample trip of {line_of_business} gives such a document; try another kind")
    return made


def _drafts(sources: Sources, kind: Kind | None, locale: str | None) -> Iterator[Draft]:
    for draft in assemble(sources):
        spoken = replace(draft, locale=locale) if locale else draft
        if kind in {None, draft.key.kind}:
            yield spoken
        elif kind is Kind.CREDIT_NOTE:
            original = finish(spoken, _first(spoken, sources))
            yield credit(Order(invoice=original, reason=SPECIMEN, request=SPECIMEN))


def _without_number(draft: Draft, sources: Sources) -> Invoice:
    invoice = finish(draft, _first(draft, sources))
    correction = draft.correction and replace(draft.correction, number=SPECIMEN)
    return replace(
        invoice,
        draft=replace(draft, correction=correction),
        number="",
        ledger_number="",
        codes=tuple(map(_unreadable, invoice.codes)),
    )


def _first(draft: Draft, sources: Sources) -> NumberTaken:
    """The number it would have as the first of its series; nobody takes it."""
    issued_at = sources.trip.ended_at + _ISSUED_AFTER
    period = regime_named(draft.regime).numbering_period(issued_at, draft.time_zone)
    return NumberTaken(document=draft.key, series=draft.series, period=period, no=1, issued_at=issued_at)


def _unreadable(code: Code) -> Code:
    return replace(code, text=code.text and SPECIMEN, qr=code.qr and SPECIMEN)

"""All documents there are to judge: what the golden cases make, in every language, credit notes, and specimens.

A new regime, kind, language or case is among them by being there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from starter.specimens import Specimen, specimens
from tests.golden.reading import INPUTS, documents_of
from tripinvoice.assemble import finish
from tripinvoice.credit import Order, Wish, credit
from tripinvoice.errors import NotFoundError
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import REGIMES, regime_named
from tripinvoice.trip import LineOfBusiness

_REASON = "Preis korrigiert / price corrected"
_CREDITABLE = 3  # of the regime's units, of which there is a third


def every_document() -> dict[str, Invoice]:
    """By a name that says where it is from."""
    golden = dict(_golden())
    issued = golden | dict(_translated(golden))
    return issued | dict(_credited(issued)) | dict(_specimens())


def _golden() -> Iterator[tuple[str, Invoice]]:
    for case in INPUTS:
        for no, invoice in enumerate(documents_of(case), start=1):
            yield f"{case.parent.name}-{case.stem}-{no}", invoice


def _translated(golden: dict[str, Invoice]) -> Iterator[tuple[str, Invoice]]:
    """The first document of each sort in the languages in which no case has one."""
    judged = {_sort(invoice) for invoice in golden.values()}
    for name, invoice in golden.items():
        regime = regime_named(invoice.draft.regime)
        for locale in (regime.locale, *regime.languages):
            other = replace(invoice, draft=replace(invoice.draft, locale=locale))
            if _sort(other) not in judged:
                judged.add(_sort(other))
                yield f"{name}-{locale}", other


def _credited(issued: dict[str, Invoice]) -> Iterator[tuple[str, Invoice]]:
    """Credit notes on the first document of each sort: a third of it, then all that is left."""
    for name, invoice in _first_of_each(issued.items()):
        gross, unit = invoice.draft.totals.gross, regime_named(invoice.draft.regime).pricing.unit
        if gross.minor >= _CREDITABLE * unit and invoice.draft.correction is None:
            third = str(Money(gross.minor // 3 // unit * unit, gross.currency).decimal)
            part = _numbered(credit(Order(invoice=invoice, reason=_REASON, request="1", wish=Wish(amount=third))), 1)
            rest = _numbered(
                credit(Order(invoice=invoice, reason=_REASON, request="2", earlier=(part,), revision=2)), 2
            )
            yield f"{name}-credited-a-third", part
            yield f"{name}-credited", rest


def _numbered(draft: Draft, no: int) -> Invoice:
    assert draft.correction is not None
    issued_at = datetime.combine(draft.correction.issue_date, time(12), UTC) + timedelta(days=no)
    period = regime_named(draft.regime).numbering_period(issued_at, draft.time_zone)
    number = NumberTaken(document=draft.key, series=draft.series, period=period, no=no, issued_at=issued_at)
    return finish(draft, number)


def _specimens() -> Iterator[tuple[str, Invoice]]:
    """One of each sort: they have a watermark and no number."""
    yield from _first_of_each(
        (f"specimen-{specimen.trip_id}-{no}", specimen.invoice)
        for regime in REGIMES
        for line_of_business in regime.products
        for no, specimen in enumerate(_made(regime.code, line_of_business))
    )


def _made(regime: str, line_of_business: LineOfBusiness) -> list[Specimen]:
    try:
        return specimens(regime, line_of_business)
    except NotFoundError:  # which trips are bundled is no matter of law
        return []


def _first_of_each(documents: Iterable[tuple[str, Invoice]]) -> Iterator[tuple[str, Invoice]]:
    judged = set()
    for name, invoice in documents:
        if _sort(invoice) not in judged:
            judged.add(_sort(invoice))
            yield name, invoice


def _sort(invoice: Invoice) -> tuple[str, ...]:
    draft = invoice.draft
    return draft.regime, draft.line_of_business, draft.key.contract, draft.key.kind, draft.locale

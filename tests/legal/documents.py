"""All documents there are to judge: what the golden cases make, in every language, and specimens of the samples.

A new regime, kind, language or case is among them by being there.
"""

from collections.abc import Iterator
from dataclasses import replace

from starter.specimens import specimens
from tests.golden.reading import INPUTS, documents_of
from tripinvoice.errors import NotFoundError
from tripinvoice.invoice import Invoice
from tripinvoice.regimes import REGIMES, regime_named


def every_document() -> dict[str, Invoice]:
    """By a name that says where it is from."""
    golden = dict(_golden())
    return golden | dict(_translated(golden)) | dict(_specimens())


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


def _specimens() -> Iterator[tuple[str, Invoice]]:
    """One of each sort: they have a watermark and no number."""
    judged = set()
    for regime in REGIMES:
        for line_of_business in regime.products:
            try:
                made = specimens(regime.code, line_of_business)
            except NotFoundError:  # samples are not a matter of law
                continue
            for specimen in made:
                if _sort(specimen.invoice) not in judged:
                    judged.add(_sort(specimen.invoice))
                    yield f"specimen-{specimen.trip_id}-{len(judged)}", specimen.invoice


def _sort(invoice: Invoice) -> tuple[str, ...]:
    draft = invoice.draft
    return draft.regime, draft.line_of_business, draft.key.contract, draft.key.kind, draft.locale

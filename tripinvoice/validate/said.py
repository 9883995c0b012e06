"""What a document must say beside its amounts: names, numbers, codes, days, and why there is no tax."""

from collections.abc import Iterator

from tripinvoice.code_lists import ADDRESS_SCHEMES, COUNTRIES, CURRENCIES, EXEMPTIONS
from tripinvoice.invoice import Draft, Kind, Party, TaxCategory
from tripinvoice.tax_ids import is_valid
from tripinvoice.validate.sums import amounts

_TAXED = frozenset({TaxCategory.STANDARD, TaxCategory.ZERO})


def lines(draft: Draft) -> Iterator[str]:
    """There are lines, each with an id of its own and a name."""
    if not draft.lines:
        yield "BR-16"
    every = (*draft.lines, *draft.outside)
    if len({line.id for line in every}) != len(every) or not all(line.id for line in every):
        yield "BR-21"
    if not all(line.description or line.code for line in every):
        yield "BR-25"


def currency(draft: Draft) -> Iterator[str]:
    """Every amount is in the document's one currency, and that is a currency."""
    if any(amount.currency != draft.currency for amount in amounts(draft)):
        yield "BR-05"
    codes = {draft.currency, draft.national_tax.tax.currency if draft.national_tax else draft.currency}
    if not codes <= CURRENCIES:
        yield "BR-CL-03"


def parties(draft: Draft) -> Iterator[str]:
    """Names, countries, tax numbers and electronic addresses of all."""
    if not draft.supplier.name.strip():
        yield "BR-06"
    if draft.recipient is not None and not draft.recipient.name.strip():
        yield "BR-07"
    known = [draft.supplier, draft.issuer, *([draft.recipient] if draft.recipient else [])]
    if any(party.country is not None and party.country not in COUNTRIES for party in known):
        yield "BR-CL-14"
    wrong = {i.scheme for party in known for i in party.tax_ids if not is_valid(i.scheme, i.value)}
    if "VAT" in wrong:
        yield "BR-CO-09"
    if wrong - {"VAT"}:
        yield "TI-TAX-ID"
    if any(party.electronic_address and party.electronic_address.scheme not in ADDRESS_SCHEMES for party in known):
        yield "BR-CL-25"


def days(draft: Draft) -> Iterator[str]:
    """No day before the one that it follows."""
    journey, correction, stated = draft.journey, draft.correction, draft.national_tax
    if journey is not None and journey.ended_at < journey.started_at:
        yield "BR-29"
    if journey is not None and journey.ended_at.date() != draft.supply_date:
        yield "TI-DAY"
    if stated is not None and stated.rate_date > draft.supply_date:
        yield "TI-RATE-DAY"
    if (draft.key.kind is Kind.CREDIT_NOTE) != (correction is not None):
        yield "TI-CORRECTS"
    if correction is not None and not correction.number:
        yield "BR-55"


def reasons(draft: Draft) -> Iterator[str]:
    """Why there is no tax, where the VAT Directive is the law; what is outside of it stands alone."""
    categories = {line.tax_category for line in draft.tax_lines}
    for line in draft.tax_lines:
        stated = bool(line.note or line.exemption)
        if stated == (line.tax_category in _TAXED):
            yield f"BR-{line.tax_category}-10"
        if line.exemption is not None and line.exemption not in EXEMPTIONS:
            yield "BR-CL-22"
    if TaxCategory.OUTSIDE in categories and len(categories) > 1:
        yield "BR-O-11"


def registered(draft: Draft) -> Iterator[str]:
    """Supplier and, where he owes the tax, recipient have a number at the tax office, where the VAT Directive rules."""
    categories = {line.tax_category for line in draft.tax_lines}
    if TaxCategory.REVERSE_CHARGE in categories and not _are_known(draft):
        yield "BR-AE-02"
    for category in (TaxCategory.STANDARD, TaxCategory.ZERO, TaxCategory.EXEMPT):
        if category in categories and not draft.simplified and not draft.supplier.tax_ids:
            yield f"BR-{category}-02"


def _are_known(draft: Draft) -> bool:
    parties: tuple[Party | None, ...] = (draft.supplier, draft.recipient)
    return all(party is not None and party.tax_ids for party in parties)

"""The rules by name: those of EN 16931 (``BR-…``), and ours for what it leaves to the reader (``TI-…``)."""

from collections.abc import Iterator, Mapping

from tripinvoice.errors import RuleViolationError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.regimes.base import Regime
from tripinvoice.tax_ids import MEMBER_STATES
from tripinvoice.validate import said, sums

VAT_COUNTRIES = (MEMBER_STATES - {"EL"}) | {"GR", "GB"}
"""Where the VAT Directive, or what is left of it in British law, is the law: EN 16931 is made for them."""

_OURS = "this is a fault of the regime, not of the trip: report it"
_DATA = "mend it in the system that says so, then resume"
_UNTAXED = (TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE, TaxCategory.OUTSIDE)
_WITH_REASON = (TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE, TaxCategory.OUTSIDE)


def _each(rule: str, says: str, categories: tuple[TaxCategory, ...]) -> dict[str, str]:
    return {f"BR-{category}-{rule}": says for category in categories}


_EVERY = tuple(TaxCategory)
RULES: Mapping[str, str] = {
    "BR-05": f"all amounts are in the document's currency; {_OURS}",
    "BR-06": f"the supplier has a name; {_DATA}",
    "BR-07": f"the recipient has a name; {_DATA}",
    "BR-16": f"a document has at least one line; {_OURS}",
    "BR-21": f"each line has an id of its own; {_OURS}",
    "BR-25": f"each line says what it is; {_DATA}",
    "BR-29": f"a journey does not end before it starts; {_DATA}",
    "BR-53": f"the tax in the country's currency is the document's tax at the named exchange rate; {_OURS}",
    "BR-55": f"a credit note has the number of the document that it refers to; {_OURS}",
    "BR-CL-03": f"currencies are in ISO 4217; {_DATA}",
    "BR-CL-14": f"countries of parties are in ISO 3166-1; {_DATA}",
    "BR-CL-22": f"codes of exemptions are in the list VATEX; {_OURS}",
    "BR-CL-25": f"schemes of electronic addresses are in the list EAS; {_DATA}",
    "BR-CO-09": f"VAT numbers have the prefix of a country and right check digits; {_DATA}",
    "BR-CO-10": f"the net amounts of the lines add up to the total without tax; {_OURS}",
    "BR-CO-13": f"the net amounts of the tax lines add up to the total without tax; {_OURS}",
    "BR-CO-14": f"the taxes of all rates add up to the total tax; {_OURS}",
    "BR-CO-15": f"net and tax add up to gross, in each line, each rate and in total; {_OURS}",
    "BR-CO-16": "payments are not more than the amount due and what is beside it; compare the systems that provide "
    "'charges' and 'payments', then resume",
    "BR-CO-17": f"the tax of a rate is net times rate, as exactly as the law rounds; {_OURS}",
    "BR-CO-18": f"there is a tax line, even where there is no tax; {_OURS}",
    "BR-O-11": f"what is outside of VAT stands on a document of its own; {_OURS}",
    "BR-AE-02": "where the recipient owes the tax, he and the supplier have a tax number; add it to their profiles, "
    "then resume",
    **_each("01", f"each category and rate of the lines has one tax line, and no others; {_OURS}", _EVERY),
    **_each("02", "the supplier has a tax number; add it to his profile, then resume", _EVERY[:3]),
    **_each("05", f"the standard category has a rate above zero, no other has; {_OURS}", _EVERY),
    **_each("08", f"a tax line is the sum of its lines; {_OURS}", _EVERY),
    **_each("09", f"there is no tax but in the standard category; {_OURS}", _UNTAXED),
    **_each("10", f"a document says why there is no tax; {_OURS}", _WITH_REASON),
    **_each("10", f"what is taxed has no reason for being exempt; {_OURS}", _EVERY[:2]),
    "TI-CASH": "cash is rounded to the next coin at most; compare the systems that provide 'charges' and 'payments', "
    "then resume",
    "TI-CORRECTS": f"a credit note, and no other document, names the one that it corrects; {_OURS}",
    "TI-DAY": f"the day of supply is the day on which the journey ended; {_OURS}",
    "TI-NEGATIVE": f"the total is not below zero; {_OURS}",
    "TI-PARTS": f"the parts of a tax add up to it; {_OURS}",
    "TI-RATE-DAY": f"the exchange rate was published on the day of supply or before; {_DATA}",
    "TI-TAX-ID": f"tax numbers have the right length, form and check digits; {_DATA}",
}
"""What each rule asks, and what to do where it is broken."""


def broken(draft: Draft, regime: Regime) -> Iterator[str]:
    """The names of the rules that the draft breaks; nothing adds up where amounts are in several currencies."""
    currency = tuple(said.currency(draft))
    yield from currency
    if currency:
        return
    yield from said.lines(draft)
    yield from said.parties(draft)
    yield from said.days(draft)
    yield from sums.sums(draft, regime)
    yield from sums.groups(draft)
    yield from sums.taxes(draft, regime)
    yield from sums.national(draft)
    if draft.country in VAT_COUNTRIES:
        yield from said.reasons(draft)
        yield from said.registered(draft)


def check(draft: Draft, regime: Regime) -> None:
    """Raise :class:`~tripinvoice.errors.RuleViolationError` with the name of the first rule that is broken."""
    for rule in broken(draft, regime):
        raise RuleViolationError(f"{draft.key.contract}: {rule}: {RULES[rule]}", field=rule)

"""The rules by name: those of EN 16931 (``BR-…``), and ours for what it leaves to the reader (``TI-…``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tripinvoice.errors import RuleViolationError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.regimes.base import Regime
from tripinvoice.tax_ids import MEMBER_STATES
from tripinvoice.validate import said, sums

VAT_COUNTRIES = (MEMBER_STATES - {"EL"}) | {"GR", "GB"}
"""Where the VAT Directive, or what is left of it in British law, is the law: EN 16931 is made for them."""


@dataclass(frozen=True)
class Rule:
    """What it says of every document, and what helps where it is broken."""

    says: str
    remedy: str

    def __str__(self) -> str:
        """As an error says it."""
        return f"{self.says}; {self.remedy}"


_UNTAXED = (TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE, TaxCategory.OUTSIDE)
_WITH_REASON = (TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE, TaxCategory.OUTSIDE)
_EVERY = tuple(TaxCategory)
_IDENTIFIED = (TaxCategory.STANDARD, TaxCategory.ZERO, TaxCategory.EXEMPT)


def _ours(says: str) -> Rule:
    return Rule(says, "this is a fault of the regime, not of the trip: report it")


def _data(says: str) -> Rule:
    return Rule(says, "mend it in the system that says so, then resume")


def _compare(says: str) -> Rule:
    return Rule(says, "compare the systems that provide 'charges' and 'payments', then resume")


def _profile(says: str) -> Rule:
    return Rule(says, "add it to the tax profile, then resume")


def _each(number: str, rule: Rule, categories: tuple[TaxCategory, ...]) -> dict[str, Rule]:
    return {f"BR-{category}-{number}": rule for category in categories}


RULES: Mapping[str, Rule] = {
    "BR-05": _ours("all amounts are in the document's currency"),
    "BR-06": _data("the supplier has a name"),
    "BR-07": _data("a recipient has a name"),
    "BR-16": _ours("a document has at least one line"),
    "BR-21": _ours("each line has an id of its own"),
    "BR-25": _data("each line says what it is"),
    "BR-29": _data("a journey does not end before it starts"),
    "BR-53": _ours("the tax in the country's currency is the document's tax at the named exchange rate"),
    "BR-55": _ours("a credit note has the number of the document that it refers to"),
    "BR-CL-03": _data("currencies are in ISO 4217"),
    "BR-CL-14": _data("countries of parties are in ISO 3166-1"),
    "BR-CL-22": _ours("codes of exemptions are in the list VATEX"),
    "BR-CL-25": _data("schemes of electronic addresses are in the list EAS"),
    "BR-CO-09": _data("VAT numbers have the prefix of a country and right check digits"),
    "BR-CO-10": _ours("the net amounts of the lines add up to the total without tax"),
    "BR-CO-13": _ours("the net amounts of the tax lines add up to the total without tax"),
    "BR-CO-14": _ours("the taxes of all rates add up to the total tax"),
    "BR-CO-15": _ours("net and tax add up to gross, in each line, each rate and in total"),
    "BR-CO-16": _compare("payments are not more than the amount due and what is beside it"),
    "BR-CO-17": _ours("the tax of a rate is net times rate, as exactly as the law rounds (BR-S-09)"),
    "BR-CO-18": _ours("there is a tax line, even where there is no tax"),
    "BR-O-11": _ours("what is outside of VAT stands on a document of its own (BR-O-12 to BR-O-14)"),
    "BR-AE-02": _profile("where the recipient owes the tax, he and the supplier have a tax number"),
    **_each("01", _ours("each category and rate of the lines has one tax line, and there are no others"), _EVERY),
    **_each("02", _profile("the supplier has a tax number"), _IDENTIFIED),
    **_each("05", _ours("the standard category has a rate above zero, no other has"), _EVERY),
    **_each("08", _ours("a tax line is the sum of its lines"), _EVERY),
    **_each("09", _ours("there is no tax but in the standard category"), _UNTAXED),
    **_each("10", _ours("a document says why there is no tax"), _WITH_REASON),
    **_each("10", _ours("what is taxed has no reason for being exempt"), (TaxCategory.STANDARD, TaxCategory.ZERO)),
    "TI-CASH": _compare("cash is rounded to the next coin at most"),
    "TI-CORRECTS": _ours("a credit note, and no other document, names the one that it corrects"),
    "TI-DAY": _ours("the day of supply is the day on which the journey ended"),
    "TI-NEGATIVE": _ours("the total is not below zero"),
    "TI-PARTS": _ours("the parts of a tax add up to it"),
    "TI-RATE-DAY": _data("the exchange rate was published on the day of supply or before"),
    "TI-TAX-ID": _data("tax numbers have the right length, form and check digits"),
}


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

"""What docs/law.md and the pages of the countries under docs/law/ repeat from the regimes."""

from tripinvoice.money import exponent
from tripinvoice.regimes import REGIMES
from tripinvoice.regimes.base import Rate, Regime, Rule


def page_of(regime: Regime) -> str:
    """Where the regime's page is."""
    return f"docs/law/{regime.code.lower()}.md"


def begin(regime: Regime) -> str:
    """The head of a page that does not exist yet."""
    return f"# {regime.name} (`{regime.code}`)\n\n"


def index() -> str:
    """One row per regime."""
    rows = [
        "| regime | prices | rates and rules not verified | electronic invoice | legal original |",
        "|---|---|---|---|---|",
    ]
    for regime in REGIMES:
        name = f"[{regime.name}](law/{regime.code.lower()}.md)"
        prices = f"{regime.currency}, tax {'included' if regime.pricing.inclusive else 'added'}"
        rates = [rate for dated in regime.rates.values() for rate in dated]
        unverified: list[Rate | Rule] = [*rates, *regime.rules.values()]
        count = sum(not one.verified for one in unverified)
        original = regime.legal_original or "this document"
        rows.append(f"| {name} | {prices} | {count} of {len(unverified)} | {regime.einvoice or '–'} | {original} |")
    return "\n".join(rows) + "\n"


def page(regime: Regime) -> str:
    """Facts, rates and rules of one regime."""
    lines = [
        *_facts(regime),
        "",
        "## Rates",
        "",
        "| rate | from | percent | source | verified |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {rate.since} | {rate.percent} % | {rate.source} | {_yes(rate.verified)} |"
        for name, rates in regime.rates.items()
        for rate in rates
    ]
    lines += ["", "## Rules", "", "| rule | what it says | source | verified |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {rule.says} | {rule.source} | {_yes(rule.verified)} |" for name, rule in regime.rules.items()
    ]
    return "\n".join(lines) + "\n"


def _facts(regime: Regime) -> list[str]:
    products = (f"{business} by {', '.join(sorted(kinds))}" for business, kinds in regime.products.items())
    cash = f"; cash is rounded to {regime.cash_step / 10 ** exponent(regime.currency)}" if regime.cash_step else ""
    tax = f"{regime.tax_name} {'included' if regime.pricing.inclusive else 'added'}"
    languages = ", ".join((regime.locale, *regime.languages))
    times = ", ".join(dict.fromkeys((regime.time_zone, *regime.time_zones.values())))
    facts = [
        f"- Covers: {'; '.join(products)}.",
        f"- Prices: {regime.currency}, {tax}; rounded: {regime.pricing.rounding}{cash}.",
        f"- Languages: {languages}; paper: {regime.paper}; time: {times}.",
    ]
    if regime.einvoice:
        facts.append(f"- Electronic invoice: {regime.einvoice}.")
    if regime.legal_original:
        facts.append(
            f"- The legal original is {regime.legal_original}, which tripinvoice does not make; each copy says so."
        )
    return facts


def _yes(verified: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if verified else "**no**"

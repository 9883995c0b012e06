"""What every regime promises: one loop over the table of regimes."""

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from tests import factories
from tests.factories import charge, sources, trip
from tests.parties import CASTS
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.errors import PermanentError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft
from tripinvoice.money import Money, total
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes import REGIMES
from tripinvoice.regimes.base import Regime
from tripinvoice.render.catalogs import catalog, offered
from tripinvoice.trip import LineOfBusiness, Place, PricingBasis, Product

TAX_CLASSES = (
    *("transport", "toll", "surcharge", "government_fee", "tip", "promotion", "wait", "cancellation", "food_hot"),
    *("food_cold", "drink", "alcohol", "grocery", "deposit", "delivery", "platform_fee", "refund"),
)
CONTRACTS = {
    LineOfBusiness.RIDES: (Contract.TRANSPORT, Contract.PLATFORM_FEE),
    LineOfBusiness.DELIVERY: (Contract.GOODS, Contract.DELIVERY, Contract.PLATFORM_FEE),
}
every_regime = pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.code)


every_offer = pytest.mark.parametrize(
    ("regime", "line_of_business", "product"),
    [
        pytest.param(regime, line_of_business, product, id=f"{regime.code}-{line_of_business}-{product}")
        for regime in REGIMES
        for line_of_business, products in regime.products.items()
        for product in sorted(products)
    ],
)


def drafts_of(regime: Regime, line_of_business: LineOfBusiness, product: Product, *items: Body) -> tuple[Draft, ...]:
    """The documents of these charges."""
    cast = CASTS.get(regime.code) or CASTS[regime.country]
    place = Place(
        country=regime.country,
        subdivision=regime.subdivision or cast.subdivision,
        municipality=cast.municipality,
    )
    of = trip(
        line_of_business=line_of_business,
        product=product,
        pickup=place,
        dropoff=place,
        pricing_basis=PricingBasis.DISTANCE,
    )
    registered = factories.PARTIES["GB"][Provides.PLATFORM]["tax_ids"]
    given = {Provides.SUPPLIER_TAX: {"tax_ids": registered}} if regime.country == "GB" else {}
    return assemble(sources(of, *items, given=given))


def price(line_of_business: LineOfBusiness) -> Body:
    """What makes a trip a trip."""
    rides = line_of_business is LineOfBusiness.RIDES
    return charge("20.00") if rides else charge("20.00", "food_hot", "goods")


def test_regimes_do_not_overlap() -> None:
    """One law per place."""
    codes = [regime.code for regime in REGIMES]
    assert len(set(codes)) == len(codes)
    whole = {regime.country for regime in REGIMES if regime.subdivision is None}
    assert not whole & {regime.country for regime in REGIMES if regime.subdivision}


@every_regime
def test_the_record_is_well_formed(regime: Regime) -> None:
    """Codes, zone, locale and paper exist."""
    assert re.fullmatch(r"[A-Z]{2}", regime.country)
    assert regime.subdivision is None or re.fullmatch(rf"{regime.country}-[A-Z0-9]{{1,3}}", regime.subdivision)
    assert re.fullmatch(r"20[0-9]{2}\.[0-9]+", regime.version)
    assert Money.zero(regime.currency).currency == regime.currency
    assert ZoneInfo(regime.time_zone)
    assert str(Locale.parse(regime.locale)) == regime.locale
    assert regime.paper in {"A4", "Letter"}
    assert all(regime.products.values())


@every_regime
def test_rates_are_dated_ordered_and_sourced(regime: Regime) -> None:
    """A person can check each of them."""
    for rates in regime.rates.values():
        assert rates
        assert all(earlier.since < later.since for earlier, later in pairwise(rates))
        for rate in rates:
            assert 0 <= rate.percent < 100
            assert len(rate.source) >= 8
    first = min(rate.since for rates in regime.rates.values() for rate in rates)
    for name in regime.rates:
        with pytest.raises(UnsupportedTripError):
            regime.rate(name, date.min)
        assert regime.rate(name, date(2026, 11, 2)).since >= first


@every_regime
def test_rules_are_sourced(regime: Regime) -> None:
    """What it says, and where to check it; names that are a rate's too would be two things."""
    for rule in regime.rules.values():
        assert len(rule.says) >= 20
        assert len(rule.source) >= 5
    assert not regime.rules.keys() & regime.rates.keys()


def test_every_tax_class_is_documented() -> None:
    """``docs/law.md`` names all that a money system may send."""
    page = (Path(__file__).parents[2] / "docs/law.md").read_text()
    assert [tax_class for tax_class in TAX_CLASSES if f"`{tax_class}`" not in page] == []


@every_regime
def test_every_text_that_it_may_print_is_in_every_catalog(regime: Regime) -> None:
    """Else the document could not be rendered on the day it is needed."""
    locales = offered(regime.template)
    assert regime.locale in locales
    for locale in locales:
        for note in sorted(regime.notes):
            assert catalog(regime.template, locale).word("notes", note)


@every_offer
def test_every_tax_class_is_taxed_exactly_or_refused(
    regime: Regime, line_of_business: LineOfBusiness, product: Product
) -> None:
    """Each in each contract: a document that adds up, in its own series, or an error that names the field."""
    understood = 0
    for contract in CONTRACTS[line_of_business]:
        for tax_class in TAX_CLASSES:
            drafts = drafts_or_refusal(regime, line_of_business, product, tax_class, contract)
            understood += bool(drafts)
            for draft in drafts:
                check_draft(draft, regime)
    assert understood >= 5


def drafts_or_refusal(
    regime: Regime, line_of_business: LineOfBusiness, product: Product, tax_class: str, contract: Contract
) -> tuple[Draft, ...]:
    """The documents of a trip with one more charge; none when the regime refuses it with a bounded reason."""
    amount = Money(-137 if tax_class in {"promotion", "refund"} else 137, regime.currency)
    extra = charge(str(amount.decimal), tax_class, contract, funded_by="supplier")
    try:
        return drafts_of(regime, line_of_business, product, price(line_of_business), extra)
    except PermanentError as error:
        if error.field is None or len(error.message) > 300:
            raise
        return ()


def check_draft(draft: Draft, regime: Regime) -> None:
    """What holds for every document."""
    assert (draft.regime, draft.regime_version, draft.currency) == (regime.code, regime.version, regime.currency)
    assert re.fullmatch(r"[A-Z0-9-]{4,40}", draft.series)
    assert draft.series.startswith(f"{regime.code}-")
    assert draft.totals.gross == draft.totals.net + draft.totals.tax
    assert draft.totals.gross == total((line.gross for line in draft.lines), draft.currency)
    assert draft.totals.tax == total((line.tax for line in draft.tax_lines), draft.currency)
    assert {line.note for line in draft.tax_lines if line.note} | set(draft.notes) <= regime.notes
    ids = [line.id for line in (*draft.lines, *draft.outside)]
    assert len(set(ids)) == len(ids)


@every_offer
def test_a_number_is_unique_to_supplier_and_period(
    regime: Regime, line_of_business: LineOfBusiness, product: Product
) -> None:
    """``<series>-<period>-<six digits>``, issued on the supplier's calendar."""
    at = datetime(2026, 11, 2, 18, tzinfo=UTC)
    for draft in drafts_of(regime, line_of_business, product, price(line_of_business)):
        taken = NumberTaken(
            document=draft.key, series=draft.series, period=regime.numbering_period(at), no=42, issued_at=at
        )
        invoice = finish(draft, taken)
        assert invoice.ledger_number == taken.number
        assert invoice.number
        assert invoice.issue_date == at.astimezone(ZoneInfo(draft.time_zone)).date()


@every_offer
def test_an_unknown_tax_class_is_unsupported(
    regime: Regime, line_of_business: LineOfBusiness, product: Product
) -> None:
    """Never guessed."""
    for contract in CONTRACTS[line_of_business]:
        with pytest.raises(UnsupportedTripError, match="has no rule for this tax class"):
            drafts_of(regime, line_of_business, product, price(line_of_business), charge("1.00", "lottery", contract))

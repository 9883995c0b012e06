"""Random rides and orders of every regime, as money systems would answer about them.

The same code draws from a seed, for very many, and from hypothesis, which makes a failing one small.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from tests.contract.test_regimes import CONTRACTS, TAX_CLASSES
from tests.factories import PARTIES, answer, charge, sources, trip
from tests.parties import CASTS
from tests.parties.cast import Body, party, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import PermanentError
from tripinvoice.invoice import Contract, Draft
from tripinvoice.money import Money
from tripinvoice.money_systems import Sources
from tripinvoice.regimes import REGIMES, regime_named
from tripinvoice.regimes.base import Regime
from tripinvoice.trip import LineOfBusiness, Place, PricingBasis, Product
from tripinvoice.validate import VAT_COUNTRIES

_REDUCTIONS = frozenset({"promotion", "refund"})
_QUANTITIES = ("1", "1", "2", "3", "7", "0.75", "12.5")
_UNITS = ("C62", "H87", "KMT", "MIN", "XYZ")
_METHODS = ("card", "debit_card", "paypal", "voucher", "invoice")
_ABROAD = party("Exemple SA", "1 Rue Neuve", "1000", "Bruxelles", "BE", tax_ids=[tax_id("VAT", "BE0999999922")])
_MOST_LINES = 12


@dataclass(frozen=True)
class Offer:
    """What a regime covers: a line of business by a product."""

    code: str
    line_of_business: LineOfBusiness
    product: Product

    @property
    def regime(self) -> Regime:
        """The law."""
        return regime_named(self.code)


OFFERS = tuple(
    Offer(regime.code, line_of_business, product)
    for regime in REGIMES
    for line_of_business in sorted(regime.products)
    for product in sorted(regime.products[line_of_business])
)


def cart(random: Random) -> Sources:
    """One that its regime has rules for: its price, up to a dozen other charges, a buyer, and how it was paid."""
    offer = random.choice(OFFERS)
    price = _price(offer, _minor(random, 20_000))
    taxed = [(contract, name) for contract in CONTRACTS[offer.line_of_business] for name in understood(offer, contract)]
    items = [price, *(_extra(random, offer, *random.choice(taxed)) for _ in range(random.randrange(_MOST_LINES)))]
    return _paid(random, _sources(offer, random.randrange(90_000), items, _buyer(random, offer)))


def _minor(random: Random, most: int) -> int:
    """Small amounts as often as large ones."""
    return 1 + int(most * random.random() ** 3)


def _money(offer: Offer, minor: int) -> str:
    """Whole units where a country's tax has no others."""
    regime = offer.regime
    return str(Money(minor * regime.pricing.unit, regime.currency).decimal)


def _price(offer: Offer, minor: int) -> Body:
    amount = _money(offer, minor)
    return charge(amount) if offer.line_of_business is LineOfBusiness.RIDES else charge(amount, "food_hot", "goods")


def _extra(random: Random, offer: Offer, contract: Contract, tax_class: str) -> Body:
    minor = _minor(random, 5_000)
    return charge(
        _money(offer, -1 if tax_class in _REDUCTIONS else minor),
        tax_class,
        contract,
        quantity=random.choice(_QUANTITIES),
        unit=random.choice(_UNITS),
        funded_by=random.choice(("supplier", "platform")),
    )


def _buyer(random: Random, offer: Offer) -> dict[Provides, Body]:
    """The rider, a company of the country, or where the Union's law knows such one, of another member state."""
    country = offer.regime.country
    companies = [PARTIES[country].get(Provides.BUSINESS), _ABROAD if country in VAT_COUNTRIES else None, None]
    company = random.choice(companies)
    return {Provides.BUSINESS: company} if company else {}


def _sources(offer: Offer, distance_m: int, items: Sequence[Body], given: dict[Provides, Body]) -> Sources:
    regime = offer.regime
    cast = CASTS.get(regime.code) or CASTS[regime.country]
    place = Place(
        country=regime.country, subdivision=regime.subdivision or cast.subdivision, municipality=cast.municipality
    )
    of = trip(
        line_of_business=offer.line_of_business,
        product=offer.product,
        pickup=place,
        dropoff=place,
        distance_m=distance_m,
        pricing_basis=PricingBasis.DISTANCE if distance_m % 2 else PricingBasis.TIME,
    )
    return sources(of, *items, given=given)


def _paid(random: Random, of: Sources) -> Sources:
    """A third of them say how they were paid; what is due is known only when the documents are."""
    if random.random() < 0.66:
        return of
    due = sum(_due(draft) for draft in documents(of))
    if due <= 0:
        return of
    first = random.randrange(due) if random.random() < 0.3 else 0
    parts = [part for part in (first, due - first) if part]
    currency = CASTS[of.trip.country].currency
    paid = [
        {"method": random.choice(_METHODS), "amount": str(Money(part, currency).decimal), "last4": "4242"}
        for part in parts
    ]
    return replace(of, answers=(*of.answers, answer(Provides.PAYMENTS, {"currency": currency, "payments": paid})))


def _due(draft: Draft) -> int:
    outside = sum(line.gross.minor for line in draft.outside)
    return draft.payable.minor + outside - sum(payment.amount.minor for payment in draft.payments)


def documents(of: Sources) -> tuple[Draft, ...]:
    """What comes of it; nothing where the law asks more than these people say, or a reduction is too great."""
    try:
        return assemble(of)
    except PermanentError as error:
        if error.code in {"RuleViolationError", "UnsupportedTripError"}:
            raise
        return ()


@cache
def understood(offer: Offer, contract: Contract) -> tuple[str, ...]:
    """The tax classes that the regime has a rule for."""
    return tuple(name for name in TAX_CLASSES if _is_understood(offer, contract, name))


def _is_understood(offer: Offer, contract: Contract, tax_class: str) -> bool:
    amount = _money(offer, -1 if tax_class in _REDUCTIONS else 100)
    extra = charge(amount, tax_class, contract, funded_by="supplier")
    try:
        assemble(_sources(offer, 1, [_price(offer, 1000), _price(offer, 1000), extra], {}))
    except PermanentError:
        return False
    return True

"""United States, state of New York: no invoice law, so customers get a receipt. Sales tax is added to prices.

Taxi rides bear no sales tax; their fees and surcharges arrive as amounts and are shown one by one, as the Taxi and
Limousine Commission (TLC) asks. App rides arrive with fees and taxes that the base has computed; they are shown, too.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.invoice import Contract, Kind, TaxCategory
from tripinvoice.regimes.base import (
    ContractPlan,
    Rate,
    Regime,
    Rule,
    Treatment,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.tax import Pricing
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "US-NY"
_NEW_YORK_CITY = "3651000"  # FIPS place code; sales tax is local
_TAX = taxed("new_york_city", "local")
_NO_SALES_TAX = Treatment(category=TaxCategory.OUTSIDE, note="no_sales_tax", rules=("taxi",))
_EXEMPT_FOOD = Treatment(category=TaxCategory.EXEMPT, note="exempt_food")  # Tax Law § 1115(a)(1)
_NOT_TAXED = Treatment(category=TaxCategory.OUTSIDE)
_APP_RIDE = Treatment(category=TaxCategory.OUTSIDE, rules=("app_ride",))

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "new_york_city": (
        Rate(
            since=date(2009, 8, 1),
            percent=Decimal("8.875"),
            source="https://www.tax.ny.gov/pubs_and_bulls/publications/sales/rates.htm",
            verified=False,
        ),
    ),
}

_RULES: Mapping[str, Rule] = {
    "taxi": Rule(
        says="Taxi: fare, surcharges, tolls and tip each as a line; the tip is part of the total",
        source="TLC Rules § 58-26",
        verified=False,
    ),
    "no_sales_tax": Rule(
        says="Taxi rides bear no sales tax", source="https://www.tax.ny.gov/pubs_and_bulls/", verified=False
    ),
    "app_ride": Rule(
        says="App ride: the base supplies; its fees and taxes come as charges and are shown as they came",
        source="TLC Rules § 59D",
        verified=False,
    ),
    "food": Rule(
        says="Restaurant food and drink: sales tax; groceries: exempt; bottle deposit and tip: none",
        source="Tax Law § 1105(d), § 1115(a)(1); TB-ST-806",
    ),
    "fees": Rule(
        says="Delivery and other fees: taxed if anything that is delivered is taxed, or nothing is sold with them",
        source="Tax Law § 1101(b)(3); TB-ST-838",
    ),
    "local": Rule(
        says="Sales tax is that of the place of delivery; only New York City's is known", source="Tax Law § 1213"
    ),
}

_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee", "wait", "cancellation", "platform_fee"})
_TREATMENT_OF: Mapping[str, Treatment] = {
    "food_hot": _TAX,  # Tax Law § 1105(d), TB-ST-806: restaurant food and drink
    "food_cold": _TAX,
    "drink": _TAX,
    "alcohol": _TAX,
    "grocery": _EXEMPT_FOOD,
    "deposit": _NOT_TAXED,  # bottle deposit
    "government_fee": _NOT_TAXED,
}
# Charges for delivering and ordering share the fate of what is delivered (Tax Law § 1101(b)(3), TB-ST-838).
_FOLLOWS_THE_GOODS = frozenset({"delivery", "platform_fee", "surcharge", "cancellation"})


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One receipt per contract. In an app ride the platform's base is the supplier, in a taxi the fleet or driver."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, _ = usual_supplier(case, contract)
    if case.trip.product is Product.HIRE_CAR:
        role = Provides.PLATFORM
    return plan_of(case, Supply(contract=contract, regime=_CODE, kind=Kind.RECEIPT, role=role))


def treat(case: Case, _plan: ContractPlan, charge: Charge) -> Treatment:
    """How one charge is taxed; a tip is part of the receipt and its total, without tax."""
    if charge.tax_class == "tip":
        return _NOT_TAXED
    if case.trip.line_of_business is LineOfBusiness.RIDES:
        if charge.tax_class not in _RIDE:
            raise unknown_class(_CODE, charge)
        return _NO_SALES_TAX if case.trip.product is Product.TAXI else _APP_RIDE
    _check_city(case.trip)
    if charge.tax_class in _FOLLOWS_THE_GOODS:
        return _TAX if _delivers_taxable(case) else _NOT_TAXED
    if charge.tax_class not in _TREATMENT_OF:
        raise unknown_class(_CODE, charge)
    return _TREATMENT_OF[charge.tax_class]


def _check_city(trip: Trip) -> None:
    """Sales tax is that of the place of delivery; only New York City's is known."""
    place = trip.dropoff or trip.pickup
    if place.municipality != _NEW_YORK_CITY:
        raise UnsupportedTripError(
            f"trip.dropoff.municipality: only deliveries in New York City ({_NEW_YORK_CITY}) have a sales "
            "tax rate; send the municipality, or add the rate to the regime",
            field="trip.dropoff.municipality",
        )


def _delivers_taxable(case: Case) -> bool:
    """Whether anything delivered is taxable; a delivery without goods is a taxable courier service of its own."""
    goods = [charge.tax_class for charge in case.charges_of(Contract.GOODS)]
    return not goods or any(_TREATMENT_OF.get(tax_class) == _TAX for tax_class in goods)


UNITED_STATES = Regime(
    country="US",
    subdivision=_CODE,
    name="United States, New York",
    version="2026.1",
    currency="USD",
    time_zone="America/New_York",
    locale="en_US",
    template="united_states",
    paper="Letter",
    tax_name="Sales tax",
    pricing=Pricing(inclusive=False),
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    notes=frozenset({"no_sales_tax", "exempt_food"}),
)

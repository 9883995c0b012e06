"""United States, state of New York: no invoice law, so customers get a receipt. Sales tax is added to prices.

Taxi rides bear no sales tax. App rides that begin and end in the state do; in New York City the fees of the Taxi and
Limousine Commission (TLC), the Black Car Fund and the transit authority (MTA) come on top, each as a line of its own.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, UnsupportedTripError
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
from tripinvoice.trip import Completion, LineOfBusiness, Place, Product, Trip

_CODE = "US-NY"
_NEW_YORK_CITY = "3651000"  # FIPS place code; sales tax is local
_TAX = taxed("new_york_city", "local")
_NO_SALES_TAX = Treatment(category=TaxCategory.OUTSIDE, note="no_sales_tax", rules=("taxi",))
_EXEMPT_FOOD = Treatment(category=TaxCategory.EXEMPT, note="exempt_food")  # Tax Law § 1115(a)(1)
_NOT_TAXED = Treatment(category=TaxCategory.OUTSIDE)
_LEAVES_THE_STATE = Treatment(category=TaxCategory.OUTSIDE, note="leaves_the_state", rules=("within_the_state",))
_OF_THE_FARE = taxed("new_york_city", "app_ride", "any_charge", "local")
# What comes on top of an app ride's fare: an amount that a law sets and the base hands on, or part of its price.
_APP_RIDE: Mapping[str, Treatment] = {
    "transport": taxed("new_york_city", "app_ride", "local"),
    "wait": _OF_THE_FARE,
    "surcharge": _OF_THE_FARE,
    "platform_fee": _OF_THE_FARE,
    "toll": _OF_THE_FARE,
    "cancellation": taxed("new_york_city", "no_show", "local"),
    "government_fee": Treatment(category=TaxCategory.OUTSIDE, rules=("separate_fees",)),
}
_BLACK_CAR_FUND = "black_car_fund"
_SALES_TAX = "sales_tax"

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
        says="App ride: the base supplies it, and a ride in a car with driver that is no taxi bears sales tax",
        source="Tax Law § 1101(b)(34), § 1105(c)(10); TSB-M-09(7)S",
    ),
    "within_the_state": Rule(
        says="Only a ride that begins and ends in the state bears its sales tax",
        source="Tax Law § 1105(c)(10); TSB-A-24(13)S; TSB-M-09(7)S",
    ),
    "any_charge": Rule(
        says="Booking, waiting and other charges made with an app ride, tolls among them, are part of its price",
        source="Tax Law § 1101(b)(34)",
        verified=False,
    ),
    "no_show": Rule(
        says="A fee for an app ride that was not taken is taxed as the ride", source="Tax Law § 1105", verified=False
    ),
    "separate_fees": Rule(
        says="High-volume for-hire service: fare, tolls, Black Car Fund, sales tax, congestion surcharge, airport fee, "
        "congestion relief zone toll and tips each as a line; what a law sets and the base hands on is not taxed",
        source="TLC HVFHV trip record columns; Tax Law § 1299-A to § 1299-H; Executive Law § 160-jj",
        verified=False,
    ),
    "computed": Rule(
        says="Sales tax is added here, from the taxable charges; a charge of it beside them would be a second one",
        source="Tax Law § 1132(a)(1)",
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
        says="Sales tax is that of where goods are delivered or an app ride begins; only New York City's is known",
        source="Tax Law § 1213; TSB-M-09(7)S",
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
        return _NO_SALES_TAX if case.trip.product is Product.TAXI else _app_ride(case.trip, charge)
    _check_city(case.trip.dropoff or case.trip.pickup, "dropoff")
    if charge.tax_class in _FOLLOWS_THE_GOODS:
        return _TAX if _delivers_taxable(case) else _NOT_TAXED
    if charge.tax_class not in _TREATMENT_OF:
        raise unknown_class(_CODE, charge)
    return _TREATMENT_OF[charge.tax_class]


def _app_ride(trip: Trip, charge: Charge) -> Treatment:
    """An app ride within the state bears sales tax at the rate of where it begins."""
    if charge.code == _SALES_TAX:
        raise InvalidAnswerError(
            f"{charge.field}: found sales tax as a charge, which would be taxed twice: it is computed from the other "
            "charges; leave it out and resume",
            field=charge.field,
        )
    _check_city(trip.pickup, "pickup")
    if charge.code == _BLACK_CAR_FUND:
        return _APP_RIDE["government_fee"]
    treatment = _APP_RIDE[charge.tax_class]
    return treatment if treatment.rate is None or _stays_in_the_state(trip) else _LEAVES_THE_STATE


def _stays_in_the_state(trip: Trip) -> bool:
    """Whether a ride ended where it began; one that was not taken did. Raises when the trip does not say."""
    ends = trip.dropoff
    if trip.completion is Completion.CANCELLED_WITH_FEE:
        return True
    if ends is None or (ends.country == "US" and ends.subdivision is None):
        raise InvalidTripError(
            "trip.dropoff.subdivision: missing; an app ride bears sales tax if it ends in New York, send the state in "
            "which it ended",
            field="trip.dropoff.subdivision",
        )
    return ends.subdivision == _CODE


def _check_city(place: Place, end: str) -> None:
    """Sales tax is that of a place; only New York City's is known."""
    if place.municipality != _NEW_YORK_CITY:
        raise UnsupportedTripError(
            f"trip.{end}.municipality: only New York City ({_NEW_YORK_CITY}) has a sales tax rate here; send the "
            "municipality, or add the rate to the regime",
            field=f"trip.{end}.municipality",
        )


def _delivers_taxable(case: Case) -> bool:
    """Whether anything delivered is taxable; a delivery without goods is a taxable courier service of its own."""
    goods = [charge.tax_class for charge in case.charges_of(Contract.GOODS)]
    return not goods or any(_TREATMENT_OF.get(tax_class) == _TAX for tax_class in goods)


UNITED_STATES = Regime(
    country="US",
    subdivision=_CODE,
    name="United States, New York",
    version="2026.2",
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
    notes=frozenset({"no_sales_tax", "exempt_food", "leaves_the_state"}),
)

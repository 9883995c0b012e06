"""United States, state of Iowa: no invoice law, so customers get a receipt. Sales tax is added to prices.

Rides are taxable since 2019, whoever drives, with what comes on top of the fare; what delivering costs is not. A city
may add one percent of its own (local option sales and services tax).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.invoice import Contract, Kind, TaxCategory
from tripinvoice.regimes.base import ContractPlan, Rate, Regime, Rule, Treatment, taxed, unknown_class
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.tax import Pricing
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "US-IA"
_STATE = "Iowa Code § 423.2(1), (6); revenue.iowa.gov, Personal Transportation Service"
_LOCAL = "tax.iowa.gov, New Iowa Local Option Tax Jurisdictions, Polk County (77)"

# FIPS place codes of the cities whose rate is known, with what their rows are called.
_CITIES: Mapping[str, str] = {"1921000": "des_moines", "1983910": "west_des_moines"}
_LOCAL_RATE = Rate(since=date(2019, 7, 1), percent=Decimal(7), source=_LOCAL)
_RATES: Mapping[str, tuple[Rate, ...]] = {
    **{
        city: (Rate(since=date(2008, 7, 1), percent=Decimal(6), source=_STATE), _LOCAL_RATE)
        for city in _CITIES.values()
    },
    **{
        f"{city}_rides": (Rate(since=date(2019, 1, 1), percent=Decimal(6), source=_STATE), _LOCAL_RATE)
        for city in _CITIES.values()
    },
}

_RULES: Mapping[str, Rule] = {
    "personal_transportation": Rule(
        says="Rides by taxi, driver or ride sharing bear sales tax since January 1, 2019, and so do fees for "
        "reserving and arranging them",
        source="Iowa Code § 423.2(6); Iowa Admin. Code r. 701-211.33; revenue.iowa.gov",
    ),
    "of_the_ride": Rule(
        says="Tolls, waiting, airport and other fees that a ride is charged with are part of its sales price",
        source="Iowa Code § 423.1(51)",
        verified=False,
    ),
    "no_show": Rule(
        says="What is kept for a ride that was not taken is part of the sales price, as a lost deposit is",
        source="revenue.iowa.gov, Personal Transportation Service",
        verified=False,
    ),
    "place": Rule(
        says="A ride is taxed where the rider enters the vehicle, goods where they are delivered; cities may add one "
        "percent, and only the rates of two are known",
        source="Iowa Admin. Code r. 701-211.33 (example Grinnell to Iowa City); Iowa Code § 423.15, § 423B.5",
    ),
    "facilitator": Rule(
        says="The platform is a marketplace facilitator: it collects the tax on what is sold through it",
        source="Iowa Code § 423.14A; Iowa Admin. Code r. 701-211.33 examples 1 to 3",
    ),
    "prepared_food": Rule(
        says="Prepared food, soft drinks, candy and alcohol: taxable",
        source="Iowa Code § 423.3(57); revenue.iowa.gov, Iowa Sales Tax on Food",
    ),
    "exempt_food": Rule(
        says="Other food and food ingredients: exempt",
        source="Iowa Code § 423.3(57); Iowa Admin. Code r. 701-220.2",
    ),
    "delivery": Rule(
        says="A delivery charge that is stated separately is not taxed; a service fee for buying at all is",
        source="Iowa Code § 423.1(51); r. 701-219.14; revenue.iowa.gov, Food Delivery Services",
    ),
    "goods_fee": Rule(
        says="A small-order or cancellation fee of the merchant is part of the sales price of what he sells",
        source="Iowa Code § 423.1(51)",
        verified=False,
    ),
    "deposit": Rule(
        says="The deposit on a beverage container is not taxed", source="Iowa Code § 455C.2, § 423.3", verified=False
    ),
    "tip": Rule(
        says="A voluntary tip is not part of the sales price",
        source="Iowa Admin. Code r. 701-219 (gratuities)",
        verified=False,
    ),
}


def _untaxed(rule: str) -> Treatment:
    return Treatment(category=TaxCategory.OUTSIDE, rules=(rule,))


_CITYS = "city"  # stands for the rate of the city
_OF_THE_RIDE = taxed(_CITYS, "of_the_ride", "place")
_PREPARED = taxed(_CITYS, "prepared_food", "place")
_GOODS_FEE = taxed(_CITYS, "goods_fee", "place")
_SERVICE_FEE = taxed(_CITYS, "delivery", "place")
_DELIVERING = _untaxed("delivery")
_TREATMENTS: Mapping[Contract, Mapping[str, Treatment]] = {
    Contract.TRANSPORT: {
        "transport": taxed(_CITYS, "personal_transportation", "place"),
        "toll": _OF_THE_RIDE,
        "surcharge": _OF_THE_RIDE,
        "government_fee": _OF_THE_RIDE,
        "wait": _OF_THE_RIDE,
        "cancellation": taxed(_CITYS, "no_show", "place"),
    },
    Contract.GOODS: {
        "food_hot": _PREPARED,
        "food_cold": _PREPARED,
        "drink": _PREPARED,
        "alcohol": _PREPARED,
        "grocery": Treatment(category=TaxCategory.EXEMPT, note="exempt_food"),
        "deposit": _untaxed("deposit"),
        "delivery": _DELIVERING,
        "surcharge": _GOODS_FEE,
        "cancellation": _GOODS_FEE,
    },
    Contract.DELIVERY: {
        "delivery": _DELIVERING,
        "wait": _DELIVERING,
        "cancellation": _DELIVERING,
        "surcharge": _SERVICE_FEE,
    },
    Contract.PLATFORM_FEE: {"platform_fee": _SERVICE_FEE, "surcharge": _SERVICE_FEE},
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One receipt per contract. An app ride is the platform's, a taxi's the fleet's or driver's."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, _ = usual_supplier(case, contract)
    if case.trip.product is Product.HIRE_CAR:
        role = Provides.PLATFORM
    return plan_of(case, Supply(contract=contract, regime=_CODE, kind=Kind.RECEIPT, role=role))


def treat(case: Case, _plan: ContractPlan, charge: Charge) -> Treatment:
    """How one charge is taxed; a tip is part of the receipt and its total, without tax."""
    if charge.tax_class == "tip":
        return _untaxed("tip")
    treatment = _TREATMENTS[charge.contract].get(charge.tax_class)
    if treatment is None:
        raise unknown_class(_CODE, charge)
    return treatment if treatment.rate is None else replace(treatment, rate=_rate_of(case.trip))


def _rate_of(trip: Trip) -> str:
    """The row of the city whose rate counts. Raises :class:`UnsupportedTripError` when it is not known."""
    rides = trip.line_of_business is LineOfBusiness.RIDES
    end, place = ("pickup", trip.pickup) if rides or trip.dropoff is None else ("dropoff", trip.dropoff)
    city = _CITIES.get(place.municipality or "")
    if city is None:
        raise UnsupportedTripError(
            f"trip.{end}.municipality: the sales tax rate is known for the FIPS places {', '.join(_CITIES)} only; send "
            "the municipality, or add its rate to the regime",
            field=f"trip.{end}.municipality",
        )
    return f"{city}_rides" if rides else city


IOWA = Regime(
    country="US",
    subdivision=_CODE,
    name="United States, Iowa",
    version="2026.1",
    currency="USD",
    time_zone="America/Chicago",
    locale="en_US",
    template="iowa",
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
    notes=frozenset({"exempt_food"}),
)

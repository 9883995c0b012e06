"""Germany: Umsatzsteuergesetz (UStG) and its regulation (UStDV). Prices include the tax.

The rate of a ride depends on the trip: a taxi's is reduced up to 50 km or within one municipality, a hire car's never
is (§ 12 Abs. 2 Nr. 10 UStG; CJEU C-454/12 allows the difference).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidTripError
from tripinvoice.invoice import Contract, Draft, Kind, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Rate,
    Regime,
    Rule,
    Treatment,
    simplified_up_to,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.checks import require_recipient, require_supplier_address, require_tax_id
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE,
    REVERSE_CHARGE_RULE,
    border_rule,
    is_reverse_charge,
    refuse_border_crossing,
)
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "DE"
_SHORT_TRIP_M = 50_000  # § 12 Abs. 2 Nr. 10 Buchst. b UStG: "nicht mehr als 50 Kilometer"
_SMALL_INVOICE = Money(250_00, "EUR")  # § 33 UStDV
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (
        Rate(since=date(2007, 1, 1), percent=Decimal(19), source="§ 12 Abs. 1 UStG"),
        Rate(since=date(2020, 7, 1), percent=Decimal(16), source="§ 28 Abs. 1 UStG", verified=False),
        Rate(since=date(2021, 1, 1), percent=Decimal(19), source="§ 12 Abs. 1 UStG"),
    ),
    "reduced": (
        Rate(since=date(2007, 1, 1), percent=Decimal(7), source="§ 12 Abs. 2 UStG"),
        Rate(since=date(2020, 7, 1), percent=Decimal(5), source="§ 28 Abs. 2 UStG", verified=False),
        Rate(since=date(2021, 1, 1), percent=Decimal(7), source="§ 12 Abs. 2 UStG"),
    ),
}

_RULES: Mapping[str, Rule] = {
    "border": border_rule("Germany", "VAT Directive art. 48; § 3b Abs. 1 UStG"),
    "short_ride": Rule(
        says="Taxi: reduced rate up to 50 km or within one municipality, else the standard rate, on the whole fare",
        source="§ 12 Abs. 2 Nr. 10 Buchst. b UStG; https://www.taxi-times.com",
    ),
    "hire_car": Rule(
        says="Hire car with driver: always the standard rate",
        source="§ 12 Abs. 2 Nr. 10 UStG; CJEU C-454/12 and C-455/12",
    ),
    "waiting": Rule(says="Waiting time is no carriage of persons: standard rate", source="§ 12 Abs. 1 UStG"),
    "cancellation": Rule(
        says="A fee for a ride that was not taken: standard rate", source="UStAE 1.3 Abs. 11", verified=False
    ),
    "delivered_food": Rule(
        says="Delivered food is a supply of goods at the reduced rate; drinks are not, milk drinks excepted",
        source="§ 12 Abs. 2 Nr. 1 with Anlage 2 UStG",
    ),
    "deposit": Rule(says="A deposit shares the rate of the drink it packs", source="UStAE 10.1 Abs. 8"),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own",
        source="§ 12 Abs. 1 UStG",
        verified=False,
    ),
    "tip": Rule(says="A voluntary tip is no consideration of the supplier", source="UStAE 10.1 Abs. 5"),
    "simplified": Rule(
        says="Up to 250 EUR gross an invoice may name the rate instead of the tax, and no recipient",
        source="§ 33 UStDV",
    ),
    "small_business": Rule(says="Small business: no tax, and the document says so", source="§ 19 UStG, § 34a UStDV"),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A correction names the invoice it corrects; it is not called Gutschrift, which is self-billing",
        source="§ 14 Abs. 2 S. 3, Abs. 4 Nr. 10 UStG, § 31 Abs. 5 UStDV",
    ),
}

# Part of the fare: they share the rate of the ride (ancillary to it, UStAE 3.10 Abs. 5).
_OF_THE_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee"})
_TREATMENT_OF: Mapping[str, Treatment] = {
    "wait": taxed("standard", "waiting"),
    "cancellation": taxed("standard", "cancellation"),
    "food_hot": taxed("reduced", "delivered_food"),
    "food_cold": taxed("reduced", "delivered_food"),
    "grocery": taxed("reduced", "delivered_food"),
    "drink": taxed("standard", "delivered_food"),
    "alcohol": taxed("standard", "delivered_food"),
    "deposit": taxed("standard", "deposit"),
    "delivery": taxed("standard", "delivery_fee"),
    "platform_fee": taxed("standard", "delivery_fee"),
    "surcharge": taxed("standard", "delivery_fee"),  # outside a ride: a small-order or service fee
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform may write it in the supplier's name (§ 14 Abs. 2 UStG)."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    return plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.INVOICE,
            role=role,
            profile=profile,
            taxable=not (profile and profile.small_business),
        ),
    )


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    refuse_border_crossing(case.trip)
    if charge.tax_class == "tip":
        return OUTSIDE
    of_the_ride = charge.contract is Contract.TRANSPORT and charge.tax_class in _OF_THE_RIDE
    if not of_the_ride and charge.tax_class not in _TREATMENT_OF:
        raise unknown_class(_CODE, charge)
    if not plan.taxable:
        return _SMALL_BUSINESS
    if is_reverse_charge(case, charge.contract, plan.supplier):
        return REVERSE_CHARGE
    return _ride(case.trip) if of_the_ride else _TREATMENT_OF[charge.tax_class]


def _ride(trip: Trip) -> Treatment:
    """§ 12 Abs. 2 Nr. 10 UStG. Raises :class:`InvalidTripError` when the trip does not say how far it went."""
    if trip.product is not Product.TAXI:
        return taxed("standard", "hire_car")
    if _within_one_municipality(trip):
        return taxed("reduced", "short_ride")
    if trip.distance_m is None:
        raise InvalidTripError(
            "trip.distance_m: missing; the rate of a German taxi depends on it, send it or trip.same_municipality",
            field="trip.distance_m",
        )
    return taxed("reduced" if trip.distance_m <= _SHORT_TRIP_M else "standard", "short_ride")


def _within_one_municipality(trip: Trip) -> bool:
    if trip.same_municipality is not None:
        return trip.same_municipality
    ends = {trip.pickup.municipality, trip.dropoff and trip.dropoff.municipality}
    return len(ends) == 1 and None not in ends


def check(draft: Draft) -> None:
    """What § 14 Abs. 4 UStG asks; up to 250 € gross § 33 UStDV asks less."""
    require_supplier_address(draft)
    if not draft.simplified:
        require_tax_id(draft, "VAT", "DE-STNR")
        require_recipient(draft)


GERMANY = Regime(
    country=_CODE,
    name="Germany",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Berlin",
    locale="de_DE",
    template="germany",
    paper="A4",
    tax_name="USt",
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=simplified_up_to(_SMALL_INVOICE),
    check=check,
    notes=frozenset({"small_business", "reverse_charge"}),
    languages=("en_GB",),
    einvoice="factur-x",
)

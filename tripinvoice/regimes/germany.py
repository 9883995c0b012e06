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
    Supply,
    Treatment,
    plan_of,
    require_recipient,
    require_supplier_address,
    require_tax_id,
    taxed,
    unknown_class,
    usual_supplier,
)
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "DE"
_SHORT_TRIP_M = 50_000  # § 12 Abs. 2 Nr. 10 Buchst. b UStG: "nicht mehr als 50 Kilometer"
_SMALL_INVOICE = Money(250_00, "EUR")  # § 33 UStDV
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")  # § 19 UStG

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (
        Rate(since=date(2007, 1, 1), percent=Decimal(19), source="§ 12 Abs. 1 UStG"),
        Rate(since=date(2020, 7, 1), percent=Decimal(16), source="§ 28 Abs. 1 UStG", confirmed=False),
        Rate(since=date(2021, 1, 1), percent=Decimal(19), source="§ 12 Abs. 1 UStG"),
    ),
    "reduced": (
        Rate(since=date(2007, 1, 1), percent=Decimal(7), source="§ 12 Abs. 2 UStG"),
        Rate(since=date(2020, 7, 1), percent=Decimal(5), source="§ 28 Abs. 2 UStG", confirmed=False),
        Rate(since=date(2021, 1, 1), percent=Decimal(7), source="§ 12 Abs. 2 UStG"),
    ),
}

# Part of the fare: they share the rate of the ride (ancillary to it, UStAE 3.10 Abs. 5).
_OF_THE_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee"})
_RATE_OF: Mapping[str, str] = {
    "wait": "standard",  # no carriage of persons
    "cancellation": "standard",
    "food_hot": "reduced",  # delivered food is a supply of goods: § 12 Abs. 2 Nr. 1 with Anlage 2 UStG
    "food_cold": "reduced",
    "grocery": "reduced",
    "drink": "standard",
    "alcohol": "standard",
    "deposit": "standard",  # shares the rate of the drink it packs (UStAE 10.1 Abs. 8)
    "delivery": "standard",
    "platform_fee": "standard",
    "surcharge": "standard",  # outside a ride: a small-order or service fee
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
    """The rate of one charge; a voluntary tip is no consideration (it is the driver's, UStAE 10.1 Abs. 5)."""
    if charge.tax_class == "tip":
        return OUTSIDE
    of_the_ride = charge.contract is Contract.TRANSPORT and charge.tax_class in _OF_THE_RIDE
    if not of_the_ride and charge.tax_class not in _RATE_OF:
        raise unknown_class(_CODE, charge)
    if not plan.taxable:
        return _SMALL_BUSINESS
    return taxed(_ride_rate(case.trip) if of_the_ride else _RATE_OF[charge.tax_class])


def _ride_rate(trip: Trip) -> str:
    """§ 12 Abs. 2 Nr. 10 UStG. Raises :class:`InvalidTripError` when the trip does not say how far it went."""
    if trip.product is not Product.TAXI:
        return "standard"
    if _within_one_municipality(trip):
        return "reduced"
    if trip.distance_m is None:
        raise InvalidTripError(
            "trip.distance_m: missing; the rate of a German taxi depends on it, send it or trip.same_municipality",
            field="trip.distance_m",
        )
    return "reduced" if trip.distance_m <= _SHORT_TRIP_M else "standard"


def _within_one_municipality(trip: Trip) -> bool:
    if trip.same_municipality is not None:
        return trip.same_municipality
    ends = {trip.pickup.municipality, trip.dropoff and trip.dropoff.municipality}
    return len(ends) == 1 and None not in ends


def check(draft: Draft) -> None:
    """What § 14 Abs. 4 UStG asks; up to 250 € gross § 33 UStDV asks less."""
    require_supplier_address(draft)
    if draft.totals.gross.minor > _SMALL_INVOICE.minor:
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
    prices_include_tax=True,
    rates=_RATES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    check=check,
    notes=frozenset({"small_business"}),
)

"""United Kingdom: Value Added Tax Act 1994 (VATA) and HMRC's notices. Prices include the tax.

Who supplies a private hire ride depends on the city's licensing authority: an operator licensed by Transport for
London contracts with the passenger as principal and owes VAT on the whole fare; elsewhere the driver is the supplier.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
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
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "GB"
_TFL = "tfl"
_LESS_DETAILED = Money(250_00, "GBP")  # VAT Regulations 1995 reg. 16
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_vat_registered")  # VATA s. 3
_ZERO = Treatment(category=TaxCategory.ZERO, rate="zero")
_SECTION_2 = "VATA s. 2(1)"
_CATERING = "HMRC VAT Notice 709/1"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2011, 1, 4), percent=Decimal(20), source=_SECTION_2),),
    # Until then an operator could use the Tour Operators' Margin Scheme of s. 53, which this project does not compute.
    "private_hire_principal": (
        Rate(since=date(2026, 1, 2), percent=Decimal(20), source="VATA s. 2(1), s. 53 as amended"),
    ),
    "hot_food": (
        Rate(since=date(2011, 1, 4), percent=Decimal(20), source=_CATERING),
        Rate(since=date(2020, 7, 15), percent=Decimal(5), source="VATA Sch. 7A Group 14", confirmed=False),
        Rate(
            since=date(2021, 10, 1),
            percent=Decimal("12.5"),
            source="Finance Act 2021 s. 92",
            confirmed=False,
        ),
        Rate(since=date(2022, 4, 1), percent=Decimal(20), source=_CATERING),
    ),
    "zero": (Rate(since=date(1973, 4, 1), percent=Decimal(0), source="VATA Sch. 8 Group 1"),),
    "delivery": (
        Rate(
            since=date(2011, 1, 4),
            percent=Decimal(20),
            source="HMRC VAT Notice 700/24",
            confirmed=False,
        ),
    ),
}

_OF_THE_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee", "wait", "cancellation"})
_TREATMENT_OF: Mapping[str, Treatment] = {
    "cancellation": taxed("standard"),
    "food_hot": taxed("hot_food"),
    "food_cold": _ZERO,
    "grocery": _ZERO,
    "drink": taxed("standard"),
    "alcohol": taxed("standard"),
    "delivery": taxed("delivery"),
    "platform_fee": taxed("standard"),
    "surcharge": taxed("standard"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract; only a registered supplier charges VAT."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    if contract is Contract.TRANSPORT and _operator_is_principal(case):
        role, tax_role = Provides.PLATFORM, None
    profile = case.tax_profile(tax_role) if tax_role else None
    return plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.INVOICE,
            role=role,
            profile=profile,
            taxable=profile is None or profile.vat_registered,
        ),
    )


def _operator_is_principal(case: Case) -> bool:
    """UTAG v TfL [2021] EWHC 3290 (Admin) for London; D.E.L.T.A. v Uber [2025] UKSC 31 says no for elsewhere."""
    return case.trip.product is Product.HIRE_CAR and case.licensing_authority() == _TFL


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a freely given tip is outside the scope (HMRC VAT Notice 700 §8)."""
    if charge.tax_class == "tip":
        return OUTSIDE
    of_the_ride = charge.contract is Contract.TRANSPORT and charge.tax_class in _OF_THE_RIDE
    if not of_the_ride and charge.tax_class not in _TREATMENT_OF:
        raise unknown_class(_CODE, charge)
    if not plan.taxable:
        return _NOT_REGISTERED
    if of_the_ride:
        return taxed("private_hire_principal" if _operator_is_principal(case) else "standard")
    return _TREATMENT_OF[charge.tax_class]


def check(draft: Draft) -> None:
    """What VAT Regulations 1995 reg. 14 asks of a VAT invoice; up to £250 gross reg. 16 asks less."""
    if all(line.tax_category is TaxCategory.OUTSIDE for line in draft.tax_lines):
        return
    require_supplier_address(draft)
    require_tax_id(draft, "VAT")
    if draft.totals.gross.minor > _LESS_DETAILED.minor:
        require_recipient(draft)


UNITED_KINGDOM = Regime(
    country=_CODE,
    name="United Kingdom",
    version="2026.1",
    currency="GBP",
    time_zone="Europe/London",
    locale="en_GB",
    template="united_kingdom",
    paper="A4",
    tax_name="VAT",
    prices_include_tax=True,
    rates=_RATES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    check=check,
    notes=frozenset({"not_vat_registered"}),
)

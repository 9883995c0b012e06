"""United Kingdom: Value Added Tax Act 1994 (VATA) and HMRC's notices. Prices include the tax.

Who supplies a private hire ride depends on the city's licensing authority: an operator licensed by Transport for
London contracts with the passenger as principal and owes VAT on the whole fare; elsewhere the driver is the supplier.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.invoice import Contract, Draft, IssuerMode, Kind, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    exceeds,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.checks import require_recipient, require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "GB"
_TFL = "tfl"
_LESS_DETAILED = Money(250_00, "GBP")  # VAT Regulations 1995 reg. 16
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_vat_registered")
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
        Rate(since=date(2020, 7, 15), percent=Decimal(5), source="VATA Sch. 7A Group 14", verified=False),
        Rate(
            since=date(2021, 10, 1),
            percent=Decimal("12.5"),
            source="Finance Act 2021 s. 92",
            verified=False,
        ),
        Rate(since=date(2022, 4, 1), percent=Decimal(20), source=_CATERING),
    ),
    "zero": (Rate(since=date(1973, 4, 1), percent=Decimal(0), source="VATA Sch. 8 Group 1"),),
    "delivery": (
        Rate(
            since=date(2011, 1, 4),
            percent=Decimal(20),
            source="HMRC VAT Notice 700/24",
            verified=False,
        ),
    ),
}

_RULES: Mapping[str, Rule] = {
    "principal": Rule(
        says="London: the operator contracts with the passenger as principal and owes VAT on the whole fare",
        source="UTAG v TfL [2021] EWHC 3290 (Admin); PHV (London) Act 1998",
    ),
    "agency": Rule(
        says="Outside London the driver supplies the ride; VAT only if he is registered",
        source="D.E.L.T.A. v Uber Britannia [2025] UKSC 31",
    ),
    "margin_scheme": Rule(
        says="Private hire operators cannot use the Tour Operators' Margin Scheme since 2 January 2026",
        source="VATA s. 53 as amended 2026",
    ),
    "hot_or_cold": Rule(
        says="Hot food, drinks and alcohol: standard rate; cold food and groceries: zero",
        source="HMRC VAT Notices 701/14 and 709/1; VATA Sch. 8 Group 1",
    ),
    "tip": Rule(says="A freely given tip is outside the scope", source="HMRC VAT Notice 700 section 8"),
    "not_vat_registered": Rule(
        says="A supplier who is not registered charges no VAT; his document is no VAT invoice and says so",
        source="VATA s. 3; HMRC VAT Notice 700 section 16",
    ),
    "simplified": Rule(
        says="Up to £250 gross: supplier with address and VAT number, no recipient",
        source="VAT Regulations 1995 (SI 1995/2518) reg. 14, 16",
        verified=False,
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
            capacity=IssuerMode.PRINCIPAL if contract is Contract.TRANSPORT else IssuerMode.OWN,
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
    if of_the_ride and _operator_is_principal(case):
        return taxed("private_hire_principal", "principal", "margin_scheme")
    if of_the_ride:
        return taxed("standard", "agency")
    return _TREATMENT_OF[charge.tax_class]


def form(draft: Draft) -> Form:
    """Without VAT it must not call itself a VAT invoice; up to £250 gross it may say less."""
    kind = draft.key.kind.value
    if _without_vat(draft):
        return Form(title=f"{kind}_untaxed")
    if exceeds(draft, _LESS_DETAILED):
        return Form(title=kind)
    return Form(title=kind, simplified=True, rules=("simplified",))


def _without_vat(draft: Draft) -> bool:
    return all(line.tax_category is TaxCategory.OUTSIDE for line in draft.tax_lines)


def check(draft: Draft) -> None:
    """What VAT Regulations 1995 reg. 14 asks of a VAT invoice; up to £250 gross reg. 16 asks less."""
    if _without_vat(draft):
        return
    require_supplier_address(draft)
    require_tax_id(draft, "VAT")
    if exceeds(draft, _LESS_DETAILED):
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
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=form,
    check=check,
    notes=frozenset({"not_vat_registered"}),
)

"""Japan: Consumption Tax Act (消費税法), qualified invoices (適格請求書) since 1 October 2023. Prices include the tax.

Who serves many whom he does not choose, such as taxis, restaurants and shops, issues simplified qualified invoices
(適格簡易請求書), which name no recipient. The tax is rounded once per rate of a document, fractions dropped.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.errors import MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Kind, TaxCategory
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.checks import require_tax_id
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.tax import Pricing, Rounding
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "JP"
_REGISTRATION = "JP-QII"
_QUALIFIED_SINCE = date(2023, 10, 1)
REDUCED = "reduced"
"""The class of lines that the law wants marked on the document, as their ``classification``."""

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2019, 10, 1), percent=Decimal(10), source="消費税法第29条, 地方税法第72条の83"),),
    "reduced": (
        Rate(
            since=date(2019, 10, 1),
            percent=Decimal(8),
            source="消費税法第29条第2号, 別表第1 (飲食料品)",
            verified=False,
        ),
        Rate(
            since=date(2027, 4, 1),
            percent=Decimal(1),
            source="消費税法, as amended in 2026; https://github.com/EC-CUBE/ec-cube/discussions/7286",
            verified=False,
        ),
    ),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Rides, with tolls and fees on top: standard rate", source="消費税法第4条, 第29条", verified=False
    ),
    "cancellation": Rule(
        says="A cancellation fee is the price of handling it; as damages for a lost fare it would be outside the tax",
        source="消費税法基本通達5-5-2",
        verified=False,
    ),
    "delivered_food": Rule(
        says="Food and drink to take away or delivered: reduced rate; alcohol, packing and delivering: standard",
        source="消費税法別表第1第1号; 国税庁「消費税の軽減税率制度に関するQ&A(個別事例編)」",
        verified=False,
    ),
    "deposit": Rule(
        says="A deposit on a bottle, shown apart, is no consideration", source="消費税法基本通達5-2-6", verified=False
    ),
    "fees": Rule(
        says="Delivering and the platform's fees: standard rate, whatever is delivered",
        source="消費税法第29条",
        verified=False,
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="消費税法第2条第1項第8号", verified=False),
    "rounding": Rule(
        says="The tax is rounded once per document and rate, in the way the supplier chooses; fractions are dropped",
        source="消費税法施行令第70条の10; 国税庁「インボイス制度に関するQ&A」",
    ),
    "simplified": Rule(
        says="Taxis, restaurants, shops and who else serves the public at large need not name the recipient",
        source="消費税法第57条の4第2項; 消費税法施行令第70条の11",
    ),
    "platform": Rule(
        says="A platform that anybody may order from serves the public at large, though it knows its customers' names",
        source="消費税法施行令第70条の11第7号; 国税庁「インボイス制度に関するQ&A」",
        verified=False,
    ),
    "hire_car": Rule(
        says="A hire car (ハイヤー), which is ordered at the office only, is no taxi: its invoice names the recipient",
        source="消費税法施行令第70条の11第5号",
        verified=False,
    ),
    "invoice": Rule(
        says="Issuer with T and 13 digits, date, content, total and tax per rate; to a business also its name",
        source="消費税法第57条の4第1項",
    ),
    "reduced_rate": Rule(
        says="Items at the reduced rate are marked, and the mark is explained", source="消費税法第57条の4第1項第3号"
    ),
    "on_behalf": Rule(
        says="A platform that writes the invoice in the supplier's name shows the supplier's registration number",
        source="国税庁「インボイス制度に関するQ&A」(代理交付)",
        verified=False,
    ),
    "not_registered": Rule(
        says="Who is not registered issues no qualified invoice, and shows no tax",
        source="消費税法第57条の2, 第57条の5",
    ),
    "qualified_since": Rule(
        says="Qualified invoices exist for supplies since 1 October 2023", source="平成28年法律第15号附則"
    ),
    "credit_note": Rule(
        says="A return invoice (適格返還請求書) names the date of the supply it takes back, amount and tax per rate",
        source="消費税法第57条の4第3項",
    ),
}

_RIDE = taxed("standard", "ride")
_FEE = taxed("standard", "fees")
_CANCELLATION = taxed("standard", "cancellation")
_FOOD = replace(taxed("reduced", "delivered_food"), classification=REDUCED)
_NOT_FOOD = taxed("standard", "delivered_food")
_DEPOSIT = Treatment(category=TaxCategory.OUTSIDE, note="deposit")
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_registered")
_TREATMENTS: Mapping[Contract, Mapping[str, Treatment]] = {
    Contract.TRANSPORT: {
        "transport": _RIDE,
        "toll": _RIDE,
        "surcharge": _RIDE,
        "government_fee": _RIDE,
        "wait": _RIDE,
        "cancellation": _CANCELLATION,
    },
    Contract.GOODS: {
        "food_hot": _FOOD,
        "food_cold": _FOOD,
        "drink": _FOOD,
        "grocery": _FOOD,
        "alcohol": _NOT_FOOD,
        "deposit": _DEPOSIT,
        "surcharge": _NOT_FOOD,
        "delivery": _NOT_FOOD,
        "cancellation": _CANCELLATION,
    },
    Contract.DELIVERY: {"delivery": _FEE, "surcharge": _FEE, "wait": _FEE, "cancellation": _CANCELLATION},
    Contract.PLATFORM_FEE: {"platform_fee": _FEE, "surcharge": _FEE},
}
_BY_PLATFORM = frozenset({Contract.DELIVERY, Contract.PLATFORM_FEE})


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract, by who supplies it; a hire car says that it is one."""
    hired = case.trip.product is Product.HIRE_CAR
    return tuple(
        replace(made, notes=("hire_car",)) if hired and made.contract is Contract.TRANSPORT else made
        for made in usual_plans(case, _CODE)
    )


def treat(_case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return OUTSIDE
    treatment = _TREATMENTS[charge.contract].get(charge.tax_class)
    if treatment is None:
        raise unknown_class(_CODE, charge)
    return treatment if plan.taxable else _NOT_REGISTERED


def form(draft: Draft) -> Form:
    """Qualified, to a business by name; simplified to all others, but for a hire car; neither if not registered."""
    kind = draft.key.kind.value
    if not _qualified(draft):
        return Form(title=f"{kind}_untaxed")
    notes = ("reduced_rate",) if any(line.classification == REDUCED for line in draft.lines) else ()
    if draft.key.kind is Kind.CREDIT_NOTE or _names_recipient(draft):
        return Form(title=kind, notes=notes)
    rules = ("simplified", *(("platform",) if draft.key.contract in _BY_PLATFORM else ()))
    return Form(title=f"{kind}_simplified", simplified=True, notes=notes, rules=rules)


def _qualified(draft: Draft) -> bool:
    return any(line.tax_category is TaxCategory.STANDARD for line in draft.tax_lines)


def _names_recipient(draft: Draft) -> bool:
    return "hire_car" in draft.notes or (draft.business and draft.recipient is not None)


def check(draft: Draft) -> None:
    """What art. 57-4 asks: the registration number, and who buys where the document is not a simplified one."""
    if draft.supply_date < _QUALIFIED_SINCE:
        raise UnsupportedTripError(
            f"trip.ended_at: {_CODE} knows qualified invoices only, which exist since 1 October 2023",
            field="trip.ended_at",
        )
    if not _qualified(draft):
        return
    require_tax_id(draft, _REGISTRATION)
    if _names_recipient(draft) and draft.recipient is None:
        raise MissingAnswerError(
            f"{draft.key.contract}: recipient: the qualified invoice of a hire car names its recipient; add the rider "
            "or the business account, then resume",
            field="recipient",
        )


JAPAN = Regime(
    country=_CODE,
    name="Japan",
    version="2026.1",
    currency="JPY",
    time_zone="Asia/Tokyo",
    locale="ja_JP",
    languages=("en_US",),
    template="japan",
    paper="A4",
    tax_name="消費税",
    pricing=Pricing(rounding=Rounding.TAX_DOWN),
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
    notes=frozenset({"not_registered", "reduced_rate", "hire_car", "deposit"}),
)

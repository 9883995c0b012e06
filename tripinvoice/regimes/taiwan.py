"""Taiwan: Value-added and Non-value-added Business Tax Act (VAT Act). Prices include the tax, in whole dollars.

A business issues government uniform invoices (GUI), whose numbers the tax authority hands out: two letters and eight
digits, for two months. It uploads them to the Ministry of Finance; what the customer gets here is a copy. Taxis,
multi-purpose ones among them, and small businesses issue receipts instead.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError
from tripinvoice.invoice import Contract, Draft, Kind, NumberRange, TaxCategory
from tripinvoice.numbering import NumberTaken, in_stock
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    ledger_number,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.checks import require_recipient_tax_id, require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.tax import Pricing
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "TW"
_UBN = "TW-UBN"
_DOLLAR = 100  # minor units; the smallest amount of an invoice
_TRACK = re.compile(r"[A-Z]{2}")
_HIGHEST = 99_999_999

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (
        Rate(since=date(1986, 4, 1), percent=Decimal(5), source="VAT Act art. 10; gobl, tw; eezi.com, GUI guide"),
    ),
}

_RULES: Mapping[str, Rule] = {
    "taxi": Rule(
        says="Taxis, multi-purpose taxis among them, need not issue GUIs: their customers get a receipt",
        source="Uniform Invoice Regulations art. 4; help.uber.com, what is an invoice (0e5707ac)",
    ),
    "rental_with_driver": Rule(
        says="A rental car with driver is the rental company's supply, which issues the GUI",
        source="help.uber.com, what is an invoice (0e5707ac)",
    ),
    "number": Rule(
        says="Two letters and eight digits from ranges that the authority hands out per two-month period",
        source="Uniform Invoice Regulations art. 9; avalara.com and it-pomoc.pl, Taiwan",
    ),
    "whole_dollars": Rule(
        says="Amounts are whole dollars, the tax rounded half up",
        source="eezi.com, GUI guide; Uniform Invoice Regulations art. 9",
    ),
    "business_buyer": Rule(
        says="To a buyer with a unified business number the GUI names it and shows sale, tax and total apart; to "
        "others the price with the tax inside",
        source="VAT Act art. 32; avalara.com, Taiwan",
    ),
    "upload": Rule(
        says="To consumers the GUI is uploaded within two days; the upload and its random code are the original",
        source="avalara.com, Taiwan; it-pomoc.pl, Taiwan",
    ),
    "small_business": Rule(
        says="A small business is exempt from issuing GUIs and gives a receipt; its tax is assessed, not charged",
        source="VAT Act art. 13, 23; Uniform Invoice Regulations art. 4",
        verified=False,
    ),
    "of_the_ride": Rule(
        says="Tolls, waiting and other fees of a ride are part of its price", source="VAT Act art. 16", verified=False
    ),
    "cancellation": Rule(
        says="What is kept for a supply that was cancelled is taxed", source="VAT Act art. 16", verified=False
    ),
    "goods": Rule(
        says="Food and drink are taxed; what class grocery has is taken for processed, fresh produce would be exempt",
        source="VAT Act art. 8(1)(19), art. 10",
        verified=False,
    ),
    "deposit": Rule(
        says="A deposit on a bottle that is given back is no consideration", source="VAT Act art. 16", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="VAT Act art. 16", verified=False),
    "credit_note": Rule(
        says="A return or allowance has a certificate of its own and no GUI number",
        source="Uniform Invoice Regulations art. 20",
        verified=False,
    ),
}

_TAXI = Treatment(category=TaxCategory.OUTSIDE, note="taxi_receipt", rules=("taxi",))
_SMALL = Treatment(category=TaxCategory.OUTSIDE, note="small_business")
_OF_THE_RIDE = taxed("standard", "of_the_ride")
_GOODS = taxed("standard", "goods")
_FEE = taxed("standard")
_CANCELLATION = taxed("standard", "cancellation")
_TREATMENTS: Mapping[Contract, Mapping[str, Treatment]] = {
    Contract.TRANSPORT: {
        "transport": taxed("standard", "rental_with_driver"),
        "toll": _OF_THE_RIDE,
        "surcharge": _OF_THE_RIDE,
        "government_fee": _OF_THE_RIDE,
        "wait": _OF_THE_RIDE,
        "cancellation": _CANCELLATION,
    },
    Contract.GOODS: {
        "food_hot": _GOODS,
        "food_cold": _GOODS,
        "drink": _GOODS,
        "alcohol": _GOODS,
        "grocery": _GOODS,
        "deposit": replace(OUTSIDE, rules=("deposit",)),
        "surcharge": _FEE,
        "delivery": _FEE,
        "cancellation": _CANCELLATION,
    },
    Contract.DELIVERY: {"delivery": _FEE, "surcharge": _FEE, "wait": _FEE, "cancellation": _CANCELLATION},
    Contract.PLATFORM_FEE: {"platform_fee": _FEE, "surcharge": _FEE},
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract: a GUI, or a receipt of a taxi or a small business."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    taxi = contract is Contract.TRANSPORT and case.trip.product is Product.TAXI
    if contract is Contract.TRANSPORT and not taxi:
        role = Provides.FLEET
    profile = None if taxi or tax_role is None else case.tax_profile(tax_role)
    issues = not taxi and (profile is None or (profile.vat_registered and not profile.small_business))
    return plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.INVOICE if issues else Kind.RECEIPT,
            role=role,
            profile=profile,
            taxable=issues,
        ),
    )


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return replace(OUTSIDE, rules=("tip",))
    treatment = _TREATMENTS[charge.contract].get(charge.tax_class)
    if treatment is None:
        raise unknown_class(_CODE, charge)
    if plan.taxable or treatment.outside:
        return treatment
    taxi = charge.contract is Contract.TRANSPORT and case.trip.product is Product.TAXI
    return _TAXI if taxi else _SMALL


def form(draft: Draft) -> Form:
    """A GUI is a copy of what is uploaded; to a consumer it does not show the tax apart."""
    if draft.key.kind is not Kind.INVOICE:
        return Form(title=draft.key.kind.value)
    return Form(title="invoice", simplified=not _to_business(draft), notes=("courtesy_copy",), rules=("number",))


def _to_business(draft: Draft) -> bool:
    return draft.recipient is not None and draft.recipient.tax_id(_UBN) is not None


def check(draft: Draft) -> None:
    """Whole dollars; on a GUI the supplier's unified business number, the buyer's if he is a business, and numbers."""
    if any(line.gross.minor % _DOLLAR for line in (*draft.lines, *draft.outside)):
        raise InvalidAnswerError(
            f"{draft.key.contract}: charges: found an amount with cents; invoices are in whole dollars, mend the "
            "system and resume",
            field="charges",
        )
    if draft.key.kind is not Kind.INVOICE:
        return
    require_supplier_address(draft)
    require_tax_id(draft, _UBN)
    if draft.business and draft.recipient and draft.recipient.country in {None, _CODE}:
        require_recipient_tax_id(draft, _UBN)
    _check_stock(draft)


def _check_stock(draft: Draft) -> None:
    stocks = [one for one in draft.ranges if one.numbers is not None]
    if not stocks:
        raise MissingAnswerError(
            f"{draft.key.contract}: numbering: no range of numbers is known for this supplier's invoices; register "
            "one in the system that provides 'numbering', then resume",
            field="numbering",
        )
    if not all(map(_is_of_form, stocks)) or _overlap(stocks):
        raise InvalidAnswerError(
            f"{draft.key.contract}: numbering: a range has two letters before numbers of at most eight digits, and "
            "shares none with another; mend the system that provides 'numbering', then resume",
            field="numbering",
        )


def _is_of_form(stock: NumberRange) -> bool:
    return _TRACK.fullmatch(stock.prefix) is not None and (stock.last or 0) <= _HIGHEST


def _overlap(stocks: list[NumberRange]) -> bool:
    spans = sorted((stock.period or "", stock.prefix, stock.first or 0, stock.last or 0) for stock in stocks)
    return any(one[:2] == other[:2] and other[2] <= one[3] for one, other in pairwise(spans))


def number(draft: Draft, taken: NumberTaken) -> str:
    """A GUI's number from the stock, as it is printed: ``AB-12345678``."""
    if draft.key.kind is not Kind.INVOICE:
        return ledger_number(draft, taken)
    track, no = in_stock(draft.ranges, taken.period, taken.no)
    return f"{track}-{no:08d}"


def two_months(day: date) -> str:
    """Numbers are handed out for two months each, from January on: November and December are ``2026-11``."""
    return f"{day.year}-{day.month - (day.month + 1) % 2:02d}"


TAIWAN = Regime(
    country=_CODE,
    name="Taiwan",
    version="2026.1",
    currency="TWD",
    time_zone="Asia/Taipei",
    locale="zh_Hant_TW",
    languages=("en_US",),
    template="taiwan",
    paper="A4",
    tax_name="VAT",
    pricing=Pricing(unit=_DOLLAR),
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
    period=two_months,
    number=number,
    notes=frozenset({"courtesy_copy", "taxi_receipt", "small_business"}),
    legal_original="the electronic uniform invoice that is uploaded to the Ministry of Finance",
)

"""Australia: A New Tax System (Goods and Services Tax) Act 1999 (GST Act). Prices include the tax, a total's 1/11.

Whoever drives passengers for fares is registered from his first ride on, whatever his turnover (Div. 144; the Federal
Court decided for app rides that they are taxi travel: Uber B.V. v Commissioner of Taxation [2017] FCA 110).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError
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
from tripinvoice.regimes.checks import require_recipient_tax_id, require_tax_id
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.tax import Pricing, Rounding
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "AU"
_ABN = "AU-ABN"
_BELOW_A_THOUSAND = Money(999_99, "AUD")  # s. 29-70(1)(c)(i): "at least $1,000" names the recipient
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_registered")
_GST_FREE = Treatment(category=TaxCategory.ZERO, rate="gst_free", rules=("basic_food",))

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "gst": (Rate(since=date(2000, 7, 1), percent=Decimal(10), source="GST Act s. 9-70"),),
    "gst_free": (Rate(since=date(2000, 7, 1), percent=Decimal(0), source="GST Act Div. 38"),),
}

_RULES: Mapping[str, Rule] = {
    "from_day_one": Rule(
        says="Who supplies taxi travel, app rides among it, is registered for GST whatever his turnover",
        source="GST Act s. 144-5; Uber B.V. v Commissioner of Taxation [2017] FCA 110; ato.gov.au QC 59249",
    ),
    "of_the_ride": Rule(
        says="Tolls, levies, airport and waiting fees that the passenger pays are part of the price of the ride",
        source="GST Act s. 9-75; GSTR 2001/8",
        verified=False,
    ),
    "cancellation": Rule(
        says="A cancellation fee is the price of a taxable supply", source="GSTR 2009/3", verified=False
    ),
    "prepared_food": Rule(
        says="Meals, takeaway food and drinks from a restaurant, and alcohol: taxable",
        source="GST Act s. 38-3 and Sch. 1",
        verified=False,
    ),
    "basic_food": Rule(
        says="Basic food, class grocery: GST-free; what Schedule 1 lists (snacks, sweets, bakery) is not basic",
        source="GST Act s. 38-2, 38-3 and Sch. 1",
        verified=False,
    ),
    "deposit": Rule(
        says="A deposit on a container is part of the price of the drink", source="GST Act s. 9-75", verified=False
    ),
    "fees": Rule(
        says="Delivering and booking are taxable supplies of their own", source="GST Act s. 9-5", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="GSTR 2001/6", verified=False),
    "rounding": Rule(
        says="The GST of a total is its 1/11, rounded to the next cent, half a cent up",
        source="GST Act s. 9-90, 29-70(2)",
    ),
    "tax_invoice": Rule(
        says="Above A$82.50 a registered supplier owes a tax invoice within 28 days to who asks for it; here every "
        "taxable supply gets one: these words, who supplies, his ABN, date, what for how much, the GST",
        source="GST Act s. 29-70, 29-80; GST Regulations 2019 s. 29-80.01; ato.gov.au QC 59249",
    ),
    "simplified": Rule(
        says="Below A$1,000 the recipient need not be named; from there on his identity or ABN is",
        source="GST Act s. 29-70(1)(c); ato.gov.au, Tax invoices",
    ),
    "total_includes_gst": Rule(
        says="Where the GST is exactly one eleventh of the price, a statement that it is included is enough",
        source="GST Act s. 29-70; GSTR 2013/1; ato.gov.au, Tax invoices",
    ),
    "not_registered": Rule(
        says="Who is not registered charges no GST and issues no tax invoice",
        source="GST Act s. 9-5(d), 23-15, 29-70",
    ),
    "recipient_created": Rule(
        says="A registered recipient may write the tax invoice under a written agreement with a registered supplier; "
        "it says so, shows his ABN, and that the GST is the supplier's to pay",
        source="GST Act s. 29-70(3); GSTR 2000/10; legislative instruments for recipient created tax invoices",
        verified=False,
    ),
    "credit_note": Rule(
        says="A correction of a tax invoice is called an adjustment note and names it",
        source="GST Act s. 29-75; GSTR 2013/2",
        verified=False,
    ),
    "cash": Rule(
        says="Cash is rounded to five cents", source="Royal Australian Mint; Currency Act 1965", verified=False
    ),
}

_OF_THE_RIDE = taxed("gst", "from_day_one", "of_the_ride")
_PREPARED = taxed("gst", "prepared_food")
_FEE = taxed("gst", "fees")
_CANCELLATION = taxed("gst", "cancellation")
_TREATMENTS: Mapping[Contract, Mapping[str, Treatment]] = {
    Contract.TRANSPORT: {
        "transport": taxed("gst", "from_day_one"),
        "toll": _OF_THE_RIDE,
        "surcharge": _OF_THE_RIDE,
        "government_fee": _OF_THE_RIDE,
        "wait": _OF_THE_RIDE,
        "cancellation": _CANCELLATION,
    },
    Contract.GOODS: {
        "food_hot": _PREPARED,
        "food_cold": _PREPARED,
        "drink": _PREPARED,
        "alcohol": _PREPARED,
        "grocery": _GST_FREE,
        "deposit": taxed("gst", "deposit"),
        "surcharge": _FEE,
        "delivery": _FEE,
        "cancellation": _CANCELLATION,
    },
    Contract.DELIVERY: {"delivery": _FEE, "surcharge": _FEE, "wait": _FEE, "cancellation": _CANCELLATION},
    Contract.PLATFORM_FEE: {"platform_fee": _FEE, "surcharge": _FEE},
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract; nobody drives passengers without being registered."""
    plans = usual_plans(case, _CODE)
    if any(made.contract is Contract.TRANSPORT and not made.taxable for made in plans):
        raise InvalidAnswerError(
            "supplier_tax.vat_registered: found a driver who is not registered for GST; the law registers him from his "
            "first ride on: mend his tax profile, then resume",
            field="supplier_tax.vat_registered",
        )
    return plans


def treat(_case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return OUTSIDE
    treatment = _TREATMENTS[charge.contract].get(charge.tax_class)
    if treatment is None:
        raise unknown_class(_CODE, charge)
    return treatment if plan.taxable else _NOT_REGISTERED


def form(draft: Draft) -> Form:
    """A tax invoice if anything in it is taxable; who wrote it and how much is taxable are part of what it says."""
    kind = draft.key.kind.value
    free = ("gst_free",) if any(line.tax_category is TaxCategory.ZERO for line in draft.tax_lines) else ()
    if not _taxable(draft):
        return Form(title=f"{kind}_untaxed", notes=free)
    # An adjustment note says how much GST it takes back; its price is none that anybody pays.
    stated = len(draft.tax_lines) == 1 and draft.key.kind is Kind.INVOICE
    by_recipient = draft.issuer_mode is IssuerMode.SELF_BILLED
    return Form(
        title=f"{kind}_recipient_created" if by_recipient else kind,
        simplified=not exceeds(draft, _BELOW_A_THOUSAND) and not by_recipient,
        notes=("total_includes_gst",) if stated else free,
        rules=("simplified", *(("recipient_created",) if by_recipient else ())),
    )


def _taxable(draft: Draft) -> bool:
    return any(line.tax_category is TaxCategory.STANDARD for line in draft.tax_lines)


def check(draft: Draft) -> None:
    """What s. 29-70 asks of a tax invoice: the supplier's ABN, and who buys for A$1,000 or writes it himself."""
    if not _taxable(draft):
        return
    require_tax_id(draft, _ABN)
    if draft.issuer_mode is IssuerMode.SELF_BILLED:
        require_recipient_tax_id(draft, _ABN)
    if exceeds(draft, _BELOW_A_THOUSAND) and draft.recipient is None:
        raise MissingAnswerError(
            f"{draft.key.contract}: recipient: a tax invoice of A$1,000 or more names its recipient; add the rider or "
            "the business account, then resume",
            field="recipient",
        )


AUSTRALIA = Regime(
    country=_CODE,
    name="Australia",
    version="2026.1",
    currency="AUD",
    time_zone="Australia/Sydney",
    time_zones={
        "AU-ACT": "Australia/Sydney",
        "AU-NSW": "Australia/Sydney",
        "AU-NT": "Australia/Darwin",
        "AU-QLD": "Australia/Brisbane",
        "AU-SA": "Australia/Adelaide",
        "AU-TAS": "Australia/Hobart",
        "AU-VIC": "Australia/Melbourne",
        "AU-WA": "Australia/Perth",
    },
    locale="en_AU",
    template="australia",
    paper="A4",
    tax_name="GST",
    pricing=Pricing(rounding=Rounding.TAX),
    cash_step=5,
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
    notes=frozenset({"not_registered", "gst_free", "total_includes_gst"}),
)

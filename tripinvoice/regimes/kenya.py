"""Kenya: Value Added Tax Act 2013 and the eTIMS of the Kenya Revenue Authority (KRA). Prices include the tax.

The legal original is the invoice that eTIMS registers in the driver's name; a platform may transmit it only for a
driver who has agreed. What is printed here is a copy of what was charged.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.invoice import Contract, Draft, Kind, TaxCategory
from tripinvoice.regimes.base import OUTSIDE, ContractPlan, Form, Rate, Regime, Rule, Treatment, taxed, unknown_class
from tripinvoice.regimes.checks import require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "KE"
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_vat_registered")

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (
        Rate(since=date(2013, 9, 2), percent=Decimal(16), source="VAT Act 2013 s. 5(2)(b)", verified=False),
        Rate(since=date(2020, 4, 1), percent=Decimal(14), source="Legal Notice 35 of 2020", verified=False),
        Rate(since=date(2021, 1, 1), percent=Decimal(16), source="VAT Act 2013 s. 5(2)(b)", verified=False),
    ),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="A hired vehicle with driver: standard rate where the supplier is registered; the exemption of passenger "
        "transport is not for what is hired or chartered",
        source="VAT Act 2013, First Schedule Part II",
        verified=False,
    ),
    "food": Rule(says="Prepared food and drinks: standard rate", source="VAT Act 2013 s. 5", verified=False),
    "grocery": Rule(
        says="Groceries: standard rate; unprocessed farm produce is exempt and is not told apart here",
        source="VAT Act 2013, First Schedule Part I",
        verified=False,
    ),
    "fees": Rule(says="Delivery and platform fees: standard rate", source="VAT Act 2013 s. 5", verified=False),
    "deposit": Rule(
        says="A deposit that is given back is no part of the price", source="VAT Act 2013 s. 13", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="VAT Act 2013 s. 13", verified=False),
    "not_vat_registered": Rule(
        says="A supplier below the threshold is not registered and charges no VAT; his document is no tax invoice",
        source="VAT Act 2013 s. 34",
        verified=False,
    ),
    "consent": Rule(
        says="A platform invoices for a driver after his consent form and PIN certificate",
        source="https://viraltea.co.ke",
        verified=False,
    ),
    "pin": Rule(
        says="The supplier's PIN on every document, the buyer's only if he claims the tax",
        source="Tax Procedures (Electronic Tax Invoice) Regulations; https://mwanaspoti.co.tz",
        verified=False,
    ),
    "courtesy_copy": Rule(
        says="The invoice is the one that eTIMS registered: it bears a control unit number and a QR code that this "
        "document cannot have",
        source="Tax Procedures Act s. 23A",
        verified=False,
    ),
    "credit_note": Rule(
        says="A credit note names the invoice it corrects", source="VAT Act 2013 s. 16", verified=False
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = dict.fromkeys(
    ("transport", "toll", "surcharge", "government_fee", "wait", "cancellation"), taxed("standard", "ride")
)
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "drink", "alcohol"), taxed("standard", "food")),
    "grocery": taxed("standard", "grocery"),
    "deposit": Treatment(category=TaxCategory.OUTSIDE, outside=True, rules=("deposit",)),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge", "cancellation"), taxed("standard", "fees")),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract; the platform writes only for who has agreed."""
    return usual_plans(case, _CODE, consent_needed=True)


def treat(_case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge."""
    if charge.tax_class == "tip":
        return OUTSIDE
    table = _OF_A_RIDE if charge.contract is Contract.TRANSPORT else _OF_THE_REST
    if charge.tax_class not in table:
        raise unknown_class(_CODE, charge)
    return table[charge.tax_class] if plan.taxable else _NOT_REGISTERED


def form(draft: Draft) -> Form:
    """A tax invoice only where tax is charged; always a copy of what eTIMS has."""
    kind = draft.key.kind.value
    taxless = all(line.tax_category is TaxCategory.OUTSIDE for line in draft.tax_lines)
    title = f"{kind}_untaxed" if taxless and draft.key.kind is not Kind.CREDIT_NOTE else kind
    return Form(title=title, notes=("courtesy_copy",), rules=("pin", "consent"))


def check(draft: Draft) -> None:
    """The supplier's address and PIN."""
    require_supplier_address(draft)
    require_tax_id(draft, "KE-PIN")


KENYA = Regime(
    country=_CODE,
    name="Kenya",
    version="2026.1",
    currency="KES",
    time_zone="Africa/Nairobi",
    locale="en_KE",
    languages=("sw_KE",),
    template="kenya",
    paper="A4",
    tax_name="VAT",
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR, Product.MOTO}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=form,
    check=check,
    notes=frozenset({"not_vat_registered", "courtesy_copy"}),
    legal_original="the invoice registered in eTIMS of the Kenya Revenue Authority",
)

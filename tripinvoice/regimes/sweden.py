"""Sweden: mervärdesskattelagen (2023:200), ML, and before July 2023 the ML of 1994. Prices include the tax.

Carriage of persons has the lowest rate. Food has one of its own, which is as low from April 2026 to the end of 2027.
Who pays cash pays whole kronor.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError
from tripinvoice.invoice import Contract, Draft, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import ContractPlan, Rate, Regime, Rule, Treatment, simplified_up_to, taxed
from tripinvoice.regimes.checks import require_recipient, require_supplier_address
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE_RULE,
    crosses_border,
    require_vat_number,
    treated,
    usual_of,
)
from tripinvoice.regimes.suppliers import usual_plans, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "SE"
_SIMPLIFIED = Money(4_000_00, "SEK")
_CASH_STEP = 100  # öre: there are no coins of less than a krona
_F_TAX = "f_tax"
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")
_ABROAD = Treatment(category=TaxCategory.EXEMPT, note="international_ride", rules=("international_ride",))
_TEMPORARY = "Prop. 2025/26:55; https://www.pantamera.nu/foretag/butik/livsmedelsmoms-pa-pant"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(1990, 7, 1), percent=Decimal(25), source="9 kap. 2 § ML"),),
    "food": (
        Rate(since=date(1996, 1, 1), percent=Decimal(12), source="9 kap. ML; 7 kap. 1 § ML (1994:200)"),
        Rate(since=date(2026, 4, 1), percent=Decimal(6), source=_TEMPORARY),
        Rate(since=date(2028, 1, 1), percent=Decimal(12), source=_TEMPORARY, verified=False),
    ),
    "carriage": (
        Rate(
            since=date(2001, 1, 1), percent=Decimal(6), source="9 kap. ML; 7 kap. 1 § tredje stycket 11 ML (1994:200)"
        ),
    ),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Carriage of persons, by taxi or other vehicle with driver: 6 %",
        source="9 kap. ML; Skatteverket, Rättslig vägledning, Personbefordran",
    ),
    "international_ride": Rule(
        says="A ride into another country is exempt as a whole",
        source="VAT Directive art. 48, 380 with Annex X part B (10); https://www.tidningenkonsulten.se/foretagsaktuellt/"
        "taxi-fran-sverige-till-danmark-hur-blir-det-med-moms/",
    ),
    "waiting": Rule(
        says="Waiting time is part of what the meter shows and shares the rate of the ride",
        source="9 kap. ML; 2 kap. taxitrafiklagen (2012:211)",
        verified=False,
    ),
    "cancellation": Rule(
        says="A fee for a ride or delivery that was not taken shares its rate",
        source="CJEU C-295/17 and C-250/14",
        verified=False,
    ),
    "delivered_food": Rule(
        says="Food that is delivered or taken away is a supply of food, no restaurant service; spirits, wine and "
        "strong beer bear the standard rate",
        source="9 kap. ML; https://blogg.pwc.se/taxmatters/sankning-livsmedelsmoms-konsekvenser",
    ),
    "deposit": Rule(
        says="A deposit shares the rate of the drink in the package",
        source="https://www.pantamera.nu/foretag/butik/livsmedelsmoms-pa-pant",
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own",
        source="9 kap. 2 § ML",
        verified=False,
    ),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "simplified": Rule(
        says="Up to 4 000 SEK with tax an invoice may name no recipient; never for reverse charge",
        source="17 kap. 26-28 §§ ML; Skatteverket",
    ),
    "invoice": Rule(
        says="An invoice shows the supplier's name, address and VAT registration number",
        source="17 kap. 24 § ML; 11 kap. 8 § ML (1994:200)",
    ),
    "f_tax": Rule(
        says="Who is approved for F-tax may say so on his documents, and his customer may rely on it",
        source="10 kap. skatteförfarandelagen (2011:1244); Peppol BIS Billing, the taxi sample",
    ),
    "small_business": Rule(
        says="A small business is exempt, charges no tax, and the document says so", source="18 kap. ML", verified=False
    ),
    "cash": Rule(
        says="An amount paid in cash is rounded to the nearest whole krona, 50 öre upwards",
        source="Lag (1970:1029) om avrundning av vissa öresbelopp; Peppol BIS Billing, the taxi sample",
    ),
    "national_tax": Rule(
        says="A document in another currency shows the tax in kronor too, with the exchange rate",
        source="VAT Directive art. 91, 230; 17 kap. ML",
        verified=False,
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A credit note refers unambiguously to the invoice that it amends",
        source="VAT Directive art. 219; 17 kap. 22 § ML",
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee"), taxed("carriage", "ride")),
    "wait": taxed("carriage", "waiting"),
    "cancellation": taxed("carriage", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "grocery", "drink"), taxed("food", "delivered_food")),
    "alcohol": taxed("standard", "delivered_food"),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract; who is approved for F-tax says so."""
    return tuple(_with_f_tax(case, plan) for plan in usual_plans(case, _CODE))


def _with_f_tax(case: Case, plan: ContractPlan) -> ContractPlan:
    rules = ("national_tax",) if case.currency != SWEDEN.currency else ()
    _, tax_role = usual_supplier(case, plan.contract)
    approved = tax_role is not None and _F_TAX in case.tax_profile(tax_role).traits
    return replace(plan, rules=rules, notes=(_F_TAX,) if approved else ())


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge: what comes on top of a fare shares its rate."""
    usual = usual_of(charge, _OF_A_RIDE, _OF_THE_REST)
    if usual and charge.contract is Contract.TRANSPORT and crosses_border(case.trip):
        usual = _ABROAD
    if charge.tax_class == "deposit" and charge.contract is Contract.GOODS:
        usual = _deposit(case, charge)
    return treated(case, plan, charge, usual=usual, untaxed=_SMALL_BUSINESS)


def _deposit(case: Case, charge: Charge) -> Treatment:
    """A deposit has the rate of its drink. Raises :class:`InvalidAnswerError` when the drinks have different ones."""
    drinks = {other.tax_class for other in case.charges_of(charge.contract)} & {"drink", "alcohol"}
    if len(drinks) > 1:
        raise InvalidAnswerError(
            f"{charge.field}.tax_class: a Swedish deposit shares the rate of its drink, and there are drinks with and "
            "without alcohol; send it with the tax class of its drink, then resume",
            field=f"{charge.field}.tax_class",
        )
    return taxed("standard" if drinks == {"alcohol"} else "food", "deposit")


def check(draft: Draft) -> None:
    """What 17 kap. 24 § ML asks; up to 4 000 kr less is enough."""
    require_supplier_address(draft)
    require_vat_number(draft)
    if not draft.simplified:
        require_recipient(draft)


SWEDEN = Regime(
    country=_CODE,
    name="Sweden",
    version="2026.1",
    currency="SEK",
    time_zone="Europe/Stockholm",
    locale="sv_SE",
    languages=("en_GB",),
    template="sweden",
    paper="A4",
    tax_name="Moms",
    cash_step=_CASH_STEP,
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=treat,
    form=simplified_up_to(_SIMPLIFIED),
    check=check,
    notes=frozenset({"small_business", "reverse_charge", "international_ride", _F_TAX}),
    einvoice="ubl",
)

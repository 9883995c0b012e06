"""The Netherlands: Wet op de omzetbelasting 1968 (Wet OB). Prices include the tax.

Carriage of persons for payment is taxed at the reduced rate, by taxi or hire car alike; food and soft drinks too,
alcohol not. Who pays cash pays an amount rounded to five cents.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import ContractPlan, Rate, Regime, Rule, Treatment, simplified_up_to, taxed
from tripinvoice.regimes.checks import require_recipient, require_supplier_address, require_tax_id
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE_RULE,
    border_rule,
    by_table,
    require_vat_number,
)
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "NL"
_SIMPLIFIED = Money(100_00, "EUR")
_CASH_STEP = 5  # cents; smaller coins are no longer handed out
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2012, 10, 1), percent=Decimal(21), source="Art. 9 lid 1 Wet OB"),),
    "reduced": (
        Rate(since=date(2012, 10, 1), percent=Decimal(6), source="Art. 9 lid 2 Wet OB with Tabel I", verified=False),
        Rate(since=date(2019, 1, 1), percent=Decimal(9), source="Art. 9 lid 2 Wet OB with Tabel I"),
    ),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Carriage of persons by taxi or hire car with driver: reduced rate; a driver for the customer's own car "
        "carries nobody and is not covered",
        source="Tabel I post b.9 Wet OB; ECLI:NL:RBSGR:2010:BM2586",
    ),
    "border": border_rule("the Netherlands", "VAT Directive art. 48; art. 6c Wet OB"),
    "waiting": Rule(
        says="Waiting time is part of the fare: reduced rate", source="Tabel I post b.9 Wet OB", verified=False
    ),
    "cancellation": Rule(
        says="A fee for a ride or delivery that was not taken shares its rate",
        source="CJEU C-295/17 and C-250/14",
        verified=False,
    ),
    "food": Rule(
        says="Food and drinks without alcohol: reduced rate; drinks with alcohol: standard rate",
        source="Tabel I post a.1 Wet OB",
    ),
    "deposit": Rule(
        says="A deposit for packaging that can be returned is no part of the taxable amount",
        source="VAT Directive art. 92(a); art. 8 Wet OB",
        verified=False,
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own",
        source="Art. 9 lid 1 Wet OB",
        verified=False,
    ),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "simplified": Rule(
        says="Up to 100 EUR with tax an invoice may name no recipient and no VAT number; never for reverse charge",
        source="Art. 34d, 35a lid 2 Wet OB; https://zp-desk.nl",
    ),
    "invoice": Rule(
        says="A full invoice shows the supplier's VAT number and, if he is in the Dutch business register, "
        "his KVK number",
        source="Art. 35a Wet OB; art. 27 Handelsregisterwet 2007",
    ),
    "small_business": Rule(
        says="Small business (kleineondernemersregeling): no tax, and the document says so",
        source="Art. 25 Wet OB",
        verified=False,
    ),
    "cash": Rule(
        says="The total of a cash payment may be rounded to 5 cents; card payments never are",
        source="Maatschappelijk Overleg Betalingsverkeer, 1 September 2004; https://www.consumentenbond.nl",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A document that amends an invoice refers to it unambiguously and is an invoice itself",
        source="VAT Directive art. 219; art. 35 Wet OB",
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee"), taxed("reduced", "ride")),
    "wait": taxed("reduced", "waiting"),
    "cancellation": taxed("reduced", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "grocery", "drink"), taxed("reduced", "food")),
    "alcohol": taxed("standard", "food"),
    "deposit": Treatment(category=TaxCategory.OUTSIDE, outside=True, rules=("deposit",)),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform may write it in the supplier's name (art. 34c Wet OB)."""
    return usual_plans(case, _CODE)


def check(draft: Draft) -> None:
    """What art. 35a Wet OB asks; up to 100 € less is enough."""
    require_supplier_address(draft)
    if draft.simplified:
        return
    require_recipient(draft)
    require_vat_number(draft)
    if draft.supplier.country == _CODE:
        require_tax_id(draft, "NL-KVK")


NETHERLANDS = Regime(
    country=_CODE,
    name="Netherlands",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Amsterdam",
    locale="nl_NL",
    languages=("en_GB",),
    template="netherlands",
    paper="A4",
    tax_name="Btw",
    cash_step=_CASH_STEP,
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=by_table(_OF_A_RIDE, _OF_THE_REST, untaxed=_SMALL_BUSINESS),
    form=simplified_up_to(_SIMPLIFIED),
    check=check,
    notes=frozenset({"small_business", "reverse_charge"}),
    einvoice="ubl",
)

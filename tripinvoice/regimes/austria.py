"""Austria: Umsatzsteuergesetz 1994 (UStG). Prices include the tax.

Carriage of persons is taxed at the reduced rate, by taxi or hire car alike; delivered food too, drinks not.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import ContractPlan, Rate, Regime, Rule, Treatment, simplified_up_to, taxed
from tripinvoice.regimes.checks import require_recipient, require_supplier_address
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE_RULE,
    border_rule,
    by_table,
    require_vat_number,
)
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "AT"
_SMALL_INVOICE = Money(400_00, "EUR")
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(1995, 1, 1), percent=Decimal(20), source="§ 10 Abs. 1 UStG", verified=False),),
    "reduced": (Rate(since=date(1995, 1, 1), percent=Decimal(10), source="§ 10 Abs. 2 UStG", verified=False),),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Carriage of persons: reduced rate, with what belongs to the fare",
        source="§ 10 Abs. 2 Z 6 UStG",
        verified=False,
    ),
    "border": border_rule("Austria", "VAT Directive art. 48; § 3a Abs. 10 UStG"),
    "cancellation": Rule(
        says="A fee for a ride or delivery that was not taken shares its rate",
        source="CJEU C-295/17 and C-250/14",
        verified=False,
    ),
    "food": Rule(
        says="Food: reduced rate; drinks and alcohol: standard rate",
        source="§ 10 Abs. 2 Z 1 with Anlage 1 UStG",
        verified=False,
    ),
    "deposit": Rule(
        says="A deposit for packaging that can be returned is no part of the taxable amount",
        source="VAT Directive art. 92(a)",
        verified=False,
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own",
        source="§ 10 Abs. 1 UStG",
        verified=False,
    ),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "simplified": Rule(
        says="Up to 400 EUR gross an invoice may name the rate instead of the tax, and no recipient",
        source="§ 11 Abs. 6 UStG",
        verified=False,
    ),
    "small_business": Rule(
        says="Small business: no tax, and the document says so", source="§ 6 Abs. 1 Z 27 UStG", verified=False
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A document that amends an invoice refers to it unambiguously and is an invoice itself; it is not called "
        "Gutschrift, which is self-billing",
        source="VAT Directive art. 219; § 11 Abs. 7 UStG",
        verified=False,
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee", "wait"), taxed("reduced", "ride")),
    "cancellation": taxed("reduced", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "grocery"), taxed("reduced", "food")),
    **dict.fromkeys(("drink", "alcohol"), taxed("standard", "food")),
    "deposit": Treatment(category=TaxCategory.OUTSIDE, outside=True, rules=("deposit",)),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform may write it in the supplier's name (VAT Directive art. 220)."""
    return usual_plans(case, _CODE)


def check(draft: Draft) -> None:
    """What § 11 Abs. 1 UStG asks; up to 400 € gross Abs. 6 asks less."""
    require_supplier_address(draft)
    if draft.simplified:
        return
    require_recipient(draft)
    require_vat_number(draft)


AUSTRIA = Regime(
    country=_CODE,
    name="Austria",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Vienna",
    locale="de_AT",
    languages=("en_GB",),
    template="austria",
    paper="A4",
    tax_name="USt",
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    treat=by_table(_OF_A_RIDE, _OF_THE_REST, untaxed=_SMALL_BUSINESS),
    form=simplified_up_to(_SMALL_INVOICE),
    check=check,
    notes=frozenset({"small_business", "reverse_charge"}),
    einvoice="factur-x",
)

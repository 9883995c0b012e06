"""France: Code général des impôts (CGI) and Code de commerce. Prices include the tax.

The rate of a ride depends on how it is priced: carriage from one place to another is reduced, a car with driver hired
by the hour is not (CGI art. 279 b quater; Conseil d'État, 20 March 2013, no. 337259).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tripinvoice.answers import TaxProfile
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Fact, Invoicing, Kind, TaxCategory
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
from tripinvoice.regimes.checks import (
    require_recipient,
    require_recipient_tax_id,
    require_supplier_address,
    require_tax_id,
)
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE,
    REVERSE_CHARGE_RULE,
    border_rule,
    is_reverse_charge,
    refuse_border_crossing,
)
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.trip import LineOfBusiness, PricingBasis, Product, Trip

_CODE = "FR"
_DAYS_TO_PAY = timedelta(days=30)  # C. com. art. L. 441-10 I, where nothing else is agreed
# Corsica and the departments overseas: ISO 3166-2, or the first digits of the municipality's INSEE code.
_OTHER_RATES = frozenset(
    {
        *("FR-20R", "FR-2A", "FR-2B", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976"),
        *("FR-GP", "FR-MQ", "FR-GF", "FR-RE", "FR-YT"),
    }
)
_OTHER_MUNICIPALITIES = ("2A", "2B", "97", "98")

MICRO_ENTREPRENEUR = "micro_entrepreneur"
"""Trait of a supplier who charges no tax, as a small business does."""
DEBITS = "option_debits"
"""Trait of a supplier of services who pays the tax when he invoices, not when he is paid."""

_FRANCHISE = Treatment(
    category=TaxCategory.EXEMPT, note="small_business", exemption="VATEX-FR-FRANCHISE", rules=("small_business",)
)
_FOOD = "CGI art. 278-0 bis A 1°, art. 279 n; BOI-TVA-LIQ-30-10-10"
_COMMERCE = "C. com. art. L. 441-9, L. 441-10, D. 441-5"
_DECREE = "CGI ann. II art. 242 nonies A; décret 2022-1299"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2014, 1, 1), percent=Decimal(20), source="CGI art. 278"),),
    "intermediate": (Rate(since=date(2014, 1, 1), percent=Decimal(10), source="CGI art. 279"),),
    "reduced": (Rate(since=date(2014, 1, 1), percent=Decimal("5.5"), source="CGI art. 278-0 bis"),),
}

_RULES: Mapping[str, Rule] = {
    "border": border_rule("France", "VAT Directive art. 48; CGI art. 259 A 4°"),
    "ride_by_distance": Rule(
        says="A ride priced by the distance is carriage: 10 %",
        source="CGI art. 279 b quater; Conseil d'État 20 March 2013 no. 337259",
    ),
    "ride_by_time": Rule(
        says="A car with driver priced by the time, whatever the distance, is no carriage: 20 %",
        source="CGI art. 278; Conseil d'État 20 March 2013 no. 337259",
    ),
    "ride_between_places": Rule(
        says="A taximeter's fare and a price agreed for the way from one place to another are carriage: 10 %",
        source="CGI art. 279 b quater; https://installer.waynium.com/actualite/tva-sur-les-vtc",
        verified=False,
    ),
    "cancellation": Rule(
        says="A fee for what was cancelled is its price: a ride's is taxed as the ride, an order's at 20 %",
        source="CJEU C-250/14 and C-289/14, Air France-KLM",
        verified=False,
    ),
    "delivered_food": Rule(
        says="Food and drink for immediate consumption, delivered or not: 10 %",
        source=f"{_FOOD}; service-public F22399",
    ),
    "packaged_food": Rule(
        says="Food and drink in a container that keeps it: 5.5 %; sweets, chocolate and caviar are not food here",
        source=_FOOD,
    ),
    "alcohol": Rule(says="Alcoholic drinks are excluded from the reduced rates: 20 %", source=_FOOD),
    "deposit": Rule(
        says="A deposit that is paid back is no part of the price", source="CGI art. 266, 267", verified=False
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: 20 %, as a supply of their own; not as an accessory of the meal",
        source="CGI art. 278, 267 I 2°",
        verified=False,
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="CJEU C-16/93, Tolsma", verified=False),
    "small_business": Rule(
        says="Small business (franchise en base): no tax, and the document says so", source="CGI art. 293 B, 293 E II"
    ),
    "option_debits": Rule(says="Who opted to pay the tax on invoicing says so", source=f"{_DECREE} (16°)"),
    "operation_category": Rule(
        says="The document says whether it is for goods or services, and has its business customer's SIREN",
        source=_DECREE,
    ),
    "pricing": Rule(says="A ride's document says how the fare was made", source="https://guidevtc.fr"),
    "recovery_costs": Rule(
        says="To a business (PMT): the lump sum of 40 EUR for recovery, as an amount", source=_COMMERCE
    ),
    "late_penalty": Rule(
        says="To a business (PMD): the rate of penalties; by law the rate of the ECB and 10 points", source=_COMMERCE
    ),
    "no_discount": Rule(
        says="To a business (AAB): the discount for paying early, or that there is none", source=_COMMERCE
    ),
    "payment_due": Rule(
        says="To a business: the day by which to pay; 30 days after the supply unless agreed otherwise",
        source=_COMMERCE,
    ),
    "mandate": Rule(
        says="Another may write the supplier's invoices with his mandate, given before and in writing",
        source="CGI art. 289 I 2; CGI ann. II art. 242 nonies",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "other_territories": Rule(
        says="Corsica and the departments overseas have rates of their own, which are not here: refused",
        source="CGI art. 294 to 297; BOI-TVA-GEO-10, BOI-TVA-GEO-20",
    ),
}

_OF_THE_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee", "wait", "cancellation"})
_TREATMENT_OF: Mapping[str, Treatment] = {
    "food_hot": taxed("intermediate", "delivered_food"),
    "food_cold": taxed("intermediate", "delivered_food"),
    "drink": taxed("intermediate", "delivered_food"),
    "grocery": taxed("reduced", "packaged_food"),
    "alcohol": taxed("standard", "alcohol"),
    "deposit": replace(OUTSIDE, rules=("deposit",)),
    "delivery": taxed("standard", "delivery_fee"),
    "platform_fee": taxed("standard", "delivery_fee"),
    "surcharge": taxed("standard", "delivery_fee"),  # outside a ride: a small-order or service fee
    "cancellation": taxed("standard", "cancellation"),  # of an order
}
_RULE_OF: Mapping[PricingBasis, str] = {
    PricingBasis.DISTANCE: "ride_by_distance",
    PricingBasis.TIME: "ride_by_time",
    PricingBasis.METER: "ride_between_places",
    PricingBasis.UPFRONT: "ride_between_places",
}
# How the fare was made, in the language that a French invoice is written in.
_PRICING: Mapping[PricingBasis, str] = {
    PricingBasis.DISTANCE: "au kilomètre",
    PricingBasis.TIME: "à la durée",
    PricingBasis.METER: "au compteur",
    PricingBasis.UPFRONT: "forfait convenu",
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform writes it with the supplier's mandate (CGI art. 289 I 2)."""
    _refuse_other_territories(case.trip)
    return tuple(_plan(case, contract) for contract in case.contracts)


def _refuse_other_territories(trip: Trip) -> None:
    place = trip.pickup
    if place.subdivision in _OTHER_RATES or (place.municipality or "").startswith(_OTHER_MUNICIPALITIES):
        raise UnsupportedTripError(
            "trip.pickup: Corsica and the departments overseas have rates of their own that this regime does not "
            "know; add a regime for them, or route the trip elsewhere",
            field="trip.pickup",
        )


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    planned = plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.INVOICE,
            role=role,
            profile=profile,
            taxable=profile is None or _charges_tax(profile),
            consent_needed=True,
        ),
    )
    goods = contract is Contract.GOODS
    debits = profile is not None and planned.taxable and not goods and DEBITS in profile.traits
    return replace(
        planned,
        notes=("option_debits",) if debits else (),
        facts=(
            Fact(label="operation_category", value="Livraison de biens" if goods else "Prestation de services"),
            *_pricing(case.trip, contract),
        ),
        rules=("mandate", "operation_category"),
    )


def _charges_tax(profile: TaxProfile) -> bool:
    return profile.vat_registered and not profile.small_business and MICRO_ENTREPRENEUR not in profile.traits


def _pricing(trip: Trip, contract: Contract) -> tuple[Fact, ...]:
    if contract is not Contract.TRANSPORT or trip.pricing_basis is None:
        return ()
    return (Fact(label="pricing", value=_PRICING[trip.pricing_basis]),)


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    refuse_border_crossing(case.trip)
    if charge.tax_class == "tip":
        return replace(OUTSIDE, rules=("tip",))
    of_the_ride = charge.contract is Contract.TRANSPORT and charge.tax_class in _OF_THE_RIDE
    if not of_the_ride and charge.tax_class not in _TREATMENT_OF:
        raise unknown_class(_CODE, charge)
    usual = None if of_the_ride else _TREATMENT_OF[charge.tax_class]
    if usual is not None and usual.outside:
        return usual
    if not plan.taxable:
        return _FRANCHISE
    if is_reverse_charge(case, charge.contract, plan.supplier):
        return REVERSE_CHARGE
    return usual or _ride(case.trip, charge)


def _ride(trip: Trip, charge: Charge) -> Treatment:
    """CGI art. 279 b quater. Raises :class:`InvalidTripError` when the trip does not say how it was priced."""
    if trip.pricing_basis is None:
        raise InvalidTripError(
            "trip.pricing_basis: missing; the rate of a French ride depends on it, send distance, time, meter or "
            "upfront",
            field="trip.pricing_basis",
        )
    rate = "standard" if trip.pricing_basis is PricingBasis.TIME else "intermediate"
    also = ("cancellation",) if charge.tax_class == "cancellation" else ()
    return taxed(rate, _RULE_OF[trip.pricing_basis], *also)


def form(draft: Draft) -> Form:
    """To a business it says when to pay and what happens if not (C. com. art. L. 441-9)."""
    kind = draft.key.kind
    if not draft.business or kind is Kind.CREDIT_NOTE:
        return Form(title=kind.value)
    # A trip that is invoiced with all others of its month is due with them.
    waits = draft.invoicing is Invoicing.MONTHLY and draft.journey is not None
    return Form(
        title=kind.value,
        notes=("late_penalty", "recovery_costs", "no_discount"),
        facts=() if waits else (Fact(label="payment_due", value=f"{_payment_due(draft):%d/%m/%Y}"),),
        rules=("payment_due",),
    )


def _payment_due(draft: Draft) -> date:
    """What is paid at once is due at once."""
    paid = bool(draft.payments) and all(payment.method != "invoice" for payment in draft.payments)
    return draft.supply_date if paid else draft.supply_date + _DAYS_TO_PAY


def check(draft: Draft) -> None:
    """What CGI ann. II art. 242 nonies A and C. com. art. R. 123-237 ask; of a business customer his SIREN too."""
    require_supplier_address(draft)
    require_tax_id(draft, "FR-SIRET", "FR-SIREN")
    if draft.totals.tax:
        require_tax_id(draft, "VAT")
    if draft.business:
        require_recipient(draft)
        if draft.recipient and draft.recipient.country == _CODE:
            require_recipient_tax_id(draft, "FR-SIRET", "FR-SIREN", "VAT")


FRANCE = Regime(
    country=_CODE,
    name="France",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Paris",
    locale="fr_FR",
    template="france",
    paper="A4",
    tax_name="TVA",
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
    notes=frozenset(
        {"small_business", "reverse_charge", "option_debits", "late_penalty", "recovery_costs", "no_discount"}
    ),
    einvoice="factur-x",
)

"""Bulgaria: Закон за данък върху добавената стойност (ЗДДС) and its regulation (ППЗДДС). Prices include the tax.

The currency is the euro since 2026; documents of before were in leva, and this regime makes none of them. Every
supplier numbers invoices and credit notes together, in ten digits, for ever.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Fact, IssuerMode, TaxCategory
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.base import ContractPlan, Form, Rate, Regime, Rule, Treatment, taxed
from tripinvoice.regimes.checks import (
    require_recipient,
    require_recipient_tax_id,
    require_supplier_address,
    require_tax_id,
)
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE_RULE,
    crosses_border,
    require_vat_number,
    treated,
    usual_of,
)
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "BG"
_EURO = date(2026, 1, 1)
_NOT_REGISTERED = Treatment(category=TaxCategory.EXEMPT, note="not_registered")
_ABROAD = Treatment(category=TaxCategory.ZERO, rate="zero", rules=("international_ride",))
_NRA_LETTER = "НАП, изх. № 11-30-124 / 22.07.2025"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2007, 1, 1), percent=Decimal(20), source="Чл. 66, ал. 1 ЗДДС"),),
    "zero": (Rate(since=date(2007, 1, 1), percent=Decimal(0), source="Чл. 30, ал. 1 ЗДДС"),),
}

_RULES: Mapping[str, Rule] = {
    "euro": Rule(
        says="Documents are in leva only until the end of 2025 and in euro only since, without a second currency; a "
        "trip that ended before 2026 is refused, its rate was 1.95583 leva for one euro",
        source=f"{_NRA_LETTER}; Закон за въвеждане на еврото в Република България",
    ),
    "number": Rule(
        says="Exactly ten Arabic digits from 0000000001, without gaps, and no new beginning with the year",
        source="Чл. 114, ал. 1, т. 2 ЗДДС; чл. 78 ППЗДДС; НАП, 3_4897 / 10.08.2007",
    ),
    "one_series": Rule(
        says="Invoices and credit notes of a supplier share one run of numbers",
        source="Чл. 78 ППЗДДС; https://www.fakturirane.bg/1/help/documents/item/118-nomeracija-na-dokumenti",
    ),
    "original": Rule(says="The customer's copy is marked „Оригинал“", source="Чл. 78, ал. 1 ППЗДДС"),
    "invoice": Rule(
        says="An invoice names EIK and VAT number of both parties, their addresses, the day of the taxable event and "
        "who drew it up, and why a rate is zero or no tax is charged",
        source="Чл. 114, ал. 1 ЗДДС; чл. 6 Закон за счетоводството",
    ),
    "drawn_up_by": Rule(
        says="Who drew it up is whoever issues it: no person does, so the name is the issuer's",
        source="Чл. 6 Закон за счетоводството",
        verified=False,
    ),
    "five_days": Rule(says="It is issued within five days of the taxable event", source="Чл. 113, ал. 4 ЗДДС"),
    "private_customer": Rule(
        says="A supply to a private person needs no invoice; one that is made names him as far as he is known",
        source="Чл. 113, ал. 3, т. 1 ЗДДС",
        verified=False,
    ),
    "issued_by_another": Rule(
        says="Somebody else may write a supplier's documents if both agreed so in writing before",
        source="Чл. 113, ал. 11 ЗДДС",
        verified=False,
    ),
    "ride": Rule(
        says="Carriage of persons: standard rate, waiting and cancellation too",
        source="Чл. 66, ал. 1 ЗДДС",
        verified=False,
    ),
    "international_ride": Rule(
        says="A ride from Bulgaria into another country: zero rate, and the document says why",
        source="Чл. 30, ал. 1, т. 1 ЗДДС",
        verified=False,
    ),
    "food": Rule(
        says="Food and drinks, delivered or not: standard rate since the 9 % of restaurants ended",
        source="Чл. 66, ал. 1 ЗДДС; § 15д ПЗР ЗДДС",
        verified=False,
    ),
    "deposit": Rule(
        says="A deposit is part of the price until the package comes back", source="Чл. 26 ЗДДС", verified=False
    ),
    "delivery_fee": Rule(says="Delivery and platform fees: standard rate", source="Чл. 66, ал. 1 ЗДДС", verified=False),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "not_registered": Rule(
        says="Who is not registered must not charge tax, and the document names the provision",
        source="Чл. 113, ал. 9 ЗДДС",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A кредитно известие names number and date of its invoice and the reason for the change",
        source="Чл. 115 ЗДДС",
    ),
}

_RIDE = taxed("standard", "ride")
_OF_A_RIDE = dict.fromkeys(("transport", "toll", "surcharge", "government_fee", "wait", "cancellation"), _RIDE)
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "grocery", "drink", "alcohol"), taxed("standard", "food")),
    "deposit": taxed("standard", "deposit"),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge", "cancellation"), taxed("standard", "delivery_fee")),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract, in euro."""
    _require_euro(case)
    return tuple(_with_reasons(case.trip, plan) for plan in usual_plans(case, _CODE, consent_needed=True))


def _require_euro(case: Case) -> None:
    """Raise :class:`UnsupportedTripError` for a trip of the time of the lev, and for any other currency."""
    if case.trip.ended_at.astimezone(BULGARIA.trip_zone(case.trip)).date() < _EURO:
        raise UnsupportedTripError(
            "trip.ended_at: before 2026 Bulgarian documents were in leva, and this regime makes none; invoice the trip "
            "outside of this system, and void it here",
            field="trip.ended_at",
        )
    if case.currency != BULGARIA.currency:
        raise InvalidAnswerError(
            f"{case.charges[0].field}: charged in {case.currency}, but Bulgarian documents are in euro only; mend the "
            "system and resume",
            field="currency",
        )


def _with_reasons(trip: Trip, plan: ContractPlan) -> ContractPlan:
    abroad = plan.contract is Contract.TRANSPORT and plan.taxable and crosses_border(trip)
    others = plan.issuer_mode in {IssuerMode.ON_BEHALF, IssuerMode.SELF_BILLED}
    return replace(
        plan,
        notes=("international_ride",) if abroad else (),
        facts=(Fact(label="drawn_up_by", value=plan.issuer.name),),
        rules=("drawn_up_by", *(("issued_by_another",) if others else ())),
    )


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """One rate for everything, but for rides into another country."""
    usual = usual_of(charge, _OF_A_RIDE, _OF_THE_REST)
    if usual is _RIDE and crosses_border(case.trip):
        usual = _ABROAD
    return treated(case, plan, charge, usual=usual, untaxed=_NOT_REGISTERED)


def form(draft: Draft) -> Form:
    """It says everything, whatever its amount; of a private customer only what is known."""
    return Form(title=draft.key.kind.value, rules=() if draft.business else ("private_customer",))


def check(draft: Draft) -> None:
    """What чл. 114, ал. 1 ЗДДС asks."""
    require_supplier_address(draft)
    require_tax_id(draft, "BG-EIK")
    require_vat_number(draft)
    if draft.business:
        require_recipient(draft)
        require_recipient_tax_id(draft, "BG-EIK", "VAT")


def number(_draft: Draft, taken: NumberTaken) -> str:
    """Ten digits; they are the supplier's own, so two suppliers have the same ones."""
    return f"{taken.no:010d}"


def period(_day: date) -> str:
    """The same for ever: numbers never begin again."""
    return "ALL"


BULGARIA = Regime(
    country=_CODE,
    name="Bulgaria",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Sofia",
    locale="bg_BG",
    languages=("en_GB",),
    template="bulgaria",
    paper="A4",
    tax_name="ДДС",
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
    period=period,
    number=number,
    one_series=True,
    notes=frozenset({"not_registered", "reverse_charge", "international_ride"}),
)

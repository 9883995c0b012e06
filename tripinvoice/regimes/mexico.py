"""Mexico: Ley del Impuesto al Valor Agregado (LIVA), Código Fiscal de la Federación (CFF). Prices include the tax.

Who gives his tax data gets an invoice (CFDI 4.0), when he asks for it or always. The original is an XML with the stamp
of the tax authority (SAT), so what he gets here is a copy. Others get a receipt, and the supplier reports the sale
among those to the public. What a platform withholds from its drivers is told, and is no part of what is paid.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError, InvalidTripError
from tripinvoice.invoice import Contract, Draft, Fact, IssuerMode, Kind, Party, TaxCategory
from tripinvoice.money import Money, round_half_up
from tripinvoice.regimes.base import OUTSIDE, ContractPlan, Form, Rate, Regime, Rule, Treatment, taxed, unknown_class
from tripinvoice.regimes.checks import require_recipient_tax_id, require_tax_id
from tripinvoice.regimes.suppliers import usual_plans, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "MX"
_RFC, _REGIME, _USE = "MX-RFC", "MX-REGIMEN", "MX-USO-CFDI"
_PLATFORM_REGIME = "625"  # persons who earn through technological platforms
_FORMS: Mapping[str, re.Pattern[str]] = {_REGIME: re.compile(r"[0-9]{3}"), _USE: re.compile(r"[A-Z]{1,2}[0-9]{2}")}
_POSTCODE = re.compile(r"[0-9]{5}")
_BORDER = "border_region"  # the trait of a supplier in the register of the stimulus, and the note that says so
_WITHHELD_FROM = frozenset({Contract.TRANSPORT, Contract.DELIVERY})
# SAT's catalog c_FormaPago; of a card it must be known which sort it is.
_FORMS_OF_PAYMENT: Mapping[str, str] = {
    "cash": "01 Efectivo",
    "bank_transfer": "03 Transferencia electrónica de fondos",
    "credit_card": "04 Tarjeta de crédito",
    "debit_card": "28 Tarjeta de débito",
}

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2014, 1, 1), percent=Decimal(16), source="LIVA art. 1; gobl, mx"),),
    "border": (Rate(since=date(2019, 1, 1), percent=Decimal(8), source="Decreto de estímulos, frontera; gobl, mx"),),
    "zero": (Rate(since=date(2014, 1, 1), percent=Decimal(0), source="LIVA art. 2-A", verified=False),),
    "vat_withheld": (
        Rate(since=date(2020, 6, 1), percent=Decimal(50), source="LIVA art. 18-J; expansion.mx 2022: 8 of 16 points"),
        Rate(since=date(2026, 1, 1), percent=Decimal(50), source="LIVA art. 18-J as of 2026", verified=False),
    ),
    "income_tax_withheld": (
        Rate(since=date(2021, 1, 1), percent=Decimal("2.1"), source="LISR art. 113-A; expansion.mx 2022"),
        Rate(since=date(2026, 1, 1), percent=Decimal("2.1"), source="LISR art. 113-A as of 2026", verified=False),
    ),
}

_RULES: Mapping[str, Rule] = {
    "app_ride": Rule(
        says="A ride booked through a platform in a private car is no public transport: standard rate",
        source="LIVA art. 15 fr. V, last sentence; help.uber.com, cómo funciona la facturación (60de92b9)",
    ),
    "taxi": Rule(
        says="Public passenger transport within a town is exempt; of a taxi only rides within one municipality are "
        "known to be that, and the rate of others is not",
        source="LIVA art. 15 fr. V",
        verified=False,
    ),
    "of_the_ride": Rule(
        says="Tolls, waiting and other fees of a ride are part of its price", source="LIVA art. 18", verified=False
    ),
    "cancellation": Rule(
        says="A fee for what was cancelled is taxed at the standard rate", source="LIVA art. 14, 18", verified=False
    ),
    _BORDER: Rule(
        says="Suppliers in the register of the border stimulus, trait border_region, charge half the rate there",
        source="Decreto de estímulos fiscales región fronteriza norte y sur; gobl, mx",
        verified=False,
    ),
    "prepared_food": Rule(
        says="Food prepared to be eaten, also when delivered, drinks and alcohol: standard rate",
        source="LIVA art. 2-A fr. I, last paragraph",
        verified=False,
    ),
    "food": Rule(says="Other food: zero rate", source="LIVA art. 2-A fr. I b)", verified=False),
    "deposit": Rule(says="A deposit that is given back is no consideration", source="LIVA art. 12", verified=False),
    "fees": Rule(says="Delivering and booking: standard rate", source="LIVA art. 1, 14", verified=False),
    "tip": Rule(says="A voluntary tip is no consideration", source="LIVA art. 18", verified=False),
    "data": Rule(
        says="A CFDI 4.0 names RFC, name, regime and postcode of both, its use (UsoCFDI), method and form of payment "
        "and the place of issue",
        source="CFF art. 29-A; Anexo 20, CFDI 4.0; gobl, mx",
    ),
    "concept": Rule(
        says="An app ride is invoiced for its whole fare with the driver's own tax data, as rent of a car with driver",
        source="help.uber.com, cómo funciona la facturación (60de92b9), FAQs about invoicing (5e24c38e)",
    ),
    "on_request": Rule(
        says="The customer may ask for the invoice for 90 days, or have it always; the rest is reported as sales to "
        "the public",
        source="help.uber.com, FAQs about invoicing (5e24c38e)",
    ),
    "withheld": Rule(
        says="A platform withholds half of the VAT, and income tax, from persons of regime 625; the total stays",
        source="LIVA art. 18-J; LISR art. 113-A; expansion.mx 2022",
    ),
    "courtesy_copy": Rule(
        says="The XML with SAT's stamp is the invoice; a PDF is a representation of it",
        source="CFF art. 29; Anexo 20; gobl, mx",
    ),
}

_OF_THE_RIDE = taxed("standard", "of_the_ride")
_PREPARED = taxed("standard", "prepared_food")
_FEE = taxed("standard", "fees")
_CANCELLATION = taxed("standard", "cancellation")
_TAXI = Treatment(category=TaxCategory.EXEMPT, note="public_transport", rules=("taxi",))
_TREATMENTS: Mapping[Contract, Mapping[str, Treatment]] = {
    Contract.TRANSPORT: {
        "transport": taxed("standard", "app_ride"),
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
        "grocery": Treatment(category=TaxCategory.ZERO, rate="zero", rules=("food",)),
        "deposit": replace(OUTSIDE, rules=("deposit",)),
        "surcharge": _FEE,
        "delivery": _FEE,
        "cancellation": _CANCELLATION,
    },
    Contract.DELIVERY: {"delivery": _FEE, "surcharge": _FEE, "wait": _FEE, "cancellation": _CANCELLATION},
    Contract.PLATFORM_FEE: {"platform_fee": _FEE, "surcharge": _FEE},
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract: an invoice for who gives his tax data, a receipt for others."""
    wants = case.recipient is not None and case.recipient.tax_id(_RFC) is not None
    plans = usual_plans(case, _CODE, kind=Kind.INVOICE if wants else Kind.RECEIPT)
    if not all(made.taxable for made in plans):
        raise InvalidAnswerError(
            "tax_profile.vat_registered: found a supplier who charges no VAT; who sells through a platform does in "
            "Mexico: mend his tax profile, then resume",
            field="tax_profile.vat_registered",
        )
    return tuple(replace(made, notes=(_BORDER,)) if _in_border_region(case, made.contract) else made for made in plans)


def _in_border_region(case: Case, contract: Contract) -> bool:
    _, tax_role = usual_supplier(case, contract)
    return tax_role is not None and _BORDER in case.tax_profile(tax_role).traits


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return replace(OUTSIDE, rules=("tip",))
    treatment = _TREATMENTS[charge.contract].get(charge.tax_class)
    if treatment is None:
        raise unknown_class(_CODE, charge)
    if charge.contract is Contract.TRANSPORT and case.trip.product is Product.TAXI:
        _check_within_a_town(case.trip)
        return _TAXI
    if treatment.rate == "standard" and _BORDER in plan.notes:
        return replace(treatment, rate="border")
    return treatment


def _check_within_a_town(trip: Trip) -> None:
    """Raise :class:`InvalidTripError` unless a taxi stayed in one municipality."""
    ends = {trip.pickup.municipality, trip.dropoff and trip.dropoff.municipality}
    known = len(ends) == 1 and None not in ends if trip.same_municipality is None else trip.same_municipality
    if not known:
        raise InvalidTripError(
            "trip.same_municipality: a taxi ride is known to be exempt only within one municipality; send it, or add "
            "the rule for rides between towns to the regime",
            field="trip.same_municipality",
        )


def form(draft: Draft) -> Form:
    """An invoice shows what the CFDI does, and what was withheld; a receipt says that it is none."""
    title = draft.key.kind.value
    if not _is_fiscal(draft):
        return Form(title=title, simplified=True, notes=("public_sale",), rules=("on_request",))
    withheld = _withheld(draft)
    return Form(
        title=title,
        notes=("courtesy_copy",),
        facts=(*_facts(draft), *withheld),
        rules=("data", *(("withheld", "vat_withheld", "income_tax_withheld") if withheld else ())),
    )


def _is_fiscal(draft: Draft) -> bool:
    """Whether a CFDI stands behind it: its recipient gave his tax data."""
    return draft.recipient is not None and draft.recipient.tax_id(_RFC) is not None


def _facts(draft: Draft) -> tuple[Fact, ...]:
    """Place, method and form of payment, and the concept of an app ride, as the CFDI has them."""
    methods = [payment.method for payment in draft.payments]
    on_account = not methods or "invoice" in methods
    paid = "99 Por definir" if on_account else _FORMS_OF_PAYMENT.get(methods[0])
    ride = draft.key.contract is Contract.TRANSPORT and any(line.tax_category != "E" for line in draft.tax_lines)
    return (
        Fact(label="place_of_issue", value=draft.supplier.postcode or ""),
        Fact(
            label="payment_method",
            value="PPD Pago en parcialidades o diferido" if on_account else "PUE Pago en una sola exhibición",
        ),
        *((Fact(label="payment_form", value=paid),) if paid else ()),
        *((Fact(label="concept", value="Servicio de renta de automóvil con conductor"),) if ride else ()),
    )


def _withheld(draft: Draft) -> tuple[Fact, ...]:
    """What the platform keeps back from a person who earns through it; the customer's total is not changed by it."""
    by_platform = draft.issuer_mode is IssuerMode.ON_BEHALF and draft.key.kind is Kind.INVOICE
    person = draft.supplier.tax_id(_REGIME) == _PLATFORM_REGIME
    if not (by_platform and person and draft.key.contract in _WITHHELD_FROM):
        return ()
    parts = {"vat_withheld": draft.totals.tax, "income_tax_withheld": draft.totals.net}
    return tuple(Fact(label=name, value=_part(draft, name, of)) for name, of in parts.items() if of)


def _part(draft: Draft, name: str, of: Money) -> str:
    rate = MEXICO.rate(name, draft.supply_date).percent
    amount = Money(round_half_up(Fraction(of.minor) * Fraction(rate) / 100), of.currency)
    return f"${amount.decimal:,.2f}"


def check(draft: Draft) -> None:
    """What a CFDI asks of both; a receipt names its supplier's RFC."""
    require_tax_id(draft, _RFC)
    if not _is_fiscal(draft):
        return
    require_tax_id(draft, _REGIME)
    require_recipient_tax_id(draft, _REGIME)
    require_recipient_tax_id(draft, _USE)
    _check_data(draft, "supplier", draft.supplier)
    _check_data(draft, "recipient", draft.recipient)


def _check_data(draft: Draft, name: str, party: Party | None) -> None:
    if party is None or _POSTCODE.fullmatch(party.postcode or "") is None:
        raise InvalidAnswerError(
            f"{draft.key.contract}: {name}.postcode: a CFDI needs the five digits of the tax domicile; add them to the "
            "tax profile, then resume",
            field=f"{name}.postcode",
        )
    for one in party.tax_ids:
        of_form = _FORMS.get(one.scheme)
        if of_form is not None and of_form.fullmatch(one.value) is None:
            raise InvalidAnswerError(
                f"{draft.key.contract}: {name}.tax_ids: a text of scheme {one.scheme} is no code of SAT's catalog; "
                "mend the tax profile, then resume",
                field=f"{name}.tax_ids",
            )


MEXICO = Regime(
    country=_CODE,
    name="Mexico",
    version="2026.1",
    currency="MXN",
    time_zone="America/Mexico_City",
    time_zones={
        "MX-BCN": "America/Tijuana",
        "MX-BCS": "America/Mazatlan",
        "MX-CHH": "America/Chihuahua",
        "MX-NAY": "America/Mazatlan",
        "MX-ROO": "America/Cancun",
        "MX-SIN": "America/Mazatlan",
        "MX-SON": "America/Hermosillo",
    },
    locale="es_MX",
    languages=("en_US",),
    template="mexico",
    paper="Letter",
    tax_name="IVA",
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
    notes=frozenset({"courtesy_copy", "public_sale", "public_transport", _BORDER}),
    on_request_days=90,
    legal_original="the CFDI 4.0, an XML with the stamp of the tax authority SAT",
)

"""Italy: DPR 633/1972 (IVA), DPR 642/1972 (stamp duty). Prices include the tax.

A taxi in town is exempt, a taxi that goes further and a hire car with driver (NCC) are not. An invoice's legal original
is the XML that the tax agency's exchange system (SDI) delivers; the document made here is a courtesy copy of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import TaxProfile
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Fact, Kind, Party, TaxCategory
from tripinvoice.money import Money, total
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    exceeds,
    recipient_owes_tax,
    taxed,
)
from tripinvoice.regimes.checks import (
    require_recipient,
    require_recipient_tax_id,
    require_supplier_address,
    require_tax_id,
)
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE_RULE,
    refuse_border_crossing,
    treated,
)
from tripinvoice.regimes.suppliers import RECEIPTS, Supply, plan_of, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "IT"
_SIMPLIFIED = Money(400_00, "EUR")  # DPR 633/72 art. 21-bis; DM 10 May 2019
_STAMP_ABOVE = Money(77_47, "EUR")  # DPR 642/72, Tariffa art. 13
_URBAN_M = 50_000  # DPR 633/72 art. 10 n. 14: "non distanti tra loro oltre cinquanta chilometri"
_OUTSIDE_OF_VAT = frozenset({"014037", "013040"})  # Livigno, Campione d'Italia: ISTAT

_EXEMPT_TAXI = Treatment(category=TaxCategory.EXEMPT, note="urban_taxi", rules=("urban_taxi",))
_FLAT_RATE = Treatment(category=TaxCategory.EXEMPT, note="small_business", rules=("small_business",))
# Why there is no tax, in the code list of FatturaPA.
_NATURE: Mapping[str, str] = {"urban_taxi": "N4", "small_business": "N2.2", "reverse_charge": "N2.1"}
# Where the SDI delivers to, by the scheme of the electronic address (EAS).
_DELIVERED_TO: Mapping[str, str] = {"0205": "recipient_code", "0202": "pec"}

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2013, 10, 1), percent=Decimal(22), source="DPR 633/72 art. 16"),),
    "reduced": (Rate(since=date(1997, 10, 1), percent=Decimal(10), source="DPR 633/72, Tabella A, Parte III"),),
}

_RULES: Mapping[str, Rule] = {
    "border": Rule(
        says="A ride into another country is supplied here for the distance in Italy only, perhaps untaxed: "
        "refused, as the trip does not say how far that was",
        source="VAT Directive art. 48; DPR 633/72 art. 7-quater, 9 n. 1",
        verified=False,
    ),
    "urban_taxi": Rule(
        says="Taxi within one municipality, or between municipalities not more than 50 km apart: exempt",
        source="DPR 633/72 art. 10 n. 14; Circolare 7/E of 14 January 1998",
    ),
    "urban_by_distance": Rule(
        says="The way that was driven stands for the distance of the two municipalities",
        source="DPR 633/72 art. 10 n. 14",
        verified=False,
    ),
    "transport": Rule(
        says="Any other carriage of persons, and hire of a car with its driver (NCC) however far: 10 %",
        source="DPR 633/72, Tabella A, Parte III, n. 127-novies; Circolare 7/E of 14 January 1998",
    ),
    "cancellation": Rule(
        says="A fee for what was cancelled is its price: a ride's is taxed as the ride, an order's at 22 %",
        source="CJEU C-250/14 and C-289/14, Air France-KLM",
        verified=False,
    ),
    "meals": Rule(
        says="Dishes prepared to be eaten at once, to be taken away or delivered: 10 %",
        source="DPR 633/72, Tabella A, Parte III, n. 80; L. 178/2020 art. 1 c. 40",
    ),
    "drinks": Rule(
        says="Drinks are no dishes and keep their own rate: 22 %", source="L. 178/2020 art. 1 c. 40; DPR 633/72 art. 16"
    ),
    "deposit": Rule(
        says="Packaging whose price is paid back is no part of the taxable amount",
        source="DPR 633/72 art. 15 c. 1 n. 4",
        verified=False,
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: 22 %, as a supply of their own", source="DPR 633/72 art. 16", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="CJEU C-16/93, Tolsma", verified=False),
    "small_business": Rule(
        says="Regime forfettario: no tax, and the document says so; RF19, N2.2",
        source="L. 190/2014 art. 1 c. 54-89",
        verified=False,
    ),
    "simplified": Rule(
        says="Up to 400 EUR a fattura semplificata (TD07) is enough: its customer by name and address, or by number",
        source="DPR 633/72 art. 21-bis; DM 10 May 2019",
    ),
    "receipt": Rule(
        says="Who cannot be named in an invoice gets a receipt; a taxi's customer asks for one before the ride ends",
        source="DPR 633/72 art. 22; DM 30 June 1992; https://www.taxilex.it",
        verified=False,
    ),
    "stamp_duty": Rule(
        says="Above 77.47 EUR without tax: stamp duty of 2 EUR, on invoices and credit notes alike; paid virtually, "
        "and the document says so",
        source="DPR 642/72, Tariffa art. 13; DM 17 June 2014 art. 6",
    ),
    "stamp_duty_receipt": Rule(
        says="A receipt bears the same stamp duty, on the copy that the supplier gives",
        source="DPR 642/72, Tariffa art. 13",
        verified=False,
    ),
    "number": Rule(
        says="FatturaPA takes a number of 20 characters at most; it begins again with the year",
        source="FatturaPA 1.2.2, 2.1.1.4 Numero",
        verified=False,
    ),
    "courtesy_copy": Rule(
        says="The XML that the SDI delivers is the invoice; what a customer reads is a copy of it",
        source="D.Lgs. 127/2015 art. 1 c. 3; https://docs.gobl.org (regime IT)",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "other_territories": Rule(
        says="Livigno and Campione d'Italia are no part of the territory of VAT: refused",
        source="DPR 633/72 art. 7; VAT Directive art. 6(2)",
        verified=False,
    ),
}

_OF_THE_RIDE = frozenset({"transport", "toll", "surcharge", "government_fee", "wait", "cancellation"})
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold"), taxed("reduced", "meals")),
    **dict.fromkeys(("drink", "alcohol"), taxed("standard", "drinks")),
    "deposit": replace(OUTSIDE, rules=("deposit",)),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract. The platform may write it in the supplier's name (DPR 633/72 art. 21 c. 1)."""
    if case.trip.pickup.municipality in _OUTSIDE_OF_VAT:
        raise UnsupportedTripError(
            "trip.pickup: Livigno and Campione d'Italia have no VAT; add a regime for them or route the trip elsewhere",
            field="trip.pickup",
        )
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    invoiced = case.recipient is not None and _can_be_invoiced(case.recipient)
    supply = Supply(
        contract=contract,
        regime=_CODE,
        kind=Kind.INVOICE if invoiced else Kind.RECEIPT,
        role=role,
        profile=profile,
        taxable=profile is None or _charges_tax(profile),
    )
    planned = plan_of(case, supply)
    if not invoiced:
        return replace(planned, series=planned.series + RECEIPTS, rules=("receipt",))
    to = case.recipient.electronic_address if case.recipient else None
    delivered = (Fact(label=_DELIVERED_TO[to.scheme], value=to.value),) if to and to.scheme in _DELIVERED_TO else ()
    tax_regime = Fact(label="tax_regime", value="RF01" if supply.taxable else "RF19")
    return replace(planned, facts=(tax_regime, *delivered), rules=("number",))


def _can_be_invoiced(recipient: Party) -> bool:
    """By number, or by name and address (DPR 633/72 art. 21-bis c. 1 c)."""
    return recipient.has_address or recipient.tax_id("VAT", "IT-CF") is not None


def _charges_tax(profile: TaxProfile) -> bool:
    return profile.vat_registered and not profile.small_business


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge: what comes on top of a fare shares its rate, or its exemption."""
    refuse_border_crossing(case.trip)
    if charge.contract is not Contract.TRANSPORT:
        usual = _OF_THE_REST.get(charge.tax_class)
        # A deposit is outside whoever supplies; so is a tip.
        return usual if usual and usual.outside else treated(case, plan, charge, usual=usual, untaxed=_FLAT_RATE)
    known = charge.tax_class in _OF_THE_RIDE
    if known and plan.taxable:
        return _ride(case.trip, charge)
    return treated(case, plan, charge, usual=_EXEMPT_TAXI if known else None, untaxed=_FLAT_RATE)


def _ride(trip: Trip, charge: Charge) -> Treatment:
    also = ("cancellation",) if charge.tax_class == "cancellation" else ()
    if trip.product is not Product.TAXI:
        return taxed("reduced", "transport", *also)
    if _within_one_municipality(trip):
        return replace(_EXEMPT_TAXI, rules=(*_EXEMPT_TAXI.rules, *also))
    if trip.distance_m is None:
        raise InvalidTripError(
            "trip.distance_m: missing; whether an Italian taxi is exempt depends on it, send it or "
            "trip.same_municipality",
            field="trip.distance_m",
        )
    also = ("urban_by_distance", *also)
    if trip.distance_m <= _URBAN_M:
        return replace(_EXEMPT_TAXI, rules=(*_EXEMPT_TAXI.rules, *also))
    return taxed("reduced", "transport", *also)


def _within_one_municipality(trip: Trip) -> bool:
    if trip.same_municipality is not None:
        return trip.same_municipality
    ends = {trip.pickup.municipality, trip.dropoff and trip.dropoff.municipality}
    return len(ends) == 1 and None not in ends


def form(draft: Draft) -> Form:
    """What it is in Italian and in FatturaPA's codes, and whether it bears stamp duty."""
    kind = draft.key.kind
    if _is_of_receipt(draft):
        return Form(title=kind.value, notes=("stamp_duty_receipt",) if _bears_stamp(draft) else ())
    small = not exceeds(draft, _SIMPLIFIED) and not recipient_owes_tax(draft)
    simplified = draft.simplified if kind is Kind.CREDIT_NOTE else small  # a credit note is as its invoice was
    return Form(
        title="invoice_simplified" if simplified and kind is Kind.INVOICE else kind.value,
        simplified=simplified,
        notes=(*(("stamp_duty",) if _bears_stamp(draft) else ()), "courtesy_copy"),
        facts=(Fact(label="document_type", value=_document_type(kind, simplified=simplified)), *_nature(draft)),
        rules=("simplified",) if simplified else (),
    )


def _is_of_receipt(draft: Draft) -> bool:
    """Whether it is a receipt, or a credit note of one: neither goes through the SDI."""
    kinds = {draft.key.kind, draft.correction and draft.correction.document.kind}
    return Kind.RECEIPT in kinds


def _document_type(kind: Kind, *, simplified: bool) -> str:
    if kind is Kind.CREDIT_NOTE:
        return "TD08" if simplified else "TD04"
    return "TD07" if simplified else "TD01"


def _nature(draft: Draft) -> tuple[Fact, ...]:
    codes = dict.fromkeys(_NATURE[line.note] for line in draft.tax_lines if line.note)
    return tuple(Fact(label="nature", value=code) for code in codes)


def _bears_stamp(draft: Draft) -> bool:
    """Above 77.47 EUR of what bears no VAT because it is exempt or of a flat-rate supplier."""
    exempt = [line.gross for line in draft.tax_lines if line.tax_category is TaxCategory.EXEMPT]
    sums = replace(draft.totals, gross=total(exempt, draft.currency))
    return exceeds(replace(draft, totals=sums), _STAMP_ABOVE)


def check(draft: Draft) -> None:
    """What DPR 633/72 art. 21 asks; art. 21-bis asks less of an invoice up to 400 EUR."""
    require_supplier_address(draft)
    require_tax_id(draft, "VAT")
    if draft.simplified or _is_of_receipt(draft):
        return
    require_recipient(draft)
    if draft.recipient and draft.recipient.country == _CODE:
        require_recipient_tax_id(draft, "VAT", "IT-CF")


def number(draft: Draft, taken: NumberTaken) -> str:
    """Short enough for FatturaPA: whose, of which kind, the year, the number."""
    role = taken.series.split("-")[1]
    if draft.key.kind is Kind.CREDIT_NOTE:
        role += "-RN" if _is_of_receipt(draft) else "-NC"
    elif draft.key.kind is Kind.RECEIPT:
        role += RECEIPTS
    return f"{role}/{taken.period}/{taken.no:06d}"


ITALY = Regime(
    country=_CODE,
    name="Italy",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Rome",
    locale="it_IT",
    languages=("en_GB",),
    template="italy",
    paper="A4",
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
    number=number,
    notes=frozenset(
        {"urban_taxi", "small_business", "reverse_charge", "stamp_duty", "stamp_duty_receipt", "courtesy_copy"}
    ),
    legal_original="the FatturaPA XML that the SDI delivers",
)

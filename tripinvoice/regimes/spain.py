"""Spain: Ley 37/1992 del IVA (LIVA) and the invoicing regulation, RD 1619/2012 (RF). Prices include the tax.

Mainland and the Balearic Islands only: the Canary Islands, Ceuta and Melilla have other taxes. From 2027 on invoices
bear a QR code with which the customer asks the tax agency (AEAT) whether it knows them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urlencode

from tripinvoice.answers import TaxProfile
from tripinvoice.case import Case
from tripinvoice.errors import InvalidAnswerError, UnsupportedTripError
from tripinvoice.invoice import Code, Contract, Draft, Fact, Invoice, Kind, Party
from tripinvoice.money import Money
from tripinvoice.regimes.base import (
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
    border_rule,
    by_table,
)
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.tax_ids import compact
from tripinvoice.trip import LineOfBusiness, Product, Trip

_CODE = "ES"
_SIMPLIFIED = Money(400_00, "EUR")  # RF art. 4.1
_SIMPLIFIED_RETAIL = Money(3_000_00, "EUR")  # RF art. 4.2
# The Canary Islands, Ceuta, Melilla: ISO 3166-2, or the first digits of the municipality's INE code, its province.
_OTHER_TAXES = frozenset({"ES-CN", "ES-GC", "ES-TF", "ES-CE", "ES-ML"})
_OTHER_PROVINCES = ("35", "38", "51", "52")

VERIFACTU = "verifactu"
"""Trait of a supplier whose records a VERI*FACTU system sends to the AEAT, before he has to."""
SII = "sii"
"""Trait of a supplier who keeps his VAT books at the AEAT: there is no VERI*FACTU for him."""
_SYSTEM = "invoicing_system"
_COMPANIES_FROM = date(2027, 1, 1)
_OTHERS_FROM = date(2027, 7, 1)
_COMPANIES = frozenset("ABCDFGNPQRSUVW")  # how the NIF of a payer of corporate tax begins
_ASK_AEAT = "https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR"
_RF = "RD 1619/2012"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2012, 9, 1), percent=Decimal(21), source="LIVA art. 90.Uno; RDL 20/2012"),),
    "reduced": (Rate(since=date(2012, 9, 1), percent=Decimal(10), source="LIVA art. 91.Uno; RDL 20/2012"),),
}

_RULES: Mapping[str, Rule] = {
    "border": border_rule("Spain", "VAT Directive art. 48; LIVA art. 70.Uno.2.º"),
    "ride": Rule(
        says="Carriage of persons with their luggage: 10 %, by taxi and by hire car (VTC) alike",
        source="LIVA art. 91.Uno.2.1.º",
    ),
    "cancellation": Rule(
        says="A fee for what was cancelled is its price: a ride's is taxed as the ride, an order's at 21 %",
        source="CJEU C-250/14 and C-289/14, Air France-KLM; LIVA art. 78",
        verified=False,
    ),
    "food": Rule(says="Food and prepared dishes, delivered: 10 %", source="LIVA art. 91.Uno.1.1.º"),
    "sweet_drinks": Rule(
        says="Drinks with alcohol, with added sugar or with sweetener are no food: 21 %",
        source="LIVA art. 91.Uno.1.1.º a) and b)",
    ),
    "deposit": Rule(
        says="Packaging is part of the price, even if it can be returned: it shares the rate of the drink",
        source="LIVA art. 78.Dos.6.º",
        verified=False,
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: 21 %, as a supply of their own", source="LIVA art. 90.Uno", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="CJEU C-16/93, Tolsma", verified=False),
    "simplified": Rule(
        says="Up to 400 EUR with tax a simplified invoice is enough: no recipient, the rate instead of the tax",
        source=f"{_RF} art. 4.1, 7",
    ),
    "simplified_retail": Rule(
        says="Up to 3,000 EUR for carriage of persons, sales to consumers and what is brought to their home",
        source=f"{_RF} art. 4.2 a), c), d)",
    ),
    "no_small_business": Rule(
        says="There is no exemption for small businesses: whoever supplies charges the tax", source="LIVA art. 4, 5"
    ),
    "credit_note": Rule(
        says="A corrective invoice calls itself rectificativa, names what it corrects, and has a series of its own",
        source=f"{_RF} art. 6.1 a), 15",
    ),
    "by_difference": Rule(
        says="A corrective invoice that states differences says so, and that its amounts are taken off",
        source=f"{_RF} art. 15.5",
        verified=False,
    ),
    "verifactu": Rule(
        says="Invoicing systems are VERI*FACTU or like it from 1 January 2027 for payers of corporate tax, "
        "from 1 July 2027 for all others; never for who keeps his books at the AEAT (SII)",
        source="RD 1007/2023; RDL 15/2025; sede.agenciatributaria.gob.es, FAQ VERI*FACTU",
    ),
    "verifactu_qr": Rule(
        says="At the head of the invoice, 30 to 40 mm, level M: a URL of the AEAT with nif, numserie, fecha, importe",
        source="Orden HAC/1177/2024 art. 20, 21; AEAT, Características del QR 0.4.7",
        verified=False,
    ),
    "platform_sii": Rule(
        says="The platform is taken to keep its VAT books at the AEAT (SII), as who turns over 6 million EUR must",
        source="RD 1624/1992 art. 62.6; RD 1007/2023 art. 3.3",
        verified=False,
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "other_territories": Rule(
        says="The Canary Islands (IGIC), Ceuta and Melilla (IPSI) have no VAT; their taxes are not here: refused",
        source="LIVA art. 3.Dos; Ley 20/1991",
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee", "wait"), taxed("reduced", "ride")),
    "cancellation": taxed("reduced", "ride", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold"), taxed("reduced", "food")),
    **dict.fromkeys(("drink", "alcohol"), taxed("standard", "sweet_drinks")),
    "deposit": taxed("standard", "deposit"),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform may write it in the supplier's name (RF art. 5)."""
    _refuse_other_territories(case.trip)
    return tuple(_plan(case, contract) for contract in case.contracts)


def _refuse_other_territories(trip: Trip) -> None:
    place = trip.pickup
    if place.subdivision in _OTHER_TAXES or (place.municipality or "").startswith(_OTHER_PROVINCES):
        raise UnsupportedTripError(
            "trip.pickup: the Canary Islands, Ceuta and Melilla have no VAT but taxes that this regime does not know; "
            "add a regime for them, or route the trip elsewhere",
            field="trip.pickup",
        )


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    if profile is not None and (profile.small_business or not profile.vat_registered):
        raise InvalidAnswerError(
            f"{tax_role}: says that the supplier charges no tax, but Spanish law has no exemption for small "
            "businesses; mend his tax profile, then resume",
            field=f"{tax_role}",
        )
    planned = plan_of(case, Supply(contract=contract, regime=_CODE, kind=Kind.INVOICE, role=role, profile=profile))
    return replace(planned, facts=_system(profile), rules=("platform_sii",) if profile is None else ())


def _system(profile: TaxProfile | None) -> tuple[Fact, ...]:
    """What the supplier's invoices are kept by, where we know; who is nothing becomes VERI*FACTU when he has to."""
    if profile is None or SII in profile.traits:
        return (Fact(label=_SYSTEM, value="SII"),)
    return (Fact(label=_SYSTEM, value="VERI*FACTU"),) if VERIFACTU in profile.traits else ()


def form(draft: Draft) -> Form:
    """Simplified up to its limit, unless a business needs a full one to deduct the tax and can have it."""
    kind = draft.key.kind
    limit, rule = _limit(draft)
    verifiable = ("verifactu_qr",) if _may_be_verifiable(draft) else ()
    wants_full = draft.business and draft.recipient is not None and _is_identified(draft.recipient)
    if kind is Kind.CREDIT_NOTE:
        return Form(title=kind.value, notes=("by_difference",), rules=("credit_note", *verifiable))
    if wants_full or exceeds(draft, limit) or recipient_owes_tax(draft):
        return Form(title=kind.value, rules=verifiable)
    return Form(title="invoice_simplified", simplified=True, rules=(rule, *verifiable))


def _limit(draft: Draft) -> tuple[Money, str]:
    """RF art. 4.2: a ride, and what is sold to a consumer and brought to his home."""
    contract = draft.key.contract
    to_consumer = not draft.business and contract in {Contract.GOODS, Contract.DELIVERY}
    if contract is Contract.TRANSPORT or to_consumer:
        return _SIMPLIFIED_RETAIL, "simplified_retail"
    return _SIMPLIFIED, "simplified"


def _is_identified(party: Party) -> bool:
    return party.has_address and party.tax_id("ES-NIF", "VAT") is not None


def _may_be_verifiable(draft: Draft) -> bool:
    """Whether the document may get a QR code; the day on which it is issued is not known yet."""
    system = _system_of(draft)
    return system == "VERI*FACTU" or (system is None and draft.supply_date >= _COMPANIES_FROM)


def _system_of(draft: Draft) -> str | None:
    return next((fact.value for fact in draft.facts if fact.label == _SYSTEM), None)


def check(draft: Draft) -> None:
    """What RF art. 6 asks; of a simplified invoice art. 7 asks less."""
    require_tax_id(draft, "ES-NIF", "VAT")
    if draft.simplified:
        return
    require_supplier_address(draft)
    require_recipient(draft)
    if draft.business:
        require_recipient_tax_id(draft, "ES-NIF", "VAT")


def codes(invoice: Invoice) -> tuple[Code, ...]:
    """The question to the AEAT whether it knows the invoice, once its supplier's system has to tell it."""
    draft = invoice.draft
    nif, system = _nif(draft.supplier), _system_of(draft)
    must_from = _COMPANIES_FROM if nif[:1] in _COMPANIES else _OTHERS_FROM
    if system == "SII" or (system is None and invoice.issue_date < must_from):
        return ()
    sign = "-" if draft.key.kind is Kind.CREDIT_NOTE else ""
    asked = {
        "nif": nif,
        "numserie": invoice.number,
        "fecha": f"{invoice.issue_date:%d-%m-%Y}",
        "importe": f"{sign}{draft.totals.gross.decimal}",
    }
    return (Code(label="qr_code", text="VERI*FACTU", qr=f"{_ASK_AEAT}?{urlencode(asked, quote_via=quote)}"),)


def _nif(party: Party) -> str:
    """The number without the prefix of a VAT number."""
    nif = party.tax_id("ES-NIF")
    return compact(nif) if nif else compact(party.tax_id("VAT") or "").removeprefix(_CODE)


SPAIN = Regime(
    country=_CODE,
    name="Spain",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Madrid",
    locale="es_ES",
    languages=("en_GB",),
    template="spain",
    paper="A4",
    tax_name="IVA",
    rates=_RATES,
    rules=_RULES,
    products={
        LineOfBusiness.RIDES: frozenset({Product.TAXI, Product.HIRE_CAR}),
        LineOfBusiness.DELIVERY: frozenset({Product.COURIER}),
    },
    plan=plan,
    # Whoever supplies charges tax: the plan refuses all others.
    treat=by_table(_OF_A_RIDE, _OF_THE_REST, untaxed=taxed("standard")),
    form=form,
    check=check,
    codes=codes,
    notes=frozenset({"reverse_charge", "by_difference"}),
)

"""Poland: ustawa o podatku od towarów i usług (VAT) of 11 March 2004. Prices include the tax.

A taxi driver may have chosen the lump sum of 4 %. A business gets an invoice whose original is an XML in the tax
office's KSeF, which this does not make; a private customer gets one with his name and address, or a receipt without.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import TaxProfile
from tripinvoice.case import Case, Charge
from tripinvoice.invoice import Contract, Draft, IssuerMode, Kind, Party, TaxCategory
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
    member_state,
    refuse_border_crossing,
    treated,
    usual_of,
)
from tripinvoice.regimes.suppliers import usual_plans, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "PL"
_RECEIPTS = f"{_CODE}-R"  # they have series of their own
_SIMPLIFIED = {"PLN": Money(450_00, "PLN"), "EUR": Money(100_00, "EUR")}
_TAX_NUMBERS = ("PL-NIP", "VAT")
_LUMP_SUM, _CASH_METHOD, _COPY = "lump_sum", "cash_method", "courtesy_copy"
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")
_ANNEX_3 = "Art. 41 ust. 2, art. 146ef ustawy o VAT"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2011, 1, 1), percent=Decimal(23), source="Art. 41 ust. 1, art. 146ef ustawy o VAT"),),
    "reduced": (Rate(since=date(2011, 1, 1), percent=Decimal(8), source=_ANNEX_3),),
    "basic_food": (
        Rate(since=date(2024, 4, 1), percent=Decimal(5), source="Art. 41 ust. 2a ustawy o VAT", verified=False),
    ),
    _LUMP_SUM: (
        Rate(since=date(2011, 1, 1), percent=Decimal(4), source="Art. 114 ust. 1 ustawy o VAT; FA(3) P_13_4, P_14_4"),
    ),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Carriage of persons by taxi: reduced rate", source="Poz. 40 zał. nr 3 ustawy o VAT; PKWiU 49.32.11.0"
    ),
    "hire_car": Rule(
        says="A hire car with driver has the reduced rate too, but never the lump sum",
        source="Poz. 40 zał. nr 3, art. 114 ust. 1 ustawy o VAT; PKWiU 49.32.12.0",
        verified=False,
    ),
    "taxi_lump_sum": Rule(
        says="A taxi driver who chose it (trait lump_sum) owes 4 % of his rides",
        source="Art. 114 ust. 1 ustawy o VAT; FA(3) P_13_4, P_14_4",
    ),
    "waiting": Rule(
        says="Waiting time is part of the fare and shares its rate", source="Poz. 40 zał. nr 3", verified=False
    ),
    "cancellation": Rule(
        says="A fee for a ride or delivery that was not taken shares its rate",
        source="CJEU C-295/17 and C-250/14",
        verified=False,
    ),
    "border": Rule(
        says="A ride into another country is taxed here for the distance in Poland, with no zero rate on roads: "
        "refused, because the trip does not say how far that was",
        source="VAT Directive art. 48; art. 28f, 83 ust. 3 pkt 2 ustawy o VAT",
    ),
    "delivered_food": Rule(
        says="Prepared food, delivered too: reduced rate; drinks and alcohol: standard rate",
        source="Poz. 7 of the annex to the regulation on reduced rates; WIS 0112-KDSL2-1.440.128.2024",
        verified=False,
    ),
    "grocery": Rule(says="Groceries: the rate of basic food; some have others", source="Zał. nr 10", verified=False),
    "deposit": Rule(
        says="A deposit of the deposit system is added to the price and no part of the taxable amount",
        source="Objaśnienia podatkowe MF, 29.08.2025; art. 29a ust. 11 ustawy o VAT",
    ),
    "delivery_fee": Rule(
        says="Delivery fees: standard rate, as a supply of their own", source="Art. 41 ust. 1", verified=False
    ),
    "platform_fee": Rule(
        says="Procuring rides is no carriage: standard rate",
        source="WIS 0112-KDSL2-1.440.167.2023; PKWiU 52",
        verified=False,
    ),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "simplified": Rule(
        says="Up to 450 PLN, or 100 EUR in euro, an invoice that shows the buyer's NIP may leave out his name and "
        "address; never for reverse charge",
        source="Art. 106e ust. 5 pkt 3 ustawy o VAT; https://ksiegowosc.infor.pl",
    ),
    "invoice": Rule(
        says="An invoice shows names and addresses of both, also of a private buyer, the supplier's NIP and that of a "
        "business",
        source="Art. 106e ust. 1 ustawy o VAT",
    ),
    "receipt": Rule(
        says="A private buyer who gave no address gets a receipt, which is no invoice; he may ask for one for 3 months",
        source="Art. 106b ust. 3 ustawy o VAT; https://poradnikprzedsiebiorcy.pl",
    ),
    "small_business": Rule(
        says="A small business charges no tax; the document names the provision (P_19A)",
        source="Art. 113 ust. 1, 9, art. 106e ust. 1 pkt 19 ustawy o VAT",
    ),
    _CASH_METHOD: Rule(
        says="Who accounts by the cash method (trait cash_method) writes „metoda kasowa“ (P_16)",
        source="Art. 106e ust. 1 pkt 16 ustawy o VAT",
    ),
    "self_billing": Rule(
        says="The buyer who writes the invoice puts the word „samofakturowanie“ on it (P_17)",
        source="Art. 106d ust. 1, art. 106e ust. 1 pkt 17 ustawy o VAT",
    ),
    "issued_by_another": Rule(
        says="Somebody else may write a supplier's invoices if he was authorised to",
        source="Art. 106d ust. 2 ustawy o VAT",
        verified=False,
    ),
    "national_tax": Rule(
        says="An invoice in another currency shows the tax in złoty too, with the exchange rate",
        source="Art. 106e ust. 11 ustawy o VAT",
        verified=False,
    ),
    _COPY: Rule(
        says="The original of an invoice to a business is its FA(3) XML in KSeF, since 1 February or 1 April 2026; "
        "invoices to private buyers need not be there",
        source="Art. 106ga, 106gb ust. 4 ustawy o VAT; https://podatki.gazetaprawna.pl/artykuly/10635478",
    ),
    "ksef_qr": Rule(
        says="A copy that is handed over outside of KSeF bears the QR code KOD I, with the SHA-256 of the XML: this "
        "makes no XML, so it prints no code",
        source="CIRFMF/ksef-docs, kody-qr.md",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A faktura korygująca names number and date of the invoice and the reason",
        source="Art. 106j ust. 2, 2a ustawy o VAT",
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee"), taxed("reduced", "ride")),
    "wait": taxed("reduced", "ride", "waiting"),
    "cancellation": taxed("reduced", "ride", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold"), taxed("reduced", "delivered_food")),
    **dict.fromkeys(("drink", "alcohol"), taxed("standard", "delivered_food")),
    "grocery": taxed("basic_food", "grocery"),
    "deposit": Treatment(category=TaxCategory.OUTSIDE, outside=True, rules=("deposit",)),
    **dict.fromkeys(("delivery", "surcharge"), taxed("standard", "delivery_fee")),
    "platform_fee": taxed("standard", "platform_fee"),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract: an invoice, or a receipt for a private buyer whose address is not known."""
    recipient = case.recipient
    if case.business or (recipient is not None and recipient.has_address):
        plans = usual_plans(case, _CODE, consent_needed=True)
    else:
        plans = usual_plans(case, _RECEIPTS, kind=Kind.RECEIPT, consent_needed=True)
    return tuple(_annotated(case, plan) for plan in plans)


def _annotated(case: Case, plan: ContractPlan) -> ContractPlan:
    """With the adnotations that art. 106e ust. 1 wants, and the rules that it rests upon."""
    cash_method = plan.taxable and _CASH_METHOD in _traits(case, plan.contract)
    written = {IssuerMode.SELF_BILLED: ("self_billing",), IssuerMode.ON_BEHALF: ("issued_by_another",)}
    foreign = () if case.currency == POLAND.currency else ("national_tax",)
    return replace(
        plan,
        notes=(_CASH_METHOD,) if cash_method else (),
        rules=(*written.get(plan.issuer_mode, ()), *foreign),
    )


def _traits(case: Case, contract: Contract) -> tuple[str, ...]:
    _, tax_role = usual_supplier(case, contract)
    profile: TaxProfile | None = case.tax_profile(tax_role) if tax_role else None
    return profile.traits if profile else ()


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge: what comes on top of a fare shares its rate, or the lump sum."""
    refuse_border_crossing(case.trip)
    usual = usual_of(charge, _OF_A_RIDE, _OF_THE_REST)
    if usual and charge.contract is Contract.TRANSPORT:
        usual = _ride(case, usual)
    return treated(case, plan, charge, usual=usual, untaxed=_SMALL_BUSINESS)


def _ride(case: Case, usual: Treatment) -> Treatment:
    if case.trip.product is not Product.TAXI:
        return taxed("reduced", "hire_car", *usual.rules)
    if _LUMP_SUM in _traits(case, Contract.TRANSPORT):
        return taxed(_LUMP_SUM, "taxi_lump_sum", *usual.rules)
    return usual


def form(draft: Draft) -> Form:
    """Invoices to a business are copies of what KSeF has; small ones may say less."""
    notes = (_COPY,) if draft.business else ()
    corrects = draft.key.kind is Kind.CREDIT_NOTE
    original = draft.correction.document.kind if draft.correction else draft.key.kind
    if original is Kind.RECEIPT:
        title = "credit_note_receipt" if corrects else "receipt"
        return Form(title=title, simplified=True, notes=("no_invoice",), rules=("receipt",))
    if corrects:
        return Form(title="credit_note", notes=notes)
    if _may_be_simplified(draft):
        return Form(title="invoice_simplified", simplified=True, notes=notes, rules=("simplified",))
    return Form(title="invoice", notes=notes)


def _may_be_simplified(draft: Draft) -> bool:
    """Art. 106e ust. 5 pkt 3: up to 450 zł, or 100 € where it is in euro, with the buyer's NIP."""
    limit = _SIMPLIFIED.get(draft.currency, _SIMPLIFIED["PLN"])
    return draft.business and _has_nip(draft.recipient) and not exceeds(draft, limit) and not recipient_owes_tax(draft)


def _has_nip(recipient: Party | None) -> bool:
    return recipient is not None and (recipient.tax_id("PL-NIP") is not None or member_state(recipient) == _CODE)


def check(draft: Draft) -> None:
    """What art. 106e ust. 1 asks of an invoice; of a small one and of a receipt less is enough."""
    require_supplier_address(draft)
    require_tax_id(draft, *_TAX_NUMBERS)
    if draft.simplified:
        return
    require_recipient(draft)
    if draft.business:
        require_recipient_tax_id(draft, *_TAX_NUMBERS)


POLAND = Regime(
    country=_CODE,
    name="Poland",
    version="2026.1",
    currency="PLN",
    time_zone="Europe/Warsaw",
    locale="pl_PL",
    languages=("en_GB",),
    template="poland",
    paper="A4",
    tax_name="VAT",
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
    notes=frozenset({"small_business", "reverse_charge", "no_invoice", _CASH_METHOD, _COPY}),
    legal_original="the FA(3) XML in the tax office's KSeF, of invoices to businesses",
)

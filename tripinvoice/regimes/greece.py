"""Greece: Κώδικας ΦΠΑ (ν. 5144/2024) and the Greek Accounting Standards, ΕΛΠ (ν. 4308/2014). Prices include the tax.

A business gets a τιμολόγιο, everybody else an απόδειξη, each for goods and for services. On some islands of the Aegean
all rates are lower by 30 %, for who is established there. Documents go to the tax office's myDATA, which this does not
do.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidTripError
from tripinvoice.invoice import Contract, Draft, Kind, TaxCategory
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
    refuse_border_crossing,
    treated,
    usual_of,
)
from tripinvoice.regimes.suppliers import usual_plans, usual_supplier
from tripinvoice.trip import LineOfBusiness, Place, Product

_CODE = "GR"
_RETAIL = f"{_CODE}-R"  # receipts have series of their own
_SIMPLIFIED = Money(100_00, "EUR")
_TAX_NUMBERS = ("GR-AFM", "VAT")
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business")
_COPY = "courtesy_copy"

# Where the rates of the islands hold since 2026: the whole Northern Aegean, and these municipalities by their code of
# the Kallikratis reform: Samothrace, and the Dodecanese but for Rhodes.
_NORTHERN_AEGEAN = "GR-K"
_WITH_AND_WITHOUT = frozenset({"GR-A", "GR-L"})  # Thrace with Samothrace, Southern Aegean with Rhodes and Cyclades
_ISLANDS = frozenset(
    {
        *("9009", "9274", "9275", "9276", "9277", "9278", "9279", "9280", "9281", "9284", "9285", "9295", "9297"),
        *("9298", "9299"),
    }
)
_ISLAND_LAW = "Άρθρο 26 Κώδικα ΦΠΑ (ν. 5246/2025); ΑΑΔΕ Ε.2113/2025"

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (Rate(since=date(2016, 6, 1), percent=Decimal(24), source="Άρθρο 21 Κώδικα ΦΠΑ (ν. 4389/2016)"),),
    "reduced": (Rate(since=date(2016, 6, 1), percent=Decimal(13), source="Άρθρο 21, Παράρτημα III Κώδικα ΦΠΑ"),),
    "carriage": (
        Rate(since=date(2016, 6, 1), percent=Decimal(24), source="Άρθρο 21 Κώδικα ΦΠΑ", verified=False),
        Rate(
            since=date(2020, 6, 1),
            percent=Decimal(13),
            source="Άρθρο 11 ν. 4690/2020, for good since 1 July 2024; https://metrosport.gr "
            "fpa-se-proionta-monimopoieitai-sto-13-apo-1i-ioylioy",
        ),
    ),
    "standard_island": (Rate(since=date(2026, 1, 1), percent=Decimal(17), source=_ISLAND_LAW),),
    "reduced_island": (Rate(since=date(2026, 1, 1), percent=Decimal(9), source=_ISLAND_LAW),),
    "carriage_island": (Rate(since=date(2026, 1, 1), percent=Decimal(9), source=_ISLAND_LAW),),
}

_RULES: Mapping[str, Rule] = {
    "ride": Rule(
        says="Carriage of persons and their luggage by taxi or a car of special hire: reduced rate",
        source="Άρθρο 11 ν. 4690/2020; circular of the Ministry of Transport, June 2020",
    ),
    "waiting": Rule(
        says="Waiting time is part of the fare and shares its rate", source="Παράρτημα III Κώδικα ΦΠΑ", verified=False
    ),
    "cancellation": Rule(
        says="A fee for a ride or delivery that was not taken shares its rate",
        source="CJEU C-295/17 and C-250/14",
        verified=False,
    ),
    "border": border_rule("Greece", "VAT Directive art. 48"),
    "islands": Rule(
        says="Since 2026 rates are lower by 30 % in the Northern Aegean, on Samothrace and in the Dodecanese but for "
        "Rhodes, for suppliers established there, as the region of their address says; without it who "
        "drives, cooks or delivers there is taken to be, the platform is not",
        source=_ISLAND_LAW,
        verified=False,
    ),
    "delivered_food": Rule(
        says="Food and drinks that are delivered or taken away: reduced rate; with alcohol: standard rate",
        source="Παράρτημα III Κώδικα ΦΠΑ; ΑΑΔΕ Ε.2047/2024",
    ),
    "grocery": Rule(
        says="Groceries: reduced rate; some have others", source="Παράρτημα III Κώδικα ΦΠΑ", verified=False
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own",
        source="Άρθρο 21 Κώδικα ΦΠΑ",
        verified=False,
    ),
    "tip": Rule(
        says="A voluntary tip is no consideration of the supplier", source="CJEU C-16/93 (Tolsma)", verified=False
    ),
    "receipt": Rule(
        says="A private customer gets an απόδειξη, which names no recipient; a business a τιμολόγιο",
        source="Άρθρα 8, 12 ν. 4308/2014 (ΕΛΠ)",
    ),
    "simplified": Rule(
        says="Up to 100 EUR a τιμολόγιο may leave out who receives it; never for reverse charge",
        source="Άρθρο 10 ν. 4308/2014 (ΕΛΠ)",
    ),
    "invoice": Rule(
        says="A τιμολόγιο shows names, addresses and ΑΦΜ of both parties", source="Άρθρο 9 ν. 4308/2014 (ΕΛΠ)"
    ),
    "series": Rule(
        says="Invoices and receipts are numbered in series of their own",
        source="Άρθρο 9 παρ. 1 ν. 4308/2014 (ΕΛΠ)",
        verified=False,
    ),
    "small_business": Rule(
        says="A small business charges no tax, and the document says so",
        source="Κώδικας ΦΠΑ, special scheme of small businesses (until 2024 άρθρο 39)",
        verified=False,
    ),
    _COPY: Rule(
        says="Every document is transmitted to myDATA, which gives it its ΜΑΡΚ and QR code; between businesses it is "
        "issued there, since February or October 2026 by turnover",
        source="ΑΑΔΕ Α.1138/2020; https://epilisis.gr; https://www.newsit.gr (Β2Β 2026)",
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
    "credit_note": Rule(
        says="A document that amends another refers to it unambiguously; that of a receipt is of retail too",
        source="Άρθρο 8 παρ. 3 ν. 4308/2014 (ΕΛΠ)",
    ),
}

_OF_A_RIDE: Mapping[str, Treatment] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee"), taxed("carriage", "ride")),
    "wait": taxed("carriage", "waiting"),
    "cancellation": taxed("carriage", "cancellation"),
}
_OF_THE_REST: Mapping[str, Treatment] = {
    **dict.fromkeys(("food_hot", "food_cold", "drink"), taxed("reduced", "delivered_food")),
    "grocery": taxed("reduced", "grocery"),
    "alcohol": taxed("standard", "delivered_food"),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), taxed("standard", "delivery_fee")),
    "cancellation": taxed("standard", "cancellation"),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract: an invoice for a business, a receipt for everybody else."""
    plans = usual_plans(case, _CODE) if case.business else usual_plans(case, _RETAIL, kind=Kind.RECEIPT)
    return tuple(replace(plan, rules=("series",)) for plan in plans)


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge, lower on some islands for who is established there."""
    refuse_border_crossing(case.trip)
    usual = usual_of(charge, _OF_A_RIDE, _OF_THE_REST)
    if usual and _has_lower_rates(case.trip.pickup) and _is_local(case, plan):
        usual = taxed(f"{usual.rate}_island", "islands", *usual.rules)
    return treated(case, plan, charge, usual=usual, untaxed=_SMALL_BUSINESS)


def _has_lower_rates(place: Place) -> bool:
    """Raises :class:`InvalidTripError` when the trip does not say exactly enough where it began."""
    if place.subdivision is None or (place.subdivision in _WITH_AND_WITHOUT and place.municipality is None):
        field = "trip.pickup.municipality" if place.subdivision else "trip.pickup.subdivision"
        raise InvalidTripError(
            f"{field}: missing; rates are lower on some Greek islands, send the region (GR-L) and, there and in GR-A, "
            "the municipality's code",
            field=field,
        )
    return place.subdivision == _NORTHERN_AEGEAN or place.municipality in _ISLANDS


def _is_local(case: Case, plan: ContractPlan) -> bool:
    """Whether the supplier is established where the trip began: by his region, where a system tells it."""
    region = plan.supplier.subdivision
    if region is not None:
        return region == case.trip.pickup.subdivision
    supplier, _ = usual_supplier(case, plan.contract)
    return supplier is not Provides.PLATFORM


def form(draft: Draft) -> Form:
    """What it calls itself depends on who buys, and on whether he buys goods."""
    sold = "goods" if draft.key.contract is Contract.GOODS else "services"
    retail = not draft.business
    if draft.key.kind is Kind.CREDIT_NOTE:
        return Form(title="credit_note_retail" if retail else "credit_note", simplified=retail, notes=(_COPY,))
    if retail:
        return Form(title=f"receipt_{sold}", simplified=True, notes=(_COPY,), rules=("receipt",))
    full = exceeds(draft, _SIMPLIFIED) or recipient_owes_tax(draft)
    return Form(title=f"invoice_{sold}", simplified=not full, notes=(_COPY,), rules=() if full else ("simplified",))


def check(draft: Draft) -> None:
    """What ΕΛΠ asks of a τιμολόγιο; of a small one and of a receipt less is enough."""
    require_supplier_address(draft)
    require_tax_id(draft, *_TAX_NUMBERS)
    if not draft.simplified:
        require_recipient(draft)
        require_recipient_tax_id(draft, *_TAX_NUMBERS)


GREECE = Regime(
    country=_CODE,
    name="Greece",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Athens",
    locale="el_GR",
    languages=("en_GB",),
    template="greece",
    paper="A4",
    tax_name="ΦΠΑ",
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
    notes=frozenset({"small_business", "reverse_charge", _COPY}),
    legal_original="the record with its ΜΑΡΚ in the tax office's myDATA",
)

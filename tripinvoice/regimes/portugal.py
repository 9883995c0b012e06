"""Portugal: Código do IVA (CIVA) and what the tax authority (AT) asks of invoicing programs. Prices include the tax.

Mainland, Azores and Madeira have rates of their own. Every document bears an ATCUD: the code that the AT gave to its
series, and its number there; and a QR code that says all of it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import MissingAnswerError
from tripinvoice.invoice import (
    Code,
    Contract,
    Draft,
    Fact,
    Invoice,
    Invoicing,
    IssuerMode,
    Kind,
    NumberRange,
    Party,
    TaxCategory,
)
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
    converted,
    exceeds,
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
from tripinvoice.regimes.suppliers import CREDIT_NOTES, SIMPLIFIED, Supply, plan_of, usual_supplier
from tripinvoice.tax_ids import compact
from tripinvoice.trip import LineOfBusiness, Place, Product

_CODE = "PT"
_SIMPLIFIED_UP_TO = Money(100_00, "EUR")  # CIVA art. 40 n.º 1 b)
_NAMED_FROM = Money(999_99, "EUR")  # CIVA art. 36 n.º 15: from 1,000 EUR on
_PERIOD = "ALL"  # series run on from year to year
_TYPES: Mapping[Kind, str] = {Kind.INVOICE: "FT", Kind.RECEIPT: "FS", Kind.CREDIT_NOTE: "NC"}
_ANYBODY = "999999990"  # "consumidor final"
_REGION = "tax_region"


@dataclass(frozen=True, kw_only=True)
class _Space:
    """A tax space: its code in SAF-T, the letter of its fields in the QR code, and how the names of its rates end."""

    code: str
    letter: str
    ends: str


_MAINLAND = _Space(code="PT", letter="I", ends="")
_AZORES = _Space(code="PT-AC", letter="J", ends="_azores")
_MADEIRA = _Space(code="PT-MA", letter="K", ends="_madeira")
_SPACES = (_MAINLAND, _AZORES, _MADEIRA)

_ARTICLE = "CIVA art. 18"
_REGIONAL = "CIVA art. 18 n.º 3; Ofício Circulado 25045/2024"


def _since(year: int, month: int, percent: int, source: str) -> Rate:
    return Rate(since=date(year, month, 1), percent=Decimal(percent), source=source)


_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (_since(2011, 1, 23, _ARTICLE),),
    "intermediate": (_since(2016, 7, 13, _ARTICLE),),
    "reduced": (_since(2010, 7, 6, _ARTICLE),),
    "standard_azores": (_since(2021, 7, 16, _REGIONAL),),
    "intermediate_azores": (_since(2021, 7, 9, _REGIONAL),),
    "reduced_azores": (_since(2021, 7, 4, _REGIONAL),),
    "standard_madeira": (_since(2012, 4, 22, _REGIONAL),),
    "intermediate_madeira": (_since(2012, 4, 12, _REGIONAL),),
    "reduced_madeira": (_since(2012, 4, 5, _REGIONAL), _since(2024, 10, 4, _REGIONAL)),
}
_BANDS = ("reduced", "intermediate", "standard")  # in the order of the QR code's fields

_RULES: Mapping[str, Rule] = {
    "border": Rule(
        says="A ride into another country is supplied here for the distance in Portugal only, perhaps untaxed: "
        "refused, as the trip does not say how far that was",
        source="VAT Directive art. 48; CIVA art. 6 n.º 7, 14 n.º 1 r)",
        verified=False,
    ),
    "ride": Rule(
        says="Carriage of persons, and hire of a car with its driver: reduced rate",
        source="CIVA Lista I 2.14; Ordem dos Contabilistas PT27843",
    ),
    "cancellation": Rule(
        says="A fee for what was cancelled is its price: of a ride taxed as the ride, of an order at the standard rate",
        source="CJEU C-250/14 and C-289/14, Air France-KLM",
        verified=False,
    ),
    "meals": Rule(says="Ready meals, taken away or delivered: intermediate rate", source="CIVA Lista II 1.8"),
    "drinks": Rule(
        says="Soft drinks are on no list: standard rate; plain water is on the list of meals",
        source="CIVA Lista II 1.11",
    ),
    "alcohol": Rule(
        says="Alcoholic drinks: standard rate; common wine alone would be on the list of meals",
        source="CIVA Lista II 1.10",
        verified=False,
    ),
    "deposit": Rule(
        says="Packaging that is given back is no part of the price", source="CIVA art. 16 n.º 6 d)", verified=False
    ),
    "delivery_fee": Rule(
        says="Delivery and platform fees: standard rate, as a supply of their own", source=_ARTICLE, verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="CJEU C-16/93, Tolsma", verified=False),
    "small_business": Rule(
        says="Small business: no tax, and the document says so, code M10", source="CIVA art. 53, 57", verified=False
    ),
    "simplified": Rule(
        says="Up to 100 EUR a fatura simplificada (FS) is enough; a fatura (FT) is needed above", source="CIVA art. 40"
    ),
    "named_customer": Rule(
        says="From 1,000 EUR on a fatura names its customer, and always one who is a taxable person",
        source="CIVA art. 36 n.º 5, n.º 15",
    ),
    "atcud": Rule(
        says="ATCUD:code-number on every page, and immediately above the QR code; one code per type and series",
        source="Portaria 195/2020 art. 3, 4; DL 28/2019 art. 7, 35",
    ),
    "qr_code": Rule(
        says="Fields A to R in order, at least 30 mm with 2.5 mm around, level M, bytes, version 9 or more",
        source="AT, Especificações Técnicas do Código QR 1.0",
    ),
    "regions": Rule(
        says="In the QR code the mainland's amounts are in fields I, those of the Azores in J, of Madeira in K",
        source="AT, Especificações Técnicas do Código QR 1.0, example 1",
        verified=False,
    ),
    "certified_software": Rule(
        says="Q and R are the signature and the certificate of certified software; this is none: 0, as in SAF-T",
        source="Portaria 363/2010; Portaria 302/2016 (SAF-T PT 4.1.4.3)",
        verified=False,
    ),
    "reverse_charge": REVERSE_CHARGE_RULE,
}

_OF_A_RIDE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("transport", "toll", "surcharge", "government_fee", "wait"), ("reduced", "ride")),
    "cancellation": ("reduced", "ride", "cancellation"),
}
_OF_THE_REST: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("food_hot", "food_cold"), ("intermediate", "meals")),
    "drink": ("standard", "drinks"),
    "alcohol": ("standard", "alcohol"),
    **dict.fromkeys(("delivery", "platform_fee", "surcharge"), ("standard", "delivery_fee")),
    "cancellation": ("standard", "cancellation"),
}
_DEPOSIT = replace(OUTSIDE, rules=("deposit",))
_SMALL_BUSINESS = Treatment(category=TaxCategory.EXEMPT, note="small_business", rules=("small_business",))


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One invoice per contract. The platform may write it in the supplier's name (CIVA art. 29 n.º 14)."""
    space = _space(case.trip.pickup)
    return tuple(_plan(case, contract, space) for contract in case.contracts)


def _plan(case: Case, contract: Contract, space: _Space) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    simplified = _may_be_simplified(case, contract)
    planned = plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.RECEIPT if simplified else Kind.INVOICE,
            role=role,
            profile=profile,
            taxable=profile is None or (profile.vat_registered and not profile.small_business),
        ),
    )
    return replace(
        planned,
        series=planned.series + SIMPLIFIED if simplified else planned.series,
        facts=() if space is _MAINLAND else (Fact(label=_REGION, value=space.code),),
        rules=("certified_software", *(() if space is _MAINLAND else ("regions",))),
    )


def _may_be_simplified(case: Case, contract: Contract) -> bool:
    """Up to 100 EUR and to a consumer: its number is another series, so it is decided before anything is taxed."""
    monthly = case.recipient_profile is not None and case.recipient_profile.invoicing is Invoicing.MONTHLY
    if case.business or monthly or case.currency != _SIMPLIFIED_UP_TO.currency:
        return False
    priced = (charge for charge in case.charges_of(contract) if _is_priced(charge))
    return total((charge.amount for charge in priced), case.currency).minor <= _SIMPLIFIED_UP_TO.minor


def _is_priced(charge: Charge) -> bool:
    """Whether the charge is part of the document's gross amount."""
    if charge.tax_class in {"promotion", "refund"}:
        return charge.funded_by != Provides.PLATFORM.value
    return charge.tax_class not in {"tip", "deposit"}


def _space(place: Place) -> _Space:
    """Whose rates hold. Raises :class:`MissingAnswerError` when nobody says in which part of the country it began."""
    district = (place.subdivision or "").removeprefix("PT-") or (place.municipality or "")[:2]
    if district in {"20", *(str(no) for no in range(41, 50))}:
        return _AZORES
    if district in {"30", "31", "32"}:
        return _MADEIRA
    if district:
        return _MAINLAND
    raise MissingAnswerError(
        "trip.pickup.subdivision: missing; mainland, Azores (PT-20) and Madeira (PT-30) have rates of their own, send "
        "it or the municipality",
        field="trip.pickup.subdivision",
    )


def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """The rate of one charge in its part of the country; what comes on top of a fare shares its rate."""
    refuse_border_crossing(case.trip)
    of_a_ride = charge.contract is Contract.TRANSPORT
    if charge.tax_class == "deposit" and not of_a_ride:
        return _DEPOSIT
    rate, *rules = (_OF_A_RIDE if of_a_ride else _OF_THE_REST).get(charge.tax_class, ("",))
    usual = taxed(rate + _space(case.trip.pickup).ends, *rules) if rate else None
    return treated(case, plan, charge, usual=usual, untaxed=_SMALL_BUSINESS)


def form(draft: Draft) -> Form:
    """FT, FS or NC: the plan has chosen."""
    kind = draft.key.kind
    if kind is Kind.RECEIPT:
        return Form(title=kind.value, simplified=True, rules=("simplified",))
    return Form(title=kind.value)


def check(draft: Draft) -> None:
    """What CIVA art. 36 asks, and art. 40 of a fatura simplificada; of all a series that the AT knows."""
    require_tax_id(draft, "PT-NIF", "VAT")
    if draft.key.kind is not Kind.RECEIPT:
        require_supplier_address(draft)
    if draft.business or (draft.key.kind is Kind.INVOICE and exceeds(draft, _NAMED_FROM)):
        require_recipient(draft)
    if draft.business:
        require_recipient_tax_id(draft, "PT-NIF", "VAT")
    if _registration(draft) is None:
        resume = "resume with its answer now" if draft.key.kind is Kind.CREDIT_NOTE else "resume"
        raise MissingAnswerError(
            f"{draft.key.contract}: numbering: no system says with which code the AT knows series "
            f"'{_TYPES[draft.key.kind]} {_series(draft.series)}'; register it, without a period, in the system that "
            f"provides 'numbering', then {resume}",
            field="numbering",
        )


def _registration(draft: Draft) -> NumberRange | None:
    """What the AT said about the series, which runs on from year to year."""
    known = (one for one in draft.ranges if one.validation_code and one.period in {None, _PERIOD})
    if draft.key.kind is not Kind.CREDIT_NOTE:
        return next(known, None)
    # Credit notes have a series for each kind of invoice: that of simplified ones is registered with this prefix.
    simplified = draft.series.removesuffix(CREDIT_NOTES).endswith(SIMPLIFIED)
    return next((one for one in known if one.prefix == (_TYPES[Kind.RECEIPT] if simplified else "")), None)


def _series(series: str) -> str:
    return series.removeprefix(f"{_CODE}-")


def period(_day: date) -> str:
    """The same for ever: a series of the AT may be used as long as one likes."""
    return _PERIOD


def number(draft: Draft, taken: NumberTaken) -> str:
    """As SAF-T PT writes it: the type, a space, the series, a slash, the number."""
    return f"{_TYPES[draft.key.kind]} {_series(taken.series)}/{taken.no}"


def codes(invoice: Invoice) -> tuple[Code, ...]:
    """The ATCUD, and the QR code that says it and the amounts again."""
    registration = _registration(invoice.draft)
    code = registration.validation_code if registration else None
    atcud = f"{code}-{invoice.number.rpartition('/')[2]}"
    fields = {**_who_and_what(invoice), "H": atcud, **_amounts(invoice.draft), "Q": "0", "R": "0"}
    return (
        Code(label="qr_code", text=f"ATCUD:{atcud}", qr="*".join(f"{name}:{value}" for name, value in fields.items())),
    )


def _who_and_what(invoice: Invoice) -> dict[str, str]:
    draft = invoice.draft
    recipient = draft.recipient
    return {
        "A": _nif(draft.supplier),
        "B": (_nif(recipient) if recipient else "") or _ANYBODY,
        "C": (recipient.country if recipient else None) or _CODE,
        "D": _TYPES[draft.key.kind],
        "E": "S" if draft.issuer_mode is IssuerMode.SELF_BILLED else "N",
        "F": f"{invoice.issue_date:%Y%m%d}",
        "G": invoice.number,
    }


def _nif(party: Party) -> str:
    """The number without the country's prefix."""
    nif = party.tax_id("PT-NIF")
    return compact(nif) if nif else compact(party.tax_id("VAT") or "").removeprefix(_CODE)


def _amounts(draft: Draft) -> dict[str, str]:
    """By tax space: 2 the exempt amount, 3 to 8 net and tax of the three rates. L is what is not taxed here."""
    named = {fact.value for fact in draft.facts if fact.label == _REGION} or {_MAINLAND.code}
    fields: dict[str, str] = {}
    for space in _SPACES:
        if space.code in named:
            fields |= _of_space(draft, space)
    elsewhere = [line.net for line in draft.tax_lines if line.tax_category is TaxCategory.REVERSE_CHARGE]
    return {
        **(fields or {f"{_MAINLAND.letter}1": "0"}),
        **({"L": _euros(draft, total(elsewhere, draft.currency))} if elsewhere else {}),
        "N": _euros(draft, draft.totals.tax),
        "O": _euros(draft, draft.totals.gross),
    }


def _of_space(draft: Draft, space: _Space) -> dict[str, str]:
    fields = {}
    for line in draft.tax_lines:
        if line.tax_category is TaxCategory.EXEMPT:
            fields[f"{space.letter}2"] = _euros(draft, line.net)
        for no, band in enumerate(_BANDS, start=1):
            rate = PORTUGAL.rate(band + space.ends, draft.supply_date).percent
            if line.tax_category is TaxCategory.STANDARD and line.tax_rate == rate:
                fields[f"{space.letter}{2 * no + 1}"] = _euros(draft, line.net)
                fields[f"{space.letter}{2 * no + 2}"] = _euros(draft, line.tax)
    return {f"{space.letter}1": space.code, **dict(sorted(fields.items()))} if fields else {}


def _euros(draft: Draft, amount: Money) -> str:
    """With two decimals, whatever the document is in."""
    stated = draft.national_tax
    return str((converted(amount, stated.rate, PORTUGAL.currency) if stated else amount).decimal)


PORTUGAL = Regime(
    country=_CODE,
    name="Portugal",
    version="2026.1",
    currency="EUR",
    time_zone="Europe/Lisbon",
    time_zones={"PT-20": "Atlantic/Azores", "PT-30": "Atlantic/Madeira"},
    locale="pt_PT",
    template="portugal",
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
    period=period,
    number=number,
    codes=codes,
    notes=frozenset({"small_business", "reverse_charge"}),
)

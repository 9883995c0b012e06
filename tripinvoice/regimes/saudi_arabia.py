"""Saudi Arabia: VAT Law and its Implementing Regulations (VATIR), E-Invoicing Regulation. Prices include the tax.

Consumers, and businesses up to SAR 1,000, get a simplified tax invoice; Arabic is mandatory, English stands beside it.
Since 1 January 2026 the platform is by law the supplier of who is not registered (art. 47(3) VATIR). The QR code is
that of phase one, five fields in TLV: fields six to nine are the stamp of the electronic original that the authority
(ZATCA) clears or is told of, and which this project does not make.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from tripinvoice.answers import Provides
from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidAnswerError
from tripinvoice.invoice import Code, Contract, Draft, Fact, Invoice, IssuerMode, Kind, TaxCategory
from tripinvoice.money import Money
from tripinvoice.regimes.base import (
    OUTSIDE,
    ContractPlan,
    Form,
    Rate,
    Regime,
    Rule,
    Treatment,
    exceeds,
    taxed,
    unknown_class,
)
from tripinvoice.regimes.checks import require_recipient, require_supplier_address, require_tax_id
from tripinvoice.regimes.suppliers import Supply, plan_of, usual_supplier
from tripinvoice.trip import LineOfBusiness, Product

_CODE = "SA"
_VAT = "SA-VAT"
_SMALL_INVOICE = Money(1_000_00, "SAR")  # art. 53(7) VATIR
_DEEMED_SINCE = date(2026, 1, 1)  # art. 47(3) VATIR
_ZONE = "Asia/Riyadh"
_TLV_LENGTH = 255  # one byte says how long a field is
_NOT_REGISTERED = Treatment(category=TaxCategory.OUTSIDE, note="not_registered")

_RATES: Mapping[str, tuple[Rate, ...]] = {
    "standard": (
        Rate(since=date(2018, 1, 1), percent=Decimal(5), source="VAT Law art. 2; GCC VAT Agreement art. 25"),
        Rate(since=date(2020, 7, 1), percent=Decimal(15), source="VAT Law art. 2 as amended by Royal Decree A/638"),
    ),
}

_RULES: Mapping[str, Rule] = {
    "standard_rated": Rule(
        says="Rides within the Kingdom, with tolls and fees on top, food, drink, delivering and fees: standard rate",
        source="VAT Law art. 2; VATIR art. 14",
        verified=False,
    ),
    "cancellation": Rule(
        says="A cancellation fee is the price of a taxable supply", source="VATIR art. 14, 26", verified=False
    ),
    "tip": Rule(says="A voluntary tip is no consideration", source="ZATCA VAT guideline", verified=False),
    "deemed_supplier": Rule(
        says="A platform through which somebody supplies who is resident and not registered is the supplier by law, "
        "since 1 January 2026",
        source="VATIR art. 47(3), ZATCA Board Resolution 01-06-24; digitalpolicyalert.org/event/31142",
    ),
    "own_terms": Rule(
        says="Not where the other is named as the supplier, contracts directly and sets the terms (trait own_terms)",
        source="VATIR art. 47(4)",
        verified=False,
    ),
    "not_registered": Rule(
        says="Who is not registered charges no VAT, issues no tax invoice", source="VAT Law art. 45", verified=False
    ),
    "simplified": Rule(
        says="To consumers, and to businesses up to SAR 1,000: date, supplier, address, VAT number, what, total, VAT",
        source="VATIR art. 53(7), 53(8)",
    ),
    "invoice": Rule(
        says="To businesses above SAR 1,000: also name and address of the recipient, taxable amount, rate and VAT",
        source="VATIR art. 53(5)",
    ),
    "language": Rule(says="A tax invoice is in Arabic; other languages may stand beside it", source="VATIR art. 53(4)"),
    "on_behalf": Rule(
        says="Another may write a supplier's tax invoices with his agreement", source="VATIR art. 53(2)", verified=False
    ),
    "qr_code": Rule(
        says="Base64 of fields 1 to 5 in TLV: supplier, VAT number, time of issue, total, VAT; 6 to 9 are the stamp",
        source="ZATCA E-Invoicing Resolution, Annex 2; Security Features Implementation Standards",
    ),
    "courtesy_copy": Rule(
        says="Who was called to phase two reports simplified invoices to ZATCA within 24 hours and has others cleared "
        "first: the XML with its stamp is the original",
        source="E-Invoicing Regulation; ZATCA resolutions on the waves of phase two",
        verified=False,
    ),
    "credit_note": Rule(
        says="A credit note refers to the invoice and says why; it is simplified as that is",
        source="VATIR art. 40, 54",
        verified=False,
    ),
}

_TAXED = taxed("standard", "standard_rated")
_CANCELLATION = taxed("standard", "cancellation")
_CLASSES: Mapping[Contract, frozenset[str]] = {
    Contract.TRANSPORT: frozenset({"transport", "toll", "surcharge", "government_fee", "wait", "cancellation"}),
    Contract.GOODS: frozenset(
        {"food_hot", "food_cold", "drink", "grocery", "surcharge", "delivery", "government_fee", "cancellation"}
    ),
    Contract.DELIVERY: frozenset({"delivery", "surcharge", "wait", "cancellation"}),
    Contract.PLATFORM_FEE: frozenset({"platform_fee", "surcharge"}),
}
_PROVIDERS: Mapping[Contract, tuple[Provides, ...]] = {
    Contract.TRANSPORT: (Provides.FLEET, Provides.DRIVER),
    Contract.GOODS: (Provides.MERCHANT,),
    Contract.DELIVERY: (Provides.COURIER,),
}


def plan(case: Case) -> tuple[ContractPlan, ...]:
    """One document per contract, by who supplies it in the eyes of the law."""
    return tuple(_plan(case, contract) for contract in case.contracts)


def _plan(case: Case, contract: Contract) -> ContractPlan:
    role, tax_role = usual_supplier(case, contract)
    profile = case.tax_profile(tax_role) if tax_role else None
    supply = Supply(
        contract=contract,
        regime=_CODE,
        kind=Kind.INVOICE,
        role=role,
        profile=profile,
        taxable=profile is None or profile.vat_registered,
        consent_needed=profile is not None and profile.vat_registered,
    )
    if supply.taxable or not _is_deemed(case, supply):
        return plan_of(case, supply)
    made = plan_of(
        case,
        Supply(
            contract=contract,
            regime=_CODE,
            kind=Kind.INVOICE,
            role=Provides.PLATFORM,
            capacity=IssuerMode.DEEMED_SUPPLIER,
        ),
    )
    return replace(made, facts=_provided_by(case, contract), rules=("deemed_supplier", "own_terms"))


def _is_deemed(case: Case, supply: Supply) -> bool:
    """Whether the platform is the supplier by law of what somebody supplies who is not registered."""
    day = case.trip.ended_at.astimezone(ZoneInfo(_ZONE)).date()
    return day >= _DEEMED_SINCE and supply.profile is not None and "own_terms" not in supply.profile.traits


def _provided_by(case: Case, contract: Contract) -> tuple[Fact, ...]:
    """Who drove, cooked or carried, as far as anybody says so."""
    provider = next((case.parties[role] for role in _PROVIDERS[contract] if role in case.parties), None)
    return (Fact(label="provided_by", value=provider.name),) if provider else ()


def treat(_case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
    """One rate for all; a voluntary tip is no consideration."""
    if charge.tax_class == "tip":
        return OUTSIDE
    if charge.tax_class not in _CLASSES[charge.contract]:
        raise unknown_class(_CODE, charge)
    if not plan.taxable:
        return _NOT_REGISTERED
    return _CANCELLATION if charge.tax_class == "cancellation" else _TAXED


def form(draft: Draft) -> Form:
    """Simplified to consumers and up to SAR 1,000, else a tax invoice; neither of who is not registered."""
    kind = draft.key.kind
    if not _is_taxed(draft):
        return Form(title=f"{kind}_untaxed")
    simplified = not draft.business or not exceeds(draft, _SMALL_INVOICE)
    return Form(
        title=f"{kind}_simplified" if simplified and kind is Kind.INVOICE else kind.value,
        simplified=simplified,
        notes=("courtesy_copy",),
        rules=("simplified",) if simplified else ("invoice",),
    )


def _is_taxed(draft: Draft) -> bool:
    return any(line.tax_category is TaxCategory.STANDARD for line in draft.tax_lines)


def check(draft: Draft) -> None:
    """What art. 53 VATIR asks of supplier and recipient, and that the QR code can hold the supplier's name."""
    require_supplier_address(draft)
    if not _is_taxed(draft):
        return
    require_tax_id(draft, _VAT)
    if not draft.simplified:
        require_recipient(draft)
    if len(draft.supplier.name.encode()) > _TLV_LENGTH:
        raise InvalidAnswerError(
            f"{draft.key.contract}: supplier.name: longer than the {_TLV_LENGTH} bytes in UTF-8 that a field of the QR "
            "code holds; shorten it in the system that provides the party, then resume",
            field="supplier.name",
        )


def codes(invoice: Invoice) -> tuple[Code, ...]:
    """The QR code of a tax invoice: who, his VAT number, when, total and VAT."""
    draft = invoice.draft
    number = draft.supplier.tax_id(_VAT)
    if number is None or not _is_taxed(draft):
        return ()
    fields = (
        draft.supplier.name,
        number,
        f"{invoice.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        str(draft.totals.gross.decimal),
        str(draft.totals.tax.decimal),
    )
    return (Code(label="qr_code", qr=b64encode(b"".join(map(_tlv, range(1, 6), fields))).decode()),)


def _tlv(tag: int, value: str) -> bytes:
    """A field: its tag and its length in a byte each, then its text in UTF-8."""
    content = value.encode()
    return bytes((tag, len(content))) + content


SAUDI_ARABIA = Regime(
    country=_CODE,
    name="Saudi Arabia",
    version="2026.1",
    currency="SAR",
    time_zone=_ZONE,
    locale="ar_SA",
    template="saudi_arabia",
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
    codes=codes,
    notes=frozenset({"not_registered", "courtesy_copy"}),
    legal_original="XML with the cryptographic stamp, cleared by ZATCA or reported to it",
)

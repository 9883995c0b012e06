"""Who supplies a contract, who writes the document, and from which series its number comes."""

import hashlib
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tripinvoice.answers import Provides, TaxProfile
from tripinvoice.case import Case
from tripinvoice.errors import MissingAnswerError
from tripinvoice.invoice import Contract, IssuerMode, Kind, Party, TaxId
from tripinvoice.regimes.base import ContractPlan

# A reference that may be read in a number. Longer ones and those with capitals become a hash of fixed length, so that
# two suppliers never share a series.
_READABLE = re.compile(r"[a-z0-9][a-z0-9-]{0,18}")
_HASH_LENGTH = 20
_ROLE_CODES: Mapping[Provides, str] = {
    Provides.DRIVER: "DR",
    Provides.FLEET: "FL",
    Provides.MERCHANT: "ME",
    Provides.COURIER: "CO",
    Provides.PLATFORM: "OP",
}
CREDIT_NOTES = "-CN"
"""What the series of a supplier's credit notes has behind the name of that of his invoices."""
SIMPLIFIED = "-FS"
"""The same of his simplified invoices, where they are numbered apart (Portugal)."""
RECEIPTS = "-RC"
"""The same of his receipts, where he gives some customers an invoice and others a receipt (Italy)."""


def series(regime: str, role: Provides, ref: str | None) -> str:
    """The series of one legal supplier: ``DE-FL-flt-7`` in capitals, at most 40 of ``A-Z 0-9 -``.

    The role is part of it because two systems may give the same reference to different suppliers. Only the platform
    may have no reference.
    """
    head = f"{regime}-{_ROLE_CODES[role]}"
    if ref is None:
        return head
    # A reference that ends as such a series does would share it with another supplier's.
    readable = f"{head}-{ref.upper()}"
    if _READABLE.fullmatch(ref) and not readable.endswith((CREDIT_NOTES, SIMPLIFIED, RECEIPTS)):
        return readable
    digest = b32encode(hashlib.sha256(ref.encode()).digest()).decode()
    return f"{head}-{digest[:_HASH_LENGTH]}"


def role_of(regime: str, series: str) -> Provides:
    """Whose series of this regime it is: what :func:`series` has put into its name."""
    roles = {code: role for role, code in _ROLE_CODES.items()}
    return next(roles[part] for part in series.removeprefix(f"{regime}-").split("-") if part in roles)


def usual_supplier(case: Case, contract: Contract) -> tuple[Provides, Provides | None]:
    """Who supplies a contract where the law has no rule of its own, and where to read his standing with the tax office.

    A ride: the fleet if there is one, else the driver. Goods: the merchant. The delivery: the courier if he has a
    standing of his own (then he is self-employed), else the platform. A platform's own standing is not asked.
    """
    if contract is Contract.TRANSPORT:
        return (Provides.FLEET if Provides.FLEET in case.parties else Provides.DRIVER), Provides.SUPPLIER_TAX
    if contract is Contract.GOODS:
        return Provides.MERCHANT, Provides.MERCHANT_TAX
    if contract is Contract.DELIVERY and Provides.COURIER_TAX in case.tax_profiles:
        return Provides.COURIER, Provides.COURIER_TAX
    return Provides.PLATFORM, None


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Who supplies a contract, as the regime decided: ``regime`` is its code, ``profile`` the supplier's standing.

    ``taxable`` is false for a supplier who must not charge tax. ``capacity`` is that of a platform that supplies: its
    own by the contract, as principal in the driver's place, or by force of law. ``consent_needed``: the law wants the
    supplier's agreement on record before anybody writes his documents.
    """

    contract: Contract
    regime: str
    kind: Kind
    role: Provides
    profile: TaxProfile | None = None
    taxable: bool = True
    capacity: IssuerMode = IssuerMode.OWN
    consent_needed: bool = False


def usual_plans(
    case: Case, regime: str, *, kind: Kind = Kind.INVOICE, consent_needed: bool = False
) -> tuple[ContractPlan, ...]:
    """One document per contract by its usual supplier; who is not registered or a small business charges no tax."""
    plans = []
    for contract in case.contracts:
        role, tax_role = usual_supplier(case, contract)
        profile = case.tax_profile(tax_role) if tax_role else None
        supply = Supply(
            contract=contract,
            regime=regime,
            kind=kind,
            role=role,
            profile=profile,
            taxable=profile is None or (profile.vat_registered and not profile.small_business),
            consent_needed=consent_needed,
        )
        plans.append(plan_of(case, supply))
    return tuple(plans)


def plan_of(case: Case, supply: Supply) -> ContractPlan:
    """The plan of one contract: the platform writes the document in the supplier's name unless he does so himself.

    A business customer who agreed with the supplier to write his invoices does (self-billing). Raises
    :class:`MissingAnswerError` naming the party that nobody knows, or the agreement that the law asks for.
    """
    supplier = with_tax_ids(case.party(supply.role), supply.profile)
    issuer, mode, consent = _issuer(case, supply, supplier)
    return ContractPlan(
        contract=supply.contract,
        kind=supply.kind,
        supplier=supplier,
        issuer=issuer,
        issuer_mode=mode,
        recipient=case.recipient,
        series=series(supply.regime, supply.role, _series_ref(case, supply.role)),
        taxable=supply.taxable,
        consent=consent,
        ranges=case.ranges(supply.role, supply.kind),
        credit_ranges=case.ranges(supply.role, Kind.CREDIT_NOTE),
    )


def _issuer(case: Case, supply: Supply, supplier: Party) -> tuple[Party, IssuerMode, str | None]:
    if supply.role is Provides.PLATFORM:
        return supplier, supply.capacity, None
    agreed = case.recipient_profile.self_billing_consent if case.recipient_profile else None
    if agreed and case.recipient:
        return case.recipient, IssuerMode.SELF_BILLED, agreed
    profile = supply.profile
    if profile is not None and not profile.invoices_issued_by_platform:
        return supplier, IssuerMode.OWN, None
    consent = profile.consent if profile else None
    if supply.consent_needed and consent is None:
        raise MissingAnswerError(
            f"{supply.contract}: consent: the law asks for the supplier's agreement before the platform writes his "
            "documents; add it to his tax profile, then resume",
            field="consent",
        )
    return case.party(Provides.PLATFORM), IssuerMode.ON_BEHALF, consent


def _series_ref(case: Case, role: Provides) -> str | None:
    """The reference that tells suppliers apart; a platform with one legal entity needs none."""
    return case.refs.get(role) if role is Provides.PLATFORM else case.ref(role)


def with_tax_ids(party: Party, profile: TaxProfile | None) -> Party:
    """The party with the identifications of its tax profile, each once."""
    more = [TaxId(scheme=i.scheme, value=i.value) for i in profile.tax_ids] if profile else []
    return replace(party, tax_ids=tuple(dict.fromkeys((*party.tax_ids, *more))))

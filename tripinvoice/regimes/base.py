"""What a country's law is to us: one frozen record of data, and functions only where the law needs arithmetic.

A country's module builds one :class:`Regime`; nothing else in the project knows the country. Rates are dated and name
their source, so that an old trip keeps its rate and a person can check a new one.
"""

import hashlib
import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tripinvoice.answers import Provides, TaxProfile
from tripinvoice.case import Case, Charge
from tripinvoice.errors import (
    InvalidAnswerError,
    InvalidTripError,
    MissingAnswerError,
    UnsupportedTripError,
)
from tripinvoice.invoice import Contract, Draft, IssuerMode, Kind, Party, TaxCategory, TaxId
from tripinvoice.trip import LineOfBusiness, Product, Trip


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A tax rate from a day on: ``percent`` (``Decimal("19")``), and the law or page that says so.

    ``confirmed`` is false while nobody has checked the figure against the law itself.
    """

    since: date
    percent: Decimal
    source: str
    confirmed: bool = True


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """How the law treats one charge.

    ``rate`` names a row of the regime's rates, ``None`` where there is no tax; ``note`` is the catalog key of the text
    that says why. ``outside`` means: paid by the customer, but no part of this supply (a voluntary tip).
    """

    category: TaxCategory
    rate: str | None = None
    note: str | None = None
    outside: bool = False


OUTSIDE = Treatment(category=TaxCategory.OUTSIDE, outside=True)


def taxed(rate: str) -> Treatment:
    """Taxed at a named rate."""
    return Treatment(category=TaxCategory.STANDARD, rate=rate)


@dataclass(frozen=True, kw_only=True)
class ContractPlan:
    """Who invoices whom for one of the trip's contracts, and in which series.

    ``taxable`` is false for a supplier who must not charge tax; ``notes`` are catalog keys of texts to print.
    """

    contract: Contract
    kind: Kind
    supplier: Party
    issuer: Party
    issuer_mode: IssuerMode
    recipient: Party | None
    series: str
    taxable: bool = True
    notes: tuple[str, ...] = ()


def no_checks(_draft: Draft) -> None:
    """The law asks nothing more of the finished draft."""


@dataclass(frozen=True, kw_only=True)
class Regime:
    """The law of one country (or ``subdivision``, ISO 3166-2) as far as trip invoices need it.

    ``rates`` are by name, each list in the order of ``since``. ``products`` are what it covers. ``locale`` is Babel's,
    ``template`` the folder of its templates, ``paper`` ``A4`` or ``Letter``. ``plan`` says which documents a case
    needs, ``treat`` how a charge is taxed, ``check`` what a finished draft must show.
    ``notes`` are all catalog keys its documents may print.
    """

    country: str
    subdivision: str | None = None
    name: str
    version: str
    currency: str
    time_zone: str
    locale: str
    template: str
    paper: str
    tax_name: str
    prices_include_tax: bool
    rates: Mapping[str, tuple[Rate, ...]]
    products: Mapping[LineOfBusiness, frozenset[Product]]
    plan: Callable[[Case], tuple[ContractPlan, ...]]
    treat: Callable[[Case, ContractPlan, Charge], Treatment]
    check: Callable[[Draft], None] = no_checks
    notes: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        """The subdivision if the regime is one's, else the country: ``US-NY``, ``DE``."""
        return self.subdivision or self.country

    def covers(self, trip: Trip) -> bool:
        """Whether the trip began where this law rules."""
        return trip.country == self.country and self.subdivision in (None, trip.pickup.subdivision)

    def rate(self, name: str, on: date) -> Rate:
        """The rate in force on the day of supply. Raises :class:`UnsupportedTripError` before its first."""
        in_force = [rate for rate in self.rates[name] if rate.since <= on]
        if not in_force:
            raise UnsupportedTripError(
                f"{self.code}: no '{name}' {self.tax_name} rate is known for the day of this trip; add the "
                f"rate with its source to the regime's rates, then resume",
                field="trip.ended_at",
            )
        return in_force[-1]

    def issue_date(self, at: datetime) -> date:
        """The day at the supplier's when it is ``at`` (an aware time)."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def period(self, at: datetime) -> str:
        """The numbering period of a claim made ``at``: the calendar year at the supplier's."""
        return str(self.issue_date(at).year)

    def trip_zone(self, trip: Trip) -> ZoneInfo:
        """The zone the customer's clock showed. Raises :class:`InvalidTripError` when there is no such zone."""
        try:
            return ZoneInfo(trip.time_zone or self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidTripError(
                "trip.time_zone: found a text that is no IANA time zone; send one such as Europe/Berlin, or none",
                field="trip.time_zone",
            ) from None


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


def series(regime: str, role: Provides, ref: str | None) -> str:
    """The series of one legal supplier: ``DE-FL-flt-7`` in capitals, at most 40 of ``A-Z 0-9 -``.

    The role is part of it because two systems may give the same reference to different suppliers. Only the platform
    may have no reference.
    """
    head = f"{regime}-{_ROLE_CODES[role]}"
    if ref is None:
        return head
    if _READABLE.fullmatch(ref):
        return f"{head}-{ref.upper()}"
    digest = b32encode(hashlib.sha256(ref.encode()).digest()).decode()
    return f"{head}-{digest[:_HASH_LENGTH]}"


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

    ``taxable`` is false for a supplier who must not charge tax.
    """

    contract: Contract
    regime: str
    kind: Kind
    role: Provides
    profile: TaxProfile | None = None
    taxable: bool = True


def plan_of(case: Case, supply: Supply) -> ContractPlan:
    """The plan of one contract: the platform writes the document in the supplier's name unless he does so himself.

    Raises :class:`MissingAnswerError` naming the party that nobody knows.
    """
    role, profile = supply.role, supply.profile
    supplier = _with_tax_ids(case.party(role), profile)
    by_platform = role is not Provides.PLATFORM and (profile is None or profile.invoices_issued_by_platform)
    return ContractPlan(
        contract=supply.contract,
        kind=supply.kind,
        supplier=supplier,
        issuer=case.party(Provides.PLATFORM) if by_platform else supplier,
        issuer_mode=IssuerMode.ON_BEHALF if by_platform else IssuerMode.OWN,
        recipient=case.recipient,
        series=series(supply.regime, role, _series_ref(case, role)),
        taxable=supply.taxable,
    )


def _series_ref(case: Case, role: Provides) -> str | None:
    """The reference that tells suppliers apart; a platform with one legal entity needs none."""
    return case.refs.get(role) if role is Provides.PLATFORM else case.ref(role)


def _with_tax_ids(party: Party, profile: TaxProfile | None) -> Party:
    """The party with the identifications of its tax profile, each once."""
    more = [TaxId(scheme=i.scheme, value=i.value) for i in profile.tax_ids] if profile else []
    return replace(party, tax_ids=tuple(dict.fromkeys((*party.tax_ids, *more))))


def unknown_class(regime: str, charge: Charge) -> UnsupportedTripError:
    """The error for a charge whose tax class the regime has no rule for."""
    return UnsupportedTripError(
        f"{charge.field}.tax_class: {regime} has no rule for this tax class; send one that its regime "
        "knows (docs/law.md), or add the rule",
        field=f"{charge.field}.tax_class",
    )


def require_supplier_address(draft: Draft) -> None:
    """Raise :class:`InvalidAnswerError` unless the supplier's address is complete."""
    if not draft.supplier.has_address:
        raise InvalidAnswerError(
            f"{draft.key.contract}: supplier.address: the invoice needs the supplier's street, city and "
            "country; complete it in the system that provides the party, then resume",
            field="supplier.address",
        )


def require_tax_id(draft: Draft, *schemes: str) -> None:
    """Raise :class:`InvalidAnswerError` unless the supplier has an identification of one of the schemes."""
    if not any(tax_id.scheme in schemes for tax_id in draft.supplier.tax_ids):
        raise InvalidAnswerError(
            f"{draft.key.contract}: supplier.tax_ids: the invoice needs one of the schemes "
            f"{', '.join(schemes)}; add it to the supplier's tax profile, then resume",
            field="supplier.tax_ids",
        )


def require_recipient(draft: Draft) -> None:
    """Raise unless the recipient is known with his address, as a full invoice needs it."""
    if draft.recipient is None:
        raise MissingAnswerError(
            f"{draft.key.contract}: recipient: an invoice of this amount names its recipient; add the "
            "rider or the business account, then resume",
            field="recipient",
        )
    if not draft.recipient.has_address:
        raise InvalidAnswerError(
            f"{draft.key.contract}: recipient.address: an invoice of this amount needs the recipient's "
            "street, city and country; complete it in the system that provides the party, then resume",
            field="recipient.address",
        )

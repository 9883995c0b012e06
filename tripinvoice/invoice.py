"""The legal document: who supplied what to whom, for how much, with which tax.

A :class:`Draft` is everything but the number and the date of issue; an :class:`Invoice` is a draft that has both.
Both are plain frozen data and travel as canonical JSON (see ``canonical.py``).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from tripinvoice.money import Money
from tripinvoice.trip import LineOfBusiness


class Contract(StrEnum):
    """Which of a trip's contracts a document invoices. A ride has one or two, a delivery at least two."""

    TRANSPORT = "transport"
    GOODS = "goods"
    DELIVERY = "delivery"
    PLATFORM_FEE = "platform_fee"


class Kind(StrEnum):
    """What sort of document it is."""

    INVOICE = "invoice"
    RECEIPT = "receipt"


class IssuerMode(StrEnum):
    """In what capacity the issuer writes the document."""

    OWN = "own"
    ON_BEHALF = "on_behalf"


class TaxCategory(StrEnum):
    """UNCL 5305 duty or tax category, as in EN 16931 BT-118."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    OUTSIDE = "O"


@dataclass(frozen=True, kw_only=True)
class DocumentKey:
    """What exists exactly once: one document per trip, contract, kind and revision."""

    trip_id: str
    contract: Contract
    kind: Kind
    revision: int = 1

    def __str__(self) -> str:
        """``trip/contract/kind/revision``; stable, used as a key in stores."""
        return f"{self.trip_id}/{self.contract}/{self.kind}/{self.revision}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Back from ``str``; a trip's id may hold slashes itself. Raises ``ValueError`` for any other text."""
        trip_id, contract, kind, revision = text.rsplit("/", 3)
        return cls(trip_id=trip_id, contract=Contract(contract), kind=Kind(kind), revision=int(revision))


@dataclass(frozen=True, kw_only=True)
class TaxId:
    """An identification: ``scheme`` names it (``VAT``, ``DE-STNR``, ``TLC``), ``value`` as printed."""

    scheme: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Party:
    """Supplier, issuer or recipient, frozen as they were when the document was made."""

    name: str
    address: tuple[str, ...] = ()
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    tax_ids: tuple[TaxId, ...] = ()

    @property
    def has_address(self) -> bool:
        """Whether the address is complete enough for a full invoice."""
        return bool(self.address and self.city and self.country)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was supplied.

    ``code`` names it in the template's catalog; ``description`` is the upstream's own text (a dish, a fee) and
    wins over the catalog. ``gross`` is what was charged; ``net`` and ``tax`` are its share of the document's
    totals, so they always add up. ``quantity`` is informational: amounts are for the whole line.
    """

    id: str
    code: str
    description: str | None = None
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    net: Money
    tax: Money
    gross: Money
    tax_category: TaxCategory
    tax_rate: Decimal


@dataclass(frozen=True, kw_only=True)
class TaxLine:
    """The tax of one category and rate: ``tax_rate`` is percent (``Decimal("19")``), ``note`` why there is none."""

    tax_category: TaxCategory
    tax_rate: Decimal
    name: str
    net: Money
    tax: Money
    gross: Money
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What the document adds up to: ``gross = net + tax``, exactly."""

    net: Money
    tax: Money
    gross: Money


@dataclass(frozen=True, kw_only=True)
class Payment:
    """How it was paid. ``method`` is a catalog key; ``detail`` such as ``Visa ·· 4242``."""

    method: str
    detail: str | None = None
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The supply as the customer knows it; local times, free texts of the upstream."""

    started_at: datetime
    ended_at: datetime
    pickup: str | None = None
    dropoff: str | None = None
    distance_m: int | None = None
    vehicle: str | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything of a document but its number and date of issue.

    ``series`` and ``period`` (where the number will come from) belong to it: ``series`` is per supplier,
    ``period`` is left to the moment of claiming. ``notes`` are catalog keys of texts the law wants printed;
    ``outside`` are amounts the customer paid that are no part of this supply (a tip). ``account`` is the account key
    of whom it is invoiced to (:func:`account_key`), empty when nobody is known.
    """

    key: DocumentKey
    regime: str
    regime_version: str
    template: str
    locale: str
    paper: str
    time_zone: str
    country: str
    line_of_business: LineOfBusiness
    currency: str
    supplier: Party
    issuer: Party
    issuer_mode: IssuerMode
    recipient: Party | None
    series: str
    supply_date: date
    journey: Journey | None
    lines: tuple[Line, ...]
    tax_lines: tuple[TaxLine, ...]
    totals: Totals
    outside: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    notes: tuple[str, ...] = ()
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """A numbered draft: the legal document. ``issued_at`` is UTC; ``issue_date`` is that day at the supplier's."""

    draft: Draft
    number: str
    issued_at: datetime
    issue_date: date


def account_key(reference: str) -> str:
    """Under which key the documents of a rider or business account are found: a hash, not the reference itself."""
    return hashlib.sha256(f"account:{reference}".encode()).hexdigest()[:32]

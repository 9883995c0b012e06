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
    """What sort of document it is. A credit note takes back all or a part of one that was issued."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"


class IssuerMode(StrEnum):
    """In what capacity the issuer writes the document.

    ``OWN``: the supplier himself. ``ON_BEHALF``: the platform in the supplier's name (VAT Directive art. 220).
    ``SELF_BILLED``: the recipient (art. 224). ``PRINCIPAL``: the platform, which sells the ride in its own name.
    ``DEEMED_SUPPLIER``: the platform, which the law takes for the supplier (India: s. 9(5) CGST Act; VAT Directive art.
    28a).
    """

    OWN = "own"
    ON_BEHALF = "on_behalf"
    SELF_BILLED = "self_billed"
    PRINCIPAL = "principal"
    DEEMED_SUPPLIER = "deemed_supplier"


class Invoicing(StrEnum):
    """When a customer gets his documents: after each trip, when he asks for one, or one for all trips of a month."""

    AUTOMATIC = "automatic"
    ON_REQUEST = "on_request"
    MONTHLY = "monthly"


class TaxCategory(StrEnum):
    """UNCL 5305 duty or tax category, as in EN 16931 BT-118."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    OUTSIDE = "O"


@dataclass(frozen=True, kw_only=True)
class DocumentKey:
    """What exists exactly once: one document per trip, contract, kind and revision.

    ``revision`` is the trip's; of credit notes it counts those of one contract: 1, 2, 3 …
    """

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
class Contact:
    """Whom to ask about the document (EN 16931 BG-6, BG-9): public authorities want one."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Party:
    """Supplier, issuer or recipient, frozen as they were when the document was made.

    ``subdivision`` is the ISO 3166-2 code of a state or region where the law asks for it; ``electronic_address`` is
    where e-invoices go (EN 16931 BT-34, BT-49; its scheme is an EAS code such as ``0204``). ``contact`` is in those.
    """

    name: str
    address: tuple[str, ...] = ()
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    tax_ids: tuple[TaxId, ...] = ()
    subdivision: str | None = None
    electronic_address: TaxId | None = None
    contact: Contact | None = None

    @property
    def has_address(self) -> bool:
        """Whether the address is complete enough for a full invoice."""
        return bool(self.address and self.city and self.country)

    def tax_id(self, *schemes: str) -> str | None:
        """The value of the first identification of these schemes, in the order of the schemes."""
        return next((i.value for scheme in schemes for i in self.tax_ids if i.scheme == scheme), None)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was supplied.

    ``code`` names it in the template's catalog; ``description`` is the upstream's own text (a dish, a fee) and
    wins over the catalog. ``gross`` is what was charged; ``net`` and ``tax`` are its share of the document's
    totals, so they always add up. ``quantity`` is informational: amounts are for the whole line. ``classification`` is
    the law's own code of what was supplied (India: HSN or SAC). ``credits`` is, on a credit note, the line it takes
    back; ``origin`` is, on a monthly invoice, the trip's document that it stands for.
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
    classification: str | None = None
    credits: str | None = None
    origin: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaxPart:
    """One of several taxes that make up a tax line: India's CGST and SGST."""

    name: str
    tax_rate: Decimal
    tax: Money


@dataclass(frozen=True, kw_only=True)
class TaxLine:
    """The tax of one category and rate.

    ``tax_rate`` is percent (``Decimal("19")``); ``note`` says why there is none, ``exemption`` says it in the code list
    VATEX (EN 16931 BT-121); ``parts`` are the taxes it is made of, where there are several.
    """

    tax_category: TaxCategory
    tax_rate: Decimal
    name: str
    net: Money
    tax: Money
    gross: Money
    note: str | None = None
    exemption: str | None = None
    parts: tuple[TaxPart, ...] = ()


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
class Fact:
    """Something more that is printed beside the dates: ``label`` is a catalog key, ``value`` a text."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class NumberRange:
    """What an authority said about the numbers of one series.

    ``validation_code`` was given to the series (Portugal: AT). ``prefix`` with ``first`` to ``last``, both included, is
    a stock of numbers that it handed out (Taiwan). Of one ``period``, or of all.
    """

    period: str | None = None
    validation_code: str | None = None
    prefix: str = ""
    first: int | None = None
    last: int | None = None

    @property
    def numbers(self) -> range | None:
        """The numbers that it holds; ``None`` when it is no stock."""
        return None if self.first is None or self.last is None else range(self.first, self.last + 1)


@dataclass(frozen=True, kw_only=True)
class TaxInCurrency:
    """The tax in the country's own currency, where the document is in another (VAT Directive art. 230; BT-111).

    ``rate`` is units of that currency for one of the document's, of ``rate_date``, as ``source`` published it.
    """

    tax: Money
    rate: Decimal
    rate_date: date
    source: str


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a credit note takes back: the number and date of the document it refers to (VAT Directive art. 219).

    ``request`` identifies who asked for it, so that asking twice credits once; ``reason`` is printed.
    """

    document: DocumentKey
    number: str
    issue_date: date
    reason: str
    request: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything of a document but its number and date of issue.

    ``series`` is where the number will come from, per supplier and kind; its period is left to the moment of
    claiming, and ``ranges`` are what an authority said about its numbers, ``credit_ranges`` about those of its
    credit notes. ``title`` is the catalog key of what the document calls itself. ``simplified``: the law lets it
    say less. ``notes`` are catalog keys of texts the law wants printed, ``facts`` more to print; ``outside`` are
    amounts the customer paid that are no part of this supply (a tip). ``consent`` names the agreement under which
    somebody else writes it. ``rounding`` is what cash payment added or took (EN 16931 BT-114). ``unverified`` names
    the rates and rules behind it that nobody has checked against the law. ``account`` is the account key of whom it
    is invoiced to (:func:`account_key`), empty when nobody is known; ``business`` says that he buys for a business.
    ``einvoice`` names the electronic invoice that goes with the document where its country expects one.
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
    title: str = ""
    simplified: bool = False
    business: bool = False
    einvoice: str | None = None
    facts: tuple[Fact, ...] = ()
    consent: str | None = None
    buyer_reference: str | None = None
    purchase_order: str | None = None
    rounding: Money | None = None
    national_tax: TaxInCurrency | None = None
    correction: Correction | None = None
    ranges: tuple[NumberRange, ...] = ()
    credit_ranges: tuple[NumberRange, ...] = ()
    unverified: tuple[str, ...] = ()
    invoicing: Invoicing = Invoicing.AUTOMATIC

    @property
    def payable(self) -> Money:
        """What the supply costs its customer: the gross amount, rounded where cash was."""
        return self.totals.gross if self.rounding is None else self.totals.gross + self.rounding


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code that the law wants on the document: ``label`` is its catalog key.

    ``text`` is printed as it is (Portugal's ATCUD), ``qr`` as a QR code with this content.
    """

    label: str
    text: str | None = None
    qr: str | None = None


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """A numbered draft: the legal document.

    ``number`` is as the country writes it, ``ledger_number`` as the ledger knows it: unique among all suppliers.
    ``issued_at`` is UTC; ``issue_date`` is that day at the supplier's.
    """

    draft: Draft
    number: str
    ledger_number: str
    issued_at: datetime
    issue_date: date
    codes: tuple[Code, ...] = ()


def account_key(reference: str) -> str:
    """Under which key the documents of a rider or business account are found: a hash, not the reference itself."""
    return hashlib.sha256(f"account:{reference}".encode()).hexdigest()[:32]

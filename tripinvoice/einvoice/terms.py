"""An invoice in the terms of EN 16931 (``BT-…``), before it is written in one of its two syntaxes.

Amounts and rates are texts already: they are written as they are here, in both.
"""

from dataclasses import dataclass
from datetime import date

EN_16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN_16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


@dataclass(frozen=True, kw_only=True)
class Id:
    """An identifier; ``scheme`` is its code in a list, if it is in one."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask (BG-6, BG-9)."""

    name: str | None
    phone: str | None
    email: str | None


@dataclass(frozen=True, kw_only=True)
class Trader:
    """Seller (BG-4) or buyer (BG-7).

    ``identifier`` BT-29, BT-46; ``register`` BT-30, BT-47; ``vat`` BT-31, BT-48; ``tax_office`` BT-32; ``endpoint``
    BT-34, BT-49. ``address`` has at most three lines.
    """

    name: str
    country: str
    identifier: Id | None = None
    register: Id | None = None
    vat: str | None = None
    tax_office: str | None = None
    endpoint: Id | None = None
    address: tuple[str, ...] = ()
    city: str | None = None
    postcode: str | None = None
    subdivision: str | None = None
    contact: Contact | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """A text (BT-22), and what it is about (BT-21)."""

    text: str
    subject: str | None = None


@dataclass(frozen=True, kw_only=True)
class Means:
    """How it was paid: BT-81, BT-82; of a card its last digits (BT-87) and its brand."""

    code: str
    text: str | None = None
    card: str | None = None
    brand: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tax:
    """One category and rate (BG-23): BT-116 to BT-121. What is outside of VAT has no ``rate``."""

    net: str
    tax: str
    category: str
    rate: str | None
    reason: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line (BG-25).

    ``price`` (BT-146) is for ``base`` of the unit (BT-149), or for one; ``quantity`` times that is ``net``, exactly.
    """

    id: str
    name: str
    quantity: str
    unit: str
    net: str
    price: str
    base: str | None
    category: str
    rate: str | None


@dataclass(frozen=True, kw_only=True)
class Sums:
    """BT-106 and BT-109 are one: there are no allowances or charges for the whole document."""

    net: str
    tax: str
    gross: str
    paid: str | None
    rounding: str | None
    due: str


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The document. ``preceding`` is the number and date of what a credit note takes back (BG-3)."""

    specification: str = EN_16931
    process: str | None = None
    number: str
    issue_date: date
    type_code: str
    currency: str
    notes: tuple[Note, ...]
    buyer_reference: str | None
    purchase_order: str | None
    preceding: tuple[str, date] | None
    seller: Trader
    buyer: Trader
    supply_date: date
    means: Means | None
    payment_terms: str | None
    taxes: tuple[Tax, ...]
    sums: Sums
    national_currency: str | None
    national_tax: str | None
    items: tuple[Item, ...]

    @property
    def is_credit(self) -> bool:
        """Whether it takes back."""
        return self.preceding is not None

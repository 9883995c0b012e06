"""What a country's law is to us: one frozen record of data, and functions only where the law needs arithmetic.

A country's module builds one :class:`Regime`; nothing else in the project knows the country. Rates are dated and name
their source, so that an old trip keeps its rate and a person can check a new one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tripinvoice.case import Case, Charge
from tripinvoice.errors import InvalidTripError, UnsupportedTripError
from tripinvoice.invoice import (
    Code,
    Contract,
    Draft,
    Fact,
    Invoice,
    IssuerMode,
    Kind,
    NumberRange,
    Party,
    TaxCategory,
)
from tripinvoice.money import Money, exponent, round_half_up
from tripinvoice.numbering import NumberTaken
from tripinvoice.tax import INCLUSIVE, Pricing
from tripinvoice.trip import LineOfBusiness, Product, Trip


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A tax rate from a day on: ``percent`` (``Decimal("19")``), and the law or page that says so.

    ``verified`` is false while nobody has checked the figure against the law itself.
    """

    since: date
    percent: Decimal
    source: str
    verified: bool = True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Something else that the law says: in a sentence, with its source.

    A rule is named by what rests upon it: the catalog key of a note or title, or the name that a treatment, plan or
    form gives in its ``rules``. ``verified`` is false while nobody has checked it against the law itself.
    """

    says: str
    source: str
    verified: bool = True


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """How the law treats one charge.

    ``rate`` names a row of the regime's rates, ``None`` where there is no tax; ``note`` is the catalog key of the text
    that says why, ``exemption`` its code in the list VATEX. ``outside`` means: paid by the customer, but no part of
    this supply (a voluntary tip). ``parts`` name the taxes that share the rate equally, ``classification`` is the law's
    code of what was supplied, ``rules`` name the :class:`Rule` s it rests upon.
    """

    category: TaxCategory
    rate: str | None = None
    note: str | None = None
    exemption: str | None = None
    outside: bool = False
    parts: tuple[str, ...] = ()
    classification: str | None = None
    rules: tuple[str, ...] = ()


OUTSIDE = Treatment(category=TaxCategory.OUTSIDE, outside=True)


def taxed(rate: str, *rules: str) -> Treatment:
    """Taxed at a named rate."""
    return Treatment(category=TaxCategory.STANDARD, rate=rate, rules=rules)


@dataclass(frozen=True, kw_only=True)
class ContractPlan:
    """Who invoices whom for one of the trip's contracts, and in which series.

    ``taxable`` is false for a supplier who must not charge tax; ``notes`` are catalog keys of texts to print, ``facts``
    more to print, ``rules`` the rules that it rests upon; ``ranges`` are what an authority said about the numbers,
    ``credit_ranges`` about those of the supplier's credit notes.
    """

    contract: Contract
    kind: Kind
    supplier: Party
    issuer: Party
    issuer_mode: IssuerMode
    recipient: Party | None
    series: str
    taxable: bool = True
    consent: str | None = None
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[str, ...] = ()
    ranges: tuple[NumberRange, ...] = ()
    credit_ranges: tuple[NumberRange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a finished document calls itself and what more it must say: catalog keys, see :class:`Draft`."""

    title: str
    simplified: bool = False
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[str, ...] = ()


def usual_form(draft: Draft) -> Form:
    """It calls itself what it is."""
    return Form(title=draft.key.kind.value)


def simplified_up_to(limit: Money, *, title: str | None = None) -> Callable[[Draft], Form]:
    """The form of countries where documents up to a gross amount may say less; the rule ``simplified`` says where from.

    ``title`` is the catalog key of what an invoice that says less calls itself, where that is another word. A document
    whose recipient owes the tax says everything, whatever its amount (VAT Directive art. 220a(2)).
    """

    def form(draft: Draft) -> Form:
        usual = draft.key.kind.value
        if exceeds(draft, limit) or recipient_owes_tax(draft):
            return Form(title=usual)
        shown = title if title and draft.key.kind is not Kind.CREDIT_NOTE else usual
        return Form(title=shown, simplified=True, rules=("simplified",))

    return form


def recipient_owes_tax(draft: Draft) -> bool:
    """Whether the tax of anything in it is the recipient's to pay (reverse charge)."""
    return any(line.tax_category is TaxCategory.REVERSE_CHARGE for line in draft.tax_lines)


def exceeds(draft: Draft, limit: Money) -> bool:
    """Whether the gross amount is above a limit that is in the country's currency."""
    gross, national = draft.totals.gross, draft.national_tax
    if gross.currency == limit.currency:
        return gross.minor > limit.minor
    if national is None:
        msg = f"a document in {gross.currency} needs its exchange rate to {limit.currency}"
        raise ValueError(msg)
    return converted(gross, national.rate, limit.currency).minor > limit.minor


def converted(amount: Money, rate: Decimal, currency: str) -> Money:
    """An amount in another currency, half up: ``rate`` is units of it for one of the amount's."""
    exact = Fraction(amount.decimal) * Fraction(rate) * 10 ** exponent(currency)
    return Money(round_half_up(exact), currency)


def no_checks(_draft: Draft) -> None:
    """The law asks nothing more of the finished draft."""


def ledger_number(_draft: Draft, taken: NumberTaken) -> str:
    """The number as the ledger knows it: series, period and six digits."""
    return taken.number


def calendar_year(day: date) -> str:
    """Numbers begin again with the year."""
    return str(day.year)


def no_codes(_invoice: Invoice) -> tuple[Code, ...]:
    """The law asks for no codes on the document."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Regime:
    """The law of one country (or ``subdivision``, ISO 3166-2) as far as trip invoices need it.

    ``rates`` are by name, each list in the order of ``since``; ``rules`` what else the law says. ``products`` are
    what it covers. ``locale`` is Babel's, ``languages`` are the other locales that a customer may ask for,
    ``template`` the folder of its templates, ``paper`` ``A4`` or ``Letter``. ``time_zones`` are by subdivision,
    where they differ from ``time_zone``.

    ``plan`` says which documents a case needs, ``treat`` how a charge is taxed, ``form`` what the finished draft
    calls itself, ``check`` what it must show. ``period`` is the numbering period of a day, ``number`` how a number
    is written, ``codes`` what codes the numbered document bears. ``one_series``: a supplier's credit notes are numbered
    together with his invoices, where others have a series of their own.

    ``pricing`` is how prices are quoted and rounded, ``cash_step`` what cash is rounded to, in minor units.
    ``notes`` are all catalog keys its documents may print. ``einvoice`` names the electronic invoice that goes with
    the document, and ``legal_original`` what an authority keeps in its place, where this document is only a copy of
    that. ``on_request_days`` is for how long after a trip its customer may ask for the invoice, where the law wants one
    only when he asks; 0 where it is always issued.
    """

    country: str
    subdivision: str | None = None
    name: str
    version: str
    currency: str
    time_zone: str
    time_zones: Mapping[str, str] = field(default_factory=dict)
    locale: str
    languages: tuple[str, ...] = ()
    template: str
    paper: str
    tax_name: str
    pricing: Pricing = INCLUSIVE
    cash_step: int = 0
    rates: Mapping[str, tuple[Rate, ...]]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    products: Mapping[LineOfBusiness, frozenset[Product]]
    plan: Callable[[Case], tuple[ContractPlan, ...]]
    treat: Callable[[Case, ContractPlan, Charge], Treatment]
    form: Callable[[Draft], Form] = usual_form
    check: Callable[[Draft], None] = no_checks
    period: Callable[[date], str] = calendar_year
    one_series: bool = False
    number: Callable[[Draft, NumberTaken], str] = ledger_number
    codes: Callable[[Invoice], tuple[Code, ...]] = no_codes
    notes: frozenset[str] = frozenset()
    on_request_days: int = 0
    einvoice: str | None = None
    legal_original: str | None = None

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

    def zone(self, trip: Trip) -> str:
        """The supplier's time zone: his documents are dated and numbered by it."""
        return self.time_zones.get(trip.pickup.subdivision or "", self.time_zone)

    def numbering_period(self, at: datetime, zone: str = "") -> str:
        """The numbering period of a claim made ``at`` (an aware time), by the supplier's clock."""
        return self.period(at.astimezone(ZoneInfo(zone or self.time_zone)).date())

    def language(self, trip: Trip) -> str:
        """The locale of the trip's documents: the customer's, where the law allows it."""
        asked = (trip.locale or "").replace("-", "_")
        return asked if asked in self.languages else self.locale

    def trip_zone(self, trip: Trip) -> ZoneInfo:
        """The zone the customer's clock showed. Raises :class:`InvalidTripError` when there is no such zone."""
        try:
            return ZoneInfo(trip.time_zone or self.zone(trip))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidTripError(
                "trip.time_zone: found a text that is no IANA time zone; send one such as Europe/Berlin, or none",
                field="trip.time_zone",
            ) from None


def unknown_class(regime: str, charge: Charge) -> UnsupportedTripError:
    """The error for a charge whose tax class the regime has no rule for."""
    return UnsupportedTripError(
        f"{charge.field}.tax_class: {regime} has no rule for this tax class; send one that its regime "
        "knows (docs/law.md), or add the rule",
        field=f"{charge.field}.tax_class",
    )

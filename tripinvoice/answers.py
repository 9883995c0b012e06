"""What money systems answer, as received: one small shape per kind of answer.

An upstream speaks one of these shapes (``provides`` in the table of money systems says which). Amounts are
decimal strings, tax-inclusive or not as the regime expects; unknown fields are kept out; every text is outside
data, bounded here and escaped where it is printed.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from tripinvoice.errors import InvalidAnswerError
from tripinvoice.invoice import Contract, Invoicing, Kind

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Amount = Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Subdivision = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Provides(StrEnum):
    """The kind of answer a money system gives: which shape, and for parties, whose."""

    TRIP = "trip"
    CHARGES = "charges"
    PAYMENTS = "payments"
    JOURNEY = "journey"
    CITY = "city"
    DRIVER = "driver"
    FLEET = "fleet"
    MERCHANT = "merchant"
    COURIER = "courier"
    PLATFORM = "platform"
    RIDER = "rider"
    BUSINESS = "business"
    SUPPLIER_TAX = "supplier_tax"
    MERCHANT_TAX = "merchant_tax"
    COURIER_TAX = "courier_tax"
    RECIPIENT_TAX = "recipient_tax"
    EXCHANGE_RATE = "exchange_rate"
    NUMBERING = "numbering"
    FACTS = "facts"


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class TripRecord(_Shape):
    """Who took part: opaque references that other systems are asked with."""

    rider_ref: Ref | None = None
    driver_ref: Ref | None = None
    fleet_ref: Ref | None = None
    merchant_ref: Ref | None = None
    courier_ref: Ref | None = None
    city_ref: Ref | None = None
    vehicle_ref: Ref | None = None


class Charge(_Shape):
    """One amount the customer was charged; negative for a refund or a promotion.

    ``contract`` says whose supply it belongs to; ``tax_class`` what was supplied in the words of the regime
    (``transport``, ``food_hot``, ``tip``, ``promotion`` …). A platform-funded promotion does not reduce the
    supplier's consideration (it is third-party consideration), a supplier-funded one does.
    """

    code: Code
    contract: Annotated[Contract, Field(strict=False)]  # upstreams send its name
    tax_class: Code
    amount: Amount
    description: Text | None = None
    quantity: Amount = "1"
    unit: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,3}$")] = "C62"
    funded_by: Literal["platform", "supplier"] | None = None


class Charges(_Shape):
    """Amounts of one system in one currency. ``final`` is false while the system may still change them."""

    currency: Currency
    final: bool = True
    charges: tuple[Charge, ...] = Field(max_length=500, strict=False)


class PaymentAnswer(_Shape):
    """One payment: method and, where the customer should recognise it, brand and last four digits."""

    method: Code
    amount: Amount
    brand: Text | None = None
    last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None


class Payments(_Shape):
    """How the customer paid."""

    currency: Currency
    payments: tuple[PaymentAnswer, ...] = Field(max_length=50, strict=False)


class TaxIdAnswer(_Shape):
    """An identification of a party."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{0,19}$")]
    value: Text


class AddressOfInvoices(_Shape):
    """Where e-invoices go: an EAS code (``0204``, ``9930``) and the address."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,4}$")]
    value: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ContactAnswer(_Shape):
    """Whom to ask about a party's documents."""

    name: Text | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+(][0-9 ()/.-]{2,29}$")] | None = None
    email: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^@\s.][^@\s]*@[^@\s]+\.[^@\s]+$")] | None = None


class PartyAnswer(_Shape):
    """A person or company: rider, driver, fleet, merchant, courier, platform entity, business account."""

    ref: Ref | None = None
    name: Text
    address: tuple[Text, ...] = Field(default=(), max_length=6, strict=False)
    postcode: Annotated[str, StringConstraints(max_length=20)] | None = None
    city: Text | None = None
    country: Country | None = None
    subdivision: Subdivision | None = None
    tax_ids: tuple[TaxIdAnswer, ...] = Field(default=(), max_length=6, strict=False)
    electronic_address: AddressOfInvoices | None = None
    contact: ContactAnswer | None = None


class TaxProfile(_Shape):
    """A supplier's standing with the tax office on the day of the trip.

    ``consent`` names the agreement under which the platform writes his invoices. ``traits`` are what else a country's
    regime asks, in its own words (``micro_entrepreneur``, ``lump_sum``); docs/law/ lists them.
    """

    tax_ids: tuple[TaxIdAnswer, ...] = Field(default=(), max_length=6, strict=False)
    vat_registered: bool = True
    small_business: bool = False
    invoices_issued_by_platform: bool = True
    consent: Ref | None = None
    traits: tuple[Code, ...] = Field(default=(), max_length=10, strict=False)


class RecipientProfile(PartyAnswer):
    """Who is invoiced, and how: a business account, or the tax profile that a rider chose for this trip.

    A ``company`` buys for its business. ``invoicing``: ``automatic`` after the trip, ``on_request`` when somebody asks,
    or ``monthly``, one document for all trips of a month. ``self_billing_consent`` names the agreement under which the
    company writes the supplier's invoices itself.
    """

    kind: Literal["personal", "company"] = "personal"
    invoicing: Annotated[Invoicing, Field(strict=False)] = Invoicing.AUTOMATIC
    buyer_reference: Text | None = None
    purchase_order: Text | None = None
    self_billing_consent: Ref | None = None


class ExchangeRate(_Shape):
    """What one unit of ``currency`` is worth in ``into``, as ``source`` published it on ``published``."""

    currency: Currency
    into: Currency
    rate: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,10})?$")]
    published: Annotated[date, Field(strict=False)]
    source: Text


class Registration(_Shape):
    """What the authority said about the numbers of one supplier's documents of one kind in one period.

    ``validation_code`` belongs to the whole series; ``prefix``, ``first`` and ``last`` are a stock of numbers, of which
    both ends are said or neither.
    """

    supplier: Literal["driver", "fleet", "merchant", "courier", "platform"]
    kind: Annotated[Kind, Field(strict=False)] = Kind.INVOICE
    period: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,10}$")] | None = None
    validation_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,20}$")] | None = None
    prefix: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{0,10}$")] = ""
    first: Annotated[int, Field(ge=0, lt=10**10)] | None = None
    last: Annotated[int, Field(ge=0, lt=10**10)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.first is None) != (self.last is None) or (self.first or 0) > (self.last or 0):
            msg = "first and last: a stock has both, in this order"
            raise ValueError(msg)
        return self


class Numbering(_Shape):
    """The registrations of the suppliers of a trip."""

    registrations: tuple[Registration, ...] = Field(max_length=50, strict=False)


class JourneyAnswer(_Shape):
    """Where from and where to, as the customer wrote it."""

    pickup: Text | None = None
    dropoff: Text | None = None
    vehicle: Text | None = None


class City(_Shape):
    """The city's part in the rules: who licenses its private hire operators."""

    name: Text
    licensing_authority: Code | None = None


_SHAPES: Mapping[Provides, type[_Shape] | None] = {
    Provides.TRIP: TripRecord,
    Provides.CHARGES: Charges,
    Provides.PAYMENTS: Payments,
    Provides.JOURNEY: JourneyAnswer,
    Provides.CITY: City,
    Provides.DRIVER: PartyAnswer,
    Provides.FLEET: PartyAnswer,
    Provides.MERCHANT: PartyAnswer,
    Provides.COURIER: PartyAnswer,
    Provides.PLATFORM: PartyAnswer,
    Provides.RIDER: PartyAnswer,
    Provides.BUSINESS: RecipientProfile,
    Provides.SUPPLIER_TAX: TaxProfile,
    Provides.MERCHANT_TAX: TaxProfile,
    Provides.COURIER_TAX: TaxProfile,
    Provides.RECIPIENT_TAX: RecipientProfile,
    Provides.EXCHANGE_RATE: ExchangeRate,
    Provides.NUMBERING: Numbering,
    Provides.FACTS: None,
}


def field_names(provides: Provides) -> frozenset[str] | None:
    """The top-level fields of this kind of answer; ``None`` when they are free (facts)."""
    shape = _SHAPES[provides]
    return None if shape is None else frozenset(shape.model_fields)


_JSON_OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


def read_answer(system: str, provides: Provides, body: object) -> _Shape | dict[str, Any]:
    """Check one system's answer against its shape.

    Raises :class:`InvalidAnswerError` naming system and field, never the value.
    """
    try:
        shape = _SHAPES[provides]
        return _JSON_OBJECT.validate_python(body) if shape is None else shape.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=True)[0]
        field = ".".join(str(part) for part in first["loc"]) or "answer"
        found = type(first["input"]).__name__
        raise InvalidAnswerError(
            f"{system}: {field}: {_remedy(first['type'], found)}", field=f"{system}.{field}"
        ) from None


def _remedy(kind: str, found: str) -> str:
    """Say in words what pydantic found, without the value."""
    if kind == "missing":
        return "missing; the system must send it"
    return f"not acceptable ({kind.replace('_', ' ')}), found a {found}; mend it in the system and resume"

"""A trip's case: the trip and everything the money systems said about it, checked, cleaned and merged.

Regimes and ``assemble`` read a :class:`Case` only, never answers. What the law needs and nobody said raises
:class:`MissingAnswerError` at the moment it is needed, because which party is needed depends on the regime.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import BaseModel

from tripinvoice.answers import (
    Charges,
    City,
    ExchangeRate,
    JourneyAnswer,
    Numbering,
    PartyAnswer,
    Payments,
    Provides,
    RecipientProfile,
    TaxIdAnswer,
    TaxProfile,
    TripRecord,
    read_answer,
)
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError
from tripinvoice.invoice import Contact, Contract, Kind, NumberRange, Party, Payment, TaxId, account_key
from tripinvoice.money import Money
from tripinvoice.money_systems import Answer, Sources
from tripinvoice.tax_ids import is_valid
from tripinvoice.trip import Trip

_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# C0 and C1 controls, and the characters that turn the reading direction of what follows: an invoice must read the same
# for everybody (Unicode UAX #9 §2.1 to 2.4). Marks and right-to-left letters themselves stay.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# Which reference of the trip record a party's own reference must equal.
_RECORD_REFS: Mapping[Provides, str] = {
    Provides.DRIVER: "driver_ref",
    Provides.FLEET: "fleet_ref",
    Provides.MERCHANT: "merchant_ref",
    Provides.COURIER: "courier_ref",
    Provides.RIDER: "rider_ref",
}

_Shape = TypeVar("_Shape", bound=BaseModel)


def clean(text: str) -> str:
    """Outside text as it may be printed: NFC, one line, no control characters, no direction overrides."""
    printable = _UNPRINTABLE.sub("", _SPACES.sub(" ", text))
    return unicodedata.normalize("NFC", printable).strip()


# Tax classes that come on top of a price, in the order in which a document names them; those of one class, and all
# that is sold itself, stay in the order of the answers.
_ON_TOP: Mapping[str, int] = {"wait": 1, "surcharge": 2, "government_fee": 3, "toll": 4, "tip": 5}


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One amount the customer was charged: an :class:`~tripinvoice.answers.Charge` with money and clean text.

    ``field`` says where it came from (``fares.charges.3``), for messages.
    """

    field: str
    code: str
    contract: Contract
    tax_class: str
    amount: Money
    description: str | None = None
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    funded_by: Literal["platform", "supplier"] | None = None


@dataclass(frozen=True, kw_only=True)
class Journey:
    """Where from, where to and in what, in the customer's words."""

    pickup: str | None = None
    dropoff: str | None = None
    vehicle: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything known about one trip. ``payments`` is ``None`` when no system speaks about them.

    ``parties`` and ``tax_profiles`` are by the kind of answer (``Provides.DRIVER`` … ``Provides.SUPPLIER_TAX`` …);
    ``refs`` are the parties' opaque references. ``recipient_profile`` is how the customer wants to be invoiced; as a
    party it is among ``parties``.
    """

    trip: Trip
    currency: str
    charges: tuple[Charge, ...]
    payments: tuple[Payment, ...] | None = None
    parties: Mapping[Provides, Party]
    refs: Mapping[Provides, str]
    tax_profiles: Mapping[Provides, TaxProfile]
    city: City | None = None
    journey: Journey = Journey()
    recipient_profile: RecipientProfile | None = None
    exchange_rate: ExchangeRate | None = None
    numbering: Numbering | None = None

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts that have charges, in the order of :class:`Contract`."""
        charged = {charge.contract for charge in self.charges}
        return tuple(contract for contract in Contract if contract in charged)

    def charges_of(self, contract: Contract) -> tuple[Charge, ...]:
        """The charges of one contract as a customer reads them: the price first, what came on top of it after."""
        charges = (charge for charge in self.charges if charge.contract is contract)
        return tuple(sorted(charges, key=lambda charge: _ON_TOP.get(charge.tax_class, 0)))

    def party(self, role: Provides) -> Party:
        """Who has this role. Raises :class:`MissingAnswerError` naming the role."""
        if role not in self.parties:
            raise _missing(role, "who it is")
        return self.parties[role]

    def ref(self, role: Provides) -> str:
        """The opaque reference of who has this role. Raises :class:`MissingAnswerError`."""
        if role not in self.refs:
            raise _missing(role, "its reference")
        return self.refs[role]

    def tax_profile(self, role: Provides) -> TaxProfile:
        """The standing with the tax office. Raises :class:`MissingAnswerError` naming the kind of answer."""
        if role not in self.tax_profiles:
            raise _missing(role, "the standing with the tax office")
        return self.tax_profiles[role]

    def licensing_authority(self) -> str:
        """Who licenses the city's operators. Raises :class:`MissingAnswerError`."""
        if self.city is None or self.city.licensing_authority is None:
            raise _missing(Provides.CITY, "its licensing authority")
        return self.city.licensing_authority

    def ranges(self, role: Provides, kind: Kind) -> tuple[NumberRange, ...]:
        """What an authority said about the numbers of a supplier's documents of a kind."""
        return ranges_of(self.numbering, role, kind) if self.numbering else ()

    @property
    def _recipient_role(self) -> Provides:
        """Who is invoiced: the business account if one pays, else the chosen tax profile, else the rider."""
        known = (Provides.BUSINESS, Provides.RECIPIENT_TAX)
        return next((role for role in known if role in self.parties), Provides.RIDER)

    @property
    def recipient(self) -> Party | None:
        """The party that the supply is invoiced to, if anybody is known."""
        return self.parties.get(self._recipient_role)

    @property
    def business(self) -> bool:
        """Whether the recipient buys for a business."""
        profile = self.recipient_profile
        return Provides.BUSINESS in self.parties or (profile is not None and profile.kind == "company")

    @property
    def account(self) -> str:
        """The account key of the recipient; empty when nobody, or no reference to it, is known."""
        role = self._recipient_role
        if role is Provides.RECIPIENT_TAX and role not in self.refs:
            role = Provides.RIDER  # it is one of his profiles
        return account_key(self.refs[role]) if role in self.refs else ""


def ranges_of(numbering: Numbering, role: Provides, kind: Kind) -> tuple[NumberRange, ...]:
    """The registrations of one supplier's documents of a kind."""
    return tuple(
        NumberRange(period=r.period, validation_code=r.validation_code, prefix=r.prefix, first=r.first, last=r.last)
        for r in numbering.registrations
        if r.supplier == role.value and r.kind is kind
    )


def _missing(role: Provides, what: str) -> MissingAnswerError:
    return MissingAnswerError(
        f"{role}: no money system says {what}; add the answer to the system that provides '{role}', then resume",
        field=role.value,
    )


def read_case(sources: Sources) -> Case:
    """Check and merge all answers.

    Charges and payments of several systems are joined in the order of the answers; every other kind has one answer.
    Raises :class:`InvalidTripError`, :class:`InvalidAnswerError` or :class:`MissingAnswerError`.
    """
    _check_times(sources.trip)
    given = [answer for answer in sources.answers if answer.body is not None]
    shapes = [(answer, read_answer(answer.system, answer.provides, answer.body)) for answer in given]
    reader = _Reader(shapes)
    charges = reader.many(Provides.CHARGES, Charges)
    if not any(answer.charges for _, answer in charges):
        raise MissingAnswerError(
            "fare: no money system charged anything for this trip; mend the system that provides "
            "'charges', then resume",
            field="charges",
        )
    payments = reader.many(Provides.PAYMENTS, Payments)
    currency = _one_currency([*charges, *payments])
    record = reader.one(Provides.TRIP, TripRecord) or TripRecord()
    chosen = reader.one(Provides.RECIPIENT_TAX, RecipientProfile)
    parties: dict[Provides, PartyAnswer] = {role: a for role in _ROLES if (a := reader.one(role, PartyAnswer))}
    if chosen is not None:
        parties[Provides.RECIPIENT_TAX] = chosen
    return Case(
        trip=sources.trip,
        currency=currency,
        charges=tuple(_charges(charges)),
        payments=tuple(_payments(payments)) if payments else None,
        parties={role: _party(role, answer) for role, answer in parties.items()},
        refs=_refs(record, parties),
        tax_profiles={
            role: _tax_profile(role, standing) for role in _TAX_ROLES if (standing := reader.one(role, TaxProfile))
        },
        city=reader.one(Provides.CITY, City),
        journey=_journey(reader.one(Provides.JOURNEY, JourneyAnswer)),
        recipient_profile=_recipient_profile(reader.one(Provides.BUSINESS, RecipientProfile), chosen),
        exchange_rate=reader.one(Provides.EXCHANGE_RATE, ExchangeRate),
        numbering=reader.one(Provides.NUMBERING, Numbering),
    )


_ROLES = (
    Provides.DRIVER,
    Provides.FLEET,
    Provides.MERCHANT,
    Provides.COURIER,
    Provides.PLATFORM,
    Provides.RIDER,
    Provides.BUSINESS,
)
_TAX_ROLES = (Provides.SUPPLIER_TAX, Provides.MERCHANT_TAX, Provides.COURIER_TAX)


def _check_times(trip: Trip) -> None:
    """Raise :class:`InvalidTripError` unless the trip's times have a zone and are in order."""
    for field in ("started_at", "ended_at"):
        if getattr(trip, field).tzinfo is None:
            raise InvalidTripError(
                f"trip.{field}: found a time without a zone; send it with an offset such as +02:00 or Z",
                field=f"trip.{field}",
            )
    if trip.ended_at < trip.started_at:
        raise InvalidTripError(
            "trip.ended_at: found a time before trip.started_at; mend the event and resume",
            field="trip.ended_at",
        )


class _Reader:
    """Answers by kind."""

    def __init__(self, shapes: Sequence[tuple[Answer, object]]) -> None:
        self._shapes = shapes

    def many(self, provides: Provides, of: type[_Shape]) -> list[tuple[str, _Shape]]:
        """All answers of a kind, with their systems' names."""
        return [
            (answer.system, shape)
            for answer, shape in self._shapes
            if answer.provides is provides and isinstance(shape, of)
        ]

    def one(self, provides: Provides, of: type[_Shape]) -> _Shape | None:
        """The answer of a kind, if there is one; two that differ contradict each other."""
        answers = self.many(provides, of)
        if any(shape != answers[0][1] for _, shape in answers):
            systems = " and ".join(sorted(system for system, _ in answers))
            raise InvalidAnswerError(
                f"{provides}: {systems} contradict each other; mend one of them and resume",
                field=provides.value,
            )
        return answers[0][1] if answers else None


def _one_currency(answers: list[tuple[str, Charges] | tuple[str, Payments]]) -> str:
    first, amounts = answers[0]
    for system, other in answers:
        if other.currency != amounts.currency:
            raise InvalidAnswerError(
                f"{system}.currency: {system} and {first} answer in different currencies; a trip has "
                "one, mend one of them and resume",
                field=f"{system}.currency",
            )
    return amounts.currency


def _charges(answers: list[tuple[str, Charges]]) -> list[Charge]:
    result = []
    for system, answer in answers:
        if not answer.final:
            raise MissingAnswerError(
                f"{system}.final: the amounts may still change; resume when the system has settled them",
                field=f"{system}.final",
            )
        for index, charge in enumerate(answer.charges):
            field = f"{system}.charges.{index}"
            result.append(
                Charge(
                    field=field,
                    code=charge.code,
                    contract=charge.contract,
                    tax_class=charge.tax_class,
                    amount=Money.parse(charge.amount, answer.currency, field=f"{field}.amount"),
                    description=clean(charge.description or "") or None,
                    quantity=Decimal(charge.quantity),
                    unit=charge.unit,
                    funded_by=charge.funded_by,
                )
            )
    return result


def _payments(answers: list[tuple[str, Payments]]) -> list[Payment]:
    result = []
    for system, answer in answers:
        for index, payment in enumerate(answer.payments):
            shown = (clean(payment.brand or ""), payment.last4 and f"·· {payment.last4}")
            result.append(
                Payment(
                    method=payment.method,
                    detail=" ".join(part for part in shown if part) or None,
                    amount=Money.parse(payment.amount, answer.currency, field=f"{system}.payments.{index}.amount"),
                )
            )
    return result


def _printed(text: str, field: str) -> str:
    """A required text, cleaned; it must not vanish."""
    cleaned = clean(text)
    if not cleaned:
        raise InvalidAnswerError(
            f"{field}: found a text without a printable character; mend it in the system and resume",
            field=field,
        )
    return cleaned


def _tax_ids(field: str, answers: tuple[TaxIdAnswer, ...]) -> tuple[TaxId, ...]:
    return tuple(_tax_id(f"{field}.tax_ids.{index}.value", tax_id) for index, tax_id in enumerate(answers))


def _tax_id(field: str, answer: TaxIdAnswer) -> TaxId:
    value = _printed(answer.value, field)
    if not is_valid(answer.scheme, value):
        raise InvalidAnswerError(
            f"{field}: found a text that cannot be a number of scheme {answer.scheme}: its length, form or check "
            "digits are wrong; mend it in the system and resume",
            field=field,
        )
    return TaxId(scheme=answer.scheme, value=value)


def _party(role: Provides, answer: PartyAnswer) -> Party:
    return Party(
        name=_printed(answer.name, f"{role}.name"),
        address=tuple(line for text in answer.address if (line := clean(text))),
        postcode=clean(answer.postcode or "") or None,
        city=clean(answer.city or "") or None,
        country=answer.country,
        tax_ids=_tax_ids(role.value, answer.tax_ids),
        subdivision=answer.subdivision,
        electronic_address=_electronic_address(answer),
        contact=_contact(answer),
    )


def _recipient_profile(business: RecipientProfile | None, chosen: RecipientProfile | None) -> RecipientProfile | None:
    """How the recipient is invoiced: as the account that pays wishes; references for this trip may be the rider's."""
    if business is None or chosen is None:
        return business or chosen
    names = ("buyer_reference", "purchase_order")
    return business.model_copy(update={name: getattr(business, name) or getattr(chosen, name) for name in names})


def _electronic_address(answer: PartyAnswer) -> TaxId | None:
    address = answer.electronic_address
    return TaxId(scheme=address.scheme, value=clean(address.value)) if address else None


def _contact(answer: PartyAnswer) -> Contact | None:
    contact = answer.contact
    if contact is None:
        return None
    return Contact(
        name=clean(contact.name or "") or None, phone=contact.phone, email=clean(contact.email or "") or None
    )


def _tax_profile(role: Provides, answer: TaxProfile) -> TaxProfile:
    # Checked already: not again, because composing characters may have made a text longer.
    ids = tuple(
        TaxIdAnswer.model_construct(scheme=i.scheme, value=i.value) for i in _tax_ids(role.value, answer.tax_ids)
    )
    return answer.model_copy(update={"tax_ids": ids})


def _refs(record: TripRecord, parties: Mapping[Provides, PartyAnswer]) -> dict[Provides, str]:
    """Every known reference; a party that answers under another reference than the trip's is the wrong one."""
    refs = {role: ref for role, name in _RECORD_REFS.items() if (ref := getattr(record, name))}
    for role, answer in parties.items():
        if answer.ref is not None and refs.setdefault(role, answer.ref) != answer.ref:
            raise InvalidAnswerError(
                f"{role}.ref: the answer is about another {role} than the trip record names; mend one "
                "of them and resume",
                field=f"{role}.ref",
            )
    return refs


def _journey(answer: JourneyAnswer | None) -> Journey:
    if answer is None:
        return Journey()
    return Journey(
        pickup=clean(answer.pickup or "") or None,
        dropoff=clean(answer.dropoff or "") or None,
        vehicle=clean(answer.vehicle or "") or None,
    )

"""Parties in the terms of EN 16931: which of their numbers is what."""

from collections.abc import Mapping
from dataclasses import replace

from tripinvoice.einvoice.codes import ESTABLISHMENTS, REGISTERS, TAX_OFFICES, TAXED_BY_REGISTER
from tripinvoice.einvoice.terms import Contact, Id, Trader
from tripinvoice.invoice import Party, TaxId
from tripinvoice.tax_ids import SCHEMES, compact

_LINES = 3
_SIREN_DIGITS = 9


def seller(party: Party, *, outside_vat: bool) -> Trader:
    """BG-4. A number of any kind identifies him where he is in no register and has no VAT number (BR-CO-26)."""
    trader = _trader(party, outside_vat=outside_vat)
    named = trader.identifier or trader.register or trader.vat
    return trader if named else replace(trader, identifier=_any(party))


def buyer(party: Party, *, outside_vat: bool) -> Trader:
    """BG-7. A tax number that is no VAT number identifies him by itself: buyers have no term for it."""
    trader = _trader(party, outside_vat=outside_vat)
    number = trader.tax_office
    return replace(trader, tax_office=None, identifier=trader.identifier or (Id(value=number) if number else None))


def _trader(party: Party, *, outside_vat: bool) -> Trader:
    """What is outside of VAT names no VAT numbers (BR-O-02)."""
    vat, register = party.tax_id("VAT"), _register(party)
    return Trader(
        name=party.name,
        country=party.country or "",
        identifier=_first(party, ESTABLISHMENTS),
        register=register,
        vat=compact(vat) if vat and not outside_vat else None,
        tax_office=party.tax_id(*sorted(TAX_OFFICES)) or (None if vat else _taxed_as(party, register)),
        endpoint=_endpoint(party),
        address=_lines(party.address),
        city=party.city,
        postcode=party.postcode,
        subdivision=party.subdivision,
        contact=_contact(party),
    )


def _first(party: Party, schemes: Mapping[str, str | None]) -> Id | None:
    for tax_id in party.tax_ids:
        if tax_id.scheme in schemes:
            return Id(value=_plain(tax_id), scheme=schemes[tax_id.scheme])
    return None


def _register(party: Party) -> Id | None:
    """A French company's number is also the beginning of its establishments' numbers."""
    found = _first(party, REGISTERS)
    siret = party.tax_id("FR-SIRET")
    if found is None and siret is not None:
        return Id(value=compact(siret)[:_SIREN_DIGITS], scheme=REGISTERS["FR-SIREN"])
    return found


def _taxed_as(party: Party, register: Id | None) -> str | None:
    """The number of the register, where it is the tax office's, too."""
    return register.value if register and party.tax_id(*sorted(TAXED_BY_REGISTER)) else None


def _any(party: Party) -> Id | None:
    return next((Id(value=_plain(tax_id)) for tax_id in party.tax_ids), None)


def _plain(tax_id: TaxId) -> str:
    """A known scheme's number alone; in others, what people write between its parts may be what tells two apart."""
    return compact(tax_id.value) if tax_id.scheme in SCHEMES else tax_id.value


def _endpoint(party: Party) -> Id | None:
    """Where invoices go; whoever has only an e-mail address has that."""
    if party.electronic_address is not None:
        return Id(value=party.electronic_address.value, scheme=party.electronic_address.scheme)
    email = party.contact.email if party.contact else None
    return Id(value=email, scheme="EM") if email else None


def _contact(party: Party) -> Contact | None:
    if party.contact is None:
        return None
    return Contact(name=party.contact.name, phone=party.contact.phone, email=party.contact.email)


def _lines(address: tuple[str, ...]) -> tuple[str, ...]:
    """At most three; what is more joins the last."""
    if len(address) <= _LINES:
        return address
    return (*address[: _LINES - 1], ", ".join(address[_LINES - 1 :]))

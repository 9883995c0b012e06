"""Identifications of parties: which schemes there are, and whether a value can be one of its scheme.

Length, form and check digits only; whether somebody has the number, the authority knows. The names of the schemes are
ours; a scheme that is not here is not checked. ``VAT`` is a number with the prefix of a member state, of Great Britain
or of Northern Ireland (XI); one of another country is not checked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from string import ascii_uppercase, digits

from stdnum import luhn
from stdnum.au import abn
from stdnum.bg import vat as bg_vat
from stdnum.br import cnpj, cpf
from stdnum.de import stnr
from stdnum.es import nif as es_nif
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret
from stdnum.gb import vat as gb_vat
from stdnum.gr import vat as gr_vat
from stdnum.it import codicefiscale
from stdnum.mx import rfc
from stdnum.pl import nip
from stdnum.pt import nif as pt_nif
from stdnum.se import orgnr
from stdnum.tw import ubn

MEMBER_STATES = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE"),
        *("IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
"""With which VAT numbers of member states begin (VAT Directive art. 215): the countries' codes, EL for Greece."""

_PREFIX = re.compile(r"[A-Z]{2}")
# What people write between the parts of a number; "&", "+" and "*" can be part of one (Mexico, old Irish numbers).
_SEPARATORS = re.compile(r"[^\w&+*]|_")


def _of_form(pattern: str) -> Callable[[str], bool]:
    """For numbers without a check digit that anybody could compute."""
    form = re.compile(pattern)
    return lambda number: form.fullmatch(number) is not None


def _checked(validate: Callable[[str], str]) -> Callable[[str], bool]:
    def check(number: str) -> bool:
        try:
            validate(number)
        except ValidationError:
            return False
        return True

    return check


_GSTIN = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][A-Z][0-9A-Z]")


def _is_gstin(number: str) -> bool:
    """Not stdnum's, which knows no number of Ladakh; which states there are, the regime knows."""
    return _GSTIN.fullmatch(number) is not None and luhn.is_valid(number, digits + ascii_uppercase)


def _is_vat(number: str) -> bool:
    prefix = number[:2]
    if prefix in MEMBER_STATES:
        return eu_vat.is_valid(number)
    if prefix in {"GB", "XI"}:
        return gb_vat.is_valid(number[2:])
    return prefix != "GR" and _PREFIX.fullmatch(prefix) is not None


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "VAT": _is_vat,
    "AU-ABN": _checked(abn.validate),
    "BG-EIK": _checked(bg_vat.validate),
    "BR-CNPJ": _checked(cnpj.validate),
    "BR-CPF": _checked(cpf.validate),
    "DE-STNR": _checked(stnr.validate),
    "ES-NIF": _checked(es_nif.validate),
    "FR-SIREN": _checked(siren.validate),
    "FR-SIRET": _checked(siret.validate),
    "GR-AFM": _checked(gr_vat.validate),
    "IN-GSTIN": _is_gstin,
    "IT-CF": _checked(codicefiscale.validate),
    "JP-QII": _of_form(r"T[0-9]{13}"),  # a company's has a check digit, a person's need not
    "KE-PIN": _of_form(r"[AP][0-9]{9}[A-Z]"),
    "MX-RFC": _checked(rfc.validate),
    "NL-KVK": _of_form(r"[0-9]{8}"),
    "PL-NIP": _checked(nip.validate),
    "PT-NIF": _checked(pt_nif.validate),
    "SA-VAT": _of_form(r"3[0-9]{13}3"),
    "SE-ORGNR": _checked(orgnr.validate),
    "TW-UBN": _checked(ubn.validate),
}
SCHEMES = frozenset(_CHECKS)
"""The schemes whose values are checked."""


def is_valid(scheme: str, value: str) -> bool:
    """Whether the value can be an identification of the scheme; true for schemes that nobody told us how to check."""
    check = _CHECKS.get(scheme)
    return check is None or check(compact(value))


def compact(value: str) -> str:
    """The number as machines want it: without what people write between its parts."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()

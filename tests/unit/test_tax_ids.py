"""Identifications: what can be one, and what cannot. All numbers are invented; their check digits are right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.tax_ids import SCHEMES, compact, is_valid

VALID = {
    "AU-ABN": ("98 999 999 999",),
    "BG-EIK": ("999999995",),
    "BR-CNPJ": ("99.999.999/0001-91",),
    "BR-CPF": ("999.999.990-50",),
    "DE-STNR": ("99/999/00004", "999/999/00004", "1199099900004"),
    "ES-NIF": ("B99999997", "99999999-R"),
    "FR-SIREN": ("999 999 998",),
    "FR-SIRET": ("999 999 998 00019",),
    "GR-AFM": ("999999993", "EL 999999993"),
    "IN-GSTIN": ("27AAACZ9999Z1ZC", "38ZZZCF0001A1ZW"),
    "IT-CF": ("XXXYYY80A01H501D", "99999999990"),
    "JP-QII": ("T9999999999999",),
    "KE-PIN": ("P999999999Z", "A999999999Z"),
    "MX-RFC": ("XAXX010101000", "ZZZ010101AB1", "Ñ&Z010101AB1"),
    "NL-KVK": ("99999999",),
    "PL-NIP": ("999-999-99-99",),
    "PT-NIF": ("999 999 990",),
    "SA-VAT": ("399999999999993",),
    "SE-ORGNR": ("999999-9999",),
    "TW-UBN": ("99999997",),
    "VAT": (
        *("DE999999018", "de 999 999 018", "FR 11 999999998", "IT99999999990", "ESB99999997", "EL999999993"),
        *("NL999999904B01", "PL9999999999", "PT999999990", "SE999999999901", "BG999999995", "GB999900002"),
        *("XI999900002", "CHE-999.999.996 MWST", "NO999999999MVA"),
    ),
}
INVALID = {
    "AU-ABN": ("98 999 999 998", "999"),
    "BG-EIK": ("999999994",),
    "BR-CNPJ": ("99.999.999/0001-92",),
    "BR-CPF": ("999.999.990-51",),
    "DE-STNR": ("99/999/0000", "ABC"),
    "ES-NIF": ("B99999998", "99999999-S"),
    "FR-SIREN": ("999 999 999", "99999999"),
    "FR-SIRET": ("999 999 998 00010",),
    "GR-AFM": ("999999994",),
    "IN-GSTIN": ("27AAACZ9999Z1ZD", "99AAACZ9999Z1ZC"),
    "IT-CF": ("XXXYYY80A01H501E", "99999999991", "XXXYYY80A41H501D"),
    "JP-QII": ("9999999999999", "T999999999999"),
    "KE-PIN": ("B999999999Z", "|999999999Z", "P9999999999"),
    "MX-RFC": ("ZZZ011301AB1", "ZZ010101AB1"),
    "NL-KVK": ("9999999", "9999999X"),
    "PL-NIP": ("999-999-99-98",),
    "PT-NIF": ("999 999 991",),
    "SA-VAT": ("399999999999994", "299999999999993", "39999999999993"),
    "SE-ORGNR": ("999999-9998",),
    "TW-UBN": ("99999990",),
    "VAT": ("DE999999019", "DE37", "GR999999993", "GB123456789", "XI123456789", "999999018", "D", "", "ATU99999999"),
}


def test_every_scheme_has_its_examples() -> None:
    """None is left unproved, or out of the documentation."""
    assert VALID.keys() == INVALID.keys() == SCHEMES
    page = (Path(__file__).parents[2] / "docs/money-systems.md").read_text()
    assert [scheme for scheme in sorted(SCHEMES) if f"`{scheme}`" not in page] == []


@pytest.mark.parametrize(("scheme", "value"), [(scheme, value) for scheme in VALID for value in VALID[scheme]])
def test_a_right_value_is_valid(scheme: str, value: str) -> None:
    """As people write it."""
    assert is_valid(scheme, value)


@pytest.mark.parametrize(("scheme", "value"), [(scheme, value) for scheme in INVALID for value in INVALID[scheme]])
def test_a_wrong_value_is_not(scheme: str, value: str) -> None:
    """A check digit, the length, the form, or a date that does not exist."""
    assert not is_valid(scheme, value)


def test_an_unknown_scheme_is_not_checked() -> None:
    """A taxi licence, a commercial register: the country's own."""
    assert is_valid("TLC", "7K42")
    assert is_valid("DE-HRB", "")


def test_machines_get_the_number_alone() -> None:
    """Spaces, stops, dashes of every kind go; full-width digits are digits."""
    assert compact(" de 999\u2013999.018/ ") == "DE999999018"
    assert compact("\uff34\uff19\uff19") == "T99"
    assert compact("ñ&z010101_ab1") == "Ñ&Z010101AB1"


@given(st.sampled_from(sorted(SCHEMES)), st.sampled_from(["", "DE", "FR", "IE", "ES", "GB", "T"]), st.text(max_size=20))
def test_any_text_gets_an_answer(scheme: str, prefix: str, text: str) -> None:
    """Never an error of the library."""
    assert is_valid(scheme, prefix + text) in {True, False}

"""The candidate takes exactly those tax numbers that ``tax_ids`` takes: of every scheme, and of every member state."""

from dataclasses import replace
from pathlib import Path
from random import Random
from string import ascii_uppercase, digits

import pytest

from tests.candidate_go.program import ask
from tests.factories import answer, sources
from tests.unit.test_tax_ids import INVALID, VALID
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Sources
from tripinvoice.tax_ids import MEMBER_STATES, SCHEMES, is_valid

pytestmark = [pytest.mark.xdist_group("candidate-go"), pytest.mark.timeout(900)]

# How numbers look: 9 is a digit, @ a letter, ? either; all else is itself.
STATES = {
    "AT": ("U99999999",),
    "BE": ("0999999999", "1999999999", "999999999", "2999999999"),
    "BG": ("999999999", "9999999999", "9901019999", "9921019999", "9941319999"),
    "CY": ("99999999@", "12999999@"),
    "CZ": ("99999999", "699999999", "990101999", "5301019999", "9901019999", "9951019999", "9971319999", "999999999"),
    "DE": ("999999999", "099999999"),
    "DK": ("99999999", "09999999"),
    "EE": ("999999999",),
    "EL": ("999999999", "99999999"),
    "ES": ("@9999999?", "99999999@", "X9999999@", "Y9999999@", "Z9999999@", "K9999999@", "I9999999?"),
    "FI": ("99999999",),
    "FR": ("99999999999", "99000999999", "@9000999999", "9@000999999", "@@000999999", "@9999999999", "IO000999999"),
    "HR": ("99999999999",),
    "HU": ("99999999",),
    "IE": ("9999999@", "9999999@@", "9@99999@", "9+99999@", "9*99999@", "9@99999@@"),
    "IT": ("99999990999", "99999991219", "99999998889", "99999991019", "00000000019"),
    "LT": ("999999919", "999999999919", "999999999"),
    "LU": ("99999999",),
    "LV": ("99999999999", "32999999999", "01019999999", "31029999999"),
    "MT": ("99999999", "09999999"),
    "NL": ("999999999B99", "999999999B01", "99999999B01", "000000000B99", "999999999@01"),
    "PL": ("9999999999",),
    "PT": ("999999999", "099999999"),
    "RO": ("99", "9999", "999999999", "9999999999", "9990101409999", "9990101519999", "9991301409999", "0999"),
    "SE": ("999999999901", "999999999902"),
    "SI": ("99999999", "09999999"),
    "SK": ("9999999999", "9929999999", "9951019999", "9901019999"),
}
FORMS = {
    "AU-ABN": ("99999999999",),
    "BG-EIK": (*STATES["BG"], "BG999999999"),
    "BR-CNPJ": ("99999999000199", "??????????9999", "00000000000099"),
    "BR-CPF": ("99999999999", "00000000000"),
    "DE-STNR": ("9999999999", "99999999999", "9999999999999", "1199099999999", "5999099999999", "9999099999999", "999"),
    "ES-NIF": (*STATES["ES"], "ES99999999@"),
    "FR-SIREN": ("999999999",),
    "FR-SIRET": ("99999999999999", "35600000099999", "35600000000048"),
    "GR-AFM": ("999999999", "99999999", "EL999999999", "GR999999999"),
    "IN-GSTIN": ("99@@@@@9999@9Z?", "99@@@@@9999@@@@"),
    "IT-CF": ("@@@@@@99@01@999@", "XXXYYY9LE4MH5NN@", "@@@@@@99B30@999@", "99999990999"),
    "JP-QII": ("T9999999999999", "T999999999999"),
    "KE-PIN": ("@999999999@", "P999999999@"),
    "MX-RFC": ("@@@@990101???", "@@@@990101", "@@@990229???", "&&&990101???", "PUTA990101", "@@@@991301???"),
    "NL-KVK": ("99999999", "9999999"),
    "PL-NIP": ("9999999999", "PL9999999999"),
    "PT-NIF": ("999999999", "PT999999999"),
    "SA-VAT": ("399999999999993", "999999999999999"),
    "SE-ORGNR": ("9999999999",),
    "TW-UBN": ("99999999", "99999979"),
    "VAT": (
        *(f"{state}{form}" for state, forms in STATES.items() for form in forms),
        *("GB999999999", "GB999999999999", "GBGD999", "GBHA999", "GBGD888899999", "GBHA888899999", "XI999999999"),
        *(
            "GBGB999999999",
            "XIGB999999999",
            "GR999999999",
            "CHE999999999",
            "EU999999999",
            "@9",
            "@@",
            "9",
            "DEDE999999999",
        ),
    ),
}
OF_EACH = 12  # right and wrong ones of each form
TRIES = 3_000  # one of a hundred is right where there are two check digits


def drawn(random: Random, form: str) -> str:
    """A text of this form."""
    alphabets = {"9": digits, "@": ascii_uppercase, "?": digits + ascii_uppercase}
    return "".join(random.choice(alphabets.get(char, char)) for char in form)


def numbers() -> list[tuple[str, str]]:
    """Of each form some that are right, where there can be such, and as many that are not."""
    random = Random(9)  # noqa: S311 - no secrets are made here
    examples = [(scheme, value) for said in (VALID, INVALID) for scheme in said for value in said[scheme] if value]
    for scheme, forms in FORMS.items():
        for form in forms:
            found: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
            for _ in range(TRIES):
                value = drawn(random, form)
                found[is_valid(scheme, value)].append((scheme, value))
                if all(len(known) >= OF_EACH for known in found.values()):
                    break
            examples += [one for known in found.values() for one in known[:OF_EACH]]
    return examples


def of_rider(scheme: str, value: str) -> Sources:
    """A ride of somebody with this number."""
    rider = {"name": "Erika", "tax_ids": [{"scheme": scheme, "value": value}]}
    of = sources(without=(Provides.RIDER,))
    return replace(of, answers=(*of.answers, answer(Provides.RIDER, rider)))


def test_each_number_is_right_or_wrong_for_both(candidate: Path) -> None:
    """It refuses the answer that has a wrong one, and no other."""
    assert FORMS.keys() == SCHEMES
    assert STATES.keys() == MEMBER_STATES
    known = numbers()
    answers = ask(candidate, [of_rider(scheme, value) for scheme, value in known])
    refused = [answer.get("error", {}).get("field") == "rider.tax_ids.0.value" for answer in answers]
    disagreed = [one for one, wrong in zip(known, refused, strict=True) if is_valid(*one) == wrong]
    assert disagreed == []
    assert all(any(is_valid(*one) for one in known if one[0] == scheme) for scheme in SCHEMES)
    right = {value[:2] for scheme, value in known if scheme == "VAT" and is_valid(scheme, value)}
    assert right >= MEMBER_STATES | {"GB", "XI"}

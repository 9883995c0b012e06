"""The form in which drafts are compared: one way to write a value, and nothing else made alike."""

import unicodedata
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.compare import sides
from tripinvoice.compare.form import DECIMALS, NAMES, TIMES, form


def formed(name: str, value: Any) -> Any:
    """The value of a field after that."""
    return form([{name: value}])["draft 1"][name]


def test_fields_by_type() -> None:
    """Those of a draft and of everything in it."""
    assert frozenset({"quantity", "tax_rate", "rate"}) == DECIMALS
    assert frozenset({"started_at", "ended_at"}) == TIMES
    assert {"key", "trip_id", "minor", "postcode", *DECIMALS, *TIMES} < NAMES


class TestNames:
    def test_drafts_are_named_by_contract(self) -> None:
        """In their order."""
        assert list(form(sides.drafts())) == ["goods", "delivery"]

    @pytest.mark.parametrize("key", [None, 5, {}, {"contract": 5}, {"contract": ["goods"]}, {"contract": "Erika"}])
    def test_one_of_no_contract_is_named_by_its_place(self, key: Any) -> None:
        """What it calls its contract may be anything."""
        goods, delivery = sides.drafts()
        assert list(form([goods, {**delivery, "key": key}])) == ["goods", "draft 2"]

    def test_a_second_one_of_a_contract_is_named_by_its_place(self) -> None:
        """So that none is lost."""
        goods, _ = sides.drafts()
        assert list(form([goods, goods, goods])) == ["goods", "draft 2", "draft 3"]

    def test_one_without_a_key(self) -> None:
        """It is a draft as well."""
        assert form([{}]) == {"draft 1": {}}


class TestDecimals:
    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
    def test_the_same_number_is_the_same_text(self, number: Decimal) -> None:
        """Whatever its trailing zeros and the decimal context; another number is another text."""
        with localcontext(prec=3):
            text = formed("tax_rate", f"{number:f}")
        assert Decimal(text) == number
        assert text == formed("tax_rate", f"{number:f}{'00' if '.' in f'{number:f}' else '.00'}")
        assert not (text.endswith("0") and "." in text)

    @pytest.mark.parametrize(
        ("written", "expected"),
        [("19.00", "19"), ("100", "100"), ("1E+2", "100"), ("1e-3", "0.001"), ("0E-7", "0"), ("-0.50", "-0.5")],
    )
    def test_examples(self, written: str, expected: str) -> None:
        """Zeros that mean nothing go, zeros that mean something stay."""
        assert formed("quantity", written) == expected

    @pytest.mark.parametrize(
        "written", ["", "NaN", "Infinity", " 19", "19 ", "1_000", "+19", "019", "１９", ".5", "5.", "1e9999", "1\n"]
    )
    def test_what_is_written_otherwise_stays(self, written: str) -> None:
        """Python would read most of it; a cashier need not. A great exponent is not written out."""
        assert formed("rate", written) == written

    def test_only_where_a_decimal_belongs(self) -> None:
        """A house number is not a rate, and a number is not a text."""
        assert formed("value", "19.00") == "19.00"
        assert formed("tax_rate", 19.0) == 19.0
        assert formed("lines", [{"tax_rate": "7.0", "id": "1.0"}]) == [{"tax_rate": "7", "id": "1.0"}]

    def test_digits_are_never_rounded_away(self) -> None:
        """Two rates that differ in the fortieth digit differ."""
        digits = "0." + "1" * 39
        assert formed("rate", f"{digits}2") != formed("rate", f"{digits}3")


class TestTimes:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("2026-11-02T17:12:00Z", "2026-11-02T17:12:00.000+00:00"),
            ("2026-11-02T17:12:00+00:00", "2026-11-02T17:12:00.000+00:00"),
            ("2026-11-02T17:12:00.5+01:00", "2026-11-02T17:12:00.500+01:00"),
            ("2026-11-02T17:12:00.123456789Z", "2026-11-02T17:12:00.123+00:00"),
            ("2026-11-02T17:12:00", "2026-11-02T17:12:00.000"),
        ],
    )
    def test_to_the_millisecond_with_the_offset(self, written: str, expected: str) -> None:
        """The offset is what the customer's clock showed, so it stays."""
        assert formed("started_at", written) == expected

    @pytest.mark.parametrize(
        "written", ["", "2026-11-02", "20261102T171200Z", "2026-11-02 17:12:00Z", "2026-13-02T17:12:00Z", "T"]
    )
    def test_what_is_written_otherwise_stays(self, written: str) -> None:
        """Also what is no time at all."""
        assert formed("ended_at", written) == written

    def test_only_where_a_time_belongs(self) -> None:
        """A text may look like one."""
        assert formed("note", "2026-11-02T17:12:00Z") == "2026-11-02T17:12:00Z"


@given(st.text())
def test_texts_are_composed(text: str) -> None:
    """``e`` with an accent is one letter, however it was typed; letter case and spaces are left."""
    assert formed("name", unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("value", [None, True, 5, 0.5, [], {}, [None]])
def test_everything_else_is_left(value: Any) -> None:
    """A null is not an absent field, an empty list is not a null."""
    assert formed("name", value) == value

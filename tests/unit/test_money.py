"""Money and its arithmetic."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.errors import InvalidAnswerError
from tripinvoice.money import Money, allocate, distribute, exponent, round_half_up, total

minor_units = st.integers(min_value=-(10**15), max_value=10**15)
rates = st.sampled_from(["0", "5", "7", "8.875", "10", "12.5", "19", "20", "27"]).map(Decimal)


def test_parse_keeps_every_minor_unit() -> None:
    """A decimal string becomes whole minor units."""
    assert Money.parse("12.4", "EUR") == Money(1240, "EUR")
    assert Money.parse("-0.05", "EUR") == Money(-5, "EUR")
    assert Money.parse("1234", "JPY") == Money(1234, "JPY")
    assert Money.parse("1.250", "KWD") == Money(1250, "KWD")
    assert Money.parse("9999999999999.99", "EUR") == Money(999_999_999_999_999, "EUR")


@pytest.mark.parametrize("text", ["", "1,20", "1e3", "NaN", "+1", "01", ".5", "1.", " 1", "١٢", "1\n", "1" * 14])
def test_parse_refuses_what_is_no_plain_decimal(text: str) -> None:
    """The message names the field and the length, never the text."""
    with pytest.raises(InvalidAnswerError) as caught:
        Money.parse(text, "EUR", field="fares.charges.0.amount")
    assert caught.value.field == "fares.charges.0.amount"
    assert caught.value.message == (
        f"fares.charges.0.amount: expected a decimal string such as '12.40', found a text of {len(text)} characters"
    )


@pytest.mark.parametrize(("text", "currency"), [("0.001", "EUR"), ("1.5", "JPY"), ("1.0005", "KWD")])
def test_parse_refuses_fractions_of_a_minor_unit(text: str, currency: str) -> None:
    """Money is never rounded while it is read."""
    with pytest.raises(InvalidAnswerError, match="send whole minor units"):
        Money.parse(text, currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_money_refuses_anything_but_whole_numbers(minor: object) -> None:
    """A float or a boolean is a programming error."""
    with pytest.raises(TypeError, match="whole number of minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["eur", "EURO", "E1R", "", "EUR\n"])
def test_money_refuses_what_is_no_currency(currency: str) -> None:
    """Three capital letters."""
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_arithmetic() -> None:
    """Adding, taking away, turning round."""
    assert Money(3, "EUR") + Money(4, "EUR") == Money(7, "EUR")
    assert Money(3, "EUR") - Money(4, "EUR") == Money(-1, "EUR")
    assert -Money(3, "EUR") == Money(-3, "EUR")
    assert total([Money(1, "EUR"), Money(2, "EUR")], "EUR") == Money(3, "EUR")
    assert total([], "GBP") == Money.zero("GBP")
    assert not Money.zero("EUR")
    assert Money(-1, "EUR")


def test_currencies_do_not_mix() -> None:
    """Pounds are not euros."""
    with pytest.raises(ValueError, match="cannot combine EUR with GBP"):
        Money(1, "EUR") + Money(1, "GBP")
    with pytest.raises(ValueError, match="cannot combine EUR with GBP"):
        Money(1, "EUR") - Money(1, "GBP")


def test_money_is_written_with_the_decimals_of_its_currency() -> None:
    """ISO 4217 minor units."""
    assert str(Money(1240, "EUR")) == "12.40 EUR"
    assert str(Money(-5, "USD")) == "-0.05 USD"
    assert str(Money(0, "GBP")) == "0.00 GBP"
    assert str(Money(1234, "JPY")) == "1234 JPY"
    assert str(Money(1250, "KWD")) == "1.250 KWD"
    assert [exponent(code) for code in ("EUR", "JPY", "BHD")] == [2, 0, 3]


@given(minor_units, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_writing_and_reading_is_the_identity(minor: int, currency: str) -> None:
    """What is written is read back."""
    money = Money(minor // 1000, currency)
    assert Money.parse(str(money).split()[0], currency) == money


def test_halves_go_away_from_zero() -> None:
    """Half up, for both signs."""
    values = ("0.4", "0.5", "1.5", "2.5", "-0.4", "-0.5", "-2.5")
    assert [round_half_up(Decimal(value)) for value in values] == [0, 1, 2, 3, 0, -1, -3]
    assert round_half_up(Fraction(5, 3)) == 2


def test_rounding_does_not_depend_on_the_decimal_context() -> None:
    """A caller's precision of two digits changes nothing."""
    with localcontext(prec=2):
        assert round_half_up(Decimal("123456789.5")) == 123456790


@given(minor_units, st.lists(st.integers(min_value=-(10**9), max_value=10**9), min_size=1))
def test_allocate_never_loses_a_unit(amount: int, weights: list[int]) -> None:
    """The shares sum to the amount, and each is its exact share rounded down or up."""
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    if sum(weights):
        exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
        assert all(abs(share - part) < 1 for share, part in zip(shares, exact, strict=True))


@given(minor_units, st.lists(st.integers(min_value=0, max_value=10**9), min_size=1))
def test_shares_have_the_sign_of_the_amount(amount: int, weights: list[int]) -> None:
    """A split credit has no positive part, a split charge no negative one."""
    shares = allocate(amount, weights)
    assert all(share * amount >= 0 for share in shares)


def test_allocate_examples() -> None:
    """Largest remainder, ties in order."""
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-33, -33, -34]
    assert allocate(5, [0, 0]) == [5, 0]
    assert allocate(5, []) == []
    assert allocate(10, [0, 3, 0]) == [0, 10, 0]


@given(st.lists(minor_units), rates)
def test_distribute_rounds_each_share_down_or_up(amounts: list[int], rate: Decimal) -> None:
    """Also when the shares cancel each other out."""
    exact = [amount / (1 + Fraction(rate) / 100) for amount in amounts]
    whole = round_half_up(Fraction(sum(exact)))
    shares = distribute(whole, exact)
    assert sum(shares) == whole
    assert all(abs(share - part) < 1 for share, part in zip(shares, exact, strict=True))

"""Money: whole minor units and a currency.

Amounts are integers of the currency's minor unit (cents, pence, yen); rates are ``Decimal``; ``float`` is
refused everywhere. Rounding happens only in :func:`round_half_up` and only where a regime says so.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from tripinvoice.errors import InvalidAnswerError

# ISO 4217 list one, currencies whose minor unit is not 1/100 (https://www.six-group.com/en/products-services/
# financial-information/market-reference-data/data-standards.html).
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def exponent(currency: str) -> int:
    """How many decimals the currency's amounts have (ISO 4217 "minor unit")."""
    return _EXPONENTS.get(currency, 2)


def round_half_up(value: Decimal | Fraction) -> int:
    """Nearest whole number; exact halves go away from zero (kaufmännisches Runden, HMRC "rounding up").

    Works on whole numbers, so neither the size of the value nor the decimal context of the caller matters.
    """
    numerator, denominator = value.as_integer_ratio()
    away = (2 * abs(numerator) + denominator) // (2 * denominator)
    return away if numerator >= 0 else -away


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: ``minor`` whole minor units of ``currency`` (ISO 4217 code). May be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse floats, booleans and things that are no currency code: they are programming errors."""
        if type(self.minor) is not int:
            msg = f"Money.minor takes a whole number of minor units, not {type(self.minor).__name__}"
            raise TypeError(msg)
        if not _CURRENCY.fullmatch(self.currency):
            msg = "Money.currency takes an ISO 4217 code of three capital letters"
            raise ValueError(msg)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """No money, in this currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str, *, field: str = "amount") -> Self:
        """Read a decimal string such as ``"12.40"``.

        Raises :class:`InvalidAnswerError` when it is not a plain decimal, or has a fraction of a minor unit.
        """
        if not _AMOUNT.fullmatch(text):
            raise InvalidAnswerError(
                f"{field}: expected a decimal string such as '12.40', found a text of {len(text)} characters",
                field=field,
            )
        scaled = Decimal(text).scaleb(exponent(currency))
        if scaled != int(scaled):
            raise InvalidAnswerError(
                f"{field}: {currency} has {exponent(currency)} decimals, found more; send whole minor units",
                field=field,
            )
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        """``"12.40 EUR"``."""
        return f"{self.decimal} {self.currency}"

    def _other(self, other: "Money") -> int:
        if other.currency != self.currency:
            msg = f"cannot combine {self.currency} with {other.currency}"
            raise ValueError(msg)
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        """The sum; both must have one currency."""
        return Money(self.minor + self._other(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference; both must have one currency."""
        return Money(self.minor - self._other(other), self.currency)

    def __neg__(self) -> "Money":
        """The same amount the other way."""
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        """Whether there is any money."""
        return self.minor != 0


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency; zero when there are none."""
    zero = Money.zero(currency)
    return Money(sum(zero._other(amount) for amount in amounts), currency)  # noqa: SLF001 - of its own module


def distribute(whole: int, exact: Sequence[Fraction]) -> list[int]:
    """Round shares so that they sum to ``whole``: largest remainder, ties in order.

    Where ``whole`` is the rounded sum of the exact shares, each result is its share rounded down or up; where a law
    rounds otherwise, what is more or less goes evenly to all.
    """
    floors = [math.floor(share) for share in exact]
    largest_first = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    each, some = divmod(whole - sum(floors), len(exact)) if exact else (0, 0)
    for place, i in enumerate(largest_first):
        floors[i] += each + (place < some)
    return floors


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split whole minor units in proportion to ``weights`` without losing one (largest remainder; ties in order).

    Shares have the sign of ``amount * weight / sum(weights)``. With weights that sum to zero nothing can be in
    proportion, so the first share takes the whole.
    """
    whole = sum(weights)
    if whole == 0:
        return [amount, *([0] * (len(weights) - 1))] if weights else []
    return distribute(amount, [Fraction(amount * weight, whole) for weight in weights])

"""The words of the ledger: how a number is printed, and what a gapless series looks like."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.numbering import NumberTaken


def number_taken(no: int, series: str = "GB-OP", period: str = "2026") -> NumberTaken:
    document = DocumentKey(trip_id="a", contract=Contract.TRANSPORT, kind=Kind.INVOICE)
    return NumberTaken(
        document=document, series=series, period=period, no=no, issued_at=datetime(2026, 3, 29, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("no", "expected"),
    [(1, "GB-OP-2026-000001"), (999_999, "GB-OP-2026-999999"), (1_000_000, "GB-OP-2026-1000000")],
)
def test_a_number_is_printed_with_series_period_and_six_digits(no: int, expected: str) -> None:
    """The millionth document of a series has seven digits, it does not wrap."""
    assert expected == number_taken(no).number


@given(nos=st.lists(st.integers(1, 10**12), unique=True, max_size=20))
def test_different_numbers_are_printed_differently(nos: list[int]) -> None:
    """In one series and period."""
    assert len({number_taken(no).number for no in nos}) == len(nos)


@given(nos=st.lists(st.integers(1, 999_999), min_size=2, max_size=20))
def test_printed_numbers_sort_as_they_count(nos: list[int]) -> None:
    """Up to 999,999 the order of the texts is that of the numbers."""
    assert [number_taken(no).number for no in sorted(nos)] == sorted(number_taken(no).number for no in nos)

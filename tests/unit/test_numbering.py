"""The words of the ledger: how a number is printed, and what a gapless series looks like."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.invoice import Contract, DocumentKey, Kind, NumberRange
from tripinvoice.numbering import Claim, NumberTaken, exhausted, in_stock, limit_of


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


RANGES = (
    NumberRange(period="2026-11", prefix="AB", first=12_345_650, last=12_345_651),
    NumberRange(validation_code="CSDF7T5H"),
    NumberRange(period="2027-01", prefix="CD", first=1, last=9),
    NumberRange(period="2026-11", prefix="EF", first=70, last=70),
    NumberRange(prefix="GH", first=5, last=5),
)


@pytest.mark.parametrize(("period", "limit"), [("2026-11", 4), ("2027-01", 10), ("2027-03", 1)])
def test_a_stock_is_what_is_of_a_period_or_of_all(period: str, limit: int) -> None:
    """What belongs to another period does not count."""
    assert limit_of(RANGES, period) == limit


def test_without_a_stock_there_is_no_limit_and_with_an_old_one_there_is_nothing() -> None:
    """A code that was given to the series is no stock."""
    assert limit_of((), "2026") is None
    assert limit_of([NumberRange(validation_code="CSDF7T5H")], "2026") is None
    assert limit_of([NumberRange(period="2025", first=1, last=9)], "2026") == 0


def test_ranges_are_used_up_one_after_the_other() -> None:
    """In the order in which the system gives them."""
    numbers = [in_stock(RANGES, "2026-11", no) for no in (1, 2, 3, 4)]
    assert numbers == [("AB", 12_345_650), ("AB", 12_345_651), ("EF", 70), ("GH", 5)]
    with pytest.raises(ValueError, match="has 4 numbers, and this is number 5"):
        in_stock(RANGES, "2026-11", 5)


@pytest.mark.parametrize(("limit", "no", "fits"), [(None, 10**9, True), (5, 5, True), (5, 6, False), (0, 1, False)])
def test_a_number_fits_up_to_the_limit(limit: int | None, no: int, *, fits: bool) -> None:
    """Without one everything does."""
    taken = number_taken(no)
    claim = Claim(
        document=taken.document,
        series=taken.series,
        period=taken.period,
        claimed_at=taken.issued_at,
        workflow_id="invoice/a",
        limit=limit,
    )
    assert claim.fits(no) is fits
    assert exhausted(claim).field == "numbering"

"""Pages end where the lines, the sums around them, and the totals fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.render.carrying import Measured


def measured(*lines: float, first: float = 10, following: float = 14, tail: float = 3) -> Measured:
    """A document whose first page has room for ten lines of height one."""
    return Measured(lines=lines, first=first, following=following, tail=tail)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (1, ()),
        (7, ()),
        (8, (7,)),
        (10, (9,)),
        (19, (9,)),
        (20, (9, 19)),
        (21, (9, 20)),
        (31, (9, 21)),
        (33, (9, 21, 32)),
    ],
)
def test_pages_are_filled_as_far_as_sums_and_totals_let(lines: int, expected: tuple[int, ...]) -> None:
    """Nine lines and a sum, then a sum, twelve lines and a sum; the last page has a line before the totals."""
    assert measured(*[1.0] * lines).breaks() == expected


def test_high_lines_take_their_room() -> None:
    """A dish with a long name is not parted from its price."""
    assert measured(4, 4, 4, 1, 4).breaks() == (2,)
    assert measured(1, 1, 9.5, 1, 1).breaks() == (2, 4)


def test_room_can_be_left() -> None:
    """When the sums came out higher than expected."""
    assert measured(*[1.0] * 20).breaks(spare=2) == (7, 17)


@pytest.mark.parametrize(("lines", "tail"), [((12.0, 1.0), 3.0), ((1.0,) * 12, 30.0)], ids=["line", "totals"])
def test_what_fits_on_no_page_has_no_breaks(lines: tuple[float, ...], tail: float) -> None:
    """A line higher than a page, or totals that are."""
    assert measured(*lines, tail=tail).breaks() == ()


@given(
    st.lists(st.floats(min_value=1, max_value=5), min_size=1, max_size=400),
    st.floats(min_value=0, max_value=20),
)
def test_every_page_holds_what_was_planned_for_it(lines: list[float], tail: float) -> None:
    """Lines, a sum before and a sum after, and on the last page what must stand with the last line."""
    of = Measured(lines=lines, first=30, following=40, tail=tail)
    breaks = of.breaks()
    pages = list(zip((0, *breaks), (*breaks, len(lines)), strict=True))
    assert all(begin < end for begin, end in pages)
    for no, (begin, end) in enumerate(pages):
        used = sum(lines[begin:end]) + (min(lines) if no else 0)
        used += tail if end == len(lines) else min(lines)
        assert used <= (40 if no else 30) + 1e-9

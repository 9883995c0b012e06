"""Shelves: where the objects of a trip lie."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tripinvoice.ports import ObjectRef, Shelf


def test_a_trip_lies_where_and_when_it_ended() -> None:
    """By country and line of business, and the day in UTC, whatever zone its end was told in."""
    new_york = timezone(timedelta(hours=-5))
    trip = factories.trip(ended_at=datetime(2026, 12, 31, 20, tzinfo=new_york))
    assert Shelf.of(trip) == Shelf(country="DE", line_of_business="rides", day=date(2027, 1, 1))
    assert str(Shelf.of(trip)) == "DE/rides/2027/01/01"


def test_a_day_is_the_same_in_every_zone() -> None:
    """Midnight of UTC is where it changes."""
    last = datetime(2026, 3, 29, 23, 59, 59, tzinfo=UTC)
    days = [Shelf.of(factories.trip(ended_at=at)).day for at in (last, last + timedelta(seconds=1))]
    assert days == [date(2026, 3, 29), date(2026, 3, 30)]


@given(
    country=st.from_regex("[A-Z]{2}", fullmatch=True),
    line=st.sampled_from(["rides", "delivery"]),
    day=st.dates(min_value=date(1000, 1, 1)),
)
def test_an_object_knows_its_shelf(country: str, line: str, day: date) -> None:
    """What is made of it is put beside it."""
    shelf = Shelf(country=country, line_of_business=line, day=day)
    ref = ObjectRef(key=f"{shelf}/aa/{'a' * 64}.pdf", sha256="a" * 64, size=1, media_type="application/pdf")
    assert ref.shelf == shelf


@pytest.mark.parametrize("key", ["", "a/b", "GB/rides/2026/13/01/aa/x.pdf"])
def test_a_key_without_a_shelf_has_none(key: str) -> None:
    """Stores check references before they ask."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        _ = ObjectRef(key=key, sha256="", size=0, media_type="application/pdf").shelf

"""What a path may be told with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.compare import sides
from tripinvoice.compare.form import form
from tripinvoice.compare.shape import DECIMALS, TIMES, cause, told


def test_fields_by_type() -> None:
    """Those of a draft and of everything in it."""
    assert frozenset({"quantity", "tax_rate", "rate"}) == DECIMALS
    assert frozenset({"started_at", "ended_at"}) == TIMES


def test_every_path_of_a_draft_may_be_told() -> None:
    """As it is; its cause is without the places."""
    paths = [".".join(map(str, steps)) for steps, _ in sides.leaves(form(sides.drafts()))]
    assert len(paths) > 200
    assert [told(path) for path in paths] == paths
    assert "goods.lines.*.net.minor" in {cause(path) for path in paths}


@pytest.mark.parametrize(
    ("path", "expected", "without_places"),
    [
        ("transport.lines.12.net.minor", "transport.lines.12.net.minor", "transport.lines.*.net.minor"),
        ("lines.0", "lines.0", "lines.*"),
        ("draft 2.totals", "draft 2.totals", "draft 2.totals"),
        ("drafts", "drafts", "drafts"),
        ("transport.TaxRate", "transport.TaxRate", "transport.TaxRate"),
        ("transport.taxRate", "transport.taxRate", "transport.taxRate"),
        ("transport.Erika Mustermann.net", "transport.?.net", "transport.?.net"),
        ("transport.4915112345678", "transport.?", "transport.?"),
        ("Erika", "?", "?"),
        ("a..b", "?.?.?", "?.?.?"),
    ],
)
def test_names_that_drafts_do_not_have_are_not_told(path: str, expected: str, without_places: str) -> None:
    """They may be anybody's; styles of writing a name are no other name."""
    assert told(path) == expected
    assert cause(path) == without_places


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_whatever_it_is_named_it_has_as_many_parts(parts: list[str]) -> None:
    """And nothing is told that is neither a place nor known."""
    path = ".".join(parts)
    assert len(told(path).split(".")) == len(path.split("."))
    assert told(told(path)) == told(path)
    assert told(cause(path)).replace("?", "*") == cause(path).replace("?", "*")

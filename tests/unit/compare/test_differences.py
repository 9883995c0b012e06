"""Differences of plain values: every one is found, named, and of the right kind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.compare import sides
from tests.unit.compare.leaves import Steps, leaves_of
from tripinvoice.compare import differences as module
from tripinvoice.compare.differences import Difference, Kind, differences

leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
names = st.sampled_from(["net", "tax", "name", "lines", "code", "odd.name"])
plain = st.recursive(leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))


def found(current: Any, candidate: Any) -> list[Difference]:
    return list(differences(current, candidate))


@given(plain)
def test_a_value_equals_itself(value: Any) -> None:
    """And a copy of it."""
    assert found(value, sides.put([value], (0,), value)[0]) == []


@given(plain, plain)
def test_both_sides_find_as_much(one: Any, other: Any) -> None:
    """Turned round, missing is added, and everything else is as it was."""
    turned = {Kind.MISSING: Kind.ADDED, Kind.ADDED: Kind.MISSING}
    here, there = found(one, other), found(other, one)
    assert bool(here) == bool(there)
    if not isinstance(one, list | dict):
        assert [turned.get(difference.kind, difference.kind) for difference in there] == [
            difference.kind for difference in here
        ]


DRAFTS = sides.drafts()
LEAVES = list(leaves_of(DRAFTS))
new = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@given(st.sampled_from(LEAVES), new)
def test_any_one_changed_leaf_of_a_draft_is_found_and_named(leaf: tuple[Steps, Any], value: Any) -> None:
    """By path, with both values; of another type it is another kind."""
    steps, was = leaf
    if type(was) is type(value) and was == value:
        return
    kind = Kind.CHANGED if type(was) is type(value) else Kind.TYPE
    assert found(DRAFTS, sides.put(DRAFTS, steps, value)) == [
        Difference(path=".".join(map(str, steps)), kind=kind, current=was, candidate=value)
    ]


@given(st.sampled_from([leaf for leaf in LEAVES if isinstance(leaf[0][-1], str)]))
def test_any_one_absent_field_of_a_draft_is_found(leaf: tuple[Steps, Any]) -> None:
    """Also when it was null, and the other way round."""
    (steps, was), path = leaf, ".".join(map(str, leaf[0]))
    less = sides.without(DRAFTS, steps)
    assert found(DRAFTS, less) == [Difference(path=path, kind=Kind.MISSING, current=was)]
    assert found(less, DRAFTS) == [Difference(path=path, kind=Kind.ADDED, candidate=was)]


@pytest.mark.parametrize(
    ("current", "candidate", "kind"),
    [
        (1, True, Kind.TYPE),
        (0, False, Kind.TYPE),
        (1, 1.0, Kind.TYPE),
        (0.0, False, Kind.TYPE),
        (0.0, -0.0, Kind.CHANGED),
        (1, "1", Kind.TYPE),
        (None, False, Kind.TYPE),
        (None, {}, Kind.TYPE),
        ([], {}, Kind.TYPE),
        ("", None, Kind.TYPE),
    ],
)
def test_values_that_python_confuses_are_told_apart(current: Any, candidate: Any, kind: Kind) -> None:
    """Alone, and wherever they stand."""
    assert found({"a": current}, {"a": candidate}) == [
        Difference(path="a", kind=kind, current=current, candidate=candidate)
    ]
    [inside] = found([{"a": [current, 2]}], [{"a": [candidate, 2]}])
    assert (inside.path, inside.kind) == ("0.a.0", kind)


class TestLists:
    @given(st.lists(st.integers(), min_size=2, unique=True), st.randoms())
    def test_another_order_is_order(self, items: list[int], random: Any) -> None:
        """One difference for the whole list."""
        other = random.sample(items, k=len(items))
        expected = [Difference(path="a", kind=Kind.ORDER, current=items, candidate=other)] if other != items else []
        assert found({"a": items}, {"a": other}) == expected

    def test_one_of_two_equal_ones_is_missing(self) -> None:
        """They are counted."""
        [one] = found(["toll", "toll", "tip"], ["toll", "tip"])
        assert (one.kind, one.current) == (Kind.MISSING, "toll")

    def test_an_item_between_others(self) -> None:
        """What follows it is not different because it moved."""
        assert found([1, 2, 3], [1, 9, 2, 3]) == [Difference(path="1", kind=Kind.ADDED, candidate=9)]
        assert found([1, 9, 2, 3], [1, 2, 3]) == [Difference(path="1", kind=Kind.MISSING, current=9)]

    def test_what_was_replaced_is_compared_in_pairs(self) -> None:
        """And the rest of the longer side is missing, or added."""
        here = [{"code": "fare", "net": 5}, {"code": "toll", "net": 1}, {"code": "tip"}]
        there = [{"code": "fare", "net": 6}, {"code": "tip"}]
        assert found(here, there) == [
            Difference(path="0.net", kind=Kind.CHANGED, current=5, candidate=6),
            Difference(path="1", kind=Kind.MISSING, current={"code": "toll", "net": 1}),
        ]
        assert found(there, here) == [
            Difference(path="0.net", kind=Kind.CHANGED, current=6, candidate=5),
            Difference(path="1", kind=Kind.ADDED, candidate={"code": "toll", "net": 1}),
        ]

    def test_long_ones_are_compared_place_by_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Aligning costs the square of the length."""
        monkeypatch.setattr(module, "ALIGNED", 3)
        assert [one.path for one in found([1, 2, 3, 4], [9, 1, 2, 3, 4])] == ["0", "1", "2", "3", "4"]
        assert [one.path for one in found([1, 2, 3], [9, 1, 2])] == ["0", "2"]


def test_they_are_found_one_by_one() -> None:
    """Who wants the first does not wait for the last."""
    here, there = ({f"a{n}": value for n in range(100_000)} for value in (1, 2))
    assert next(differences(here, there)).path == "a0"

"""Twenty thousand sequences of credit notes, over every way of pricing: each ends at nothing."""

from random import Random

import pytest

from tests.unit.credit import sequences as s

SEQUENCES = 20_000
_PORTIONS = 4  # of each mode, so that workers share them


@pytest.mark.parametrize("portion", range(_PORTIONS))
@pytest.mark.parametrize("mode", s.MODES)
def test_every_sequence_ends_at_nothing(mode: str, portion: int) -> None:
    """The same sequences each time; hypothesis looks for others in the unit tests."""
    random = Random(f"{mode}/{portion}")  # noqa: S311 - a test that can be repeated
    for _ in range(SEQUENCES // len(s.MODES) // _PORTIONS):
        s.credit_until_nothing_is_left(random, s.MODES[mode])

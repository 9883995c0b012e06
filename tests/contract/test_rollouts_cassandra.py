"""What is Cassandra's own of rollouts and comparisons: lost answers, writers in between, rows that expire."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract import cassandra
from tests.contract.standing import NOON, StandingClock
from tests.contract.test_comparisons import comparison
from tests.contract.test_rollouts import DE_RIDES, rollout, switch
from tests.servers.cassandra import Cassandra
from tripinvoice.adapters.cassandra import READ, Keyspace
from tripinvoice.adapters.comparisons_cassandra import CassandraComparisons
from tripinvoice.adapters.rollouts_cassandra import CassandraRollouts
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.rollouts.rollout import Toggles

pytestmark = pytest.mark.xdist_group("cassandra")


@pytest.fixture
def keyspace(cassandra_server: Cassandra, tmp_path: Path) -> Iterator[Keyspace]:
    assert cassandra_server
    with cassandra.keyspace_of(tmp_path) as made:
        yield made


@pytest.fixture
def rollouts(keyspace: Keyspace) -> CassandraRollouts:
    return CassandraRollouts(keyspace)


def lost(apply: Callable[..., bool]) -> Callable[..., bool]:
    """It is written, and the answer does not come."""

    def losing(*work: Any) -> bool:
        apply(*work)
        raise StoreUnavailableError("the answer was lost")

    return losing


def never(*_: object) -> bool:
    """It is not written, and the answer does not come either."""
    raise StoreUnavailableError("the answer was lost")


def test_a_change_whose_answer_was_lost_is_stored_once(
    keyspace: Keyspace, rollouts: CassandraRollouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of a scope, and a later one: what became of it is read."""
    monkeypatch.setattr(keyspace, "apply", lost(keyspace.apply))
    first = rollouts.save(rollout())
    second = rollouts.save(rollout(version=1, reason="more"))
    assert [second, first] == list(rollouts.history(DE_RIDES))
    assert [2, 1] == [one.version for one in rollouts.history(DE_RIDES)]


def test_a_turn_whose_answer_was_lost_counts(
    keyspace: Keyspace, rollouts: CassandraRollouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first, and a later one."""
    monkeypatch.setattr(keyspace, "apply", lost(keyspace.apply))
    for turn in (switch(), switch(1, on=False)):
        rollouts.kill(turn)
        assert rollouts.toggles() == Toggles(kill_switch=turn)


def test_a_store_that_never_answers_is_unavailable(
    keyspace: Keyspace, rollouts: CassandraRollouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for ever: whoever asked tries again later."""
    monkeypatch.setattr(keyspace, "apply", never)
    with pytest.raises(StoreUnavailableError, match="whether a rollout was changed"):
        rollouts.save(rollout())
    with pytest.raises(StoreUnavailableError, match="whether the kill switch was turned"):
        rollouts.kill(switch())
    assert rollouts.toggles() == Toggles()


def overtaken(keyspace: Keyspace, monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> None:
    """Another one comes between our look and our write, once."""
    apply = keyspace.apply

    def second(*work: Any) -> bool:
        monkeypatch.setattr(keyspace, "apply", apply)
        other()
        return apply(*work)

    monkeypatch.setattr(keyspace, "apply", second)


@pytest.mark.parametrize("version", [0, 1])
def test_who_is_overtaken_between_look_and_write_is_told(
    keyspace: Keyspace, rollouts: CassandraRollouts, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """The first change of a scope, and a later one: the other's stays."""
    for known in range(version):
        rollouts.save(rollout(version=known))
    overtaken(keyspace, monkeypatch, lambda: rollouts.save(rollout(version=version, reason="was faster")))
    with pytest.raises(ConflictError, match="changed meanwhile"):
        rollouts.save(rollout(version=version))
    assert ("was faster", version + 1) == (rollouts.history(DE_RIDES)[0].reason, len(rollouts.history(DE_RIDES)))


@pytest.mark.parametrize(("minutes", "winner"), [(1, 3), (5, 5)])
def test_of_turns_that_cross_the_later_one_stays(
    keyspace: Keyspace, rollouts: CassandraRollouts, monkeypatch: pytest.MonkeyPatch, minutes: int, winner: int
) -> None:
    """Whichever is written last."""
    rollouts.kill(switch(0))
    overtaken(keyspace, monkeypatch, lambda: rollouts.kill(switch(3)))
    rollouts.kill(switch(minutes))
    assert rollouts.toggles() == Toggles(kill_switch=switch(winner))


def test_comparisons_end_by_themselves(keyspace: Keyspace) -> None:
    """After 90 days, in both tables."""
    CassandraComparisons(keyspace, StandingClock(NOON)).add(comparison())
    for table in ("comparison", "comparison_by_trip"):
        (row,) = keyspace.run(READ(f"SELECT TTL(content) AS left FROM {table}"))  # noqa: S608 - a name of ours
        assert 7_776_000 - 60 < row.left <= 7_776_000

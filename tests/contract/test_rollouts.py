"""Every store of rollouts: compare-and-set, every version kept, all that is in force read at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.contract import racing
from tests.contract.standing import NOON
from tests.contract.stores import RolloutsOpener
from tripinvoice.errors import ConflictError
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.rollout import KillSwitch, Mode, Rollout, Scope, Toggles

DE_RIDES = Scope(country="DE", line_of_business="rides")
ANYWHERE = Scope()


def rollout(scope: Scope = DE_RIDES, version: int = 0, *, mode: Mode = Mode.SHADOW, reason: str = "try it") -> Rollout:
    """A change of what is in force with this version."""
    return Rollout(
        scope=scope,
        candidate="core-v2",
        mode=mode,
        salt="core-v2/DE",
        accounts={"acme": Mode.OFF, "zürich ag": Mode.LIVE},
        version=version,
        changed_at=NOON + timedelta(microseconds=version),
        changed_by="ops@example.com",
        reason=reason,
    )


def switch(minutes: int = 0, *, on: bool = True, reason: str = "tax is wrong") -> KillSwitch:
    """Turned so many minutes after noon."""
    return KillSwitch(on=on, changed_at=NOON + timedelta(minutes=minutes), changed_by="ops", reason=reason)


def test_nothing_is_in_force_at_first(rollouts: Rollouts) -> None:
    """No error: an empty store is a fact."""
    assert rollouts.toggles() == Toggles()
    assert not rollouts.history(DE_RIDES)


def test_a_change_is_stored_with_the_next_version(rollouts: Rollouts) -> None:
    """And comes back as it was, every field of it."""
    first = rollouts.save(rollout())
    assert first == replace(rollout(), version=1)
    second = rollouts.save(replace(first, mode=Mode.LIVE, live=500))
    assert second == replace(first, mode=Mode.LIVE, live=500, version=2)
    assert rollouts.toggles() == Toggles(rollouts=(second,))


def test_all_scopes_are_in_force_with_their_last_version(rollouts: Rollouts) -> None:
    """One that is off too: it takes its trips out of a wider one. Each counts by itself."""
    stored = [rollouts.save(rollout(scope)) for scope in (ANYWHERE, DE_RIDES, Scope(country="DE"), Scope(country="GB"))]
    off = rollouts.save(replace(stored[1], mode=Mode.OFF))
    assert off.version == 2
    in_force = rollouts.toggles().rollouts
    assert {one.scope: one for one in in_force} == {one.scope: one for one in (*stored, off)}
    assert len(in_force) == 4


def test_the_history_is_every_version_the_latest_first(rollouts: Rollouts) -> None:
    """Of this very scope; more of them than one digit has, so that they are in the order of numbers."""
    stored = [rollouts.save(rollout(version=version, reason=f"change {version}")) for version in range(12)]
    rollouts.save(rollout(Scope(country="DE")))
    assert list(rollouts.history(DE_RIDES)) == stored[::-1]


@pytest.mark.parametrize("version", [0, 1, 3, 7])
def test_a_change_of_another_version_is_refused(rollouts: Rollouts, version: int) -> None:
    """An older one, none, or one that is yet to come; nothing of it stays."""
    for known in range(2):
        rollouts.save(rollout(version=known))
    with pytest.raises(ConflictError, match=f"DE/rides: was changed meanwhile, it is no longer version {version}"):
        rollouts.save(rollout(version=version, reason="another"))
    assert [one.version for one in rollouts.history(DE_RIDES)] == [2, 1]
    assert "another" not in {one.reason for one in rollouts.toggles().rollouts}


def test_the_first_change_of_a_scope_has_version_0(rollouts: Rollouts) -> None:
    """Who believes that there was one before is wrong."""
    with pytest.raises(ConflictError):
        rollouts.save(rollout(version=1))
    assert rollouts.toggles() == Toggles()


def test_the_same_change_again_is_what_it_stored(rollouts: Rollouts) -> None:
    """Its answer was lost; also when another one came meanwhile, and when its time is told in another zone."""
    first = rollouts.save(rollout())
    assert rollouts.save(rollout()) == first
    second = rollouts.save(replace(first, mode=Mode.LIVE))
    elsewhere = rollout().changed_at.astimezone(timezone(timedelta(hours=9)))
    assert rollouts.save(replace(rollout(), changed_at=elsewhere)) == first
    assert [second, first] == list(rollouts.history(DE_RIDES))
    assert rollouts.toggles() == Toggles(rollouts=(second,))


def test_writers_that_race_overwrite_nothing(open_rollouts: RolloutsOpener, tmp_path: Path) -> None:
    """Two processes change one scope, each from what is in force: every change has a version of its own."""
    with open_rollouts(tmp_path) as store:
        start = racing.barrier(2)
        writers = [(racing.change_often, open_rollouts, tmp_path, start, rollout(reason=name), 8) for name in "ab"]
        with racing.processes(*writers) as started:
            assert racing.join(started) == [0, 0]
        history = store.history(DE_RIDES)
        assert [one.version for one in history] == [*range(16, 0, -1)]
        assert {one.reason for one in history} == {f"{name} {times}" for name in "ab" for times in range(1, 9)}
        assert store.toggles() == Toggles(rollouts=(history[0],))


def test_the_latest_turn_of_the_kill_switch_wins(rollouts: Rollouts) -> None:
    """In whatever order they come; the rollouts stay as they are."""
    stored = rollouts.save(rollout())
    for turn in (switch(5), switch(1, on=False), switch(5), switch(0)):
        rollouts.kill(turn)
        assert rollouts.toggles() == Toggles(rollouts=(stored,), kill_switch=switch(5))
        assert rollouts.toggles().killed
    rollouts.kill(switch(6, on=False, reason="mended"))
    assert rollouts.toggles().kill_switch == switch(6, on=False, reason="mended")
    assert not rollouts.toggles().killed


def test_of_two_turns_at_one_moment_the_one_that_kills_wins(rollouts: Rollouts) -> None:
    """Either way round: in doubt no candidate runs. Zones do not matter."""
    for at, turns in enumerate(((True, False), (False, True))):
        for on in turns:
            rollouts.kill(switch(at, on=on))
        assert rollouts.toggles().killed
    later = switch(2, on=False)
    rollouts.kill(replace(later, changed_at=later.changed_at.astimezone(timezone(timedelta(hours=-8)))))
    assert not rollouts.toggles().killed


def test_it_outlives_the_process(open_rollouts: RolloutsOpener, tmp_path: Path) -> None:
    """Opened again, it is there."""
    with open_rollouts(tmp_path) as store:
        stored = store.save(rollout())
        store.kill(switch())
    with open_rollouts(tmp_path) as store:
        assert store.toggles() == Toggles(rollouts=(stored,), kill_switch=switch())
        assert list(store.history(DE_RIDES)) == [stored]
        assert store.toggles().rollouts[0].changed_at.astimezone(UTC) == datetime(2026, 3, 29, 12, tzinfo=UTC)

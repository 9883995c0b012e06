"""Rollouts and the kill switch in Cassandra, all in one partition: what is in force is read as of one moment.

A change is one conditional batch: what is in force, if it still has the version that was changed, and the new version's
place in the history. Of a change whose answer was lost, what is there now is read; it is never sent again blindly.
"""

from collections.abc import Sequence
from contextlib import suppress

from tripinvoice.adapters.cassandra import CONDITIONAL, READ, SERIAL_READ, Keyspace, Statement, Values
from tripinvoice.adapters.rollout_changes import (
    already_there,
    load_rollout,
    load_switch,
    overrules,
    stored_as,
    text_of,
)
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.rollouts.rollout import KillSwitch, Rollout, Scope, Toggles

_ROUNDS = 5

# 'toggle' and 'kill' in one question, so that they are of one moment; the history is beside them and may be long.
_TOGGLES = READ(
    "SELECT kind, content FROM rollout WHERE part = 'all' AND kind >= 'kill' AND kind <= 'toggle'", page=None
)
_HISTORY = READ("SELECT content FROM rollout WHERE part = 'all' AND kind = 'history' AND scope = ?")
_LATEST = SERIAL_READ("SELECT latest FROM rollout WHERE part = 'all' AND kind = 'toggle' AND scope = ? AND version = 0")
_VERSION = SERIAL_READ(
    "SELECT content FROM rollout WHERE part = 'all' AND kind = 'history' AND scope = ? AND version = ?"
)
_BEGIN = CONDITIONAL("""
    INSERT INTO rollout (part, kind, scope, version, latest, content) VALUES ('all', 'toggle', ?, 0, ?, ?)
    IF NOT EXISTS
""")
_CHANGE = CONDITIONAL("""
    UPDATE rollout SET latest = ?, content = ?
    WHERE part = 'all' AND kind = 'toggle' AND scope = ? AND version = 0 IF latest = ?
""")
_NOTE = CONDITIONAL("INSERT INTO rollout (part, kind, scope, version, content) VALUES ('all', 'history', ?, ?, ?)")
_SWITCH = SERIAL_READ("SELECT content FROM rollout WHERE part = 'all' AND kind = 'kill'")
_TURN_FIRST = CONDITIONAL(
    "INSERT INTO rollout (part, kind, scope, version, content) VALUES ('all', 'kill', '', 0, ?) IF NOT EXISTS"
)
_TURN = CONDITIONAL("""
    UPDATE rollout SET content = ?
    WHERE part = 'all' AND kind = 'kill' AND scope = '' AND version = 0 IF content = ?
""")


class CassandraRollouts:
    """Rollouts in a :class:`~tripinvoice.adapters.cassandra.Keyspace`."""

    def __init__(self, keyspace: Keyspace) -> None:
        self._keyspace = keyspace

    def toggles(self) -> Toggles:
        """All that are in force."""
        rows = self._keyspace.run(_TOGGLES)
        kill = next((load_switch(row.content) for row in rows if row.kind == "kill"), None)
        rollouts = tuple(load_rollout(row.content) for row in rows if row.kind == "toggle")
        return Toggles(rollouts=rollouts, kill_switch=kill)

    def save(self, rollout: Rollout) -> Rollout:
        """Store the change, with the next version.

        Raises ``ConflictError`` when the stored one has another version, ``StoreUnavailableError`` when it cannot be
        learnt what became of the change.
        """
        change = stored_as(rollout)
        for _ in range(_ROUNDS):
            if self._latest(change.scope) != rollout.version:
                return already_there(change, self._content(change))
            with suppress(StoreUnavailableError):  # what became of it is read
                if self._keyspace.apply(*_work(change)):
                    return change
        raise StoreUnavailableError("Cassandra: does not say whether a rollout was changed; try again")

    def history(self, scope: Scope) -> Sequence[Rollout]:
        """All versions of a scope's rollout, the latest first."""
        return tuple(load_rollout(row.content) for row in self._keyspace.run(_HISTORY, str(scope)))

    def kill(self, switch: KillSwitch) -> None:
        """Turn the kill switch; the latest ``changed_at`` wins, and of two at one moment the one that kills."""
        for _ in range(_ROUNDS):
            row = self._keyspace.one(_SWITCH)
            stored = None if row is None else row.content
            if not overrules(switch, stored):
                return
            turn = (_TURN_FIRST, (text_of(switch),)) if stored is None else (_TURN, (text_of(switch), stored))
            with suppress(StoreUnavailableError):  # what became of it is read
                if self._keyspace.apply(turn):
                    return
        raise StoreUnavailableError("Cassandra: does not say whether the kill switch was turned; try again")

    def _latest(self, scope: Scope) -> int:
        row = self._keyspace.one(_LATEST, str(scope))
        return 0 if row is None else int(row.latest)

    def _content(self, change: Rollout) -> str | None:
        row = self._keyspace.one(_VERSION, str(change.scope), change.version)
        return None if row is None else str(row.content)


def _work(change: Rollout) -> Sequence[tuple[Statement, Values]]:
    """What is in force, on its condition, and the history."""
    scope, content = str(change.scope), text_of(change)
    before = change.version - 1
    change_it: tuple[Statement, Values] = (
        (_CHANGE, (change.version, content, scope, before)) if before else (_BEGIN, (scope, change.version, content))
    )
    return change_it, (_NOTE, (scope, change.version, content))

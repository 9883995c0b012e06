"""Rollouts and the kill switch in SQLite: every version is a row that never changes, a scope's last is in force."""

import sqlite3
from collections.abc import Sequence

from tripinvoice.adapters.rollout_changes import (
    already_there,
    load_rollout,
    load_switch,
    overrules,
    stored_as,
    text_of,
)
from tripinvoice.adapters.sqlite import Database
from tripinvoice.rollouts.rollout import KillSwitch, Rollout, Scope, Toggles

_TOGGLES = """
    SELECT content FROM rollout JOIN (SELECT scope, max(version) AS version FROM rollout GROUP BY scope)
    USING (scope, version) ORDER BY scope
"""
_LATEST = "SELECT coalesce(max(version), 0) FROM rollout WHERE scope = ?"
_VERSION = "SELECT content FROM rollout WHERE scope = ? AND version = ?"
_HISTORY = "SELECT content FROM rollout WHERE scope = ? ORDER BY version DESC"
_SAVE = "INSERT INTO rollout (scope, version, content) VALUES (?, ?, ?)"
_SWITCH = "SELECT content FROM kill_switch"
_TURN = """
    INSERT INTO kill_switch (only, content) VALUES (1, ?)
    ON CONFLICT (only) DO UPDATE SET content = excluded.content
"""


class SqliteRollouts:
    """Rollouts in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def toggles(self) -> Toggles:
        """All that are in force."""
        with self._database.read() as connection:
            contents = connection.execute(_TOGGLES).fetchall()
            switch = _one(connection, _SWITCH)
        return Toggles(
            rollouts=tuple(load_rollout(content) for (content,) in contents),
            kill_switch=None if switch is None else load_switch(switch),
        )

    def save(self, rollout: Rollout) -> Rollout:
        """Store the change, with the next version. Raises ``ConflictError`` when the stored one has another."""
        change = stored_as(rollout)
        where = str(change.scope), change.version
        with self._database.write() as connection:
            (latest,) = connection.execute(_LATEST, where[:1]).fetchone()
            if latest != rollout.version:
                return already_there(change, _one(connection, _VERSION, *where))
            connection.execute(_SAVE, (*where, text_of(change)))
        return change

    def history(self, scope: Scope) -> Sequence[Rollout]:
        """All versions of a scope's rollout, the latest first."""
        with self._database.read() as connection:
            return tuple(load_rollout(content) for (content,) in connection.execute(_HISTORY, (str(scope),)))

    def kill(self, switch: KillSwitch) -> None:
        """Turn the kill switch; the latest ``changed_at`` wins, and of two at one moment the one that kills."""
        with self._database.write() as connection:
            if overrules(switch, _one(connection, _SWITCH)):
                connection.execute(_TURN, (text_of(switch),))


def _one(connection: sqlite3.Connection, query: str, *values: str | int) -> str | None:
    row = connection.execute(query, values).fetchone()
    return None if row is None else str(row[0])

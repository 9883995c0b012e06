"""Answers of money systems in SQLite, for as long as a trip's fetch is not complete.

They hold personal data, so they are bytes for a short time only: forgotten answers are overwritten
(``secure_delete``). Losing them costs a question asked twice, so they survive a kill but not surely a power cut.
"""

import json
from collections.abc import Mapping, Sequence

from tripinvoice.adapters.moments import to_moment, to_text
from tripinvoice.adapters.sqlite import Database
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Answer

_LOAD = "SELECT system, provides, body, fetched_at FROM answer WHERE trip_id = ? ORDER BY system"
_SAVE = """
    INSERT INTO answer (trip_id, system, provides, body, fetched_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (trip_id, system)
    DO UPDATE SET provides = excluded.provides, body = excluded.body, fetched_at = excluded.fetched_at
"""
_FORGET = "DELETE FROM answer WHERE trip_id = ?"

_READABLE = frozenset(provides.value for provides in Provides)


class SqliteAnswerCache:
    """Answers in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, trip_id: str) -> Mapping[str, Answer]:
        """The answers kept so far, by system name; one that a newer version wrote in its own terms is left out."""
        with self._database.read() as connection:
            rows = connection.execute(_LOAD, (trip_id,)).fetchall()
        return {row[0]: _answer(*row) for row in rows if row[1] in _READABLE}

    def save(self, trip_id: str, answers: Sequence[Answer]) -> None:
        """Keep these answers, replacing those of the same systems; all or none."""
        rows = [
            (trip_id, answer.system, answer.provides, json.dumps(answer.body), to_text(answer.fetched_at))
            for answer in answers
        ]
        with self._database.write(durable=False) as connection:
            connection.executemany(_SAVE, rows)

    def forget(self, trip_id: str) -> None:
        """Drop all answers of the trip."""
        with self._database.write(durable=False) as connection:
            connection.execute(_FORGET, (trip_id,))


def _answer(system: str, provides: str, body: str, fetched_at: str) -> Answer:
    # json.dumps escapes whatever UTF-8 cannot hold (lone surrogates), so a body comes back as it was received.
    return Answer(system=system, provides=Provides(provides), body=json.loads(body), fetched_at=to_moment(fetched_at))

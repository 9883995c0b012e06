"""Answers of money systems in Cassandra, for as long as a trip's fetch is not complete.

They hold personal data. A forgotten answer is gone for every reader at once, and from the disks when the day's files
are dropped: 30 days later at the latest, whoever died in between.
"""

import json
from collections.abc import Mapping, Sequence

from tripinvoice.adapters.cassandra import READ, WRITE, Keyspace
from tripinvoice.adapters.moments import to_moment, to_text
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Answer

_LOAD = READ("SELECT system, provides, body, fetched_at FROM answer WHERE trip_id = ?")
_SAVE = WRITE("INSERT INTO answer (trip_id, system, provides, body, fetched_at) VALUES (?, ?, ?, ?, ?)")
_FORGET = WRITE("DELETE FROM answer WHERE trip_id = ?")

_READABLE = frozenset(provides.value for provides in Provides)


class CassandraAnswerCache:
    """Answers in a :class:`~tripinvoice.adapters.cassandra.Keyspace`."""

    def __init__(self, keyspace: Keyspace) -> None:
        self._keyspace = keyspace

    def load(self, trip_id: str) -> Mapping[str, Answer]:
        """The answers kept so far, by system name; one that a newer version wrote in its own terms is left out."""
        rows = self._keyspace.run(_LOAD, trip_id)
        return {row.system: _answer(*row) for row in rows if row.provides in _READABLE}

    def save(self, trip_id: str, answers: Sequence[Answer]) -> None:
        """Keep these answers, replacing those of the same systems; all or none."""
        rows = [
            (trip_id, answer.system, answer.provides, json.dumps(answer.body), to_text(answer.fetched_at))
            for answer in answers
        ]
        if rows:
            self._keyspace.write_together(*((_SAVE, row) for row in rows))

    def forget(self, trip_id: str) -> None:
        """Drop all answers of the trip."""
        self._keyspace.run(_FORGET, trip_id)


def _answer(system: str, provides: str, body: str, fetched_at: str) -> Answer:
    # json.dumps escapes whatever UTF-8 cannot hold (lone surrogates), so a body comes back as it was received.
    return Answer(system=system, provides=Provides(provides), body=json.loads(body), fetched_at=to_moment(fetched_at))

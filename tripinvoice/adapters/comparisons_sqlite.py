"""What was compared, in SQLite, for 90 days: what is older goes whenever one is added.

A comparison can be made again from what is archived, so it survives a kill but not surely a power cut.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tripinvoice.adapters.comparison_rows import KEPT, load, text_of
from tripinvoice.adapters.moments import to_text
from tripinvoice.adapters.sqlite import Database
from tripinvoice.compare.comparison import Comparison
from tripinvoice.ports import Clock
from tripinvoice.rollouts.rollout import Scope

_PAGE = 1000

_ADD = """
    INSERT INTO comparison (scope, compared_at, trip_id, revision, content) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (scope, compared_at, trip_id, revision) DO UPDATE SET content = excluded.content
"""
_PRUNE = "DELETE FROM comparison WHERE compared_at < ?"
_BETWEEN = """
    SELECT compared_at, trip_id, revision, content FROM comparison
    WHERE scope = ? AND (compared_at, trip_id, revision) > (?, ?, ?) AND compared_at < ?
    ORDER BY compared_at, trip_id, revision LIMIT ?
"""
_BY_TRIP = "SELECT content FROM comparison WHERE trip_id = ? ORDER BY compared_at DESC, revision DESC, scope"


class SqliteComparisons:
    """Comparisons in a :class:`~tripinvoice.adapters.sqlite.Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, comparison: Comparison) -> None:
        """Keep one, and drop what is too old."""
        key = comparison.scope, to_text(comparison.compared_at), comparison.trip_id, comparison.revision
        with self._database.write(durable=False) as connection:
            connection.execute(_ADD, (*key, text_of(comparison)))
            connection.execute(_PRUNE, (to_text(self._clock.now() - KEPT),))

    def between(self, scope: Scope, since: datetime, until: datetime) -> Iterator[Comparison]:
        """Those of this very scope, read in pages as they are asked for."""
        after: tuple[str, str, int] = to_text(since), "", -1
        while True:
            with self._database.read() as connection:
                rows = connection.execute(_BETWEEN, (str(scope), *after, to_text(until), _PAGE)).fetchall()
            for *_, content in rows:
                yield load(content)
            if len(rows) < _PAGE:
                return
            compared_at, trip_id, revision, _ = rows[-1]
            after = compared_at, trip_id, revision

    def of_trip(self, trip_id: str) -> Sequence[Comparison]:
        """Those of a trip, the latest first."""
        with self._database.read() as connection:
            return tuple(load(content) for (content,) in connection.execute(_BY_TRIP, (trip_id,)))

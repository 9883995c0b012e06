"""What was compared, in Cassandra, for as long as its tables say: by rollout and hour, and by trip.

Both rows are written with the same values however often, so a write whose answer was lost is simply made again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

from tripinvoice.adapters.cassandra import READ, WRITE, Keyspace
from tripinvoice.adapters.comparison_rows import KEPT, load, text_of
from tripinvoice.adapters.moments import to_text
from tripinvoice.compare.comparison import Comparison
from tripinvoice.ports import Clock
from tripinvoice.rollouts.rollout import Scope

SHARDS = 8  # partitions of an hour of a scope; never changed, for it says where a trip's comparison is
_HOUR = timedelta(hours=1)
_SLACK = timedelta(days=1)  # by which clocks may differ

_ADD = WRITE(
    "INSERT INTO comparison (scope, hour, shard, compared_at, trip_id, revision, content) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADD_BY_TRIP = WRITE(
    "INSERT INTO comparison_by_trip (trip_id, compared_at, revision, scope, content) VALUES (?, ?, ?, ?, ?)"
)
_BETWEEN = READ("""
    SELECT content FROM comparison
    WHERE scope = ? AND hour = ? AND shard = ? AND compared_at >= ? AND compared_at < ?
""")
_BY_TRIP = READ("SELECT content FROM comparison_by_trip WHERE trip_id = ?")


class CassandraComparisons:
    """Comparisons in a :class:`~tripinvoice.adapters.cassandra.Keyspace`."""

    def __init__(self, keyspace: Keyspace, clock: Clock) -> None:
        self._keyspace = keyspace
        self._clock = clock

    def add(self, comparison: Comparison) -> None:
        """Keep one."""
        scope, trip, revision = comparison.scope, comparison.trip_id, comparison.revision
        at, content = to_text(comparison.compared_at), text_of(comparison)
        self._keyspace.run(_ADD_BY_TRIP, trip, at, revision, scope, content)
        self._keyspace.run(_ADD, scope, _hour_of(comparison.compared_at), _shard_of(trip), at, trip, revision, content)

    def between(self, scope: Scope, since: datetime, until: datetime) -> Iterator[Comparison]:
        """Those of this very scope: eight partitions for each hour, many at once."""
        span = to_text(since), to_text(until)
        now = self._clock.now()
        hours = _hours(max(since, now - KEPT - _SLACK), min(until, now + _SLACK))
        parts = [(str(scope), hour, shard, *span) for hour in hours for shard in range(SHARDS)]
        for rows in self._keyspace.run_each(_BETWEEN, parts):
            for row in rows:
                yield load(row.content)

    def of_trip(self, trip_id: str) -> Sequence[Comparison]:
        """Those of a trip, the latest first."""
        return tuple(load(row.content) for row in self._keyspace.run(_BY_TRIP, trip_id))


def _shard_of(trip: str) -> int:
    return crc32(trip.encode()) % SHARDS


def _hour_of(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}"


def _hours(since: datetime, until: datetime) -> Iterator[str]:
    """Each hour of UTC that has a moment from ``since`` on and before ``until``."""
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < until:
        yield _hour_of(hour)
        hour += _HOUR

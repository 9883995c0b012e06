"""How each kind of statement is sent: to whom, how many must answer, and what may be sent twice.

The driver sends what failed to the next host, whatever it was and as often as there are hosts. That is right for
nothing here: a plain statement is tried twice, a conditional one exactly once, because its outcome must be read.
"""

from enum import StrEnum
from typing import Any

from cassandra import ConsistencyLevel
from cassandra.cluster import ExecutionProfile
from cassandra.policies import (
    ConstantSpeculativeExecutionPolicy,
    DCAwareRoundRobinPolicy,
    FallthroughRetryPolicy,
    RetryPolicy,
    TokenAwarePolicy,
)

from tripinvoice.adapters.cassandra_place import CassandraPlace

_SPECULATE_AFTER = 0.1  # seconds; a read usually takes a tenth of that


class Profile(StrEnum):
    """The kinds of statements."""

    READ = "read"
    WRITE = "write"
    SERIAL_READ = "serial-read"  # sees every conditional write that was answered, and settles those that were not
    CONDITIONAL = "conditional"
    SCAN = "scan"


class TwiceAtMost(RetryPolicy):  # type: ignore[misc] # the driver has no types
    """A second try for what may be done twice; never a third, never for anything else."""

    def on_read_timeout(self, query: Any, consistency: Any, *args: Any, **more: Any) -> tuple[int, Any]:
        """The host that did not hear enough replicas in time may next time."""
        return self._again(self.RETRY, query, consistency, *args, **more)

    def on_write_timeout(self, query: Any, consistency: Any, *args: Any, **more: Any) -> tuple[int, Any]:
        """Likewise."""
        return self._again(self.RETRY, query, consistency, *args, **more)

    def on_unavailable(self, query: Any, consistency: Any, *args: Any, **more: Any) -> tuple[int, Any]:
        """Another host may know of more replicas."""
        return self._again(self.RETRY_NEXT_HOST, query, consistency, *args, **more)

    def on_request_error(self, query: Any, consistency: Any, *args: Any, **more: Any) -> tuple[int, Any]:
        """The host failed or is gone."""
        return self._again(self.RETRY_NEXT_HOST, query, consistency, *args, **more)

    def _again(self, how: int, query: Any, consistency: Any, *args: Any, **more: Any) -> tuple[int, Any]:
        tried_before: int = more["retry_num"] if "retry_num" in more else args[-1]
        if tried_before or not query.is_idempotent:
            return self.RETHROW, None
        return how, consistency


def profiles(place: CassandraPlace) -> dict[Profile, Any]:
    """An execution profile for each kind of statement."""
    levels = ConsistencyLevel.name_to_value
    serial = levels[place.serial]
    return {
        Profile.READ: ExecutionProfile(
            _spread(place),
            TwiceAtMost(),
            consistency_level=levels[place.plain_read],
            request_timeout=place.patience,
            speculative_execution_policy=ConstantSpeculativeExecutionPolicy(_SPECULATE_AFTER, 1),
        ),
        Profile.WRITE: ExecutionProfile(
            _spread(place),
            TwiceAtMost(),
            consistency_level=levels[place.plain_write],
            request_timeout=place.patience,
        ),
        Profile.SERIAL_READ: ExecutionProfile(
            _together(place),
            TwiceAtMost(),
            consistency_level=serial,
            request_timeout=place.conditional_patience,
        ),
        Profile.CONDITIONAL: ExecutionProfile(
            _together(place),
            FallthroughRetryPolicy(),
            consistency_level=levels[place.commit],
            serial_consistency_level=serial,
            request_timeout=place.conditional_patience,
        ),
        Profile.SCAN: ExecutionProfile(
            _spread(place),
            TwiceAtMost(),
            consistency_level=ConsistencyLevel.LOCAL_ONE,
            request_timeout=place.conditional_patience,
        ),
    }


def _spread(place: CassandraPlace) -> Any:
    """Any replica of the data will do."""
    return TokenAwarePolicy(DCAwareRoundRobinPolicy(place.local_dc), shuffle_replicas=True)


def _together(place: CassandraPlace) -> Any:
    """All clients begin with the same replica: those that contend for a partition then meet there, not in Paxos."""
    return TokenAwarePolicy(DCAwareRoundRobinPolicy(place.local_dc), shuffle_replicas=False)

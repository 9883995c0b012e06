"""The machine's clock."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """Tells the machine's time. It may jump when the machine is set right; the ledger keeps its dates in order."""

    def now(self) -> datetime:
        """The time in UTC, to the microsecond (whole nanoseconds in, so no float rounds it)."""
        return _EPOCH + timedelta(microseconds=time.time_ns() // 1000)

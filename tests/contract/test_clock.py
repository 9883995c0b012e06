"""Every clock tells the time in UTC."""

import time
from datetime import timedelta

from tripinvoice.adapters.clock import SystemClock


def test_the_system_clock_tells_utc() -> None:
    """With its zone, and the machine's time."""
    before, now, after = time.time(), SystemClock().now(), time.time()
    assert now.utcoffset() == timedelta(0)
    assert before - 0.001 <= now.timestamp() <= after

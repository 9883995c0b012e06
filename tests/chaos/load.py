"""Many trips and no fault: ``python -m tests.chaos.load [--trips 10000]``.

As trips really come, they come one after the other: a new portion is sent when the one before the last is invoiced.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.__main__ import HEAD, end_in_order, line, say
from tests.chaos.delivery import Delivery, Upstream
from tests.chaos.performance import Row, Watch
from tests.chaos.stage import Servers, act, servers
from tests.chaos.trips import generated
from tests.chaos.verdict import judge, looking_into

PORTION = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Send them all; 1 when anything was lost, duplicated or missing."""
    options = _parser().parse_args(arguments)
    end_in_order()
    with tempfile.TemporaryDirectory(prefix="tripinvoice-load-", ignore_cleanup_errors=True) as folder:
        place = options.folder or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with servers(place) as stage:
            row = perform(stage, options.trips, options.seed)
    say(f"\n{HEAD}\n{line(row)}")
    for said in row.verdict.said:
        say(f"  {said}")
    return 0 if row.verdict.good else 1


def perform(stage: Servers, count: int, seed: int) -> Row:
    """Send, wait, judge."""
    chance = random.Random(seed)  # noqa: S311 - the same trips for the same seed
    trips = generated(count, seed)
    with act(stage, "load") as playing, looking_into(playing) as stores:
        upstream = Upstream(stage.kafka.address, playing.trips_topic)
        watch = Watch(stores, trips)
        began = time.monotonic()
        for first in range(0, count, PORTION):
            portion = [trip.scenario for trip in trips[first : first + PORTION]]
            stage.teach(portion)
            upstream.send(portion, Delivery(), chance)
            watch.until_invoiced(first)
            say(f"{first:>6,} invoiced, {time.monotonic() - began:.0f} s")
        upstream.finish()
        watch.until_invoiced(count)
        took = time.monotonic() - began
        watch.until_quiet()
        return Row(fault="none", trips=count, verdict=judge(playing, stores, trips), recovered=0, took=took)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.load", description=__doc__)
    parser.add_argument("--trips", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same trips (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="keep data and logs here")
    return parser


if __name__ == "__main__":
    sys.exit(main())

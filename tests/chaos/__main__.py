"""The matrix: ``python -m tests.chaos [--trips 300] [--pause 20] [--seed 1] [--rounds 1] [FAULT …]``."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import disk_full
from tests.chaos.faults import FAULTS
from tests.chaos.performance import Row, Size, perform
from tests.chaos.stage import servers
from tripinvoice.adapters.clock import SystemClock

HEAD = (
    "| fault | trips | lost | duplicated | holes | seconds to recover | seconds in all |\n|---|--:|--:|--:|--:|--:|--:|"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play every fault; 1 when anything was lost, duplicated or missing."""
    options = _parser().parse_args(arguments)
    end_in_order()
    wanted = [name for name in [*FAULTS, disk_full.TITLE] if not options.faults or name in options.faults]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tripinvoice-chaos-", ignore_cleanup_errors=True) as folder:
        place = options.folder or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        say(f"began {SystemClock().now():%Y-%m-%d %H:%M} UTC, seed {options.seed}\n\n{HEAD}")
        with servers(place) as stage:
            for no in range(options.rounds):
                for index, title in enumerate(wanted):
                    size = Size(trips=options.trips, pause=options.pause, seed=options.seed + no)
                    name = f"act-{no}-{index}"
                    play = disk_full.perform if title == disk_full.TITLE else None
                    row = play(stage, name, size) if play else perform(stage, name, title, FAULTS[title], size)
                    rows.append(row)
                    say(line(row))
    bad = [row for row in rows if not row.verdict.good]
    for row in bad:
        say("\n  ".join([f"\n{row.fault}:", *row.verdict.said]))
    total = sum(row.trips for row in rows)
    say(f"\n{len(rows)} acts, {total:,} trips, {len(bad)} with a finding")
    return 1 if bad else 0


def end_in_order() -> None:
    """On SIGTERM, too, what was started is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def say(text: str) -> None:
    """To the person at the terminal, at once."""
    print(text, flush=True)  # noqa: T201 - as its name says


def line(row: Row) -> str:
    """A row of the table."""
    v = row.verdict
    return (
        f"| {row.fault} | {row.trips} | {v.lost} | {v.duplicated} | {v.holes} "
        f"| {row.recovered:.1f} | {row.took:.0f} |{'' if v.good else ' ✗'}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="only these; all by default")
    parser.add_argument("--trips", type=int, default=300, help="trips of one act (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=20.0, help="seconds of a pause (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same acts (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="all faults so many times, each with a seed of its own")
    parser.add_argument("--folder", type=Path, help="keep data and logs here")
    return parser


if __name__ == "__main__":
    sys.exit(main())

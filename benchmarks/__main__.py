"""Measures, prints tables and writes JSON: ``python -m benchmarks``. What it means is in docs/benchmarks.md."""

import argparse
import asyncio
import importlib.util
import json
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import numbering, pipeline, render, report
from benchmarks.machine import machine
from benchmarks.pipeline import Plan
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.errors import TripInvoiceError

PARTS = ("render", "pipeline", "celery", "history", "numbering")
RESULTS = Path(__file__).with_name("results")
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 when all was measured that can be here, 1 when a measurement failed, 130 after Ctrl-C."""
    options = parser().parse_args(arguments)
    at = SystemClock().now()
    result: dict[str, Any] = {"at": at.isoformat(timespec="seconds"), "quick": options.quick, "machine": machine()}
    report.machine(result)
    try:
        _measure(options, result)
    except TripInvoiceError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("benchmarks: interrupted; everything that was started has been ended", file=sys.stderr)
        return _INTERRUPTED
    file: Path = options.json or RESULTS / f"{at:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(f"\nwritten to {file}")
    return 0


def _measure(options: argparse.Namespace, result: dict[str, Any]) -> None:
    """Part after part; each is shown as soon as it is measured."""
    if "render" in options.only:
        documents = 12 if options.quick else 100
        memory_documents = 0 if options.quick else 2_000
        then = f", then {memory_documents} to watch the memory" if memory_documents else ""
        print(f"\nrendering {documents} documents in three ways{then} …", flush=True)
        result["render"] = render.run(documents, memory_documents)
        print(render.table(result["render"]))
    if "numbering" in options.only:
        _measure_numbering(options, result)
    if {"pipeline", "celery", "history"} & set(options.only):
        chosen = plan(options, result)
        print("\nstarting servers and workers …", flush=True)
        result |= asyncio.run(_until_terminated(chosen))
        report.history(result["history"])
        if "pipeline" in result:
            report.pipeline(result["pipeline"])


def _measure_numbering(options: argparse.Namespace, result: dict[str, Any]) -> None:
    reason = numbering.why_not()
    if reason:
        result.setdefault("skipped", {})["numbering"] = reason
        print(f"\nnumbering: skipped, {reason}", file=sys.stderr)
        return
    print("\nstarting Cassandra and taking numbers …", flush=True)
    result["numbering"] = numbering.run(options.rounds or (1 if options.quick else 3), quick=options.quick)
    report.numbering(result["numbering"])


async def _until_terminated(plan: Plan) -> dict[str, Any]:
    """SIGTERM ends it as Ctrl-C does."""
    task = asyncio.create_task(pipeline.run(plan))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def plan(options: argparse.Namespace, result: dict[str, Any]) -> Plan:
    trips = options.trips or (15 if options.quick else 150)
    contest = bool({"pipeline", "celery"} & set(options.only))
    missing = _missing() if "celery" in options.only else None
    if missing:
        result.setdefault("skipped", {})["celery"] = missing
        print(f"\ncelery: skipped, {missing}", file=sys.stderr)
    return Plan(
        sample=8 if options.quick else 1_000,
        warm_up=8 if options.quick else 40,
        trips=trips,
        empty=2 * trips,
        rounds=(options.rounds or (1 if options.quick else 3)) if contest else 0,
        celery="celery" in options.only and not missing,
    )


def _missing() -> str | None:
    """What there is to install before Celery can be compared with."""
    if importlib.util.find_spec("celery") is None:
        return "the package celery is not installed: `make bench` installs it"
    if shutil.which("redis-server") is None:
        return "redis-server is not installed: apt install redis-server"
    return None


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute; to see that it works, not for figures")
    parser.add_argument(
        "--only",
        type=_parts,
        default=PARTS,
        metavar="PART,…",
        help=f"of {', '.join(PARTS)} (default: all); celery is measured against pipeline, so it brings that along",
    )
    parser.add_argument("--trips", type=_positive, help="trips per contender and round (default: 150, quick: 15)")
    parser.add_argument("--rounds", type=_positive, help="rounds, fewer if they take too long (default: 3, quick: 1)")
    parser.add_argument("--json", type=_writable, metavar="FILE", help=f"where to write (default: in {RESULTS.name}/)")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"{len(unknown)} unknown; known are {', '.join(PARTS)}")
    return parts


def _writable(text: str) -> Path:
    """Asked before minutes of measuring, not after."""
    path = Path(text)
    if not path.parent.is_dir() or path.is_dir():
        raise argparse.ArgumentTypeError("its folder does not exist, or it is a folder itself")
    return path


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())

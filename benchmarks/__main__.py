"""Measures, prints tables and writes JSON: ``python -m benchmarks``. See docs/benchmarks.md for what it means."""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import shutil
import signal
import sys
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from benchmarks import pipeline, render, report
from benchmarks.machine import machine
from benchmarks.pipeline import Plan
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.errors import TripInvoiceError

PARTS = ("render", "pipeline", "celery", "history")
RESULTS = Path(__file__).with_name("results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when everything asked for was measured or had to be skipped, 1 when a measurement failed."""
    options = _parser().parse_args(arguments)
    parts, skipped = _possible(options.only)
    now = SystemClock().now().astimezone(UTC)
    result: dict[str, Any] = {"at": now.isoformat(timespec="seconds"), "quick": options.quick, "machine": machine()}
    try:
        for part in _measure(parts, options):
            result |= part
            report.show(part)
    except TripInvoiceError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    ...

"""How much faster are invoices rendered here than in the usual loop? ``python -m benchmarks.render --documents 100``.

Three ways print the same new documents, each in its own process, ten at a time in turn, so that what else the machine
does hits all alike; compared are CPU seconds per document, and only within one run.

- naive_template: ``HTML(string=…).write_pdf()`` over ``naive.html.j2``: the same page with flex, web fonts and
  automatic tables
- naive_loop: the same call over our HTML, with our style sheet inside
- ours: what a render process does; its PDFs are tagged for screen readers, the others' are not

``--memory-documents 2000`` also prints that many with ours, and compares its memory after a tenth of them with the end.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from benchmarks.documents import documents
from tripinvoice.adapters.font_config import font_environment
from tripinvoice.canonical import dump

WAYS = ("naive_template", "naive_loop", "ours")
_BATCH = 10
_WARM_UP = 5
_SEED = 20261123


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One batch: CPU seconds of each document, resident memory afterwards, bytes of all PDFs."""

    cpu: list[float]
    rss_mb: float
    bytes: int


class Worker:
    """A process that prints in one way."""

    def __init__(self, way: str, home: Path) -> None:
        self._pipe, theirs = Pipe()
        environment = dict(os.environ) | {"XDG_CACHE_HOME": str(home)}
        if way != "naive_template":  # that one uses the fonts of the machine, as people do
            environment |= font_environment(home)
        with theirs:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.render_worker", way, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)

    def render(self, batch: Sequence[str]) -> Measured:
        """Print and measure."""
        self._pipe.send_bytes(json.dumps(batch).encode())
        return Measured(**json.loads(self._pipe.recv_bytes()))

    def close(self) -> None:
        """Hang up."""
        self._pipe.close()
        self._process.wait()


@contextmanager
def _workers(*ways: str) -> Iterator[list[Worker]]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = [Worker(way, home) for way in ways]
        for worker in workers:
            stack.callback(worker.close)
        yield workers


def _batches(count: int, seed: int) -> Iterator[list[str]]:
    texts = (dump(invoice).decode() for invoice in documents(count, seed))
    while batch := list(islice(texts, _BATCH)):
        yield batch


def run(documents: int = 100, memory_documents: int = 0, seed: int = _SEED) -> dict[str, Any]:
    """CPU seconds per document of each way and their ratios; with ``memory_documents``, memory over that many."""
    measured: dict[str, list[Measured]] = {way: [] for way in WAYS}
    with _workers(*WAYS) as workers:
        for worker in workers:
            worker.render(next(_batches(_WARM_UP, seed + 1)))
        for batch in _batches(documents, seed):
            for way, worker in zip(WAYS, workers, strict=True):
                measured[way].append(worker.render(batch))
    ways = {way: _summary(batches) for way, batches in measured.items()}
    mean = {way: summary["cpu_ms_mean"] for way, summary in ways.items()}
    return {
        "documents": documents,
        "ways": ways,
        "times_faster_than_naive_template": round(mean["naive_template"] / mean["ours"], 2),
        "times_faster_than_naive_loop": round(mean["naive_loop"] / mean["ours"], 2),
        "memory": _memory(memory_documents, seed + 2) if memory_documents else None,
    }


def _summary(batches: Sequence[Measured]) -> dict[str, float]:
    cpu = [seconds * 1000 for batch in batches for seconds in batch.cpu]
    return {
        "cpu_ms_mean": round(statistics.mean(cpu), 1),
        "cpu_ms_median": round(statistics.median(cpu), 1),
        "cpu_ms_p95": round(statistics.quantiles(cpu, n=20)[-1], 1),
        "documents_per_cpu_second": round(1000 / statistics.mean(cpu), 1),
        "kb_per_document": round(sum(batch.bytes for batch in batches) / len(cpu) / 1000, 1),
        "rss_mb": round(batches[-1].rss_mb),
    }


def _memory(count: int, seed: int) -> dict[str, float]:
    """Resident memory after a tenth of the documents and after all of them."""
    with _workers("ours") as (worker,):
        rss = [worker.render(batch).rss_mb for batch in _batches(count, seed)]
    return {
        "documents": count,
        "rss_mb_after_a_tenth": round(rss[len(rss) // 10 - 1], 1),
        "rss_mb_after_all": round(rss[-1], 1),
        "rss_mb_highest": round(max(rss), 1),
    }


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    head = f"{'way':16}{'mean':>9}{'median':>9}{'p95':>9}{'docs/CPU s':>12}{'kB each':>9}{'RSS MB':>8}"
    rows = [
        f"{way:16}{row['cpu_ms_mean']:>6} ms{row['cpu_ms_median']:>6} ms{row['cpu_ms_p95']:>6} ms"
        f"{row['documents_per_cpu_second']:>12}{row['kb_per_document']:>9}{row['rss_mb']:>8}"
        for way, row in result["ways"].items()
    ]
    lines = [
        f"CPU time per document, {result['documents']} documents:",
        head,
        *rows,
        f"ours is {result['times_faster_than_naive_template']} times as fast as the naive template in the naive loop,",
        f"        {result['times_faster_than_naive_loop']} times as fast as our template in the naive loop",
    ]
    if memory := result["memory"]:
        lines.append(
            f"memory of ours over {memory['documents']} documents: {memory['rss_mb_after_a_tenth']} MB after a tenth, "
            f"{memory['rss_mb_after_all']} MB after all"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print; ``--json FILE`` writes the result too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--memory-documents", type=int, default=0)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    result = run(chosen.documents, chosen.memory_documents, chosen.seed)
    print(table(result))
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

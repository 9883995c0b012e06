"""What the child processes of the races do. Each is forked from a server that has imported this and opened nothing.

Children tell what they did by appending lines to a file of their own: it stays readable when one is killed.
"""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

from tests.contract.stores import SHELF, DocumentsOpener, LedgerOpener, RolloutsOpener
from tripinvoice.errors import ConflictError
from tripinvoice.numbering import Claim
from tripinvoice.ports import ObjectRef
from tripinvoice.rollouts.rollout import Rollout

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])
_PATIENCE = 60.0

barrier = _SERVER.Barrier


@contextmanager
def processes(*targets: tuple[object, ...]) -> Iterator[Sequence[BaseProcess]]:
    """Run each ``(function, *arguments)`` in a process; afterwards none of them is left."""
    started: list[BaseProcess] = []
    try:
        for function, *arguments in targets:
            process: BaseProcess = _SERVER.Process(target=function, args=arguments, daemon=True)  # type: ignore[arg-type]
            process.start()
            started.append(process)
        yield started
    finally:
        for process in started:
            if process.is_alive():
                process.kill()
            process.join()


def join(started: Sequence[BaseProcess]) -> list[int | None]:
    """Wait for all; their exit codes."""
    for process in started:
        process.join(_PATIENCE)
    return [process.exitcode for process in started]


def kill_after(process: BaseProcess, log: Path, lines: int) -> None:
    """Kill -9 once the process has logged so many lines, in the middle of whatever it does then."""
    deadline = time.monotonic() + _PATIENCE
    while len(read_log(log)) < lines and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def read_log(log: Path) -> list[str]:
    """The complete lines of a child's file; the last may be torn."""
    return log.read_text().split("\n")[:-1] if log.exists() else []


def ask_all(opener: LedgerOpener, place: Path, claims: Sequence[Claim], seed: int, log: Path) -> None:
    """Take a number for each claim once, in an order of its own, three at a time."""
    waiting = random.Random(seed).sample(claims, len(claims))  # noqa: S311 - an order, not a secret
    with opener(place) as ledger, log.open("a") as lines:
        while waiting:
            some, waiting = waiting[:3], waiting[3:]
            lines.writelines(
                f"{taken.document} {taken.number} {taken.issued_at.isoformat()}\n" for taken in ledger.take(some)
            )
            lines.flush()


def ask_for_ever(opener: LedgerOpener, place: Path, claims: Sequence[Claim], seed: int, log: Path) -> None:
    """The same again and again, until it is killed."""
    while True:
        ask_all(opener, place, claims, seed, log)
        seed += 1


def open_together(opener: LedgerOpener, place: Path, start: Barrier, claims: Sequence[Claim]) -> None:
    """Open a store that nobody has made yet at the same moment as the others, and use it."""
    start.wait(_PATIENCE)
    with opener(place) as ledger:
        ledger.take(claims)


def put_for_ever(opener: DocumentsOpener, place: Path, seed: int, log: Path) -> None:
    """Store documents of about a megabyte, telling of each that is stored, until it is killed."""
    chance = random.Random(seed)  # noqa: S311 - any bytes will do
    with opener(place) as documents, log.open("a") as lines:
        while True:
            ref = documents.put(chance.randbytes(chance.randrange(1_500_000)), "application/pdf", SHELF)
            lines.write(f"{ref.key} {ref.sha256} {ref.size}\n")
            lines.flush()


def put_these(opener: DocumentsOpener, place: Path, start: Barrier, contents: Sequence[bytes]) -> None:
    """Store the same documents at the same time as the others do."""
    with opener(place) as documents:
        start.wait(_PATIENCE)
        for content in contents:
            documents.put(content, "application/pdf", SHELF)


def change_often(opener: RolloutsOpener, place: Path, start: Barrier, rollout: Rollout, times: int) -> None:
    """Change a rollout so many times, each time from what is in force then; who is overtaken looks again."""
    with opener(place) as store:
        start.wait(_PATIENCE)
        while times:
            version = max((known.version for known in store.history(rollout.scope)), default=0)
            with suppress(ConflictError):
                store.save(replace(rollout, version=version, reason=f"{rollout.reason} {times}"))
                times -= 1


def logged_refs(log: Path) -> list[ObjectRef]:
    """What :func:`put_for_ever` said that it stored."""
    rows = (line.split(" ") for line in read_log(log))
    return [ObjectRef(key=key, sha256=sha, size=int(size), media_type="application/pdf") for key, sha, size in rows]

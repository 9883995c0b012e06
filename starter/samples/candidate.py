"""A candidate in Python: today's rules behind the preprocess contract, with a fault to order.

It shows how a candidate is written, and lets anybody see what a rollout does about a wrong one. The faults are those
that a migration really has.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from tripinvoice import archive, canonical
from tripinvoice.assemble import assemble
from tripinvoice.compare.form import Plain, plain_of
from tripinvoice.contract import ACTIVITY, RESPONSE, PreprocessRequest, task_queue
from tripinvoice.errors import CandidateError
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, Shelf

SLOW_SECONDS = 5.0
HUGE_BYTES = 4 * 1024 * 1024
THREADS = 16


class Fault(StrEnum):
    """What is wrong with it."""

    CENT = "cent"
    TAX_RATE = "tax-rate"
    MISSING_LINE = "missing-line"
    ORDER_OF_LINES = "order-of-lines"
    WRONG_DATE = "wrong-date"
    ABSENT = "null-against-absent"
    SLOW = "slow"
    CRASH = "crash"
    HUGE = "huge"
    FLAPPING = "flapping"


@dataclass
class SampleCandidate:
    """The current rules with a ``fault``, in ``countries`` only, if there are some."""

    documents: DocumentStore
    fault: Fault | None = None
    countries: frozenset[str] = frozenset()
    turns: Iterator[int] = field(default_factory=count)

    @activity.defn(name=ACTIVITY, no_thread_cancel_exception=True)
    def preprocess(self, request: PreprocessRequest) -> dict[str, Any]:
        """The drafts: by reference as they were asked for, or by value."""
        sources = self._sources(request)
        drafts = plain_of(assemble(sources))
        if self.fault is None or (self.countries and sources.trip.country not in self.countries):
            return self._answer(drafts, request, sources)
        wrong = _WRONG[self.fault](drafts, next(self.turns))
        return self._answer(wrong, request, sources) | _PADDING.get(self.fault, {})

    def _sources(self, request: PreprocessRequest) -> Sources:
        if request.sources is not None:
            return archive.recall(request.sources, self.documents, Sources)
        if request.evidence is None:
            raise CandidateError("request: needs sources or evidence", field="sources")
        return request.evidence

    def _answer(self, drafts: list[Plain], request: PreprocessRequest, sources: Sources) -> dict[str, Any]:
        if request.sources is None:
            return {"schema": RESPONSE, "archived": None, "drafts": drafts}
        kept = archive.keep({"schema": RESPONSE, "drafts": drafts}, self.documents, Shelf.of(sources.trip))
        return {"schema": RESPONSE, "archived": canonical.plain(kept), "drafts": None}


async def serve(client: Client, name: str, candidate: SampleCandidate, stop: asyncio.Event) -> None:
    """Poll the candidate's task queue until ``stop``."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="candidate") as executor:
        worker = Worker(
            client,
            task_queue=task_queue(name),
            activities=[candidate.preprocess],
            activity_executor=executor,
            max_concurrent_activities=THREADS,
            graceful_shutdown_timeout=timedelta(seconds=1),
        )
        async with worker:
            await stop.wait()


# --- what can be wrong ---------------------------------------------------------------------------------------------


def _cent(drafts: list[Plain], _: int) -> list[Plain]:
    """The tax of the first line is rounded the other way."""
    line = drafts[0]["lines"][0]
    line["net"]["minor"] += 1
    line["tax"]["minor"] -= 1
    return drafts


def _tax_rate(drafts: list[Plain], _: int) -> list[Plain]:
    for line in (*drafts[0]["lines"], *drafts[0]["tax_lines"]):
        line["tax_rate"] = str(Decimal(line["tax_rate"]) + 1)
    return drafts


def _missing_line(drafts: list[Plain], _: int) -> list[Plain]:
    del drafts[0]["lines"][-1]
    return drafts


def _order_of_lines(drafts: list[Plain], _: int) -> list[Plain]:
    """Of the first draft that has several; of one line there is one order."""
    for draft in drafts:
        draft["lines"].reverse()
    return drafts


def _wrong_date(drafts: list[Plain], _: int) -> list[Plain]:
    supplied = date.fromisoformat(drafts[0]["supply_date"])
    drafts[0]["supply_date"] = (supplied + timedelta(days=1)).isoformat()
    return drafts


def _absent(drafts: list[Plain], _: int) -> list[Plain]:
    drafts[0] = {name: value for name, value in drafts[0].items() if value is not None}
    return drafts


def _slow(drafts: list[Plain], _: int) -> list[Plain]:
    time.sleep(SLOW_SECONDS)
    return drafts


def _crash(drafts: list[Plain], _: int) -> list[Plain]:  # noqa: ARG001 - one shape for all
    os._exit(70)


def _huge(drafts: list[Plain], _: int) -> list[Plain]:
    return drafts


def _flapping(drafts: list[Plain], turn: int) -> list[Plain]:
    """Every third time."""
    return _cent(drafts, turn) if turn % 3 == 2 else drafts  # noqa: PLR2004 - as it says


_WRONG: Mapping[Fault, Callable[[list[Plain], int], list[Plain]]] = {
    Fault.CENT: _cent,
    Fault.TAX_RATE: _tax_rate,
    Fault.MISSING_LINE: _missing_line,
    Fault.ORDER_OF_LINES: _order_of_lines,
    Fault.WRONG_DATE: _wrong_date,
    Fault.ABSENT: _absent,
    Fault.SLOW: _slow,
    Fault.CRASH: _crash,
    Fault.HUGE: _huge,
    Fault.FLAPPING: _flapping,
}
_PADDING: Mapping[Fault, dict[str, Any]] = {Fault.HUGE: {"padding": "x" * HUGE_BYTES}}

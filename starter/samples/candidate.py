"""A candidate in Python: today's rules behind the preprocess contract, with a fault to order.

It shows how a candidate is written, and lets anybody see what a rollout does about a wrong one.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from starter.samples.candidate_faults import WRONG, Fault, padding
from tripinvoice import archive, canonical
from tripinvoice.assemble import assemble
from tripinvoice.compare.form import Plain, plain_of
from tripinvoice.contract import ACTIVITY, RESPONSE, PreprocessRequest, task_queue
from tripinvoice.errors import CandidateError
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, Shelf

THREADS = 16


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
        wrong = WRONG[self.fault](drafts, next(self.turns))
        return self._answer(wrong, request, sources) | padding(self.fault)

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

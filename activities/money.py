"""fetch: ask the money systems that this trip needs, and archive their answers as the invoice's evidence."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from temporalio import activity

from activities import metrics
from activities.messages import Fetched, FetchInput
from activities.revisions import Revisions
from tripinvoice import archive
from tripinvoice.answers import read_answer
from tripinvoice.errors import (
    MissingAnswerError,
    PermanentError,
    SystemUnavailableError,
    TransientError,
    TripInvoiceError,
)
from tripinvoice.money_systems import Answer, MoneySystem, Sources
from tripinvoice.ports import (
    AnswerCache,
    DocumentStore,
    InvoiceRecords,
    MoneySystems,
    MonthlyCollection,
    ObjectRef,
    Shelf,
)

# An informative system may be down for this many attempts before the invoice is made without it.
INFORMATIVE_ATTEMPTS = 3

Outcome = Answer | TripInvoiceError


@dataclass(frozen=True)
class MoneyActivities:
    """Talks to the money systems; runs on the fetch task queue, where nothing else may block the loop."""

    systems: MoneySystems
    cache: AnswerCache
    documents: DocumentStore
    records: InvoiceRecords
    collection: MonthlyCollection

    @activity.defn(name="fetch")
    async def fetch(self, request: FetchInput) -> Fetched:
        """Answers of every system that applies, concurrently; a retry asks only those still missing.

        A trip that already has documents is not asked about again: the topic may be replayed long after Temporal
        has forgotten the workflow.
        """
        trip = request.trip
        revisions = Revisions(self.documents, self.records, self.collection)
        issued = await asyncio.to_thread(revisions.issued, trip)
        if issued:
            return Fetched(sources=None, asked=0, answered=0, issued=issued)
        if await asyncio.to_thread(revisions.is_collected, trip):
            return Fetched(sources=None, asked=0, answered=0, collected=True)
        table = [system for system in self.systems.table() if system.applies_to(trip)]
        cache_key = f"{trip.trip_id}/{request.round}"
        known = dict(await asyncio.to_thread(self.cache.load, cache_key))
        known |= await self._corrected(table, request.corrections)
        outcome = await self._ask(table, request, known)
        try:
            answers = _complete(table, outcome, activity.info().attempt)
        except TripInvoiceError:
            received = [a for a in outcome.values() if isinstance(a, Answer)]
            await asyncio.to_thread(self.cache.save, cache_key, received)
            raise
        sources = Sources(trip=trip, answers=tuple(replace(a, fetched_at=request.asked_at) for a in answers))
        ref = await asyncio.to_thread(archive.keep, sources, self.documents, Shelf.of(trip))
        await asyncio.to_thread(self.cache.forget, cache_key)
        return Fetched(
            sources=ref,
            asked=len(table),
            answered=sum(a.body is not None for a in answers),
            left_out=tuple(sorted(name for name, a in outcome.items() if isinstance(a, TripInvoiceError))),
        )

    async def _corrected(self, table: Sequence[MoneySystem], corrections: Mapping[str, ObjectRef]) -> dict[str, Answer]:
        """The operator's answers, by the systems they stand for."""
        result = {}
        for system in table:
            if ref := corrections.get(system.name):
                result[system.name] = await asyncio.to_thread(archive.recall, ref, self.documents, Answer)
        return result

    async def _ask(
        self, table: Sequence[MoneySystem], request: FetchInput, known: Mapping[str, Answer]
    ) -> dict[str, Outcome]:
        """Ask all unknown systems at once, each as soon as those that it depends on have answered."""
        tasks: dict[str, asyncio.Task[Answer]] = {}

        async def ask(system: MoneySystem) -> Answer:
            if system.name in known:
                return known[system.name]
            needed = {name: await tasks[name] for name in system.depends_on if name in tasks}
            with _measured(system) as answered:
                return answered(_checked(system, await self.systems.ask(system, request.trip, needed)))

        # No task runs before all exist: none is awaited until then.
        tasks.update({s.name: asyncio.create_task(ask(s), name=s.name) for s in table})
        outcomes = await asyncio.gather(*tasks.values(), return_exceptions=True)
        return dict(zip(tasks, (_ours(outcome) for outcome in outcomes), strict=True))


@contextmanager
def _measured(system: MoneySystem) -> Iterator[Callable[[Answer], Answer]]:
    """Tell how long a system took and what came of it; call what this gives with its answer."""
    began, outcome = time.perf_counter(), "cancelled"

    def answered(answer: Answer) -> Answer:
        nonlocal outcome
        outcome = "no_answer" if answer.body is None else "answered"
        return answer

    try:
        yield answered
    except TripInvoiceError as error:
        outcome = error.code
        raise
    finally:
        metrics.upstream_took(time.perf_counter() - began, upstream=system.name, outcome=outcome)


def _ours(outcome: Answer | BaseException) -> Outcome:
    """Let bugs and cancellations through; keep our own errors for :func:`_complete`."""
    if isinstance(outcome, Answer | TripInvoiceError):
        return outcome
    raise outcome


def _checked(system: MoneySystem, answer: Answer) -> Answer:
    """The answer, if it has the shape that the system provides and is there when required."""
    if answer.body is not None:
        read_answer(system.name, system.provides, answer.body)
    elif system.required:
        raise MissingAnswerError(
            f"{system.name}: no answer for this trip, and no invoice can be made without it; "
            "have the system answer, then resume",
            field=system.name,
        )
    return answer


def _complete(table: Sequence[MoneySystem], outcome: Mapping[str, Outcome], attempt: int) -> tuple[Answer, ...]:
    """All answers by name; raises the first permanent error, else a transient one that names who is missing."""
    failed = {name: error for name, error in outcome.items() if isinstance(error, TripInvoiceError)}
    for error in failed.values():
        if isinstance(error, PermanentError):
            raise error
    expendable = {s.name for s in table if s.informative} if attempt >= INFORMATIVE_ATTEMPTS else set()
    missing = sorted(failed.keys() - expendable)
    if missing:
        waits = [e.retry_after for e in failed.values() if isinstance(e, TransientError) and e.retry_after]
        raise SystemUnavailableError(
            f"{len(missing)} of {len(table)} systems did not answer: {', '.join(missing)}; "
            f"first: {failed[missing[0]].message}",
            field=missing[0],
            retry_after=max(waits, default=None),
        )
    return tuple(answer for _, answer in sorted(outcome.items()) if isinstance(answer, Answer))

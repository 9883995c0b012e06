"""What ``compare`` asks, of the stores and of Temporal."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from starter import comparing
from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.session import temporal
from tripinvoice import archive
from tripinvoice.compare.report import Evidence, Report, Wanted
from tripinvoice.compare.report import report as make
from tripinvoice.contract import task_queue
from tripinvoice.errors import NotFoundError
from tripinvoice.money_systems import Sources
from tripinvoice.ports import InvoiceRecord, ObjectRef
from tripinvoice.rollouts.rollout import Scope, Toggles
from tripinvoice.settings import read_settings
from tripinvoice.trip import Trip
from tripinvoice.wiring import Wiring


@dataclass(frozen=True, kw_only=True)
class ComparedAgain:
    """What came out, and which candidate was asked."""

    candidate: str
    again: comparing.Again


async def again(trip_id: str, candidate: str | None, revision: int | None, wait: int) -> ComparedAgain:
    """Have both sides run again. Raises ``NotFoundError``: nothing is recorded of the trip."""
    async with Wiring(read_settings()) as wiring:
        ref = _evidence(await asyncio.to_thread(wiring.records.by_trip, trip_id), revision)
        evidence = await asyncio.to_thread(archive.recall, ref, wiring.documents, Sources)
        toggles = await asyncio.to_thread(wiring.rollouts.toggles)
        name = candidate or _candidate(toggles, evidence.trip)
        task_queue(name)  # a name that none can have is told before anything is started
        decision = comparing.by_hand(evidence.trip, name, toggles.of(evidence.trip))
        compared = await comparing.compare_again(
            await temporal(), evidence.trip, ref, decision, timedelta(seconds=wait)
        )
        looked = await asyncio.to_thread(
            comparing.looked_at, compared, evidence, wiring.documents, wiring.ignore_rules, wiring.clock.now()
        )
        return ComparedAgain(candidate=name, again=looked)


def _evidence(records: Sequence[InvoiceRecord], revision: int | None) -> ObjectRef:
    """The evidence of the trip's latest revision, or of this one."""
    issued = {
        record.document.revision: record.sources
        for record in records
        if record.sources is not None and record.corrects is None
    }
    if not issued or (revision is not None and revision not in issued):
        raise NotFoundError(
            "trip: no document of it is recorded with its evidence; `tripinvoice show` says how far its invoice is"
        )
    return issued[max(issued) if revision is None else revision]


def _candidate(toggles: Toggles, trip: Trip) -> str:
    rollout = toggles.of(trip)
    if rollout is None:
        raise CommandError("--candidate: no rollout is for this trip, so name the candidate to ask", Exit.USAGE)
    return rollout.candidate


async def report(scope: str | None, back: timedelta, wanted: Wanted) -> Report:
    """Read what was compared in that time, and make the report."""
    async with Wiring(read_settings()) as wiring:
        toggles = await asyncio.to_thread(wiring.rollouts.toggles)
        until = wiring.clock.now()
        scopes = [Scope.parse(scope)] if scope else [rollout.scope for rollout in toggles.rollouts]
        comparisons = wiring.comparisons
        evidence = Evidence(
            comparisons=chain.from_iterable(comparisons.between(one, until - back, until) for one in scopes),
            toggles=toggles,
            rules=wiring.ignore_rules,
            since=until - back,
            until=until,
        )
        return await asyncio.to_thread(make, evidence, wanted)

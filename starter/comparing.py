"""Holding both implementations against each other once more, from a trip's archived evidence; nothing is kept of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ActivityError, ApplicationError

from activities.messages import CandidateSide, ComparedTrip, CurrentSide
from starter.again import LATER
from tripinvoice import archive
from tripinvoice.assemble import assemble
from tripinvoice.compare.comparison import Found, Side, compare, noise
from tripinvoice.compare.form import Plain, plain_of
from tripinvoice.compare.ignoring import IgnoreRule
from tripinvoice.contract import plain_drafts
from tripinvoice.errors import ConflictError, PermanentError, SystemUnavailableError
from tripinvoice.invoice import Draft
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, ObjectRef
from tripinvoice.rollouts.decision import Decision, bucket
from tripinvoice.rollouts.rollout import Mode, Rollout, Scope
from tripinvoice.trip import Trip
from workflows import policies
from workflows import search_attributes as sa
from workflows.compare_trip import CompareTrip
from workflows.messages import CompareTripInput

BY_HAND_MS = 10_000
"""The deadline of a candidate that no rollout of the trip has: somebody waits, no invoice does."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """Both sides, what they differ in with all values, and on which paths the current one differs from itself."""

    trip: Trip
    current: Side
    candidate: Side
    found: Found
    noisy: tuple[str, ...]


def by_hand(trip: Trip, candidate: str, rollout: Rollout | None) -> Decision:
    """A part in a rollout that only compares."""
    own = rollout if rollout is not None and rollout.candidate == candidate else None
    return Decision(
        scope=str(own.scope if own else Scope()),
        candidate=candidate,
        mode=Mode.SHADOW,
        leads=False,
        guarded=True,
        compared=True,
        noise=False,
        deadline_ms=own.deadline_ms if own else BY_HAND_MS,
        bucket=bucket(candidate, trip),
        rollout_version=own.version if own else 0,
    )


async def compare_again(
    client: Client, trip: Trip, sources: ObjectRef, decision: Decision, patience: timedelta
) -> ComparedTrip:
    """Ask both sides. A second call for the same candidate joins the one under way."""
    workflow_id = f"compare/{trip.trip_id}/again/{decision.candidate}"
    handle = await client.start_workflow(
        CompareTrip.run,
        CompareTripInput(trip_id=trip.trip_id, decision=decision, sources=sources, kept=False),
        id=workflow_id,
        task_queue=policies.WORKFLOWS,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(sa.TRIP_ID, trip.trip_id),
                SearchAttributePair(sa.COUNTRY, trip.country),
                SearchAttributePair(sa.LINE_OF_BUSINESS, trip.line_of_business),
            ]
        ),
        static_summary=f"compare {decision.candidate} again · {trip.country} · {trip.trip_id}"[:200],
        priority=LATER,
    )
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await handle.result()
    except TimeoutError:
        raise SystemUnavailableError(
            f"{workflow_id}: not done within {patience.total_seconds():.0f} s, and still going on; is a worker "
            "running? Ask again later, the same command joins it"
        ) from None
    except WorkflowFailureError as error:
        cause = error.cause.cause if isinstance(error.cause, ActivityError) else error.cause
        told = cause.message if isinstance(cause, ApplicationError) else "ended without an answer"
        raise ConflictError(f"{workflow_id}: {told}") from error


def looked_at(
    compared: ComparedTrip, evidence: Sources, documents: DocumentStore, rules: Sequence[IgnoreRule], now: datetime
) -> Again:
    """Fetch what both sides archived, and compare it here, where values may be shown."""
    trip = evidence.trip
    current, candidate = _current(compared.current, documents), _candidate(compared.candidate, documents)
    concerned = [rule for rule in rules if rule.concerns(trip.country, trip.line_of_business)]
    return Again(
        trip=trip,
        current=current,
        candidate=candidate,
        found=compare(current, candidate, concerned, now),
        noisy=_noise(evidence, current.drafts),
    )


def _current(side: CurrentSide, documents: DocumentStore) -> Side:
    if side.drafts is None:
        return Side(drafts=None, failure=side.failure, seconds=side.seconds)
    drafts = [archive.recall(one.draft, documents, Draft) for one in side.drafts]
    return Side(drafts=plain_of(drafts), seconds=side.seconds)


def _candidate(side: CandidateSide, documents: DocumentStore) -> Side:
    if side.answered is None:
        return Side(drafts=None, failure=side.failure, seconds=side.seconds)
    try:
        return Side(drafts=plain_drafts(side.answered, documents), seconds=side.seconds)
    except PermanentError as error:
        return Side(drafts=None, failure=error.code, seconds=side.seconds)


def _noise(evidence: Sources, once: Sequence[Plain] | None) -> tuple[str, ...]:
    """Where the current implementation, run once more here, differs from what a worker made."""
    if once is None:
        return ()
    with suppress(PermanentError):  # of another version than the worker; then nothing is known
        return noise(once, plain_of(assemble(evidence)))
    return ()

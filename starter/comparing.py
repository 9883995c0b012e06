"""Holding both implementations against each other once more, from a trip's archived evidence; nothing is kept of it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import (
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ActivityError, ApplicationError

from activities.comparison import candidate_side, current_side, noise_of
from activities.messages import ComparedTrip
from starter.again import LATER
from starter.waiting import waiting_for
from tripinvoice.compare.comparison import Found, Side, compare
from tripinvoice.compare.ignoring import IgnoreRule, concerning
from tripinvoice.errors import ConflictError, PermanentError
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
        search_attributes=TypedSearchAttributes(sa.of_trip(trip)),
        static_summary=f"compare {decision.candidate} again · {trip.country} · {trip.trip_id}"[:200],
        priority=LATER,
    )
    try:
        async with waiting_for(workflow_id, patience):
            return await handle.result()
    except WorkflowFailureError as error:
        cause = error.cause.cause if isinstance(error.cause, ActivityError) else error.cause
        told = cause.message if isinstance(cause, ApplicationError) else "ended without an answer"
        raise ConflictError(f"{workflow_id}: {told}") from error


def looked_at(
    compared: ComparedTrip, evidence: Sources, documents: DocumentStore, rules: Sequence[IgnoreRule], now: datetime
) -> Again:
    """Fetch what both sides archived, and compare it here, where values may be shown."""
    trip = evidence.trip
    _, current = current_side(compared.current, documents)
    candidate = candidate_side(compared.candidate, documents)
    concerned = concerning(rules, trip.country, trip.line_of_business)
    return Again(
        trip=trip,
        current=current,
        candidate=candidate,
        found=compare(current, candidate, concerned, now),
        noisy=_noise(evidence, current),
    )


def _noise(evidence: Sources, current: Side) -> tuple[str, ...]:
    """Where the current implementation, run once more here, differs from what a worker made."""
    with suppress(PermanentError):  # of another version than the worker; then nothing is known
        return noise_of(evidence, current)
    return ()

"""CompareTrip: hold a trip's drafts of two implementations against each other, beside the invoice, never in its way."""

import asyncio

from temporalio import workflow
from temporalio.common import TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities.comparison import ComparisonActivities
    from activities.messages import CandidateSide, ComparedTrip, CompareInput, CurrentSide
    from tripinvoice.trip import Trip
    from workflows import candidates
    from workflows import search_attributes as sa
    from workflows.messages import CompareTripInput
    from workflows.policies import COMPARE, WORKFLOWS
    from workflows.preprocessing import ask_current


def compare_workflow_id(trip_id: str, revision: int = 1) -> str:
    """The workflow that compares a trip; there is one at a time."""
    return f"compare/{trip_id}" if revision == 1 else f"compare/{trip_id}/{revision}"


@workflow.defn(name="CompareTrip")
class CompareTrip:
    """candidate, and the current one where it has not run → compare."""

    @workflow.run
    async def run(self, request: CompareTripInput) -> ComparedTrip:
        """Ask the sides that are not there yet, compare, keep what is found."""
        compared_at = workflow.now()
        current, candidate = await asyncio.gather(self._current(request), self._candidate(request))
        compared = await workflow.execute_activity_method(
            ComparisonActivities.compare,
            CompareInput(
                sources=request.sources,
                decision=request.decision,
                current=current,
                candidate=candidate,
                compared_at=compared_at,
                issued=request.issued,
                kept=request.kept,
            ),
            activity_id="compare",
            summary=f"current with {request.decision.candidate}",
            **COMPARE.options(),
        )
        workflow.upsert_search_attributes([sa.COMPARE_OUTCOME.value_set(compared.outcome)])
        workflow.set_current_details(_story(compared, request))
        return compared

    async def _current(self, request: CompareTripInput) -> CurrentSide:
        if request.current is not None:
            return request.current
        began = workflow.time()
        try:
            return await ask_current(request.sources, COMPARE, "the current implementation")
        except ActivityError as error:
            if is_cancelled_exception(error) or not isinstance(error.cause, ApplicationError):
                raise
            return CurrentSide(failure=error.cause.type or "Error", seconds=workflow.time() - began)

    async def _candidate(self, request: CompareTripInput) -> CandidateSide:
        return request.candidate or await candidates.ask(request.decision, request.sources)


async def start_comparing(request: CompareTripInput, trip: Trip) -> None:
    """Start it as a workflow that outlives the one that started it; when it cannot be, the invoice does not care."""
    try:
        await workflow.start_child_workflow(
            CompareTrip.run,
            request,
            id=compare_workflow_id(trip.trip_id, trip.revision),
            task_queue=WORKFLOWS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            cancellation_type=workflow.ChildWorkflowCancellationType.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=TypedSearchAttributes(sa.of_trip(trip)),
            static_summary=f"compare {request.decision.candidate} · {trip.country} · {trip.trip_id}"[:200],
        )
    except (FailureError, asyncio.CancelledError) as error:
        workflow.logger.warning("comparison_not_started", extra={"error": type(error).__name__})


def _story(compared: ComparedTrip, request: CompareTripInput) -> str:
    """What the Web UI shows of it."""
    mark = {"equal": "✓", "alike": "≈"}.get(compared.outcome, "✗")
    lines = [f"{mark} **{compared.outcome}** · current with `{request.decision.candidate}` · trip `{request.trip_id}`"]
    if compared.candidate.failure:
        lines.append(f"The candidate failed: `{compared.candidate.failure}`")
    lines += [f"- `{path}`" for path in compared.paths]
    if compared.outcome != "equal":
        lines.append(f"Both sides: `tripinvoice compare {request.trip_id}`")
    return "\n\n".join(lines)

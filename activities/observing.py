"""Around every step: how long it took, a line when it failed, and the fields that all its log lines have.

Put it on the worker outside the interceptor of failures, so that it sees errors by their codes.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities import metrics
from activities.messages import (
    AnnounceInput,
    CollectInput,
    CreditInput,
    DraftRef,
    FetchInput,
    NumberInput,
    PreprocessInput,
    RecallInput,
    RecordInput,
    RenderInput,
    VoidInput,
)
from tripinvoice.trip import Trip

CANDIDATE_QUEUE = "tripinvoice-candidate-"
"""How the task queue of a candidate begins; its name follows."""


class ObservingInterceptor(Interceptor):
    """Measures and tells of every step; put it on the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK's name
        """Wrap every activity call."""
        return _Observing(next)


class _Observing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - SDK's name
        """Run the activity under its fields; what it returns or raises stays as it is."""
        info = activity.info()
        with bound_contextvars(**_fields(info, input.args)):
            began, outcome = time.perf_counter(), "done"
            try:
                return await super().execute_activity(input)
            except (CancelledError, asyncio.CancelledError):
                outcome = "cancelled"
                raise
            except ApplicationError as error:
                outcome = metrics.known_code(error.type or "")
                _tell(error, time.perf_counter() - began)
                raise
            finally:
                seconds = time.perf_counter() - began
                implementation = implementation_of(info.task_queue)
                metrics.step_took(seconds, step=info.activity_type, implementation=implementation, outcome=outcome)


def implementation_of(task_queue: str) -> str:
    """The candidate whose queue this is, else the current implementation."""
    return task_queue.removeprefix(CANDIDATE_QUEUE) if task_queue.startswith(CANDIDATE_QUEUE) else metrics.CURRENT


def about(message: object) -> Mapping[str, str]:  # noqa: PLR0911 - one for each kind of message
    """Which trip a message is about, and of which country and line of business, as far as it tells."""
    match message:
        case Trip() as trip:
            return {"trip": trip.trip_id, "country": trip.country, "line_of_business": str(trip.line_of_business)}
        case DraftRef() as draft:
            trip_id = draft.document.trip_id
            return {"trip": trip_id, "country": draft.country, "line_of_business": draft.line_of_business}
        case FetchInput(trip=one) | RenderInput(draft=one):
            return about(one)
        case NumberInput(drafts=[one, *_]) | VoidInput(drafts=[one, *_]) | CollectInput(drafts=[one, *_]):
            return about(one)
        case RecordInput(documents=[rendered, *_]):
            return about(rendered.draft)
        case PreprocessInput(sources=sources):
            return {"country": sources.shelf.country, "line_of_business": sources.shelf.line_of_business}
        case AnnounceInput(trip_id=trip_id) | RecallInput(trip_id=trip_id) | CreditInput(trip_id=trip_id):
            return {"trip": trip_id}
        case _:
            return {}


def _fields(info: activity.Info, arguments: Any) -> dict[str, Any]:
    told = {
        "step": info.activity_type,
        "workflow_id": info.workflow_id,
        "run_id": info.workflow_run_id,
        "attempt": info.attempt,
        **_by_workflow(info.workflow_id or ""),
        **about(arguments[0] if arguments else None),
    }
    return {name: value for name, value in told.items() if value is not None}


def _by_workflow(workflow_id: str) -> Mapping[str, str]:
    """The trip of ``invoice/TRIP`` and ``credit/TRIP``, for messages that do not name it."""
    kind, _, rest = workflow_id.partition("/")
    return {"trip": rest.partition("/")[0]} if kind in {"invoice", "credit"} else {}


def _tell(error: ApplicationError, seconds: float) -> None:
    """Its text is ours and names no value (``activities/failures.py``)."""
    activity.logger.warning(
        "step_failed",
        extra={"outcome": "failure", "code": error.type, "reason": error.message, "seconds": round(seconds, 6)},
    )

"""Asking a candidate for a trip's drafts: on its own task queue, once, within its deadline.

Whatever it does, the workflow that asks goes on: what it sends is looked at before it is read as anything.
"""

import re
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, is_cancelled_exception  # noqa: A004 - SDK's name

with workflow.unsafe.imports_passed_through():
    from activities.messages import CandidateSide
    from tripinvoice import contract
    from tripinvoice.errors import CandidateError
    from tripinvoice.ports import ObjectRef
    from tripinvoice.rollouts.decision import Decision

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


async def ask(decision: Decision, sources: ObjectRef) -> CandidateSide:
    """What the candidate answers, or why it does not. Raises a cancellation only."""
    began = workflow.time()
    answered, failure = None, ""
    try:
        answered = _read(await _answer(decision, sources))
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        failure = _code(error)
    except Exception:  # noqa: BLE001 - bytes of somebody else's: any error of reading them is his
        failure = CandidateError.__name__
    return CandidateSide(answered=answered, failure=failure, seconds=workflow.time() - began)


async def _answer(decision: Decision, sources: ObjectRef) -> RawValue:
    answer: RawValue = await workflow.execute_activity(
        contract.ACTIVITY,
        contract.PreprocessRequest(sources=sources),
        result_type=RawValue,
        task_queue=contract.task_queue(decision.candidate),
        schedule_to_close_timeout=timedelta(milliseconds=decision.deadline_ms),
        retry_policy=RetryPolicy(maximum_attempts=1),
        activity_id="candidate",
        summary=f"ask {decision.candidate}",
    )
    return answer


def _read(raw: RawValue) -> contract.Answered:
    answered = workflow.payload_converter().from_payload(raw.payload, contract.Answered)
    if not isinstance(answered, contract.Answered):  # a null and plain bytes come back as they are
        raise CandidateError("response: is no object", field="response")
    return answered


def _code(error: ActivityError) -> str:
    """The failure's name: its text may be anything, so it stays where it is."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return cause.type if cause.type and _CODE.fullmatch(cause.type) else "Error"
    return "TimedOut" if isinstance(cause, TimeoutError) else type(cause).__name__

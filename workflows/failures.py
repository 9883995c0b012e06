"""Why an invoice is parked, as an operator should see it."""

from collections.abc import Sequence

from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType  # noqa: A004 - SDK's name

from activities.messages import DraftRef
from tripinvoice.errors import ConflictError
from workflows.messages import Failure


def read_failure(step: str, error: ActivityError) -> Failure:
    """The step's failure: its own error where it had one, else which time limit passed."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        field = str(cause.details[0]) if cause.details else None
        return Failure(step=step, code=cause.type or "Error", reason=cause.message, field=field)
    if isinstance(cause, TimeoutError):
        last = f"; last error: {cause.cause.message}" if isinstance(cause.cause, ApplicationError) else ""
        kind = TimeoutType(cause.type).name.lower().replace("_", "-") if cause.type is not None else "unknown"
        return Failure(
            step=step,
            code="TimedOut",
            reason=f"{step} passed its {kind} time limit{last}; see whether its worker and its systems are up",
        )
    return Failure(step=step, code=type(cause).__name__, reason=f"{step} ended without an answer")


def other_documents(asked: Sequence[DraftRef], drafts: Sequence[DraftRef]) -> Failure | None:
    """Why drafts cannot take the place of others: one of those may have a number, and is not among these any more."""
    series = {draft.document: draft.series for draft in drafts}
    for draft in asked:
        if series.get(draft.document) != draft.series:
            return Failure(
                step="preprocess",
                code=ConflictError.__name__,
                reason=f"{draft.document.contract}: a number of series {draft.series} may be taken for it, and what "
                "the systems answer now makes no such document; resume with answers that do, or void",
                field="document",
            )
    return None

"""Reads why an activity was given up, as an operator should see it."""

from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType  # noqa: A004 - SDK's name

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

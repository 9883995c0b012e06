"""Turns the product's errors into Temporal's, in one place.

Error texts go into histories: they are bounded, and an exception we did not raise ourselves is named but not quoted,
because its text may hold personal data.
"""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from tripinvoice.errors import PermanentError, TransientError, TripInvoiceError

MAX_MESSAGE = 1_000  # characters; the server cuts failures over 4 KiB, stack trace included


class FailureInterceptor(Interceptor):
    """Translates what activities raise; put it on the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK's name
        """Wrap every activity call."""
        return _Translate(next)


class _Translate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - SDK's name
        """Run the activity; raise only ``ApplicationError`` or a cancellation."""
        try:
            return await super().execute_activity(input)
        except (ApplicationError, CancelledError):
            raise
        except TripInvoiceError as error:
            raise as_application_error(error) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, its text must not reach the history
            # The text stays out of the history and the log; the place in the code is enough to find the bug.
            place = _innermost_place(error)
            activity.logger.error(
                "unexpected_error", extra={"outcome": "failure", "error": type(error).__name__, "place": place}
            )
            raise ApplicationError(
                f"unexpected {type(error).__name__} at {place}; this is a bug in the step, mend it and deploy",
                type="UnexpectedError",
            ) from None


def as_application_error(error: TripInvoiceError) -> ApplicationError:
    """The Temporal failure of a product error: its type is the error's code, its detail the field."""
    return ApplicationError(
        error.message[:MAX_MESSAGE],
        *([error.field] if error.field else []),
        type=error.code,
        non_retryable=isinstance(error, PermanentError),
        next_retry_delay=error.retry_after if isinstance(error, TransientError) else None,
    )


def _innermost_place(error: BaseException) -> str:
    """``module:line`` where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"

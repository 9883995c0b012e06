"""From any error to one line with a remedy and an exit code. A traceback is shown only with ``--debug``."""

import asyncio
from typing import TYPE_CHECKING

import typer

from starter.cli.exits import Exit
from tripinvoice.errors import NotFoundError, TripInvoiceError

if TYPE_CHECKING:  # the SDK takes most of a second to load, and --help must not wait for it
    from temporalio.service import RPCError

MAX_LINE = 600  # characters


class CommandError(TripInvoiceError):
    """A command cannot do what was asked; the message says what helps."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.exit = code


def told(error: BaseException) -> tuple[str, Exit]:
    """The line for the operator, and the exit code."""
    match error:
        case CommandError():
            return error.message, error.exit
        case TripInvoiceError():
            return error.message, Exit.NOT_FOUND if isinstance(error, NotFoundError) else Exit.FAILED
        case typer.Abort():
            return "stopped, nothing is changed", Exit.FAILED
        case typer.TyperException():
            return _usage(error), Exit.USAGE
        case KeyboardInterrupt() | asyncio.CancelledError():
            return "interrupted", Exit.INTERRUPTED
        case _:
            return _foreign(error), Exit.FAILED


def one_line(text: str) -> str:
    """Bounded, and without line breaks or control characters."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:MAX_LINE]


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "tripinvoice"
    message = error.format_message().rstrip(".")
    return f"{message[:1].lower()}{message[1:]}; see `{command} --help`"


def _foreign(error: BaseException) -> str:
    """What other libraries raise; without them loaded, it cannot be theirs."""
    from temporalio.client import WorkflowUpdateFailedError
    from temporalio.service import RPCError

    if isinstance(error, WorkflowUpdateFailedError):
        return f"refused: {error.cause}"
    if isinstance(error, RPCError):
        return _rpc(error)
    return f"unexpected {type(error).__name__}; `tripinvoice --debug …` shows where, please report it"


def _rpc(error: "RPCError") -> str:
    from temporalio.service import RPCStatusCode

    remedies = {
        RPCStatusCode.NOT_FOUND: "check the id, and TEMPORAL_NAMESPACE",
        RPCStatusCode.UNAVAILABLE: "is the server up? See `temporal operator cluster health`",
        RPCStatusCode.DEADLINE_EXCEEDED: "no answer in time; is a worker running?",
        RPCStatusCode.CANCELLED: "no answer in time; is a worker running?",
        RPCStatusCode.PERMISSION_DENIED: "check TEMPORAL_API_KEY or the client certificate",
        RPCStatusCode.UNAUTHENTICATED: "check TEMPORAL_API_KEY or the client certificate",
    }
    remedy = remedies.get(error.status, "see `tripinvoice doctor`")
    return f"Temporal answered {error.status.name}: {error.message}; {remedy}"

"""What an error while starting a workflow means for the trip event that was to start it."""

from enum import Enum, auto

from temporalio.service import RPCError, RPCStatusCode

from tripinvoice.errors import PermanentError, TransientError


class Trouble(Enum):
    """Whose fault it is."""

    UNAVAILABLE = auto()
    """The other side's, or the way to it: wait as long as it takes."""
    REFUSED = auto()
    """The event's: it will never be taken."""
    UNEXPECTED = auto()
    """Unknown; perhaps ours. Worth a few more tries."""


def judge(error: Exception) -> Trouble:
    """Judge an error that starting a workflow raised."""
    match error:
        case RPCError():
            return Trouble.REFUSED if _refused(error) else Trouble.UNAVAILABLE
        case PermanentError():
            return Trouble.REFUSED
        case TransientError() | OSError():  # TimeoutError and ConnectionError are OSErrors
            return Trouble.UNAVAILABLE
        case RuntimeError() if str(error).startswith("Failed client connect"):  # a lazy client's first call
            return Trouble.UNAVAILABLE
        case _:
            return Trouble.UNEXPECTED


def _refused(error: RPCError) -> bool:
    """Whether the server said that this request is wrong, whoever sends it and whenever.

    A missing namespace, a denied access or an unregistered search attribute is a fault of the set-up, so the event
    waits. Two answers differ from their neighbours by the text only: a request above gRPC's 4 MB is
    RESOURCE_EXHAUSTED like an overload, and a missing search attribute is INVALID_ARGUMENT like a bad request.
    """
    if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
        return "larger than max" in error.message
    return error.status is RPCStatusCode.INVALID_ARGUMENT and "search attribute" not in error.message


def named(error: Exception) -> str:
    """What kind of error it is, for the log; not its text, which may hold anything."""
    return f"Temporal {error.status.name}" if isinstance(error, RPCError) else type(error).__name__


def told(error: BaseException | None) -> tuple[str, str]:
    """A stable code and a text without values of the event, for the dead letter and the log."""
    match error:
        case PermanentError():
            return error.code, error.message
        case RPCError():
            return "TemporalRefused", f"Temporal answered {error.status.name}; the event cannot start a workflow"
        case _:
            return (
                "Unexpected",
                f"bridging the event raised {type(error).__name__}; the bridge's own fault, replay it later",
            )

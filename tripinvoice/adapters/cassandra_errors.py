"""The driver's errors in our words: what to wait for, what to set, and what is a mistake of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cassandra import (
    AuthenticationFailed,
    CoordinationFailure,
    InvalidRequest,
    OperationTimedOut,
    Timeout,
    Unauthorized,
    Unavailable,
    UnresolvableContactPoints,
)
from cassandra.cluster import NoHostAvailable
from cassandra.connection import ConnectionBusy, ConnectionException
from cassandra.protocol import ErrorMessage

from tripinvoice.errors import ConfigurationError, StoreUnavailableError, TripInvoiceError

# Of these nobody knows what became of the statement: whoever sent a conditional one reads what is there now.
_UNANSWERED = (
    ConnectionBusy,
    ConnectionException,
    CoordinationFailure,
    NoHostAvailable,
    OperationTimedOut,
    OSError,
    Timeout,
    Unavailable,
    UnresolvableContactPoints,
)
# Codes of the protocol for which the driver has no class of its own: overloaded, bootstrapping, truncation failed,
# server error, the outcome of a conditional write unknown.
_UNANSWERED_CODES = frozenset({0x0000, 0x1001, 0x1002, 0x1003, 0x1700})
_REFUSED = "refuses the user or the password; check TRIPINVOICE_CASSANDRA_USERNAME and TRIPINVOICE_CASSANDRA_PASSWORD"


@contextmanager
def explained() -> Iterator[None]:
    """The driver's errors in our words. Those of our own CQL pass as they are: they are mistakes of ours.

    Raises ``StoreUnavailableError`` when waiting helps, for a conditional statement also when its outcome is unknown;
    ``ConfigurationError`` when a setting or the schema must be mended first.
    """
    try:
        yield
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        raise known from None


def explain(error: BaseException) -> TripInvoiceError | None:
    """The error of ours for one of the driver's; ``None`` when it is a programming error."""
    if isinstance(error, NoHostAvailable):
        return _of_hosts(error.errors)
    if isinstance(error, _UNANSWERED):
        return _unavailable(f"does not answer ({type(error).__name__})")
    if isinstance(error, ErrorMessage) and error.code in _UNANSWERED_CODES:
        return _unavailable(f"cannot answer now (code {error.code:#06x})")
    return _to_be_mended(error)


def _to_be_mended(error: BaseException) -> ConfigurationError | None:
    user = "TRIPINVOICE_CASSANDRA_USERNAME"
    match error:
        case AuthenticationFailed():
            return _configuration(_REFUSED, user)
        case Unauthorized():
            return _configuration("the user may not do this; grant it SELECT and MODIFY on the keyspace", user)
        case InvalidRequest() if "keyspace" in str(error).lower() and "exist" in str(error).lower():
            return missing_keyspace()
    return None


def missing_keyspace() -> ConfigurationError:
    """The keyspace of the setting is not there."""
    return _configuration(
        "has no such keyspace; run `tripinvoice schema apply`, or name another one", "TRIPINVOICE_STORE"
    )


def _of_hosts(errors: Any) -> TripInvoiceError:
    """No host could be asked: why, if one of them said something that only a person can mend.

    The driver gives an error by host, or a mere list of hosts when it may ask none of them.
    """
    by_host = errors if isinstance(errors, dict) else {}
    of_each = [error for error in by_host.values() if not isinstance(error, NoHostAvailable)]
    for error in of_each:
        found = explain(error)
        if isinstance(found, ConfigurationError):
            return found
    kinds = ", ".join(sorted({type(error).__name__ for error in of_each})) or "none is known to be up"
    return _unavailable(f"no host can be reached ({kinds})")


def _unavailable(what: str) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"Cassandra: {what}; is it up, and are TRIPINVOICE_STORE and TRIPINVOICE_CASSANDRA_TLS right?"
    )


def _configuration(what: str, field: str) -> ConfigurationError:
    return ConfigurationError(f"{field}: Cassandra {what}", field=field)

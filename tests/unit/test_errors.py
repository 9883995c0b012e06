"""The tree of errors."""

from datetime import timedelta

import pytest

from tripinvoice import errors
from tripinvoice.errors import (
    ConfigurationError,
    InvalidAnswerError,
    PermanentError,
    SystemUnavailableError,
    TransientError,
    TripInvoiceError,
)

_ALL = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, TripInvoiceError)]


@pytest.mark.parametrize("error", _ALL)
def test_every_error_is_drawn_and_answers_whether_to_try_again(error: type[TripInvoiceError]) -> None:
    """The module's picture names each; each below the root is permanent, transient or about the set-up, never two."""
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__
    kinds = [kind for kind in (PermanentError, TransientError, ConfigurationError) if issubclass(error, kind)]
    assert len(kinds) == (error is not TripInvoiceError)


def test_an_error_carries_its_field_and_a_stable_name() -> None:
    """Operators find errors by code and field."""
    error = InvalidAnswerError("fares.currency: expected three letters", field="fares.currency")
    assert (str(error), error.message) == ("fares.currency: expected three letters",) * 2
    assert (error.code, error.field) == ("InvalidAnswerError", "fares.currency")


def test_a_transient_error_carries_the_wait_it_was_asked_for() -> None:
    """Retry-After, if the other side sent it."""
    error = SystemUnavailableError("fares: busy", retry_after=timedelta(seconds=7))
    assert (error.retry_after, error.field) == (timedelta(seconds=7), None)
    assert SystemUnavailableError("fares: busy").retry_after is None

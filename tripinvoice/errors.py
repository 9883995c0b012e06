"""Everything that can go wrong, sorted by one question: does trying again help.

    TripInvoiceError
    ├── ConfigurationError        the program is set up wrongly: it does not start, no trip is touched
    ├── PermanentError            somebody must mend data, code or configuration; the invoice is parked
    │   ├── InvalidTripError      the trip event is malformed
    │   ├── UnsupportedTripError  no regime, or no rule of its regime, covers this trip
    │   ├── MissingAnswerError    a required money system has nothing to say about this trip
    │   ├── InvalidAnswerError    a money system's answer is malformed or contradicts another
    │   ├── TotalsError           amounts that must agree do not
    │   ├── RuleViolationError    a finished document breaks a named rule for invoices
    │   ├── CreditError           a credit note cannot be made as it was asked for
    │   ├── DocumentError         a document cannot be rendered from this invoice
    │   ├── ConflictError         something immutable would have to change
    │   ├── CandidateError        a second implementation of preprocess did not keep its contract
    │   ├── NumbersExhaustedError the stock of numbers that an authority handed out is used up
    │   ├── NotFoundError         a stored thing that must exist does not
    │   └── StoreUnusableError    a store's file is damaged, foreign or of a newer version
    └── TransientError            trying again later helps
        ├── SystemUnavailableError  a money system did not answer in time, or said so
        ├── StoreUnavailableError   a store, broker or ledger did not answer
        └── RendererCrashedError    a render process died

Messages name the field, the kind of value found and what to do. They never contain the value itself: it may
be personal, and error texts end up in histories and logs.
"""

from datetime import timedelta


class TripInvoiceError(Exception):
    """Root of the tree; never raised itself.

    ``field`` is the dotted path of the offending value where there is one; ``code`` is the stable name under
    which operators find this kind of error (the class name).
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def code(self) -> str:
        """The stable name of this kind of error."""
        return type(self).__name__


class ConfigurationError(TripInvoiceError):
    """The program is set up wrongly: it does not start, so no trip is touched."""


class PermanentError(TripInvoiceError):
    """Trying again cannot help until somebody mends something."""


class InvalidTripError(PermanentError):
    """The trip event is malformed."""


class UnsupportedTripError(PermanentError):
    """No regime, or no rule of its regime, covers this trip."""


class MissingAnswerError(PermanentError):
    """A required money system has nothing to say about this trip."""


class InvalidAnswerError(PermanentError):
    """A money system's answer is malformed or contradicts another."""


class TotalsError(PermanentError):
    """Amounts that must agree do not."""


class RuleViolationError(PermanentError):
    """A finished document breaks a rule for invoices; ``field`` is the name of the rule, as ``BR-CO-10``."""


class CreditError(PermanentError):
    """A credit note cannot be made as it was asked for."""


class DocumentError(PermanentError):
    """A document cannot be rendered from this invoice."""


class ConflictError(PermanentError):
    """Something immutable would have to change."""


class CandidateError(PermanentError):
    """A second implementation of preprocess did not keep its contract; the first one's drafts are taken instead."""


class NumbersExhaustedError(PermanentError):
    """The numbers that an authority handed out for a series and period are used up; none was taken for the document."""


class NotFoundError(PermanentError):
    """A stored thing that must exist does not."""


class StoreUnusableError(PermanentError):
    """A store's file is damaged, belongs to something else or was written by a newer version."""


class TransientError(TripInvoiceError):
    """Trying again later helps; ``retry_after`` is the wait the other side asked for, if it did."""

    def __init__(self, message: str, *, field: str | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_after = retry_after


class SystemUnavailableError(TransientError):
    """A money system did not answer in time, or said that it cannot now."""


class StoreUnavailableError(TransientError):
    """A store, broker or ledger did not answer."""


class RendererCrashedError(TransientError):
    """A render process died; the pool has been rebuilt."""

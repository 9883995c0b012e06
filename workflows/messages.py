"""What the outside and the workflows tell each other. The compatibility rules of ``activities/messages.py`` apply."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from activities.messages import CandidateSide, CurrentSide, IssuedDocument
from tripinvoice.invoice import DocumentKey
from tripinvoice.ports import ObjectRef
from tripinvoice.rollouts.decision import Decision
from tripinvoice.trip import Trip

MAX_REASON = 300  # characters of an operator's words


@dataclass(frozen=True, kw_only=True)
class TripInvoiceInput:
    """One completed trip, and its part in a rollout of another preprocess, if it has one."""

    trip: Trip
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True)
class TripInvoiceResult:
    """How it ended: ``Issued`` or ``Voided``, and the documents that exist for it."""

    state: str
    documents: tuple[IssuedDocument, ...]


@dataclass(frozen=True, kw_only=True)
class CompareTripInput:
    """Compare two sides of a trip; a side that is ``None`` is asked first. ``kept``: it goes on record."""

    trip_id: str
    decision: Decision
    sources: ObjectRef
    current: CurrentSide | None = None
    candidate: CandidateSide | None = None
    issued: str = "current"
    kept: bool = True


@dataclass(frozen=True, kw_only=True)
class Resume:
    """Go on with a parked invoice: as it is, with a corrected trip, or with corrected answers by system.

    ``corrections`` refer to archived answers, because an answer may hold personal data. ``reason`` says what was
    mended, for the next reader.
    """

    reason: str
    trip: Trip | None = None
    corrections: Mapping[str, ObjectRef] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Void:
    """End a parked invoice without a document; a number that it took becomes void."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an invoice is parked: the step, the error's code, text and field."""

    step: str
    code: str
    reason: str
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class CreditResult:
    """How a credit ended: ``Issued``, ``Voided`` or ``Refused``, then with the reason.

    ``documents`` are the credit notes; ``again``: they existed, because this was asked for before.
    """

    state: str
    documents: tuple[IssuedDocument, ...]
    again: bool = False
    refusal: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class Status:
    """Where a trip's invoice is: ``step`` is the one at work, or the one that failed."""

    trip_id: str
    state: str
    step: str
    failure: Failure | None
    numbers: tuple[str, ...]
    documents: tuple[IssuedDocument, ...]
    resumed: int


@dataclass(frozen=True, kw_only=True)
class MonthlyInvoiceInput:
    """An account's trips of a month (``2026-11``)."""

    account: str
    month: str


@dataclass(frozen=True, kw_only=True)
class MonthlyInvoicesInput:
    """All accounts' trips of a month; of the one before today's when it is empty.

    ``after`` and ``started`` are how far an earlier run came.
    """

    month: str = ""
    after: str = ""
    started: int = 0


@dataclass(frozen=True, kw_only=True)
class MonthlyInvoicesResult:
    """How many accounts' months were started; those under way, or parked, are not counted."""

    month: str
    started: int


@dataclass(frozen=True, kw_only=True)
class AuditNumbersInput:
    """What an audit looks at closely: the numbers of the last ``since_days`` days and today (0: all).

    Numbers younger than ``grace_minutes`` may be without a record.
    """

    since_days: int = 2
    grace_minutes: int = 60
    documents: bool = True


@dataclass(frozen=True, kw_only=True)
class RegenerateInput:
    """Make a trip's documents again from their archived evidence."""

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class Regenerated:
    """One document made again: ``identical`` says whether the bytes are those that were issued."""

    document: DocumentKey
    number: str
    identical: bool
    issued: ObjectRef
    again: ObjectRef


@dataclass(frozen=True, kw_only=True)
class RegenerateResult:
    """All documents of the trip."""

    documents: tuple[Regenerated, ...]

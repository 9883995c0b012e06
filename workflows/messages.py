"""What the outside and the workflows tell each other. The compatibility rules of ``activities/messages.py`` apply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.messages import CandidateSide, CurrentSide, IssuedDocument
from tripinvoice.invoice import DocumentKey
from tripinvoice.ports import ObjectRef
from tripinvoice.rollouts.decision import Decision
from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.plan import Plan
from tripinvoice.trip import Trip

MAX_REASON = 300  # characters of an operator's words
NOTHING = Measured()


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
class Pause:
    """Who stopped a rollout from going further, and why."""

    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured of a stage at some time, and what was made of it; ``trouble``: it could not be measured."""

    at: datetime
    verdict: str
    reasons: tuple[str, ...]
    overall: Measured = NOTHING
    lately: Measured = NOTHING
    killed: bool = False
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class RolloutEvent:
    """A change of a rollout, as its workflow tells it."""

    at: datetime
    what: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RolloutProgress:
    """How far a rollout is, carried from one run of its workflow to the next.

    ``stage`` counts from 0; while it is not ``entered`` it was ``decided_at`` and is not stored yet, with ``expected``
    as the version that it replaces (``None``: any). ``asked_for``: the store was asked to begin one, and may have.
    ``version`` is what the stage is stored as, ``first_version`` what the first one was. It is in force since
    ``began_at``; ``idle`` of that time no trip went to it.
    """

    state: str = "Watching"
    stage: int = 0
    entered: bool = False
    asked_for: bool = False
    expected: int | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_because: str = ""
    version: int = 0
    first_version: int = 0
    began_at: datetime | None = None
    looked_at: datetime | None = None
    idle: timedelta = timedelta()
    approved_by: str = ""
    paused: Pause | None = None
    reading: Reading | None = None
    events: tuple[RolloutEvent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RolloutInput:
    """Roll a candidate out by a plan, started by ``by`` over the version that the scope's rollout has (0: none).

    After ``rounds`` looks it continues as new, with its ``progress``.
    """

    plan: Plan
    by: str
    over: int = 0
    rounds: int = 500
    progress: RolloutProgress | None = None


@dataclass(frozen=True, kw_only=True)
class Approve:
    """Let a rollout go on to the stage that waits for it."""

    by: str


@dataclass(frozen=True, kw_only=True)
class RollBack:
    """Take a candidate out of use. ``reason`` names nobody; the rest is what a judgement found."""

    by: str
    reason: str
    cause: str = ""
    paths: tuple[str, ...] = ()
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class RolloutStatus:
    """Where a rollout is: ``state`` of :class:`~workflows.search_attributes.RolloutState`, ``stage`` from 1 on.

    ``live`` is the part of trips in basis points whose invoices are the candidate's.
    """

    scope: str
    candidate: str
    state: str
    stage: int
    stages: tuple[str, ...]
    entered: bool
    live: int
    version: int
    started_by: str
    began_at: datetime | None
    paused: Pause | None
    reading: Reading | None
    ended: RollBack | None
    trouble: str
    events: tuple[RolloutEvent, ...]


@dataclass(frozen=True, kw_only=True)
class RolloutResult:
    """How a rollout ended: ``Completed`` or ``RolledBack``, then with what led to it."""

    state: str
    version: int
    rolled_back: RollBack | None = None


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

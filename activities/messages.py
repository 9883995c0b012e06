"""What workflows and activities tell each other: references and small summaries, never personal data or documents.

These shapes are in histories that are replayed for as long as they are kept: a field may be added with a default, never
renamed, removed or given a new meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tripinvoice.contract import Answered
from tripinvoice.credit.wish import EVERYTHING, Wish
from tripinvoice.invoice import Contract, DocumentKey, NumberRange
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import ObjectRef
from tripinvoice.rollouts.decision import Decision
from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.rollout import Mode, Rollout, Scope
from tripinvoice.trip import Trip


@dataclass(frozen=True, kw_only=True)
class IssuedDocument:
    """A document that exists: ``state`` is ``ISSUED`` or ``VOIDED``."""

    document: DocumentKey
    state: str
    number: str
    total: Money
    pdf: ObjectRef | None


@dataclass(frozen=True, kw_only=True)
class FetchInput:
    """Ask the money systems about a trip.

    ``asked_at`` is the time the evidence is of (the workflow's, so that a retry archives the same bytes);
    ``round`` counts operator resumes, each of which asks everything anew; ``corrections`` are archived answers to
    use instead of asking, by system name.
    """

    trip: Trip
    asked_at: datetime
    round: int = 0
    corrections: Mapping[str, ObjectRef] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """The archived evidence, or the documents that this trip already has, or that it waits for its month's invoice."""

    sources: ObjectRef | None
    asked: int
    answered: int
    left_out: tuple[str, ...] = ()
    issued: tuple[IssuedDocument, ...] = ()
    collected: bool = False


@dataclass(frozen=True, kw_only=True)
class PreprocessInput:
    """Make drafts from archived evidence."""

    sources: ObjectRef


@dataclass(frozen=True, kw_only=True)
class DraftRef:
    """An archived draft, and what numbering and recording need to know of it.

    ``sources`` is the evidence that it was made from; one that was made of other documents has none of its own.
    ``invoicing`` is when its customer gets it: ``automatic``, ``on_request`` (within so many days) or ``monthly``, then
    with the ``month`` it belongs to. ``unverified`` names the rates and rules behind it that nobody has checked against
    the law; ``ranges`` are the stocks that its number must be in, if an authority hands them out. ``corrects`` is the
    document that a credit note takes back.
    """

    draft: ObjectRef
    sources: ObjectRef | None
    document: DocumentKey
    series: str
    regime: str
    regime_version: str
    country: str
    line_of_business: str
    total: Money
    account: str = ""
    time_zone: str = ""
    unverified: tuple[str, ...] = ()
    invoicing: str = "automatic"
    month: str = ""
    on_request_days: int = 0
    ranges: tuple[NumberRange, ...] = ()
    corrects: DocumentKey | None = None


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    """The trip's drafts, one per contract."""

    drafts: tuple[DraftRef, ...]


@dataclass(frozen=True, kw_only=True)
class CreditInput:
    """Take back all or a part of what is issued on a trip, or of one of its contracts.

    ``reason`` is printed and stands in histories: it names nobody. ``request`` says who asked; without it the same
    wish for the same trip, contract, revision and reason is the same request. ``revision`` chooses among the documents
    of a month; 0: all of them. ``corrections`` are archived answers about the numbers of credit notes, by system, that
    are newer than the invoice.
    """

    trip_id: str
    reason: str
    wish: Wish = EVERYTHING
    contract: Contract | None = None
    request: str = ""
    revision: int = 0
    corrections: Mapping[str, ObjectRef] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Credited:
    """The drafts of credit notes, or those that exist already for this ``request``."""

    request: str
    drafts: tuple[DraftRef, ...] = ()
    issued: tuple[IssuedDocument, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CollectInput:
    """Keep these drafts for their month's invoice."""

    drafts: tuple[DraftRef, ...]


@dataclass(frozen=True, kw_only=True)
class AccountsInput:
    """Which accounts have something in a month: up to ``limit`` of them, those after ``after``."""

    month: str
    after: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """A page of accounts; empty at the end."""

    accounts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsolidateInput:
    """Make the drafts of an account's month.

    ``corrections`` are archived answers about the numbers of its invoices that are newer than its trips, by system.
    """

    account: str
    month: str
    corrections: Mapping[str, ObjectRef] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NumberInput:
    """Take a number for each draft; with ``for_void`` only for those for which there is one left."""

    drafts: tuple[DraftRef, ...]
    for_void: bool = False


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """The numbers, in the order of the drafts that have one."""

    taken: tuple[NumberTaken, ...]


@dataclass(frozen=True, kw_only=True)
class RenderInput:
    """Render one draft under its number and store the result."""

    draft: DraftRef
    taken: NumberTaken


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A stored rendition of a stored invoice."""

    draft: DraftRef
    taken: NumberTaken
    invoice: ObjectRef
    pdf: ObjectRef
    template_version: str
    environment: str


@dataclass(frozen=True, kw_only=True)
class RecordInput:
    """Make these documents exist, all at once."""

    documents: tuple[Rendered, ...]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The documents that now exist."""

    documents: tuple[IssuedDocument, ...]


@dataclass(frozen=True, kw_only=True)
class AnnounceInput:
    """Announce every document of a trip, or these of them."""

    trip_id: str
    documents: tuple[DocumentKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VoidInput:
    """Void the numbers that these drafts took; ``reason`` is the operator's, without personal data."""

    drafts: tuple[DraftRef, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecallInput:
    """Find what is recorded of a trip."""

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class RecalledDocument:
    """A recorded document with what is needed to make it again; ``monthly``: its evidence is the drafts of trips."""

    document: DocumentKey
    taken: NumberTaken
    sources: ObjectRef
    pdf: ObjectRef
    monthly: bool = False


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A trip's issued documents; voided ones have nothing to make again."""

    documents: tuple[RecalledDocument, ...]


@dataclass(frozen=True, kw_only=True)
class AuditInput:
    """Audit every series as of ``now``; numbers since ``since`` (``None``: all) are looked at closely."""

    now: datetime
    grace: timedelta
    since: date | None
    documents: bool


@dataclass(frozen=True, kw_only=True)
class ToldFinding:
    """One finding of an audit: ids, numbers and keys only."""

    rule: str
    number: str
    document: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class AuditSummary:
    """What an audit of all series found: ``findings`` by rule, ``first`` a few of them."""

    series: int = 0
    numbers: int = 0
    voids: int = 0
    under_way: int = 0
    holes: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    first: tuple[ToldFinding, ...] = ()

    @property
    def found(self) -> int:
        """All findings together."""
        return sum(self.findings.values())


@dataclass(frozen=True, kw_only=True)
class GuardInput:
    """Ask whether a candidate's drafts say the same as these."""

    drafts: tuple[DraftRef, ...]
    answered: Answered


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """Whether they do."""

    agrees: bool


@dataclass(frozen=True, kw_only=True)
class AdoptInput:
    """Take a candidate's drafts for this trip's, which it made of these ``sources``."""

    trip_id: str
    revision: int
    sources: ObjectRef
    answered: Answered


@dataclass(frozen=True, kw_only=True)
class CurrentSide:
    """What the current implementation made of a trip, or why it made nothing; ``seconds`` were waited for it."""

    drafts: tuple[DraftRef, ...] | None = None
    failure: str = ""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class CandidateSide:
    """What a candidate answered, or why it did not; ``seconds`` were waited for it."""

    answered: Answered | None = None
    failure: str = ""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class CompareInput:
    """Compare two sides of a trip; ``issued`` tells whose drafts its invoice has. ``kept``: it goes on record."""

    sources: ObjectRef
    decision: Decision
    current: CurrentSide
    candidate: CandidateSide
    compared_at: datetime
    issued: str = "current"
    kept: bool = True


@dataclass(frozen=True, kw_only=True)
class ComparedTrip:
    """What a comparison found, and what was compared."""

    outcome: str
    current: CurrentSide
    candidate: CandidateSide
    fingerprint: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetRolloutInput:
    """Bring a rollout to this state, whatever version it has.

    With ``expected`` only if the stored one still has this version (0: there is none).
    """

    wanted: Rollout
    expected: int | None = None


@dataclass(frozen=True, kw_only=True)
class StandingRollout:
    """What is stored of a rollout: whoever changed it last, and why."""

    version: int
    candidate: str
    mode: Mode
    changed_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RolloutSet:
    """The version that the rollout has now; with ``displaced`` it is somebody else's, and nothing was changed."""

    version: int
    displaced: StandingRollout | None = None


@dataclass(frozen=True, kw_only=True)
class MeasureInput:
    """Measure what was compared of a scope's rollout: since ``since``, and since ``lately``, both up to ``until``.

    In all, only trips count that were decided by ``version`` of the rollout: what an earlier stage decided may be
    compared late. Lately all count from ``first_version`` on, so that what comes late is not overlooked. 0 is any.
    """

    scope: Scope
    candidate: str
    since: datetime
    lately: datetime
    until: datetime
    version: int = 0
    first_version: int = 0


@dataclass(frozen=True, kw_only=True)
class MeasuredRollout:
    """All of it, and the last part; ``killed``: no trip goes to any candidate. ``standing`` is what is stored."""

    overall: Measured
    lately: Measured
    killed: bool = False
    killed_because: str = ""
    standing: StandingRollout | None = None

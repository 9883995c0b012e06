"""What the steps need from outside, as protocols. Each has an embedded and a production adapter.

Stores are synchronous and safe to call from several threads and processes; what waits on the network or on
a render process is asynchronous. Every write can be repeated: the same call twice leaves the same state.
All raise :class:`~tripinvoice.errors.TransientError` when trying again helps, a permanent one otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, Self

from tripinvoice.compare.comparison import Comparison
from tripinvoice.compare.event import Mismatch
from tripinvoice.invoice import DocumentKey, Invoice
from tripinvoice.money import Money
from tripinvoice.money_systems import Answer, MoneySystem
from tripinvoice.numbering import Claim, NumberTaken, SeriesAudit
from tripinvoice.rollouts.rollout import KillSwitch, Rollout, Scope, Toggles
from tripinvoice.trip import Trip


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time in UTC, with its zone."""


class Observer(Protocol):
    """Sees what a process asks of the outside, for metrics and traces. It never changes what happens."""

    def call(self, system: str, operation: str) -> AbstractContextManager[None]:
        """Around one call to a store, a broker or a money system: two words of which there are few."""

    def trace_headers(self) -> Mapping[str, str]:
        """The W3C trace context of what is under way, to be sent along; empty without traces."""

    def ledger_write(self, store: str, count: int, *, won: bool) -> None:
        """So many numbers were asked for by one write; ``won`` is whether it took them, or somebody else did."""


class MoneySystems(Protocol):
    """The upstream systems, asked over their own protocol."""

    def table(self) -> Sequence[MoneySystem]:
        """The declared systems."""

    async def ask(self, system: MoneySystem, trip: Trip, known: Mapping[str, Answer]) -> Answer:
        """Ask one system about one trip; ``known`` holds the answers it depends on.

        Keeps the system's timeout and concurrency limit. ``body`` is ``None`` when it has no answer (404, 204).
        Raises ``SystemUnavailableError`` (timeouts, 5xx, 429, 425; with ``retry_after``) and
        ``InvalidAnswerError`` (not JSON, not an object, too large, other 4xx).
        """


class AnswerCache(Protocol):
    """Answers already received for a trip whose fetch is not complete, so that a retry asks only what is missing."""

    def load(self, trip_id: str) -> Mapping[str, Answer]:
        """The answers kept so far, by system name."""

    def save(self, trip_id: str, answers: Sequence[Answer]) -> None:
        """Keep these answers (replacing those of the same systems)."""

    def forget(self, trip_id: str) -> None:
        """Drop them all: they are archived, or must be asked anew."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where in the document store an object lies: by what retention, residency and listing go.

    All objects of a trip lie on one shelf, so that each can be found from any other; ``day`` is when the trip ended, in
    UTC. It says nothing about a person.
    """

    country: str
    line_of_business: str
    day: date

    @classmethod
    def of(cls, trip: Trip) -> Self:
        """The shelf of a trip's objects."""
        day = trip.ended_at.astimezone(UTC).date()
        return cls(country=trip.country, line_of_business=trip.line_of_business, day=day)

    def __str__(self) -> str:
        """How keys begin: ``GB/rides/2026/03/29``."""
        return f"{self.country}/{self.line_of_business}/{self.day:%Y/%m/%d}"


@dataclass(frozen=True, kw_only=True)
class ObjectRef:
    """A stored object: ``key`` in the document store, the SHA-256 of its bytes (hex), size in bytes."""

    key: str
    sha256: str
    size: int
    media_type: str

    @property
    def shelf(self) -> Shelf:
        """Where it lies, so that what is made of it can be put beside it."""
        country, line_of_business, year, month, day, *_ = self.key.split("/")
        return Shelf(country=country, line_of_business=line_of_business, day=date(int(year), int(month), int(day)))


class DocumentStore(Protocol):
    """Write-once objects, addressed by shelf and content."""

    def put(self, content: bytes, media_type: str, shelf: Shelf) -> ObjectRef:
        """Store durably; storing the same bytes on the same shelf again returns the same reference.

        Raises ``ConflictError`` when other bytes are there already.
        """

    def get(self, ref: ObjectRef) -> bytes:
        """Read back; raises ``NotFoundError``, or ``ConflictError`` when the bytes are no longer those."""

    def stream(self, ref: ObjectRef) -> Iterator[bytes]:
        """Read back in pieces. Raises what :meth:`get` raises; a wrong hash only after the last piece."""

    def link(self, ref: ObjectRef, filename: str, valid: timedelta) -> str | None:
        """A URL that lets whoever has it download the object under this name; ``None`` where the store has none."""

    def location(self, ref: ObjectRef) -> str:
        """Where an operator finds it: a path or URL."""

    def count(self, media_type: str) -> int:
        """How many objects of this media type are stored, by listing them: slow where there are many."""


class NumberLedger(Protocol):
    """Claims and the append-only ledger of numbers."""

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        """A number for each document, in order; the same number whenever it is asked again."""

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        """Mark the document's number as void for ever; ``None`` when it never took one."""

    def find(self, document: DocumentKey) -> NumberTaken | None:
        """The document's number, if it took one."""

    def audit(self) -> Sequence[SeriesAudit]:
        """Every series, by name, for the auditor."""

    def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
        """A series as its ledger holds it, in the order of the numbers."""

    def claim_of(self, document: DocumentKey) -> Claim | None:
        """The document's claim, if it was made."""

    def reindex(self, entry: NumberTaken) -> None:
        """Write again what is derived from an entry of the ledger. The ledger itself is not touched."""


ISSUED = "ISSUED"
VOIDED = "VOIDED"


@dataclass(frozen=True, kw_only=True)
class InvoiceRecord:
    """The row that makes an invoice exist, or that says its number is void.

    ``invoice`` is the canonical JSON of the :class:`~tripinvoice.invoice.Invoice`, ``sources`` the evidence it was
    made from; ``environment`` identifies the render environment (library and font versions). ``account`` is the
    recipient's account key (:func:`~tripinvoice.invoice.account_key`), empty when no account is known. ``corrects`` is
    the document that a credit note takes back.
    """

    document: DocumentKey
    state: str
    number: str
    country: str
    line_of_business: str
    total: Money
    issued_at: datetime
    pdf: ObjectRef | None
    invoice: ObjectRef | None
    sources: ObjectRef | None
    regime_version: str
    template_version: str
    environment: str
    workflow_id: str
    account: str = ""
    corrects: DocumentKey | None = None


class InvoiceRecords(Protocol):
    """The record store; a record is written once and never changes."""

    def save(self, records: Sequence[InvoiceRecord]) -> None:
        """Write them all or none; the same record again is no change, a different one raises ``ConflictError``."""

    def by_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        """All documents of a trip, by contract and revision."""

    def by_number(self, number: str) -> InvoiceRecord | None:
        """The document with this number."""

    def by_account(self, account: str, month: date) -> Sequence[InvoiceRecord]:
        """The account's documents that were issued in this month (of UTC), the latest first."""

    def by_day(self, day: date) -> Iterator[InvoiceRecord]:
        """Everything that was issued on this day (of UTC), in no particular order."""

    def counts(self) -> Mapping[str, int]:
        """How many records there are, by state; reads them all, so minutes where there are many."""

    def reindex(self, record: InvoiceRecord) -> None:
        """Write again what is derived from a record. The record itself is not touched."""


@dataclass(frozen=True, kw_only=True)
class CollectedDraft:
    """A trip's draft that waits for its month's invoice; ``month`` is ``2026-11``."""

    document: DocumentKey
    account: str
    month: str
    draft: ObjectRef
    sources: ObjectRef | None


class MonthlyCollection(Protocol):
    """Trips that are invoiced by the month. A draft is collected once and stays: its invoice says that it is on it."""

    def collect(self, drafts: Sequence[CollectedDraft]) -> None:
        """Keep them; the same ones again are no change, different ones of the same document raise ``ConflictError``."""

    def accounts(self, month: str) -> Sequence[str]:
        """The accounts that have something in this month, in order."""

    def of_account(self, account: str, month: str) -> Sequence[CollectedDraft]:
        """What an account has in this month, by document."""

    def of_trip(self, trip_id: str) -> Sequence[CollectedDraft]:
        """What is collected of a trip, by document."""


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A rendered document and what made it.

    ``replaced``: the code points (``U+1F355``) of texts that no font can draw; the document shows U+FFFD for them.
    """

    content: bytes
    media_type: str
    template_version: str
    environment: str
    replaced: tuple[str, ...] = ()


class Renderer(Protocol):
    """Turns an invoice into its PDF."""

    async def start(self) -> None:
        """Be ready, so that the first document is not the slow one; raises ``DocumentError`` if it cannot work here."""

    async def render(self, invoice: Invoice) -> Rendition:
        """Byte-identical for the same invoice. Raises ``DocumentError`` or ``RendererCrashedError``."""


class EventSink(Protocol):
    """Where facts about invoices are announced."""

    def announce(self, records: Sequence[InvoiceRecord]) -> None:
        """Publish one event per record, such as ``invoice.issued``; return when all are accepted."""


@dataclass(frozen=True, kw_only=True)
class FeedMessage:
    """A trip event as it came: key, value and headers untouched, with its place in the topic.

    ``sent_at`` is what its producer or broker noted, UTC. ``assignment`` is the feed's own: under which assignment of
    the partition the message was received.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    sent_at: datetime | None = None
    assignment: int = 0


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a message becomes a dead letter. No field holds a value of the message.

    ``code`` is the error's stable name, ``reason`` its text; ``stage`` is where it happened in Kafka Connect's words,
    ``VALUE_CONVERTER`` for what cannot be read, ``TASK_PUT`` for what cannot be started.
    """

    code: str
    reason: str
    stage: str
    attempts: int = 1


@dataclass(frozen=True, kw_only=True)
class PartitionState:
    """One partition that this feed reads; ``None`` where nobody knows yet.

    ``lag`` is how many messages the group has not committed, as of the last few seconds; ``unfinished`` how many were
    taken from the feed and wait, themselves or for one before them.
    """

    topic: str
    partition: int
    lag: int | None
    committed: int | None
    unfinished: int


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """What a feed is doing. ``oldest_unfinished`` is the age in seconds of what was taken longest ago; 0.0 for none."""

    partitions: tuple[PartitionState, ...] = ()
    oldest_unfinished: float = 0.0
    rebalances: int = 0


class TripFeed(Protocol):
    """The topic of completed trips. One thread polls and closes; any thread may do the rest."""

    def poll(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """Up to ``limit`` messages; waits ``timeout`` seconds for the first.

        Must be called all the time, or the group takes the partitions away; ``limit`` 0 takes nothing and only waits.
        """

    def accept(self, message: FeedMessage) -> None:
        """The message is done; its offset may be committed once all before it are done."""

    def refuse(self, message: FeedMessage, refusal: Refusal) -> None:
        """Put the untouched message on the dead-letter topic; return when delivered. Then accept."""

    def state(self) -> FeedState:
        """What it is doing."""

    def close(self) -> None:
        """Commit and leave the group. Raises ``StoreUnavailableError`` when the commit failed; left it has anyway."""


class EventDecoder(Protocol):
    """Makes the JSON event out of a message that was written with a schema."""

    def decode(self, message: FeedMessage) -> FeedMessage:
        """The message with its event as JSON. Blocks when it meets a schema for the first time.

        Raises ``InvalidTripError`` for what cannot be read, ``StoreUnavailableError`` while no schema can be had.
        """


@dataclass(frozen=True, kw_only=True)
class TopicPlace:
    """Where a message lies."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A refused message where it lies, and why; ``origin`` is where it came from, as far as its headers tell.

    ``replayed``: it was sent to its origin again. ``value_left_out``: the letter could not take the value's size.
    """

    message: FeedMessage
    origin: TopicPlace | None
    refusal: Refusal
    replayed: bool
    value_left_out: bool


class DeadLetters(Protocol):
    """The topic of refused trip events, for the operator. All of it blocks."""

    def letters(self) -> Iterator[DeadLetter]:
        """All letters up to now, each partition in order; none when there is no such topic yet.

        Raises ``StoreUnavailableError``.
        """

    def letter(self, partition: int, offset: int) -> DeadLetter:
        """The letter at this place. Raises ``NotFoundError`` when there is none."""

    def replay(self, letter: DeadLetter) -> None:
        """Send the message to where it came from, as it was, and note that; return when both have arrived.

        Raises ``NotFoundError`` when its origin, or the value that was left out, is no longer there.
        """


class Rollouts(Protocol):
    """The rollouts and the kill switch, in the record store. Few, read often, changed by compare-and-set."""

    def toggles(self) -> Toggles:
        """All that are in force."""

    def save(self, rollout: Rollout) -> Rollout:
        """Store the change; the rollout with its new version, which is one more than its ``version`` now.

        Raises ``ConflictError`` when the stored one has another version by now. Storing the same change again after an
        answer that was lost returns what it stored.
        """

    def history(self, scope: Scope) -> Sequence[Rollout]:
        """All versions of a scope's rollout, the latest first."""

    def kill(self, switch: KillSwitch) -> None:
        """Turn the kill switch; the latest ``changed_at`` wins."""


class Comparisons(Protocol):
    """What was compared, kept for some months."""

    def add(self, comparison: Comparison) -> None:
        """Keep one; the same trip compared at the same time replaces what is there."""

    def between(self, scope: Scope, since: datetime, until: datetime) -> Iterator[Comparison]:
        """Those of rollouts of this very scope, ``since`` included and ``until`` not, in no particular order."""

    def of_trip(self, trip_id: str) -> Sequence[Comparison]:
        """Those of a trip, the latest first."""


class MismatchSink(Protocol):
    """Where mismatches are told."""

    def tell(self, mismatch: Mismatch) -> None:
        """Publish it; return when it is accepted. Raises ``StoreUnavailableError``."""

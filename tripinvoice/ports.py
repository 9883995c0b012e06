"""What the steps need from outside, as protocols. Each has an embedded and a production adapter.

Stores are synchronous and safe to call from several threads and processes; what waits on the network or on
a render process is asynchronous. Every write can be repeated: the same call twice leaves the same state.
All raise :class:`~tripinvoice.errors.TransientError` when trying again helps, a permanent one otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tripinvoice.invoice import DocumentKey, Invoice
from tripinvoice.money import Money
from tripinvoice.money_systems import Answer, MoneySystem
from tripinvoice.numbering import Claim, NumberTaken, SeriesAudit
from tripinvoice.trip import Trip


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time in UTC, with its zone."""


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
class ObjectRef:
    """A stored object: ``key`` in the document store, the SHA-256 of its bytes (hex), size in bytes."""

    key: str
    sha256: str
    size: int
    media_type: str


class DocumentStore(Protocol):
    """Write-once objects, addressed by their content."""

    def put(self, content: bytes, media_type: str) -> ObjectRef:
        """Store durably; storing the same bytes again returns the same reference."""

    def get(self, ref: ObjectRef) -> bytes:
        """Read back; raises ``NotFoundError``, or ``ConflictError`` when the bytes are no longer those."""

    def location(self, ref: ObjectRef) -> str:
        """Where a person finds it: a path or URL."""

    def count(self, media_type: str) -> int:
        """How many objects of this media type are stored."""


class NumberLedger(Protocol):
    """Claims and the append-only ledger of numbers."""

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        """A number for each document, in order; the same number whenever it is asked again."""

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        """Mark the document's number as void for ever; ``None`` when it never took one."""

    def find(self, document: DocumentKey) -> NumberTaken | None:
        """The document's number, if it took one."""

    def audit(self) -> Sequence[SeriesAudit]:
        """Every series, for the auditor."""


ISSUED = "ISSUED"
VOIDED = "VOIDED"


@dataclass(frozen=True, kw_only=True)
class InvoiceRecord:
    """The row that makes an invoice exist, or that says its number is void.

    ``invoice`` is the canonical JSON of the :class:`~tripinvoice.invoice.Invoice`, ``sources`` the evidence it was
    made from; ``environment`` identifies the render environment (library and font versions).
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


class InvoiceRecords(Protocol):
    """The record store; a record is written once and never changes."""

    def save(self, records: Sequence[InvoiceRecord]) -> None:
        """Write them all or none; the same record again is no change, a different one raises ``ConflictError``."""

    def by_trip(self, trip_id: str) -> Sequence[InvoiceRecord]:
        """All documents of a trip, by contract and revision."""

    def by_number(self, number: str) -> InvoiceRecord | None:
        """The document with this number."""

    def counts(self) -> Mapping[str, int]:
        """How many records there are, by state."""

    def newest(self, limit: int) -> Iterator[InvoiceRecord]:
        """The latest issued documents first."""


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A rendered document and what made it."""

    content: bytes
    media_type: str
    template_version: str
    environment: str


class Renderer(Protocol):
    """Turns an invoice into its PDF."""

    async def start(self) -> None:
        """Be ready, so that the first document is not the slow one; raises ``DocumentError`` if it cannot work here."""

    async def render(self, invoice: Invoice) -> Rendition:
        """Byte-identical for the same invoice. Raises ``DocumentError`` or ``RendererCrashedError``."""


class EventSink(Protocol):
    """Where facts about invoices are announced."""

    def announce(self, records: Sequence[InvoiceRecord]) -> None:
        """Publish one ``invoice.issued`` (or ``invoice.voided``) event per record; return when all are accepted."""


@dataclass(frozen=True, kw_only=True)
class FeedMessage:
    """A trip event as it came: key, value and headers untouched, with its place in the topic.

    ``assignment`` is the feed's own: under which assignment of the partition the message was received.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    assignment: int = 0


class TripFeed(Protocol):
    """The topic of completed trips. One thread polls, commits and closes; any thread may accept and refuse."""

    def poll(self, limit: int, timeout: float) -> Sequence[FeedMessage]:
        """Up to ``limit`` messages; waits ``timeout`` seconds for the first.

        Must be called all the time, or the group takes the partitions away; ``limit`` 0 takes nothing and only waits.
        """

    def accept(self, message: FeedMessage) -> None:
        """The message is done; its offset may be committed once all before it are done."""

    def refuse(self, message: FeedMessage, reason: str, *, code: str) -> None:
        """Put the untouched message on the dead-letter topic; return when delivered. Then accept.

        ``reason`` is an error's text and ``code`` its stable name; neither holds a value of the message.
        """

    def commit(self) -> None:
        """Commit what is contiguously accepted."""

    def close(self) -> None:
        """Commit and leave the group."""

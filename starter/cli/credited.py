"""What the command credit asks, and its answer as plain values."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from activities.messages import CreditInput
from starter import crediting
from starter.cli.session import temporal
from starter.client import invoice_workflow_id
from tripinvoice.consolidate import is_monthly, month_of
from tripinvoice.credit.books import Book, Issued
from tripinvoice.errors import NotFoundError
from tripinvoice.settings import read_settings
from tripinvoice.wiring import Wiring


@dataclass(frozen=True, kw_only=True)
class Note:
    """A credit note for a table or for JSON; amounts are decimal strings."""

    number: str
    contract: str
    corrects: str
    currency: str
    net: str
    tax: str
    gross: str
    lines: tuple[Mapping[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of an invoice, with its tax, and of each line that is open."""

    number: str
    contract: str
    currency: str
    gross: str
    left: str
    lines: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Credited:
    """The answer. ``again``: it was asked for before; ``reissued`` are the workflows that invoice trips anew.

    ``months`` are those whose invoices are to be made again when these workflows have ended.
    """

    trip_id: str
    again: bool
    notes: tuple[Note, ...]
    left: tuple[Left, ...]
    reissued: tuple[str, ...]
    months: tuple[str, ...] = ()

    def plain(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)


async def take_back(asked: CreditInput, wait: timedelta, *, reissue: bool) -> Credited:
    """Have it credited. Raises ``NotFoundError`` for a trip that nobody knows, and what crediting raises."""
    async with Wiring(read_settings()) as wiring:
        if not await asyncio.to_thread(_is_known, wiring, asked.trip_id):
            raise NotFoundError("trip: no document of it is issued; `tripinvoice show` says how far its invoice is")
        client = await temporal()
        taken = await crediting.credit(client, wiring.records, wiring.documents, asked, wait)
        anew = await crediting.reissue(client, wiring.documents, wiring.collection, taken) if reissue else ()
    return Credited(
        trip_id=asked.trip_id,
        again=taken.again,
        notes=tuple(
            _note(note, book) for book in taken.books for note in book.notes if note.record.document in taken.notes
        ),
        left=tuple(map(_left, taken.books)),
        reissued=tuple(invoice_workflow_id(trip.trip_id, trip.revision) for trip in anew),
        months=tuple(dict.fromkeys(_month(book) for book in taken.books if _is_monthly(book) and anew)),
    )


def _is_known(wiring: Wiring, trip_id: str) -> bool:
    """Whether there is anything that could be credited, or told: else no workflow is started that must fail."""
    return bool(wiring.records.by_trip(trip_id) or wiring.collection.of_trip(trip_id))


def _is_monthly(book: Book) -> bool:
    record = book.original.record
    return is_monthly(record.document, record.account)


def _month(book: Book) -> str:
    return month_of(book.original.invoice.draft)


def _note(note: Issued, book: Book) -> Note:
    draft = note.invoice.draft
    return Note(
        number=note.record.number,
        contract=draft.key.contract,
        corrects=book.original.record.number,
        currency=draft.currency,
        net=str(draft.totals.net.decimal),
        tax=str(draft.totals.tax.decimal),
        gross=str(draft.totals.gross.decimal),
        lines=tuple(
            {"line": line.credits, "gross": str(line.gross.decimal)} for line in (*draft.lines, *draft.outside)
        ),
    )


def _left(book: Book) -> Left:
    draft, left = book.original.invoice.draft, book.left
    return Left(
        number=book.original.record.number,
        contract=draft.key.contract,
        currency=draft.currency,
        gross=str(draft.totals.gross.decimal),
        left=str(left.totals.gross.decimal),
        lines={one.line.id: str(one.gross.decimal) for one in (*left.lines, *left.outside)},
    )

"""The proof at the end of a demonstration: what the stores hold, counted and compared, and every PDF read again."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starter.demo.folder import DemoFolder
from starter.demo.stage import Stores
from starter.demo.tally import Tally
from starter.demo.trips import Trips
from starter.overview import with_gaps
from tripinvoice.money import Money, total
from tripinvoice.numbering import SeriesAudit
from tripinvoice.ports import ISSUED, DocumentStore, InvoiceRecord
from workflows.messages import Status

PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class Document:
    """An issued document and its file; ``sha256`` is of the file's bytes as they were read."""

    record: InvoiceRecord
    pdf: Path
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        record = self.record
        return {
            "trip_id": record.document.trip_id,
            "contract": record.document.contract,
            "kind": record.document.kind,
            "revision": record.document.revision,
            "country": record.country,
            "line_of_business": record.line_of_business,
            "number": record.number,
            "issued_at": record.issued_at.isoformat().replace("+00:00", "Z"),
            "currency": record.total.currency,
            "total": str(record.total.decimal),
            "pdf": str(self.pdf),
            "sha256": self.sha256,
        }


@dataclass(frozen=True, kw_only=True)
class Check:
    """One statement about the run, and whether it holds."""

    holds: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """``lost`` are the trips that are neither invoiced nor parked; ``before`` counts those of an earlier run."""

    documents: Sequence[Document]
    lost: Sequence[str]
    before: int
    checks: Sequence[Check]

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(check.holds for check in self.checks)

    @property
    def charged(self) -> Sequence[Money]:
        """What the documents add up to, per currency."""
        totals = [document.record.total for document in self.documents]
        currencies = sorted({money.currency for money in totals})
        return [total((money for money in totals if money.currency == each), each) for each in currencies]


def prove(trips: Trips, tally: Tally, parked: Sequence[Status], stores: Stores, folder: DemoFolder) -> Proof:
    """Look everything up; links every PDF under its number."""
    waiting = {status.trip_id for status in parked}
    documents: list[Document] = []
    lost: list[str] = []
    ended = 0
    for workflow_id in _in_order(trips, tally):
        trip = tally.trips[workflow_id]
        records = [r for r in stores.records.by_trip(trip.trip_id) if r.document.revision == trip.revision]
        issued = [_document(record, stores.documents, folder) for record in records if record.state == ISSUED]
        documents += issued
        if issued:
            ended += 1
        elif trip.trip_id not in waiting:
            lost.append(trip.trip_id)
    audit = stores.ledger.audit()
    checks = [
        _every_event(trips, tally, ended, len(tally.trips) - ended - len(lost)),
        _everything_stored(stores, audit, parked),
        _gapless(audit),
        _same_bytes(documents),
    ]
    return Proof(documents=documents, lost=lost, before=len(tally.before), checks=checks)


def _in_order(trips: Trips, tally: Tally) -> Iterator[str]:
    """The workflow ids in the order of the file, which starts side by side do not keep."""
    places = {event.trip_id: place for place, event in reversed(list(enumerate(trips.events)))}
    yield from sorted(tally.trips, key=lambda workflow_id: places.get(tally.trips[workflow_id].trip_id, len(places)))


def _document(record: InvoiceRecord, store: DocumentStore, folder: DemoFolder) -> Document:
    if record.pdf is None:  # cannot be: only voided documents have none
        return Document(record=record, pdf=folder.invoices, sha256="")
    path = Path(store.location(record.pdf))
    try:
        content = path.read_bytes()
    except OSError:
        return Document(record=record, pdf=path, sha256="")
    return Document(record=record, pdf=folder.link(path, record.number), sha256=hashlib.sha256(content).hexdigest())


def _every_event(trips: Trips, tally: Tally, invoiced: int, parked: int) -> Check:
    refused = len(tally.refused)
    parts = [(invoiced, "invoiced"), (parked, "parked"), (refused, "refused"), (tally.repeated, "repeated")]
    told = " + ".join(f"{count:,} {what}" for count, what in parts if count or what in {"invoiced", "parked"})
    accounted = sum(count for count, _ in parts)
    return Check(
        holds=accounted == len(trips.events),
        text=f"{_many(len(trips.events), 'event')} in {_sign(accounted, len(trips.events))} {told}",
    )


def _everything_stored(stores: Stores, audit: Sequence[SeriesAudit], parked: Sequence[Status]) -> Check:
    """Also of earlier runs in this folder. A parked trip may hold numbers; a voided number has no document."""
    held = sum(len(status.numbers) for status in parked if not status.documents)
    voided = sum(series.voided for series in audit)
    recorded, stored = stores.records.counts().get(ISSUED, 0), stores.documents.count(PDF)
    taken = sum(series.count for series in audit) - voided - held
    less = [f"{count} {what}" for count, what in ((voided, "voided"), (held, "held by parked trips")) if count]
    return Check(
        holds=recorded == taken and recorded <= stored <= recorded + voided + held,
        text=f"{_many(recorded, 'document')} recorded {_sign(recorded, stored)} {_many(stored, 'PDF')} stored "
        f"{_sign(recorded, taken)} {_many(taken, 'number')} taken" + (f" (without {', '.join(less)})" if less else ""),
    )


def _gapless(audit: Sequence[SeriesAudit]) -> Check:
    gaps = with_gaps(audit)
    text = f"gaps in {', '.join(gaps[:5])}" if gaps else "each without a gap from 1 to its end"
    return Check(holds=not gaps, text=f"{_many(len(audit), 'number series', 'number series')}, {text}")


def _same_bytes(documents: Sequence[Document]) -> Check:
    wrong = [d.record.number for d in documents if d.record.pdf is None or d.sha256 != d.record.pdf.sha256]
    text = f"not so: {', '.join(wrong[:5])}" if wrong else "each has the recorded SHA-256"
    return Check(holds=not wrong, text=f"{_many(len(documents), 'PDF')} read again, {text}")


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _sign(left: int, right: int) -> str:
    return "=" if left == right else "≠"

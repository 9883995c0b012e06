"""Which trip a step is about, by its message; and whose implementation it is, by its queue."""

from datetime import UTC, datetime

import pytest

from activities import messages as m
from activities.observing import about, implementation_of
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import ObjectRef
from tripinvoice.trip import LineOfBusiness, Place, Product, Trip

NOW = datetime(2026, 11, 26, tzinfo=UTC)
REF = ObjectRef(key="DE/rides/2026/11/26/ab/abcd.zst", sha256="abcd", size=1, media_type="application/zstd")
TRIP = Trip(
    trip_id="t-1",
    line_of_business=LineOfBusiness.RIDES,
    product=Product.TAXI,
    pickup=Place(country="DE"),
    started_at=NOW,
    ended_at=NOW,
)
KEY = DocumentKey(trip_id="t-1", contract=Contract.TRANSPORT, kind=Kind.INVOICE, revision=1)
DRAFT = m.DraftRef(
    draft=REF,
    sources=REF,
    document=KEY,
    series="DE-1",
    regime="germany",
    regime_version="1",
    country="DE",
    line_of_business="rides",
    total=Money(100, "EUR"),
)
TAKEN = NumberTaken(document=KEY, series="DE-1", period="2026", no=1, issued_at=NOW)
RENDERED = m.Rendered(draft=DRAFT, taken=TAKEN, invoice=REF, pdf=REF, template_version="1", environment="x")
ALL = {"trip": "t-1", "country": "DE", "line_of_business": "rides"}


@pytest.mark.parametrize(
    "message",
    [
        TRIP,
        DRAFT,
        m.FetchInput(trip=TRIP, asked_at=NOW),
        m.NumberInput(drafts=(DRAFT,)),
        m.CollectInput(drafts=(DRAFT,)),
        m.VoidInput(drafts=(DRAFT,), reason="x"),
        m.RenderInput(draft=DRAFT, taken=TAKEN),
        m.RecordInput(documents=(RENDERED,)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_names_all(message: object) -> None:
    assert about(message) == ALL


def test_what_names_a_part() -> None:
    """The rest is known by the workflow's id, or not at all."""
    assert about(m.PreprocessInput(sources=REF)) == {"country": "DE", "line_of_business": "rides"}
    assert about(m.AnnounceInput(trip_id="t-1")) == about(m.RecallInput(trip_id="t-1")) == {"trip": "t-1"}
    assert about(m.CreditInput(trip_id="t-1", reason="x")) == {"trip": "t-1"}
    assert about(m.NumberInput(drafts=())) == about(m.ConsolidateInput(account="a", month="2026-11")) == {}
    assert about(None) == {}


def test_the_queue_names_the_implementation() -> None:
    assert ["current", "go"] == [implementation_of(q) for q in ("tripinvoice-store", "tripinvoice-candidate-go")]

"""The demonstration of a migration: the trips that it sends, what it shows, and that no promise holds by itself."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from rich.console import Console

from starter.demo.migration import proof, traffic
from starter.demo.migration.outcome import Outcome
from starter.demo.migration.plans import FAULTY, SCOPES, plan
from starter.demo.migration.screen import live_table
from starter.demo.proof import Document
from starter.samples.trips import read_trips
from tests import factories
from tripinvoice.compare.tally import Tally
from tripinvoice.ports import ISSUED, InvoiceRecord
from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.rollout import Mode
from tripinvoice.trip_event import parse_trip_event
from workflows.messages import Reading, RollBack, RolloutEvent, RolloutStatus

if TYPE_CHECKING:
    from starter.demo.stage import Stores
    from tripinvoice.ports import InvoiceRecords

NOW = datetime(2026, 11, 2, 18, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """A record of which only the state matters."""

    state: str


@dataclass(frozen=True)
class Records:
    """Records of these trips, each in a state."""

    states: dict[str, str] = field(default_factory=dict)

    def by_trip(self, trip_id: str) -> list[Record]:
        """The trip's."""
        return [Record(self.states[trip_id])] if trip_id in self.states else []


def sent(states: dict[str, str] | None = None) -> list[str]:
    """The ids of the trips of a run."""
    records = cast("InvoiceRecords", Records(states or {}))
    return [scenario.trip_id for scenario in traffic.traffic(records, SCOPES, NOW)]


def test_scopes_take_turns_and_no_id_comes_twice() -> None:
    """Every trip is of the scope whose turn it is."""
    scenarios = list(islice(traffic.endless(SCOPES, NOW), 60))
    trips = [parse_trip_event(one.event, one.headers, NOW) for one in scenarios]
    assert len({trip.trip_id for trip in trips}) == 60
    assert all(SCOPES[place % 3].covers(trip) for place, trip in enumerate(trips))


def test_a_run_begins_where_the_one_before_left_something_undone() -> None:
    """What has documents is passed over up to the first that has none; a void is none."""
    first = sent()
    assert len(first) == traffic.MOST
    assert sent({first[0]: ISSUED, first[1]: ISSUED, first[2]: "VOIDED", first[3]: ISSUED})[0] == first[2]
    assert sent(dict.fromkeys(first, ISSUED))[0] not in first


def test_the_money_systems_know_what_is_sent(tmp_path: Path) -> None:
    """The file that they read has the very trips."""
    scenarios = list(islice(traffic.endless(SCOPES, NOW), 9))
    traffic.write(scenarios, tmp_path / "trips.jsonl")
    assert [one.trip_id for one in read_trips(tmp_path / "trips.jsonl") if hasattr(one, "trip_id")] == [
        event.trip_id for event in traffic.events(scenarios)
    ]


# --- promises ------------------------------------------------------------------------------------------------------

APPROVED = RolloutEvent(at=NOW, what="full approved", by="the demonstration", reason="")
BROKEN = RollBack(by=f"rollout/{FAULTY}", reason="2 of 2 trips differ", cause="fc5d", paths=("a.b",), sample="trip-1")


def status(scope: str, state: str, *, ended: RollBack | None = None, reading: Reading | None = None) -> RolloutStatus:
    """What a rollout's workflow says."""
    stages = tuple(map(str, plan(FAULTY).stages))
    return RolloutStatus(
        scope=scope,
        candidate="python",
        state=state,
        stage=1 if ended else len(stages),
        stages=stages,
        entered=True,
        live=0,
        version=4,
        started_by="the demonstration",
        began_at=NOW,
        paused=None,
        reading=reading,
        ended=ended,
        trouble="",
        events=() if ended else (APPROVED,),
    )


BACK = Outcome(
    status=status(str(FAULTY), "RolledBack", ended=BROKEN), mode=Mode.OFF, compared=Tally(compared=6, different=6)
)
FULL = Outcome(
    status=status("DE/rides", "Completed"),
    mode=Mode.FULL,
    compared=Tally(compared=20, equal=19, failed=1, issued_by_candidate=9),
)


def held(*outcomes: Outcome, documents: tuple[Document, ...] = ()) -> list[bool]:
    """Which promises hold."""
    return [
        check.holds
        for check in proof.promises(outcomes, documents, cast("Stores", SimpleNamespace(ledger=None, documents=None)))
    ]


@pytest.mark.parametrize(
    "broken",
    [
        replace(BACK, mode=Mode.SHADOW),
        replace(BACK, compared=Tally(compared=6, different=6, issued_by_candidate=1)),
        replace(BACK, compared=Tally(compared=6, equal=6)),
        replace(BACK, status=replace(BACK.status, state="Watching")),
        replace(BACK, status=replace(BACK.status, ended=None)),
        replace(BACK, status=replace(BACK.status, ended=replace(BROKEN, by="somebody"))),
        replace(BACK, status=replace(BACK.status, ended=replace(BROKEN, cause=""))),
        replace(FULL, mode=Mode.LIVE),
        replace(FULL, compared=Tally(compared=20, equal=19, different=1, issued_by_candidate=9)),
        replace(FULL, compared=Tally(compared=20, equal=20)),
        replace(FULL, status=replace(FULL.status, state="AwaitingApproval")),
        replace(FULL, status=replace(FULL.status, events=())),
    ],
)
def test_a_promise_that_is_not_kept_is_told(broken: Outcome) -> None:
    """The same as what is kept, but for one thing."""
    assert held(BACK, FULL)[:2] == [True, True]
    assert held(broken)[0] is False


def _document(country: str, number: str) -> Document:
    invoice = factories.invoice()
    record = InvoiceRecord(
        document=invoice.draft.key,
        state=ISSUED,
        number=number,
        country=country,
        line_of_business="rides",
        total=invoice.draft.totals.gross,
        issued_at=NOW,
        pdf=None,
        invoice=None,
        sources=None,
        regime_version="1",
        template_version="1",
        environment="here",
        workflow_id="invoice/trip-1",
    )
    return Document(record=record, pdf=Path("nowhere.pdf"), sha256="")


def test_one_document_with_another_content_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the faulty country are told by themselves; none at all proves nothing."""
    wrong = {"GB-2"}
    monkeypatch.setattr(proof, "content_difference", lambda record, *_: "lines" if record.number in wrong else None)
    one, two, other = _document("GB", "GB-1"), _document("GB", "GB-2"), _document("DE", "DE-1")
    assert held(documents=(one, other)) == [True, True]
    assert held(documents=(one, two, other)) == [False, True]
    assert held(documents=(one,)) == [True, False]


def test_the_table_shows_what_was_measured_last() -> None:
    """Counts, times of both, and the verdict with its reason; nothing while nothing is measured."""
    measured = Measured(compared=7, net_different=2, current_p95=0.4, candidate_p95=0.0555)
    reading = Reading(at=NOW, verdict="hold", reasons=("5 of 6 trips compared",), overall=measured)
    shown = StringIO()
    table = live_table([status("DE/rides", "Watching", reading=reading), status("US/rides", "Watching")])
    Console(file=shown, width=150).print(table)
    lines = [" ".join(line.split()) for line in shown.getvalue().splitlines()]
    assert "DE/rides 3/3 full Watching 7 2 0 400 ms 56 ms hold: 5 of 6 trips compared" in lines
    assert "US/rides 3/3 full Watching" in lines

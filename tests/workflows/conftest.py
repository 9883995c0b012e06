"""One running stack for all workflow tests, with two hands in it: what it renders, and when it numbers."""

import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.running import Stack, running
from tests.workflows.rollouts import FailingRollouts, ScriptedComparisons
from tripinvoice.errors import ConflictError, DocumentError
from tripinvoice.invoice import Contract, DocumentKey, Invoice, account_key
from tripinvoice.numbering import Claim, NumberTaken, SeriesAudit
from tripinvoice.ports import EventSink, InvoiceRecord, NumberLedger, Renderer, Rendition
from tripinvoice.wiring import Wiring

HISTORIES = Path(__file__).parent.parent / "histories"

# Every way that a workflow can take, and the workflow of these tests that takes it.
BRANCHES = {
    "issued": "invoice/ride-1",
    "issued-two-documents": "invoice/delivery-1",
    "known-already": "invoice/old/replayed",
    "retried-fetch": "invoice/retry",
    "retry-after": "invoice/later",
    "parked-at-fetch-resumed": "invoice/no-fare",
    "parked-at-preprocess-resumed": "invoice/wrong-currency",
    "parked-corrected-trip": "invoice/atlantis",
    "parked-corrected-answer": "invoice/answer",
    "parked-at-render-resumed": "invoice/render-later",
    "voided-before-number": "invoice/void-early",
    "voided-after-number": "invoice/void-late",
    "voided-known-already": "invoice/void-late/replayed",
    "parked-without-stock-resumed": "invoice/stock-later",
    "parked-without-stock-corrected": "invoice/stock-part",
    "voided-without-stock": "invoice/stock-void",
    "cancelled-before-number": "invoice/cancel-early",
    "cancelled-at-number": "invoice/cancel-late",
    "cancelled-while-parked-with-number": "invoice/cancel-parked",
    "credited": "credit/credited",
    "credited-before": "credit/credit-once/replayed",
    "credit-refused": "credit/refused",
    "credit-parked-resumed": "credit/credit-archive",
    "credit-parked-at-render-resumed": "credit/credit-render",
    "credit-voided-before-number": "credit/credit-void-early",
    "credit-voided-after-number": "credit/credit-voided",
    "credit-cancelled-at-number": "credit/credit-cancel",
    "invoiced-anew": "invoice/reissued/2",
    "asked-for": "invoice/asked",
    "not-asked-for": "invoice/not-asked",
    "collected": "invoice/month-0",
    "collected-known-already": "invoice/month-old/replayed",
    "month-issued": f"month/2026-11/{account_key('biz-month')}",
    "months": "monthly-invoices/test",
    "regenerated-month": "regenerate/month",
    "regenerated": "regenerate/again",
    "regenerated-with-credit-notes": "regenerate/again-credited",
    "audited": "audit/all",
    "candidate-shadow": "invoice/candidate-shadow",
    "candidate-live": "invoice/candidate-live",
    "candidate-live-wrong": "invoice/candidate-cent",
    "candidate-live-slow": "invoice/candidate-slow",
    "candidate-full": "invoice/candidate-full",
    "candidate-full-wrong": "invoice/candidate-full-cent",
    "candidate-full-absent": "invoice/candidate-full-absent",
    "candidate-parked-resumed": "invoice/candidate-parked",
    "candidate-cancelled": "invoice/candidate-cancelled",
    "compared-in-shadow": "compare/candidate-shadow",
    "compared-given": "compare/candidate-live",
    "compared-with-current": "compare/candidate-full",
    "rollout-completed": "rollout/AA/rides",
    "rollout-rolled-back": "rollout/AB/rides",
    "rollout-rolled-back-by-hand": "rollout/AC/rides",
    "rollout-rolled-back-before-it-began": "rollout/AD/rides",
    "rollout-paused-resumed": "rollout/AE/rides",
    "rollout-changed-by-hand": "rollout/AF/rides",
    "rollout-turned-off": "rollout/AG/rides",
    "rollout-store-away": "rollout/AH/rides",
    "rollout-killed": "rollout/AI/rides",
    "rollout-continued": "rollout/AJ/rides",
    "rollout-cancelled": "rollout/AK/rides",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--save-histories`` records the histories that ``test_determinism.py`` replays."""
    parser.addoption("--save-histories", action="store_true", help="record tests/histories/*.json")


async def _save_histories(stack: Stack) -> None:
    for branch, workflow_id in BRANCHES.items():
        runs = [run async for run in stack.client.list_workflows(f"WorkflowId = '{workflow_id}'")]
        oldest = min(runs, key=lambda run: run.start_time)  # a cancelled trip was started again
        handle = stack.client.get_workflow_handle(workflow_id, run_id=oldest.run_id)
        history = await handle.fetch_history()
        saved = _without_stack_traces(json.loads(history.to_json()))
        (HISTORIES / f"{branch}.json").write_text(json.dumps(saved, indent=1) + "\n")


def _without_stack_traces(value: object) -> object:
    """They name folders of the machine that recorded them, and no replay reads them."""
    if isinstance(value, dict):
        return {key: _without_stack_traces(item) for key, item in value.items() if key != "stackTrace"}
    return [_without_stack_traces(item) for item in value] if isinstance(value, list) else value


@dataclass
class RefusingRenderer:
    """The real renderer, but it refuses the trips that it is told to refuse."""

    real: Renderer
    refused: set[str] = field(default_factory=set)

    async def start(self) -> None:
        """Start the real one."""
        await self.real.start()

    async def render(self, invoice: Invoice) -> Rendition:
        """Render, or refuse."""
        if invoice.draft.key.trip_id in self.refused:
            raise DocumentError("this document is refused by the test")
        return await self.real.render(invoice)


@dataclass
class HoldingLedger:
    """The real ledger, but it takes no number for some trips until it is let go, and has few for others.

    ``stocks`` is how many numbers a trip's contract may take beyond those that its series has when it asks; a trip in
    ``one_by_one`` gets what there is, as if others had taken the last ones while it asked.
    """

    real: NumberLedger
    stocks: dict[tuple[str, Contract], int] = field(default_factory=dict)
    one_by_one: set[str] = field(default_factory=set)
    held: dict[str, threading.Event] = field(default_factory=dict)
    reached: dict[str, threading.Event] = field(default_factory=dict)

    def hold(self, trip_id: str) -> tuple[threading.Event, threading.Event]:
        """Hold this trip's numbers; returns the event that tells it came, and the one that lets it go."""
        self.held[trip_id], self.reached[trip_id] = threading.Event(), threading.Event()
        return self.reached[trip_id], self.held[trip_id]

    def take(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        """Take, perhaps after waiting."""
        trip_id = claims[0].document.trip_id
        if trip_id in self.held:
            self.reached[trip_id].set()
            self.held[trip_id].wait(30)
        claims = [self._limited(claim) for claim in claims]
        if trip_id in self.one_by_one:
            return [number for claim in claims for number in self.real.take([claim])]
        return self.real.take(claims)

    def _limited(self, claim: Claim) -> Claim:
        stock = self.stocks.get((claim.document.trip_id, claim.document.contract))
        if stock is None:
            return claim
        series = claim.series, claim.period
        last_no = next((one.last_no for one in self.real.audit() if (one.series, one.period) == series), 0)
        return replace(claim, limit=last_no + stock)

    def void(self, document: DocumentKey, reason: str) -> NumberTaken | None:
        """Void."""
        return self.real.void(document, reason)

    def find(self, document: DocumentKey) -> NumberTaken | None:
        """Find."""
        return self.real.find(document)

    def audit(self) -> Sequence[SeriesAudit]:
        """Audit."""
        return self.real.audit()

    def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
        """Walk."""
        return self.real.entries(series, period)

    def claim_of(self, document: DocumentKey) -> Claim | None:
        """Claim."""
        return self.real.claim_of(document)

    def reindex(self, entry: NumberTaken) -> None:
        """Reindex."""
        self.real.reindex(entry)


@dataclass
class RefusingSink:
    """The real event sink, but it announces nothing of the trips that it is told to refuse."""

    real: EventSink
    refused: set[str] = field(default_factory=set)
    announced: list[InvoiceRecord] = field(default_factory=list)

    def announce(self, records: Sequence[InvoiceRecord]) -> None:
        """Announce, or refuse."""
        if self.refused & {record.document.trip_id for record in records}:
            raise ConflictError("this news is refused by the test")
        self.announced.extend(records)
        self.real.announce(records)


@dataclass(frozen=True)
class Hands:
    """What a test can do to the running stack."""

    renderer: RefusingRenderer
    ledger: HoldingLedger
    events: RefusingSink
    rollouts: FailingRollouts
    comparisons: ScriptedComparisons


def _with_hands(wiring: Wiring) -> Hands:
    rollouts = FailingRollouts(wiring.rollouts)
    hands = Hands(
        RefusingRenderer(wiring.renderer),
        HoldingLedger(wiring.ledger),
        RefusingSink(wiring.events),
        rollouts,
        ScriptedComparisons(wiring.comparisons, rollouts.real),
    )
    wiring.__dict__ |= {
        "renderer": hands.renderer,
        "ledger": hands.ledger,
        "events": hands.events,
        "rollouts": hands.rollouts,
        "comparisons": hands.comparisons,
    }
    return hands


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack_with_hands(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stack, Hands]]:
    """The stack, with virtual time for each workflow: hours of retries pass in seconds."""
    hands: list[Hands] = []
    data = tmp_path_factory.mktemp("stack")
    async with running(data, prepare=lambda wiring: hands.append(_with_hands(wiring))) as stack:
        yield stack, hands[0]
        if request.config.getoption("--save-histories"):
            await _save_histories(stack)


@pytest.fixture(scope="session")
def stack(stack_with_hands: tuple[Stack, Hands]) -> Stack:
    """The running stack."""
    return stack_with_hands[0]


@pytest.fixture(scope="session")
def hands(stack_with_hands: tuple[Stack, Hands]) -> Hands:
    """The hands in it."""
    return stack_with_hands[1]

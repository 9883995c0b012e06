"""A second implementation of preprocess beside the first: all that it may cost an invoice is its deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.worker import Worker

from activities.messages import ComparedTrip
from starter.client import start_trip_invoice
from starter.samples.candidate import SampleCandidate, serve
from starter.samples.candidate_faults import Fault
from tests import factories as f
from tests import scenarios
from tests.running import Stack
from tripinvoice import archive
from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.contract import RESPONSE, task_queue
from tripinvoice.invoice import Invoice
from tripinvoice.ports import InvoiceRecord
from tripinvoice.rollouts.decision import Decision
from tripinvoice.rollouts.rollout import Mode
from tripinvoice.trip import Trip
from workflows import search_attributes as sa
from workflows.messages import Resume, TripInvoiceResult
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")

DEADLINE_MS = 3_000
RESUME = Resume(reason="mended by the test")

WHERE = {
    Fault.CENT: "transport.lines.*.net.minor",
    Fault.TAX_RATE: "transport.lines.*.tax_rate",
    Fault.MISSING_LINE: "transport.lines.*",
    Fault.ORDER_OF_LINES: "transport.lines",
    Fault.WRONG_DATE: "transport.supply_date",
    Fault.ABSENT: "transport.rounding",
    Fault.FLAPPING: "transport.lines.*.tax.minor",
}
"""Where a comparison must point for each fault that gives wrong drafts."""


def decision(candidate: str, mode: Mode = Mode.SHADOW, *, compared: bool = True, noise: bool = False) -> Decision:
    """A trip's part in a rollout."""
    return Decision(
        scope="US/rides",
        candidate=candidate,
        mode=mode,
        leads=mode is not Mode.SHADOW,
        guarded=mode is not Mode.FULL,
        compared=compared,
        noise=noise,
        deadline_ms=DEADLINE_MS,
        bucket=0,
        rollout_version=1,
    )


@asynccontextmanager
async def polling(stack: Stack, name: str, fault: Fault | None = None) -> AsyncIterator[str]:
    """A candidate of this name meanwhile."""
    stop = asyncio.Event()
    turns = iter(range(2, 100, 3))  # a flapping one is wrong each time that it is asked here
    candidate = SampleCandidate(stack.wiring.documents, fault, turns=turns)
    work = asyncio.create_task(serve(stack.client, name, candidate, stop))
    try:
        yield name
    finally:
        stop.set()
        await work


@dataclass(frozen=True)
class Told:
    """What became of a trip."""

    result: TripInvoiceResult
    compared: ComparedTrip
    comparison: Comparison

    @property
    def issued(self) -> str:
        """Whose drafts its invoice has."""
        return self.comparison.issued


async def told(stack: Stack, trip_id: str, part: Decision) -> Told:
    """Invoice a taxi ride in New York with this part in a rollout, and wait for its comparison, too."""
    trip = await stack.know(scenarios.new_york(trip_id))
    await start_trip_invoice(stack.client, trip, part)
    result = await stack.handle(trip).result()
    compared = await stack.client.get_workflow_handle(f"compare/{trip_id}", result_type=ComparedTrip).result()
    [comparison] = stack.wiring.comparisons.of_trip(trip_id)
    return Told(result, compared, comparison)


def content(stack: Stack, trip_id: str) -> list[Any]:
    """The drafts of a trip's invoices, without what names the trip."""
    records: list[InvoiceRecord] = list(stack.wiring.records.by_trip(trip_id))
    invoices = [archive.recall(record.invoice, stack.wiring.documents, Invoice) for record in records if record.invoice]
    return [(one.draft.lines, one.draft.tax_lines, one.draft.totals, one.draft.supply_date) for one in invoices]


async def usual(stack: Stack) -> list[Any]:
    """What the invoice of the ride says without any candidate."""
    trip = await stack.know(scenarios.new_york("candidate-none"))
    await stack.invoice(trip)
    return content(stack, "candidate-none")


async def test_in_shadow_it_is_compared_beside_the_invoice(stack: Stack) -> None:
    """The invoice is the current one's; what was found is kept and can be searched for."""
    async with polling(stack, "right") as name:
        said = await told(stack, "candidate-shadow", decision(name, noise=True))
    assert said.result.state == "Issued"
    assert (said.comparison.outcome, said.comparison.issued, said.comparison.noisy) == (Outcome.EQUAL, "current", ())
    assert said.comparison.candidate_seconds is not None
    assert "product:taxi" in said.comparison.features
    found = (await stack.client.get_workflow_handle("compare/candidate-shadow").describe()).typed_search_attributes
    assert found.get(sa.COMPARE_OUTCOME) == "equal"
    assert found.get(sa.COUNTRY) == "US"


async def test_in_shadow_its_absence_costs_nothing(stack: Stack) -> None:
    """The invoice is issued while the candidate is still waited for."""
    trip = await stack.know(scenarios.new_york("candidate-absent"))
    await start_trip_invoice(stack.client, trip, decision("nobody"))
    assert (await stack.handle(trip).result()).state == "Issued"
    compared = await stack.client.get_workflow_handle("compare/candidate-absent", result_type=ComparedTrip).result()
    assert (compared.outcome, compared.candidate.failure) == ("failed", "TimedOut")
    assert await _steps(stack, trip) == ["fetch", "preprocess", "number", "render:transport", "record", "announce"]


async def test_live_it_issues_what_both_say(stack: Stack) -> None:
    """Asked at once with the current one, and found to say the same."""
    async with polling(stack, "right") as name:
        said = await told(stack, "candidate-live", decision(name, Mode.LIVE))
    assert (said.issued, said.comparison.outcome) == ("candidate", Outcome.EQUAL)
    assert content(stack, "candidate-live") == await usual(stack)


@pytest.mark.parametrize("fault", WHERE)
async def test_live_a_wrong_one_issues_nothing(stack: Stack, fault: Fault) -> None:
    """The invoice is the current one's, and the comparison names the place."""
    trip_id = f"candidate-{fault}"
    async with polling(stack, f"wrong-{fault}", fault) as name:
        said = await told(stack, trip_id, decision(name, Mode.LIVE))
    assert said.result.state == "Issued"
    assert (said.issued, said.comparison.outcome) == ("current", Outcome.DIFFERENT)
    assert WHERE[fault] in said.comparison.paths
    assert content(stack, trip_id) == await usual(stack)


@pytest.mark.parametrize(("fault", "code"), [(Fault.SLOW, "TimedOut"), (Fault.HUGE, None)])
async def test_live_one_that_does_not_answer_is_not_waited_for(stack: Stack, fault: Fault, code: str | None) -> None:
    """No longer than its deadline."""
    async with polling(stack, f"bad-{fault}", fault) as name:
        said = await told(stack, f"candidate-{fault}", decision(name, Mode.LIVE))
    assert (said.issued, said.comparison.outcome) == ("current", Outcome.FAILED)
    assert said.comparison.failure == code or (code is None and said.comparison.failure)
    assert (said.comparison.candidate_seconds or 0) < DEADLINE_MS / 1000 + 1.5


async def test_full_its_drafts_are_issued(stack: Stack) -> None:
    """The current one is asked afterwards, to compare."""
    async with polling(stack, "right") as name:
        said = await told(stack, "candidate-full", decision(name, Mode.FULL))
    assert (said.issued, said.comparison.outcome) == ("candidate", Outcome.EQUAL)
    assert content(stack, "candidate-full") == await usual(stack)
    assert said.compared.current.drafts is not None


async def test_full_and_not_compared_nothing_is_left_to_do(stack: Stack) -> None:
    """No workflow for it is started."""
    trip = await stack.know(scenarios.new_york("candidate-unsampled"))
    async with polling(stack, "right") as name:
        await start_trip_invoice(stack.client, trip, decision(name, Mode.FULL, compared=False))
        assert (await stack.handle(trip).result()).state == "Issued"
    assert stack.wiring.comparisons.of_trip("candidate-unsampled") == ()
    assert await _steps(stack, trip) == [
        "fetch",
        "candidate",
        "adopt",
        "number",
        "render:transport",
        "record",
        "announce",
    ]


@pytest.mark.parametrize("fault", [Fault.CENT, Fault.MISSING_LINE])
async def test_full_drafts_that_break_a_rule_are_not_issued(stack: Stack, fault: Fault) -> None:
    """Our own checks stand behind every candidate: the current one's are issued, and it is on record."""
    async with polling(stack, f"wrong-{fault}", fault) as name:
        said = await told(stack, f"candidate-full-{fault}", decision(name, Mode.FULL, compared=False))
    assert (said.issued, said.comparison.outcome) == ("current", Outcome.DIFFERENT)
    assert content(stack, f"candidate-full-{fault}") == await usual(stack)


async def test_full_the_absent_one_is_replaced(stack: Stack) -> None:
    """After its deadline."""
    said = await told(stack, "candidate-full-absent", decision("nobody", Mode.FULL, compared=False))
    assert (said.issued, said.comparison.outcome, said.comparison.failure) == ("current", Outcome.FAILED, "TimedOut")


FORGED = {"key": "DE/rides/2026/03/01/../x", "sha256": "0" * 64, "size": 1, "media_type": "text/csv"}


def answering(answer: object) -> Any:
    """An activity that answers this, whatever it is asked."""

    @activity.defn(name="preprocess")
    async def preprocess(_: dict[str, Any]) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return preprocess


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("bytes", b"\x00\xff", "CandidateError"),
        ("list", [1, 2], "CandidateError"),
        ("null", None, "CandidateError"),
        ("schema", {"schema": "other/1", "archived": None, "drafts": []}, "CandidateError"),
        ("by-value", {"schema": RESPONSE, "archived": None, "drafts": [{}]}, "CandidateError"),
        ("neither", {"schema": RESPONSE, "archived": None, "drafts": None}, "CandidateError"),
        ("forged", {"schema": RESPONSE, "archived": FORGED, "drafts": None}, "CandidateError"),
        ("raised", ValueError("Erika Mustermann"), "UnexpectedError"),
    ],
)
@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.FULL])
async def test_what_is_no_answer_is_a_failure(stack: Stack, name: str, answer: object, code: str, mode: Mode) -> None:
    """Whatever comes back, the invoice is issued and the failure has a name."""
    worker = Worker(
        stack.client,
        task_queue=task_queue(f"odd-{name}"),
        activities=[answering(answer)],
        graceful_shutdown_timeout=timedelta(seconds=1),
    )
    async with worker:
        said = await told(stack, f"candidate-{name}-{mode}", decision(f"odd-{name}", mode))
    assert said.result.state == "Issued"
    assert (said.issued, said.comparison.outcome, said.comparison.failure) == ("current", Outcome.FAILED, code)


async def test_a_trip_that_nobody_can_draft_parks_for_the_current_reason(stack: Stack) -> None:
    """In live mode, too; resumed with what was missing, it is issued and compared."""
    scenario = scenarios.new_york("candidate-parked")
    trip = await stack.know(scenario, payments=f.card("1.00", "USD"))
    async with polling(stack, "right") as name:
        await start_trip_invoice(stack.client, trip, decision(name, Mode.LIVE))
        status = await stack.until(stack.handle(trip), "Parked")
        assert status.failure is not None
        assert (status.failure.step, status.failure.code) == ("preprocess", "TotalsError")
        await stack.know(scenario)
        await stack.handle(trip).execute_update(TripInvoice.resume, RESUME)
        assert (await stack.handle(trip).result()).state == "Issued"
        compared = await stack.client.get_workflow_handle("compare/candidate-parked", result_type=ComparedTrip).result()
    assert compared.outcome == "equal"


async def test_cancelled_while_the_candidate_is_asked_it_ends(stack: Stack) -> None:
    """Nothing is numbered, nothing is compared."""
    trip = await stack.know(scenarios.new_york("candidate-cancelled"))
    async with polling(stack, "long", Fault.SLOW) as name:
        await start_trip_invoice(stack.client, trip, replace(decision(name, Mode.FULL), deadline_ms=30_000))
        await _until_asked(stack, trip)
        await stack.handle(trip).cancel()
        with pytest.raises(WorkflowFailureError):
            await stack.handle(trip).result()
    assert (await stack.handle(trip).describe()).status is WorkflowExecutionStatus.CANCELED
    assert stack.wiring.records.by_trip("candidate-cancelled") == ()


async def _until_asked(stack: Stack, trip: Trip) -> None:
    while "candidate" not in await _steps(stack, trip):  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.05)


async def _steps(stack: Stack, trip: Trip) -> list[str]:
    """The activities of its workflow, in the order in which they were scheduled."""
    history = await stack.handle(trip).fetch_history()
    scheduled = (event.activity_task_scheduled_event_attributes for event in history.events)
    return [one.activity_id for one in scheduled if one.activity_id]

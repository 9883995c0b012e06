"""The story of an invoice, on a real Temporal server, with real systems, stores and documents."""

import asyncio
import hashlib
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from starter.client import StartOutcome, start_trip_invoice
from tests import factories as f
from tests import scenarios
from tests.running import Stack, running
from tests.workflows.conftest import Hands
from tripinvoice import archive
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Answer
from tripinvoice.ports import Shelf
from tripinvoice.trip_event import correct_trip
from workflows.messages import Resume, TripInvoiceInput, TripInvoiceResult, Void
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")

RESUME = Resume(reason="mended by the test")
VOID = Void(reason="test trip")


async def _state(handle: WorkflowHandle[TripInvoice, TripInvoiceResult]) -> tuple[str, str | None]:
    """The search attributes InvoiceState and FailedStep, as the server has them."""
    found = (await handle.describe()).typed_search_attributes
    values = {pair.key.name: pair.value for pair in found}
    return values["InvoiceState"], values.get("FailedStep")


async def _refused(call: Awaitable[object]) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await call
    assert isinstance(refusal.value.cause, ApplicationError)
    return refusal.value.cause.message


async def test_a_ride_becomes_one_stored_numbered_document(stack: Stack) -> None:
    """The whole way: the record, the PDF behind it, the number in its series and where operators look."""
    trip = await stack.know(scenarios.berlin("ride-1"))
    result = await stack.invoice(trip)
    [document] = result.documents
    [record] = stack.wiring.records.by_trip("ride-1")
    assert ("Issued", "ISSUED", document.number) == (result.state, record.state, record.number)
    assert record.pdf is not None
    pdf = await asyncio.to_thread(Path(stack.wiring.documents.location(record.pdf)).read_bytes)
    assert (b"%PDF", record.pdf.sha256) == (pdf[:4], hashlib.sha256(pdf).hexdigest())
    found = [w.id async for w in stack.client.list_workflows(f"InvoiceNumber = '{document.number}'")]
    assert found == ["invoice/ride-1"]
    assert await _state(stack.handle(trip)) == ("Issued", None)


async def test_a_delivery_becomes_two_documents(stack: Stack) -> None:
    """The food is the merchant's supply, the delivery another's: two contracts, two series, one workflow."""
    trip = await stack.know(scenarios.munich_delivery("delivery-1"))
    result = await stack.invoice(trip)
    assert [d.document.contract for d in result.documents] == ["goods", "delivery"]
    assert len({d.number.rsplit("-", 2)[0] for d in result.documents}) == 2


async def test_the_same_event_three_times_is_one_invoice(stack: Stack) -> None:
    """While it runs and after it has ended, a second start changes nothing."""
    trip = await stack.know(scenarios.berlin("thrice"))
    outcomes = [await start_trip_invoice(stack.client, trip) for _ in range(2)]
    await stack.handle(trip).result()
    outcomes.append(await start_trip_invoice(stack.client, trip))
    assert outcomes == [StartOutcome.STARTED, StartOutcome.DUPLICATE, StartOutcome.DUPLICATE]
    assert len(stack.wiring.records.by_trip("thrice")) == 1


async def test_a_trip_is_recognised_after_temporal_forgot_it(stack: Stack) -> None:
    """The record store, not the workflow id, is the last guard against a second invoice."""
    trip = await stack.know(scenarios.berlin("old"))
    first = await stack.invoice(trip)
    again = await stack.client.execute_workflow(
        TripInvoice.run, TripInvoiceInput(trip=trip), id="invoice/old/replayed", task_queue="tripinvoice-workflows"
    )
    assert (first.documents, 1) == (again.documents, len(stack.wiring.records.by_trip("old")))


async def test_a_retry_asks_only_who_has_not_answered(stack: Stack) -> None:
    """Two bad answers of one system cost the others nothing."""
    trip = await stack.know(scenarios.berlin("retry"))
    await stack.fault(system="riders", trip_id="retry", status=503, times=2)
    await stack.invoice(trip)
    calls = await stack.calls("retry")
    assert (calls["riders"], calls["fares"], calls["payments"]) == (3, 1, 1)


async def test_retry_after_is_honoured(stack: Stack) -> None:
    """A system that asks for seven minutes gets them; virtual time makes them short."""
    trip = await stack.know(scenarios.berlin("later"))
    await stack.fault(system="fares", trip_id="later", status=429, retry_after="420", times=1)
    await stack.invoice(trip)
    events = (await stack.handle(trip).fetch_history()).events
    started = next(e for e in events if e.HasField("activity_task_started_event_attributes"))
    failure = started.activity_task_started_event_attributes.last_failure
    assert failure.application_failure_info.next_retry_delay.seconds == 420
    waited = started.event_time.ToDatetime() - events[0].event_time.ToDatetime()
    assert 420 <= waited.total_seconds() < 600


async def test_hours_of_outage_are_waited_out(stack: Stack) -> None:
    """Thirty refusals with growing pauses are hours; the invoice comes all the same."""
    trip = await stack.know(scenarios.london("outage"))
    await stack.fault(system="payments", trip_id="outage", status=500, times=30)
    assert (await stack.invoice(trip)).state == "Issued"


async def test_an_informative_system_may_stay_down(stack: Stack) -> None:
    """What the invoice is right without is left out after a few tries."""
    trip = await stack.know(scenarios.berlin("informative"))
    await stack.fault(system="loyalty", trip_id="informative", status=500)
    assert (await stack.invoice(trip)).state == "Issued"


@pytest.mark.parametrize(
    ("system", "wrong", "step", "code"),
    [
        ("fares", "not_json", "fetch", "InvalidAnswerError"),
        ("fares", "not_utf8", "fetch", "InvalidAnswerError"),
        ("fares", "not_object", "fetch", "InvalidAnswerError"),
        ("fares", "float_amount", "fetch", "InvalidAnswerError"),
        ("fares", "huge", "fetch", "InvalidAnswerError"),
        ("fares", "currency", "preprocess", "InvalidAnswerError"),
        ("fares", "missing_fare", "preprocess", "MissingAnswerError"),
        ("fares", "negative_total", "preprocess", "TotalsError"),
    ],
)
async def test_wrong_data_parks_and_a_resume_asks_again(
    stack: Stack, system: str, wrong: str, step: str, code: str
) -> None:
    """Each kind of wrong answer parks with its step and code; once it is mended, a resume brings the invoice."""
    trip = await stack.know(scenarios.berlin(f"wrong-{wrong}"))
    await stack.fault(system=system, trip_id=trip.trip_id, wrong=wrong, times=1)
    status = await stack.parked(trip)
    assert status.failure is not None
    assert (step, code) == (status.failure.step, status.failure.code)
    handle = stack.handle(trip)
    assert ("Parked", step) == await _state(handle)
    await handle.execute_update(TripInvoice.resume, RESUME)
    assert (await handle.result()).state == "Issued"
    assert await _state(handle) == ("Issued", None)


async def test_a_missing_fare_parks(stack: Stack) -> None:
    """A required system without an answer is named."""
    scenario = scenarios.berlin("no-fare")
    trip = await stack.know(scenario, fares=None)
    status = await stack.parked(trip)
    assert status.failure is not None
    assert (
        status.failure.step,
        status.failure.code,
        status.failure.field,
    ) == ("fetch", "MissingAnswerError", "fares")
    await stack.know(scenario)
    await stack.handle(trip).execute_update(TripInvoice.resume, RESUME)
    assert (await stack.handle(trip).result()).state == "Issued"


async def test_an_unknown_country_parks_until_the_trip_is_corrected(stack: Stack) -> None:
    """The operator corrects one field; the rest of the trip stays as it was."""
    trip = await stack.know(scenarios.berlin("atlantis", pickup=replace(f.BERLIN, country="ZZ")))
    status = await stack.parked(trip)
    assert status.failure is not None
    assert status.failure.code == "UnsupportedTripError"
    corrected = correct_trip(trip, {"pickup.country": "DE"}, stack.wiring.clock.now())
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.resume, Resume(reason="typo", trip=corrected))
    assert (await handle.result()).state == "Issued"


async def test_a_corrected_answer_is_used_instead_of_asking(stack: Stack) -> None:
    """The answer travels by reference, because it may hold personal data."""
    trip = await stack.know(scenarios.berlin("answer"), fares=f.charges(f.charge("1.00"), currency="GBP"))
    await stack.parked(trip)
    answer = Answer(
        system="fares",
        provides=Provides.CHARGES,
        body=f.charges(f.charge("19.40")),
        fetched_at=stack.wiring.clock.now(),
    )
    ref = archive.keep(answer, stack.wiring.documents, Shelf.of(trip))
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.resume, Resume(reason="fixed by hand", corrections={"fares": ref}))
    result = await handle.result()
    assert [str(document.total) for document in result.documents] == ["19.40 EUR"]


async def test_void_before_a_number_leaves_no_trace(stack: Stack) -> None:
    """No number is used for a trip that never got that far."""
    trip = await stack.know(scenarios.berlin("void-early"), fares=None)
    await stack.parked(trip)
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.void, VOID)
    result = await handle.result()
    assert (result.state, result.documents) == ("Voided", ())
    assert tuple(stack.wiring.records.by_trip("void-early")) == ()


async def test_void_after_a_number_keeps_the_series_gapless(stack: Stack, hands: Hands) -> None:
    """The number stays taken, with a record that says it is void; corrections are no longer possible."""
    hands.renderer.refused.add("void-late")
    trip = await stack.know(scenarios.berlin("void-late"))
    status = await stack.parked(trip)
    assert (status.step, len(status.numbers)) == ("render", 1)
    handle = stack.handle(trip)
    refusal = await _refused(handle.execute_update(TripInvoice.resume, Resume(reason="x", trip=trip)))
    assert refusal.startswith("a number is taken")
    await handle.execute_update(TripInvoice.void, VOID)
    result = await handle.result()
    assert [document.state for document in result.documents] == ["VOIDED"]
    assert all(not series.holes for series in stack.wiring.ledger.audit())
    again = await stack.client.execute_workflow(
        TripInvoice.run,
        TripInvoiceInput(trip=trip),
        id="invoice/void-late/replayed",
        task_queue="tripinvoice-workflows",
    )
    assert again.state == "Voided"


async def test_a_void_stays_one_when_only_its_news_is_late(stack: Stack, hands: Hands) -> None:
    """Parked because nobody could be told, it is resumed to tell them, not to issue it after all."""
    hands.renderer.refused.add("void-untold")
    hands.events.refused.add("void-untold")
    trip = await stack.know(scenarios.berlin("void-untold"))
    await stack.parked(trip)
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.void, VOID)
    assert (await stack.until(handle, "Parked")).step == "announce"
    hands.events.refused.clear()
    hands.renderer.refused.clear()
    await handle.execute_update(TripInvoice.resume, RESUME)
    result = await handle.result()
    assert (result.state, [document.state for document in result.documents]) == ("Voided", ["VOIDED"])


async def test_resume_after_a_number_keeps_the_number(stack: Stack, hands: Hands) -> None:
    """What was done is not done again: the same number, and no system is asked twice."""
    hands.renderer.refused.add("render-later")
    trip = await stack.know(scenarios.berlin("render-later"))
    status = await stack.parked(trip)
    hands.renderer.refused.clear()
    await stack.handle(trip).execute_update(TripInvoice.resume, RESUME)
    result = await stack.handle(trip).result()
    assert status.numbers == tuple(document.number for document in result.documents)
    assert (await stack.calls("render-later"))["fares"] == 1


async def test_only_a_parked_invoice_takes_orders(stack: Stack, hands: Hands) -> None:
    """Resume and void are refused elsewhere, and without a reason, and for another trip."""
    reached, let_go = hands.ledger.hold("busy")
    trip = await stack.know(scenarios.berlin("busy"))
    handle = await stack.start(trip)
    await asyncio.to_thread(reached.wait, 30)
    assert "not parked" in await _refused(handle.execute_update(TripInvoice.resume, RESUME))
    assert "not parked" in await _refused(handle.execute_update(TripInvoice.void, VOID))
    let_go.set()
    await handle.result()
    other = await stack.know(scenarios.berlin("orders"), fares=None)
    await stack.parked(other)
    handle = stack.handle(other)
    assert "reason" in await _refused(handle.execute_update(TripInvoice.resume, Resume(reason=" ")))
    wrong = Resume(reason="x", trip=trip)
    assert "another trip" in await _refused(handle.execute_update(TripInvoice.resume, wrong))
    await handle.execute_update(TripInvoice.void, VOID)
    await handle.result()


async def test_cancel_before_a_number_cancels(stack: Stack) -> None:
    """A cancelled trip has no invoice, so its event may start it anew."""
    trip = await stack.know(scenarios.berlin("cancel-early"), fares=None)
    await stack.parked(trip)
    handle = stack.handle(trip)
    await handle.cancel()
    await _closed(handle, WorkflowExecutionStatus.CANCELED)
    assert ((await _state(handle))[0], None) == ("Cancelled", None)
    await stack.know(scenarios.berlin("cancel-early"))
    assert (await stack.invoice(trip)).state == "Issued"


async def test_cancel_during_numbering_does_not_lose_the_number(stack: Stack, hands: Hands) -> None:
    """From there on the only ends are issued and voided."""
    reached, let_go = hands.ledger.hold("cancel-late")
    trip = await stack.know(scenarios.berlin("cancel-late"))
    handle = await stack.start(trip)
    await asyncio.to_thread(reached.wait, 30)
    await handle.cancel()
    let_go.set()
    assert (await handle.result()).state == "Issued"


async def test_cancel_while_parked_with_a_number_voids_it(stack: Stack, hands: Hands) -> None:
    """A cancellation is a wish to end it; with a number taken the end is a void."""
    hands.renderer.refused.add("cancel-parked")
    trip = await stack.know(scenarios.berlin("cancel-parked"))
    await stack.parked(trip)
    await stack.handle(trip).cancel()
    result = await stack.handle(trip).result()
    assert (result.state, [d.state for d in result.documents]) == ("Voided", ["VOIDED"])


async def test_another_revision_of_an_issued_trip_parks(stack: Stack) -> None:
    """What is issued is corrected by a credit note, never by a second invoice."""
    await stack.invoice(await stack.know(scenarios.berlin("revised")))
    second = await stack.know(scenarios.berlin("revised", revision=2))
    status = await stack.parked(second)
    assert status.failure is not None
    assert (status.failure.step, status.failure.code) == ("fetch", "ConflictError")


async def test_a_parked_invoice_survives_the_worker(tmp_path: Path) -> None:
    """Parking is in the history, not in the process: the next worker takes it over."""
    async with running(tmp_path, with_worker=False) as stack:
        async with stack.working():
            trip = await stack.know(scenarios.new_york("survivor"), fares=None)
            await stack.parked(trip)
        await stack.know(scenarios.new_york("survivor"))
        async with stack.working():
            await stack.handle(trip).execute_update(TripInvoice.resume, RESUME)
            assert "Issued" == (await stack.handle(trip).result()).state


async def _closed(handle: WorkflowHandle[TripInvoice, TripInvoiceResult], status: WorkflowExecutionStatus) -> None:
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert status is (await handle.describe()).status


async def test_killed_render_processes_delay_but_lose_nothing(stack: Stack) -> None:
    """The pool is rebuilt and the documents are rendered again; the worker does not notice."""
    trips = [await stack.know(scenarios.london(f"killed-{i}")) for i in range(4)]
    handles = [await stack.start(trip) for trip in trips]
    while not _kill_render_processes():  # noqa: ASYNC110 - processes tell nobody that they have started
        await asyncio.sleep(0.02)
    results = [await handle.result() for handle in handles]
    assert ["Issued"] * 4 == [result.state for result in results]


def _kill_render_processes() -> int:
    """Kill -9 every render process of ours; returns how many there were."""
    killed = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "tripinvoice.adapters.render_child" in child.cmdline():
                child.kill()
                killed += 1
    return killed

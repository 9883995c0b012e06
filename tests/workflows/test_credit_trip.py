"""What was issued is taken back: credit notes on a real Temporal server, with real stores and documents."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError

from activities.messages import CreditInput
from starter import crediting
from starter.client import credit_workflow_id, start_trip_invoice
from starter.samples.portugal import SCENES as PORTUGUESE
from starter.samples.scenario import Scenario
from starter.samples.scene import scenario as scenario_of
from tests import scenarios
from tests.running import Stack
from tests.workflows.conftest import Hands
from tripinvoice import archive
from tripinvoice.answers import Provides
from tripinvoice.credit import LineWish, Wish, remaining
from tripinvoice.errors import ConflictError, CreditError, SystemUnavailableError
from tripinvoice.invoice import Contract, Invoice, Kind
from tripinvoice.money_systems import Answer
from tripinvoice.ports import CollectedDraft, InvoiceRecord, ObjectRef, Shelf
from tripinvoice.trip import Trip
from workflows import policies
from workflows.credit_trip import CreditTrip
from workflows.issuing import Issuing
from workflows.messages import CreditResult, RegenerateInput, Resume, Void
from workflows.regenerate import RegenerateInvoice

pytestmark = pytest.mark.xdist_group("temporal")

PATIENCE = timedelta(seconds=60)
LISBON = PORTUGUESE[0]
RESUME = Resume(reason="mended by the test")


def wanted(trip_id: str, **more: Any) -> CreditInput:
    """All of the trip, unless told otherwise."""
    return CreditInput(trip_id=trip_id, reason="charged twice", **more)


async def issued(stack: Stack, trip_id: str) -> Trip:
    """A ride in Berlin that is invoiced: 19.40 EUR."""
    trip = await stack.know(scenarios.berlin(trip_id))
    await stack.invoice(trip)
    return trip


async def take_back(stack: Stack, request: CreditInput) -> crediting.Taken:
    """Credit it as the command does."""
    return await crediting.credit(stack.client, stack.wiring.records, stack.wiring.documents, request, PATIENCE)


async def invoice_anew(stack: Stack, taken: crediting.Taken) -> tuple[Trip, ...]:
    """Reissue as the command does."""
    return await crediting.reissue(stack.client, stack.wiring.documents, stack.wiring.collection, taken)


async def start(stack: Stack, request: CreditInput) -> WorkflowHandle[Any, CreditResult]:
    """Start it, and do not wait."""
    return await stack.client.start_workflow(
        CreditTrip.run, request, id=credit_workflow_id(request.trip_id), task_queue=policies.WORKFLOWS
    )


def notes_of(stack: Stack, trip_id: str) -> list[InvoiceRecord]:
    """The records of its credit notes."""
    return [one for one in stack.wiring.records.by_trip(trip_id) if one.document.kind is Kind.CREDIT_NOTE]


def stored(stack: Stack, record: InvoiceRecord) -> Invoice:
    """The document as it was issued."""
    assert record.invoice is not None
    return archive.recall(record.invoice, stack.wiring.documents, Invoice)


async def test_a_trip_is_credited_in_full(stack: Stack, hands: Hands) -> None:
    """A credit note for each document, in series of their own; the invoices stay as they were, and nothing is left."""
    trip = await stack.know(scenarios.munich_delivery("credited"))
    await stack.invoice(trip)
    before = list(stack.wiring.records.by_trip("credited"))
    hands.events.announced.clear()
    taken = await take_back(stack, wanted("credited"))
    notes = notes_of(stack, "credited")
    assert [(one.document.contract, one.document.revision) for one in notes] == [("delivery", 1), ("goods", 1)]
    assert all("-CN-2026-" in one.number and one.pdf and one.sources for one in notes)
    assert [one.corrects for one in notes] == [one.document for one in before]
    assert [one for one in stack.wiring.records.by_trip("credited") if one.document.kind is Kind.INVOICE] == before
    assert all(book.left.nothing for book in taken.books)
    assert {record.document for record in hands.events.announced} == {one.document for one in notes}
    found = [w.id async for w in stack.client.list_workflows(f"InvoiceNumber = '{notes[0].number}'")]
    assert found == ["credit/credited"]


async def test_the_same_request_is_done_once(stack: Stack) -> None:
    """Asked again, and after Temporal forgot it, and by its name."""
    await issued(stack, "credit-once")
    first = await take_back(stack, wanted("credit-once"))
    again = await take_back(stack, wanted("credit-once"))
    forgotten = await stack.client.execute_workflow(
        CreditTrip.run,
        wanted("credit-once"),
        id="credit/credit-once/replayed",
        task_queue=policies.WORKFLOWS,
    )
    assert [first.again, again.again, forgotten.again] == [False, True, True]
    assert {document.document for document in forgotten.documents} == first.notes == again.notes
    assert len(notes_of(stack, "credit-once")) == 1


async def test_parts_come_to_the_whole(stack: Stack) -> None:
    """An amount, a line's quantity, the rest; then nothing remains, and nobody gets a number for it."""
    trip = await stack.know(scenarios.munich_delivery("parts"))
    await stack.invoice(trip)
    piece = Wish(lines=(LineWish(line="2", quantity=Decimal(1)),))
    await take_back(stack, wanted("parts", contract=Contract.GOODS, wish=Wish(amount="5.00")))
    await take_back(stack, wanted("parts", contract=Contract.GOODS, wish=piece))
    await take_back(stack, wanted("parts", contract=Contract.GOODS, request="rest"))
    goods = [one for one in stack.wiring.records.by_trip("parts") if one.document.contract is Contract.GOODS]
    original, notes = [one for one in goods if not one.corrects], [one for one in goods if one.corrects]
    assert [note.document.revision for note in notes] == [1, 2, 3]
    assert sum(note.total.minor for note in notes) == original[0].total.minor
    assert remaining(stored(stack, original[0]), [stored(stack, note) for note in notes]).nothing
    with pytest.raises(CreditError, match="nothing remains"):
        await take_back(stack, wanted("parts", contract=Contract.GOODS, request="more"))
    assert all(not series.holes for series in stack.wiring.ledger.audit())


async def test_what_is_credited_already_is_left_out_of_the_whole(stack: Stack) -> None:
    """The food was taken back; the delivery is what is left of the trip."""
    trip = await stack.know(scenarios.munich_delivery("whole-rest"))
    await stack.invoice(trip)
    await take_back(stack, wanted("whole-rest", contract=Contract.GOODS))
    taken = await take_back(stack, wanted("whole-rest"))
    assert [key.contract for key in taken.notes] == [Contract.DELIVERY]
    with pytest.raises(CreditError, match="nothing remains"):
        await take_back(stack, wanted("whole-rest", request="again"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"wish": Wish(amount="999.00"), "contract": Contract.GOODS}, "amount"),
        ({"wish": Wish(amount="1.00")}, "contract"),
        ({"contract": Contract.PLATFORM_FEE}, "trip_id"),
        ({"request": "no name"}, "request"),
    ],
)
async def test_what_cannot_be_is_refused(stack: Stack, more: dict[str, Any], field: str) -> None:
    """It ends at once, so that whoever asked can ask better; nothing is numbered."""
    if not stack.wiring.records.by_trip("refused"):
        await stack.invoice(await stack.know(scenarios.munich_delivery("refused")))
    with pytest.raises(CreditError) as caught:
        await take_back(stack, wanted("refused", **more))
    assert caught.value.field == field
    assert notes_of(stack, "refused") == []


async def test_a_name_is_of_one_request(stack: Stack) -> None:
    """Whoever uses it for another wish is told."""
    await issued(stack, "credit-name")
    await take_back(stack, wanted("credit-name", wish=Wish(amount="1.00"), request="ticket-1"))
    with pytest.raises(CreditError, match=r"^request"):
        await take_back(stack, wanted("credit-name", wish=Wish(amount="2.00"), request="ticket-1"))
    with pytest.raises(CreditError, match=r"^trip"):
        await take_back(
            stack, wanted("credit-name", contract=Contract.GOODS, wish=Wish(amount="1.00"), request="ticket-1")
        )


async def test_a_void_trip_has_nothing_to_take_back(stack: Stack, hands: Hands) -> None:
    """Its number is void, its document never was."""
    hands.renderer.refused.add("credit-void")
    trip = await stack.know(scenarios.berlin("credit-void"))
    await stack.parked(trip)
    await stack.handle(trip).execute_update(Issuing.void, Void(reason="test trip"))
    await stack.handle(trip).result()
    with pytest.raises(CreditError, match="its numbers are void"):
        await take_back(stack, wanted("credit-void"))


async def test_a_trip_of_a_month_is_credited_on_its_invoice(stack: Stack) -> None:
    """It has no document of its own; the refusal says where it is."""
    [record] = stack.wiring.records.by_trip((await issued(stack, "of-a-month")).trip_id)
    assert record.invoice is not None
    key = replace(record.document, trip_id="of-a-month-2")
    draft = CollectedDraft(document=key, account="a", month="2026-11", draft=record.invoice, sources=None)
    stack.wiring.collection.collect([draft])
    with pytest.raises(CreditError, match="on the invoice of its month"):
        await take_back(stack, wanted("of-a-month-2"))


async def test_one_credit_of_a_trip_at_a_time(stack: Stack, hands: Hands) -> None:
    """The same request joins the one under way, another is told to wait; then it is served."""
    await issued(stack, "credit-race")
    reached, let_go = hands.ledger.hold("credit-race")
    one = wanted("credit-race", wish=Wish(amount="1.00"))
    first = asyncio.create_task(take_back(stack, one))
    await asyncio.to_thread(reached.wait, 30)
    second = asyncio.create_task(take_back(stack, one))
    with pytest.raises(ConflictError, match="another credit of this trip is under way"):
        await take_back(stack, wanted("credit-race"))
    let_go.set()
    assert (await first).notes == (await second).notes
    await take_back(stack, wanted("credit-race"))
    assert [note.total.minor for note in notes_of(stack, "credit-race")] == [1_00, 18_40]


async def test_who_has_no_patience_may_ask_again(stack: Stack, hands: Hands) -> None:
    """The credit goes on meanwhile."""
    await issued(stack, "credit-slow")
    reached, let_go = hands.ledger.hold("credit-slow")
    hurried = crediting.credit(
        stack.client, stack.wiring.records, stack.wiring.documents, wanted("credit-slow"), timedelta(seconds=0.1)
    )
    with pytest.raises(SystemUnavailableError, match="still going on"):
        await hurried
    await asyncio.to_thread(reached.wait, 30)
    let_go.set()
    assert len((await take_back(stack, wanted("credit-slow"))).notes) == 1


async def test_parked_with_a_number_it_is_resumed(stack: Stack, hands: Hands) -> None:
    """Who waits for it is told; the number stays."""
    await issued(stack, "credit-render")
    hands.renderer.refused.add("credit-render")
    with pytest.raises(ConflictError, match=r"parked at render: .* `tripinvoice resume credit/credit-render`"):
        await take_back(stack, wanted("credit-render"))
    handle = stack.client.get_workflow_handle("credit/credit-render", result_type=CreditResult)
    status = await stack.until(handle, "Parked")
    hands.renderer.refused.clear()
    await handle.execute_update(Issuing.resume, RESUME)
    result = await handle.result()
    assert status.numbers == tuple(document.number for document in result.documents)


async def hide(stack: Stack, trip_id: str) -> tuple[Path, Path]:
    """Take the archived invoice of a trip away: where it is now, and where it was."""
    [record] = stack.wiring.records.by_trip(trip_id)
    assert record.invoice is not None
    place = Path(stack.wiring.documents.location(record.invoice))
    return await asyncio.to_thread(place.rename, place.with_suffix(".away")), place


async def test_parked_before_a_number_it_is_resumed(stack: Stack) -> None:
    """The archived invoice was away, and is there again."""
    await issued(stack, "credit-archive")
    away, place = await hide(stack, "credit-archive")
    handle = await start(stack, wanted("credit-archive"))
    status = await stack.until(handle, "Parked")
    assert status.failure is not None
    assert (status.failure.step, status.failure.code, status.numbers) == ("credit", "NotFoundError", ())
    await asyncio.to_thread(away.rename, place)
    await handle.execute_update(Issuing.resume, RESUME)
    assert (await handle.result()).state == "Issued"


async def test_voided_before_a_number_it_leaves_no_trace(stack: Stack) -> None:
    """No number, no record; it may be asked for again."""
    await issued(stack, "credit-void-early")
    away, place = await hide(stack, "credit-void-early")
    handle = await start(stack, wanted("credit-void-early"))
    await stack.until(handle, "Parked")
    await handle.execute_update(Issuing.void, Void(reason="asked for by mistake"))
    result = await handle.result()
    assert (result.state, result.documents, notes_of(stack, "credit-void-early")) == ("Voided", (), [])
    await asyncio.to_thread(away.rename, place)
    assert len((await take_back(stack, wanted("credit-void-early"))).notes) == 1


async def test_voided_with_a_number_the_next_one_has_another(stack: Stack, hands: Hands) -> None:
    """The series stays gapless, and nothing was taken back by the void one."""
    await issued(stack, "credit-voided")
    hands.renderer.refused.add("credit-voided")
    handle = await start(stack, wanted("credit-voided"))
    await stack.until(handle, "Parked")
    await handle.execute_update(Issuing.void, Void(reason="asked for by mistake"))
    assert (await handle.result()).state == "Voided"
    hands.renderer.refused.clear()
    await take_back(stack, wanted("credit-voided"))
    notes = notes_of(stack, "credit-voided")
    assert [(note.state, note.document.revision) for note in notes] == [("VOIDED", 1), ("ISSUED", 2)]
    assert len({note.number for note in notes}) == 2
    assert {str(note.corrects) for note in notes} == {"credit-voided/transport/invoice/1"}
    assert all(not series.holes for series in stack.wiring.ledger.audit())


async def test_cancelled_while_it_is_numbered_it_is_finished(stack: Stack, hands: Hands) -> None:
    """From there on the only ends are issued and voided."""
    await issued(stack, "credit-cancel")
    reached, let_go = hands.ledger.hold("credit-cancel")
    handle = await start(stack, wanted("credit-cancel"))
    await asyncio.to_thread(reached.wait, 30)
    await handle.cancel()
    let_go.set()
    assert (await handle.result()).state == "Issued"


async def test_a_trip_credited_in_full_is_invoiced_anew(stack: Stack) -> None:
    """Not while anything is left of it; then under its next revision, once; the old event still finds the old one."""
    first = await issued(stack, "reissued")
    second = await stack.know(scenarios.berlin("reissued", revision=2))
    await take_back(stack, wanted("reissued", wish=Wish(amount="1.00")))
    status = await stack.parked(second)
    assert status.failure is not None
    assert (status.failure.step, status.failure.field) == ("fetch", "revision")
    taken = await take_back(stack, wanted("reissued"))
    (trip,) = await invoice_anew(stack, taken)
    assert (trip.trip_id, trip.revision) == ("reissued", 2)
    await stack.handle(second).execute_update(Issuing.resume, RESUME)
    again = await stack.handle(second).result()
    assert [str(document.document) for document in again.documents] == ["reissued/transport/invoice/2"]
    await invoice_anew(stack, await take_back(stack, wanted("reissued")))
    await start_trip_invoice(stack.client, first)
    issued_now = [one for one in stack.wiring.records.by_trip("reissued") if one.document.kind is Kind.INVOICE]
    assert [one.document.revision for one in issued_now] == [1, 2]


async def test_a_part_is_no_reason_to_invoice_anew(stack: Stack) -> None:
    """The rest would be invoiced twice."""
    await issued(stack, "reissue-part")
    taken = await take_back(stack, wanted("reissue-part", wish=Wish(amount="1.00")))
    with pytest.raises(ConflictError, match="not taken back in full"):
        await invoice_anew(stack, taken)


async def test_credit_notes_are_made_again(stack: Stack) -> None:
    """From their archived evidence, byte for byte, beside their invoices."""
    await stack.invoice(await stack.know(scenarios.munich_delivery("again-credited")))
    await take_back(stack, wanted("again-credited", contract=Contract.GOODS, wish=Wish(amount="3.33")))
    await take_back(stack, wanted("again-credited"))
    result = await stack.client.execute_workflow(
        RegenerateInvoice.run,
        RegenerateInput(trip_id="again-credited"),
        id="regenerate/again-credited",
        task_queue=policies.WORKFLOWS,
    )
    assert len(result.documents) == 5
    assert all(document.identical for document in result.documents)


async def test_a_series_that_was_registered_after_the_trip(stack: Stack) -> None:
    """It parks before it takes a number; an operator's answer of today has it made, and it can be made again."""
    scenario = lisbon("credit-late")
    kinds = ("invoice", "receipt")
    known = [{"supplier": "driver", "kind": kind, "validation_code": "JFX7FT2X"} for kind in kinds]
    trip = await stack.know(scenario, **{"number-registrations": {"registrations": known}})
    await stack.invoice(trip)
    handle = await start(stack, wanted(trip.trip_id))
    failure = (await stack.until(handle, "Parked")).failure
    assert failure is not None
    assert (failure.step, failure.field) == ("credit", "numbering")
    late = {"supplier": "driver", "kind": "credit_note", "prefix": "FS", "validation_code": "LATE1234"}
    wrong, right = (
        replace(RESUME, corrections={"number-registrations": kept(stack, trip, provides, body)})
        for provides, body in (
            (Provides.FACTS, {"registrations": [late]}),
            (Provides.NUMBERING, {"registrations": [*known, late]}),
        )
    )
    await handle.execute_update(Issuing.resume, wrong)
    failure = (await stack.until(handle, "Parked")).failure
    assert failure is not None
    assert failure.code == "InvalidAnswerError"
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(Issuing.resume, replace(right, trip=trip))
    await handle.execute_update(Issuing.resume, right)
    assert (await handle.result()).state == "Issued"
    (note,) = notes_of(stack, trip.trip_id)
    assert stored(stack, note).codes[0].text == "ATCUD:LATE1234-1"
    again = await stack.client.execute_workflow(
        RegenerateInvoice.run,
        RegenerateInput(trip_id=trip.trip_id),
        id="regenerate/credit-late",
        task_queue=policies.WORKFLOWS,
    )
    assert [one.identical for one in again.documents] == [True, True]


def lisbon(slug: str) -> Scenario:
    """A taxi in Lisbon: a simplified invoice."""
    return scenario_of(replace(LISBON, slug=slug))


def kept(stack: Stack, trip: Trip, provides: Provides, body: dict[str, Any]) -> ObjectRef:
    """An operator's answer in the archive."""
    answer = Answer(system="number-registrations", provides=provides, body=body, fetched_at=trip.ended_at)
    return archive.keep(answer, stack.wiring.documents, Shelf.of(trip))

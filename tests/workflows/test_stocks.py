"""Numbers that an authority hands out: what happens to an invoice when they are used up."""

from dataclasses import replace

import pytest

from starter.samples.scenario import Scenario
from starter.samples.scene import scenario as scenario_of
from starter.samples.taiwan import SCENES
from tests import scenarios
from tests.running import Stack
from tests.workflows.conftest import Hands
from tripinvoice import archive
from tripinvoice.invoice import Contract, DocumentKey, Invoice, Kind
from workflows.messages import Failure, Resume, Status, Void
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")

RESUME = Resume(reason="the next range is registered")
VOID = Void(reason="no more numbers")
GOODS, DELIVERY = Contract.GOODS, Contract.DELIVERY


def _failure(status: Status) -> Failure:
    assert status.failure is not None
    return status.failure


def _document(trip_id: str, contract: Contract) -> DocumentKey:
    return DocumentKey(trip_id=trip_id, contract=contract, kind=Kind.INVOICE)


def _holes(stack: Stack) -> list[str]:
    return [audit.series for audit in stack.wiring.ledger.audit() if audit.holes or audit.last_no != audit.count]


async def test_a_stock_that_ends_parks_until_there_is_more(stack: Stack, hands: Hands) -> None:
    """No number is taken; the resume asks the money systems anew, and the series goes on without a gap."""
    hands.ledger.stocks["stock-later", Contract.TRANSPORT] = 0
    trip = await stack.know(scenarios.berlin("stock-later"))
    failure = _failure(await stack.parked(trip))
    assert ("number", "NumbersExhaustedError", "numbering") == (failure.step, failure.code, failure.field)
    assert "register the next range" in failure.reason
    assert stack.wiring.ledger.claim_of(_document("stock-later", Contract.TRANSPORT)) is None
    await stack.invoice(await stack.know(scenarios.berlin("stock-meanwhile")))
    hands.ledger.stocks["stock-later", Contract.TRANSPORT] = 1
    handle = stack.handle(trip)
    assert await handle.execute_update(TripInvoice.resume, RESUME) == "resumed at fetch"
    assert (await handle.result()).state == "Issued"
    assert (await stack.calls("stock-later"))["fares"] == 2
    assert not _holes(stack)


def _taipei(slug: str, *stocks: tuple[str, int, int]) -> Scenario:
    """A rental car with driver in Taipei, and the numbers that its owner has for whatever two months it is."""
    made = scenario_of(replace(SCENES[0], slug=slug))
    handed_out = [
        {"supplier": "fleet", "prefix": prefix, "first": first, "last": last} for prefix, first, last in stocks
    ]
    return replace(made, answers={**made.answers, "number-registrations": {"registrations": handed_out}})


async def test_uniform_invoices_go_on_with_the_next_range(stack: Stack) -> None:
    """Two numbers, three trips: the third parks, another range is registered, and it has the first number of that."""
    for slug in ("stock-1", "stock-2"):
        await stack.invoice(await stack.know(_taipei(slug, ("AB", 12_345_698, 12_345_699))))
    trip = await stack.know(_taipei("stock-3", ("AB", 12_345_698, 12_345_699)))
    assert _failure(await stack.parked(trip)).code == "NumbersExhaustedError"
    await stack.know(_taipei("stock-3", ("AB", 12_345_698, 12_345_699), ("CD", 7, 9)))
    await stack.handle(trip).execute_update(TripInvoice.resume, RESUME)
    assert (await stack.handle(trip).result()).state == "Issued"
    assert [_printed(stack, f"tw-taipei-stock-{no}") for no in (1, 2, 3)] == [
        "AB-12345698",
        "AB-12345699",
        "CD-00000007",
    ]
    assert not _holes(stack)


def _printed(stack: Stack, trip_id: str) -> str:
    """The number on the document of a trip."""
    (record,) = stack.wiring.records.by_trip(trip_id)
    assert record.invoice is not None
    return archive.recall(record.invoice, stack.wiring.documents, Invoice).number


async def test_a_number_that_was_taken_beside_it_stays(stack: Stack, hands: Hands) -> None:
    """Only the food got one: answers that make other documents are refused, those that mend it are not."""
    hands.ledger.stocks["stock-part", DELIVERY] = 0
    hands.ledger.one_by_one.add("stock-part")
    scenario = scenarios.munich_delivery("stock-part")
    trip = await stack.know(scenario)
    assert _failure(await stack.parked(trip)).code == "NumbersExhaustedError"
    taken = stack.wiring.ledger.find(_document("stock-part", GOODS))
    assert taken is not None
    other = {"ref": "mer-other"}
    await stack.know(
        scenario,
        **{
            "trip-records": {**scenario.answers["trip-records"], "merchant_ref": "mer-other"},
            "merchants": {**scenario.answers["merchants"], **other},
        },
    )
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.resume, RESUME)
    failure = _failure(await stack.until(handle, "Parked"))
    assert ("ConflictError", "document") == (failure.code, failure.field)
    assert failure.reason.startswith("goods: a number of series DE-ME-")
    del hands.ledger.stocks["stock-part", DELIVERY]
    await stack.know(scenario)
    await handle.execute_update(TripInvoice.resume, RESUME)
    result = await handle.result()
    assert result.state == "Issued"
    assert taken.number in {document.number for document in result.documents}
    assert not _holes(stack)


async def test_without_a_number_a_void_leaves_no_trace(stack: Stack, hands: Hands) -> None:
    """Nothing was taken, and nothing is taken to be voided."""
    hands.ledger.stocks["stock-void", Contract.TRANSPORT] = 0
    trip = await stack.know(scenarios.berlin("stock-void"))
    await stack.parked(trip)
    handle = stack.handle(trip)
    await handle.execute_update(TripInvoice.void, VOID)
    result = await handle.result()
    assert ("Voided", ()) == (result.state, result.documents)
    assert stack.wiring.ledger.find(_document("stock-void", Contract.TRANSPORT)) is None


async def test_a_void_takes_what_was_taken_beside_it(stack: Stack, hands: Hands) -> None:
    """The food's number is void; the delivery's never was. Also after answers that made no documents at all."""
    hands.ledger.stocks["stock-void-part", DELIVERY] = 0
    hands.ledger.one_by_one.add("stock-void-part")
    scenario = scenarios.munich_delivery("stock-void-part")
    trip = await stack.know(scenario)
    await stack.parked(trip)
    handle = stack.handle(trip)
    await stack.know(scenario, baskets=None)
    await handle.execute_update(TripInvoice.resume, RESUME)
    assert _failure(await stack.until(handle, "Parked")).step == "fetch"
    await handle.execute_update(TripInvoice.void, VOID)
    result = await handle.result()
    assert [(GOODS, "VOIDED")] == [(document.document.contract, document.state) for document in result.documents]
    assert not _holes(stack)


async def test_a_cancellation_ends_it(stack: Stack, hands: Hands) -> None:
    """A wish to end it, as with a number."""
    hands.ledger.stocks["stock-cancel", Contract.TRANSPORT] = 0
    trip = await stack.know(scenarios.berlin("stock-cancel"))
    await stack.parked(trip)
    await stack.handle(trip).cancel()
    result = await stack.handle(trip).result()
    assert ("Voided", ()) == (result.state, result.documents)

"""Customers who want their documents otherwise: one a month, or only when they ask."""

from dataclasses import replace

import pytest
from temporalio.client import WorkflowUpdateFailedError

from starter.verification import Verification
from tests import factories as f
from tests import scenarios
from tests.parties.cast import Body
from tests.running import Stack
from tripinvoice import archive, regimes
from tripinvoice.answers import Provides
from tripinvoice.consolidate import monthly_ids
from tripinvoice.invoice import Draft, Invoice, account_key
from tripinvoice.trip import Trip
from workflows.messages import MonthlyInvoicesInput, TripInvoiceInput
from workflows.monthly_invoice import MonthlyInvoices, monthly_workflow_id
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")

MONTH = "2026-11"
QUEUE = "tripinvoice-workflows"


def company(ref: str, invoicing: str) -> Body:
    """A business account that wishes so."""
    return f.PARTIES["DE"][Provides.BUSINESS] | {"ref": ref, "kind": "company", "invoicing": invoicing}


async def know(stack: Stack, trip_id: str, ref: str, invoicing: str) -> Trip:
    """A taxi ride in Berlin that this account pays."""
    return await stack.know(scenarios.berlin(trip_id), **{"business-profiles": company(ref, invoicing)})


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Germany as if its law left it to the customer, for ten days, whether he wants an invoice."""
    changed = tuple(replace(r, on_request_days=10) if r.code == "DE" else r for r in regimes.REGIMES)
    monkeypatch.setattr(regimes, "REGIMES", changed)


@pytest.mark.usefixtures("asked_for")
async def test_an_invoice_that_is_asked_for_is_made(stack: Stack) -> None:
    """It waits without a number until its customer asks."""
    trip = await know(stack, "asked", "biz-asked", "on_request")
    handle = await stack.start(trip)
    status = await stack.until(handle, "OnRequest")
    assert (status.numbers, list(stack.wiring.records.by_trip("asked"))) == ((), [])
    assert await handle.execute_update(TripInvoice.request) == "requested"
    result = await handle.result()
    assert (result.state, len(stack.wiring.records.by_trip("asked"))) == ("Issued", 1)


@pytest.mark.usefixtures("asked_for")
async def test_an_invoice_that_nobody_asks_for_is_not_made(stack: Stack) -> None:
    """After the days of the law it ends, and nothing is left of it in the ledger."""
    result = await stack.invoice(await know(stack, "not-asked", "biz-asked", "on_request"))
    assert (result.state, result.documents) == ("NotRequested", ())
    assert not stack.wiring.records.by_trip("not-asked")


async def test_only_what_waits_can_be_asked_for(stack: Stack) -> None:
    """A parked invoice is refused with its state."""
    trip = await stack.know(scenarios.berlin("asked-parked"), fares=None)
    await stack.parked(trip)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await stack.handle(trip).execute_update(TripInvoice.request)
    assert "the invoice is Parked, it does not wait to be asked for" in str(refused.value.cause)


async def test_a_month_is_one_document_per_supplier(stack: Stack) -> None:
    """Trips are collected without a number; the month's document has their lines; late ones get one of their own."""
    account = account_key("biz-month")
    trips = [await know(stack, f"month-{no}", "biz-month", "monthly") for no in range(3)]
    results = [await stack.invoice(trip) for trip in trips]
    assert {(result.state, result.documents) for result in results} == {("Collected", ())}
    assert len(stack.wiring.collection.of_account(account, MONTH)) == 3

    first = await _invoice_month(stack, account)
    assert [len(document.lines) for document in first] == [3]
    assert {line.origin for line in first[0].lines} == {f"month-{no}/transport/invoice/1" for no in range(3)}

    await stack.invoice(await know(stack, "month-late", "biz-month", "monthly"))
    again = await _invoice_month(stack, account)
    assert [(document.key.revision, len(document.lines)) for document in again] == [(1, 3), (2, 1)]
    assert [document.key.revision for document in await _invoice_month(stack, account)] == [1, 2]

    wiring = stack.wiring
    verification = Verification(
        records=wiring.records, ledger=wiring.ledger, documents=wiring.documents, renderer=wiring.renderer
    )
    verified = verification.verify(verification.of_trip(again[0].key.trip_id))
    assert [one.difference async for one in verified] == [None, None]


async def test_a_collected_trip_is_recognised_after_temporal_forgot_it(stack: Stack) -> None:
    """It is on its month's invoice: never a second time."""
    trip = await know(stack, "month-old", "biz-old", "monthly")
    await stack.invoice(trip)
    again = await stack.client.execute_workflow(
        TripInvoice.run, TripInvoiceInput(trip=trip), id="invoice/month-old/replayed", task_queue=QUEUE
    )
    assert (again.state, again.documents) == ("Collected", ())
    assert len(stack.wiring.collection.of_trip("month-old")) == 1


async def _invoice_month(stack: Stack, account: str) -> list[Draft]:
    """Have the month invoiced; the drafts of the account's monthly documents, by revision."""
    result = await stack.client.execute_workflow(
        MonthlyInvoices.run, MonthlyInvoicesInput(month=MONTH), id="monthly-invoices/test", task_queue=QUEUE
    )
    assert result.started >= 1
    await stack.client.get_workflow_handle(monthly_workflow_id(MONTH, account)).result()
    kept = stack.wiring.collection.of_account(account, MONTH)
    drafts = [archive.recall(one.draft, stack.wiring.documents, Draft) for one in kept]
    found = [record for key in monthly_ids(drafts) for record in stack.wiring.records.by_trip(key)]
    refs = [record.invoice for record in found if record.invoice is not None]
    invoices = [archive.recall(ref, stack.wiring.documents, Invoice) for ref in refs]
    return sorted((invoice.draft for invoice in invoices), key=lambda draft: draft.key.revision)

"""Customers who want one document a month: on a real Temporal server, with real stores and documents."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from activities.messages import CreditInput
from starter import crediting
from starter.verification import Verification
from tests import factories as f
from tests import scenarios
from tests.running import Stack
from tripinvoice import archive
from tripinvoice.answers import Provides
from tripinvoice.consolidate import monthly_ids
from tripinvoice.credit import LineWish, Wish
from tripinvoice.errors import CreditError
from tripinvoice.invoice import Draft, Invoice, account_key
from tripinvoice.money_systems import Answer
from tripinvoice.ports import Shelf
from tripinvoice.trip import Trip
from workflows import policies
from workflows.messages import (
    MonthlyInvoicesInput,
    RegenerateInput,
    RegenerateResult,
    Resume,
    TripInvoiceInput,
    TripInvoiceResult,
)
from workflows.monthly_invoice import MonthlyInvoice, MonthlyInvoices, monthly_workflow_id
from workflows.regenerate import RegenerateInvoice
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")

MONTH = "2026-11"
PATIENCE = timedelta(seconds=60)


async def know(stack: Stack, trip_id: str, ref: str, **changes: Any) -> Trip:
    """A taxi ride in Berlin, 19.40 EUR, that a company with one invoice a month pays."""
    company = f.PARTIES["DE"][Provides.BUSINESS] | {"ref": ref, "kind": "company", "invoicing": "monthly"}
    return await stack.know(scenarios.berlin(trip_id, **changes), **{"business-profiles": company})


async def drive(stack: Stack, trip_id: str, ref: str) -> None:
    """A ride that is collected."""
    assert (await stack.invoice(await know(stack, trip_id, ref))).state == "Collected"


async def invoice_month(stack: Stack, ref: str) -> list[Draft]:
    """Have the month invoiced; the drafts of the account's monthly documents, by revision."""
    account = account_key(ref)
    result = await stack.client.execute_workflow(
        MonthlyInvoices.run,
        MonthlyInvoicesInput(month=MONTH),
        id="monthly-invoices/test",
        task_queue=policies.WORKFLOWS,
    )
    assert result.started >= 1
    await stack.client.get_workflow_handle(monthly_workflow_id(MONTH, account)).result()
    kept = stack.wiring.collection.of_account(account, MONTH)
    drafts = [archive.recall(one.draft, stack.wiring.documents, Draft) for one in kept]
    found = [record for key in monthly_ids(drafts) for record in stack.wiring.records.by_trip(key)]
    refs = [record.invoice for record in found if record.invoice is not None and record.corrects is None]
    invoices = [archive.recall(ref, stack.wiring.documents, Invoice) for ref in refs]
    return sorted((invoice.draft for invoice in invoices), key=lambda draft: draft.key.revision)


async def take_back(stack: Stack, request: CreditInput) -> crediting.Taken:
    """Credit as the command does."""
    return await crediting.credit(stack.client, stack.wiring.records, stack.wiring.documents, request, PATIENCE)


async def invoice_anew(stack: Stack, taken: crediting.Taken) -> tuple[Trip, ...]:
    """Reissue as the command does."""
    return await crediting.reissue(stack.client, stack.wiring.documents, stack.wiring.collection, taken)


def wanted(document: Draft, **more: Any) -> CreditInput:
    """All of a month, unless told otherwise."""
    return CreditInput(trip_id=document.key.trip_id, reason="wrong address", **more)


async def regenerated(stack: Stack, name: str, trip_id: str) -> RegenerateResult:
    """The documents of a key, made again."""
    return await stack.client.execute_workflow(
        RegenerateInvoice.run, RegenerateInput(trip_id=trip_id), id=f"regenerate/{name}", task_queue=policies.WORKFLOWS
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def november(stack: Stack) -> AsyncIterator[list[Draft]]:
    """Three rides on one document, and a late one on another."""
    for no in range(3):
        await drive(stack, f"month-{no}", "biz-month")
    await invoice_month(stack, "biz-month")
    await drive(stack, "month-late", "biz-month")
    yield await invoice_month(stack, "biz-month")


async def test_a_month_is_one_document_per_supplier(stack: Stack, november: list[Draft]) -> None:
    """The month's document has the lines of all trips; late ones get one of their own; nothing is invoiced twice."""
    assert len(stack.wiring.collection.of_account(account_key("biz-month"), MONTH)) == 4
    assert [(document.key.revision, len(document.lines)) for document in november] == [(1, 3), (2, 1)]
    assert {line.origin for line in november[0].lines} == {f"month-{no}/transport/invoice/1" for no in range(3)}
    assert [document.key.revision for document in await invoice_month(stack, "biz-month")] == [1, 2]


async def test_a_month_is_made_again(stack: Stack, november: list[Draft]) -> None:
    """From the drafts of its trips, byte for byte: by the workflow and by ``verify``."""
    key = november[0].key.trip_id
    result = await regenerated(stack, "month", key)
    assert [(one.document.revision, one.identical) for one in result.documents] == [(1, True), (2, True)]
    wiring = stack.wiring
    verification = Verification(
        records=wiring.records, ledger=wiring.ledger, documents=wiring.documents, renderer=wiring.renderer
    )
    assert [one.difference async for one in verification.verify(verification.of_trip(key))] == [None, None]


async def test_a_collected_trip_is_recognised_after_temporal_forgot_it(stack: Stack) -> None:
    """It is on its month's invoice: never a second time."""
    trip = await know(stack, "month-old", "biz-old")
    await stack.invoice(trip)
    again = await stack.client.execute_workflow(
        TripInvoice.run, TripInvoiceInput(trip=trip), id="invoice/month-old/replayed", task_queue=policies.WORKFLOWS
    )
    assert (again.state, again.documents) == ("Collected", ())
    assert len(stack.wiring.collection.of_trip("month-old")) == 1


async def test_all_documents_of_a_month_are_credited_or_one(stack: Stack) -> None:
    """A part is of one of them, which is named; the rest is of all, each credit note with a key of its own."""
    for trips in (("of-1", "of-2"), ("of-late",)):
        for trip_id in trips:
            await drive(stack, trip_id, "biz-of")
        documents = await invoice_month(stack, "biz-of")
    with pytest.raises(CreditError, match="Say one of 1, 2") as caught:
        await take_back(stack, wanted(documents[0], wish=Wish(amount="1.00")))
    assert caught.value.field == "revision"
    part = wanted(documents[0], wish=Wish(amount="1.00"), revision=2)
    (of_late,) = (await take_back(stack, part)).notes
    assert (await take_back(stack, part)).notes == {of_late}
    with pytest.raises(CreditError, match="was made under this name"):
        await take_back(
            stack, wanted(documents[0], wish=Wish(amount="1.00"), revision=1, request=_named(stack, of_late))
        )
    taken = await take_back(stack, wanted(documents[0]))
    assert [book.left.nothing for book in taken.books] == [True, True]
    assert sorted(key.revision for key in taken.notes) == [2, 3]
    assert {one.identical for one in (await regenerated(stack, "of", documents[0].key.trip_id)).documents} == {True}


def _named(stack: Stack, note: Any) -> str:
    """Under which name a credit note was asked for."""
    (record,) = (one for one in stack.wiring.records.by_trip(note.trip_id) if one.document == note)
    assert record.invoice is not None
    correction = archive.recall(record.invoice, stack.wiring.documents, Invoice).draft.correction
    assert correction is not None
    return correction.request


async def test_a_month_is_invoiced_anew(stack: Stack) -> None:
    """When all is taken back its trips are asked about again and collected, and the month has a new document."""
    for trip_id in ("anew-1", "anew-2"):
        await drive(stack, trip_id, "biz-anew")
    (first,) = await invoice_month(stack, "biz-anew")
    await know(stack, "anew-1", "biz-anew")
    taken = await take_back(stack, wanted(first))
    trips = await invoice_anew(stack, taken)
    assert await invoice_anew(stack, await take_back(stack, wanted(first))) == trips
    assert [(trip.trip_id, trip.revision) for trip in trips] == [("anew-1", 2), ("anew-2", 2)]
    assert [(await stack.handle(trip).result()).state for trip in trips] == ["Collected", "Collected"]
    old, new = await invoice_month(stack, "biz-anew")
    assert (old.key.revision, new.key.revision, new.totals) == (1, 2, old.totals)
    assert [line.origin for line in new.lines] == [f"anew-{no}/transport/invoice/2" for no in (1, 2)]


async def test_another_revision_waits_until_the_first_is_taken_back(stack: Stack) -> None:
    """A trip of a month is never invoiced twice: not before its invoice is made, nor while anything of it is left."""
    await drive(stack, "rev", "biz-rev")
    await drive(stack, "rev-beside", "biz-rev")
    second = await know(stack, "rev", "biz-rev", revision=2)
    status = await stack.parked(second)
    assert status.failure is not None
    assert "waits for the invoice of its month" in status.failure.reason
    (document,) = await invoice_month(stack, "biz-rev")
    resume = Resume(reason="the month is invoiced")
    await stack.handle(second).execute_update(TripInvoice.resume, resume)
    status = await stack.until(stack.handle(second), "Parked")
    assert status.failure is not None
    assert "is on the invoice DE-FL-" in status.failure.reason
    (line,) = (line.id for line in document.lines if line.origin == "rev/transport/invoice/1")
    await take_back(stack, wanted(document, wish=Wish(lines=(LineWish(line=line),))))
    await stack.handle(second).execute_update(TripInvoice.resume, resume)
    assert (await stack.handle(second).result()).state == "Collected"
    later = await invoice_month(stack, "biz-rev")
    assert [line.origin for line in later[-1].lines] == ["rev/transport/invoice/2"]


async def test_a_stock_that_ended_before_the_month_is_made_longer(stack: Stack) -> None:
    """The trips knew of one number, which is taken by now; an operator's answer of today has the next ones."""
    await drive(stack, "stock-month-before", "biz-stock-before")
    await invoice_month(stack, "biz-stock-before")
    stock = {"supplier": "fleet", "prefix": "A", "first": 1, "last": 1}
    company = f.PARTIES["DE"][Provides.BUSINESS] | {"ref": "biz-stock", "kind": "company", "invoicing": "monthly"}
    answers = {"business-profiles": company, "number-registrations": {"registrations": [stock]}}
    trip = await stack.know(scenarios.berlin("stock-month"), **answers)
    await stack.invoice(trip)
    await stack.client.execute_workflow(
        MonthlyInvoices.run,
        MonthlyInvoicesInput(month=MONTH),
        id="monthly-invoices/stock",
        task_queue=policies.WORKFLOWS,
    )
    handle = stack.client.get_workflow_handle(
        monthly_workflow_id(MONTH, account_key("biz-stock")), result_type=TripInvoiceResult
    )
    status = await stack.until(handle, "Parked")
    assert status.failure is not None
    assert status.failure.code == "NumbersExhaustedError"
    body = {"registrations": [stock | {"last": 1_000_000}]}
    answer = Answer(system="number-registrations", provides=Provides.NUMBERING, body=body, fetched_at=trip.ended_at)
    ref = archive.keep(answer, stack.wiring.documents, Shelf.of(trip))
    resume = Resume(reason="the next range is registered", corrections={"number-registrations": ref})
    assert await handle.execute_update(MonthlyInvoice.resume, resume) == "resumed at number"
    (issued,) = (await handle.result()).documents
    again = await regenerated(stack, "stock-month", issued.document.trip_id)
    assert [one.identical for one in again.documents] == [True]

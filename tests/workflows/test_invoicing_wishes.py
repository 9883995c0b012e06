"""Customers who want their documents only when they ask; those of a month are in ``test_months.py``."""

from dataclasses import replace

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests import factories as f
from tests import scenarios
from tests.running import Stack
from tripinvoice import regimes
from tripinvoice.answers import Provides
from tripinvoice.trip import Trip
from workflows.trip_invoice import TripInvoice

pytestmark = pytest.mark.xdist_group("temporal")


async def know(stack: Stack, trip_id: str) -> Trip:
    """A taxi ride in Berlin that a company pays which wants an invoice only when it asks."""
    company = f.PARTIES["DE"][Provides.BUSINESS] | {"ref": "biz-asked", "kind": "company", "invoicing": "on_request"}
    return await stack.know(scenarios.berlin(trip_id), **{"business-profiles": company})


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Germany as if its law left it to the customer, for ten days, whether he wants an invoice."""
    changed = tuple(replace(r, on_request_days=10) if r.code == "DE" else r for r in regimes.REGIMES)
    monkeypatch.setattr(regimes, "REGIMES", changed)


@pytest.mark.usefixtures("asked_for")
async def test_an_invoice_that_is_asked_for_is_made(stack: Stack) -> None:
    """It waits without a number until its customer asks."""
    trip = await know(stack, "asked")
    handle = await stack.start(trip)
    status = await stack.until(handle, "OnRequest")
    assert (status.numbers, list(stack.wiring.records.by_trip("asked"))) == ((), [])
    assert await handle.execute_update(TripInvoice.request) == "requested"
    result = await handle.result()
    assert (result.state, len(stack.wiring.records.by_trip("asked"))) == ("Issued", 1)


@pytest.mark.usefixtures("asked_for")
async def test_an_invoice_that_nobody_asks_for_is_not_made(stack: Stack) -> None:
    """After the days of the law it ends, and nothing is left of it in the ledger."""
    result = await stack.invoice(await know(stack, "not-asked"))
    assert (result.state, result.documents) == ("NotRequested", ())
    assert not stack.wiring.records.by_trip("not-asked")


async def test_only_what_waits_can_be_asked_for(stack: Stack) -> None:
    """A parked invoice is refused with its state."""
    trip = await stack.know(scenarios.berlin("asked-parked"), fares=None)
    await stack.parked(trip)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await stack.handle(trip).execute_update(TripInvoice.request)
    assert "the invoice is Parked, it does not wait to be asked for" in str(refused.value.cause)

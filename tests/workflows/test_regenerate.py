"""Making issued documents again from their evidence."""

import pytest

from tests import scenarios
from tests.running import Stack
from workflows import policies
from workflows.messages import RegenerateInput
from workflows.regenerate import RegenerateInvoice

pytestmark = pytest.mark.xdist_group("temporal")


async def test_the_same_evidence_gives_the_same_bytes(stack: Stack) -> None:
    """Years later the documents are identical, with the same numbers, and nothing new is stored or recorded."""
    trip = await stack.know(scenarios.munich_delivery("again"))
    issued = await stack.invoice(trip)
    pdfs = stack.wiring.documents.count("application/pdf")
    result = await stack.client.execute_workflow(
        RegenerateInvoice.run, RegenerateInput(trip_id="again"), id="regenerate/again", task_queue=policies.WORKFLOWS
    )
    assert {(d.document, d.number, True) for d in issued.documents} == {
        (d.document, d.number, d.identical) for d in result.documents
    }
    assert (pdfs, 2) == (
        stack.wiring.documents.count("application/pdf"),
        len(stack.wiring.records.by_trip("again")),
    )

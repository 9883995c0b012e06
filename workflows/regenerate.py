"""RegenerateInvoice: make a trip's issued documents again from their archived evidence, and compare."""

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.crediting import CreditActivities
    from activities.documents import DocumentActivities
    from activities.invoicing import InvoicingActivities
    from activities.messages import Preprocessed, PreprocessInput, RecalledDocument, RecallInput, RenderInput
    from activities.monthly import MonthlyActivities
    from activities.storage import StorageActivities
    from tripinvoice.invoice import DocumentKey, Kind
    from workflows.messages import Regenerated, RegenerateInput, RegenerateResult
    from workflows.policies import DOCUMENT, PREPROCESS


@workflow.defn(name="RegenerateInvoice")
class RegenerateInvoice:
    """The same evidence, regime and template version give the same bytes; the issued document itself never changes."""

    @workflow.run
    async def run(self, request: RegenerateInput) -> RegenerateResult:
        """Every issued document of the trip, made again and compared by its SHA-256."""
        recalled = await workflow.execute_activity_method(
            StorageActivities.recall,
            RecallInput(trip_id=request.trip_id),
            activity_id="recall",
            summary="find what is issued",
            **PREPROCESS.options(),
        )
        again = await asyncio.gather(*(self._again(document) for document in recalled.documents))
        return RegenerateResult(documents=tuple(again))

    async def _again(self, issued: RecalledDocument) -> Regenerated:
        name = _name(issued.document)
        preprocessed = await workflow.execute_activity_method(
            _step(issued),
            PreprocessInput(sources=issued.sources),
            activity_id=f"preprocess:{name}",
            summary=f"apply the regime again for {issued.taken.number}",
            **PREPROCESS.options(),
        )
        draft = next((d for d in preprocessed.drafts if d.document == issued.document), None)
        if draft is None:
            raise ApplicationError(
                f"{issued.document}: today's regime makes no such document of the archived evidence",
                type="ConflictError",
            )
        rendered = await workflow.execute_activity_method(
            DocumentActivities.render,
            RenderInput(draft=draft, taken=issued.taken),
            activity_id=f"render:{name}",
            summary=f"render {issued.taken.number} again",
            **DOCUMENT.options(),
        )
        return Regenerated(
            document=issued.document,
            number=issued.taken.number,
            identical=rendered.pdf.sha256 == issued.pdf.sha256,
            issued=issued.pdf,
            again=rendered.pdf,
        )


def _step(issued: RecalledDocument) -> Callable[[Any, PreprocessInput], Preprocessed]:
    """What makes the draft again: it depends on what the document was made of."""
    if issued.document.kind is Kind.CREDIT_NOTE:
        return CreditActivities.credit_again
    return MonthlyActivities.consolidate_again if issued.monthly else InvoicingActivities.preprocess


def _name(document: DocumentKey) -> str:
    """Of its activities: the contract's, and of a trip's later documents more."""
    first = document.revision == 1 and document.kind is not Kind.CREDIT_NOTE
    return document.contract if first else f"{document.contract}:{document.kind}:{document.revision}"

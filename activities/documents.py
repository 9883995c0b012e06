"""render + store: from a numbered draft to stored documents, in one step, so that no PDF travels through a history."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from activities.messages import Rendered, RenderInput
from tripinvoice import archive
from tripinvoice.assemble import finish
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import DocumentStore, ObjectRef, Renderer

# A log line stays a line, whatever somebody calls his restaurant.
_TOLD_CODE_POINTS = 32


@dataclass(frozen=True)
class DocumentActivities:
    """Renders and stores; runs on the render task queue, which scales on CPU."""

    renderer: Renderer
    documents: DocumentStore

    @activity.defn(name="render")
    async def render(self, request: RenderInput) -> Rendered:
        """The invoice as canonical JSON and as PDF, both stored by content: the same bytes however often it runs."""
        invoice = await asyncio.to_thread(self._invoice, request.draft.draft, request.taken)
        rendition = await self.renderer.render(invoice)
        if rendition.replaced:
            told = " ".join(rendition.replaced[:_TOLD_CODE_POINTS])
            activity.logger.warning("characters_replaced", extra={"code_points": told})
        shelf = request.draft.draft.shelf
        invoice_ref = await asyncio.to_thread(archive.keep, invoice, self.documents, shelf)
        pdf_ref = await asyncio.to_thread(self.documents.put, rendition.content, rendition.media_type, shelf)
        return Rendered(
            draft=request.draft,
            taken=request.taken,
            invoice=invoice_ref,
            pdf=pdf_ref,
            template_version=rendition.template_version,
            environment=rendition.environment,
        )

    def _invoice(self, draft: ObjectRef, taken: NumberTaken) -> Invoice:
        return finish(archive.recall(draft, self.documents, Draft), taken)

"""render + store: from a numbered draft to stored documents, in one step, so that no PDF travels through a history."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from activities.messages import Rendered, RenderInput
from tripinvoice import canonical
from tripinvoice.archive import pack, unpack
from tripinvoice.assemble import finish
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import DocumentStore, ObjectRef, Renderer


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
        invoice_ref, pdf_ref = await asyncio.to_thread(self._store, invoice, rendition.content, rendition.media_type)
        return Rendered(
            draft=request.draft,
            taken=request.taken,
            invoice=invoice_ref,
            pdf=pdf_ref,
            template_version=rendition.template_version,
            environment=rendition.environment,
        )

    def _invoice(self, draft: ObjectRef, taken: NumberTaken) -> Invoice:
        content = self.documents.get(draft)
        return finish(canonical.load(unpack(content), Draft), taken)

    def _store(self, invoice: Invoice, pdf: bytes, media_type: str) -> tuple[ObjectRef, ObjectRef]:
        snapshot = pack(canonical.dump(invoice))
        return (
            self.documents.put(snapshot, "application/zstd"),
            self.documents.put(pdf, media_type),
        )

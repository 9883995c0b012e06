"""CreditTrip: what is issued on a trip is taken back, in full or in part, by credit notes."""

from dataclasses import replace

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.crediting import CreditActivities
    from activities.messages import CreditInput
    from tripinvoice.errors import CreditError
    from workflows.failures import read_failure
    from workflows.issuing import Issuing, state_of
    from workflows.messages import CreditResult, Failure
    from workflows.policies import PREPROCESS
    from workflows.search_attributes import InvoiceState


@workflow.defn(name="CreditTrip")
class CreditTrip(Issuing):
    """credit → number → render + store → record → announce. One at a time of a trip, by its id."""

    STEPS = ("credit", "number", "render", "record", "announce")

    @workflow.init
    def __init__(self, request: CreditInput) -> None:
        """Start with the wish and nothing done."""
        super().__init__(subject=request.trip_id, step="credit")
        self.wanted = request
        self.again = False
        self.refusal: Failure | None = None

    @workflow.run
    async def run(self, request: CreditInput) -> CreditResult:  # noqa: ARG002 - __init__ took it
        """Bring the credit to an end: ``Issued``, also when it was before; ``Voided``; or ``Refused``, with why."""
        await self._bring_to_an_end()
        return CreditResult(state=self.state, documents=self.documents, again=self.again, refusal=self.refusal)

    async def _draft(self) -> InvoiceState | None:
        """The drafts of the credit notes, unless this request has made them before."""
        if not self.drafts:
            try:
                await self._credit()
            except ActivityError as error:
                failure = read_failure(self.step, error)
                if self.asked or failure.code != CreditError.__name__:
                    raise
                # No operator can mend it: whoever asked must ask for something else, so this ends, and he can.
                self.refusal = failure
                return InvoiceState.REFUSED
        return None if self.drafts else state_of(self.documents)

    async def _credit(self) -> None:
        self._at("credit")
        credited = await workflow.execute_activity_method(
            CreditActivities.credit,
            replace(self.wanted, corrections=self.corrections),
            activity_id="credit",
            summary="take back what is issued",
            **PREPROCESS.options(),
        )
        self.drafts, self.documents = credited.drafts, credited.issued
        self.again = bool(credited.issued)

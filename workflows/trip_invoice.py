"""TripInvoice: one completed trip becomes its stored, numbered, announced invoice, or is parked for a person."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.documents import DocumentActivities
    from activities.invoicing import InvoicingActivities
    from activities.messages import (
        AnnounceInput,
        CollectInput,
        DraftRef,
        FetchInput,
        IssuedDocument,
        NumberInput,
        PreprocessInput,
        RecordInput,
        Rendered,
        RenderInput,
        VoidInput,
    )
    from activities.money import MoneyActivities
    from activities.monthly import MonthlyActivities
    from activities.storage import StorageActivities
    from tripinvoice.numbering import NumberTaken
    from tripinvoice.ports import ISSUED, ObjectRef
    from workflows.details import story
    from workflows.failures import read_failure
    from workflows.messages import (
        MAX_REASON,
        Failure,
        Resume,
        Status,
        TripInvoiceInput,
        TripInvoiceResult,
        Void,
    )
    from workflows.policies import ANNOUNCE, DOCUMENT, MONEY, NUMBER, PREPROCESS, RECORD
    from workflows.search_attributes import FAILED_STEP, INVOICE_NUMBER, INVOICE_STATE, InvoiceState


# A parked invoice may outlive many deploys, so versioned workers run it as AUTO_UPGRADE (see worker.py): it moves to
# the newest version, and changes that old histories would not replay are gated with workflow.patched(). The behaviour
# is not named here because a server refuses it from workers that are not versioned.
@workflow.defn(name="TripInvoice")
class TripInvoice:
    """fetch → preprocess → number → render + store → record → announce."""

    @workflow.init
    def __init__(self, request: TripInvoiceInput) -> None:
        """Start with the trip and nothing done."""
        self.trip = request.trip
        self.state = InvoiceState.RUNNING
        self.step = "fetch"
        self.resumed = 0
        self.failure: Failure | None = None
        self.was_parked = False
        self.corrections: dict[str, ObjectRef] = {}
        self.sources: ObjectRef | None = None
        self.drafts: tuple[DraftRef, ...] = ()
        self.number_asked = False
        self.taken: tuple[NumberTaken, ...] = ()
        self.rendered: tuple[Rendered, ...] = ()
        self.documents: tuple[IssuedDocument, ...] = ()
        self.void_reason: str | None = None
        self.requested = False
        self.collected = False

    @workflow.run
    async def run(self, request: TripInvoiceInput) -> TripInvoiceResult:  # noqa: ARG002 - __init__ took it
        """Bring the invoice to an end that an auditor accepts: ``Issued`` or ``Voided``."""
        while self.state is InvoiceState.RUNNING:
            try:
                await (self._issue() if self.void_reason is None else self._void())
            except ActivityError as error:
                if is_cancelled_exception(error):
                    self._show(InvoiceState.CANCELLED)
                    raise
                await self._park(read_failure(self.step, error))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return TripInvoiceResult(state=self.state, documents=self.documents)

    # --- the story ---------------------------------------------------------------------------------------------

    async def _issue(self) -> None:
        """From the trip to the announced invoice. What an earlier round has done is not done again."""
        if self.sources is None:
            await self._fetch()
        if self.sources is None:  # it was invoiced or collected before Temporal forgot its workflow
            return self._show(InvoiceState.COLLECTED if self.collected else _state_of(self.documents))
        if not self.drafts:
            await self._preprocess(self.sources)
        if self._is("monthly"):
            return await self._collect()
        if self._is("on_request") and not self.requested and not await self._asked_for():
            return self._show(InvoiceState.NOT_REQUESTED)
        await _uncancellable(self._finish())
        return self._show(InvoiceState.ISSUED)

    async def _finish(self) -> None:
        """After a number is asked for, the only ends are issued and voided."""
        if not self.taken:
            await self._number()
        if not self.rendered:
            await self._render()
        if not self.documents:
            await self._record()
        await self._announce()

    async def _void(self) -> None:
        """End without a document; a number that may have been taken gets a record that says it is void."""
        if self.number_asked:
            await _uncancellable(self._void_numbers(self.void_reason or ""))
        self._show(InvoiceState.VOIDED)

    async def _collect(self) -> None:
        """Its customer gets one document for all trips of the month: keep this one's drafts for it."""
        self._at("collect")
        await workflow.execute_activity_method(
            MonthlyActivities.collect,
            CollectInput(drafts=self.drafts),
            activity_id="collect",
            summary=f"keep for the invoice of {self.drafts[0].month}",
            **RECORD.options(),
        )
        self._show(InvoiceState.COLLECTED)

    async def _asked_for(self) -> bool:
        """Whether the customer asks for the invoice within the days that the law gives him."""
        self._at("request")
        self._show(InvoiceState.ON_REQUEST)
        days = self.drafts[0].on_request_days
        try:
            await workflow.wait_condition(
                lambda: self.requested,
                timeout=timedelta(days=days),
                timeout_summary=f"may be asked for within {days} days",
            )
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            self._show(InvoiceState.CANCELLED)
            raise
        self._show(InvoiceState.RUNNING)
        return True

    def _is(self, invoicing: str) -> bool:
        """Whether the customer wishes his documents so; all of a trip's go to one customer."""
        return not self.number_asked and any(draft.invoicing == invoicing for draft in self.drafts)

    # --- the steps ---------------------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        self._at("fetch")
        fetched = await workflow.execute_activity_method(
            MoneyActivities.fetch,
            FetchInput(
                trip=self.trip,
                asked_at=workflow.now(),
                round=self.resumed,
                corrections=self.corrections,
            ),
            activity_id="fetch",
            summary=f"ask the money systems of {self.trip.country} {self.trip.line_of_business}",
            **MONEY.options(),
        )
        self.sources, self.documents, self.collected = fetched.sources, fetched.issued, fetched.collected

    async def _preprocess(self, sources: ObjectRef) -> None:
        self._at("preprocess")
        preprocessed = await workflow.execute_activity_method(
            InvoicingActivities.preprocess,
            PreprocessInput(sources=sources),
            activity_id="preprocess",
            summary=f"apply the regime of {self.trip.country}",
            **PREPROCESS.options(),
        )
        self.drafts = preprocessed.drafts

    async def _number(self) -> None:
        self._at("number")
        self.number_asked = True
        numbered = await workflow.execute_activity_method(
            InvoicingActivities.number,
            NumberInput(drafts=self.drafts),
            activity_id="number",
            summary="take " + ", ".join(f"{d.document.contract}: {d.series}" for d in self.drafts),
            **NUMBER.options(),
        )
        self.taken = numbered.taken

    async def _render(self) -> None:
        self._at("render")
        self.rendered = tuple(
            await asyncio.gather(
                *(
                    workflow.execute_activity_method(
                        DocumentActivities.render,
                        RenderInput(draft=draft, taken=taken),
                        activity_id=f"render:{draft.document.contract}",
                        summary=f"render and store {taken.number}",
                        **DOCUMENT.options(),
                    )
                    for draft, taken in zip(self.drafts, self.taken, strict=True)
                )
            )
        )

    async def _record(self) -> None:
        self._at("record")
        recorded = await workflow.execute_activity_method(
            StorageActivities.record,
            RecordInput(documents=self.rendered),
            activity_id="record",
            summary="issue " + ", ".join(self._numbers()),
            **RECORD.options(),
        )
        self.documents = recorded.documents

    async def _announce(self) -> None:
        self._at("announce")
        await workflow.execute_activity_method(
            StorageActivities.announce,
            AnnounceInput(trip_id=self.trip.trip_id),
            activity_id="announce",
            summary="publish invoice.issued",
            **ANNOUNCE.options(),
        )

    async def _void_numbers(self, reason: str) -> None:
        if not self.taken:
            # An attempt that we gave up may still take the number later: take it ourselves, so that it can be voided.
            await self._number()
        self._at("void")
        voided = await workflow.execute_activity_method(
            StorageActivities.void,
            VoidInput(drafts=self.drafts, reason=reason),
            activity_id="void",
            summary="void " + ", ".join(self._numbers()),
            **RECORD.options(),
        )
        self.documents = voided.documents
        await self._announce()

    # --- parking -----------------------------------------------------------------------------------------------

    async def _park(self, failure: Failure) -> None:
        """Wait for an operator, for as long as it takes."""
        self.failure, self.was_parked = failure, True
        self._show(InvoiceState.PARKED)
        workflow.logger.warning("parked", extra={"step": failure.step, "code": failure.code, "field": failure.field})
        try:
            await workflow.wait_condition(lambda: self.state is not InvoiceState.PARKED)
        except asyncio.CancelledError:
            if not self.number_asked:
                self._show(InvoiceState.CANCELLED)
                raise
            self.void_reason = "cancelled while parked"
        self.failure = None
        self._show(InvoiceState.RUNNING)

    @workflow.update(description="Go on with a parked invoice; optionally with a corrected trip or corrected answers.")
    def resume(self, request: Resume) -> str:
        """Go on; everything is asked anew unless a number is already taken."""
        self.resumed += 1
        if not self.documents or _state_of(self.documents) is InvoiceState.ISSUED:
            self.void_reason = None  # a void that is recorded stays one: only its news is left
        if not self.number_asked:
            self.trip = request.trip or self.trip
            self.corrections |= request.corrections
            self.sources, self.drafts = None, ()
        self.state = InvoiceState.RUNNING
        return f"resumed at {'fetch' if self.sources is None else self.step}"

    @resume.validator
    def check_resume(self, request: Resume) -> None:
        """Refuse what would not help or would change a numbered document."""
        self._check_parked(request.reason)
        if self.number_asked and (request.trip or request.corrections):
            msg = "a number is taken, its content cannot change any more: resume without corrections, or void"
            raise ValueError(msg)
        corrected, own = request.trip or self.trip, self.trip
        if (corrected.trip_id, corrected.revision) != (own.trip_id, own.revision):
            msg = "trip: a correction cannot be of another trip or revision"
            raise ValueError(msg)

    @workflow.update(description="The customer asks for his invoice: make it now.")
    def request(self) -> str:
        """Make it."""
        self.requested = True
        return "requested"

    @request.validator
    def check_request(self) -> None:
        """Only what waits for its customer can be asked for."""
        if self.state is not InvoiceState.ON_REQUEST:
            msg = f"the invoice is {self.state}, it does not wait to be asked for"
            raise ValueError(msg)

    @workflow.update(description="End a parked invoice without a document; a taken number becomes void.")
    def void(self, request: Void) -> str:
        """End it."""
        self.void_reason = request.reason
        self.state = InvoiceState.RUNNING
        return "voided" if not self.number_asked else "voided with its number"

    @void.validator
    def check_void(self, request: Void) -> None:
        """Only a parked invoice can be voided, and not once its documents exist."""
        self._check_parked(request.reason)
        if self.documents:
            msg = "its documents are issued; a credit note corrects them, not a void"
            raise ValueError(msg)

    def _check_parked(self, reason: str) -> None:
        if self.state is not InvoiceState.PARKED:
            msg = f"the invoice is {self.state}, not parked"
            raise ValueError(msg)
        if not reason.strip() or len(reason) > MAX_REASON:
            msg = f"reason: say why in 1 to {MAX_REASON} characters"
            raise ValueError(msg)

    # --- what can be seen --------------------------------------------------------------------------------------

    @workflow.query(description="Where this invoice is: state, step, failure, numbers, documents.")
    def status(self) -> Status:
        """Everything an operator asks first."""
        return Status(
            trip_id=self.trip.trip_id,
            state=self.state,
            step=self.step,
            failure=self.failure,
            numbers=self._numbers(),
            documents=self.documents,
            resumed=self.resumed,
        )

    def _numbers(self) -> tuple[str, ...]:
        return tuple(d.number for d in self.documents) or tuple(t.number for t in self.taken)

    def _at(self, step: str) -> None:
        self.step = step
        self._tell()

    def _show(self, state: InvoiceState) -> None:
        """Change the state, where queries find it too."""
        self.state = state
        self._tell()
        changes: list[SearchAttributeUpdate[Any]] = [INVOICE_STATE.value_set(state)]
        if self.failure is not None:
            changes.append(FAILED_STEP.value_set(self.failure.step))
        elif self.was_parked:
            changes.append(FAILED_STEP.value_unset())
        if numbers := self._numbers():
            changes.append(INVOICE_NUMBER.value_set(list(numbers)))
        workflow.upsert_search_attributes(changes)

    def _tell(self) -> None:
        workflow.set_current_details(story(self.status()))


def _state_of(documents: Sequence[IssuedDocument]) -> InvoiceState:
    """The end that the trip's records already tell."""
    issued = any(document.state == ISSUED for document in documents)
    return InvoiceState.ISSUED if issued else InvoiceState.VOIDED


async def _uncancellable(work: Coroutine[Any, Any, None]) -> None:
    """Finish this whatever cancellation is asked for meanwhile: a number must not be left without its end."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            workflow.logger.warning("cancellation ignored: a number may be taken")
    task.result()

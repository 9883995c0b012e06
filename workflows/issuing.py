"""What every workflow shares that issues documents: number → render + store → record → announce, parking, voiding.

From the moment a number is asked for, the only ends are issued and voided. What fails for good is parked for a person.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities import metrics
    from activities.documents import DocumentActivities
    from activities.invoicing import InvoicingActivities
    from activities.messages import (
        AnnounceInput,
        DraftRef,
        IssuedDocument,
        NumberInput,
        RecordInput,
        Rendered,
        RenderInput,
        VoidInput,
    )
    from activities.observing import about
    from activities.storage import StorageActivities
    from tripinvoice.errors import NumbersExhaustedError
    from tripinvoice.invoice import DocumentKey
    from tripinvoice.numbering import NumberTaken
    from tripinvoice.ports import ISSUED, ObjectRef
    from workflows.details import STEPS, story
    from workflows.failures import other_documents, read_failure
    from workflows.messages import MAX_REASON, Failure, Resume, Status, Void
    from workflows.policies import ANNOUNCE, DOCUMENT, NUMBER, RECORD
    from workflows.search_attributes import FAILED_STEP, INVOICE_NUMBER, INVOICE_STATE, InvoiceState


class Issuing:
    """A workflow that issues documents. It says in ``_draft`` how its drafts come about.

    ``STEPS`` are its steps as people see them.
    """

    STEPS: tuple[str, ...] = STEPS

    def __init__(self, subject: str, step: str) -> None:
        """``subject`` is what it is about, an id; ``step`` its first step."""
        self.subject = subject
        self.state = InvoiceState.RUNNING
        self.step = step
        self.resumed = 0
        self.failure: Failure | None = None
        self.was_parked = False
        self.drafts: tuple[DraftRef, ...] = ()
        self.asked: tuple[DraftRef, ...] = ()  # what numbers were asked for: some may be taken
        self.exhausted = False  # when they were last asked for, a stock had none left
        self.taken: tuple[NumberTaken, ...] = ()
        self.rendered: tuple[Rendered, ...] = ()
        self.documents: tuple[IssuedDocument, ...] = ()
        self.void_reason: str | None = None
        self.corrections: dict[str, ObjectRef] = {}

    async def _bring_to_an_end(self) -> None:
        """To one that an auditor accepts, with as many rounds as people need to mend what is wrong."""
        while self.state is InvoiceState.RUNNING:
            try:
                await (self._issue() if self.void_reason is None else self._void())
            except ActivityError as error:
                if is_cancelled_exception(error):
                    self._show(InvoiceState.CANCELLED)
                    raise
                await self._park(read_failure(self.step, error))
        await workflow.wait_condition(workflow.all_handlers_finished)

    # --- the story ---------------------------------------------------------------------------------------------

    async def _draft(self) -> InvoiceState | None:
        """Make the drafts; the state in which it ends here when there is nothing to issue."""
        raise NotImplementedError

    async def _issue(self) -> None:
        """From its drafts to the announced documents. What an earlier round has done is not done again."""
        if end := await self._draft():
            return self._show(end)
        if lost := other_documents(self.asked, self.drafts):
            return await self._park(lost)
        await _uncancellable(self._finish())
        self._show(InvoiceState.ISSUED)
        return self._tell_issued()

    def _tell_issued(self) -> None:
        """Of its documents, to the log."""
        numbers = self._numbers()
        workflow.logger.info("invoice_issued", extra={**self._about(), "outcome": "success", "numbers": numbers})

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
        if self.asked:
            await _uncancellable(self._void_numbers(self.void_reason or ""))
        self._show(InvoiceState.VOIDED)

    # --- the steps ---------------------------------------------------------------------------------------------

    async def _number(self) -> None:
        self._at("number")
        self.asked, self.exhausted = self.drafts, False
        self.taken = await self._take(NumberInput(drafts=self.asked))

    async def _take(self, request: NumberInput) -> tuple[NumberTaken, ...]:
        numbered = await workflow.execute_activity_method(
            InvoicingActivities.number,
            request,
            activity_id="number",
            summary="take " + ", ".join(f"{d.document.contract}: {d.series}" for d in request.drafts),
            **NUMBER.options(),
        )
        return numbered.taken

    async def _render(self) -> None:
        self._at("render")
        self.rendered = tuple(
            await asyncio.gather(
                *(
                    workflow.execute_activity_method(
                        DocumentActivities.render,
                        RenderInput(draft=draft, taken=taken),
                        activity_id=name,
                        summary=f"render and store {taken.number}",
                        **DOCUMENT.options(),
                    )
                    for name, draft, taken in zip(_names(self.drafts), self.drafts, self.taken, strict=True)
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
        """Of every trip that the documents are of: most have one, a month's have one for each supplier."""
        self._at("announce")
        trips = dict.fromkeys(draft.document.trip_id for draft in self.asked)
        for no, trip_id in enumerate(trips):
            await workflow.execute_activity_method(
                StorageActivities.announce,
                AnnounceInput(trip_id=trip_id, documents=self._documents_of(trip_id)),
                activity_id=f"announce:{no}" if no else "announce",
                summary="publish invoice.issued",
                **ANNOUNCE.options(),
            )

    def _documents_of(self, trip_id: str) -> tuple[DocumentKey, ...]:
        return tuple(one.document for one in self.documents if one.document.trip_id == trip_id)

    async def _void_numbers(self, reason: str) -> None:
        taken = self.taken
        if not taken:
            # An attempt that we gave up may still take the number later: take it ourselves, so that it can be voided.
            self._at("number")
            taken = await self._take(NumberInput(drafts=self.asked, for_void=True))
            if not self._can_change and len(taken) == len(self.asked):
                self.taken = taken
        self._at("void")
        voided = await workflow.execute_activity_method(
            StorageActivities.void,
            VoidInput(drafts=self.asked, reason=reason),
            activity_id="void",
            summary="void " + ", ".join(number.number for number in taken),
            **RECORD.options(),
        )
        self.documents = voided.documents
        await self._announce()

    # --- parking -----------------------------------------------------------------------------------------------

    async def _park(self, failure: Failure) -> None:
        """Wait for an operator, for as long as it takes."""
        self.failure, self.was_parked = failure, True
        self.exhausted |= failure.code == NumbersExhaustedError.__name__
        self._show(InvoiceState.PARKED)
        metrics.parked(step=failure.step, code=failure.code, meter=workflow.metric_meter())
        workflow.logger.warning(
            "invoice_parked",
            extra={**self._about(), "step": failure.step, "code": failure.code, "field": failure.field},
        )
        try:
            await workflow.wait_condition(lambda: self.state is not InvoiceState.PARKED)
        except asyncio.CancelledError:
            if not self.asked:
                self._show(InvoiceState.CANCELLED)
                raise
            self.void_reason = "cancelled while parked"
        self.failure = None
        self._show(InvoiceState.RUNNING)

    @workflow.update(description="Go on with a parked invoice; optionally with a corrected trip or corrected answers.")
    def resume(self, request: Resume) -> str:
        """Go on; everything is asked anew unless a number is already taken, or could have been."""
        self.resumed += 1
        if not self.documents or state_of(self.documents) is InvoiceState.ISSUED:
            self.void_reason = None  # a void that is recorded stays one: only its news is left
        if self._can_change:
            self.drafts = ()
            self._mend(request)
        self.state = InvoiceState.RUNNING
        return f"resumed at {self._next_step}"

    @resume.validator
    def check_resume(self, request: Resume) -> None:
        """Refuse what would not help or would change a numbered document."""
        self._check_parked(request.reason)
        if not self._can_change and (request.trip or request.corrections):
            msg = "a number is taken, its content cannot change any more: resume without corrections, or void"
            raise ValueError(msg)
        self._check_mend(request)

    def _mend(self, request: Resume) -> None:
        """Take what the operator corrected."""
        self.corrections |= request.corrections

    def _check_mend(self, request: Resume) -> None:
        """Refuse corrections that it has no use for."""
        if request.trip:
            msg = "only the invoice of a trip can be corrected: resume without a trip, or void"
            raise ValueError(msg)

    @property
    def _next_step(self) -> str:
        """Where it goes on."""
        return self.step

    @workflow.update(description="End a parked invoice without a document; a taken number becomes void.")
    def void(self, request: Void) -> str:
        """End it."""
        self.void_reason = request.reason
        self.state = InvoiceState.RUNNING
        return "voided with its number" if self.asked else "voided"

    @void.validator
    def check_void(self, request: Void) -> None:
        """Only a parked invoice can be voided, and not once its documents exist."""
        self._check_parked(request.reason)
        if self.documents:
            msg = "its documents are issued; a credit note corrects them, not a void"
            raise ValueError(msg)

    @property
    def _can_change(self) -> bool:
        """Whether the documents may still say something else: no number is asked for, or there was none to take."""
        return not self.asked or self.exhausted

    def _check_parked(self, reason: str) -> None:
        if self.state is not InvoiceState.PARKED:
            msg = f"the invoice is {self.state}, not parked"
            raise ValueError(msg)
        if not reason.strip() or len(reason) > MAX_REASON:
            msg = f"reason: say why in 1 to {MAX_REASON} characters"
            raise ValueError(msg)

    def _about(self) -> Mapping[str, str]:
        """The fields of its log lines."""
        return about(self.drafts[0]) if self.drafts else {"trip": self.subject}

    # --- what can be seen --------------------------------------------------------------------------------------

    @workflow.query(description="Where this invoice is: state, step, failure, numbers, documents.")
    def status(self) -> Status:
        """Everything an operator asks first."""
        return Status(
            trip_id=self.subject,
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
        workflow.set_current_details(story(self.status(), self._called, self.STEPS))

    @property
    def _called(self) -> str:
        """How the commands that mend it call it."""
        return workflow.info().workflow_id


def _names(drafts: Sequence[DraftRef]) -> list[str]:
    """An id for rendering each: its contract, counted where there are several of one."""
    names: list[str] = []
    for draft in drafts:
        same = sum(other.document.contract is draft.document.contract for other in drafts[: len(names)])
        names.append(f"render:{draft.document.contract}" + (f":{same + 1}" if same else ""))
    return names


def state_of(documents: Sequence[IssuedDocument]) -> InvoiceState:
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
            workflow.logger.warning("cancellation_ignored")  # a number may be taken
    task.result()

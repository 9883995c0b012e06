"""preprocess, by the current implementation and, where the trip has a part in a rollout, by a candidate.

    no part        the current one
    shadow         the current one; the candidate is asked and compared afterwards, by a workflow of its own
    live           both at once; the candidate's drafts are issued if they are the current ones to the letter
    full           the candidate; the current one only if it fails, and afterwards to compare

A candidate never costs an invoice more than its deadline, and in shadow nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.comparison import ComparisonActivities
    from activities.invoicing import InvoicingActivities
    from activities.messages import AdoptInput, CandidateSide, CurrentSide, DraftRef, GuardInput, PreprocessInput
    from tripinvoice.ports import ObjectRef
    from tripinvoice.rollouts.decision import Decision
    from tripinvoice.trip import Trip
    from workflows import candidates
    from workflows.messages import CompareTripInput
    from workflows.policies import COMPARE, PREPROCESS, StepPolicy

Request = TypeVar("Request")
Answer = TypeVar("Answer")

ISSUED_CURRENT, ISSUED_CANDIDATE = "current", "candidate"


@dataclass(frozen=True, kw_only=True)
class Made:
    """The drafts to issue, and what is left to compare."""

    drafts: tuple[DraftRef, ...]
    compare: CompareTripInput | None = None


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """One trip's preprocess."""

    trip: Trip
    sources: ObjectRef
    decision: Decision | None

    async def drafts(self) -> Made:
        """Make them. Raises the current implementation's ``ActivityError``; a candidate's never."""
        decision = self.decision
        if decision is None:
            return Made(drafts=(await self.current()).drafts or ())
        if not decision.leads:
            side = await self.current()
            return self._made(decision, side.drafts or (), current=side)
        return await (self._live(decision) if decision.guarded else self._full(decision))

    async def current(self) -> CurrentSide:
        """What the current implementation makes."""
        return await ask_current(self.sources, PREPROCESS, f"apply the regime of {self.trip.country}")

    async def _live(self, decision: Decision) -> Made:
        """Both at once. When they say the same to the letter it is the candidate's that is issued."""
        ends = _end(decision)
        asked = asyncio.create_task(candidates.ask(decision, self.sources))
        try:
            ours = await self.current()
        except BaseException:
            asked.cancel()
            raise
        theirs = await asked
        issued = ISSUED_CANDIDATE if await self._agree(ours, theirs, ends) else ISSUED_CURRENT
        return self._made(decision, ours.drafts or (), current=ours, candidate=theirs, issued=issued)

    async def _full(self, decision: Decision) -> Made:
        """The candidate's, which are checked as our own are; the current one's when that fails."""
        ends = _end(decision)
        theirs = await candidates.ask(decision, self.sources)
        if drafts := await self._adopted(theirs, ends):
            if not decision.compared:
                return Made(drafts=drafts)
            return self._made(decision, drafts, candidate=theirs, issued=ISSUED_CANDIDATE)
        ours = await self.current()
        return self._made(decision, ours.drafts or (), current=ours, candidate=theirs)

    async def _agree(self, ours: CurrentSide, theirs: CandidateSide, ends: float) -> bool:
        """Whether both say the same, as far as that can be told in the time that is left."""
        if theirs.answered is None:
            return False
        request = GuardInput(drafts=ours.drafts or (), answered=theirs.answered)
        guarded = await _by(ends, ComparisonActivities.guard, request, "guard", "do both say the same")
        return guarded is not None and guarded.agrees

    async def _adopted(self, theirs: CandidateSide, ends: float) -> tuple[DraftRef, ...]:
        """The candidate's drafts as ours; none when it has none that can be issued, in the time that is left."""
        if theirs.answered is None:
            return ()
        trip = self.trip
        request = AdoptInput(
            trip_id=trip.trip_id, revision=trip.revision, sources=self.sources, answered=theirs.answered
        )
        adopted = await _by(ends, ComparisonActivities.adopt, request, "adopt", "check and keep its drafts")
        return adopted.drafts if adopted is not None else ()

    def _made(
        self,
        decision: Decision,
        drafts: tuple[DraftRef, ...],
        *,
        current: CurrentSide | None = None,
        candidate: CandidateSide | None = None,
        issued: str = ISSUED_CURRENT,
    ) -> Made:
        return Made(
            drafts=drafts,
            compare=CompareTripInput(
                trip_id=self.trip.trip_id,
                decision=decision,
                sources=self.sources,
                current=current,
                candidate=candidate,
                issued=issued,
            ),
        )


def _end(decision: Decision) -> float:
    return workflow.time() + decision.deadline_ms / 1000


async def _by(
    ends: float,
    step: Callable[[ComparisonActivities, Request], Answer],
    request: Request,
    name: str,
    summary: str,
) -> Answer | None:
    """A step that a candidate causes: its answer, or ``None`` when it failed or the candidate's deadline is over."""
    left = ends - workflow.time()
    if left <= 0:
        return None
    options = COMPARE.options() | {"schedule_to_close_timeout": timedelta(seconds=left)}
    try:
        return await workflow.execute_activity_method(step, request, activity_id=name, summary=summary, **options)
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        return None


async def ask_current(sources: ObjectRef, policy: StepPolicy, summary: str) -> CurrentSide:
    """What the current implementation makes of the evidence, and how long that took. Raises its ``ActivityError``."""
    began = workflow.time()
    preprocessed = await workflow.execute_activity_method(
        InvoicingActivities.preprocess,
        PreprocessInput(sources=sources),
        activity_id="preprocess",
        summary=summary,
        **policy.options(),
    )
    return CurrentSide(drafts=preprocessed.drafts, seconds=workflow.time() - began)

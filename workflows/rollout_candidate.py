"""RolloutCandidate: a candidate takes over a scope stage by stage, by itself as far as it may, and goes back by itself.

    begin a stage ─► every interval: measure, judge ─► promote: the next stage, once approved where that is needed
          ▲                   │  hold: look again  ◄─┘
          └───────────────────┴─ roll back: mode off, and the end

The stored rollout is changed only over the version that this workflow stored itself: what a person changed meanwhile
stays, and the rollout is paused, or ends when the person turned it off.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities import metrics
    from activities.messages import MeasuredRollout, RolloutSet, SetRolloutInput, StandingRollout
    from activities.rolling import RolloutActivities
    from tripinvoice.rollouts.judgement import Judgement, Verdict, judge
    from tripinvoice.rollouts.plan import Stage
    from tripinvoice.rollouts.rollout import ALL, Mode
    from workflows.failures import read_failure
    from workflows.messages import (
        MAX_REASON,
        Approve,
        Pause,
        Reading,
        RollBack,
        RolloutEvent,
        RolloutInput,
        RolloutProgress,
        RolloutResult,
        RolloutStatus,
    )
    from workflows.policies import ROLLOUT
    from workflows.rollout_details import rollout_story
    from workflows.rollout_steps import (
        broken,
        check_by,
        check_request,
        live_part,
        to_begin,
        to_measure,
        to_turn_off,
    )
    from workflows.search_attributes import ROLLOUT_STATE, RolloutState

EVENTS_KEPT = 30

Answer = TypeVar("Answer")


def rollout_workflow_id(scope: str) -> str:
    """The one workflow that rolls a candidate out in a scope."""
    return f"rollout/{scope}"


@workflow.defn(name="RolloutCandidate")
class RolloutCandidate:
    """stage after stage: set → measure and judge every interval → promote, hold or roll back."""

    @workflow.init
    def __init__(self, request: RolloutInput) -> None:
        """Start with the first stage not begun, or where the run before was."""
        self.plan, self.by = request.plan, request.by
        self.at = request.progress or RolloutProgress(
            expected=request.over,
            decided_at=workflow.now(),
            decided_by=request.by,
            decided_because=f"rollout of {request.plan.candidate} started",
        )
        self.state = RolloutState(self.at.state)
        self.shown: RolloutState | None = None
        self.back: RollBack | None = None
        self.off = False  # as somebody turned it, or we did
        self.trouble = ""
        self.poked = False

    @workflow.run
    async def run(self, request: RolloutInput) -> RolloutResult:
        """Bring the rollout to an end: ``Completed`` or ``RolledBack``."""
        rounds = 0
        self._tell()
        while self.state not in {RolloutState.COMPLETED, RolloutState.ROLLED_BACK}:
            if self.back is None and (rounds >= request.rounds or workflow.info().is_continue_as_new_suggested()):
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(replace(request, progress=replace(self.at, state=self.state)))
            rounds += 1
            try:
                await self._round()
            except asyncio.CancelledError:  # traffic must not stay with a candidate that nobody watches
                self.back = self.back or RollBack(by=workflow.info().workflow_id, reason="its workflow was cancelled")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return RolloutResult(state=self.state, version=self.at.version, rolled_back=self.back)

    # --- the story ---------------------------------------------------------------------------------------------

    async def _round(self) -> None:
        if self.back is not None:
            await self._roll_back(self.back)
        elif self.at.entered:
            await self._watch()
        else:
            await self._begin()

    async def _begin(self) -> None:
        """Bring the stage into force, once that is allowed."""
        self._show(self._waiting_for() or RolloutState.WATCHING)
        await workflow.wait_condition(lambda: self.back is not None or self._waiting_for() is None)
        if self.back is not None:
            return
        self.at = replace(self.at, asked_for=True)
        self._show(RolloutState.WATCHING)
        done = await self._unless_asked(self._set(to_begin(self.plan, self.at, workflow.now())))
        if done is None:
            await self._interval()
        elif done.displaced is not None:
            self._give_way(done.displaced)
        else:
            self._began(done.version)

    async def _watch(self) -> None:
        """Wait an interval, look, and do what the judgement says."""
        self._measure_where_it_is()
        await self._interval()
        if self.back is not None:
            return
        measured = await self._unless_asked(self._measure())
        if measured is None:
            self._could_not_look()
        elif measured.standing is not None and measured.standing.version != self.at.version:
            self._give_way(measured.standing)
        else:
            self._follow(measured, self._judge(measured))

    async def _roll_back(self, back: RollBack) -> None:
        """Mode off, however long the store is away. What never was on is left as it is."""
        while self.at.asked_for and not self.off:
            done = await self._try(self._set(to_turn_off(self.plan, back, workflow.now())))
            if done is None:
                await workflow.sleep(self.plan.interval, summary="try again to turn it off")
            else:
                self.off, self.at = True, replace(self.at, version=done.version)
        self._note("rolled back", back.by, back.reason)
        self._show(RolloutState.ROLLED_BACK)
        self._measure_where_it_is()

    # --- what a judgement leads to -----------------------------------------------------------------------------

    def _judge(self, measured: MeasuredRollout) -> Judgement:
        """By the plan's limits; with the kill switch on, time does not count and nothing is promoted."""
        now, began_at = workflow.now(), self.at.began_at or workflow.now()
        if measured.killed:
            self.at = replace(self.at, idle=self.at.idle + (now - (self.at.looked_at or began_at)))
        elapsed = now - began_at - self.at.idle
        judgement = judge(self._stage, self.plan.thresholds, measured.overall, measured.lately, elapsed)
        if measured.killed and judgement.verdict is not Verdict.ROLL_BACK:
            why = f"the kill switch is on: {measured.killed_because}"
            return Judgement(verdict=Verdict.HOLD, reasons=(why, *judgement.reasons))
        return judgement

    def _follow(self, measured: MeasuredRollout, judgement: Judgement) -> None:
        now = workflow.now()
        self.trouble = ""
        reading = Reading(
            at=now,
            verdict=judgement.verdict,
            reasons=judgement.reasons,
            overall=measured.overall,
            lately=measured.lately,
            killed=measured.killed,
        )
        self.at = replace(self.at, reading=reading, looked_at=now)
        if judgement.verdict is Verdict.ROLL_BACK:
            self.back = broken(reading, workflow.info().workflow_id)
        elif judgement.verdict is Verdict.PROMOTE and self.at.paused is None:
            self._promote(judgement)
        else:
            self._show(RolloutState.WATCHING if self.at.paused is None else RolloutState.PAUSED)

    def _promote(self, judgement: Judgement) -> None:
        """To the next stage, to its end after the last, or to where somebody must approve."""
        following = self.plan.stages[self.at.stage + 1 :]
        if not following:
            self._note("completed", workflow.info().workflow_id, "; ".join(judgement.reasons))
            self._show(RolloutState.COMPLETED)
        elif following[0].needs_approval and not self.at.approved_by:
            self._show(RolloutState.AWAITING_APPROVAL)
        else:
            compared = self.at.reading.overall.compared if self.at.reading else 0
            self.at = replace(
                self.at,
                stage=self.at.stage + 1,
                entered=False,
                expected=self.at.version,
                decided_at=workflow.now(),
                decided_by=self.at.approved_by or workflow.info().workflow_id,
                decided_because=f"{self._stage} kept all thresholds: {compared} trips compared",
            )

    def _could_not_look(self) -> None:
        """Nothing is known: hold."""
        if self.back is None:
            now = workflow.now()
            known = self.at.reading or Reading(at=now, verdict=Verdict.HOLD, reasons=())
            blind = replace(
                known, at=now, verdict=Verdict.HOLD, reasons=("it could not be measured",), trouble=self.trouble
            )
            self.at = replace(self.at, reading=blind)
            self._show(RolloutState.WATCHING if self.at.paused is None else RolloutState.PAUSED)

    def _give_way(self, to: StandingRollout) -> None:
        """Somebody changed the rollout beside us: he knows why."""
        if to.mode is Mode.OFF:
            self.off = True
            self.at = replace(self.at, version=to.version)
            self.back = RollBack(by=to.changed_by, reason=to.reason)
            return
        reason = f"changed by hand to {to.candidate} {to.mode}: {to.reason}"[:MAX_REASON]
        self.at = replace(
            self.at, entered=False, expected=to.version, paused=Pause(by=to.changed_by, reason=reason), approved_by=""
        )
        self._note("paused", to.changed_by, reason)
        self._show(RolloutState.PAUSED)

    def _began(self, version: int) -> None:
        now = workflow.now()
        self._note(f"{self._stage} began", self.at.decided_by, self.at.decided_because)
        self.trouble = ""
        self.at = replace(
            self.at,
            entered=True,
            version=version,
            first_version=self.at.first_version or version,
            began_at=now,
            looked_at=now,
            idle=timedelta(),
            approved_by="",
            reading=None,
        )
        self._show(RolloutState.WATCHING)

    def _waiting_for(self) -> RolloutState | None:
        """What keeps the stage from beginning. Those after the first are only decided on when they are approved."""
        if self.at.paused is not None:
            return RolloutState.PAUSED
        first = self.at.stage == 0 and self.at.version == 0
        if first and self._stage.needs_approval and not self.at.approved_by:
            return RolloutState.AWAITING_APPROVAL
        return None

    # --- the steps ---------------------------------------------------------------------------------------------

    async def _set(self, request: SetRolloutInput) -> RolloutSet:
        return await workflow.execute_activity_method(
            RolloutActivities.set_rollout,
            request,
            summary=f"{request.wanted.mode}, {request.wanted.reason}"[:200],
            **ROLLOUT.options(),
        )

    async def _measure(self) -> MeasuredRollout:
        return await workflow.execute_activity_method(
            RolloutActivities.measure_rollout,
            to_measure(self.plan, self.at, workflow.now()),
            summary=str(self._stage),
            **ROLLOUT.options(),
        )

    async def _interval(self) -> None:
        """Wait for it, or for somebody who asks for something."""
        self.poked = False
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.poked or self.back is not None,
                timeout=self.plan.interval,
                timeout_summary="until it is looked at again",
            )

    async def _unless_asked(self, step: Coroutine[Any, Any, Answer]) -> Answer | None:
        """The step's answer; ``None`` when it failed, or when somebody takes the candidate out of use meanwhile."""
        task = asyncio.create_task(self._try(step))
        try:
            await workflow.wait_condition(lambda: task.done() or self.back is not None)
        finally:
            if not task.done():
                task.cancel()
                await workflow.wait([task])
        return None if task.cancelled() else task.result()

    async def _try(self, step: Coroutine[Any, Any, Answer]) -> Answer | None:
        """The step's answer; ``None`` when it gave up, and why is told."""
        try:
            return await step
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from None
            failure = read_failure(error.activity_type, error)
            self.trouble = f"{failure.code}: {failure.reason}"
            self._tell()
            workflow.logger.warning("rollout_holds", extra={"step": failure.step, "code": failure.code})
            return None

    # --- what people ask for -----------------------------------------------------------------------------------

    @workflow.update(description="Let it go on to the stage that waits for approval.")
    def approve(self, request: Approve) -> str:
        """Look at once, and go on if nothing has changed."""
        self.at = replace(self.at, approved_by=request.by)
        self.poked = True
        waiting = self._stage if not self.at.version else self.plan.stages[self.at.stage + 1]
        self._note(f"{waiting} approved", request.by, "")
        self._tell()
        return f"{waiting} approved"

    @approve.validator
    def check_approve(self, request: Approve) -> None:
        """Only what waits for it can be approved, so that nobody approves what he has not seen."""
        check_by(request.by)
        if self.state is not RolloutState.AWAITING_APPROVAL or self.back is not None:
            msg = f"the rollout is {self.state}, it does not wait for approval"
            raise ValueError(msg)
        if self.at.approved_by:
            msg = f"approved already by {self.at.approved_by}"
            raise ValueError(msg)

    @workflow.update(description="Keep it where it is. What breaks its limits still takes it back.")
    def pause(self, request: Pause) -> str:
        """Go no further."""
        self.at = replace(self.at, paused=request, approved_by="")
        self._note("paused", request.by, request.reason)
        self._show(RolloutState.PAUSED)
        return f"paused at {self._stage}"

    @pause.validator
    def check_pause(self, request: Pause) -> None:
        """Not twice, and not at its end."""
        check_request(request)
        self._check_goes_on()
        if self.at.paused is not None:
            msg = f"paused already by {self.at.paused.by}"
            raise ValueError(msg)

    @workflow.update(description="Go on after a pause; a stage that was changed by hand begins again.")
    def resume_rollout(self, request: Pause) -> str:
        """Go on."""
        self.at = replace(self.at, paused=None)
        if not self.at.entered:
            self.at = replace(self.at, decided_at=workflow.now(), decided_by=request.by, decided_because=request.reason)
        self.poked = True
        self._note("resumed", request.by, request.reason)
        self._show(RolloutState.WATCHING)
        return f"goes on at {self._stage}"

    @resume_rollout.validator
    def check_resume_rollout(self, request: Pause) -> None:
        """Only what is paused."""
        check_request(request)
        self._check_goes_on()
        if self.at.paused is None:
            msg = f"the rollout is {self.state}, not paused"
            raise ValueError(msg)

    @workflow.update(description="Take the candidate out of use now.")
    def rollback(self, request: RollBack) -> str:
        """Turn it off, and end."""
        self.back = request
        return "rolling back"

    @rollback.validator
    def check_rollback(self, request: RollBack) -> None:
        """Once is enough."""
        check_request(request)
        self._check_goes_on()

    @workflow.signal(
        description="It was turned off in the store: end with that. Unlike the update it needs no worker now."
    )
    def turned_off(self, request: RollBack) -> None:
        """Turn it off, in case it was turned on again meanwhile, and end."""
        if self.back is None and self.state is not RolloutState.COMPLETED:
            self.back = request

    def _check_goes_on(self) -> None:
        if self.back is not None or self.state is RolloutState.COMPLETED:
            msg = "the rollout is at its end"
            raise ValueError(msg)

    # --- what can be seen --------------------------------------------------------------------------------------

    @workflow.query(description="Where this rollout is: stage, state, what was measured last, what happened.")
    def status(self) -> RolloutStatus:
        """Everything an operator asks first."""
        at = self.at
        return RolloutStatus(
            scope=str(self.plan.scope),
            candidate=self.plan.candidate,
            state=self.state,
            stage=at.stage + 1,
            stages=tuple(str(stage) for stage in self.plan.stages),
            entered=at.entered,
            live=self._live_now,
            version=at.version,
            started_by=self.by,
            began_at=at.began_at,
            paused=at.paused,
            reading=at.reading,
            ended=self.back,
            trouble=self.trouble,
            events=at.events,
        )

    @property
    def _stage(self) -> Stage:
        return self.plan.stages[self.at.stage]

    @property
    def _live_now(self) -> int:
        """In basis points. A stage that is not begun leaves the one before in force."""
        if self.state is RolloutState.ROLLED_BACK:
            return 0
        in_force = self.at.stage if self.at.entered else self.at.stage - 1
        return live_part(self.plan.stages[in_force]) if in_force >= 0 else 0

    def _note(self, what: str, by: str, reason: str) -> None:
        event = RolloutEvent(at=workflow.now(), what=what, by=by, reason=reason)
        self.at = replace(self.at, events=(*self.at.events, event)[-EVENTS_KEPT:])

    def _show(self, state: RolloutState) -> None:
        """Change the state, where queries find it too."""
        self.state = state
        self._tell()
        if self.shown is not state:
            self.shown = state
            workflow.upsert_search_attributes([ROLLOUT_STATE.value_set(state)])

    def _tell(self) -> None:
        workflow.set_current_details(rollout_story(self.status(), self.plan))

    def _measure_where_it_is(self) -> None:
        off = self.state is RolloutState.ROLLED_BACK
        metrics.rollout_is_at(
            metrics.RolloutStage.OFF if off else metrics.RolloutStage[self._stage.mode.name],
            self._live_now / ALL,
            country=self.plan.scope.country,
            line_of_business=self.plan.scope.line_of_business,
            candidate=self.plan.candidate,
            meter=workflow.metric_meter(),
        )

"""Rollouts from the driving side: a plan is started and steered, a rollout and the kill switch are set by hand.

What is stored decides about traffic, at once; the workflow of a plan only changes it. So whatever takes a candidate out
of use is written to the store first, whether a Temporal server is there or not.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.rolling import bring_to
from starter.client import register_search_attributes
from starter.mending import patiently
from tripinvoice import contract
from tripinvoice.errors import ConflictError, NotFoundError
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.plan import Plan
from tripinvoice.rollouts.rollout import ALL, KillSwitch, Mode, Rollout, Scope
from workflows import policies
from workflows import search_attributes as sa
from workflows.messages import Approve, Pause, RollBack, RolloutInput, RolloutResult
from workflows.rollout_candidate import RolloutCandidate, rollout_workflow_id

LOOK = "tripinvoice rollout status"

Handle = WorkflowHandle[RolloutCandidate, RolloutResult]


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A rollout as a person sets it; what is ``None`` stays as it is, or is as usual."""

    scope: Scope
    candidate: str
    mode: Mode
    live: int = 0
    sample: int = ALL
    noise: int | None = None
    deadline_ms: int | None = None
    accounts: Mapping[str, Mode] | None = None


# --- a plan and its workflow ---------------------------------------------------------------------------------------


async def start(client: Client, rollouts: Rollouts, plan: Plan, by: str, *, over: bool = False) -> bool:
    """Start the plan; whether it was started, for the same plan may be running already.

    Raises ``ConflictError`` when another one runs, or, without ``over``, when the scope has a rollout in use that no
    plan watches; ``CandidateError`` for a candidate's name that cannot be.
    """
    contract.task_queue(plan.candidate)
    known = await asyncio.to_thread(lambda: rollouts.toggles().at(plan.scope))
    if await _runs_already(client, plan):
        return False
    if known is not None and known.mode is not Mode.OFF and not over:
        raise ConflictError(
            f"{plan.scope}: has a rollout in use, {known.candidate} {known.mode}; roll it back first, or say --over "
            "to go on from it"
        )
    await register_search_attributes(client)
    try:
        await client.start_workflow(
            RolloutCandidate.run,
            RolloutInput(plan=plan, by=by, over=known.version if known else 0),
            id=rollout_workflow_id(str(plan.scope)),
            task_queue=policies.WORKFLOWS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(sa.COUNTRY, plan.scope.country),
                    SearchAttributePair(sa.LINE_OF_BUSINESS, plan.scope.line_of_business),
                ]
            ),
            static_summary=f"{plan.candidate} for {plan.scope}",
        )
    except WorkflowAlreadyStartedError:  # since we looked
        return not await _runs_already(client, plan)
    return True


async def _runs_already(client: Client, plan: Plan) -> bool:
    """Whether this plan's workflow runs. Raises ``ConflictError`` when another plan's does."""
    handle = _handle(client, plan.scope)
    if not await _runs(handle):
        return False
    if await _plan_of(client, handle) != plan:
        raise ConflictError(
            f"{plan.scope}: another plan is under way; `{LOOK} {plan.scope}` shows it, roll it back first"
        )
    return True


async def _plan_of(client: Client, handle: Handle) -> Plan | None:
    """The plan that it was started with, by its first event: that needs no worker."""
    async for event in handle.fetch_history_events(page_size=1):
        payloads = event.workflow_execution_started_event_attributes.input.payloads
        [started] = await client.data_converter.decode(payloads, [RolloutInput])
        return started.plan if isinstance(started, RolloutInput) else None
    return None


async def approve(client: Client, scope: Scope, by: str) -> str:
    """Let it go on to the stage that waits; returns what the workflow says."""
    return await patiently(
        (await _running(client, scope)).execute_update(RolloutCandidate.approve, Approve(by=by)), f"{LOOK} {scope}"
    )


async def pause(client: Client, scope: Scope, request: Pause) -> str:
    """Keep it where it is; returns what the workflow says."""
    handle = await _running(client, scope)
    return await patiently(handle.execute_update(RolloutCandidate.pause, request), f"{LOOK} {scope}")


async def resume(client: Client, scope: Scope, request: Pause) -> str:
    """Let it go on; returns what the workflow says."""
    handle = await _running(client, scope)
    return await patiently(handle.execute_update(RolloutCandidate.resume_rollout, request), f"{LOOK} {scope}")


async def tell_turned_off(client: Client, scope: Scope, by: str, reason: str) -> bool:
    """Tell the workflow that its rollout is off, so that it ends; whether there is one. It needs no worker now."""
    handle = _handle(client, scope)
    if not await _runs(handle):
        return False
    await handle.signal(RolloutCandidate.turned_off, RollBack(by=by, reason=reason))
    return True


def _handle(client: Client, scope: Scope) -> Handle:
    return client.get_workflow_handle_for(RolloutCandidate.run, workflow_id=rollout_workflow_id(str(scope)))


async def _running(client: Client, scope: Scope) -> Handle:
    handle = _handle(client, scope)
    if not await _runs(handle):
        raise NotFoundError(f"{scope}: no plan is under way; `{LOOK}` shows all rollouts", field="scope")
    return handle


async def _runs(handle: Handle) -> bool:
    try:
        described = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
            return False
        raise
    return described.close_time is None


# --- by hand -------------------------------------------------------------------------------------------------------


def set_by_hand(rollouts: Rollouts, wish: ByHand, by: str, reason: str, now: datetime) -> Rollout:
    """Bring the scope's rollout to this state; what is stored then.

    Which trips a share holds, and the accounts, stay those of the same candidate. A plan that is under way notices, and
    pauses. Raises ``CandidateError`` for a candidate's name that cannot be, and ``ConfigurationError``.
    """
    contract.task_queue(wish.candidate)
    known = rollouts.toggles().at(wish.scope)
    base = known if known is not None and known.candidate == wish.candidate else None
    usual = base or Rollout(
        scope=wish.scope,
        candidate=wish.candidate,
        mode=wish.mode,
        salt=f"{wish.scope} {wish.candidate}",
        changed_at=now,
        changed_by=by,
        reason=reason,
    )
    return bring_to(
        replace(
            usual,
            mode=wish.mode,
            live=wish.live,
            sample=wish.sample,
            noise=usual.noise if wish.noise is None else wish.noise,
            deadline_ms=usual.deadline_ms if wish.deadline_ms is None else wish.deadline_ms,
            accounts=usual.accounts if wish.accounts is None else wish.accounts,
            changed_at=now,
            changed_by=by,
            reason=reason,
        ),
        rollouts,
    )


def turn_off(rollouts: Rollouts, scope: Scope, by: str, reason: str, now: datetime) -> Rollout | None:
    """Take the scope's candidate out of use; what is stored then, ``None`` when nothing ever was."""
    known = rollouts.toggles().at(scope)
    if known is None:
        return None
    off = replace(known, mode=Mode.OFF, live=0, sample=0, changed_at=now, changed_by=by, reason=reason)
    return bring_to(off, rollouts)


def turn_switch(rollouts: Rollouts, *, on: bool, by: str, reason: str, now: datetime) -> KillSwitch:
    """Turn the kill switch; how it is then, for somebody else may have turned it later."""
    rollouts.kill(KillSwitch(on=on, changed_at=now, changed_by=by, reason=reason))
    switch = rollouts.toggles().kill_switch
    if switch is None:
        raise NotFoundError("the kill switch: the store has none, though it was just turned", field="kill_switch")
    return switch

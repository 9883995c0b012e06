"""The Temporal Schedule that audits the numbers every night."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionResult,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from tripinvoice.errors import ConfigurationError, NotFoundError
from workflows import policies
from workflows.audit_numbers import AuditNumbers
from workflows.messages import AuditNumbersInput
from workflows.search_attributes import AUDIT_FINDINGS

SCHEDULE = "audit-numbers"
"""Its id, and how the ids of its workflows begin."""

CATCH_UP = timedelta(days=1)
"""An audit that was due while Temporal was down is made up for within this time."""


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """The schedule as Temporal has it; ``last`` is its latest audit."""

    paused: bool
    next_at: datetime | None
    last: "Audited | None"


@dataclass(frozen=True, kw_only=True)
class Audited:
    """An audit that the schedule started: ``findings`` is ``None`` while it runs, or when it could not look."""

    workflow_id: str
    started_at: datetime
    status: str
    findings: int | None


async def apply(client: Client, cron: str, since_days: int) -> bool:
    """Make the schedule, or change the one that is there; whether it was made. One that is paused stays so.

    Raises ``ConfigurationError`` when Temporal does not take the times.
    """
    return await put(client, SCHEDULE, _schedule(cron, since_days), example="0 3 * * *")


async def put(client: Client, name: str, wanted: Schedule, *, example: str) -> bool:
    """Make a schedule of this id, or change the one that is there; whether it was made. One that is paused stays so.

    Raises ``ConfigurationError``, with an example, when Temporal does not take the times.
    """

    async def changed(known: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = known.description.schedule.state
        return ScheduleUpdate(schedule=wanted)

    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        pass
    except RPCError as error:
        raise _refused(error, example) from None
    else:
        return True
    try:
        await client.get_schedule_handle(name).update(changed)
    except RPCError as error:
        raise _refused(error, example) from None
    return False


async def status(client: Client) -> Scheduled:
    """How it stands. Raises ``NotFoundError`` when there is none."""
    try:
        described = await client.get_schedule_handle(SCHEDULE).describe()
    except RPCError as error:
        raise _unknown(error, SCHEDULE, "tripinvoice schedule apply") from None
    info = described.info
    return Scheduled(
        paused=described.schedule.state.paused,
        next_at=info.next_action_times[0] if info.next_action_times else None,
        last=await _audited(client, info.recent_actions[-1]) if info.recent_actions else None,
    )


async def remove(client: Client) -> None:
    """No more audits by the clock. Raises ``NotFoundError`` when there is no schedule."""
    await take_away(client, SCHEDULE, made_by="tripinvoice schedule apply")


async def take_away(client: Client, name: str, *, made_by: str) -> None:
    """Delete the schedule of this id. Raises ``NotFoundError``, naming what makes one, when there is none."""
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        raise _unknown(error, name, made_by) from None


def _schedule(cron: str, since_days: int) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            AuditNumbers.run,
            AuditNumbersInput(since_days=since_days),
            id=SCHEDULE,
            task_queue=policies.WORKFLOWS,
            static_summary="the audit of all numbers",
        ),
        spec=ScheduleSpec(cron_expressions=[cron]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        state=ScheduleState(note="tripinvoice schedule apply"),
    )


async def _audited(client: Client, last: ScheduleActionResult) -> Audited | None:
    """``None`` when Temporal has forgotten it."""
    if not isinstance(last.action, ScheduleActionExecutionStartWorkflow):
        return None
    handle = client.get_workflow_handle(last.action.workflow_id, run_id=last.action.first_execution_run_id)
    try:
        described = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return Audited(
        workflow_id=last.action.workflow_id,
        started_at=last.started_at,
        status=described.status.name.title() if described.status else "Unknown",
        findings=described.typed_search_attributes.get(AUDIT_FINDINGS),
    )


def _refused(error: RPCError, example: str) -> Exception:
    if error.status is not RPCStatusCode.INVALID_ARGUMENT:
        return error
    return ConfigurationError(f"--cron: Temporal does not take it; send five fields such as '{example}'", field="cron")


def _unknown(error: RPCError, name: str, made_by: str) -> Exception:
    if error.status is not RPCStatusCode.NOT_FOUND:
        return error
    return NotFoundError(f"schedule {name}: there is none; `{made_by}` makes it")

"""Monthly invoices from outside: the Temporal Schedule that makes them, and making those of one month now."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    WorkflowFailureError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from starter.schedule import put, take_away
from starter.waiting import waiting_for
from tripinvoice.errors import ConflictError
from workflows import policies
from workflows.messages import MonthlyInvoicesInput, MonthlyInvoicesResult
from workflows.monthly_invoice import MonthlyInvoices

SCHEDULE = "monthly-invoices"
"""Its id, and how the ids of its workflows begin."""

CATCH_UP = timedelta(days=5)
"""A month that was due while Temporal was down is made up for within this time."""


async def apply(client: Client, cron: str) -> bool:
    """Make the schedule, or change the one that is there; whether it was made. One that is paused stays so.

    Raises ``ConfigurationError`` when Temporal does not take the times.
    """
    return await put(client, SCHEDULE, _schedule(cron), example="0 6 2 * *")


async def remove(client: Client) -> None:
    """No more months by the clock. Raises ``NotFoundError`` when there is no schedule."""
    await take_away(client, SCHEDULE, made_by="tripinvoice month schedule")


async def invoice(client: Client, month: str, patience: timedelta) -> MonthlyInvoicesResult:
    """Start the invoices of a month now; a second call joins the one under way."""
    workflow_id = f"{SCHEDULE}/{month}"
    handle = await client.start_workflow(
        MonthlyInvoices.run,
        MonthlyInvoicesInput(month=month),
        id=workflow_id,
        task_queue=policies.WORKFLOWS,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"the invoices of {month}",
    )
    try:
        async with waiting_for(workflow_id, patience):
            return await handle.result()
    except WorkflowFailureError:
        raise ConflictError(f"{workflow_id}: ended without an answer; see it with `temporal workflow show`") from None


def _schedule(cron: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            MonthlyInvoices.run,
            MonthlyInvoicesInput(),
            id=SCHEDULE,
            task_queue=policies.WORKFLOWS,
            static_summary="the invoices of the month before",
        ),
        spec=ScheduleSpec(cron_expressions=[cron]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
        state=ScheduleState(note="tripinvoice month schedule"),
    )

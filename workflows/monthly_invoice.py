"""MonthlyInvoices, by a schedule, and MonthlyInvoice: a customer's trips of a month, one document per supplier."""

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.messages import AccountsInput, ConsolidateInput
    from activities.monthly import MonthlyActivities
    from workflows.issuing import Issuing
    from workflows.messages import MonthlyInvoiceInput, MonthlyInvoicesInput, MonthlyInvoicesResult, TripInvoiceResult
    from workflows.policies import CONSOLIDATE, WORKFLOWS
    from workflows.search_attributes import INVOICE_STATE, MONTH, InvoiceState

ACCOUNTS_AT_ONCE = 200
"""Of one run of MonthlyInvoices: then it continues as new, so that its history stays short."""


def monthly_workflow_id(month: str, account: str) -> str:
    """The id of an account's month."""
    return f"month/{month}/{account}"


@workflow.defn(name="MonthlyInvoice")
class MonthlyInvoice(Issuing):
    """consolidate → number → render + store → record → announce, or nothing when all trips are invoiced."""

    @workflow.init
    def __init__(self, request: MonthlyInvoiceInput) -> None:
        """Start with the account's month and nothing done."""
        super().__init__(subject=f"{request.month}.{request.account}", step="consolidate")
        self.month, self.account = request.month, request.account

    @workflow.run
    async def run(self, request: MonthlyInvoiceInput) -> TripInvoiceResult:  # noqa: ARG002 - __init__ took it
        """Bring the month to an end: ``Issued``, ``Voided``, or ``Collected`` when nothing was left to invoice."""
        await self._bring_to_an_end()
        return TripInvoiceResult(state=self.state, documents=self.documents)

    async def _draft(self) -> InvoiceState | None:
        if not self.drafts:
            self._at("consolidate")
            made = await workflow.execute_activity_method(
                MonthlyActivities.consolidate,
                ConsolidateInput(account=self.account, month=self.month, corrections=self.corrections),
                activity_id="consolidate",
                summary=f"the trips of {self.month}",
                **CONSOLIDATE.options(),
            )
            self.drafts = made.drafts
        return None if self.drafts else InvoiceState.COLLECTED


@workflow.defn(name="MonthlyInvoices")
class MonthlyInvoices:
    """A MonthlyInvoice for every account that has something in the month before; those that park do not stop others."""

    @workflow.run
    async def run(self, request: MonthlyInvoicesInput) -> MonthlyInvoicesResult:
        """Start them page by page; how many were started."""
        month = request.month or _month_before(workflow.now().date().isoformat()[:7])
        started, after = request.started, request.after
        while True:
            page = await workflow.execute_activity_method(
                MonthlyActivities.accounts,
                AccountsInput(month=month, after=after, limit=ACCOUNTS_AT_ONCE),
                summary=f"who has trips in {month}",
                **CONSOLIDATE.options(),
            )
            for account in page.accounts:
                started += await _start(month, account)
                after = account
            if len(page.accounts) < ACCOUNTS_AT_ONCE:
                return MonthlyInvoicesResult(month=month, started=started)
            workflow.continue_as_new(MonthlyInvoicesInput(month=month, after=after, started=started))


async def _start(month: str, account: str) -> bool:
    """Start an account's month; not when one is under way, or waits for a person."""
    try:
        await workflow.start_child_workflow(
            MonthlyInvoice.run,
            MonthlyInvoiceInput(month=month, account=account),
            id=monthly_workflow_id(month, account),
            task_queue=WORKFLOWS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(INVOICE_STATE, InvoiceState.RUNNING), SearchAttributePair(MONTH, month)]
            ),
            static_summary=f"the trips of {month}",
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def _month_before(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year - (number == 1)}-{12 if number == 1 else number - 1:02}"

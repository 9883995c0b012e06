"""AuditNumbers: every number has what belongs to it. Runs by the schedule; ``docs/audit.md`` has the rules."""

from datetime import UTC, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.auditing import AuditActivities
    from activities.messages import AuditInput, AuditSummary
    from workflows.details import audit_story
    from workflows.messages import AuditNumbersInput
    from workflows.policies import AUDIT
    from workflows.search_attributes import AUDIT_FINDINGS


@workflow.defn(name="AuditNumbers")
class AuditNumbers:
    """One audit. What it finds is its result and no failure: it fails only when the stores could not be read."""

    @workflow.run
    async def run(self, request: AuditNumbersInput) -> AuditSummary:
        """Audit all series, and show what was found where operators look."""
        now = workflow.now()
        since = now.astimezone(UTC).date() - timedelta(days=request.since_days) if request.since_days else None
        summary = await workflow.execute_activity_method(
            AuditActivities.audit,
            AuditInput(
                now=now, grace=timedelta(minutes=request.grace_minutes), since=since, documents=request.documents
            ),
            activity_id="audit",
            summary="walk every series, then every day",
            **AUDIT.options(),
        )
        workflow.set_current_details(audit_story(summary))
        workflow.upsert_search_attributes([AUDIT_FINDINGS.value_set(summary.found)])
        return summary

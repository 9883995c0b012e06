"""The live details of an invoice, as Markdown for the Web UI: what a person on call wants to read first."""

from collections.abc import Sequence

from activities.messages import AuditSummary, IssuedDocument
from workflows.messages import Failure, Status
from workflows.search_attributes import InvoiceState

STEPS = ("fetch", "preprocess", "number", "render", "record", "announce")


def story(status: Status, called: str, steps: Sequence[str] = STEPS) -> str:
    """State, steps with marks, numbers, documents; for a parked invoice the reason and the ways on.

    ``called`` is how the commands that mend it call it.
    """
    parts = [f"**{status.state}** · trip `{status.trip_id}`", _steps(status.state, status.step, steps)]
    if status.numbers:
        parts.append("Numbers: " + ", ".join(f"`{number}`" for number in status.numbers))
    parts += [_document(document) for document in status.documents]
    if status.failure is not None:
        parts += _way_on(called, status.failure)
    return "\n\n".join(parts)


def _steps(state: str, step: str, steps: Sequence[str]) -> str:
    here = steps.index(step) if step in steps else 0
    done = len(steps) if state == InvoiceState.ISSUED else here
    marks = ["✓" if i < done else "✗" if state == InvoiceState.PARKED else "…" for i in range(done + 1)]
    return " → ".join(f"{marks[i]} {name}" if i < len(marks) else name for i, name in enumerate(steps))


def _document(document: IssuedDocument) -> str:
    sha = f" · sha256 `{document.pdf.sha256[:16]}…`" if document.pdf else ""
    return f"{document.state}: {document.document.contract} `{document.number}` · {document.total}{sha}"


def _way_on(which: str, failure: Failure) -> list[str]:
    return [
        f"Parked at **{failure.step}**: `{failure.code}`",
        f"> {failure.reason}",
        "Mend the cause, then go on with the update `resume`, or end it with `void`:",
        f"```\ntripinvoice resume {which} --reason '…'\ntripinvoice void {which} --reason '…'\n```",
    ]


def audit_story(summary: AuditSummary) -> str:
    """What an audit found: counts by rule, and the first findings with their numbers."""
    walked = f"{summary.numbers:,} numbers in {summary.series:,} series, {summary.under_way:,} under way"
    if not summary.found:
        return f"✓ **In order**: {walked}"
    rules = [f"- `{rule}`: {count:,}" for rule, count in sorted(summary.findings.items())]
    first = [f"- `{told.number}` {told.rule}: {told.detail}" for told in summary.first]
    return "\n\n".join(
        [
            f"✗ **{summary.found:,} findings**, {summary.holes:,} holes: {walked}",
            "\n".join(rules),
            "\n".join(first),
            "What each means and what helps: `docs/audit.md`. All of them: `tripinvoice audit`.",
        ]
    )

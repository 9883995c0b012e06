"""The live details of a rollout, as Markdown for the Web UI: where it is, what was measured, what to do."""

from collections.abc import Sequence
from datetime import datetime

from tripinvoice.rollouts.judgement import Measured
from tripinvoice.rollouts.plan import Plan
from workflows.messages import Reading, RollBack, RolloutEvent, RolloutStatus
from workflows.search_attributes import RolloutState

EVENTS_SHOWN = 10


def rollout_story(status: RolloutStatus, plan: Plan) -> str:
    """State and stages with marks, the last measurement with its verdict, the ways on, the latest changes."""
    parts = [f"**{status.state}** · `{status.candidate}` for `{status.scope}`", _stages(status, plan)]
    if status.ended is not None:
        parts += _ended(status.ended)
    if status.paused is not None:
        parts.append(f"Paused by {status.paused.by}: {status.paused.reason}")
    if status.reading is not None:
        parts += _reading(status.reading)
    if status.trouble:
        parts.append(f"Trouble: {status.trouble}")
    parts += [_commands(status), _events(status.events)]
    return "\n\n".join(part for part in parts if part)


def _stages(status: RolloutStatus, plan: Plan) -> str:
    """``✓`` is behind us, ``…`` in force, ``✗`` where it went back."""
    done, here = status.stage - 1, "…" if status.entered else "→"
    if status.state == RolloutState.COMPLETED:
        done = len(plan.stages)
    elif status.state == RolloutState.ROLLED_BACK:
        here = "✗"
    marks = ["✓" if no < done else here if no == done else "·" for no in range(len(plan.stages))]
    asks = [" (approval)" if stage.needs_approval else "" for stage in plan.stages]
    return "\n".join(f"{mark} {stage}{ask}  " for mark, stage, ask in zip(marks, plan.stages, asks, strict=True))


def _ended(back: RollBack) -> list[str]:
    lines = [f"Rolled back by {back.by}: {back.reason}"]
    if back.cause:
        lines += [f"Cause `{back.cause}`", "\n".join(f"- `{path}`" for path in back.paths)]
    if back.sample:
        lines.append(f"For example trip `{back.sample}`: `tripinvoice compare {back.sample}`")
    return lines


def _reading(reading: Reading) -> list[str]:
    rows = [
        "| | compared | differ | failed | p95 current | p95 candidate |",
        "|---|---|---|---|---|---|",
        _row("this stage", reading.overall),
        _row("lately", reading.lately),
    ]
    return [f"{_at(reading.at)} **{reading.verdict}**: {'; '.join(reading.reasons)}", "\n".join(rows)]


def _row(name: str, measured: Measured) -> str:
    counts = f"{measured.compared:,} | {measured.net_different:,} | {measured.failed:,}"
    return f"| {name} | {counts} | {_seconds(measured.current_p95)} | {_seconds(measured.candidate_p95)} |"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value * 1000:,.0f} ms"


def _commands(status: RolloutStatus) -> str:
    scope = status.scope
    match status.state:
        case RolloutState.COMPLETED | RolloutState.ROLLED_BACK:
            lines = [f"tripinvoice rollout history {scope}"]
        case RolloutState.AWAITING_APPROVAL:
            lines = [f"tripinvoice rollout approve {scope}"]
        case RolloutState.PAUSED:
            lines = [f"tripinvoice rollout resume {scope} --reason '…'"]
        case _:
            lines = [f"tripinvoice rollout pause {scope} --reason '…'"]
    if status.state != RolloutState.ROLLED_BACK:
        lines.append(f"tripinvoice rollout rollback {scope} --reason '…'")
    return "\n".join(["```", *lines, "```"])


def _events(events: Sequence[RolloutEvent]) -> str:
    shown = reversed(events[-EVENTS_SHOWN:])
    return "\n".join(f"- {_at(one.at)} {one.what} · {one.by}{': ' + one.reason if one.reason else ''}" for one in shown)


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"

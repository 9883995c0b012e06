"""Commands that show rollouts and change nothing: rollout plan, status, history."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from starter.cli.output import Json, emit, moment, safe, stderr, stdout, table
from starter.cli.rollout import PlanFile, ScopeName

if TYPE_CHECKING:
    from starter.rollout_views import RolloutView
    from tripinvoice.rollouts.judgement import Measured
    from tripinvoice.rollouts.plan import Plan
    from tripinvoice.rollouts.rollout import KillSwitch
    from workflows.messages import RolloutStatus


def plan(
    scope: Annotated[
        str | None, typer.Argument(metavar="[SCOPE]", help="Such as DE/rides; may be left out when the file names it.")
    ] = None,
    *,
    candidate: Annotated[
        str, typer.Option(metavar="NAME", help="The candidate; may be left out when the file names it.")
    ] = "",
    plan: PlanFile = None,
    as_json: Json = False,
) -> None:
    """Print the usual plan as a file to change, or check the plan in a file and print it with all that it leaves out.

    Accounts in it are printed as the hashes that are kept of them.
    """
    from starter.cli import rolled
    from tripinvoice import contract
    from tripinvoice.rollouts.plan_file import write_plan

    read = rolled.plan_of(scope, candidate, plan)
    contract.task_queue(read.candidate)
    if as_json:
        emit(_plain_plan(read))
    else:
        typer.echo(write_plan(read), nl=False)


def status(
    scope: Annotated[
        str | None, typer.Argument(metavar="[SCOPE]", help="Only this one, with all that is known of it.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show all rollouts: which part of which trips a candidate has, at which stage its plan is, and why it waits.

    Works without a Temporal server too: then it shows what is in force, and no plans.
    """
    from starter.cli import rolled

    found = asyncio.run(rolled.find(scope))
    if as_json:
        emit(
            {"kill_switch": rolled.plain_switch(found.kill_switch), "rollouts": [_plain(one) for one in found.rollouts]}
        )
    else:
        console = stdout()
        _print_switch(console, found.kill_switch)
        if scope is None:
            _print_all(console, found.rollouts)
        else:
            _print_one(console, found.rollouts[0])
    if found.trouble:
        stderr().print(safe(f"plans are not shown: {found.trouble}", "yellow"))


def history(scope: ScopeName, *, as_json: Json = False) -> None:
    """Show every version of a scope's rollout, the latest first: what it was, when, by whom and why."""
    from starter.cli import rolled

    versions = asyncio.run(rolled.history(scope))
    if as_json:
        for one in versions:
            emit(rolled.plain(one))
        return
    made = table(">version", "when", "rollout", "by", "why")
    for one in versions:
        made.add_row(
            str(one.version), moment(one.changed_at), safe(rolled.told(one)), safe(one.changed_by), safe(one.reason)
        )
    stdout().print(made)


# --- text ----------------------------------------------------------------------------------------------------------


def _print_switch(console: Console, switch: "KillSwitch | None") -> None:
    if switch is not None and switch.on:
        told = f"KILL SWITCH ON since {moment(switch.changed_at)} by {switch.changed_by}: {switch.reason}"
        console.print(safe(told, "bold red"))


def _print_all(console: Console, rollouts: "Sequence[RolloutView]") -> None:
    from starter.cli import rolled

    if not rollouts:
        console.print("no rollouts")
        return
    made = table("scope", "rollout", "plan", "stage", "verdict")
    for one in rollouts:
        told = one.watch.told if one.watch else None
        made.add_row(
            safe(one.scope),
            safe(rolled.told(one.stored) if one.stored else "not begun"),
            _plan_state(one),
            safe(f"{told.stage} of {len(told.stages)}" if told else ""),
            safe("; ".join(_verdict(told)) if told else ""),
        )
    console.print(made)


def _plan_state(one: "RolloutView") -> Text:
    if one.watch is None:
        return safe("by hand", "dim")
    state = one.watch.told.state if one.watch.told else one.watch.state or one.watch.status
    colours = {"AwaitingApproval": "bold yellow", "Paused": "yellow", "RolledBack": "red", "Completed": "green"}
    ended = "" if one.watched or state in {"RolledBack", "Completed"} else f" ({one.watch.status})"
    return safe(f"{state}{ended}", colours.get(state, "cyan"))


def _verdict(told: "RolloutStatus") -> tuple[str, ...]:
    if told.ended is not None:
        return (told.ended.reason,)
    if told.paused is not None:
        return (f"paused by {told.paused.by}: {told.paused.reason}",)
    if told.reading is None:
        return (told.trouble,) if told.trouble else ()
    return (f"{told.reading.verdict}: {'; '.join(told.reading.reasons)}", *((told.trouble,) if told.trouble else ()))


def _print_one(console: Console, one: "RolloutView") -> None:
    from starter.cli import rolled

    stored = one.stored
    console.print(safe(f"{one.scope}: {rolled.told(stored) if stored else 'not begun'}", "bold"))
    if stored is not None:
        changed = f"version {stored.version}, {moment(stored.changed_at)} by {stored.changed_by}: {stored.reason}"
        console.print(safe(changed), soft_wrap=True)
    console.print(Text.assemble("plan: ", _plan_state(one)))
    told = one.watch.told if one.watch else None
    if told is None:
        if one.watch is not None:
            console.print("no worker answers for the plan; start one with `tripinvoice worker`")
        return
    for number, stage in enumerate(told.stages, 1):
        mark = "✓" if number < told.stage or told.state == "Completed" else "→" if number == told.stage else "·"
        console.print(safe(f"  {mark} {stage}"))
    for line in _verdict(told):
        console.print(safe(line), soft_wrap=True)
    if told.reading is not None:
        made = table("", ">compared", ">differ", ">failed", ">p95 current", ">p95 candidate")
        made.add_row("this stage", *_cells(told.reading.overall))
        made.add_row("lately", *_cells(told.reading.lately))
        console.print(made)
    for event in reversed(told.events):
        why = f": {event.reason}" if event.reason else ""
        console.print(safe(f"{moment(event.at)}  {event.what}, {event.by}{why}"), soft_wrap=True)


def _cells(measured: "Measured") -> tuple[str, ...]:
    seconds = [
        "" if value is None else f"{value * 1000:,.0f} ms" for value in (measured.current_p95, measured.candidate_p95)
    ]
    return (f"{measured.compared:,}", f"{measured.net_different:,}", f"{measured.failed:,}", *seconds)


# --- JSON ----------------------------------------------------------------------------------------------------------


def _plain(one: "RolloutView") -> dict[str, object]:
    from starter.cli import rolled

    told = one.watch.told if one.watch else None
    return {
        "scope": str(one.scope),
        "stored": rolled.plain(one.stored) if one.stored else None,
        "plan": {
            "workflow_id": one.watch.workflow_id,
            "status": one.watch.status,
            "state": told.state if told else one.watch.state,
            "told": asdict(told) if told else None,
        }
        if one.watch
        else None,
    }


def _plain_plan(plan: "Plan") -> dict[str, object]:
    from tripinvoice.rollouts.plan_file import duration_text

    return {
        **asdict(plan),
        "scope": str(plan.scope),
        "interval": duration_text(plan.interval),
        "stages": [{**asdict(stage), "min_time": duration_text(stage.min_time)} for stage in plan.stages],
    }

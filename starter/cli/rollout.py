"""Commands that change rollouts: rollout start, approve, pause, resume, rollback, set, kill, unkill."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.output import Json, emit, safe, stderr, stdout

MAX_REASON, MAX_BY = 300, 100  # characters, as the workflow has them

ScopeName = Annotated[
    str, typer.Argument(metavar="SCOPE", help="Country and line of business, such as DE/rides; each may be *.")
]
Candidate = Annotated[str, typer.Option(metavar="NAME", help="The candidate: which implementation of preprocess.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", metavar="FILE", help="The plan, in TOML (docs/rollouts.md).")]
Reason = Annotated[
    str, typer.Option(metavar="TEXT", help="Why, for the next reader: 1 to 300 characters, no names or addresses.")
]
By = Annotated[str | None, typer.Option(metavar="WHO", help="Who does it, for the history.  [default: the login name]")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")]


class Wanted(StrEnum):
    """The modes, as ``--mode`` takes them."""

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"
    FULL = "full"


def start(  # noqa: PLR0913 - one parameter an option
    scope: ScopeName,
    *,
    candidate: Annotated[
        str, typer.Option(metavar="NAME", help="The candidate; may be left out when the plan names it.")
    ] = "",
    plan: PlanFile = None,
    over: Annotated[bool, typer.Option("--over", help="Also when the scope has a rollout in use.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Start the plan of a rollout: a workflow that brings a candidate from shadow to full, stage by stage.

    It goes on by itself when a stage has compared enough and kept all thresholds, waits where somebody must approve,
    and takes the candidate out of use within one interval when a threshold breaks. Without --plan it follows the usual
    plan, which `tripinvoice rollout plan` prints. The same command again changes nothing.
    """
    from starter.cli import rolled
    from starter.rolling import LOOK

    read = rolled.plan_of(scope, candidate, plan)
    started = asyncio.run(rolled.start(read, _who(by), over=over))
    said = "started" if started else "under way already"
    if as_json:
        emit({"scope": str(read.scope), "candidate": read.candidate, "outcome": said})
    else:
        stdout().print(safe(f"{read.scope}: rollout of {read.candidate} {said}; {LOOK} {read.scope}"))


def approve(scope: ScopeName, *, by: By = None, as_json: Json = False) -> None:
    """Let a plan go on to the stage that waits for approval.

    Only what waits can be approved: look with `tripinvoice rollout status` first. It is judged once more, then begins.
    """
    from starter.cli import rolled

    _say(scope, asyncio.run(rolled.approve(scope, _who(by))), as_json=as_json)


def pause(scope: ScopeName, *, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Keep a plan at the stage where it is. What breaks its thresholds still takes the candidate out of use."""
    from starter.cli import rolled

    _say(scope, asyncio.run(rolled.pause(scope, _who(by), checked(reason))), as_json=as_json)


def resume(scope: ScopeName, *, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Let a paused plan go on. A stage that somebody changed by hand meanwhile begins again."""
    from starter.cli import rolled

    _say(scope, asyncio.run(rolled.resume(scope, _who(by), checked(reason))), as_json=as_json)


def rollback(scope: ScopeName, *, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Take a candidate out of use in a scope, now, and end its plan.

    The rollout is turned off in the store first, which needs no Temporal server: within ten seconds every bridge sends
    new trips to the current implementation alone. Trips under way keep the part that they have. Then the plan's
    workflow is told; one that cannot be told ends by itself when it looks again.
    """
    from starter.cli import rolled

    done = asyncio.run(rolled.rollback(scope, _who(by), checked(reason)))
    if as_json:
        emit({"scope": scope, "version": done.version, "plan": done.plan})
    else:
        version = "never was in use" if done.version is None else f"off, version {done.version}"
        stdout().print(safe(f"{scope}: {version}; {done.plan}"))
    if done.trouble:
        stderr().print(safe(f"the plan's workflow was not told: {done.trouble}", "yellow"))


def set_(  # noqa: PLR0913 - one parameter an option
    scope: ScopeName,
    *,
    candidate: Candidate,
    mode: Annotated[Wanted, typer.Option(help="What the candidate is used for.")],
    live: Annotated[
        str | None, typer.Option(metavar="SHARE", help="In mode live: the part of trips that it leads, such as 5%.")
    ] = None,
    sample: Annotated[
        str, typer.Option(metavar="SHARE", help="Of the other trips (full: of all), on how many both are compared.")
    ] = "100%",
    noise: Annotated[
        str | None, typer.Option(metavar="SHARE", help="On how many of those the current one runs twice.")
    ] = None,
    deadline_ms: Annotated[int | None, typer.Option(help="What the candidate may take for a trip.")] = None,
    allow: Annotated[list[str] | None, typer.Option(metavar="ACCOUNT", help="Always live for this account.")] = None,
    shadow: Annotated[list[str] | None, typer.Option(metavar="ACCOUNT", help="Only compared for this account.")] = None,
    deny: Annotated[list[str] | None, typer.Option(metavar="ACCOUNT", help="Never used for this account.")] = None,
    reason: Reason = "set by hand",
    by: By = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Set a rollout by hand, for who wants no plan. Nobody watches it then.

    It takes effect within ten seconds. Accounts are named as the money systems name them and are kept as hashes; those
    that are given replace all that were. A plan that is under way in the scope notices and pauses.
    """
    from starter.cli import rolled
    from starter.cli.mend import confirm

    if mode is Wanted.FULL:
        confirm(f"Issue the drafts of {candidate} on every trip of {scope}?", yes=yes)
    wish = rolled.wish_of(
        scope, candidate, mode, live, sample, noise, deadline_ms, {"allow": allow, "shadow": shadow, "deny": deny}
    )
    stored = asyncio.run(rolled.set_by_hand(wish, _who(by), checked(reason)))
    if as_json:
        emit(rolled.plain(stored))
    else:
        stdout().print(safe(f"{stored.scope}: {rolled.told(stored)}, version {stored.version}"))


def kill(*, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Take all candidates out of use, everywhere, within ten seconds. No rollout is changed, and plans hold."""
    _turn(on=True, reason=reason, by=by, as_json=as_json)


def unkill(*, reason: Reason, by: By = None, as_json: Json = False) -> None:
    """Turn the kill switch off: all rollouts are as they were, and plans go on."""
    _turn(on=False, reason=reason, by=by, as_json=as_json)


def _turn(*, on: bool, reason: str, by: str | None, as_json: bool) -> None:
    from starter.cli import rolled

    switch = asyncio.run(rolled.turn_switch(on=on, by=_who(by), reason=checked(reason)))
    if as_json:
        emit(rolled.plain_switch(switch))
    else:
        stdout().print(safe(f"kill switch {'on' if switch.on else 'off'}, by {switch.changed_by}: {switch.reason}"))
    if switch.on is not on:
        raise CommandError("somebody turned it the other way meanwhile")


def checked(reason: str) -> str:
    """The reason, which must be one."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise CommandError(f"--reason: say why in 1 to {MAX_REASON} characters", Exit.USAGE)
    return reason


def _who(by: str | None) -> str:
    """Who does it: the login name, where there is one."""
    import getpass

    if by is None:
        try:
            by = getpass.getuser()
        except (KeyError, OSError):  # a container whose user has no name
            raise CommandError("--by: say who does it, this user has no name", Exit.USAGE) from None
    if not by.strip() or len(by) > MAX_BY:
        raise CommandError(f"--by: say who in 1 to {MAX_BY} characters", Exit.USAGE)
    return by


def _say(scope: str, said: str, *, as_json: bool) -> None:
    if as_json:
        emit({"scope": scope, "outcome": said})
    else:
        stdout().print(safe(f"{scope}: {said}"))

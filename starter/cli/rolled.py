"""What the commands about rollouts do, between the operator's words, the stores and the plan's workflow."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from starter import rolling
from starter.cli import failures
from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.session import temporal
from starter.rolling import LOOK, ByHand
from starter.rollout_views import RolloutView, stored_views, views
from tripinvoice.errors import ConfigurationError, NotFoundError, TripInvoiceError
from tripinvoice.ports import Rollouts
from tripinvoice.rollouts.plan import Plan
from tripinvoice.rollouts.plan_file import ACCOUNT_LISTS, account_of, basis_points, percent_text, read_plan, usual_plan
from tripinvoice.rollouts.rollout import ALL, KillSwitch, Mode, Rollout, Scope, Toggles
from tripinvoice.settings import read_settings
from tripinvoice.wiring import Wiring
from workflows.messages import Pause

MAX_PLAN = 256 * 1024  # bytes
TEMPORAL_PATIENCE = 10.0  # seconds: whatever takes a candidate out of use must not hang on a server

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class TurnedOff:
    """What ``rollback`` did: the version that is off (``None``: there was none), and what became of the plan."""

    version: int | None
    plan: str
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that ``status`` shows; ``trouble`` is why the plans' workflows are not shown."""

    rollouts: Sequence[RolloutView]
    kill_switch: KillSwitch | None
    trouble: str = ""


# --- what the operator names ---------------------------------------------------------------------------------------


def plan_of(scope: str | None, candidate: str, file: Path | None) -> Plan:
    """The plan of a file, or the usual one."""
    named = Scope.parse(scope) if scope is not None else None
    if file is None:
        if named is None or not candidate:
            raise CommandError("say SCOPE and --candidate, or --plan with a file that does", Exit.USAGE)
        return usual_plan(named, candidate)
    return read_plan(_text_of(file), scope=named, candidate=candidate)


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_PLAN:
            raise CommandError(f"--plan: a plan has at most {MAX_PLAN} bytes", Exit.USAGE)
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--plan: the file cannot be read ({type(error).__name__})", Exit.USAGE) from None


def wish_of(  # noqa: PLR0913, PLR0917 - what the command takes, in its order
    scope: str,
    candidate: str,
    mode: str,
    live: str | None,
    sample: str,
    noise: str | None,
    deadline_ms: int | None,
    accounts: Mapping[str, Sequence[str] | None],
) -> ByHand:
    """A rollout as the options name it."""
    wanted = Mode(mode)
    if (live is not None) is not (wanted is Mode.LIVE):
        raise CommandError("--live: goes with --mode live, and with no other", Exit.USAGE)
    return ByHand(
        scope=Scope.parse(scope),
        candidate=candidate,
        mode=wanted,
        live=_points("--live", live) if live is not None else 0,
        sample=_points("--sample", sample),
        noise=None if noise is None else _points("--noise", noise),
        deadline_ms=deadline_ms,
        accounts=_accounts(accounts),
    )


def _points(option: str, text: str) -> int:
    try:
        return basis_points(text)
    except ValueError:
        raise CommandError(f"{option}: expected a share such as 5% or 0.5%, in steps of 0.01%", Exit.USAGE) from None


def _accounts(lists: Mapping[str, Sequence[str] | None]) -> dict[str, Mode] | None:
    named = [(account_of(name), ACCOUNT_LISTS[which]) for which, names in lists.items() for name in names or ()]
    accounts = dict(named)
    if len(accounts) < len(named):
        raise CommandError("--allow, --shadow, --deny: an account is named twice", Exit.USAGE)
    return accounts or None


# --- a plan and its workflow ---------------------------------------------------------------------------------------


async def start(plan: Plan, by: str, *, over: bool) -> bool:
    """Start the plan; whether it was started."""
    client = await temporal()
    async with Wiring(read_settings()) as wiring:
        return await rolling.start(client, wiring.rollouts, plan, by, over=over)


async def approve(scope: str, by: str) -> str:
    """What the workflow says."""
    return await rolling.approve(await temporal(), Scope.parse(scope), by)


async def pause(scope: str, by: str, reason: str) -> str:
    """What the workflow says."""
    return await rolling.pause(await temporal(), Scope.parse(scope), Pause(by=by, reason=reason))


async def resume(scope: str, by: str, reason: str) -> str:
    """What the workflow says."""
    return await rolling.resume(await temporal(), Scope.parse(scope), Pause(by=by, reason=reason))


async def rollback(scope: str, by: str, reason: str) -> TurnedOff:
    """Turn it off in the store, then tell the workflow; when the store is away, the workflow does it when it can."""
    where = Scope.parse(scope)
    store_trouble: TripInvoiceError | None = None
    off: Rollout | None = None
    try:
        off = await _stored(lambda rollouts, now: rolling.turn_off(rollouts, where, by, reason, now))
    except ConfigurationError:
        raise
    except TripInvoiceError as error:
        store_trouble = error
    told, trouble = await _tell(where, by, reason)
    if store_trouble is not None:
        after = "; its plan is told and turns it off as soon as the store answers" if told else ""
        raise CommandError(f"{where}: not turned off: {store_trouble.message}{after}")
    if off is None and not told:
        if trouble:
            raise CommandError(f"{where}: no rollout is stored, and its plan was not told: {trouble}")
        raise NotFoundError(f"{where}: no rollout; `{LOOK}` shows all", field="scope")
    ends = "its plan ends when it looks again" if trouble else "no plan was under way"
    return TurnedOff(
        version=off.version if off else None, plan="its plan is told, and ends" if told else ends, trouble=trouble
    )


async def _tell(scope: Scope, by: str, reason: str) -> tuple[bool, str]:
    """Whether the workflow was told, and why not."""

    async def tell(client: Client) -> bool:
        return await rolling.tell_turned_off(client, scope, by, reason)

    return await _of_temporal(tell, nothing=False)


async def _of_temporal(ask: Callable[[Client], Any], *, nothing: Answer) -> tuple[Answer, str]:
    """What Temporal answers, or why it does not."""
    try:
        async with asyncio.timeout(TEMPORAL_PATIENCE):
            return await ask(await temporal()), ""
    except (TripInvoiceError, RPCError) as error:
        return nothing, failures.told(error)[0]
    except TimeoutError:
        return nothing, "Temporal does not answer"


# --- by hand -------------------------------------------------------------------------------------------------------


async def set_by_hand(wish: ByHand, by: str, reason: str) -> Rollout:
    """What is stored then."""
    return await _stored(lambda rollouts, now: rolling.set_by_hand(rollouts, wish, by, reason, now))


async def turn_switch(*, on: bool, by: str, reason: str) -> KillSwitch:
    """How it is then."""
    return await _stored(lambda rollouts, now: rolling.turn_switch(rollouts, on=on, by=by, reason=reason, now=now))


async def _stored(change: Callable[[Rollouts, datetime], Answer]) -> Answer:
    async with Wiring(read_settings()) as wiring:
        return await asyncio.to_thread(change, wiring.rollouts, wiring.clock.now())


# --- looking -------------------------------------------------------------------------------------------------------


async def find(scope: str | None) -> Found:
    """All rollouts, or the scope's. Raises ``NotFoundError`` when it has none."""
    only = Scope.parse(scope) if scope is not None else None
    toggles: Toggles = await _stored(lambda rollouts, _: rollouts.toggles())

    async def ask(client: Client) -> Sequence[RolloutView]:
        return await views(client, toggles, only)

    found, trouble = await _of_temporal(ask, nothing=stored_views(toggles, only))
    if only is not None and not found:
        raise NotFoundError(f"{only}: no rollout; `{LOOK}` shows all", field="scope")
    return Found(rollouts=found, kill_switch=toggles.kill_switch, trouble=trouble)


async def history(scope: str) -> Sequence[Rollout]:
    """All versions, the latest first. Raises ``NotFoundError``."""
    where = Scope.parse(scope)
    versions: Sequence[Rollout] = await _stored(lambda rollouts, _: rollouts.history(where))
    if not versions:
        raise NotFoundError(f"{where}: no rollout; `{LOOK}` shows all", field="scope")
    return versions


def told(rollout: Rollout) -> str:
    """A rollout's use in a few words: ``go, live 5 %, 100 % of the rest compared``."""
    what = {
        Mode.OFF: "off",
        Mode.SHADOW: f"shadow on {percent_text(rollout.sample)}",
        Mode.LIVE: f"live {percent_text(rollout.live)}, {percent_text(rollout.sample)} of the rest compared",
        Mode.FULL: f"full, {percent_text(rollout.sample)} compared",
    }
    accounts = f", {len(rollout.accounts)} accounts apart" if rollout.accounts else ""
    return f"{rollout.candidate}, {what[rollout.mode]}{accounts}"


def plain(rollout: Rollout) -> dict[str, object]:
    """A stored rollout as the JSON has it. Shares are basis points: 10,000 is everything."""
    return {
        "scope": str(rollout.scope),
        "candidate": rollout.candidate,
        "mode": rollout.mode,
        "live": ALL if rollout.mode is Mode.FULL else rollout.live,
        "sample": rollout.sample,
        "noise": rollout.noise,
        "deadline_ms": rollout.deadline_ms,
        "accounts": dict(rollout.accounts),
        "version": rollout.version,
        "changed_at": rollout.changed_at,
        "changed_by": rollout.changed_by,
        "reason": rollout.reason,
    }


def plain_switch(switch: KillSwitch | None) -> dict[str, object] | None:
    """The kill switch as the JSON has it."""
    if switch is None:
        return None
    return {
        "on": switch.on,
        "changed_at": switch.changed_at,
        "changed_by": switch.changed_by,
        "reason": switch.reason,
    }

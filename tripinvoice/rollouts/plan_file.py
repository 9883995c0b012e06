"""The plan of a rollout as a file: from TOML to a :class:`Plan`, and back.

The format is in ``docs/rollouts.md``. Every error names the field and says how to mend it. Accounts are written as the
money systems call them and become keys here, so that no plan that is stored or shown names a customer.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from tripinvoice.errors import ConfigurationError
from tripinvoice.invoice import account_key
from tripinvoice.rollouts.plan import USUAL_STAGES, Plan, Stage, Thresholds
from tripinvoice.rollouts.rollout import ALL, Mode, Scope

MAX_ACCOUNTS = 1_000
KEY = "key:"
"""Before an account that is written as its key already."""

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_KEY = re.compile(r"[0-9a-f]{32}")
_ASKS = {Mode.FULL: "  # begins only when somebody approves"}
ACCOUNT_LISTS = {"allow": Mode.LIVE, "shadow": Mode.SHADOW, "deny": Mode.OFF}


def percent(text: object) -> Decimal:
    """``2.5 %`` as a share of one. Raises ``ValueError``."""
    if isinstance(text, str) and (match := _PERCENT.fullmatch(text)) and (share := Decimal(match[1]) / 100) <= 1:
        return share
    raise ValueError


def basis_points(text: object) -> int:
    """``2.5%`` as 250. Raises ``ValueError``, also for what is no whole number of basis points."""
    points = percent(text) * ALL
    if points != int(points):
        raise ValueError
    return int(points)


def _duration(text: object) -> timedelta:
    if isinstance(text, str) and (match := _DURATION.fullmatch(text)):
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    raise ValueError


def _decimal(value: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    raise ValueError


_Points = Annotated[int, BeforeValidator(basis_points)]
_Share = Annotated[Decimal, BeforeValidator(percent)]
_Time = Annotated[timedelta, BeforeValidator(_duration)]
_Text = Annotated[str, StringConstraints(max_length=100, pattern=r"^[ -~]*$")]
_Account = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Stage(_Part):
    mode: Annotated[Mode, Field(strict=False)]
    share: _Points = ALL
    sample: _Points = ALL
    min_samples: int = Stage.min_samples
    min_time: _Time = Stage.min_time
    approval: bool = False


class _Thresholds(_Part):
    net_mismatch: _Share = Thresholds.net_mismatch
    candidate_errors: _Share = Thresholds.candidate_errors
    p95_ratio: Annotated[Decimal, BeforeValidator(_decimal), Field(ge=1, le=1_000)] = Thresholds.p95_ratio


class _Accounts(_Part):
    allow: tuple[_Account, ...] = Field(default=(), strict=False)
    shadow: tuple[_Account, ...] = Field(default=(), strict=False)
    deny: tuple[_Account, ...] = Field(default=(), strict=False)


class _File(_Part):
    scope: str = ""
    candidate: _Text = ""
    salt: _Text = ""
    interval: _Time = Plan.interval
    deadline_ms: int = Plan.deadline_ms
    noise: _Points = Plan.noise
    thresholds: _Thresholds = _Thresholds()
    stage: tuple[_Stage, ...] = Field(default=(), strict=False)
    accounts: _Accounts = _Accounts()


_REMEDIES = {
    "scope": "a text such as 'DE/rides'",
    "candidate": "a text, the candidate's name",
    "salt": "a text of at most 100 ASCII characters",
    "interval": "a time such as '30s' or '1m'",
    "deadline_ms": "whole milliseconds",
    "noise": "a share such as '2 %', in steps of 0.01 %",
    "thresholds": "a table of net_mismatch, candidate_errors and p95_ratio",
    "net_mismatch": "a share such as '0 %' or '0.1 %'",
    "candidate_errors": "a share such as '1 %'",
    "p95_ratio": "a number from 1 to 1000",
    "stage": "a list of [[stage]]",
    "mode": "shadow, live or full",
    "share": "a share such as '10 %', in steps of 0.01 %",
    "sample": "a share such as '10 %', in steps of 0.01 %",
    "min_samples": "a whole number",
    "min_time": "a time such as '10m', '2h' or '1d'",
    "approval": "true or false",
    "accounts": "a table of the lists allow, shadow and deny",
    "allow": "a list of accounts",
    "shadow": "a list of accounts",
    "deny": "a list of accounts",
}


def usual_plan(scope: Scope, candidate: str) -> Plan:
    """The plan for who has no reason for another."""
    return Plan(scope=scope, candidate=candidate, salt=f"{scope} {candidate}")


def read_plan(text: str, *, scope: Scope | None = None, candidate: str = "") -> Plan:
    """The plan in this text, for this scope and candidate where it names none. Raises ``ConfigurationError``."""
    file = _read(text)
    here = Scope.parse(file.scope) if file.scope else scope
    name = file.candidate or candidate
    if here is None or not name:
        missing = "candidate" if here else "scope"
        raise ConfigurationError(f"plan: {missing}: say which, in the file or as an argument", field=missing)
    if scope not in {None, here} or candidate not in {"", name}:
        raise ConfigurationError(f"plan: it is for {name} in {here}, not for what the command names", field="scope")
    return Plan(
        scope=here,
        candidate=name,
        salt=file.salt or f"{here} {name}",
        stages=tuple(Stage(**stage.model_dump()) for stage in file.stage) or USUAL_STAGES,
        thresholds=Thresholds(**file.thresholds.model_dump()),
        interval=file.interval,
        noise=file.noise,
        deadline_ms=file.deadline_ms,
        accounts=_accounts(file.accounts),
    )


def write_plan(plan: Plan) -> str:
    """The plan as a file that :func:`read_plan` reads."""
    limits = plan.thresholds
    lines = [
        f'scope = "{plan.scope}"',
        f"candidate = {json.dumps(plan.candidate)}",
        f"salt = {json.dumps(plan.salt)}  # which trips a share holds",
        f'interval = "{duration_text(plan.interval)}"  # how often it is judged',
        f"deadline_ms = {plan.deadline_ms}  # what the candidate may take for a trip",
        f'noise = "{percent_text(plan.noise)}"  # on which part of the compared trips the current one runs twice',
        "",
        "[thresholds]  # one of these broken: the candidate is taken out of use",
        f'net_mismatch = "{_percent(limits.net_mismatch)}"',
        f'candidate_errors = "{_percent(limits.candidate_errors)}"',
        f"p95_ratio = {limits.p95_ratio:f}",
    ]
    for stage in plan.stages:
        lines += ["", "[[stage]]", f'mode = "{stage.mode}"' + _ASKS.get(stage.mode, "")]
        lines += [] if stage.mode is Mode.FULL else [f'share = "{percent_text(stage.share)}"']
        lines += [] if stage.mode is Mode.SHADOW else [f'sample = "{percent_text(stage.sample)}"']
        lines += [f"min_samples = {stage.min_samples}", f'min_time = "{duration_text(stage.min_time)}"']
        lines += ["approval = true"] if stage.approval else []
    if plan.accounts:
        lines += ["", "[accounts]"]
        for name, mode in ACCOUNT_LISTS.items():
            keys = ", ".join(f'"{KEY}{key}"' for key, of in sorted(plan.accounts.items()) if of is mode)
            lines += [f"{name} = [{keys}]"] if keys else []
    return "\n".join(lines) + "\n"


def account_of(text: str) -> str:
    """The key of an account that is written as the money systems call it, or as ``key:`` and its key."""
    key = text.removeprefix(KEY)
    return key if key != text and _KEY.fullmatch(key) else account_key(text)


def percent_text(points: int) -> str:
    """Basis points as a file has them: ``2.5 %``."""
    return _percent(Decimal(points) / ALL)


def duration_text(time: timedelta) -> str:
    """A time as a file has it: ``90s``, ``10m``."""
    seconds = int(time.total_seconds())
    unit, size = next((unit, size) for unit, size in _SECONDS.items() if seconds % size == 0 and (seconds or size == 1))
    return f"{seconds // size}{unit}"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _read(text: str) -> _File:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"plan: not TOML: {error}; docs/rollouts.md shows the format") from None
    try:
        return _File.model_validate(document)
    except ValidationError as error:
        raise _error(error.errors(include_url=False, include_input=False)[0]) from None


def _error(first: Mapping[str, Any]) -> ConfigurationError:
    """By name of the field; a stage is told by its number from 1 on."""
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigurationError(f"plan: {where}: no such field; docs/rollouts.md has them all", field=where)
    field = next(part for part in reversed(first["loc"]) if isinstance(part, str))
    return ConfigurationError(f"plan: {where}: expected {_REMEDIES[field]}", field=where)


def _accounts(file: _Accounts) -> dict[str, Mode]:
    written = [(account_of(name), mode) for field, mode in ACCOUNT_LISTS.items() for name in getattr(file, field)]
    accounts = dict(written)
    if len(accounts) < len(written) or len(accounts) > MAX_ACCOUNTS:
        raise ConfigurationError(f"plan: accounts: at most {MAX_ACCOUNTS}, each in one list and once", field="accounts")
    return accounts

"""The plan of a rollout: its stages, and when it may go on or must go back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import ALL, MAX_DEADLINE_MS, Mode, Scope, check_accounts

MAX_STAGES = 20


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step of a plan.

    ``share`` in basis points is what is sampled in shadow, and what the candidate leads when live; ``sample`` is how
    many of the rest are compared. It goes on after ``min_samples`` compared trips and ``min_time``, and with
    ``approval`` only when somebody approved. Full always asks.
    """

    mode: Mode
    share: int = ALL
    sample: int = ALL
    min_samples: int = 100
    min_time: timedelta = timedelta(minutes=10)
    approval: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be. Raises ``ConfigurationError``."""
        if self.mode is Mode.OFF:
            raise ConfigurationError("stages: a stage is shadow, live or full", field="stages.mode")
        if not 1 <= self.share <= ALL or not 0 <= self.sample <= ALL:
            raise ConfigurationError(f"stages: a share takes 1 to {ALL} basis points", field="stages.share")
        if self.mode is Mode.FULL and (self.share != ALL or not self.sample):
            raise ConfigurationError(
                "stages: full is for all trips, and needs a sample to be judged by", field="stages.sample"
            )
        if self.min_samples < 1 or self.min_time < timedelta():
            raise ConfigurationError("stages: min_samples takes 1 or more, min_time no less than 0", field="stages")

    @property
    def needs_approval(self) -> bool:
        """Whether somebody must approve before it begins."""
        return self.approval or self.mode is Mode.FULL

    def __str__(self) -> str:
        """As a person reads it: ``live 5 %``."""
        share = "" if self.mode is Mode.FULL else f" {Decimal(self.share) / 100:f} %"
        return f"{self.mode}{share}"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What breaks a rollout: a share of trips above these, or a ratio of the two 95th percentiles."""

    net_mismatch: Decimal = Decimal(0)
    candidate_errors: Decimal = Decimal("0.01")
    p95_ratio: Decimal = Decimal(5)

    def __post_init__(self) -> None:
        """Refuse what no share can exceed, or every one does. Raises ``ConfigurationError``."""
        for name, share in (("net_mismatch", self.net_mismatch), ("candidate_errors", self.candidate_errors)):
            if not 0 <= share < 1:
                raise ConfigurationError(f"{name}: takes a share from 0 to below 1", field=f"thresholds.{name}")
        if not self.p95_ratio > 0:
            raise ConfigurationError("p95_ratio: takes a number above 0", field="thresholds.p95_ratio")


USUAL_STAGES = (
    Stage(mode=Mode.SHADOW, share=1_000),
    Stage(mode=Mode.SHADOW),
    Stage(mode=Mode.LIVE, share=100),
    Stage(mode=Mode.LIVE, share=1_000),
    Stage(mode=Mode.LIVE, share=5_000),
    Stage(mode=Mode.FULL, sample=1_000),
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a candidate takes over a scope. ``interval`` is how often it is looked at."""

    scope: Scope
    candidate: str
    salt: str
    stages: tuple[Stage, ...] = USUAL_STAGES
    thresholds: Thresholds = Thresholds()
    interval: timedelta = timedelta(minutes=1)
    noise: int = 200
    deadline_ms: int = 2_000
    accounts: Mapping[str, Mode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be followed. Raises ``ConfigurationError``."""
        if not 1 <= len(self.stages) <= MAX_STAGES:
            raise ConfigurationError(f"stages: takes 1 to {MAX_STAGES}", field="stages")
        if not timedelta(seconds=1) <= self.interval <= timedelta(hours=1):
            raise ConfigurationError("interval: takes a second to an hour", field="interval")
        if not 1 <= self.deadline_ms <= MAX_DEADLINE_MS:
            raise ConfigurationError(f"deadline_ms: takes 1 to {MAX_DEADLINE_MS}", field="deadline_ms")
        if not 0 <= self.noise <= ALL:
            raise ConfigurationError(f"noise: takes 0 to {ALL} basis points", field="noise")
        check_accounts(self.accounts)

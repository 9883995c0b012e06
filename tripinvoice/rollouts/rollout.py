"""A rollout: how much of the traffic of a country and line of business a candidate gets.

A *candidate* is a second implementation of preprocess. In *shadow* it runs beside the current one and is only compared;
*live* its drafts are issued for a share of the trips, if the current one agrees; *full* they are issued for all.
Shares are basis points: 10,000 is everything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from tripinvoice.errors import ConfigurationError
from tripinvoice.trip import LineOfBusiness, Trip

ALL = 10_000
"""Basis points of everything."""

ANY = "*"

MAX_DEADLINE_MS = 30_000

_COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166-1 alpha-2


class Mode(StrEnum):
    """What a candidate is used for."""

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"
    FULL = "full"


@dataclass(frozen=True, kw_only=True, order=True)
class Scope:
    """Which trips: a country's (``*``: any) and a line of business's (``*``: any). Written ``DE/rides``."""

    country: str = ANY
    line_of_business: str = ANY

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``DE/rides``, ``DE`` or ``*/rides``. Raises ``ConfigurationError``."""
        country, _, line = text.partition("/")
        line = line or ANY
        known = (country == ANY or _COUNTRY.fullmatch(country)) and (line == ANY or line in set(LineOfBusiness))
        if not known:
            raise ConfigurationError(
                f"scope: takes a country and a line of business ({', '.join(LineOfBusiness)}) such as DE/rides, each "
                "may be *",
                field="scope",
            )
        return cls(country=country, line_of_business=line)

    def covers(self, trip: Trip) -> bool:
        """Whether the trip is one of these."""
        return self.country in {ANY, trip.country} and self.line_of_business in {ANY, trip.line_of_business}

    @property
    def rank(self) -> int:
        """Who wins, the highest: country and line of business, the country, the line of business, all."""
        return 2 * (self.country != ANY) + (self.line_of_business != ANY)

    def __str__(self) -> str:
        """How it is written."""
        return f"{self.country}/{self.line_of_business}"


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """What a scope's trips do with a candidate.

    ``live`` is the share of trips that it leads (mode live), ``sample`` the share of the others on which it runs and is
    compared; in mode full, of all, on which the current one still is. On the share ``noise`` of those the current one
    runs twice, which tells how much it differs from itself. ``accounts`` override the mode by account key
    (:func:`~tripinvoice.invoice.account_key`). ``salt`` decides which trips a share holds. ``version`` grows by one
    with each change; 0 was never stored.
    """

    scope: Scope
    candidate: str
    mode: Mode
    salt: str
    live: int = 0
    sample: int = ALL
    noise: int = 200
    deadline_ms: int = 2_000
    accounts: Mapping[str, Mode] = field(default_factory=dict)
    version: int = 0
    changed_at: datetime
    changed_by: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse shares that are none. Raises ``ConfigurationError``."""
        for name, share in (("live", self.live), ("sample", self.sample), ("noise", self.noise)):
            if not 0 <= share <= ALL:
                raise ConfigurationError(f"{name}: takes 0 to {ALL} basis points", field=name)
        if not 1 <= self.deadline_ms <= MAX_DEADLINE_MS:
            raise ConfigurationError(f"deadline_ms: takes 1 to {MAX_DEADLINE_MS} milliseconds", field="deadline_ms")
        check_accounts(self.accounts)


def check_accounts(accounts: Mapping[str, Mode]) -> None:
    """Refuse overrides that cannot be. Raises ``ConfigurationError``."""
    if Mode.FULL in accounts.values():
        raise ConfigurationError("accounts: may be off, shadow or live; full is for all or nobody", field="accounts")
    if "" in accounts:
        raise ConfigurationError("accounts: an account key is never empty", field="accounts")


@dataclass(frozen=True, kw_only=True)
class KillSwitch:
    """Whether all candidates are out of use, wherever a rollout has them."""

    on: bool
    changed_at: datetime
    changed_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Toggles:
    """All rollouts and the kill switch, as of one moment."""

    rollouts: Sequence[Rollout] = ()
    kill_switch: KillSwitch | None = None

    @property
    def killed(self) -> bool:
        """Whether no candidate may run."""
        return self.kill_switch is not None and self.kill_switch.on

    def at(self, scope: Scope) -> Rollout | None:
        """The rollout of this very scope."""
        return next((rollout for rollout in self.rollouts if rollout.scope == scope), None)

    def of(self, trip: Trip) -> Rollout | None:
        """The most specific rollout that covers the trip."""
        covering = [rollout for rollout in self.rollouts if rollout.scope.covers(trip)]
        return max(covering, key=lambda rollout: rollout.scope.rank, default=None)

"""Which differences are known and allowed for a while: rules with a reason, an owner and a last day.

A file of rules (TOML):

    [[ignore]]
    name = "vehicle-names"
    path = "*.journey.vehicle"      # * is any one name or place, ** any number of them
    scope = "DE/rides"              # as a rollout's; left out: everywhere
    reason = "the candidate writes the maker's name out"
    owner = "invoicing-team"
    expires = 2027-03-31

Money is never ignored without ``tolerance_minor``, the minor units by which amounts may differ. A rule that has expired
still works for two weeks, with a warning; then its differences count. The days are those of UTC.
"""

import fnmatch
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import ANY, Scope

GRACE = timedelta(days=14)
MONEY = frozenset({"minor", "currency"})
"""The fields that money is made of."""

MAX_TOLERANCE = 100

_ANY_NUMBER = "**"


@dataclass(frozen=True, kw_only=True)
class IgnoreRule:
    """One rule; ``expires`` is the last day on which it holds without a warning."""

    name: str
    path: str
    scope: Scope
    tolerance_minor: int | None
    reason: str
    owner: str
    expires: date

    def holds(self, difference: Difference, today: date) -> bool:
        """Whether it lets this difference be."""
        if today > self.expires + GRACE or not _matches(self.path.split("."), difference.path.split(".")):
            return False
        if self.tolerance_minor is not None:
            return _within(difference, self.tolerance_minor)
        return not _touches_money(difference)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    def concerns(self, country: str, line_of_business: str) -> bool:
        """Whether it is for these trips."""
        return self.scope.country in {ANY, country} and self.scope.line_of_business in {ANY, line_of_business}


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """A difference, and the name of the rule that lets it be."""

    difference: Difference
    rule: str


def concerning(rules: Sequence[IgnoreRule], country: str, line_of_business: str) -> list[IgnoreRule]:
    """The rules that are for these trips."""
    return [rule for rule in rules if rule.concerns(country, line_of_business)]


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """Differences that count, those that a rule lets be, and the names of the rules among these that expired."""

    counted: tuple[Difference, ...]
    ignored: tuple[Ignored, ...] = ()
    expired: tuple[str, ...] = ()


def sift(found: Iterable[Difference], rules: Sequence[IgnoreRule], today: date, limit: int) -> Sifted:
    """Take out what a rule lets be; ``rules`` are those that concern the trip.

    It stops when ``limit`` differences count. However many a rule lets be, what comes after them is looked at.
    """
    counted: list[Difference] = []
    ignored: list[Ignored] = []
    expired: set[str] = set()
    for one in found:
        rule = next((rule for rule in rules if rule.holds(one, today)), None)
        if rule is None:
            counted.append(one)
            if len(counted) == limit:
                break
            continue
        ignored.append(Ignored(difference=one, rule=rule.name))
        if rule.expired(today):
            expired.add(rule.name)
    return Sifted(counted=tuple(counted), ignored=tuple(ignored), expired=tuple(sorted(expired)))


def _within(difference: Difference, tolerance: int) -> bool:
    """Whether it is an amount that is off by no more."""
    amounts = (difference.current, difference.candidate)
    if difference.kind is not Kind.CHANGED or difference.path.rpartition(".")[2] != "minor":
        return False
    return all(type(amount) is int for amount in amounts) and abs(amounts[0] - amounts[1]) <= tolerance


def _touches_money(difference: Difference) -> bool:
    last = difference.path.rpartition(".")[2]
    return last in MONEY or _holds_money(difference.current) or _holds_money(difference.candidate)


def _holds_money(value: Any) -> bool:
    match value:
        case dict():
            return not MONEY.isdisjoint(value) or any(_holds_money(inner) for inner in value.values())
        case list():
            return any(_holds_money(inner) for inner in value)
        case _:
            return False


def _matches(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether all of the path fits; ``reached`` is how many parts of the pattern may be behind us."""
    reached = _past_any(pattern, {0})
    for name in path:
        stay = {place for place in reached if place < len(pattern) and pattern[place] == _ANY_NUMBER}
        step = {
            place + 1 for place in reached - stay if place < len(pattern) and fnmatch.fnmatchcase(name, pattern[place])
        }
        reached = _past_any(pattern, stay | step)
    return len(pattern) in reached


def _past_any(pattern: Sequence[str], reached: set[int]) -> set[int]:
    """``**`` may also stand for nothing."""
    past = set(reached)
    for place, part in enumerate(pattern):
        if place in past and part == _ANY_NUMBER:
            past.add(place + 1)
    return past


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    path: Annotated[str, StringConstraints(pattern=r"^[^.]+(\.[^.]+){0,20}$")]
    scope: str = f"{ANY}/{ANY}"
    tolerance_minor: Annotated[int, Field(ge=1, le=MAX_TOLERANCE)] | None = None
    reason: _Text
    owner: _Text
    expires: date

    @field_validator("scope")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            Scope.parse(text)
        except ConfigurationError as error:
            raise ValueError(error.message) from None
        return text

    def rule(self) -> IgnoreRule:
        return IgnoreRule(**{**self.model_dump(), "scope": Scope.parse(self.scope)})


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ignore: list[_Rule] = []


def read_rules(text: str) -> tuple[IgnoreRule, ...]:
    """The rules of a file. Raises ``ConfigurationError`` naming the rule and field that is wrong."""
    try:
        rules = tuple(rule.rule() for rule in _File.model_validate(tomllib.loads(text)).ignore)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"ignore rules: no TOML: {error}", field="ignore") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"ignore rules: {field}: {first['msg']}", field=field) from None
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise ConfigurationError("ignore rules: two have one name; each needs its own", field="ignore")
    return rules

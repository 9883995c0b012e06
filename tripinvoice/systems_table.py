"""The table of money systems: from TOML text to :class:`MoneySystem` values, checked as a whole.

The format is in ``docs/money-systems.md``. Every error names the entry and the field and says how to mend it;
the table is configuration, so a broken one stops the program before any trip is touched.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from tripinvoice.answers import Provides, field_names
from tripinvoice.errors import ConfigurationError
from tripinvoice.money_systems import MoneySystem
from tripinvoice.strict_json import kind_of
from tripinvoice.trip import LineOfBusiness, Trip

MAX_SYSTEMS = 500
MIN_TIMEOUT = timedelta(milliseconds=50)
MAX_TIMEOUT = timedelta(minutes=1)
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_FROM_ENVIRONMENT = "env:"
_BASE = "{base}"
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000}
_URL_TEXT = re.compile(r"[!-~]{1,2000}")
_WHOLE_SECONDS = range(61)


def _duration(value: object) -> timedelta:
    if type(value) is int and value in _WHOLE_SECONDS:
        return timedelta(seconds=value)
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        return timedelta(milliseconds=float(match[1]) * _MILLISECONDS[match[2]])
    raise ValueError


class _Entry(BaseModel):
    """One ``[[system]]`` as written; names and meanings are those of :class:`MoneySystem`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    url: Annotated[str, StringConstraints(max_length=2000)]
    provides: Annotated[Provides, Field(strict=False)]
    required: bool = False
    countries: frozenset[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field(
        default=frozenset(), strict=False
    )
    lines_of_business: frozenset[Annotated[LineOfBusiness, Field(strict=False)]] = Field(
        default=frozenset(), strict=False
    )
    depends_on: tuple[str, ...] = Field(default=(), strict=False)
    timeout: Annotated[timedelta, BeforeValidator(_duration), Field(ge=MIN_TIMEOUT, le=MAX_TIMEOUT)] = timedelta(
        seconds=2
    )
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 32
    headers: dict[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")],
        Annotated[str, StringConstraints(pattern=r"^[ -~]{1,4000}$")],
    ] = Field(default_factory=dict)


_REMEDIES = {
    "name": "a text of small letters, digits and hyphens, at most 40, such as 'driver-tax-profiles'",
    "url": "an http or https address such as '{base}/fares/trips/{trip_id}'",
    "provides": f"one of {', '.join(Provides)}",
    "required": "true or false",
    "countries": "a list of ISO 3166-1 codes such as ['DE', 'GB']",
    "lines_of_business": f"a list of {', '.join(LineOfBusiness)}",
    "depends_on": "a list of names of other systems in this table",
    "timeout": "'500ms', '2s' or whole seconds, from 50 ms to 1 minute",
    "concurrency": "a whole number from 1 to 10000",
    "headers": "a table such as { Authorization = 'env:FARES_AUTHORIZATION' }",
}


def read_table(
    text: str, *, base: str | None = None, environ: Mapping[str, str] = MappingProxyType({})
) -> tuple[MoneySystem, ...]:
    """Read the table, in its order. ``base`` is the address that ``{base}`` stands for in its URLs.

    A header written ``env:NAME`` is taken from ``environ``, so that credentials need not stand in a file.

    Raises :class:`ConfigurationError` for anything that is not a usable table, naming entry and field.
    """
    systems = tuple(_system(entry, number, base, environ) for number, entry in enumerate(_entries(text), 1))
    names = [system.name for system in systems]
    for name in names:
        if names.count(name) > 1:
            raise _error(name, "name", "used by two entries; give each system its own")
    by_name = {system.name: system for system in systems}
    for system in systems:
        _check_dependencies(system, by_name)
        _check_url(system, by_name)
    _check_acyclic(systems)
    return systems


def ready(
    table: Sequence[MoneySystem], trip: Trip, known: Collection[str], asked: Collection[str] = ()
) -> tuple[MoneySystem, ...]:
    """The systems to ask about this trip now: not answered, not being asked, and all that they need is known."""
    return tuple(
        system
        for system in table
        if system.applies_to(trip)
        and system.name not in known
        and system.name not in asked
        and all(name in known for name in system.depends_on)
    )


def _error(entry: str, field: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"money systems: {entry}: {field}: {problem}", field=f"{entry}.{field}")


def _entries(text: str) -> list[object]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"money systems: not TOML: {error}; docs/money-systems.md shows the format") from None
    if unknown := document.keys() - {"system"}:
        raise ConfigurationError(f"money systems: unknown key {min(unknown)!r}; only [[system]] entries are read")
    entries = document.get("system")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_SYSTEMS:
        raise ConfigurationError(f"money systems: expected 1 to {MAX_SYSTEMS} [[system]] entries")
    return entries


def _system(raw: object, number: int, base: str | None, environ: Mapping[str, str]) -> MoneySystem:
    name = raw.get("name") if isinstance(raw, dict) else None
    label = name if isinstance(name, str) and name else f"entry {number}"
    try:
        entry = _Entry.model_validate(raw)
    except ValidationError as error:
        raise _explain(label, error) from None
    fields = {field: getattr(entry, field) for field in _Entry.model_fields}
    headers = tuple((header, _secret(label, value, environ)) for header, value in entry.headers.items())
    return MoneySystem(**{**fields, "url": _with_base(label, entry.url, base), "headers": headers})


def _secret(label: str, value: str, environ: Mapping[str, str]) -> str:
    """The header's value; one that is kept in the environment must be there and be one line of ASCII."""
    if not value.startswith(_FROM_ENVIRONMENT):
        return value
    name = value.removeprefix(_FROM_ENVIRONMENT)
    found = environ.get(name, "")
    if not found or not found.isascii() or not found.isprintable():
        raise _error(label, "headers", f"the environment variable {name} is not set, or is not one line of ASCII")
    return found


def _explain(label: str, error: ValidationError) -> ConfigurationError:
    first = error.errors(include_url=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "entry"
    if first["type"] == "extra_forbidden":
        return _error(label, field, f"unknown key; known are {', '.join(_REMEDIES)}")
    found = "missing" if first["type"] == "missing" else f"found a {kind_of(first['input'])}"
    return _error(label, field, f"{found}; expected {_REMEDIES.get(field, 'a table of keys')}")


def _with_base(label: str, url: str, base: str | None) -> str:
    if _BASE not in url:
        return url
    if not base:
        raise _error(label, "url", f"uses {_BASE}, but no base address is set; set it, or write the whole address")
    return url.replace(_BASE, base.rstrip("/"))


def _check_dependencies(system: MoneySystem, by_name: Mapping[str, MoneySystem]) -> None:
    for name in system.depends_on:
        other = by_name.get(name)
        if other is None:
            raise _error(system.name, "depends_on", f"no system is called {name!r}; name one of this table")
        for field in ("countries", "lines_of_business"):
            mine, its = getattr(system, field), getattr(other, field)
            if its and not (mine and mine <= its):
                raise _error(
                    system.name, "depends_on", f"{name!r} is not asked for all {field} of this system; narrow {field}"
                )


def _check_url(system: MoneySystem, by_name: Mapping[str, MoneySystem]) -> None:
    for placeholder in PLACEHOLDER.findall(system.url):
        if placeholder != "trip_id":
            _check_placeholder(system, placeholder, by_name)
    plain = PLACEHOLDER.sub("", system.url)
    if "{" in plain or "}" in plain or not _URL_TEXT.fullmatch(plain):
        raise _error(system.name, "url", "has a lone brace, a space or a character outside ASCII; percent-encode it")
    _check_address(system)


def _check_placeholder(system: MoneySystem, placeholder: str, by_name: Mapping[str, MoneySystem]) -> None:
    name, _, field = placeholder.partition(".")
    if name not in system.depends_on:
        raise _error(
            system.name, "url", f"placeholder {{{placeholder}}} is neither {{trip_id}} nor a field of a system "
            "in depends_on; add the system there"
        )  # fmt: skip
    known = field_names(by_name[name].provides)
    if not field or (known is not None and field not in known):
        fields = ", ".join(sorted(known)) if known is not None else "any name"
        raise _error(system.name, "url", f"{name!r} answers no field {field!r}; it has {fields}")


def _check_address(system: MoneySystem) -> None:
    """The address itself is fixed: what a trip fills in is only part of the path or of the query."""
    try:
        parts = urlsplit(system.url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise _error(system.name, "url", f"expected {_REMEDIES['url']}")
    if "{" in parts.netloc:
        raise _error(system.name, "url", "a trip cannot choose the host; use placeholders in the path or the query")
    if "@" in parts.netloc or parts.fragment:
        raise _error(system.name, "url", "must have no user, password or fragment")


def _check_acyclic(systems: Sequence[MoneySystem]) -> None:
    try:
        TopologicalSorter({system.name: system.depends_on for system in systems}).prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise _error(error.args[1][0], "depends_on", f"goes in a circle: {circle}; take one link out") from None

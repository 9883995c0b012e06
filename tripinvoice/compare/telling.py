"""What of a difference may be told outside the archive: where it is, and such values as are nobody's.

A candidate may write anything anywhere: a name where a code belongs, a telephone number as the name of a field. So
a path is told as far as its names are those of a draft, and a value if its field is one of those that a mismatch is
found by *and* it looks like what belongs there. Of everything else only the kind and the size are told.
"""

import re
from collections.abc import Mapping
from typing import Any

from tripinvoice.compare.form import DECIMALS, DRAFTS, NAMES
from tripinvoice.invoice import Contract

UNKNOWN = "?"
"""Stands for a name that no draft has; what is below it is not told either."""

_DEEPEST = 12
_LARGEST = 1_000_000_000
"""Above every amount, distance and number that a trip can have, and below telephone numbers with their country."""

_PARTIES = frozenset({"supplier", "issuer", "recipient"})
"""What stands below a party is personal, whatever its name is."""

_DECIMAL = r"-?[0-9]{1,7}(\.[0-9]{1,8})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_KEY = r"(?!.*[0-9]{4})[a-z][a-z0-9_-]{0,39}"  # of a catalog or an enumeration
_REGION = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"
_AREAS = "Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific"

_TEXTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(shape, re.ASCII)
    for name, shape in {
        **dict.fromkeys(DECIMALS, _DECIMAL),
        **dict.fromkeys(("supply_date", "rate_date"), _DATE),
        **dict.fromkeys(("contract", "kind", "issuer_mode", "line_of_business", "invoicing", "einvoice"), _KEY),
        **dict.fromkeys(("code", "title", "label", "notes", "unverified", "method", "template"), _KEY),
        "classification": rf"[0-9]{{4,8}}|{_KEY}",
        "country": r"[A-Z]{2}",
        "currency": r"[A-Z]{3}",
        "exemption": r"VATEX-[A-Z]{2}(-[A-Z0-9]{1,12}){0,2}",
        "locale": r"[a-z]{2}(_[A-Z][a-z]{3})?(_[A-Z]{2})?",
        "paper": r"A4|Letter",
        "period": r"[0-9]{4}(-[0-9]{2})?",
        "regime": _REGION,
        "regime_version": r"[0-9]{4}\.[0-9]{1,3}",
        "tax_category": r"[A-Z]{1,2}",
        "time_zone": rf"({_AREAS})/[A-Z][A-Za-z_]{{1,20}}",
        "unit": r"[A-Z0-9]{2,3}",
    }.items()
}
_NUMBERS = DECIMALS | {"minor", "revision", "distance_m", "first", "last"}
_BOOLS = frozenset({"simplified", "business"})


def told_path(path: str) -> str:
    """A path without the names that no draft has: ``transport.lines.2.?``."""
    told: list[str] = []
    for name in path.split("."):
        if len(told) == _DEEPEST or not _is_known(name):
            return ".".join([*told, UNKNOWN])
        told.append(name)
    return ".".join(told)


def told_value(path: str, value: Any) -> str:
    """A value as it may be told: itself, or what it is and how long."""
    names = path.split(".")
    field = next((name for name in reversed(names) if not name.isdigit()), "")
    if _PARTIES.isdisjoint(names) and UNKNOWN not in told_path(path) and _is_open(field, value):
        return str(value)
    match value:
        case None:
            return "null"
        case dict():
            return f"object of {len(value)}"
        case list():
            return f"list of {len(value)}"
        case str():
            return f"text of {len(value)}"
        case _:
            return type(value).__name__


def _is_known(name: str) -> bool:
    return name in _KNOWN or _PLACE.fullmatch(name) is not None


_KNOWN = {*NAMES, *Contract, DRAFTS}
_PLACE = re.compile(r"\*|[0-9]{1,4}|draft [0-9]{1,3}", re.ASCII)


def _is_open(field: str, value: Any) -> bool:
    """Whether it is a value of a field that is told, and looks like one."""
    match value:
        case bool():
            return field in _BOOLS
        case int():
            return field in _NUMBERS and abs(value) < _LARGEST
        case str():
            return field in _TEXTS and _TEXTS[field].fullmatch(value) is not None
        case _:
            return False

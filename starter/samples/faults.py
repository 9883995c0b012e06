"""Faults that the sample server is told to make, so that a test or a demo can see what the product does about them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Body = Mapping[str, Any]
Wrong = Literal[
    "not_json", "not_utf8", "not_object", "currency", "missing_fare", "float_amount", "negative_total", "huge"
]

_HUGE = 2 * 1024 * 1024


class Fault(BaseModel):
    """Which calls are met, and what happens to them. ``system`` may be ``*``; without ``times`` it is every call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    trip_id: str | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    retry_after: str | None = None
    latency_ms: Annotated[int, Field(ge=0, le=600_000)] = 0
    wrong: Wrong | None = None

    def meets(self, system: str, trip_id: str) -> bool:
        """Whether this call is one of those."""
        return self.system in {"*", system} and self.trip_id in {None, trip_id}


@dataclass
class _Armed:
    fault: Fault
    left: int | None


class Faults:
    """The faults in force, the oldest first; the first that meets a call is used up once."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._armed.append(_Armed(fault, fault.times))

    def clear(self) -> None:
        """Take all away."""
        self._armed.clear()

    def next_for(self, system: str, trip_id: str) -> Fault | None:
        """The fault of this call, if it has one."""
        for armed in self._armed:
            if armed.left != 0 and armed.fault.meets(system, trip_id):
                armed.left = None if armed.left is None else armed.left - 1
                return armed.fault
        return None


def spoil(body: Body, wrong: Wrong | None) -> bytes:
    """The answer's bytes, wrong in the way that was asked for."""
    if wrong in _BYTES:
        return _BYTES[wrong]()
    changed = _BODIES[wrong](body) if wrong else body
    return json.dumps(changed, ensure_ascii=False).encode()


def _each_charge(body: Body, change: Callable[[Body], Body]) -> Body:
    return {**body, "charges": [change(charge) for charge in body.get("charges", ())]}


def _other_currency(body: Body) -> Body:
    return {**body, "currency": "CHF" if body.get("currency") != "CHF" else "EUR"}


def _without_fare(body: Body) -> Body:
    return {**body, "charges": []}


def _as_float(body: Body) -> Body:
    return _each_charge(body, lambda charge: {**charge, "amount": float(charge["amount"])})


def _negative(body: Body) -> Body:
    return _each_charge(body, lambda charge: {**charge, "amount": f"-{charge['amount'].lstrip('-')}"})


_BYTES: Mapping[str | None, Callable[[], bytes]] = {
    "not_json": lambda: b"<html><body>Bad gateway</body></html>",
    "not_utf8": lambda: '{"name": "Jürgen"}'.encode("latin-1"),
    "not_object": lambda: b"[]",
    "huge": lambda: b'{"padding": "%s"}' % (b"x" * _HUGE),
}
_BODIES: Mapping[Wrong, Callable[[Body], Body]] = {
    "currency": _other_currency,
    "missing_fare": _without_fare,
    "float_amount": _as_float,
    "negative_total": _negative,
}

"""The faults of the sample candidate: those that a migration really has. Light: the command line reads their names."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

Plain = dict[str, Any]

SLOW_SECONDS = 5.0
HUGE_BYTES = 4 * 1024 * 1024


class Fault(StrEnum):
    """What is wrong with it."""

    CENT = "cent"
    TAX_RATE = "tax-rate"
    MISSING_LINE = "missing-line"
    ORDER_OF_LINES = "order-of-lines"
    WRONG_DATE = "wrong-date"
    ABSENT = "null-against-absent"
    SLOW = "slow"
    CRASH = "crash"
    HUGE = "huge"
    FLAPPING = "flapping"


def _cent(drafts: list[Plain], _: int) -> list[Plain]:
    """The tax of the first line is rounded the other way."""
    line = drafts[0]["lines"][0]
    line["net"]["minor"] += 1
    line["tax"]["minor"] -= 1
    return drafts


def _tax_rate(drafts: list[Plain], _: int) -> list[Plain]:
    for line in (*drafts[0]["lines"], *drafts[0]["tax_lines"]):
        line["tax_rate"] = str(Decimal(line["tax_rate"]) + 1)
    return drafts


def _missing_line(drafts: list[Plain], _: int) -> list[Plain]:
    del drafts[0]["lines"][-1]
    return drafts


def _order_of_lines(drafts: list[Plain], _: int) -> list[Plain]:
    """Of every draft; of one line there is one order."""
    for draft in drafts:
        draft["lines"].reverse()
    return drafts


def _wrong_date(drafts: list[Plain], _: int) -> list[Plain]:
    supplied = date.fromisoformat(drafts[0]["supply_date"])
    drafts[0]["supply_date"] = (supplied + timedelta(days=1)).isoformat()
    return drafts


def _absent(drafts: list[Plain], _: int) -> list[Plain]:
    drafts[0] = {name: value for name, value in drafts[0].items() if value is not None}
    return drafts


def _slow(drafts: list[Plain], _: int) -> list[Plain]:
    time.sleep(SLOW_SECONDS)
    return drafts


def _crash(drafts: list[Plain], _: int) -> list[Plain]:  # noqa: ARG001 - one shape for all
    os._exit(70)


def _huge(drafts: list[Plain], _: int) -> list[Plain]:
    return drafts


def _flapping(drafts: list[Plain], turn: int) -> list[Plain]:
    """Every third time."""
    return _cent(drafts, turn) if turn % 3 == 2 else drafts  # noqa: PLR2004 - as it says


WRONG: Mapping[Fault, Callable[[list[Plain], int], list[Plain]]] = {
    Fault.CENT: _cent,
    Fault.TAX_RATE: _tax_rate,
    Fault.MISSING_LINE: _missing_line,
    Fault.ORDER_OF_LINES: _order_of_lines,
    Fault.WRONG_DATE: _wrong_date,
    Fault.ABSENT: _absent,
    Fault.SLOW: _slow,
    Fault.CRASH: _crash,
    Fault.HUGE: _huge,
    Fault.FLAPPING: _flapping,
}


def padding(fault: Fault) -> Plain:
    """What an answer has beside its drafts."""
    return {"padding": "x" * HUGE_BYTES} if fault is Fault.HUGE else {}

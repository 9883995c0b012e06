"""Both sides of a trip beside each other: for a person at a terminal, with all values, and for a program."""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from starter.cli.compared import ComparedAgain
from starter.cli.output import safe, table
from starter.cli.reports import many
from starter.comparing import Again
from tripinvoice.compare.comparison import Outcome, Side
from tripinvoice.compare.differences import Difference, Kind
from tripinvoice.compare.form import form
from tripinvoice.compare.telling import told_path, told_value

_ABSENT = "absent"

_COLOURS = {Outcome.EQUAL: "green", Outcome.ALIKE: "green", Outcome.DIFFERENT: "bold red", Outcome.FAILED: "bold red"}

_REMEDIES = {
    "TimedOut": "it did not answer in time: is its worker running, and polls {queue}? "
    "`temporal task-queue describe --task-queue {queue}` says who does",
    "CandidateError": "its answer is none of the contract's: check it against docs/schemas, and read "
    "docs/preprocess-contract.md",
    "NotFoundError": "it refers to an object that is not in the document store: does it use the same store?",
}
_REMEDY = "it said so itself: its log has more, and so has `temporal workflow show -w {workflow}`"


def lines(again: Again, candidate: str, *, full: bool) -> Iterator[RenderableType]:
    """The comparison, a part at a time."""
    yield _verdict(again, candidate)
    yield _circumstances(again)
    if again.found.outcome is Outcome.FAILED:
        yield from _failure(again, candidate)
    if again.found.differences or again.found.let_be:
        yield ""
        yield _table(again, candidate)
    for rule in again.found.expired:
        yield safe(
            f"ignore rule {rule} has expired: what it lets be counts after two weeks; mend or renew it", "yellow"
        )
    if full:
        yield ""
        yield _whole(again.current, again.candidate, candidate)


def _verdict(again: Again, candidate: str) -> Text:
    found = again.found
    counted, let_be = many(len(found.differences), "place"), len(found.let_be)
    told = {
        Outcome.EQUAL: f"Equal: current and {candidate} say the same of {again.trip.trip_id}",
        Outcome.ALIKE: f"Alike: what differs of {again.trip.trip_id} is let be by ignore rules ({let_be})",
        Outcome.DIFFERENT: f"Different: current and {candidate} differ in {counted} of {again.trip.trip_id}",
        Outcome.FAILED: f"Failed: {candidate} made no drafts of {again.trip.trip_id}: {again.candidate.failure}",
    }
    return safe(told[found.outcome], _COLOURS[found.outcome])


def _circumstances(again: Again) -> Text:
    trip = again.trip
    times = ", ".join(
        f"{name} {side.seconds * 1000:,.0f} ms"
        for name, side in (("current", again.current), ("candidate", again.candidate))
        if side.seconds is not None
    )
    both = "; neither makes drafts: " + again.current.failure if _both_refuse(again) else ""
    return safe(
        f"{trip.country} {trip.line_of_business}, {trip.product}, revision {trip.revision}; {times}{both}", "dim"
    )


def _both_refuse(again: Again) -> bool:
    return again.current.drafts is None and again.found.outcome is Outcome.EQUAL


def _failure(again: Again, candidate: str) -> Iterator[RenderableType]:
    names = {"queue": f"tripinvoice-candidate-{candidate}", "workflow": _workflow(again, candidate)}
    remedy = _REMEDIES.get(again.candidate.failure, _REMEDY).format_map(names)
    yield Padding(safe(f"→ {remedy}", "cyan"), (0, 0, 0, 2), expand=False)
    if again.current.drafts is None:
        yield Padding(safe(f"the current one made none either: {again.current.failure}", "dim"), (0, 0, 0, 2))


def _workflow(again: Again, candidate: str) -> str:
    return f"compare/{again.trip.trip_id}/again/{candidate}"


# --- the differences -------------------------------------------------------------------------------------------------


def _table(again: Again, candidate: str) -> Table:
    made = table("path", "kind", "current", candidate, "")
    for one in again.found.differences:
        note = "noise" if told_path(one.normalised) in again.noisy else ""
        made.add_row(safe(one.path), safe(one.kind), *_sides(one), safe(note, "dim"))
    for ignored in again.found.let_be:
        one = ignored.difference
        made.add_row(*(safe(text, "dim") for text in (one.path, one.kind, *_texts(one), f"let be: {ignored.rule}")))
    return made


def _sides(one: Difference) -> tuple[Text, Text]:
    current, candidate = _texts(one)
    return (
        safe(current, "dim italic" if one.kind is Kind.ADDED else "red"),
        safe(candidate, "dim italic" if one.kind is Kind.MISSING else "green"),
    )


def _texts(one: Difference) -> tuple[str, str]:
    """Both values as JSON; what is not there says so, for it is no null."""
    return (
        _ABSENT if one.kind is Kind.ADDED else _json(one.current),
        _ABSENT if one.kind is Kind.MISSING else _json(one.candidate),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- whole drafts ----------------------------------------------------------------------------------------------------


def _whole(current: Side, candidate: Side, name: str) -> Table:
    """Line beside line, as in a side-by-side diff; a mark says where they differ, also without colours."""
    made = table(">", "current", "", ">", name)
    ours, theirs = _written(current), _written(candidate)
    for tag, start, end, start_there, end_there in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
        here = [*enumerate(ours[start:end], start + 1)]
        there = [*enumerate(theirs[start_there:end_there], start_there + 1)]
        for left, right in zip_longest(here, there):
            mark, style, style_there = _marked(tag, left, right)
            made.add_row(*_numbered(left, style), safe(mark, "bold"), *_numbered(right, style_there))
    return made


def _marked(tag: str, left: object, right: object) -> tuple[str, str, str]:
    if tag == "equal":
        return "", "", ""
    mark = "≠" if left and right else "<" if left else ">"
    return mark, "red", "green"


def _numbered(line: tuple[int, str] | None, style: str) -> tuple[Text, Text]:
    return (safe(line[0], "dim"), safe(line[1], style)) if line else (Text(), Text())


def _written(side: Side) -> list[str]:
    if side.drafts is None:
        return [f"no drafts: {side.failure}"]
    return json.dumps(form(side.drafts), ensure_ascii=False, indent=2, sort_keys=True).splitlines()


# --- as JSON ---------------------------------------------------------------------------------------------------------


def plain(compared: ComparedAgain, *, values: bool) -> dict[str, Any]:
    """For programs; without ``values`` it holds what a mismatch's event may hold."""
    again = compared.again
    found = again.found
    return {
        "trip_id": again.trip.trip_id,
        "revision": again.trip.revision,
        "candidate": compared.candidate,
        "outcome": str(found.outcome),
        "failure": {"current": again.current.failure or None, "candidate": again.candidate.failure or None},
        "fingerprint": found.fingerprint,
        "seconds": {"current": again.current.seconds, "candidate": again.candidate.seconds},
        "differences": [
            {**_told(one, values=values), "noise": told_path(one.normalised) in again.noisy}
            for one in found.differences
        ],
        "ignored": [{**_told(one.difference, values=values), "rule": one.rule} for one in found.let_be],
        "expired": list(found.expired),
    }


def _told(one: Difference, *, values: bool) -> dict[str, Any]:
    sides: Sequence[tuple[str, Any, Kind]] = (
        ("current", one.current, Kind.ADDED),
        ("candidate", one.candidate, Kind.MISSING),
    )
    return {
        "path": one.path if values else told_path(one.path),
        "kind": str(one.kind),
        **{
            name: value if values else told_value(one.path, value)
            for name, value, absent in sides
            if one.kind != absent
        },
    }

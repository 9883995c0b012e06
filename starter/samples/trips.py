"""Reads trip files: JSON Lines of events with answers, and New York taxi CSV. ``docs/trip-events.md`` has the formats.

A line that is no trip is yielded as a :class:`RefusedRow`, so one bad line never stops the others.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.taxi_csv import read_taxi_csv
from tripinvoice.errors import InvalidTripError
from tripinvoice.strict_json import kind_of, read_object

MAX_LINE = 16 * 1024 * 1024
_KEYS = frozenset({"event", "raw_event", "headers", "answers", "trip_id"})


def read_trips(path: Path) -> Iterator[Scenario | RefusedRow]:
    """The trips of a file, in its order: CSV if its name ends so, JSON Lines otherwise.

    Raises :class:`InvalidTripError` when the file as a whole cannot be read as one.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidTripError(f"trips file: cannot be opened ({error.strerror}); check its path") from None
    with file:
        yield from read_taxi_csv(file) if path.suffix.lower() == ".csv" else read_json_lines(file)


def sample_trips() -> tuple[Scenario, ...]:
    """The bundled sample."""
    with files("starter.samples").joinpath("sample.jsonl").open("rb") as file:
        return tuple(item for item in read_json_lines(file) if isinstance(item, Scenario))


def read_json_lines(file: IO[bytes]) -> Iterator[Scenario | RefusedRow]:
    """One JSON object a line: ``event`` or ``raw_event`` (base64), ``headers``, ``answers``. Skips empty lines."""
    row = 0
    while line := file.readline(MAX_LINE):
        row += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            _skip_line(file)
            yield RefusedRow(row=row, reason=f"line: longer than {MAX_LINE} bytes; send a smaller event")
        elif text := line.removeprefix(b"\xef\xbb\xbf").strip():
            yield _read_line(text, row)


def scenario_line(scenario: Scenario) -> bytes:
    """The line that :func:`read_json_lines` reads as this scenario, when its event is a JSON object."""
    headers = {name: value.decode() for name, value in scenario.headers if value is not None}
    line = {
        "event": json.loads(scenario.event),
        **({"headers": headers} if headers else {}),
        "answers": scenario.answers,
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def renamed(scenario: Scenario, trip_id: str) -> Scenario:
    """The same trip under another id, wherever its event and its answers name it."""
    event = json.loads(scenario.event) | {"trip_id": trip_id}
    record = {**scenario.answers["trip-records"], "trip_id": trip_id}
    return replace(
        scenario,
        trip_id=trip_id,
        event=json.dumps(event, ensure_ascii=False).encode(),
        answers={**scenario.answers, "trip-records": record},
    )


def _skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _read_line(text: bytes, row: int) -> Scenario | RefusedRow:
    try:
        return _scenario(read_object(text, "line", InvalidTripError), row)
    except InvalidTripError as error:
        return RefusedRow(row=row, reason=error.message)


def _scenario(line: dict[str, Any], row: int) -> Scenario:
    if unknown := line.keys() - _KEYS:
        raise InvalidTripError(f"line: {len(unknown)} unknown keys; known are {', '.join(sorted(_KEYS))}")
    event = _event(line)
    named = line.get("trip_id", (line.get("event") or {}).get("trip_id"))
    headers = _object(line, "headers")
    return Scenario(
        trip_id=named if isinstance(named, str) else f"line-{row}",
        event=event,
        headers=tuple((name, _header(value)) for name, value in headers.items()),
        answers={system: _answer(body) for system, body in _object(line, "answers").items()},
    )


def _event(line: Mapping[str, Any]) -> bytes:
    if ("event" in line) == ("raw_event" in line):
        raise InvalidTripError("event: send either event (an object) or raw_event (base64), found both or neither")
    if "event" in line:
        return json.dumps(_object(line, "event"), ensure_ascii=False, separators=(",", ":")).encode()
    raw = line["raw_event"]
    try:
        return base64.b64decode(raw, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise InvalidTripError(f"raw_event: found a {kind_of(raw)}; send the bytes in base64") from None


def _object(line: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = line.get(key, {})
    if not isinstance(value, dict):
        raise InvalidTripError(f"{key}: found a {kind_of(value)}; send an object")
    return value


def _answer(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidTripError(f"answers: the answer of a system is a {kind_of(body)}; send an object, or leave it out")
    return body


def _header(value: object) -> bytes:
    if not isinstance(value, str):
        raise InvalidTripError(f"headers: the value of a header is a {kind_of(value)}; send a text")
    return value.encode()

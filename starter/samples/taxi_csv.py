"""Reads New York taxi trips from CSV: each row becomes a trip event and what the money systems say about it.

Columns: pickup, dropoff, fare, tip, tolls and total are needed; distance, color, payment, pickup_zone,
dropoff_zone, pickup_borough and dropoff_borough are used where present, others are ignored. Times are New York's
local time, distances miles, amounts dollars. What ``total`` holds beyond fare, tip and tolls are surcharges.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any, Protocol
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from starter.samples.scenario import RefusedRow, Scenario
from tripinvoice.errors import InvalidTripError, PermanentError
from tripinvoice.money import Money
from tripinvoice.trip import LineOfBusiness, Place, Product, Trip
from tripinvoice.trip_event import trip_event

NEEDED = ("pickup", "dropoff", "fare", "tip", "tolls", "total")
USED = (*NEEDED, "distance", "color", "payment", "pickup_zone", "dropoff_zone", "pickup_borough", "dropoff_borough")
ZONE = ZoneInfo("America/New_York")

_METRES_PER_MILE = Decimal("1609.344")  # international mile, exactly
_IDS = UUID("6f2f3f57-6a4f-5c0b-9a35-0d8a3a1c5b11")  # namespace of the trip ids made here
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{0,9})?|-?\.[0-9]{1,9}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_METHODS = {"credit card": "card", "cash": "cash", "no charge": "no_charge", "dispute": "dispute"}

# The supplier of a taxi ride is the holder of its medallion or permit; the file does not say who, so there is one each.
_FLEETS: Mapping[str, Mapping[str, Any]] = {
    "yellow": {
        "ref": "nyc-yellow",
        "name": "Yellow Medallion Sample Cab Corp.",
        "address": ["33-01 Sample Street"],
        "postcode": "11101",
        "city": "Long Island City, NY",
        "country": "US",
        "tax_ids": [{"scheme": "TLC", "value": "SAMPLE-Y1"}],
    },
    "green": {
        "ref": "nyc-green",
        "name": "Green Borough Sample Cab Corp.",
        "address": ["2501 Sample Avenue"],
        "postcode": "10451",
        "city": "Bronx, NY",
        "country": "US",
        "tax_ids": [{"scheme": "TLC", "value": "SAMPLE-G1"}],
    },
}

_PLATFORM: Mapping[str, Any] = {
    "ref": "fernweg-us",
    "name": "Fernweg New York LLC",
    "address": ["120 Sample Street", "Floor 4"],
    "postcode": "10001",
    "city": "New York, NY",
    "country": "US",
}


@dataclass(frozen=True, kw_only=True)
class _Amounts:
    """A row's money in US dollars; ``surcharges`` is what is left of the total."""

    fare: Money
    tip: Money
    tolls: Money
    total: Money

    @property
    def surcharges(self) -> Money:
        return self.total - self.fare - self.tip - self.tolls


def read_taxi_csv(file: IO[bytes]) -> Iterator[Scenario | RefusedRow]:
    """One scenario a row, one :class:`RefusedRow` for each that cannot be read.

    The same row always becomes the same trip; rows that are equal in every used column become trips of their own.
    Raises :class:`InvalidTripError` when needed columns are missing.
    """
    # Undecodable bytes become lone surrogates here, so that only their own row is refused.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read_rows(csv.reader(text))
    finally:
        text.detach()  # the file is the caller's to close


class _Reader(Protocol):
    """What :func:`csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]:
        """Itself."""

    def __next__(self) -> list[str]:
        """The next row's cells."""


def _read_rows(reader: _Reader) -> Iterator[Scenario | RefusedRow]:
    columns = _columns(reader)
    seen: Counter[tuple[str, ...]] = Counter()
    while True:
        try:
            row = _row(columns, next(reader))
            if row is not None:
                content = tuple(row.get(column, "") for column in USED)
                seen[content] += 1
                yield _scenario(row, str(uuid5(_IDS, "\x1f".join((*content, str(seen[content]))))))
        except StopIteration:
            return
        except csv.Error as error:
            yield RefusedRow(row=reader.line_num, reason=f"row: not CSV ({error}); quote the cell or mend the row")
        except PermanentError as error:
            yield RefusedRow(row=reader.line_num, reason=error.message)


def _columns(reader: _Reader) -> list[str]:
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise InvalidTripError(f"first line: not CSV ({error}); it must name the columns") from None
    if missing := [name for name in NEEDED if name not in columns]:
        raise InvalidTripError(f"first line: it names no column {', '.join(missing)}; needed are {', '.join(NEEDED)}")
    if twice := [name for name in USED if columns.count(name) > 1]:
        raise InvalidTripError(f"first line: it names {twice[0]} twice; name each column once")
    return columns


def _row(columns: list[str], cells: list[str]) -> dict[str, str] | None:
    """The row's used cells without outer spaces; ``None`` for an empty line."""
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) != len(columns):
        raise InvalidTripError(f"row: {len(cells)} cells for {len(columns)} columns; quote cells that hold a comma")
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name in USED}
    for name, cell in row.items():
        if not cell.isprintable():
            raise InvalidTripError(f"{name}: not UTF-8, or control characters; send plain text in UTF-8")
    return row


def _scenario(row: Mapping[str, str], trip_id: str) -> Scenario:
    trip = _trip(row, trip_id)
    return Scenario(trip_id=trip_id, event=trip_event(trip), answers=_answers(row, trip_id))


def _trip(row: Mapping[str, str], trip_id: str) -> Trip:
    place = Place(country="US", subdivision="US-NY")
    started_at, ended_at = _times(_time(row, "pickup"), _time(row, "dropoff"))
    return Trip(
        trip_id=trip_id,
        line_of_business=LineOfBusiness.RIDES,
        product=Product.TAXI,
        pickup=place,
        dropoff=place,
        started_at=started_at,
        ended_at=ended_at,
        distance_m=_metres(row),
        time_zone=str(ZONE),
        locale="en-US",
    )


def _time(row: Mapping[str, str], column: str) -> datetime:
    text = row[column]
    try:
        return datetime.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError:
        raise InvalidTripError(
            f"{column}: found a text of {len(text)} characters; send a local time such as 2026-03-01 10:00:00"
        ) from None


def _times(pickup: datetime, dropoff: datetime) -> tuple[datetime, datetime]:
    """Both moments in UTC.

    A local time that a clock change made ambiguous or skipped is read so that the trip ends after it began, the
    first reading that does so; a row that no reading puts in order stays out of order.
    """
    readings = [
        (pickup.replace(tzinfo=ZONE, fold=a).astimezone(UTC), dropoff.replace(tzinfo=ZONE, fold=b).astimezone(UTC))
        for a in (0, 1)
        for b in (0, 1)
    ]
    return next((reading for reading in readings if reading[0] <= reading[1]), readings[0])


def _metres(row: Mapping[str, str]) -> int | None:
    text = row.get("distance", "")
    return round(_number("distance", text) * _METRES_PER_MILE) if text else None


def _number(column: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise InvalidTripError(
            f"{column}: found a text of {len(text)} characters; send a plain number such as 12.5, "
            "without currency sign or thousands separator"
        )
    return Decimal(text)


def _dollars(row: Mapping[str, str], column: str) -> Money:
    """An amount; an empty tip or toll is none."""
    cents = _number(column, row[column] or ("0" if column in {"tip", "tolls"} else "")) * 100
    if cents != int(cents):
        raise InvalidTripError(f"{column}: has fractions of a cent; send whole cents")
    return Money(int(cents), "USD")


def _answers(row: Mapping[str, str], trip_id: str) -> dict[str, dict[str, Any]]:
    amounts = _Amounts(
        fare=_dollars(row, "fare"), tip=_dollars(row, "tip"), tolls=_dollars(row, "tolls"), total=_dollars(row, "total")
    )
    fleet = _FLEETS["green" if row.get("color", "").lower() == "green" else "yellow"]
    method = _METHODS.get(row.get("payment", "").lower(), "unknown")
    payment = {"method": method, "amount": str(amounts.total.decimal)}
    return {
        "trip-records": {"trip_id": trip_id, "fleet_ref": fleet["ref"], "city_ref": "new-york"},
        "fares": _charges("fare", "transport", amounts.fare),
        **({"tips": _charges("tip", "tip", amounts.tip)} if amounts.tip else {}),
        **({"tolls": _charges("tolls", "toll", amounts.tolls)} if amounts.tolls else {}),
        **_surcharges(amounts.surcharges),
        "payments": {"currency": "USD", "payments": [payment]},
        "fleets": dict(fleet),
        "platform-entities": dict(_PLATFORM),
        "cities": {"name": "New York", "licensing_authority": "tlc"},
        **_journey(row),
    }


def _surcharges(rest: Money) -> dict[str, dict[str, Any]]:
    """What the total holds beyond fare, tip and tolls; less than those is an adjustment that was given back."""
    if rest.minor < 0:
        return {"refunds": _charges("adjustment", "refund", rest)}
    return {"surcharges": _charges("surcharges", "surcharge", rest)} if rest else {}


def _charges(code: str, tax_class: str, amount: Money) -> dict[str, Any]:
    charge = {"code": code, "contract": "transport", "tax_class": tax_class, "amount": str(amount.decimal)}
    return {"currency": "USD", "charges": [charge]}


def _journey(row: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Zones and boroughs as the customer would write them; no answer where the file has none."""
    ends = {}
    for end in ("pickup", "dropoff"):
        parts = [row.get(f"{end}_{part}", "") for part in ("zone", "borough")]
        if text := ", ".join(part for part in parts if part):
            ends[end] = text[:300]
    color = row.get("color", "").lower()
    vehicle = {"vehicle": f"{color.capitalize()} taxi"} if color in _FLEETS else {}
    return {"journeys": {**ends, **vehicle}} if ends or vehicle else {}

"""How many numbers a second one series gives on Cassandra: many in one conditional write, or one write for each.

All contenders use the same server, one after the other, each on a series of its own. What is timed is a fixed number of
numbers, not a time.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from tests.servers.cassandra import Cassandra
from tests.servers.programs import MissingServerError
from tripinvoice.adapters.cassandra import CONDITIONAL, SERIAL_READ, Keyspace
from tripinvoice.adapters.cassandra_ledger_table import CassandraLedgerTable
from tripinvoice.adapters.cassandra_migration import Schema, opened
from tripinvoice.adapters.cassandra_numbering import MOST_AT_ONCE, Numbering, Series
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.ledger_cassandra import BUCKET_SIZE, CassandraNumberLedger
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.numbering import Claim

THREADS = 16  # activities that one worker runs at once on its queue

# What one would write without a ledger: a counter, and a row for the number that it gave; one conditional batch each.
_READ = SERIAL_READ("SELECT next_no FROM series_ledger WHERE series = ? AND period = ? AND bucket = ? LIMIT 1")
_BEGIN = CONDITIONAL("INSERT INTO series_ledger (series, period, bucket, next_no) VALUES (?, ?, ?, 1) IF NOT EXISTS")
_ADVANCE = CONDITIONAL(
    "UPDATE series_ledger SET next_no = ? WHERE series = ? AND period = ? AND bucket = ? IF next_no = ?"
)
_ROW = CONDITIONAL("INSERT INTO series_ledger (series, period, bucket, no, document) VALUES (?, ?, ?, ?, ?)")

_names = count()


class _Memory:
    """No index: what the append alone costs."""

    def __init__(self, table: CassandraLedgerTable) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def publish(self, bucket: object) -> None:
        """Nothing."""

    def look_up(self, _: Sequence[DocumentKey]) -> Mapping[DocumentKey, object]:
        """Nobody has a number yet."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Contender:
    """``run`` takes so many numbers of a series that nobody has used."""

    title: str
    numbers: int
    run: Callable[[Keyspace, Series, int], None]


def contenders(*, quick: bool) -> dict[str, Contender]:
    """All of them; the slow ones take fewer numbers."""
    many, some, few = (4_000, 400, 60) if quick else (40_000, 6_000, 600)
    return {
        "append": Contender(title=f"appends of {MOST_AT_ONCE}", numbers=many, run=_append),
        "take": Contender(title=f"whole protocol, calls of {MOST_AT_ONCE}", numbers=some, run=_take),
        "threads": Contender(
            title=f"whole protocol, {THREADS} threads, one a call", numbers=some, run=_take_in_threads
        ),
        "single": Contender(title="one write per number, 1 writer", numbers=few, run=_one_writer),
        "contended": Contender(title=f"one write per number, {THREADS} writers", numbers=few, run=_many_writers),
    }


def run(rounds: int, *, quick: bool) -> dict[str, Any]:
    """Numbers per second of each contender in each round, and the ratios. Raises ``MissingServerError``."""
    rates: dict[str, list[float]] = {name: [] for name in contenders(quick=quick)}
    with _keyspace() as keyspace:
        for number in range(rounds):
            order = list(contenders(quick=quick).items())
            for name, contender in order if number % 2 == 0 else reversed(order):
                rates[name].append(_rate(keyspace, contender))
    ratios = {
        f"append_to_{name}": _spread([many / one for many, one in zip(rates["append"], rates[name], strict=True)])
        for name in ("single", "contended")
    } | {
        f"threads_to_{name}": _spread([many / one for many, one in zip(rates["threads"], rates[name], strict=True)])
        for name in ("single", "contended")
    }
    return {
        "titles": {name: contender.title for name, contender in contenders(quick=quick).items()},
        "numbers_per_second": {name: round(median(some)) for name, some in rates.items()},
        "rounds": {name: [round(one) for one in some] for name, some in rates.items()},
        "ratios": ratios,
    }


def why_not() -> str | None:
    """Why it cannot be measured here; ``None`` when it can."""
    from tests.servers import programs  # noqa: PLC0415 - fetching takes minutes, so it is asked for once, here

    try:
        programs.java()
        programs.cassandra()
    except MissingServerError as error:
        return f"{error.what} is missing: {error.install}"
    return None


def _rate(keyspace: Keyspace, contender: Contender) -> float:
    series = Series(name=f"BENCH-{next(_names)}", period="2026")
    began = time.perf_counter()
    contender.run(keyspace, series, contender.numbers)
    return contender.numbers / (time.perf_counter() - began)


@contextmanager
def _keyspace() -> Iterator[Keyspace]:
    with tempfile.TemporaryDirectory(prefix="tripinvoice-bench-") as folder, Cassandra(Path(folder) / "c") as server:
        place = CassandraPlace.at(server.url)
        Schema(place).apply()
        with opened(place) as keyspace:
            for contender in contenders(quick=True).values():  # the Java machine compiles what is used often
                _rate(keyspace, contender)
            yield keyspace


def _claims(series: Series, numbers: int) -> list[Claim]:
    now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    keys = (
        DocumentKey(trip_id=f"{series.name}-{no}", contract=Contract.TRANSPORT, kind=Kind.INVOICE)
        for no in range(numbers)
    )
    return [
        Claim(document=key, series=series.name, period=series.period, claimed_at=now, workflow_id="bench")
        for key in keys
    ]


def _append(keyspace: Keyspace, series: Series, numbers: int) -> None:
    table: Any = _Memory(CassandraLedgerTable(keyspace))
    numbering = Numbering(table, series, BUCKET_SIZE)
    claims = _claims(series, numbers)
    for first in range(0, numbers, MOST_AT_ONCE):
        numbering.take(claims[first : first + MOST_AT_ONCE])


def _take(keyspace: Keyspace, series: Series, numbers: int) -> None:
    ledger = CassandraNumberLedger(keyspace)
    claims = _claims(series, numbers)
    for first in range(0, numbers, MOST_AT_ONCE):
        ledger.take(claims[first : first + MOST_AT_ONCE])


def _take_in_threads(keyspace: Keyspace, series: Series, numbers: int) -> None:
    ledger = CassandraNumberLedger(keyspace)
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(lambda claim: ledger.take([claim]), _claims(series, numbers)):
            pass


def _one_writer(keyspace: Keyspace, series: Series, numbers: int) -> None:
    where = (series.name, series.period, 0)
    keyspace.apply((_BEGIN, where))
    for no in range(1, numbers + 1):
        assert _write_one(keyspace, where, no)  # noqa: S101 - nobody else writes


def _many_writers(keyspace: Keyspace, series: Series, numbers: int) -> None:
    """Each reads the counter, and writes if it still is what it read."""
    where = (series.name, series.period, 0)
    keyspace.apply((_BEGIN, where))
    given = threading.Semaphore(numbers)

    def write_some() -> None:
        while given.acquire(blocking=False):
            while not _write_next(keyspace, where):
                pass

    with ThreadPoolExecutor(THREADS) as threads:
        for writer in [threads.submit(write_some) for _ in range(THREADS)]:
            writer.result()


def _write_next(keyspace: Keyspace, where: tuple[str, str, int]) -> bool:
    try:
        return _write_one(keyspace, where, keyspace.one(_READ, *where).next_no)
    except StoreUnavailableError:
        return False  # they contend for too long, and the server gives up


def _write_one(keyspace: Keyspace, where: tuple[str, str, int], no: int) -> bool:
    return keyspace.apply((_ADVANCE, (no + 1, *where, no)), (_ROW, (*where, no, f"{where[0]}-{no}")))


def _spread(ratios: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(median(ratios), 1),
        "lowest": round(min(ratios), 1),
        "highest": round(max(ratios), 1),
    }

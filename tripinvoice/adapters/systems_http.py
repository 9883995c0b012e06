"""Money systems over HTTP: one GET per system and trip, each with its own timeout and concurrency limit.

Nothing is tried again here: the caller keeps what was answered and asks the rest later. Error texts name the system
and the kind of trouble; addresses and contents stay out of them, because they may be personal.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from tripinvoice.adapters.observed import Unobserved
from tripinvoice.errors import InvalidAnswerError, SystemUnavailableError, TripInvoiceError
from tripinvoice.money_systems import Answer, MoneySystem
from tripinvoice.ports import Clock, Observer
from tripinvoice.strict_json import kind_of, read_object
from tripinvoice.systems_table import PLACEHOLDER
from tripinvoice.trip import Trip

MAX_BYTES = 1024 * 1024
MAX_RETRY_AFTER = timedelta(hours=1)
MAX_REFERENCE = 200  # characters of a value that another system gave us to put into an address

_NO_ANSWER = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_CHUNK = 64 * 1024


class HttpMoneySystems:
    """The port :class:`~tripinvoice.ports.MoneySystems`; use it in one event loop, and ``close`` it there."""

    def __init__(self, table: Sequence[MoneySystem], clock: Clock, *, observer: Observer | None = None) -> None:
        self._table = tuple(table)
        self._clock = clock
        self._observer: Observer = observer or Unobserved()
        self._limits = {system.name: asyncio.Semaphore(system.concurrency) for system in self._table}
        self._session: aiohttp.ClientSession | None = None

    def table(self) -> Sequence[MoneySystem]:
        """The declared systems."""
        return self._table

    async def ask(self, system: MoneySystem, trip: Trip, known: Mapping[str, Answer]) -> Answer:
        """Ask one system of the table; see the port for the errors.

        A system whose address needs something that another system did not tell has nothing to say: ``body`` is
        ``None``. Time spent waiting for a free place is not part of the system's timeout.
        """
        url = _address(system, trip, known)
        body = None if url is None else await self._limited(system, url)
        return Answer(system=system.name, provides=system.provides, body=body, fetched_at=self._clock.now())

    async def close(self) -> None:
        """Close the connections; asking again opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _limited(self, system: MoneySystem, url: URL) -> dict[str, Any] | None:
        async with self._limits[system.name]:
            try:
                with self._observer.call("http", system.name):
                    return await self._get(system, url)
            except TimeoutError:
                raise SystemUnavailableError(
                    f"{system.name}: no answer within {system.timeout.total_seconds():g} s; is it overloaded?",
                    field=system.name,
                ) from None
            except (aiohttp.ClientError, OSError) as error:
                raise SystemUnavailableError(
                    f"{system.name}: connection failed ({type(error).__name__}); is it running and reachable?",
                    field=system.name,
                ) from None

    async def _get(self, system: MoneySystem, url: URL) -> dict[str, Any] | None:
        timeout = aiohttp.ClientTimeout(total=system.timeout.total_seconds())
        headers = {**dict(system.headers), **self._observer.trace_headers()}
        async with self._open().get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
            if response.status in _NO_ANSWER:
                return None
            if response.status != HTTPStatus.OK:
                raise _refusal(system, response, self._clock.now())
            return read_object(await _content(system, response), system.name, InvalidAnswerError)

    def _open(self) -> aiohttp.ClientSession:
        """The one session, made when a loop runs.

        The pool has no limit because every system has its own; no cookies, they would mix trips.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "tripinvoice"},
                auto_decompress=False,
            )
        return self._session


async def _content(system: MoneySystem, response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise InvalidAnswerError(
            f"{system.name}: answered in a content encoding that was not asked for; let it send plain JSON",
            field=system.name,
        )
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise InvalidAnswerError(
                f"{system.name}: the answer is larger than {MAX_BYTES} bytes; answer about one trip only",
                field=system.name,
            )
    return bytes(content)


def _refusal(system: MoneySystem, response: aiohttp.ClientResponse, now: datetime) -> TripInvoiceError:
    status = response.status
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SystemUnavailableError(
            f"{system.name}: answered with status {status}; it cannot now",
            field=system.name,
            retry_after=retry_after(response.headers.get("Retry-After"), now),
        )
    return InvalidAnswerError(
        f"{system.name}: answered with status {status}; expected 200, 204 or 404: check its entry in the table",
        field=system.name,
    )


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The wait that a ``Retry-After`` header asks for, 0 to 1 hour (RFC 9110 §10.2.3); ``None`` if it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        wait = timedelta(seconds=int(text[:9]))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), MAX_RETRY_AFTER)


def _address(system: MoneySystem, trip: Trip, known: Mapping[str, Answer]) -> URL | None:
    """The system's address for this trip; ``None`` when a value in it is not known."""
    values: dict[str, str] = {}
    for placeholder in PLACEHOLDER.findall(system.url):
        value = trip.trip_id if placeholder == "trip_id" else _reference(system, placeholder, known)
        if value is None:
            return None
        values[placeholder] = quote(value, safe="")
    return URL(PLACEHOLDER.sub(lambda match: values[match[1]], system.url), encoded=True)


def _reference(system: MoneySystem, placeholder: str, known: Mapping[str, Answer]) -> str | None:
    """What a system answered, to be put into an address: a short printable text that is no path of its own."""
    name, _, field = placeholder.partition(".")
    body = known[name].body if name in known else None
    value = body.get(field) if body else None
    if value is None:
        return None
    usable = isinstance(value, str) and value.isprintable() and 0 < len(value) <= MAX_REFERENCE
    if not usable or not value.strip("."):
        raise InvalidAnswerError(
            f"{name}: {field}: expected a reference to ask {system.name!r} with, found a {kind_of(value)}; "
            "mend it in the system and resume",
            field=f"{name}.{field}",
        )
    return str(value)

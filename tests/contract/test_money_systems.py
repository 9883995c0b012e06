"""The port of the money systems: what its HTTP adapter makes of answers, over real connections."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from starter.samples.scenario import Scenario
from starter.samples.server import SampleSystems, serve
from starter.samples.trips import sample_trips
from tripinvoice.adapters.systems_http import MAX_BYTES, HttpMoneySystems, retry_after
from tripinvoice.answers import Provides, read_answer
from tripinvoice.errors import InvalidAnswerError, SystemUnavailableError
from tripinvoice.money_systems import Answer, MoneySystem
from tripinvoice.ports import MoneySystems
from tripinvoice.trip import LineOfBusiness, Place, Product, Trip

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = "Erika-Mustermann"
TRIP = Trip(
    trip_id="trip-1",
    line_of_business=LineOfBusiness.RIDES,
    product=Product.TAXI,
    pickup=Place(country="DE"),
    started_at=NOW,
    ended_at=NOW,
)
FARES = MoneySystem(name="fares", url="{base}/fares/{trip_id}", provides=Provides.CHARGES, timeout=timedelta(seconds=5))
DRIVERS = MoneySystem(
    name="drivers",
    url="{base}/drivers/{records.driver_ref}?trip={trip_id}",
    provides=Provides.DRIVER,
    depends_on=("records",),
)
FARE = {
    "currency": "EUR",
    "charges": [{"code": "fare", "contract": "transport", "tax_class": "transport", "amount": "12.40"}],
}
SCENARIO = Scenario(
    trip_id="trip-1",
    event=b"",
    answers={"fares": FARE, "drivers": {"ref": "d/1 ü&x=%2F", "name": PERSON}},
)

Known = Mapping[str, Mapping[str, Any] | None]
NOTHING: Known = {}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FixedClock:
    def now(self) -> datetime:
        return NOW


class Asker:
    """The adapter with systems whose {base} is a running server."""

    def __init__(self, base: str, *systems: MoneySystem) -> None:
        self.base = base
        self.table = tuple(replace(system, url=system.url.replace("{base}", base)) for system in systems)
        self.port: MoneySystems = HttpMoneySystems(self.table, FixedClock())

    async def ask(self, name: str = "fares", trip: Trip = TRIP, known: Known = NOTHING) -> Answer:
        system = next(system for system in self.port.table() if system.name == name)
        answers = {
            key: Answer(system=key, provides=Provides.TRIP, body=dict(body) if body else None, fetched_at=NOW)
            for key, body in known.items()
        }
        return await self.port.ask(system, trip, answers)

    async def unavailable(self) -> SystemUnavailableError:
        with pytest.raises(SystemUnavailableError) as caught:
            await self.ask()
        return caught.value

    async def invalid(self, name: str = "fares", known: Known = NOTHING) -> InvalidAnswerError:
        with pytest.raises(InvalidAnswerError) as caught:
            await self.ask(name, known=known)
        return caught.value

    async def control(self, method: str, path: str, body: object = None) -> Any:
        async with aiohttp.ClientSession() as session, session.request(method, self.base + path, json=body) as response:
            assert response.ok
            return await response.json() if response.status == 200 else None


@asynccontextmanager
async def asking(base: str, *systems: MoneySystem) -> AsyncIterator[Asker]:
    asker = Asker(base, *systems)
    try:
        yield asker
    finally:
        assert isinstance(asker.port, HttpMoneySystems)
        await asker.port.close()


@pytest.fixture
async def sample() -> AsyncIterator[Asker]:
    """The adapter against the sample server, which knows one trip."""
    async with serve([SCENARIO]) as base, asking(base, FARES, DRIVERS) as asker:
        yield asker


@asynccontextmanager
async def custom(handler: Handler, *systems: MoneySystem) -> AsyncIterator[Asker]:
    """The adapter against a server of one handler."""
    app = web.Application()
    app.router.add_get("/{rest:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with asking("http://{}:{}".format(*runner.addresses[0][:2]), *(systems or (FARES,))) as asker:
            yield asker
    finally:
        await runner.cleanup()


def answering(**response: Any) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(0)
        return web.Response(**response)

    return handler


class TestAnswers:
    async def test_json_object(self, sample: Asker) -> None:
        """A 200 with a JSON object is the answer, as received, with the time it came."""
        expected = Answer(system="fares", provides=Provides.CHARGES, body=FARE, fetched_at=NOW)
        assert await sample.ask() == expected

    async def test_unknown_trip(self, sample: Asker) -> None:
        """A 404 is no answer."""
        assert (await sample.ask(trip=replace(TRIP, trip_id="other"))).body is None

    async def test_no_content(self) -> None:
        """A 204 is no answer."""
        async with custom(answering(status=204)) as asker:
            assert (await asker.ask()).body is None

    async def test_every_sample_answer_has_its_shape(self) -> None:
        """What comes back from the sample server over HTTP is what the sample says, and of the declared kind."""
        scenarios = sample_trips()
        async with serve(scenarios) as base, asking(base, FARES) as asker:
            for scenario in scenarios:
                answer = await asker.ask(trip=replace(TRIP, trip_id=scenario.trip_id))
                assert answer.body == scenario.answers.get("fares")
                if answer.body is not None:
                    read_answer("fares", Provides.CHARGES, answer.body)

    async def test_asked_again_after_close(self, sample: Asker) -> None:
        """Closing ends the connections; the next question opens new ones. Closing twice is one."""
        await sample.ask()
        assert isinstance(sample.port, HttpMoneySystems)
        await sample.port.close()
        await sample.port.close()
        assert (await sample.ask()).body == FARE

    async def test_headers_of_the_table(self) -> None:
        """What the table says a system wants to see, such as a credential, is sent to that system and no other."""
        told: dict[str, str | None] = {}

        async def handler(request: web.Request) -> web.Response:
            told[request.path.split("/")[1]] = request.headers.get("Authorization")
            return web.json_response(FARE)

        known = replace(FARES, headers=(("Authorization", "Bearer s3cret"),))
        tolls = replace(FARES, name="tolls", url="{base}/tolls/{trip_id}")
        async with custom(handler, known, tolls) as asker:
            await asker.ask("fares")
            await asker.ask("tolls")
        assert told == {"fares": "Bearer s3cret", "tolls": None}


class TestAddresses:
    async def test_references_are_percent_encoded(self, sample: Asker) -> None:
        """A value from another system is one path segment, whatever characters it has."""
        answer = await sample.ask("drivers", known={"records": {"driver_ref": "d/1 ü&x=%2F"}})
        assert answer.body == {"ref": "d/1 ü&x=%2F", "name": PERSON}
        assert await sample.control("GET", "/_calls") == {"trip-1": {"drivers": 1}}

    @pytest.mark.parametrize("known", [{}, {"records": None}, {"records": {"rider_ref": "r"}}])
    async def test_nothing_to_ask_with(self, sample: Asker, known: dict[str, Any]) -> None:
        """Without the reference the system is not asked and has nothing to say."""
        assert (await sample.ask("drivers", known=known)).body is None
        assert await sample.control("GET", "/_calls") == {}

    @pytest.mark.parametrize("value", [7, "", "..", ".", "a\nb", "x" * 201, ["d"], {"a": 1}, True])
    async def test_what_is_no_reference(self, sample: Asker, value: object) -> None:
        """A value that is no short printable text is the other system's mistake."""
        error = await sample.invalid("drivers", {"records": {"driver_ref": value}})
        assert error.field == "records.driver_ref"
        assert await sample.control("GET", "/_calls") == {}


class TestUnavailable:
    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
    async def test_statuses(self, sample: Asker, status: int) -> None:
        """Overload and server errors pass by themselves."""
        await sample.control("PUT", "/_faults", {"system": "fares", "status": status, "times": 1})
        error = await sample.unavailable()
        assert (error.retry_after, str(status) in error.message) == (None, True)
        assert (await sample.ask()).body == FARE

    @pytest.mark.parametrize("status", [429, 503])
    async def test_retry_after(self, sample: Asker, status: int) -> None:
        """The wait that the system asks for comes along."""
        await sample.control("PUT", "/_faults", {"system": "fares", "status": status, "retry_after": "17"})
        assert (await sample.unavailable()).retry_after == timedelta(seconds=17)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("0", 0),
            (" 120 ", 120),
            ("7200", 3600),
            ("9" * 400, 3600),
            (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
            (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
            ("Sun, 01 Mar 2026 12:00:30 -0000", 30),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
            ("-5", None),
            ("1.5", None),
            ("²", None),
            ("soon", None),
            ("", None),
            (None, None),
        ],
    )
    def test_retry_after_header(self, header: str | None, seconds: int | None) -> None:
        """Seconds or an HTTP date, never in the past, at most an hour; anything else is no wish."""
        expected = None if seconds is None else timedelta(seconds=seconds)
        assert retry_after(header, NOW) == expected

    async def test_timeout(self, sample: Asker) -> None:
        """A system that is slower than its timeout is unavailable."""
        await sample.control("PUT", "/_faults", {"system": "fares", "latency_ms": 2000})
        slow = replace(sample.table[0], timeout=timedelta(milliseconds=100))
        with pytest.raises(SystemUnavailableError, match=r"no answer within 0\.1 s"):
            await sample.port.ask(slow, TRIP, {})

    async def test_timeout_in_the_middle_of_an_answer(self) -> None:
        """The timeout covers the whole answer, not only its beginning."""

        async def dripping(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b" ")
                await asyncio.sleep(0.05)
            return response

        async with custom(dripping, replace(FARES, timeout=timedelta(milliseconds=200))) as asker:
            assert "no answer within" in (await asker.unavailable()).message

    async def test_nobody_listens(self) -> None:
        """A refused connection is unavailable; the address is not in the message."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            async with asking(f"http://127.0.0.1:{unused.getsockname()[1]}", FARES) as asker:
                message = (await asker.unavailable()).message
        assert message == "fares: connection failed (ClientConnectorError); is it running and reachable?"

    async def test_connection_lost_in_the_middle(self) -> None:
        """An answer that breaks off is unavailable, not a wrong answer."""

        async def broken(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"name": "')
            assert request.transport is not None
            request.transport.abort()
            return response

        async with custom(broken) as asker:
            assert "connection failed" in (await asker.unavailable()).message

    async def test_cancelled(self, sample: Asker) -> None:
        """Cancelling a question is not an unavailable system, and gives its place back."""
        await sample.control("PUT", "/_faults", {"system": "fares", "latency_ms": 60_000, "times": 1})
        task = asyncio.create_task(sample.ask())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await sample.ask()).body == FARE


class TestInvalid:
    @pytest.mark.parametrize("status", [202, 206, 301, 302, 307, 400, 401, 403, 410, 422])
    async def test_statuses(self, status: int) -> None:
        """Everything that is neither an answer, nothing nor an outage is a mistake; redirects are not followed."""
        asked: list[str] = []

        async def handler(request: web.Request) -> web.Response:
            await asyncio.sleep(0)
            asked.append(request.path)
            return web.Response(status=status, headers={"Location": "/elsewhere"}, text=PERSON)

        async with custom(handler) as asker:
            assert f"status {status}" in (await asker.invalid()).message
        assert asked == ["/fares/trip-1"]

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ("not_json", "not JSON"),
            ("not_utf8", "not UTF-8"),
            ("not_object", "expected a JSON object, found a list of 0"),
            ("huge", f"larger than {MAX_BYTES} bytes"),
        ],
    )
    async def test_contents(self, sample: Asker, wrong: str, words: str) -> None:
        """Contents that are no JSON object of reasonable size are a mistake of the system."""
        await sample.control("PUT", "/_faults", {"system": "fares", "wrong": wrong})
        assert (await sample.invalid()).message.startswith(
            f"fares: {'the answer is ' if wrong == 'huge' else ''}{words}"
        )

    @pytest.mark.parametrize(
        "content", [b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": "\\udc00"}', b"", b"\xef\xbb\xbf{}", b"[" * 9999]
    )
    async def test_loose_json(self, content: bytes) -> None:
        """What Python's reader would let in is refused."""
        async with custom(answering(body=content)) as asker:
            assert (await asker.invalid()).field == "fares"

    async def test_largest(self) -> None:
        """Exactly the limit is still an answer, one byte more is not."""
        content = json.dumps({"x": "y" * (MAX_BYTES - 9)}).encode()
        assert len(content) == MAX_BYTES
        async with custom(answering(body=content)) as asker:
            assert (await asker.ask()).body is not None
        async with custom(answering(body=content + b" ")) as asker:
            assert "larger than" in (await asker.invalid()).message

    async def test_compressed(self) -> None:
        """Nothing that was not asked for is unpacked."""

        async def handler(_: web.Request) -> web.Response:
            await asyncio.sleep(0)
            return web.Response(body=b"\x1f\x8b bomb", headers={"Content-Encoding": "gzip"})

        async with custom(handler) as asker:
            assert "content encoding" in (await asker.invalid()).message

    async def test_a_float_never_becomes_money(self, sample: Asker) -> None:
        """A JSON number as an amount arrives, and is refused as soon as it is read as a charge."""
        await sample.control("PUT", "/_faults", {"system": "fares", "wrong": "float_amount"})
        body = (await sample.ask()).body
        assert body is not None
        assert body["charges"][0]["amount"] == 12.4
        with pytest.raises(InvalidAnswerError, match=r"fares: charges.0.amount: .* found a float"):
            read_answer("fares", Provides.CHARGES, body)

    async def test_no_personal_data_in_any_message(self) -> None:
        """Whatever is wrong, neither the content nor the address is told."""
        for response in ({"text": PERSON}, {"status": 500, "text": PERSON}, {"status": 400, "reason": PERSON}):
            async with custom(answering(**response), replace(FARES, url="{base}/" + PERSON)) as asker:
                with pytest.raises((InvalidAnswerError, SystemUnavailableError)) as caught:
                    await asker.ask()
                assert PERSON not in str(caught.value)
                assert caught.value.__suppress_context__ or caught.value.__context__ is None


class TestLimits:
    async def test_concurrency(self) -> None:
        """A system never has more questions at a time than its limit; another system's are not in the way."""
        running = {"fares": 0, "tolls": 0}
        most = dict(running)

        async def handler(request: web.Request) -> web.Response:
            system = request.path.split("/")[1]
            running[system] += 1
            most[system] = max(most[system], running[system])
            await asyncio.sleep(0.05)
            running[system] -= 1
            return web.json_response({})

        tolls = replace(FARES, name="tolls", url="{base}/tolls/{trip_id}", concurrency=8)
        async with custom(handler, replace(FARES, concurrency=2), tolls) as asker:
            await asyncio.gather(*(asker.ask(name) for name in ["fares"] * 6 + ["tolls"] * 8))
        assert most == {"fares": 2, "tolls": 8}

    async def test_waiting_for_a_place_is_not_the_system_s_time(self, sample: Asker) -> None:
        """Questions in a queue longer than the timeout are all answered."""
        await sample.control("PUT", "/_faults", {"system": "fares", "latency_ms": 100})
        one = replace(sample.table[0], concurrency=1, timeout=timedelta(milliseconds=350))
        async with asking(sample.base, one) as asker:
            answers = await asyncio.gather(*(asker.ask() for _ in range(6)))
        assert [answer.body for answer in answers] == [FARE] * 6

    async def test_no_cookies(self) -> None:
        """What one trip's answer sets is not sent along with the next trip's question."""
        cookies: list[str | None] = []

        async def handler(request: web.Request) -> web.Response:
            await asyncio.sleep(0)
            cookies.append(request.headers.get("Cookie"))
            return web.json_response({}, headers={"Set-Cookie": "who=me"})

        async with custom(handler) as asker:
            await asker.ask()
            await asker.ask()
        assert cookies == [None, None]


class TestSampleServerAsAnUpstream:
    async def test_a_fault_for_one_trip_and_a_number_of_times(self, sample: Asker) -> None:
        """Faults meet the calls they were made for, as often as they were told."""
        await sample.control(
            "PUT", "/_faults", [{"system": "*", "trip_id": "trip-1", "status": 503, "times": 2}, {"system": "tolls"}]
        )
        assert (await sample.ask(trip=replace(TRIP, trip_id="other"))).body is None
        for _ in range(2):
            await sample.unavailable()
        assert (await sample.ask()).body == FARE
        assert await sample.control("GET", "/_calls") == {"other": {"fares": 1}, "trip-1": {"fares": 3}}

    async def test_errors_by_chance_can_be_repeated(self) -> None:
        """With the same seed the same calls fail."""

        async def failures() -> list[bool]:
            systems = SampleSystems(error_rate=0.5, seed=7)
            async with serve([SCENARIO], systems=systems) as base, asking(base, FARES) as asker:
                results = [await asyncio.gather(asker.ask(), return_exceptions=True) for _ in range(20)]
            return [isinstance(result[0], SystemUnavailableError) for result in results]

        first = await failures()
        assert first == await failures()
        assert {True, False} == set(first)

"""The sample server: what it answers, which faults it makes, and how it runs as a command."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from starter.samples.faults import Fault, Faults, spoil
from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.server import main, serve
from starter.samples.trips import sample_trips

ROOT = Path(__file__).parents[2]
FARE = {
    "currency": "EUR",
    "charges": [
        {"code": "fare", "contract": "transport", "tax_class": "transport", "amount": "12.40"},
        {"code": "refund", "contract": "transport", "tax_class": "refund", "amount": "-2.00"},
    ],
}
SCENARIO = Scenario(trip_id="t-1", event=b"", answers={"fares": FARE, "drivers": {"ref": "d-1", "name": "Ä"}})


class Caller:
    """Asks a running server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __call__(self, path: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self._session.request(method, path, data=None if body is None else data) as response:
            content = await response.read()
            return response.status, json.loads(content) if content else None


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with (
        serve([SCENARIO, RefusedRow(row=2, reason="x")]) as base,
        aiohttp.ClientSession(base) as session,
    ):
        yield Caller(session)


class TestAnswers:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/fares/trips/t-1", (200, FARE)),
            ("/drivers/d-1?trip=t-1", (200, {"ref": "d-1", "name": "Ä"})),
            ("/drivers/d-2?trip=t-1", (404, None)),
            ("/drivers/d-1?trip=t-2", (404, None)),
            ("/tolls/trips/t-1", (404, None)),
            ("/fares/trips/t-2", (404, None)),
        ],
    )
    async def test_by_trip_and_reference(self, call: Caller, path: str, expected: tuple[int, Any]) -> None:
        """Only what the scenario says about this trip and this reference is answered."""
        assert await call(path) == expected

    async def test_trips_added_while_it_runs(self, call: Caller) -> None:
        """A trip put at run time is known at once, and counted."""
        assert (await call("/_scenarios", "PUT", {"trip_id": "t-2", "answers": {"tips": {"a": 1}}}))[0] == 204
        assert await call("/tips/trips/t-2") == (200, {"a": 1})
        assert await call("/_health") == (200, {"trips": 2})

    async def test_calls_are_counted(self, call: Caller) -> None:
        """Calls are counted by trip and system until they are forgotten."""
        for path in ("/fares/trips/t-1", "/fares/trips/t-1", "/drivers/d-1?trip=t-1"):
            await call(path)
        assert await call("/_calls") == (200, {"t-1": {"fares": 2, "drivers": 1}})
        await call("/_calls", "DELETE")
        assert await call("/_calls") == (200, {})

    @pytest.mark.parametrize("path", ["/_scenarios", "/_faults"])
    @pytest.mark.parametrize(
        "body", [b"{", b"5", b"{}", b'{"system": "x", "colour": 1}', b'{"trip_id": 1, "answers": 5}']
    )
    async def test_what_it_cannot_be_told(self, call: Caller, path: str, body: bytes) -> None:
        """A malformed instruction is refused with words."""
        status, answer = await call(path, "PUT", body)
        assert (status, list(answer)) == (400, ["error"])


class TestFaults:
    async def test_in_force_until_cleared(self, call: Caller) -> None:
        """A fault meets its system's calls until all faults are taken away."""
        await call("/_faults", "PUT", {"system": "fares", "status": 500})
        assert [(await call("/fares/trips/t-1"))[0], (await call("/drivers/d-1?trip=t-1"))[0]] == [500, 200]
        await call("/_faults", "DELETE")
        assert (await call("/fares/trips/t-1"))[0] == 200

    def test_the_first_that_meets_is_used_up(self) -> None:
        """Faults are taken in order; one with a number of times ends."""
        faults = Faults()
        once, ever = Fault(system="a", status=500, times=1), Fault(system="*", status=429, trip_id="t")
        faults.add(once)
        faults.add(ever)
        calls = [("a", "t"), ("a", "t"), ("b", "t"), ("b", "u")]
        assert [faults.next_for(*call) for call in calls] == [once, ever, ever, None]

    @pytest.mark.parametrize(
        ("wrong", "amounts"),
        [
            (None, ["12.40", "-2.00"]),
            ("negative_total", ["-12.40", "-2.00"]),
            ("float_amount", [12.4, -2.0]),
            ("missing_fare", []),
        ],
    )
    def test_wrong_amounts(self, wrong: Any, amounts: list[object]) -> None:
        """The charges are wrong in the way that was asked for."""
        assert [charge["amount"] for charge in json.loads(spoil(FARE, wrong))["charges"]] == amounts

    @pytest.mark.parametrize(("currency", "other"), [("EUR", "CHF"), ("CHF", "EUR")])
    def test_wrong_currency(self, currency: str, other: str) -> None:
        """The currency is another one."""
        assert json.loads(spoil({"currency": currency}, "currency")) == {"currency": other}


class TestCommand:
    async def test_serves_until_it_is_told_to_stop(self) -> None:
        """The command prints its address, serves the bundled sample, and ends cleanly on SIGTERM."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "starter.samples.server", "--port", "0", "--latency-ms", "1",
            cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            base = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
            async with aiohttp.ClientSession(base) as session:
                assert await Caller(session)("/_health") == (200, {"trips": len(sample_trips())})
        finally:
            process.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(process.wait(), 30)
        assert code == 0

    def test_a_file_that_is_none(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A trip file that cannot be read ends the command with one line."""
        assert main(["--port", "0", "--trips", str(tmp_path / "none.jsonl")]) == 1
        assert capsys.readouterr().err == "trips file: cannot be opened (No such file or directory); check its path\n"

    def test_an_error_rate_that_is_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The error rate is a share."""
        with pytest.raises(SystemExit):
            main(["--error-rate", "5"])
        assert "from 0 to 1" in capsys.readouterr().err

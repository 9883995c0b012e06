"""The sample money systems: one HTTP server that answers as all of them, from the scenarios it was given.

Run it with ``python -m starter.samples.server --trips FILE``, or in a program with :func:`serve`. Addresses are those
of ``sample_money_systems.toml``: ``/<system>/…`` with the trip's id as the last part of the path or as ``?trip=``.
For tests and demonstrations: ``PUT /_faults`` (one fault or a list), ``DELETE /_faults``, ``PUT /_scenarios``
(``{"trip_id", "answers"}``), ``GET`` and ``DELETE /_calls``, ``GET /_health``.
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from starter.samples.faults import Fault, Faults, spoil
from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.trips import read_trips, sample_trips
from starter.signals import stop_on_signals
from tripinvoice.errors import TripInvoiceError

_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])
_MAX_REQUEST = 16 * 1024 * 1024


class SampleSystems:
    """What the sample systems know, and what they were told to do wrong."""

    def __init__(self, *, latency: float = 0.0, error_rate: float = 0.0, seed: int = 0) -> None:
        """``latency`` in seconds for every answer; ``error_rate`` is the share of calls that fail with 503."""
        self._answers: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self._calls: Counter[tuple[str, str]] = Counter()
        self._faults = Faults()
        self._latency = latency
        self._error_rate = error_rate
        self._chance = random.Random(seed)  # noqa: S311 - faults that can be repeated, no secret

    def add(self, trip_id: str, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Know this trip from now on."""
        self._answers[trip_id] = answers

    def application(self) -> web.Application:
        """The web application."""
        app = web.Application(client_max_size=_MAX_REQUEST)
        app.add_routes(
            [
                web.get("/_health", self._health),
                web.get("/_calls", self._get_calls),
                web.delete("/_calls", self._delete_calls),
                web.put("/_faults", self._put_faults),
                web.delete("/_faults", self._delete_faults),
                web.put("/_scenarios", self._put_scenario),
                web.get("/{system}/{rest:.+}", self._answer),
            ]
        )
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        system = request.match_info["system"]
        reference = request.match_info["rest"].rpartition("/")[2]
        trip_id = request.query.get("trip", reference)
        self._calls[system, trip_id] += 1
        fault = self._faults.next_for(system, trip_id)
        await asyncio.sleep(self._latency + (fault.latency_ms / 1000 if fault else 0.0))
        if fault and fault.status:
            return _status(fault.status, fault.retry_after)
        if self._error_rate and self._chance.random() < self._error_rate:
            return _status(HTTPStatus.SERVICE_UNAVAILABLE, None)
        body = self._answers.get(trip_id, {}).get(system)
        if body is None or not _about(body, request):
            return _status(HTTPStatus.NOT_FOUND, None)
        return web.Response(body=spoil(body, fault.wrong if fault else None), content_type="application/json")

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"trips": len(self._answers)})

    async def _get_calls(self, _: web.Request) -> web.Response:
        calls: dict[str, dict[str, int]] = {}
        for (system, trip_id), count in self._calls.items():
            calls.setdefault(trip_id, {})[system] = count
        return web.json_response(calls)

    async def _delete_calls(self, _: web.Request) -> web.Response:
        self._calls.clear()
        return _status(HTTPStatus.NO_CONTENT, None)

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            sent = json.loads(await request.read())
            faults = _FAULTS.validate_python(sent if isinstance(sent, list) else [sent])
        except (ValueError, ValidationError) as error:
            return web.json_response({"error": f"not a fault: {error}"}, status=HTTPStatus.BAD_REQUEST)
        for fault in faults:
            self._faults.add(fault)
        return _status(HTTPStatus.NO_CONTENT, None)

    async def _delete_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return _status(HTTPStatus.NO_CONTENT, None)

    async def _put_scenario(self, request: web.Request) -> web.Response:
        try:
            sent = json.loads(await request.read())
            self.add(str(sent["trip_id"]), dict(sent["answers"]))
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "send trip_id and answers"}, status=HTTPStatus.BAD_REQUEST)
        return _status(HTTPStatus.NO_CONTENT, None)


@asynccontextmanager
async def serve(
    scenarios: Iterable[Scenario | RefusedRow] = (),
    *,
    systems: SampleSystems | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """Serve these scenarios while the context is open; gives the base address. Port 0 takes a free one."""
    systems = systems or SampleSystems()
    for scenario in scenarios:
        if isinstance(scenario, Scenario):
            systems.add(scenario.trip_id, scenario.answers)
    runner = web.AppRunner(systems.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound_host, bound_port = runner.addresses[0][:2]
        yield f"http://[{bound_host}]:{bound_port}" if ":" in bound_host else f"http://{bound_host}:{bound_port}"
    finally:
        await runner.cleanup()


def _status(status: int, retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.Response(status=status, headers=headers)


def _about(body: Mapping[str, Any], request: web.Request) -> bool:
    """Whether the answer is about the reference that was asked for; without ``?trip=`` it is about the trip."""
    if "trip" not in request.query or "ref" not in body:
        return True
    return bool(request.match_info["rest"] == body["ref"])


async def _run(options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM; the base address is the first line of standard output."""
    stop = stop_on_signals()
    scenarios = list(read_trips(options.trips) if options.trips else sample_trips())
    for item in scenarios:
        if isinstance(item, RefusedRow):
            sys.stderr.write(f"row {item.row} refused: {item.reason}\n")
    systems = SampleSystems(latency=options.latency_ms / 1000, error_rate=options.error_rate, seed=options.seed)
    async with serve(scenarios, systems=systems, host=options.host, port=options.port) as base:
        sys.stdout.write(f"{base}\n")
        sys.stdout.flush()
        await stop.wait()


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("from 0 to 1")
    return share


def main(arguments: Sequence[str] | None = None) -> int:
    """The command ``python -m starter.samples.server``."""
    parser = argparse.ArgumentParser(prog="python -m starter.samples.server", description="The sample money systems.")
    parser.add_argument("--trips", type=Path, help="trip file, JSON Lines or taxi CSV (default: the bundled sample)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8900, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--latency-ms", type=int, default=0, help="wait before each answer, in milliseconds")
    parser.add_argument("--error-rate", type=_share, default=0.0, help="share of calls that fail with 503, 0 to 1")
    parser.add_argument("--seed", type=int, default=0, help="which calls fail; the same seed fails the same ones")
    try:
        asyncio.run(_run(parser.parse_args(arguments)))
    except (TripInvoiceError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

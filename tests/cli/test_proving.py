"""regenerate, replay and doctor."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starter import doctor, doctor_temporal
from tests.cli.conftest import ISSUED, PARKED, Cli
from tests.running import Stack
from tripinvoice.wiring import Wiring

pytestmark = pytest.mark.xdist_group("cli")

HISTORIES = Path(__file__).parent.parent / "histories"


async def test_regenerate_is_identical(cli: Cli) -> None:
    """The same evidence gives the same bytes, twice."""
    for _ in range(2):
        told = await cli("regenerate", ISSUED, "--json")
        assert (told.code, [one["identical"] for one in told.lines()]) == (0, [True])


async def test_verify_is_identical(cli: Cli) -> None:
    """A trip, a sample and everything; without Temporal, because only the stores are read."""
    for asked in ((ISSUED,), ("--all",), ("--sample", "5", "--seed", "1")):
        told = await cli("verify", *asked, "--json", TEMPORAL_ADDRESS="localhost:1")
        assert (told.code, {one["identical"] for one in told.lines()}) == (0, {True})
    told = await cli("verify", ISSUED)
    assert told.out == "1 of 1 document is identical to what their evidence makes today\n"


async def test_verify_needs_to_know_what(cli: Cli) -> None:
    """Exactly one choice; and something that is there."""
    assert (await cli("verify")).code == 2
    assert (await cli("verify", ISSUED, "--all")).code == 2
    assert (await cli("verify", "nobody")).code == 5


async def test_replay_of_what_runs_is_safe(cli: Cli) -> None:
    """By trip and by query; the verdict is in words and in the exit code."""
    told = await cli("replay", PARKED)
    assert (told.code, "safe to deploy" in told.out) == (0, True)
    told = await cli("replay", "--query", "InvoiceState = 'Issued'", "--json")
    assert (told.code, {one["safe"] for one in told.lines()}) == (0, {True})


async def test_replay_of_another_code_is_unsafe(cli: Cli, tmp_path: Path) -> None:
    """A history in which another activity was scheduled than the code at hand schedules: exit code 4. No server."""
    history = json.loads((HISTORIES / "issued.json").read_text())
    for event in history["events"]:
        if attributes := event.get("activityTaskScheduledEventAttributes"):
            attributes["activityType"]["name"] = "paint"
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(history))
    told = await cli("replay", "--file", str(file), TEMPORAL_ADDRESS="localhost:1")
    assert (told.code, "not safe to deploy" in told.out) == (4, True)
    same = await cli("replay", "--file", str(HISTORIES / "issued.json"), TEMPORAL_ADDRESS="localhost:1")
    assert (same.code, "1 replayed, 0 failed: safe to deploy" in same.out) == (0, True)


async def test_replay_needs_something_to_replay(cli: Cli) -> None:
    """Nothing found must not read as safe."""
    assert (await cli("replay", "nobody")).code == 5
    assert (await cli("replay", "--query", "TripId = 'nobody'")).code == 5
    assert (await cli("replay")).code == 2


async def test_doctor_finds_a_running_stack_well(cli: Cli) -> None:
    """Nothing fails; every server is looked at."""
    told = await cli("doctor", "--json")
    verdicts = {one["name"]: one["verdict"] for one in told.lines()}
    assert told.code == 0, told.out
    assert "fail" not in verdicts.values()
    for name in (
        "temporal server",
        "search attributes",
        "workers",
        "clock",
        "money systems",
        "numbers",
        "test document",
    ):
        assert verdicts[name] == "ok"


async def test_doctor_says_how_to_mend(cli: Cli, tmp_path: Path) -> None:
    """Without servers, and with a data folder that is a file: three things fail, each with its remedy."""
    file = tmp_path / "file"
    file.touch()
    told = await cli(
        "doctor",
        "--json",
        TEMPORAL_ADDRESS="localhost:1",
        TRIPINVOICE_DATA=str(file),
        TRIPINVOICE_MONEY_SYSTEMS_URL="http://127.0.0.1:1",
        TRIPINVOICE_KAFKA="kafka://127.0.0.1:1",
    )
    failed = {one["name"]: one["remedy"] for one in told.lines() if one["verdict"] == "fail"}
    assert told.code == 1
    assert {"data folder", "record store", "document store", "temporal server", "money systems", "kafka"} <= set(failed)
    assert all(failed.values())


async def test_doctor_embedded_needs_no_server(cli: Cli) -> None:
    """What a wheel in a clean environment can check of itself."""
    told = await cli("doctor", "--embedded", TEMPORAL_ADDRESS="localhost:1")
    assert (told.code, told.err) == (0, "")
    assert "pango" in told.out


async def test_doctor_reports_a_wrong_setting(cli: Cli) -> None:
    """The variable is named, the value is not."""
    told = await cli("doctor", TRIPINVOICE_LOG_LEVEL="swordfish")
    assert (told.code, "TRIPINVOICE_LOG_LEVEL" in told.out, "swordfish" in told.out) == (1, True, False)


class _Refusing:
    """A workflow service that refuses one question."""

    def __init__(self, real: Any, refused: str) -> None:
        self._real, self._refused = real, refused

    def __getattr__(self, name: str) -> Any:
        return self._refuse if name == self._refused else getattr(self._real, name)

    async def _refuse(self, *_: object, **__: object) -> None:
        raise RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")


async def test_doctor_goes_on_where_the_server_refuses(cli_stack: Stack) -> None:
    """Workers and clock cannot be asked about: two failed checks, and the others are made."""
    real = cli_stack.client
    client = SimpleNamespace(
        namespace=real.namespace,
        operator_service=real.operator_service,
        workflow_service=_Refusing(real.workflow_service, "describe_task_queue"),
    )
    checks = {check.name: check for check in await doctor_temporal.temporal(cast("Client", client), "here")}
    verdicts = {name: str(checks[name].verdict) for name in ("search attributes", "workers", "clock")}
    assert verdicts == {"search attributes": "ok", "workers": "fail", "clock": "fail"}
    assert "PERMISSION_DENIED" in checks["workers"].found
    assert all(checks[name].remedy for name in ("workers", "clock"))


async def test_doctor_asks_a_cluster_for_one_row_only(cli_stack: Stack) -> None:
    """Where there are billions of records and numbers nobody counts them."""
    settings = cli_stack.wiring.settings.model_copy(update={"store": "cassandra://c1,c2/invoices"})
    asked: list[str] = []

    def ask(name: str) -> Callable[[object], None]:
        return lambda _: asked.append(name)

    wiring = SimpleNamespace(
        settings=settings,
        records=SimpleNamespace(by_trip=ask("by_trip")),
        ledger=SimpleNamespace(find=ask("find")),
    )
    checks = [doctor._record_store(cast("Wiring", wiring)), doctor._numbers(cast("Wiring", wiring))]
    assert (["by_trip", "find"], {"ok"}) == (asked, {str(check.verdict) for check in checks})

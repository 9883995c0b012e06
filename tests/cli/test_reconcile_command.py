"""reconcile, as a process of its own: every way in which a trip can be without its documents."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from starter.reconcile import Event, Outcome, Reconciler, from_file
from starter.samples.scenario import Scenario
from starter.samples.trips import scenario_line
from tests import scenarios
from tests.cli.conftest import ISSUED, PARKED, Cli
from tests.kafka import fresh
from tests.running import Stack, running
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.adapters.kafka_producer import Record, publish
from tripinvoice.errors import InvalidTripError
from workflows.search_attributes import InvoiceState

pytestmark = pytest.mark.xdist_group("cli")


def _file(folder: Path, trips: Iterable[Scenario], *more: bytes) -> str:
    file = folder / "trips.jsonl"
    file.write_bytes(b"".join([*map(scenario_line, trips), *more]))
    return str(file)


async def test_every_trip_has_its_documents(cli: Cli, tmp_path: Path) -> None:
    """Exit code 0, and Temporal is not even asked."""
    file = _file(tmp_path, [scenarios.berlin(ISSUED)])
    told = await cli("reconcile", "--trips", file, TEMPORAL_ADDRESS="localhost:1")
    assert (0, "") == (told.code, told.err)
    assert told.out.startswith("All is in order: 1 trip, each with its documents\n")


async def test_a_file_tells_what_is_missing_and_why(cli: Cli, tmp_path: Path) -> None:
    """Invoiced, parked and never started; a repeated event counts once, lines that are no events by their code."""
    trips = [scenarios.berlin(name) for name in (ISSUED, PARKED, "cli-never", ISSUED)]
    file = _file(tmp_path, trips, b"no json\n", b'{"event": {"schema": "trip.completed/1"}}\n')
    told = await cli("reconcile", "--trips", file, "--format", "json")
    report = told.json()
    parked, never = sorted(report["without_documents"], key=lambda one: one["outcome"], reverse=True)
    assert (7, False, 6, 3, 1) == (told.code, *(report[k] for k in ("in_order", "events", "trips", "repeated")))
    assert {"InvalidTripError": 2} == report["refused"]
    assert {"invoiced": 1, "parked": 1, "not_started": 1} == {k: v for k, v in report["outcomes"].items() if v}
    assert (PARKED, "parked", "fetch", "MissingAnswerError", f"invoice/{PARKED}") == tuple(
        parked[k] for k in ("trip_id", "outcome", "step", "code", "workflow_id")
    )
    assert ("cli-never", "not_started", "2026-11-02T17:31:00Z") == tuple(
        never[k] for k in ("trip_id", "outcome", "since")
    )


async def test_text_groups_by_reason_and_says_what_helps(cli: Cli, tmp_path: Path) -> None:
    """The first line has the verdict, each trip its line."""
    file = _file(tmp_path, [scenarios.berlin(name) for name in (ISSUED, PARKED, "cli-never")], b"no json\n")
    told = await cli("reconcile", "--trips", file)
    assert told.code == 7
    assert told.out.startswith("NOT in order: 2 of 3 trips without documents\n")
    for part in (
        "1 event cannot be read (InvalidTripError)",
        "1 are parked (parked)",
        f"{PARKED}  at fetch MissingAnswerError",
        "tripinvoice resume",
        "1 have neither documents nor a workflow (not_started)",
        "2026-11-02 17:31:00Z  cli-never",
    ):
        assert part in told.out


async def test_csv_goes_into_a_file(cli: Cli, tmp_path: Path) -> None:
    """A row a trip without documents."""
    file, output = _file(tmp_path, [scenarios.berlin("cli-never")]), tmp_path / "missing.csv"
    told = await cli("reconcile", "--trips", file, "--format", "csv", "--output", str(output))
    rows = list(csv.DictReader(io.StringIO(output.read_text("utf-8"))))
    assert (7, "", [("cli-never", "not_started")]) == (
        told.code,
        told.out,
        [(row["trip_id"], row["outcome"]) for row in rows],
    )
    assert told.err.startswith("NOT in order: 1 of 1 trip without documents; the report is in")


async def test_a_young_trip_is_under_way_but_a_parked_one_waits_for_somebody(cli: Cli, tmp_path: Path) -> None:
    """However young; and what ended before --since is not looked at."""
    never, parked = scenarios.berlin("cli-never"), scenarios.berlin(PARKED)
    told = await cli("reconcile", "--trips", _file(tmp_path, [never]), "--grace", "9999d")
    assert (0, True) == (told.code, "1 trip, 1 of them under way" in told.out)
    assert 7 == (await cli("reconcile", "--trips", _file(tmp_path, [parked]), "--grace", "9999d")).code
    told = await cli("reconcile", "--trips", _file(tmp_path, [never]), "--since", "2026-11-03", "--json")
    assert (0, 1, 0) == (told.code, told.json()["events"], told.json()["trips"])


async def test_a_topic_is_read_from_end_to_end(cli: Cli) -> None:
    """By the time at which events were sent; no group is joined, so it can be done twice."""
    topic = fresh("trips")
    with MockCluster(topics=[topic]) as cluster:
        events = [scenarios.berlin(name).event for name in (ISSUED, "cli-never")]
        publish(cluster.bootstrap, topic, [Record(key=None, value=value) for value in [*events, None, b"no event"]])
        reading = Cli({**cli.environment, "TRIPINVOICE_KAFKA": f"kafka://{cluster.bootstrap}"})
        for grace, code, outcome in (("0s", 7, "not_started"), ("1h", 0, "under_way"), ("0s", 7, "not_started")):
            told = await reading("reconcile", "--trips", f"topic:{topic}", "--grace", grace, "--json")
            report = told.json()
            assert (code, 4, {"InvalidTripError": 2}) == (told.code, report["events"], report["refused"])
            assert {"invoiced": 1, outcome: 1} == {k: v for k, v in report["outcomes"].items() if v}
        later = await reading("reconcile", "--trips", f"topic:{topic}", "--since", "2099-01-01", "--json")
        assert (0, 0) == (later.code, later.json()["events"])


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        ((), 2, "'--trips'"),
        (("--trips", "nowhere.jsonl"), 1, "trips file: cannot be opened"),
        (("--trips", "nowhere.csv", "--grace", "soon"), 2, "--grace: expected a time"),
    ],
)
async def test_what_cannot_be_reconciled_is_one_line(
    cli: Cli, arguments: tuple[str, ...], code: int, part: str
) -> None:
    """It names the option."""
    told = await cli("reconcile", *arguments)
    assert (code, "", 1) == (told.code, told.out, told.err.count("\n"))
    assert part in told.err


async def _reconciled(stack: Stack, names: Iterable[str], folder: Path, **changes: int) -> dict[str, str]:
    """Outcome and what the workflow says, of each trip that has no documents."""

    async def connect() -> object:
        return stack.client

    now = SystemClock().now()
    stores = stack.wiring.records, stack.wiring.collection
    reconciler = Reconciler(*stores, connect, now=now, grace=timedelta(hours=1), **changes)  # type: ignore[arg-type]
    trips = _file(folder, [scenarios.berlin(name) for name in names])
    result = await reconciler.run(from_file(Path(trips)))
    return {one.trip_id: f"{one.outcome} {one.status}" for one in result.without}


async def test_workflows_that_run_late_or_ended_are_told_apart(tmp_path: Path) -> None:
    """Without a worker one hangs; a terminated one ended; a revision is a trip of its own."""
    names = ("hanging", "terminated")
    async with running(tmp_path, time_skipping=False, with_worker=False) as stack:
        for name in names:
            await stack.start(await stack.know(scenarios.berlin(name)))
        await stack.client.get_workflow_handle("invoice/terminated").terminate()
        assert {"hanging": "late Running", "terminated": "ended Terminated"} == await _reconciled(
            stack, names, tmp_path
        )


async def test_a_trip_that_was_voided_is_in_order(cli: Cli, cli_stack: Stack, tmp_path: Path) -> None:
    """Without a number it has no record; its workflow says so. Another revision of it has nothing yet."""
    trip = await cli_stack.know(scenarios.berlin("cli-told-void"), fares=None)
    await cli_stack.parked(trip)
    handle = cli_stack.handle(trip)
    await handle.execute_update("void", {"reason": "test trip"})
    assert InvoiceState.VOIDED == (await handle.result()).state
    again = json.loads(scenarios.berlin("cli-told-void").event) | {"revision": 2}
    second = replace(scenarios.berlin("cli-told-void"), event=json.dumps(again).encode())
    told = await cli("reconcile", "--trips", _file(tmp_path, [scenarios.berlin("cli-told-void"), second]), "--json")
    assert {"void": 1, "not_started": 1} == {k: v for k, v in told.json()["outcomes"].items() if v}
    assert [2] == [one["revision"] for one in told.json()["without_documents"]]


async def test_an_invoice_that_is_finished_meanwhile_is_invoiced(cli_stack: Stack) -> None:
    """The records are asked again when its workflow has ended."""

    class Late:
        """Records that come at the second question."""

        asked = 0

        def by_trip(self, trip_id: str) -> object:
            self.asked += 1
            return () if self.asked == 1 else cli_stack.wiring.records.by_trip(trip_id)

    async def connect() -> object:
        return cli_stack.client

    now = SystemClock().now()
    reconciler = Reconciler(Late(), cli_stack.wiring.collection, connect, now=now, grace=timedelta())  # type: ignore[arg-type]
    result = await reconciler.run([Event(value=scenarios.berlin(ISSUED).event)])
    assert (1, []) == (result.outcomes[Outcome.INVOICED], result.without)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    """Before anything is asked."""
    with pytest.raises(InvalidTripError, match="cannot be opened"):
        list(from_file(tmp_path / "nowhere"))

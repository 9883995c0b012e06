"""The scheduled audit: what it tells, where it shows, and that a retry goes on where it stopped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig
from temporalio.testing import ActivityEnvironment

from activities import auditing
from activities.auditing import AuditActivities, AuditProgress
from activities.messages import AuditInput, AuditSummary
from tests import scenarios
from tests.running import Stack, running
from tests.unit.audit.house import NOW, House, opened
from tripinvoice import canonical
from tripinvoice.audit.findings import Rule
from tripinvoice.numbering import NumberTaken
from workflows import policies
from workflows import search_attributes as sa
from workflows.audit_numbers import AuditNumbers
from workflows.messages import AuditNumbersInput

pytestmark = pytest.mark.xdist_group("temporal")

EVERYTHING = AuditInput(now=NOW, grace=timedelta(hours=1), since=None, documents=True)


async def _audit(stack: Stack, request: AuditNumbersInput, workflow_id: str) -> WorkflowHandle[Any, AuditSummary]:
    handle = await stack.client.start_workflow(AuditNumbers.run, request, id=workflow_id, task_queue=policies.WORKFLOWS)
    await handle.result()
    return handle


async def _details(handle: WorkflowHandle[Any, Any]) -> str:
    """What the Web UI shows."""
    return str(await handle.query("__temporal_workflow_metadata", result_type=dict)).replace("\\n", "\n")


def _overwrite(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"other bytes")


async def test_an_audit_of_all_that_these_tests_made(stack: Stack) -> None:
    """Whatever other tests leave under way is young; nothing else is found, and search finds the audit."""
    await stack.invoice(await stack.know(scenarios.berlin("audited")))
    handle = await _audit(stack, AuditNumbersInput(since_days=0), "audit/all")
    summary = await handle.result()
    assert (0, {}, ()) == (summary.holes, summary.findings, summary.first)
    assert summary.numbers >= 1
    described = await handle.describe()
    assert 0 == described.typed_search_attributes.get(sa.AUDIT_FINDINGS)
    assert "In order" in await _details(handle)


async def test_findings_are_a_result_and_show_in_the_web_ui(tmp_path: Path) -> None:
    """It ends well, with counts, numbers and no word of a person; the older number is out of its sight."""
    async with running(tmp_path) as stack:
        trip = await stack.know(scenarios.berlin("altered"))
        [document] = (await stack.invoice(trip)).documents
        assert document.pdf is not None
        _overwrite(Path(stack.wiring.documents.location(document.pdf)))
        handle = await _audit(stack, AuditNumbersInput(), "audit/altered")
        summary = await handle.result()
        assert ({"object-altered": 1}, 1) == (summary.findings, summary.numbers)
        assert [document.number] == [told.number for told in summary.first]
        assert 1 == (await handle.describe()).typed_search_attributes.get(sa.AUDIT_FINDINGS)
        assert f"- `{document.number}` object-altered: PDF" in await _details(handle)
        unread = await _audit(stack, AuditNumbersInput(documents=False), "audit/unread")
        assert {} == (await unread.result()).findings


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Three series of one document each."""
    with opened(tmp_path) as empty:
        for name in ("A", "B", "C"):
            empty.issue(f"trip-{name}", series=f"DE-{name}")
        yield empty


def test_a_retry_goes_on_at_the_series_where_the_last_try_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was found before, and what the days must hold."""
    monkeypatch.setattr(auditing, "BEAT_EVERY", 0.0)
    house.sql("DELETE FROM claim WHERE document LIKE 'trip-A/%'")
    walked: list[str] = []

    class Breaking:
        """A ledger whose second series cannot be read at first."""

        broken = True

        def __getattr__(self, name: str) -> Any:
            return getattr(house.ledger, name)

        def entries(self, series: str, period: str) -> Iterator[NumberTaken]:
            walked.append(series)
            if series == "DE-B" and self.broken:
                raise ConnectionError
            return house.ledger.entries(series, period)

    ledger = Breaking()
    steps = AuditActivities(ledger, house.records, house.documents)
    environment = ActivityEnvironment()
    beats: list[Any] = []
    environment.on_heartbeat = lambda *details: beats.append(details)
    with pytest.raises(ConnectionError):
        environment.run(steps.audit, EVERYTHING)
    ledger.broken = False
    second = ActivityEnvironment()
    second.info = replace(second.info, heartbeat_details=beats[-1])
    summary = second.run(steps.audit, EVERYTHING)
    assert ["DE-A", "DE-B", "DE-B", "DE-C"] == walked
    assert (3, 3, {"claim": 1}) == (summary.series, summary.numbers, summary.findings)
    assert "DE-A" == canonical.load(beats[-1][0].encode(), AuditProgress).series


def test_a_worker_that_stops_lets_go_of_its_audit(house: House) -> None:
    """It does not hold up a deploy for hours: it fails, to be tried again elsewhere; cancelled, it ends."""
    steps = AuditActivities(house.ledger, house.records, house.documents)
    stopping = ActivityEnvironment()
    stopping.worker_shutdown()
    with pytest.raises(Exception, match="goes on at the same series elsewhere"):
        stopping.run(steps.audit, EVERYTHING)
    cancelled = ActivityEnvironment()
    cancelled.cancel()
    with pytest.raises(Exception, match="Cancelled"):
        cancelled.run(steps.audit, EVERYTHING)


def test_a_summary_lists_few_findings_and_counts_all(house: House) -> None:
    """A store that is away for an hour must not fill a history."""
    for no in range(auditing.FIRST + 5):
        house.number(f"lost-{no}")
    summary = ActivityEnvironment().run(AuditActivities(house.ledger, house.records, house.documents).audit, EVERYTHING)
    assert (auditing.FIRST, {"record-missing": auditing.FIRST + 5}) == (len(summary.first), summary.findings)


def test_gauges_tell_holes_and_findings_by_rule(house: House) -> None:
    """As the SDK's runtime has them, whatever it serves them with; a rule that holds says 0."""
    buffer = MetricBuffer(10_000)
    environment = ActivityEnvironment()
    environment.metric_meter = Runtime(telemetry=TelemetryConfig(metrics=buffer, logging=None)).metric_meter
    house.issue("second", series="DE-A")
    house.sql("DELETE FROM ledger WHERE series = 'DE-A' AND no = 1")
    environment.run(AuditActivities(house.ledger, house.records, house.documents).audit, EVERYTHING)
    told = [update for update in buffer.retrieve_updates() if update.metric.name.startswith("tripinvoice_")]
    gauges = {(update.metric.name, update.attributes.get("rule")): update.value for update in told}
    expected = {str(rule): 0 for rule in Rule} | {"hole": 1, "number-missing": 1}
    assert gauges.pop(("tripinvoice_series_holes", None)) == 1
    assert gauges.pop(("tripinvoice_audit_numbers", None)) == 3
    assert gauges.pop(("tripinvoice_audit_timestamp_seconds", None)) == EVERYTHING.now.timestamp()
    assert {("tripinvoice_audit_findings", rule): count for rule, count in expected.items()} == gauges

"""No personal data in any log, metric, trace or history, though all of it was in the run."""

import pytest

from tests.observability.marks import MARK
from tests.observability.run import PARKED, Run
from tripinvoice import archive
from tripinvoice.money_systems import Sources

pytestmark = [pytest.mark.xdist_group("observed"), pytest.mark.timeout(300)]


def test_the_marks_were_there(run: Run) -> None:
    """In the evidence of an invoice, and so in all that was done with it; otherwise the other tests prove nothing."""
    [record] = run.stack.wiring.records.by_trip("watched-first-0")
    assert record.sources is not None
    sources = archive.recall(record.sources, run.stack.wiring.documents, Sources)
    assert str(sources.answers).count(MARK) >= 6


@pytest.mark.parametrize("process", ["worker", "bridge"])
def test_no_mark_is_in_a_log(run: Run, process: str) -> None:
    """At the level at which most is said."""
    log = run.logs[process].read_text("utf-8")
    assert len(log.splitlines()) > 3
    assert MARK not in log
    assert MARK not in run.logs[process].with_suffix(".out").read_text("utf-8")


def test_no_mark_is_in_the_metrics(run: Run) -> None:
    assert {"worker", "bridge"} == set(run.metrics)
    assert not [name for name, told in run.metrics.items() if MARK in told or "tripinvoice_" not in told]


def test_no_mark_is_in_a_history(run: Run) -> None:
    """Neither in a payload nor in a failure."""
    assert [history for history in run.histories() if f"{PARKED}-first" in history and "InvalidAnswerError" in history]
    assert not [history for history in run.histories() if MARK in history]


def test_no_mark_is_in_a_trace(run: Run) -> None:
    assert run.collector.received
    assert not [body for body in run.collector.received if MARK.encode() in body]


def test_no_mark_is_announced(run: Run) -> None:
    assert run.announced
    assert not [one for one in run.announced if MARK in f"{one.key()!r}{one.value()!r}{one.headers()!r}"]

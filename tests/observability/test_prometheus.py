"""Every query of dashboards, rules and alerts against a real Prometheus that has read a real run."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.dashboards import FOLDER, written
from tests.observability.run import Run
from tests.servers.missing import missing_server
from tests.servers.programs import MissingServerError
from tests.servers.prometheus import DEPLOY, Prometheus, promtool

pytestmark = [pytest.mark.xdist_group("observed"), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
ALERT_TESTS = Path(__file__).with_name("alerts.yml")

# --- what a run in which nothing is broken cannot tell ----------------------------------------------------------------
ONLY_IN_TROUBLE = frozenset({"temporal_workflow_task_execution_failed"})
SILENT = frozenset({"TripInvoiceUnexpectedError", "TripInvoiceWorkflowCannotGoOn"})

_COMPARISON = re.compile(r"(?P<value>.+) (?:>|<|==) [\d.]+")


def queries() -> Iterator[tuple[str, str]]:
    """Each with what it is called, as the files have them."""
    for file in sorted(FOLDER.glob("*.json")):
        for panel in json.loads(file.read_text("utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                yield f"{file.stem} {panel['id']}{target['refId']}: {panel['title']}", target["expr"]
    for rule in rules("recording.yml"):
        yield rule["record"], rule["expr"]


def choices() -> Iterator[tuple[str, str]]:
    """What a dashboard's variables are chosen from."""
    for file in sorted(FOLDER.glob("*.json")):
        for variable in json.loads(file.read_text("utf-8"))["templating"]["list"][1:]:
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()  # type: ignore[union-attr]
            yield f"{file.stem}: ${label}", f'{metric}{{{label}!=""}}'


def rules(name: str) -> list[dict[str, Any]]:
    """Of a file."""
    groups = yaml.safe_load((DEPLOY / name).read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def asked(expression: str) -> str:
    """As Grafana asks it, all chosen."""
    return re.sub(
        r"\$(country|line_of_business|candidate|task_queue)\b", ".*", expression.replace("$__rate_interval", "1m")
    )


@pytest.fixture
def prometheus(run: Run) -> Prometheus:
    """The one that has read the run."""
    if isinstance(run.prometheus, MissingServerError):
        missing_server(run.prometheus.what, run.prometheus.install)
    return run.prometheus


def check(prometheus: Prometheus, run: Run, expression: str) -> None:
    """It names metrics that are there, and gives at least one number."""
    named = prometheus.metrics_of(expression)
    assert named - prometheus.names() == set()
    values = prometheus.query(expression, run.ended)
    assert [value for value in values if not math.isnan(value)]


@pytest.mark.parametrize(("name", "expression"), [pytest.param(*one, id=one[0]) for one in [*queries(), *choices()]])
def test_a_query_has_an_answer(prometheus: Prometheus, run: Run, name: str, expression: str) -> None:  # noqa: ARG001
    check(prometheus, run, asked(expression))


@pytest.mark.parametrize("rule", rules("alerts.yml"), ids=lambda rule: rule["alert"])
def test_the_value_of_an_alert_is_known(prometheus: Prometheus, run: Run, rule: dict[str, Any]) -> None:
    """Without its threshold; an alert on what is not told would be silent for ever."""
    expression = (
        rule["expr"].removeprefix("absent(").removesuffix(")") if rule["expr"][:7] == "absent(" else rule["expr"]
    )
    found = _COMPARISON.fullmatch(expression)
    assert found is not None
    if rule["alert"] in SILENT:
        assert prometheus.metrics_of(found["value"]) - prometheus.names() <= ONLY_IN_TROUBLE
    else:
        check(prometheus, run, found["value"])


def test_a_query_that_is_wrong_is_found(prometheus: Prometheus, run: Run) -> None:
    """A metric that nobody tells, a label that is never so, and what is no PromQL."""
    for wrong in ("sum(tripinvoice_no_such_total)", 'tripinvoice_parked_total{step="no such"}'):
        with pytest.raises(AssertionError):
            check(prometheus, run, wrong)
    with pytest.raises(ValueError, match="parse error"):
        check(prometheus, run, "sum(")


def test_the_run_fires_what_it_should(prometheus: Prometheus, run: Run) -> None:
    """It had dead letters and no holes."""
    by_name = {rule["alert"]: rule["expr"] for rule in rules("alerts.yml")}
    assert prometheus.query(by_name["TripInvoiceDeadLetters"], run.ended)
    assert not prometheus.query(by_name["TripInvoiceSeriesHole"], run.ended)
    assert not prometheus.query(by_name["TripInvoiceAuditOverdue"], run.ended)


@pytest.mark.parametrize("name", sorted({*written(), *(file.name for file in FOLDER.iterdir())}))
def test_dashboards_are_as_the_code_makes_them(name: str) -> None:
    """``python -m deploy.grafana`` writes them anew."""
    assert (FOLDER / name).read_text("utf-8") == written()[name]


@pytest.mark.usefixtures("prometheus_program")
@pytest.mark.parametrize("command", ["check config prometheus.yml", "check rules --lint=all recording.yml alerts.yml"])
def test_promtool_accepts_the_files(command: str) -> None:
    told = promtool(*command.split())
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.usefixtures("prometheus_program")
def test_alerts_fire_when_they_should() -> None:
    """And are silent before: ``alerts.yml`` beside this file says when."""
    told = promtool("test", "rules", str(ALERT_TESTS))
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_alert_is_tried_and_says_what_to_do() -> None:
    """Both firing and silent; the page that it leads to is there."""
    tried = [one for test in yaml.safe_load(ALERT_TESTS.read_text("utf-8"))["tests"] for one in test["alert_rule_test"]]
    firing = {one["alertname"] for one in tried if one.get("exp_alerts")}
    silent = {one["alertname"] for one in tried if not one.get("exp_alerts")}
    alerts = {rule["alert"]: rule for rule in rules("alerts.yml")}
    assert (firing, silent) == (set(alerts), set(alerts))
    assert not [name for name, rule in alerts.items() if not (ROOT / rule["annotations"]["runbook"]).is_file()]
    page = (ROOT / "docs" / "observability.md").read_text("utf-8")
    assert dict(re.findall(r"^\| `(TripInvoice\w+)` \| (\w+) \|", page, re.MULTILINE)) == {
        name: rule["labels"]["severity"] for name, rule in alerts.items()
    }
    assert {rule["labels"]["severity"] for rule in alerts.values()} == {"page", "ticket"}

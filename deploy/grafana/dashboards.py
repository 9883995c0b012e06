"""The six dashboards."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from activities import metrics as m
from deploy.grafana.panels import Dashboard, Panel, Query, Row, quantile, quantiles, rate
from starter import metrics as s

FOLDER = Path(__file__).with_name("dashboards")

_WHERE = 'country=~"$country", line_of_business=~"$line_of_business"'
_PLACES = {
    "country": f"{m.END_TO_END_SECONDS.name}_count",
    "line_of_business": f"{m.END_TO_END_SECONDS.name}_count",
}


def _stat(title: str, expression: str, *, unit: str = "short", told: str = "", bad_above: float | None = None) -> Panel:
    return Panel(
        title=title, queries=[Query(expression, "")], unit=unit, told=told, kind="stat", width=4, bad_above=bad_above
    )


def _chart(  # noqa: PLR0913 - by name
    title: str, expression: str, legend: str, *, unit: str = "ops", told: str = "", width: int = 8
) -> Panel:
    return Panel(title=title, queries=[Query(expression, legend)], unit=unit, told=told, width=width)


_ISSUED = f"{m.END_TO_END_SECONDS.name}_count"
_STEPS = f"{m.STEP_SECONDS.name}_count"

PIPELINE = Dashboard(
    uid="tripinvoice-pipeline",
    title="TripInvoice: pipeline",
    told="Are invoices made, how quickly, and what stands in their way.",
    choices=_PLACES,
    rows=[
        Row(
            "Now",
            [
                _stat("Trips invoiced", f"60 * {rate(_ISSUED, where=_WHERE)}", unit="cpm"),
                _stat(
                    "Oldest message in the bridge",
                    f"max({s.BRIDGE_OLDEST.name})",
                    unit="s",
                    told="The first to rise when anything behind the bridge is stuck.",
                    bad_above=60,
                ),
                _stat("Parked, last hour", f"sum(increase({m.PARKED.name}[1h]))", bad_above=1),
                _stat("Dead letters, last hour", f"sum(increase({s.BRIDGE_DEAD_LETTER.name}[1h]))", bad_above=1),
                _stat("Holes in series", f"max({m.SERIES_HOLES.name})", told="Of the last audit.", bad_above=1),
                _stat("Since the last audit", f"time() - max({m.AUDIT_TIME.name})", unit="s", bad_above=93_600),
            ],
        ),
        Row(
            "Flow",
            [
                _chart("Trips invoiced, by country", rate(_ISSUED, "country", _WHERE), "{{country}}"),
                _chart("Steps done", rate(_STEPS, "step", 'outcome="done"'), "{{step}}"),
                _chart(
                    "Steps that failed",
                    rate(_STEPS, "step, outcome", 'outcome!="done"'),
                    "{{step}} {{outcome}}",
                    told="Each try counts. What trying again does not help is parked.",
                ),
                _chart("Parked", rate(m.PARKED.name, "step, code"), "{{step}} {{code}}"),
                _chart("Steps, p95", quantile(0.95, m.STEP_SECONDS, "step"), "{{step}}", unit="s"),
                _chart(
                    "Trip's end to issued, p95",
                    quantile(0.95, m.END_TO_END_SECONDS, "country", _WHERE),
                    "{{country}}",
                    unit="s",
                ),
            ],
        ),
        Row(
            "Money systems",
            [
                _chart("p95", quantile(0.95, m.UPSTREAM_SECONDS, "upstream"), "{{upstream}}", unit="s", width=12),
                _chart(
                    "Without an answer, by reason",
                    rate(f"{m.UPSTREAM_SECONDS.name}_count", "upstream, outcome", 'outcome!~"answered|no_answer"'),
                    "{{upstream}} {{outcome}}",
                    width=12,
                ),
            ],
        ),
    ],
)

LATENCY = Dashboard(
    uid="tripinvoice-latency",
    title="TripInvoice: latency",
    told="p50, p95 and p99 of everything that takes time.",
    choices=_PLACES,
    rows=[
        Row(
            "From the end of a trip to its invoice",
            [
                *quantiles("By country", m.END_TO_END_SECONDS, "country", where=_WHERE),
                *quantiles("By line of business", m.END_TO_END_SECONDS, "line_of_business", where=_WHERE),
            ],
        ),
        Row("Steps", quantiles("One try", m.STEP_SECONDS, "step, implementation")),
        Row(
            "Preprocess",
            quantiles("By country", m.PREPROCESS_SECONDS, "country, implementation", where='country=~"$country"'),
        ),
        Row("Money systems", quantiles("One answer", m.UPSTREAM_SECONDS, "upstream")),
        Row(
            "Stores, broker, renderer",
            quantiles("One call", s.CALL_SECONDS, "system, operation", where='system!="http"'),
        ),
    ],
)

_COMPARED_WHERE = f'{_WHERE}, candidate=~"$candidate"'
_COMPARED = rate(m.COMPARED.name, "candidate", _COMPARED_WHERE)
_DIFFERENT = rate(m.COMPARED.name, "candidate", f'{_COMPARED_WHERE}, outcome=~"different|failed"')

COMPARE = Dashboard(
    uid="tripinvoice-compare",
    title="TripInvoice: compare and rollout",
    told="Whether a candidate makes the same drafts as the current implementation, how quickly, and how far it is.",
    choices={
        "country": m.COMPARED.name,
        "line_of_business": m.COMPARED.name,
        "candidate": m.COMPARED.name,
    },
    rows=[
        Row(
            "Rollout",
            [
                _chart(
                    "Stage",
                    f"max by (candidate, country, line_of_business) ({m.ROLLOUT_STAGE.name}{{{_COMPARED_WHERE}}})",
                    "{{candidate}} {{country}} {{line_of_business}}",
                    unit="none",
                    told="0 off, 1 shadow, 2 live for a part, 3 full",
                    width=12,
                ),
                _chart(
                    "Live",
                    f"max by (candidate, country, line_of_business) ({m.ROLLOUT_LIVE.name}{{{_COMPARED_WHERE}}})",
                    "{{candidate}} {{country}} {{line_of_business}}",
                    unit="percentunit",
                    width=12,
                ),
            ],
        ),
        Row(
            "Sameness",
            [
                _chart(
                    "Compared, by outcome",
                    rate(m.COMPARED.name, "candidate, outcome", _COMPARED_WHERE),
                    "{{candidate}} {{outcome}}",
                ),
                _chart("Different or failed", f"{_DIFFERENT} / {_COMPARED}", "{{candidate}}", unit="percentunit"),
                _chart(
                    "Candidates without drafts",
                    rate(m.CANDIDATE_FAILURES.name, "candidate, reason", 'candidate=~"$candidate"'),
                    "{{candidate}} {{reason}}",
                ),
            ],
        ),
        Row("Speed, by side", quantiles("Drafts of a trip", m.COMPARE_SECONDS, "side")),
        Row(
            "Speed, by implementation and country",
            quantiles("Preprocess", m.PREPROCESS_SECONDS, "implementation, country", where='country=~"$country"'),
        ),
    ],
)

_START = 'operation="StartWorkflowExecution"'

BRIDGE = Dashboard(
    uid="tripinvoice-bridge",
    title="TripInvoice: bridge",
    told="From Kafka to workflows. docs/bridge.md says what each number is for.",
    choices={},
    rows=[
        Row(
            "Now",
            [
                _stat("Oldest message under way", f"max({s.BRIDGE_OLDEST.name})", unit="s", bad_above=60),
                _stat("Messages under way", f"sum({s.BRIDGE_IN_FLIGHT.name})"),
                _stat("Behind", f"sum(max by (topic, partition) ({s.CONSUMER_LAG.name}))", told="Messages."),
            ],
        ),
        Row(
            "Flow",
            [
                Panel(
                    title="Messages",
                    queries=[
                        Query(rate(s.BRIDGE_RECEIVED.name), "received"),
                        Query(rate(s.BRIDGE_STARTED.name), "started"),
                        Query(rate(s.BRIDGE_DUPLICATE.name), "had their workflow"),
                        Query(rate(s.BRIDGE_DEAD_LETTER.name), "dead letters"),
                    ],
                    unit="ops",
                ),
                _chart("Oldest message under way", s.BRIDGE_OLDEST.name, "{{instance}}", unit="s"),
                _chart("Under way", s.BRIDGE_IN_FLIGHT.name, "{{instance}}", unit="short"),
                _chart(
                    "Behind, by partition",
                    f"max by (topic, partition) ({s.CONSUMER_LAG.name})",
                    "{{topic}} {{partition}}",
                    unit="short",
                ),
                _chart(
                    "Changes of the group",
                    f"sum by (instance) (increase({s.BRIDGE_REBALANCES.name}[5m]))",
                    "{{instance}}",
                ),
            ],
        ),
        Row(
            "Temporal",
            [
                _chart(
                    "Starting a workflow, p95",
                    quantile(0.95, "temporal_request_latency", "instance", _START),
                    "{{instance}}",
                    unit="s",
                    width=12,
                ),
                _chart(
                    "Starts that were refused",
                    rate("temporal_request_failure", "status_code", _START),
                    "{{status_code}}",
                    told="ALREADY_EXISTS is a trip that came twice.",
                    width=12,
                ),
            ],
        ),
    ],
)

_TAKE = 'operation="take"'
_CALLS = f"{s.CALL_SECONDS.name}_count"

LEDGER = Dashboard(
    uid="tripinvoice-ledger",
    title="TripInvoice: ledger",
    told="Numbers: how quickly they are given, and whether any is missing. docs/numbering.md, docs/audit.md.",
    choices={},
    rows=[
        Row(
            "Audit",
            [
                _stat("Holes", f"max({m.SERIES_HOLES.name})", bad_above=1),
                _stat("Findings", f"sum(max by (rule) ({m.AUDIT_FINDINGS.name}))", bad_above=1),
                _stat("Numbers audited", f"max({m.AUDIT_NUMBERS.name})"),
                _stat("Since the last audit", f"time() - max({m.AUDIT_TIME.name})", unit="s", bad_above=93_600),
                _chart("Findings, by rule", f"max by (rule) ({m.AUDIT_FINDINGS.name})", "{{rule}}", unit="short"),
            ],
        ),
        Row(
            "Numbering",
            [
                _chart("Numbers taken", rate(f"{s.LEDGER_BATCH.name}_sum", "store"), "{{store}}"),
                _chart(
                    "Numbers in one write",
                    f"{rate(f'{s.LEDGER_BATCH.name}_sum', 'store')} / {rate(f'{s.LEDGER_BATCH.name}_count', 'store')}",
                    "{{store}}",
                    unit="short",
                    told="Callers that come at once share a write.",
                ),
                _chart(
                    "Writes that came second",
                    rate(s.LEDGER_LOST.name, "store"),
                    "{{store}}",
                    told="Several workers number one series. Each costs a round, never a number.",
                ),
                *quantiles("Taking numbers", s.CALL_SECONDS, "system", where=_TAKE),
            ],
        ),
        Row(
            "Stores",
            [
                _chart(
                    "Calls",
                    rate(_CALLS, "system, operation", 'system!="http"'),
                    "{{system}} {{operation}}",
                    width=12,
                ),
                _chart(
                    "Calls that failed",
                    rate(_CALLS, "system, outcome", 'outcome!="done"'),
                    "{{system}} {{outcome}}",
                    width=12,
                ),
            ],
        ),
    ],
)

_QUEUE = 'task_queue=~"$task_queue"'

WORKERS = Dashboard(
    uid="tripinvoice-workers",
    title="TripInvoice: workers",
    told="Whether there are workers enough for each task queue, by what the Temporal SDK tells.",
    choices={"task_queue": "temporal_num_pollers"},
    rows=[
        Row(
            "Enough of them?",
            [
                _chart(
                    "Waiting for a worker, p99",
                    quantile(0.99, "temporal_activity_schedule_to_start_latency", "task_queue", _QUEUE),
                    "{{task_queue}}",
                    unit="s",
                    told="If it rises, start more workers of this queue.",
                ),
                _chart(
                    "Workflows waiting for a worker, p99",
                    quantile(0.99, "temporal_workflow_task_schedule_to_start_latency", "task_queue", _QUEUE),
                    "{{task_queue}}",
                    unit="s",
                ),
                _chart(
                    "Pollers",
                    f"sum by (task_queue, poller_type) (temporal_num_pollers{{{_QUEUE}}})",
                    "{{task_queue}} {{poller_type}}",
                    unit="short",
                ),
                _chart(
                    "Places free",
                    f"sum by (task_queue, worker_type) (temporal_worker_task_slots_available{{{_QUEUE}}})",
                    "{{task_queue}} {{worker_type}}",
                    unit="short",
                ),
                _chart(
                    "Places taken",
                    f"sum by (task_queue, worker_type) (temporal_worker_task_slots_used{{{_QUEUE}}})",
                    "{{task_queue}} {{worker_type}}",
                    unit="short",
                ),
                _chart("Processes", "count by (job) (up == 1)", "{{job}}", unit="short"),
            ],
        ),
        Row(
            "Workflows",
            [
                _chart("Ended", rate("temporal_workflow_completed", "workflow_type"), "{{workflow_type}}"),
                _chart(
                    "One task, p95",
                    quantile(0.95, "temporal_workflow_task_execution_latency", "workflow_type"),
                    "{{workflow_type}}",
                    unit="s",
                ),
                _chart(
                    "Kept in memory",
                    "sum by (instance) (temporal_sticky_cache_size)",
                    "{{instance}}",
                    unit="short",
                    told="At TRIPINVOICE_MAX_CACHED_WORKFLOWS others are dropped, and replayed when they go on.",
                ),
            ],
        ),
        Row(
            "Activities and requests",
            [
                _chart(
                    "One activity, p95",
                    quantile(0.95, "temporal_activity_execution_latency", "activity_type", _QUEUE),
                    "{{activity_type}}",
                    unit="s",
                ),
                _chart(
                    "Activities that failed",
                    rate("temporal_activity_execution_failed", "activity_type", _QUEUE),
                    "{{activity_type}}",
                ),
                _chart(
                    "Requests to Temporal, p95",
                    quantile(0.95, "temporal_request_latency", "operation"),
                    "{{operation}}",
                    unit="s",
                ),
            ],
        ),
    ],
)

DASHBOARDS: Sequence[Dashboard] = (PIPELINE, LATENCY, COMPARE, BRIDGE, LEDGER, WORKERS)


def written() -> Mapping[str, str]:
    """The text of each file by its name."""
    return {
        f"{one.uid.removeprefix('tripinvoice-')}.json": json.dumps(one.json(), indent=2, ensure_ascii=False) + "\n"
        for one in DASHBOARDS
    }

"""Mismatches in Elasticsearch and Kibana: what is told is indexed, what is shown is told, and twice is once.

Neither they nor Logstash can be had here. The template and the writes are tried on OpenSearch, the pipeline is read by
a parser of its language, and the saved objects are compared with what is indexed.
"""

import itertools
import json
import os
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.kibana import objects
from tests.docs.pages import ROOT
from tests.elk.front import ONLY_ELASTICSEARCH, Front, fronting
from tests.elk.pipeline import Pipeline, Write
from tests.kafka import fresh, read_all
from tests.servers.fixtures import or_missing
from tests.servers.missing import missing_server
from tests.servers.opensearch import OpenSearch
from tests.unit.compare.test_event import FOUND, NOON, many, mismatch
from tripinvoice.adapters.kafka_mismatches import KafkaMismatchSink
from tripinvoice.adapters.kafka_mock import MockCluster
from tripinvoice.compare.comparison import Found, Outcome
from tripinvoice.compare.event import DATASET, TYPE, Mismatch, data
from tripinvoice.settings import Settings

pytestmark = pytest.mark.xdist_group("opensearch")

ELASTICSEARCH = ROOT / "deploy" / "elasticsearch"
TEMPLATE = json.loads((ELASTICSEARCH / "index-template.json").read_text("utf-8"))
POLICY = json.loads((ELASTICSEARCH / "ilm-policy.json").read_text("utf-8"))
STREAM = "logs-invoice.compare-default"
SAVED = [json.loads(line) for line in objects.FILE.read_text("utf-8").splitlines()]

DIFFERENT = replace(mismatch(noisy=("transport.notes",)), trace_id="0af7651916cd43dd8448eb211c80319c")
FAILED = mismatch(Found(outcome=Outcome.FAILED), trip_id="trip-2", failure="CandidateError", country="FR")


def fields_of(properties: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every field that a mapping names, with its type; those below a nested one too."""
    for name, field in properties.items():
        if "type" in field:
            yield f"{above}{name}", field["type"]
        yield from fields_of(field.get("properties", {}), f"{above}{name}.")


def told(document: Any, above: str = "") -> Iterator[str]:
    """Every field that an event has."""
    match document:
        case dict():
            for name, inner in document.items():
                yield from told(inner, f"{above}.{name}" if above else name)
        case list() if document and isinstance(document[0], dict):
            yield above
            yield from told(document[0], above)
        case _:
            yield above


FIELDS = dict(fields_of(TEMPLATE["template"]["mappings"]["properties"]))


# --- the files ------------------------------------------------------------------------------------------------------


def test_all_that_is_told_is_indexed_and_nothing_else() -> None:
    """Every field of a mapping is one of a real event; ``data_stream`` is what Logstash adds."""
    indexed = {field for field in FIELDS if not field.startswith("data_stream.")}
    assert {*told(data(DIFFERENT)), *told(data(FAILED))} == indexed
    assert TEMPLATE["template"]["mappings"]["dynamic"] is False
    assert FIELDS["data_stream.dataset"] == "constant_keyword"
    assert TEMPLATE["template"]["mappings"]["properties"]["data_stream"]["properties"]["dataset"]["value"] == DATASET


def test_the_template_is_for_the_stream_and_names_the_policy() -> None:
    assert TEMPLATE["index_patterns"] == ["logs-invoice.compare-*"]
    assert TEMPLATE["data_stream"] == {}
    assert TEMPLATE["template"]["settings"]["index.lifecycle.name"] == "tripinvoice-mismatches"
    assert "_ilm/policy/tripinvoice-mismatches" in (ELASTICSEARCH / "setup.sh").read_text("utf-8")
    phases = POLICY["policy"]["phases"]
    assert phases["hot"]["actions"]["rollover"]["max_age"] == "30d"
    assert phases["delete"]["min_age"] == "90d"


def test_kibanas_objects_are_as_the_code_makes_them() -> None:
    """``python -m deploy.kibana`` writes them."""
    assert objects.FILE.read_text("utf-8") == objects.written()


def test_whatever_is_referred_to_is_there() -> None:
    """And of the kind that is said; an import refuses the others."""
    known: set[tuple[str, str]] = set()
    for one in SAVED:  # a reference is to something before it
        assert {(ref["type"], ref["id"]) for ref in one["references"]} <= known
        known.add((one["type"], one["id"]))
    assert len(known) == len(SAVED)
    assert {kind for kind, _ in known} == {"index-pattern", "search", "lens", "dashboard"}


def columns_of(chart: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (layer,) = chart["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].values()
    assert layer["columns"].keys() == set(layer["columnOrder"])
    return {name: layer["columns"][name] for name in layer["columnOrder"]}


CHARTS = [one for one in SAVED if one["type"] == "lens"]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: str(chart["id"]))
def test_every_column_is_of_a_field_that_can_be_counted(chart: dict[str, Any]) -> None:
    """By its own name or ``___records___``; buckets first, ordered by a column that is there."""
    columns = columns_of(chart)
    for column in columns.values():
        field = column["sourceField"]
        assert field == "___records___" or FIELDS[field] in {"keyword", "date"}
        assert column["dataType"] in ({"number"} if "count" in column["operationType"] else {"string", "date"})
        assert column["params"].get("orderBy", {"columnId": field}).get("columnId") in {*columns, field}
        if "filter" in column:
            assert column["filter"]["query"] == f'"{field}": *'
    buckets = [column["isBucketed"] for column in columns.values()]
    assert buckets == sorted(buckets, reverse=True)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: str(chart["id"]))
def test_what_a_chart_draws_are_its_columns(chart: dict[str, Any]) -> None:
    """All of them, each once; of the layer that the reference names."""
    state, layer = chart["attributes"]["state"], "mismatches"
    drawn = state["visualization"]
    if chart["attributes"]["visualizationType"] == "lnsDatatable":
        used = [column["columnId"] for column in drawn["columns"]]
    else:
        (drawn,) = drawn["layers"]
        used = [drawn["xAccessor"], drawn["splitAccessor"], *drawn["accessors"]]
    assert sorted(used) == sorted(columns_of(chart))
    assert drawn["layerId"] == layer
    assert list(state["datasourceStates"]["formBased"]["layers"]) == [layer]
    assert [ref["name"] for ref in chart["references"]] == [f"indexpattern-datasource-layer-{layer}"]


def test_discover_lists_fields_that_are_told() -> None:
    (search,) = (one for one in SAVED if one["type"] == "search")
    assert set(search["attributes"]["columns"]) <= FIELDS.keys()
    source = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    assert [source["indexRefName"]] == [ref["name"] for ref in search["references"]]
    (view,) = (one for one in SAVED if one["type"] == "index-pattern")
    assert view["attributes"]["title"] == TEMPLATE["index_patterns"][0]
    assert FIELDS[view["attributes"]["timeFieldName"]] == "date"


def test_a_dashboards_panels_fit_and_lead_somewhere() -> None:
    """None lies on another; each has its reference."""
    (dashboard,) = (one for one in SAVED if one["type"] == "dashboard")
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    names = [f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels]
    assert names == [ref["name"] for ref in dashboard["references"]]
    assert [panel["type"] for panel in panels] == [ref["type"] for ref in dashboard["references"]]
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridData"] for panel in panels):
        cells = set(
            itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))
        )
        assert place["x"] + place["w"] <= 48
        assert not cells & taken
        taken |= cells


def test_the_pipeline_reads_our_topic_and_creates_only() -> None:
    """In Logstash's language, with the settings' topic; a repeated event must not replace, nor fill the log."""
    pipeline, settings = Pipeline(), Settings.model_construct()
    assert pipeline.kafka["topics"] == [f"${{MISMATCHES_TOPIC:{settings.mismatches_topic}}}"]
    assert pipeline.kafka["auto_offset_reset"] == "earliest"
    assert (pipeline.kafka["enable_auto_commit"], pipeline.kafka["decorate_events"]) == ("false", "extended")
    assert TYPE in repr(pipeline.dropped)
    written = pipeline.elasticsearch
    assert (written["index"], written["action"], written["data_stream"]) == (STREAM, "create", "false")
    assert written["silence_errors_in_log"] == ["version_conflict_engine_exception"]
    added = {name.replace("][", ".").strip("[]"): value for name, value in pipeline.mutate["add_field"].items()}
    assert "-".join(added.values()) == STREAM
    assert added.keys() == {field for field in FIELDS if field.startswith("data_stream.")}


# --- with a server --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opensearch_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    server = OpenSearch(tmp_path_factory.mktemp("opensearch"))
    or_missing(server.start)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def front(opensearch_server: OpenSearch) -> Iterator[Front]:
    with fronting(opensearch_server) as made:
        yield made


def set_up(front: Front, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the script against it."""
    if shutil.which("curl") is None:
        missing_server("curl", "install curl (Debian: apt install curl)")
    variables = {"PATH": os.environ["PATH"], "ELASTICSEARCH_URL": front.url, "KIBANA_URL": front.url, **more}
    command = ["sh", str(ELASTICSEARCH / "setup.sh")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)


def through_kafka(*mismatches: Mismatch) -> list[Write]:
    """What the pipeline writes of what our sink tells."""
    topic = fresh("mismatches")
    with MockCluster() as cluster:
        with closing(KafkaMismatchSink(cluster.bootstrap, topic=topic)) as sink:
            for one in mismatches:
                sink.tell(one)
        return [Pipeline().write_of(message) for message in read_all(cluster.bootstrap, topic)]


def create(search: OpenSearch, write: Write) -> int:
    """As the bulk request of action ``create`` does; the status."""
    assert write.action == "create"
    identity = urllib.parse.quote(write.id, safe="")
    status, _ = search.ask("PUT", f"{write.index}/_create/{identity}?refresh=true", write.document)
    return status


@pytest.mark.timeout(300)
def test_the_setup_may_run_twice(front: Front) -> None:
    """Policy, template and objects, in this order and the same again; the key goes where it belongs only."""
    for _ in range(2):
        done = set_up(front, ELASTIC_API_KEY="a-secret-key")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == "ready for mismatches"
        assert "secret" not in done.stdout
    once = [(method, path.partition("?")[0]) for method, path, _, _ in front.asked]
    assert once == 2 * [
        ("PUT", "/_ilm/policy/tripinvoice-mismatches"),
        ("PUT", "/_index_template/logs-invoice.compare"),
        ("POST", "/api/saved_objects/_import"),
    ]
    assert {headers["authorization"] for _, _, headers, _ in front.asked} == {"ApiKey a-secret-key"}
    status, found = front.search.ask("GET", "_index_template/logs-invoice.compare")
    assert (status, len(found["index_templates"])) == (200, 1)


@pytest.mark.timeout(300)
def test_a_setup_that_is_refused_says_so(front: Front) -> None:
    """The job is tried again then; without a key nothing is said of one."""
    front.refuses = True
    done = set_up(front)
    assert done.returncode == 1
    assert "Kibana does not take mismatches.ndjson" in done.stderr
    assert "ready" not in done.stdout
    assert all("authorization" not in headers for _, _, headers, _ in front.asked)
    front.search.ask("PUT", "_cluster/settings", {"persistent": {"cluster.blocks.read_only": True}})
    try:
        done = set_up(front)
    finally:
        front.search.ask("PUT", "_cluster/settings", {"persistent": {"cluster.blocks.read_only": None}})
    assert done.returncode != 0
    assert "_index_template/logs-invoice.compare is as" not in done.stdout


@pytest.mark.timeout(300)
def test_mismatches_are_found_by_what_kibana_asks(front: Front) -> None:
    """From the sink over Kafka into the data stream: each once, whatever is told twice, and all of it countable."""
    assert set_up(front).returncode == 0
    search = front.search
    other = mismatch(FOUND, trip_id="trip-3", compared_at=NOON + timedelta(hours=1))
    large = mismatch(many(200), trip_id="trip-4")
    writes = through_kafka(DIFFERENT, FAILED, DIFFERENT, other, large)
    assert sorted(create(search, write) for write in writes) == [201, 201, 201, 201, 409]

    status, streams = search.ask("GET", f"_data_stream/{STREAM}")
    assert (status, streams["data_streams"][0]["template"]) == (200, "logs-invoice.compare")
    tops = {
        column["sourceField"]
        for chart in CHARTS
        for column in columns_of(chart).values()
        if column["operationType"] in {"terms", "unique_count"}
    }
    asked: dict[str, Any] = {field: {"terms": {"field": field, "size": 100}} for field in sorted(tops)}
    asked["when"] = {"date_histogram": {"field": "@timestamp", "fixed_interval": "1h"}}
    status, answer = search.ask("POST", f"{STREAM}/_search", {"size": 10, "aggs": asked})
    assert (status, answer["hits"]["total"]["value"]) == (200, 4)
    counted = {
        field: {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
        for field, found in answer["aggregations"].items()
    }
    assert counted["labels.country"] == {"DE": 3, "FR": 1}
    assert counted["compare.fingerprint"][FOUND.fingerprint] == 2
    assert counted["event.reason"] == {"CandidateError": 1}
    assert counted["compare.paths"]["transport.lines.*.net.minor"] == 3
    assert [*counted["when"].values()] == [3, 1]
    kept = {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
    assert data(DIFFERENT).items() <= kept[DIFFERENT.id].items()

    query = {"bool": {"filter": [
        {"term": {"compare.differences.path": "transport.lines.0.net.minor"}},
        {"term": {"compare.differences.candidate": "1241"}},
    ]}}  # fmt: skip
    nested = {"query": {"nested": {"path": "compare.differences", "query": query}}}
    _, answer = search.ask("POST", f"{STREAM}/_search", nested)
    assert {hit["_source"]["trip"]["id"] for hit in answer["hits"]["hits"]} == {"trip-1", "trip-3"}


def test_what_opensearch_does_not_have_is_in_the_template() -> None:
    """Else leaving it out would hide that it is missing."""
    assert set(ONLY_ELASTICSEARCH) <= TEMPLATE["template"]["settings"].keys()

"""Data views, searches, charts and dashboards as the saved objects that Kibana imports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

COLUMNS = 48  # of a dashboard
RECORDS = "___records___"
"""What Lens counts."""

_LAYER = "mismatches"
_CORE = "8.8.0"
# In which version of its kind each is written: Kibana applies the changes since then, and no earlier ones.
_VERSIONS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Lens chart of a data view; ``columns`` by id, those that are buckets first."""

    id: str
    title: str
    told: str
    kind: str
    columns: Mapping[str, Json]
    visualization: Json
    width: int = COLUMNS
    height: int = 12

    def saved(self, view: str) -> Json:
        """As Kibana imports it."""
        state = {
            "datasourceStates": {
                "formBased": {
                    "layers": {
                        _LAYER: {
                            "columnOrder": list(self.columns),
                            "columns": dict(self.columns),
                            "incompleteColumns": {},
                        }
                    }
                }
            },
            "visualization": self.visualization,
            "query": {"language": "kuery", "query": ""},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        }
        attributes = {"title": self.title, "description": self.told, "visualizationType": self.kind, "state": state}
        return saved("lens", self.id, attributes, [reference(f"indexpattern-datasource-layer-{_LAYER}", view)])


def saved(kind: str, identity: str, attributes: Json, references: Sequence[Json] = ()) -> Json:
    """A saved object."""
    return {
        "attributes": attributes,
        "coreMigrationVersion": _CORE,
        "id": identity,
        "managed": False,
        "references": list(references),
        "type": kind,
        "typeMigrationVersion": _VERSIONS[kind],
    }


def reference(name: str, identity: str, kind: str = "index-pattern") -> Json:
    """From one object to another."""
    return {"id": identity, "name": name, "type": kind}


def data_view(identity: str, title: str, name: str) -> Json:
    """Which data streams are looked at."""
    return saved("index-pattern", identity, {"title": title, "name": name, "timeFieldName": "@timestamp"})


def search(identity: str, title: str, told: str, view: str, columns: Sequence[str]) -> Json:
    """A table in Discover, the latest first."""
    index = "kibanaSavedObjectMeta.searchSourceJSON.index"
    source = {"query": {"language": "kuery", "query": ""}, "filter": [], "indexRefName": index}
    attributes = {
        "title": title,
        "description": told,
        "columns": list(columns),
        "sort": [["@timestamp", "desc"]],
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
    }
    return saved("search", identity, attributes, [reference(index, view)])


def dashboard(identity: str, title: str, told: str, panels: Sequence[tuple[str, str, int, int]]) -> Json:
    """Panels (kind, id, width, height) from left to right and from top to bottom."""
    placed = list(_placed(panels))
    attributes = {
        "title": title,
        "description": told,
        "timeRestore": True,
        "timeFrom": "now-7d",
        "timeTo": "now",
        "optionsJSON": json.dumps({"useMargins": True, "hidePanelTitles": False}),
        "panelsJSON": json.dumps([panel for panel, _ in placed]),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": json.dumps({"query": {"language": "kuery", "query": ""}, "filter": []})
        },
    }
    return saved("dashboard", identity, attributes, [one for _, one in placed])


def _placed(panels: Sequence[tuple[str, str, int, int]]) -> Sequence[tuple[Json, Json]]:
    made: list[tuple[Json, Json]] = []
    x = y = 0
    for place, (kind, identity, width, height) in enumerate(panels):
        if x + width > COLUMNS:
            x, y = 0, y + made[-1][0]["gridData"]["h"]
        index, name = str(place), f"panel_{place}"
        panel = {
            "type": kind,
            "panelIndex": index,
            "panelRefName": name,
            "gridData": {"x": x, "y": y, "w": width, "h": height, "i": index},
            "embeddableConfig": {"enhancements": {}},
        }
        made.append((panel, reference(f"{index}:{name}", identity, kind)))
        x += width
    return made


def table(columns: Sequence[str]) -> Json:
    """A Lens table of these columns."""
    return {"layerId": _LAYER, "layerType": "data", "columns": [{"columnId": column} for column in columns]}


def bars(x: str, y: str, split: str) -> Json:
    """Stacked bars."""
    layer = {
        "layerId": _LAYER,
        "layerType": "data",
        "seriesType": "bar_stacked",
        "xAccessor": x,
        "accessors": [y],
        "splitAccessor": split,
    }
    return {
        "legend": {"isVisible": True, "position": "right"},
        "preferredSeriesType": "bar_stacked",
        "valueLabels": "hide",
        "layers": [layer],
    }


def count(label: str) -> Json:
    """How many documents."""
    return _column(label, "number", "count", RECORDS, scale="ratio")


def distinct(label: str, field: str) -> Json:
    """How many different values."""
    return _column(label, "number", "unique_count", field, scale="ratio", params={"emptyAsNull": True})


def latest(label: str, field: str, kind: str = "string") -> Json:
    """The value of the latest document that has one."""
    params = {"sortField": "@timestamp", "showArrayValues": kind == "string"}
    has_one = {"language": "kuery", "query": f'"{field}": *'}
    return _column(label, kind, "last_value", field, scale="ordinal", params=params) | {"filter": has_one}


def over_time(label: str) -> Json:
    """A bucket for each stretch of time."""
    params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
    return _column(label, "date", "date_histogram", "@timestamp", scale="interval", params=params, bucket=True)


def top(label: str, field: str, by: str, size: int) -> Json:
    """A bucket for each of the most frequent values."""
    params = {
        "size": size,
        "orderBy": {"type": "column", "columnId": by},
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
    }
    return _column(label, "string", "terms", field, scale="ordinal", params=params, bucket=True)


def _column(  # noqa: PLR0913 - what every column has
    label: str, kind: str, operation: str, field: str, *, scale: str, params: Json | None = None, bucket: bool = False
) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
        "isBucketed": bucket,
        "scale": scale,
        "params": params or {},
    }

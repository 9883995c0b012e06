"""Dashboards, rows and panels as the JSON that Grafana reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activities.instruments import Histogram

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE = "$__rate_interval"
COLUMNS = 24
HEIGHT = 8

Json = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """PromQL, and how its series are called: ``{{country}}``."""

    expression: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A chart over time, or with ``kind="stat"`` the last value. ``width`` is of 24 columns; ``told`` is its help."""

    title: str
    queries: Sequence[Query]
    unit: str = "short"
    told: str = ""
    kind: str = "timeseries"
    width: int = 8
    bad_above: float | None = None


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """``choices`` are variables of a label: name, and the metric whose values of it may be chosen."""

    uid: str
    title: str
    told: str
    rows: Sequence[Row]
    choices: Mapping[str, str]

    def json(self) -> Json:
        """As Grafana imports it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.told,
            "tags": ["tripinvoice"],
            "schemaVersion": 39,
            "editable": True,
            "graphTooltip": 1,
            "time": {"from": "now-3h", "to": "now"},
            "refresh": "30s",
            "templating": {"list": [_datasource(), *(_choice(*one) for one in self.choices.items())]},
            "links": [{"type": "dashboards", "tags": ["tripinvoice"], "title": "TripInvoice", "asDropdown": True}],
            "panels": _laid_out(self.rows),
        }


def quantile(level: float, histogram: Histogram | str, by: str, where: str = "") -> str:
    """PromQL of a quantile of a histogram, by labels."""
    name = histogram if isinstance(histogram, str) else histogram.name
    matching = f"{{{where}}}" if where else ""
    return f"histogram_quantile({level}, sum by ({by}, le) (rate({name}_bucket{matching}[{RATE}])))"


def quantiles(title: str, histogram: Histogram, by: str, *, where: str = "", told: str = "") -> list[Panel]:
    """Three panels side by side: p50, p95 and p99, a line for each value of a label."""
    return [
        Panel(
            title=f"{title}, p{round(level * 100)}",
            queries=[Query(quantile(level, histogram, by, where), _legend(by))],
            unit="s",
            told=told,
        )
        for level in (0.5, 0.95, 0.99)
    ]


def rate(name: str, by: str = "", where: str = "") -> str:
    """PromQL of how often per second, by labels."""
    summed = f"rate({name}{{{where}}}[{RATE}])" if where else f"rate({name}[{RATE}])"
    return f"sum by ({by}) ({summed})" if by else f"sum({summed})"


def _legend(by: str) -> str:
    return " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))


def _datasource() -> Json:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _choice(label: str, metric: str) -> Json:
    return {
        "name": label,
        "label": label.replace("_", " "),
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {label})", "refId": "choices"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _laid_out(rows: Sequence[Row]) -> list[Json]:
    """Every panel at its place, numbered from 1."""
    placed: list[Json] = []
    top = 0
    for row in rows:
        placed.append(
            {
                "id": len(placed) + 1,
                "type": "row",
                "title": row.title,
                "collapsed": False,
                "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
                "panels": [],
            }
        )
        top, left = top + 1, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                top, left = top + HEIGHT, 0
            placed.append(_panel(len(placed) + 1, panel, {"x": left, "y": top, "w": panel.width, "h": HEIGHT}))
            left += panel.width
        top += HEIGHT
    return placed


def _panel(number: int, panel: Panel, place: Mapping[str, int]) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    shown: Json = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        shown |= {"min": 0, "custom": {"fillOpacity": 8, "showPoints": "never"}}
        options: Json = {
            "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    else:
        options = {"colorMode": "value", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.told,
        "datasource": DATASOURCE,
        "gridPos": dict(place),
        "fieldConfig": {"defaults": shown, "overrides": []},
        "options": options,
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": DATASOURCE,
                "expr": query.expression,
                "legendFormat": query.legend,
            }
            for index, query in enumerate(panel.queries)
        ],
    }

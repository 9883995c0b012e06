"""What Kibana shows of mismatches: how many and where, their causes, the fields, and each of them in Discover."""

import json
from pathlib import Path

from deploy.kibana import saved
from deploy.kibana.saved import COLUMNS, Chart, Json

FILE = Path(__file__).with_name("mismatches.ndjson")
VIEW = "tripinvoice-mismatches"
SEARCH = "tripinvoice-mismatches-list"
DASHBOARD = "tripinvoice-mismatches-overview"

OVER_TIME = Chart(
    id="tripinvoice-mismatches-over-time",
    title="Mismatches over time by country",
    told="Where it began, and when.",
    kind="lnsXY",
    columns={
        "country": saved.top("Country", "labels.country", by="mismatches", size=10),
        "when": saved.over_time("When"),
        "mismatches": saved.count("Mismatches"),
    },
    visualization=saved.bars("when", "mismatches", split="country"),
)
CAUSES = Chart(
    id="tripinvoice-mismatches-causes",
    title="Top fingerprints",
    told="Trips that differ in the same way have one fingerprint: usually one cause.",
    kind="lnsDatatable",
    columns={
        "fingerprint": saved.top("Fingerprint", "compare.fingerprint", by="mismatches", size=20),
        "where": saved.latest("Differs at", "compare.paths"),
        "sample": saved.latest("A trip", "trip.id"),
        "mismatches": saved.count("Mismatches"),
        "trips": saved.distinct("Trips", "trip.id"),
        "last": saved.latest("Last seen", "@timestamp", "date"),
    },
    visualization=saved.table(["fingerprint", "where", "mismatches", "trips", "last", "sample"]),
    height=14,
)
FIELDS = Chart(
    id="tripinvoice-mismatches-fields",
    title="Fields that differ",
    told="Without places in lists; a trip that differs in three counts in three.",
    kind="lnsDatatable",
    columns={
        "path": saved.top("Field", "compare.paths", by="mismatches", size=20),
        "mismatches": saved.count("Mismatches"),
        "countries": saved.distinct("Countries", "labels.country"),
    },
    visualization=saved.table(["path", "mismatches", "countries"]),
    width=COLUMNS // 2,
)
FAILURES = Chart(
    id="tripinvoice-mismatches-failures",
    title="Errors of candidates",
    told="Trips of which a candidate made no drafts, by the name of its error.",
    kind="lnsDatatable",
    columns={
        "reason": saved.top("Error", "event.reason", by="mismatches", size=20),
        "candidate": saved.top("Candidate", "labels.candidate", by="mismatches", size=5),
        "mismatches": saved.count("Trips told"),
    },
    visualization=saved.table(["reason", "candidate", "mismatches"]),
    width=COLUMNS // 2,
)
CHARTS = (OVER_TIME, CAUSES, FIELDS, FAILURES)
LISTED = (
    *("labels.rollout", "labels.candidate", "compare.outcome", "compare.fingerprint", "compare.paths"),
    *("labels.issued", "trip.id", "event.reason"),
)


def objects() -> list[Json]:
    """All of them; what is referred to comes first."""
    panels = [("lens", chart.id, chart.width, chart.height) for chart in CHARTS]
    return [
        saved.data_view(VIEW, "logs-invoice.compare-*", "Mismatches of tripinvoice"),
        saved.search(SEARCH, "Mismatches", "Each of them, the latest first.", VIEW, LISTED),
        *(chart.saved(VIEW) for chart in CHARTS),
        saved.dashboard(
            DASHBOARD,
            "Mismatches of two implementations",
            "What a second implementation of preprocess makes different, and where it fails.",
            [*panels, ("search", SEARCH, COLUMNS, 18)],
        ),
    ]


def written() -> str:
    """The file: one object a line."""
    return "".join(f"{json.dumps(one, sort_keys=True)}\n" for one in objects())

"""The page of a migration: the report that ``tripinvoice compare report --html`` writes, of this run."""

from datetime import datetime
from pathlib import Path

from starter.cli import compare_page
from starter.demo.migration.plans import SCOPES, plan
from tripinvoice.compare.report import Evidence, Wanted, report
from tripinvoice.wiring import Wiring


def write(wiring: Wiring, since: datetime, until: datetime, file: Path) -> None:
    """Write what was compared from ``since`` to ``until``; enough is what the plan asks for."""
    comparisons = [one for scope in SCOPES for one in wiring.comparisons.between(scope, since, until)]
    evidence = Evidence(
        comparisons=comparisons,
        toggles=wiring.rollouts.toggles(),
        rules=wiring.ignore_rules,
        since=since,
        until=until,
    )
    compare_page.write(report(evidence, _wanted()), file)


def _wanted() -> Wanted:
    asked = plan(SCOPES[0])
    return Wanted(samples=sum(stage.min_samples for stage in asked.stages), each=1, thresholds=asked.thresholds)

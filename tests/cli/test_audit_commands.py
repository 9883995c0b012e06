"""audit, as a process of its own, over stores that somebody broke."""

import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from starter.cli.audit_report import COLUMNS, AuditReport
from starter.cli.reports import Format, Rows
from tests.cli.conftest import Cli, Told
from tests.unit.audit.house import NOW, PERIOD, SERIES, House, opened
from tripinvoice.audit.findings import EXPLAINED, Finding, Rule
from tripinvoice.audit.scope import Scope

N2 = f"{SERIES}-{PERIOD}-000002"


@dataclass(frozen=True)
class Audited:
    """The command over the stores of a house; Temporal is not needed."""

    environment: Mapping[str, str]

    async def __call__(self, *arguments: str, **environment: str) -> Told:
        return await Cli({**self.environment, **environment})("audit", *arguments)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Three documents in a series, one in another."""
    with opened(tmp_path) as empty:
        for hours, trip in enumerate(("one", "two", "three")):
            empty.issue(trip, hours=hours)
        empty.issue("other", series="DE-OTHER")
        yield empty


@pytest.fixture
def audit(house: House) -> Audited:
    """``tripinvoice audit`` of that house."""
    stores = {
        "TRIPINVOICE_STORE": f"sqlite://{house.data}/stores.sqlite",
        "TRIPINVOICE_DOCUMENTS": f"folder://{house.data}/documents",
        "TEMPORAL_ADDRESS": "localhost:1",
        "NO_COLOR": "1",
    }
    return Audited({**os.environ, **stores})


async def test_the_first_line_says_that_all_is_in_order(audit: Audited) -> None:
    """Exit code 0, a line a series."""
    told = await audit()
    first, _, rest = told.out.partition("\n")
    assert (0, "", "All is in order: 4 numbers in 2 series") == (told.code, told.err, first)
    rows = [line.split() for line in rest.splitlines() if line.startswith("DE-")]
    assert [[SERIES, PERIOD, "3", "0", "0", "0", "0"], ["DE-OTHER", PERIOD, "1", "0", "0", "0", "0"]] == rows


async def test_findings_are_grouped_by_rule_with_what_helps(audit: Audited, house: House) -> None:
    """Exit code 6; the first line says how many, each rule once what to do, each number what is wrong."""
    house.sql("DELETE FROM ledger WHERE no = 2", "DELETE FROM claim WHERE document LIKE 'other/%'")
    told = await audit()
    lines = told.out.splitlines()
    assert (6, "NOT in order: 3 findings; 3 numbers in 2 series") == (told.code, lines[0])
    for rule in (Rule.HOLE, Rule.CLAIM, Rule.NUMBER_MISSING):
        assert f"1 · {EXPLAINED[rule].title} ({rule})" in lines
        assert f"  → {EXPLAINED[rule].remedy}" in lines
    assert f"  {N2}" in lines
    assert "      not in the ledger: 2" in lines


async def test_json_has_stable_names(audit: Audited, house: House) -> None:
    """One object; --json is short for it."""
    house.sql("DELETE FROM record WHERE trip_id = 'two'")
    told, short = await audit("--format", "json"), await audit("--json")
    report = told.json()
    assert (6, 6) == (told.code, short.code)
    assert {**short.json(), "audited_at": ""} == {**report, "audited_at": ""}
    assert {
        "in_order": False,
        "since": None,
        "grace_seconds": 3600,
        "documents": True,
        "repair": False,
        "findings_left_out": 0,
    }.items() <= report.items()
    expected = {"series": 2, "numbers": 4, "voids": 0, "under_way": 0, "holes": 0, "findings": 1, "repaired": 0}
    assert expected == report["totals"]
    assert {str(rule): int(rule is Rule.RECORD_MISSING) for rule in Rule} == report["rules"]
    [finding] = report["findings"]
    assert set(COLUMNS) == set(finding)
    assert (N2, 2, "record-missing", False) == tuple(finding[k] for k in ("number", "no", "rule", "repairable"))


async def test_csv_goes_into_a_file(audit: Audited, house: House, tmp_path: Path) -> None:
    """A row a finding; where it is, and whether all is in order, is told on stderr."""
    house.sql("DELETE FROM record WHERE trip_id IN ('one', 'two')")
    file = tmp_path / "findings.csv"
    told = await audit("--format", "csv", "--output", str(file))
    assert (6, "") == (told.code, told.out)
    assert told.err.startswith("NOT in order: 2 findings")
    header, *rows = csv.reader(io.StringIO(file.read_text("utf-8")))
    assert list(COLUMNS) == header
    assert [("1", "record-missing"), ("2", "record-missing")] == [(row[2], row[5]) for row in rows]


async def test_what_is_not_asked_for_is_not_told(audit: Audited, house: House) -> None:
    """One series; without the bytes of documents; numbers of today only; and all numbers young."""
    [record] = house.records.by_trip("other")
    house.remove(record.pdf)
    assert [6, 0, 0, 0] == [
        (await audit(*arguments)).code
        for arguments in ((), ("--series", SERIES), ("--no-documents",), ("--since", "2026-11-03"))
    ]
    house.sql("DELETE FROM record WHERE trip_id = 'one'")
    assert [6, 0] == [(await audit("--no-documents", "--grace", grace)).code for grace in ("0s", "9999d")]


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("--series", "DE-NONE"), 5, "the ledger has no such series"),
        (("--since", "yesterday"), 2, "--since: expected a day"),
        (("--grace", "1 hour"), 2, "--grace: expected a time"),
        (("--output", "/nowhere/findings.csv"), 2, "--output: cannot be written"),
        (("--format", "xml"), 2, "'--format'"),
    ],
)
async def test_what_cannot_be_audited_is_one_line(
    audit: Audited, arguments: tuple[str, ...], code: int, part: str
) -> None:
    """It names the option."""
    told = await audit(*arguments)
    assert (code, "", 1) == (told.code, told.out, told.err.count("\n"))
    assert part in told.err


async def test_what_cannot_be_read_is_no_verdict(audit: Audited, tmp_path: Path) -> None:
    """A store that is not there must not pass for one in order."""
    told = await audit(TRIPINVOICE_STORE=f"sqlite://{tmp_path}/documents")
    assert (1, "") == (told.code, told.out)


def test_a_spreadsheet_executes_no_cell() -> None:
    """Nor breaks its rows."""
    stream = io.StringIO(newline="")
    Rows(stream, ["a"]).add("=1+1", "@x", "+1", "-1", "\tx", 'q"u,o\nte', None, True)  # noqa: FBT003 - a cell
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert ["'=1+1", "'@x", "'+1", "'-1", "'\tx", 'q"u,o\nte', "", "yes"] == rows[1]


def test_a_report_of_very_many_findings_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As text a few of each rule, as JSON a bounded list, and both say what they leave out."""
    monkeypatch.setattr("starter.cli.audit_report.KEPT", 30)
    report = AuditReport(documents=True, repair=False)
    report.scope = Scope(now=NOW, grace=timedelta(hours=1))
    for no in range(1, 41):
        report.tell(
            Finding(series=SERIES, period=PERIOD, no=no, document="d", rule=Rule.CLAIM, detail="no claim was made")
        )
    text, as_json = io.StringIO(), io.StringIO()
    report.write(text, Format.TEXT)
    report.write(as_json, Format.JSON)
    assert "and 10 more of them: --format csv lists all" in text.getvalue()
    assert "10 more findings are not listed" in text.getvalue()
    assert '"findings_left_out": 10' in as_json.getvalue()

"""An audit's report: for a person at night, for a program, and for a spreadsheet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from rich.console import Console
from rich.padding import Padding

from starter.cli.output import moment, safe, table
from starter.cli.reports import Format, Rows, console, how_long, many, write_json
from tripinvoice.audit.findings import EXPLAINED, Finding, Rule, SeriesReport
from tripinvoice.audit.scope import Scope

KEPT = 10_000  # findings that a report as JSON lists; CSV has them all
SHOWN = 20  # of each rule, in a report as text
QUIET_SERIES = 40  # series in order that a report as text lists, each with a line

COLUMNS = ("series", "period", "no", "number", "document", "rule", "detail", "remedy", "repairable", "repaired")


@dataclass
class AuditReport:
    """What an audit has told so far. CSV is written as it is told, the others at the end."""

    documents: bool
    repair: bool
    scope: Scope = field(init=False)
    rows: Rows | None = None
    series: list[SeriesReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    open: Counter[Rule] = field(default_factory=Counter)
    repaired: Counter[Rule] = field(default_factory=Counter)
    left_out: int = 0

    def tell(self, finding: Finding) -> None:
        """One more finding."""
        (self.repaired if finding.repaired else self.open)[finding.rule] += 1
        if self.rows is not None:
            self.rows.add(*_plain(finding).values())
        elif len(self.findings) < KEPT:
            self.findings.append(finding)
        else:
            self.left_out += 1

    @property
    def in_order(self) -> bool:
        """Whether nothing was found, or all that was found is mended."""
        return not self.open

    @property
    def totals(self) -> dict[str, int]:
        """The series added up; ``findings`` also counts what the days told."""
        names = ("numbers", "voids", "under_way", "holes")
        sums = {name: sum(getattr(one, name) for one in self.series) for name in names}
        found = {"findings": self.open.total(), "repaired": self.repaired.total()}
        return {"series": len(self.series), **sums, **found}

    def write(self, stream: IO[str], as_format: Format) -> None:
        """The report, where it is not written already."""
        if as_format is Format.JSON:
            write_json(stream, self._json())
        elif as_format is Format.TEXT:
            self._text(console(stream))

    def verdict(self) -> str:
        """The first line: whether all is in order."""
        totals = self.totals
        where = f"{many(totals['numbers'], 'number')} in {many(totals['series'], 'series', 'series')}"
        if not self.in_order:
            return f"NOT in order: {many(totals['findings'], 'finding')}; {where}"
        mended = f", after {many(totals['repaired'], 'repair')}" if totals["repaired"] else ""
        return f"All is in order: {where}{mended}"

    # --- JSON ------------------------------------------------------------------------------------------------------

    def _json(self) -> dict[str, Any]:
        return {
            "in_order": self.in_order,
            "audited_at": self.scope.now,
            "since": self.scope.since,
            "grace_seconds": int(self.scope.grace.total_seconds()),
            "documents": self.documents,
            "repair": self.repair,
            "totals": self.totals,
            "rules": {str(rule): self.open[rule] for rule in Rule},
            "series": [vars(one) for one in self.series],
            "findings": [_plain(finding) for finding in self.findings],
            "findings_left_out": self.left_out,
        }

    # --- text ------------------------------------------------------------------------------------------------------

    def _text(self, screen: Console) -> None:
        screen.print(safe(self.verdict(), "bold green" if self.in_order else "bold red"), soft_wrap=True)
        screen.print(safe(self._circumstances(), "dim"))
        if self.series:
            screen.print()
            self._series_table(screen)
        for rule in Rule:
            told = [finding for finding in self.findings if finding.rule is rule]
            if told:
                screen.print()
                self._rule(screen, rule, told)
        if self.left_out:
            screen.print(f"\n{self.left_out:,} more findings are not listed: --format csv has all of them.")

    def _circumstances(self) -> str:
        grace = how_long(self.scope.grace)
        looked = f"those since {self.scope.since} looked at closely" if self.scope.since else "each looked at closely"
        read = "documents read" if self.documents else "documents not read"
        under_way = f"{self.totals['under_way']:,} under way (younger than {grace})"
        return f"{moment(self.scope.now)}, {looked}, {read}, {under_way}"

    def _series_table(self, screen: Console) -> None:
        """All series, or where they are many, those with something to say."""
        told: Sequence[SeriesReport] = self.series
        if len(told) > QUIET_SERIES:
            told = [one for one in told if one.findings or one.repaired or one.holes or one.under_way]
        made = table("series", "period", ">numbers", ">void", ">under way", ">holes", ">findings")
        for one in told:
            counts = (one.numbers, one.voids, one.under_way, one.holes, one.findings)
            style = "bold red" if one.findings else ""
            made.add_row(safe(one.series, style), safe(one.period, style), *(f"{count:,}" for count in counts))
        if made.row_count:
            screen.print(made)
        if quiet := len(self.series) - len(told):
            screen.print(f"[dim]{quiet:,} series have nothing to tell; --format json lists them.[/dim]")

    def _rule(self, screen: Console, rule: Rule, told: Sequence[Finding]) -> None:
        explained = EXPLAINED[rule]
        left, mended = self.open[rule], self.repaired[rule]
        count = f"{left:,} ·" if left else "mended ·"
        also = f" (and {mended:,} mended)" if left and mended else ""
        screen.print(safe(f"{count} {explained.title}{also}", "bold" if left else "green"), f"[dim]({rule})[/dim]")
        if left:
            screen.print(Padding(safe(f"→ {explained.remedy}", "cyan"), (0, 0, 0, 2), expand=False))
        for finding in told[:SHOWN]:
            mark = "✓ " if finding.repaired else ""
            screen.print(
                Padding(safe(f"{mark}{finding.number}  {finding.document}".rstrip()), (0, 0, 0, 2), expand=False)
            )
            screen.print(Padding(safe(finding.detail, "dim"), (0, 0, 0, 6), expand=False))
        if len(told) > SHOWN:
            screen.print(f"  [dim]and {len(told) - SHOWN:,} more of them: --format csv lists all[/dim]")


def _plain(finding: Finding) -> Mapping[str, Any]:
    return {
        "series": finding.series,
        "period": finding.period,
        "no": finding.no,
        "number": finding.number,
        "document": finding.document,
        "rule": str(finding.rule),
        "detail": finding.detail,
        "remedy": finding.remedy,
        "repairable": finding.repairable,
        "repaired": finding.repaired,
    }

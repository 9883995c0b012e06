"""The report of comparisons as text: the verdict first, then what it rests on."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.padding import Padding

from starter.cli.output import moment, safe, table
from starter.cli.reports import how_long, many
from tripinvoice.compare.report import CAUSES, Report, Section
from tripinvoice.compare.tally import Quantiles

SHOWN = 12
"""Fields, and rules, of a section that are listed."""


def verdict(made: Report) -> str:
    """The first line."""
    compared = sum(section.tally.compared for section in made.sections)
    if not compared:
        return "Nothing was compared"
    ready = sum(section.ready for section in made.sections)
    return f"{ready} of {len(made.sections)} ready to take over, by {many(compared, 'compared trip')}"


def write(made: Report, screen: Console) -> None:
    """All of it."""
    screen.print(safe(verdict(made), "bold green" if made.ready else "bold"))
    screen.print(safe(f"{moment(made.since)} to {moment(made.until)} ({how_long(made.until - made.since)})", "dim"))
    if made.killed:
        screen.print(safe("the kill switch is on: no candidate runs", "bold yellow"))
    if not made.sections:
        screen.print("no rollout has compared a trip in this time; `--since 7d` looks further back")
    for section in made.sections:
        screen.print()
        _section(section, screen)


def _section(section: Section, screen: Console) -> None:
    mark, style = ("ready", "bold green") if section.ready else ("not ready", "bold yellow")
    screen.print(safe(f"{section.title}  {section.candidate}", "bold"), safe(mark, style))
    screen.print(safe(f"scope {section.scope}, {section.stage}", "dim"))
    for line in (*_counts(section), *_noise(section)):
        screen.print(Padding(safe(line), (0, 0, 0, 2), expand=False))
    _times(section, screen)
    _causes(section, screen)
    _listed("fields that differ", section.tally.fields, screen)
    _listed("let be by rule", section.tally.ignored, screen)
    _checks(section, screen)


def _counts(section: Section) -> Iterator[str]:
    found = section.tally
    yield (
        f"{found.compared:,} compared: {found.equal:,} equal, {found.alike:,} alike, {found.different:,} different, "
        f"{found.failed:,} failed"
    )
    yield f"net mismatch {percent(float(found.net_mismatch))}; errors {percent(float(found.errors))}"
    if not found.different and found.answered:
        yield f"none differed, so at most {percent(float(found.at_most))} do (95 % confidence)"
    yield f"issued: current {found.compared - found.issued_by_candidate:,}, candidate {found.issued_by_candidate:,}"


def _noise(section: Section) -> Iterator[str]:
    found = section.tally
    if found.noise_measured:
        yield f"noise: the current one differed from itself on {found.noisy:,} of {many(found.noise_measured, 'trip')}"


def _times(section: Section, screen: Console) -> None:
    found = section.tally
    made = table("", ">p50", ">p95", ">p99")
    for name, times in (("current", found.current), (section.candidate, found.candidate)):
        made.add_row(safe(name), *(milliseconds(value) for value in quantiles(times)))
    if found.p95_ratio is not None:
        made.add_row("ratio", "", f"{found.p95_ratio:.2f}", "")
    screen.print(Padding(made, (1, 0, 0, 2), expand=False))


def _causes(section: Section, screen: Console) -> None:
    causes = section.tally.causes
    if not causes:
        return
    made = table("cause", ">trips", "where", "such as")
    for cause in causes[:CAUSES]:
        where = ", ".join(cause.paths[:4]) + (" …" if len(cause.paths) > 4 else "")  # noqa: PLR2004 - a line
        made.add_row(
            safe(cause.fingerprint, "red"), f"{cause.trips:,}", safe(where or "failed"), safe(" ".join(cause.samples))
        )
    screen.print(Padding(made, (1, 0, 0, 2), expand=False))
    left = f"; {len(causes) - CAUSES:,} more causes, --json has their fields" if len(causes) > CAUSES else ""
    told = f"look at one: tripinvoice compare {causes[0].samples[0]}{left}"
    screen.print(Padding(safe(told, "cyan"), (0, 0, 0, 2), expand=False))


def _listed(name: str, counts: Mapping[str, int], screen: Console) -> None:
    if counts:
        listed = ", ".join(f"{one} {count:,}" for one, count in list(counts.items())[:SHOWN])
        more = f" and {len(counts) - SHOWN:,} more" if len(counts) > SHOWN else ""
        screen.print(Padding(safe(f"{name}: {listed}{more}"), (0, 0, 0, 2), expand=False))


def _checks(section: Section, screen: Console) -> None:
    made = table("", "to be ready", "found")
    for check in section.checks:
        mark = "[green]yes[/green]" if check.passed else "[bold yellow]no[/bold yellow]"
        made.add_row(mark, safe(check.name), safe(check.found))
    screen.print(Padding(made, (1, 0, 0, 2), expand=False))


def quantiles(times: Quantiles) -> tuple[float | None, float | None, float | None]:
    """In the order of the columns."""
    return times.p50, times.p95, times.p99


def milliseconds(seconds: float | None) -> str:
    """As people compare them."""
    return "-" if seconds is None else f"{seconds * 1000:,.0f} ms"


def percent(rate: float) -> str:
    """With as many digits as a small rate needs."""
    return f"{rate * 100:.2f} %" if rate else "0 %"

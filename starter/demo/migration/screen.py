"""What a person sees of a migration: a table that lives while it goes on, what happens in it, and how it ended."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from starter.cli.output import emit, safe, table
from starter.demo.document_table import near
from starter.demo.progress import Progress
from starter.demo.screen import Screen, stages

if TYPE_CHECKING:  # the SDK takes a second to load, which the servers use to start
    from starter.demo.migration.outcome import Outcome
    from starter.demo.proof import Document, Proof
    from workflows.messages import RollBack, RolloutEvent, RolloutStatus

_ROLLOUTS = "?query=WorkflowType%3D%22RolloutCandidate%22"
_COLOURS = {"Completed": "bold green", "RolledBack": "bold red", "AwaitingApproval": "bold yellow", "promote": "green"}


class MigrationScreen(Screen):
    """As every demonstration's, with the rollouts on it."""

    def __init__(self, *, json: bool) -> None:
        super().__init__(json=json)
        self._told_of: dict[str, int] = {}

    def rollouts(self, now: Progress, seen: "Sequence[RolloutStatus]") -> None:
        """Show how far they are: in place on a terminal; what happened in them stays, a line each."""
        for status in seen:
            for event in status.events[self._told_of.get(status.scope, 0) :]:
                self._told.print(_happened(status, event), soft_wrap=True)
            self._told_of[status.scope] = len(status.events)
        if self._live is not None:
            self._live.update(Group(Text(), live_table(seen), Text(), stages(now)), refresh=True)

    def outcomes(self, outcomes: "Sequence[Outcome]", documents: "Sequence[Document]", listing: Path) -> None:
        """How they ended, and what was compared in all."""
        made = table("Rollout", "Ended", ">compared", ">equal", ">different", ">failed", ">p95", ">p95 candidate")
        for one in outcomes:
            status, tally = one.status, one.compared
            counts = [safe(f"{count:,}") for count in (tally.compared, tally.equal, tally.different, tally.failed)]
            times = [safe(_seconds(of.p95)) for of in (tally.current, tally.candidate)]
            made.add_row(safe(status.scope), _coloured(status.state), *counts, *times)
        self._answer.print()
        self._answer.print(made)
        for one in outcomes:
            if (back := one.status.ended) is not None and back.cause:
                self._answer.print(safe(f"{one.status.scope}: {told_cause(back)}"), soft_wrap=True)
        if documents:
            self._say_answer(f"{len(documents):,} documents, listed in {near(listing)}")

    def result(
        self, outcomes: "Sequence[Outcome]", proof: "Proof", report: Path, listing: Path, *, holds: bool
    ) -> None:
        """The one object that ``--json`` prints."""
        if self._json:
            emit(as_json(outcomes, proof, report, listing, holds=holds))

    def look_further(self, ui: str | None, report: Path, commands: Sequence[str], *, kept: bool) -> None:
        """Where to look now, and what to ask while the servers are ``kept``."""
        self._answer.print()
        lines = [("Report", report.as_uri())]
        if kept:
            lines += [("Rollouts", ui + _ROLLOUTS)] if ui is not None else []
        else:
            lines += [("With --keep", ", ".join([*(["the Web UI"] if ui else []), *commands]))]
        for name, text in lines:
            self._answer.print(Text.assemble((f"  {name:<14} ", "dim"), safe(text)), soft_wrap=True)


def as_json(
    outcomes: "Sequence[Outcome]", proof: "Proof", report: Path, listing: Path, *, holds: bool
) -> dict[str, Any]:
    """The whole run."""
    return {
        "holds": holds,
        "rollouts": [one.as_json() for one in outcomes],
        "checks": [{"holds": check.holds, "text": check.text} for check in proof.checks],
        "documents": len(proof.documents),
        "invoices": str(listing),
        "report": str(report),
    }


def live_table(seen: "Sequence[RolloutStatus]") -> Table:
    """Each scope's stage, and what was measured of it last."""
    made = table("Rollout", "Stage", "", ">compared", ">differ", ">failed", ">p95", ">p95 candidate", "Verdict")
    for status in seen:
        made.add_row(
            safe(status.scope),
            safe(f"{status.stage}/{len(status.stages)} {status.stages[status.stage - 1]}"),
            _coloured(status.state),
            *_measured(status),
        )
    return made


def told_cause(back: "RollBack") -> str:
    """What the trips that differ have in common, and one of them."""
    where = f" at {', '.join(back.paths)}" if back.paths else ""
    return f"cause {back.cause}{where}, for example trip {back.sample}"


def _measured(status: "RolloutStatus") -> list[Text]:
    if (reading := status.reading) is None:
        return [Text()] * 6
    found = reading.overall
    why = f": {reading.reasons[0]}" if reading.reasons else ""
    return [
        safe(f"{found.compared:,}"),
        safe(f"{found.net_different:,}", "bold red" if found.net_different else ""),
        safe(f"{found.failed:,}", "bold red" if found.failed else ""),
        safe(_seconds(found.current_p95)),
        safe(_seconds(found.candidate_p95)),
        safe(f"{reading.verdict}{why}", _COLOURS.get(reading.verdict, "")),
    ]


def _happened(status: "RolloutStatus", event: "RolloutEvent") -> Text:
    line = Text.assemble((f"  {status.scope:<10} ", "dim"), safe(event.what, "bold"), safe(f" by {event.by}"))
    if event.reason:
        line += safe(f": {event.reason}")
    if event.what == "rolled back" and status.ended is not None and status.ended.cause:
        line += safe(f"; {told_cause(status.ended)}", "red")
    return line


def _coloured(state: str) -> Text:
    return safe(state, _COLOURS.get(state, "cyan"))


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value * 1000:,.0f} ms"

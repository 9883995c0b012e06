"""What a person sees of a demonstration. Answers go to standard output, everything else to standard error."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from starter.cli.output import emit, safe, stderr, stdout
from starter.demo.document_table import LONG, near, table_of
from starter.demo.folder import exports
from starter.demo.progress import Progress
from starter.demo.tally import Refused

if TYPE_CHECKING:  # the SDK takes a second to load, which the servers use to start
    from starter.demo.proof import Document, Proof
    from workflows.messages import Status

SHOWN_PROBLEMS = 20
PLAIN_SECONDS = 5.0
_WINDOW_SECONDS = 10.0


class Screen:
    """Use as a context manager around everything that shows progress."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._told: Console = stderr()
        self._answer: Console = stderr() if json else stdout()
        self._live = Live(console=self._told, transient=True, auto_refresh=False) if self._told.is_terminal else None
        self._marks: deque[tuple[float, int]] = deque()
        self._last_line = 0.0
        self._shown: Progress | None = None

    def __enter__(self) -> Self:
        """Begin to show progress in place, on a terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back."""
        if self._live is not None:
            self._live.stop()

    def tell(self, line: str) -> None:
        """Say what happened."""
        self._told.print(safe(line, "yellow"), soft_wrap=True)

    def say(self, name: str, text: str) -> None:
        """A labelled line of the introduction."""
        self._told.print(Text.assemble((f"  {name:<14} ", "dim"), safe(text)), soft_wrap=True)

    def title(self, text: str) -> None:
        """The first line."""
        self._told.print(safe(text, "bold"), soft_wrap=True)

    # --- while it runs -----------------------------------------------------------------------------------------

    def progress(self, now: Progress) -> None:
        """Show how far it is: in place on a terminal, else a line every few seconds and at the end."""
        rate = self._rate(now)
        if self._live is not None:
            self._live.update(Group(Text(), _bar(now, rate), stages(now)), refresh=True)
        elif now.complete or time.monotonic() - self._last_line >= PLAIN_SECONDS:
            self._last_line = time.monotonic()
            if self._shown is None or now.done != self._shown.done or now.fed != self._shown.fed:
                self._told.print(Text(f"{now.done}/{now.events} done, {rate:.1f}/s; ") + stages(now), soft_wrap=True)
                self._shown = now

    def _rate(self, now: Progress) -> float:
        """Events brought to an end per second, over the last few seconds."""
        self._marks.append((now.seconds, now.done))
        while len(self._marks) > 2 and now.seconds - self._marks[0][0] > _WINDOW_SECONDS:  # noqa: PLR2004 - both ends
            self._marks.popleft()
        (since, before) = self._marks[0]
        return (now.done - before) / (now.seconds - since) if now.seconds > since else 0.0

    # --- the answer --------------------------------------------------------------------------------------------

    def documents(self, documents: "Sequence[Document]", listing: Path) -> None:
        """The table, or JSON Lines."""
        if self._json:
            for document in documents:
                emit(document.as_json())
            return
        if not documents:
            return
        table, paths = table_of(documents, self._answer.width)
        self._answer.print()
        self._answer.print(table)
        folder = documents[0].pdf.parent
        if len(documents) > LONG:
            self._say_answer(f"… all {len(documents):,} are listed in {near(listing)}")
        if not paths:
            self._say_answer(f"PDFs: {near(folder)}/<number>.pdf")

    def _say_answer(self, line: str, style: str = "dim") -> None:
        self._answer.print(safe(line, style), soft_wrap=True)

    def problems(
        self, refused: Sequence[Refused], parked: "Sequence[Status]", parked_count: int, lost: Sequence[str]
    ) -> None:
        """The trips without an invoice, and why."""
        self._problems("Refused: no trip events", [(r.what, r.reason) for r in refused], len(refused))
        told = [(s.trip_id, _why(s)) for s in parked]
        self._problems("Parked: waiting for somebody to mend something", told, parked_count)
        self._problems("Not done", [(trip_id, "look at its workflow") for trip_id in lost], len(lost))

    def _problems(self, title: str, lines: Sequence[tuple[str, str]], count: int) -> None:
        if not count:
            return
        self._answer.print()
        self._say_answer(f"{title} ({count:,})", "bold yellow")
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
        for what, reason in lines[:SHOWN_PROBLEMS]:
            table.add_row(safe(what), safe(reason))
        self._answer.print(table)
        if count > SHOWN_PROBLEMS:
            self._say_answer(f"  … and {count - SHOWN_PROBLEMS:,} more")

    def summary(self, proof: "Proof", now: Progress, started_in: float) -> None:
        """The statements and whether they hold."""
        self._answer.print()
        for check in proof.checks:
            mark = Text("✓ ", "bold green") if check.holds else Text("✗ ", "bold red")
            self._answer.print(mark + safe(check.text, "" if check.holds else "red"), soft_wrap=True)
        if proof.before:
            self._say_answer(f"  {proof.before:,} of the trips had been invoiced by an earlier run: none is made twice")
        if proof.charged:
            self._say_answer(
                f"  charged: {' · '.join(f'{money.decimal:,} {money.currency}' for money in proof.charged)}"
            )
        rate = now.done / now.seconds if now.seconds else 0.0
        self._say_answer(
            f"  {now.done:,} events in {now.seconds:.1f} s ({rate:.1f}/s), after {started_in:.1f} s of starting servers"
        )

    def gallery(self, index: Path) -> None:
        """Where to look at a page of each country."""
        self._say_answer(f"  gallery: {index.as_uri()}", "")

    def keeping(self, variables: Mapping[str, str], env: Path, commands: Sequence[str]) -> None:
        """The servers stay up: how to use them. ``env`` holds all ``variables``, these lines the two that matter."""
        self._told.print()
        self._told.print(safe("The servers stay up until Ctrl-C. In another terminal:", "bold"))
        shown = exports({name: variables[name] for name in ("TEMPORAL_ADDRESS", "TRIPINVOICE_DATA")})
        for line in (*shown.splitlines(), *commands):
            self._told.print(safe(f"  {line}"), soft_wrap=True)
        self._told.print(safe(f"  (all of its settings: source {near(env)})", "dim"), soft_wrap=True)

    def failure(self, lines: Sequence[str]) -> None:
        """Why it does not go on."""
        for line in lines:
            self._told.print(safe(line, "red"), soft_wrap=True)


def _bar(now: Progress, rate: float) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    left = f", {_clock((now.events - now.done) / rate)} left" if rate else ", the worker gets ready"
    grid.add_row(
        ProgressBar(total=max(now.events, 1), completed=now.done, width=24),
        Text(f"{now.done:,}/{now.events:,} trips", "bold"),
        Text(f"{rate:.1f}/s", "cyan"),
        Text(_clock(now.seconds) + (left if now.done < now.events else ""), "dim"),
    )
    return grid


def stages(now: Progress) -> Text:
    """How many trips are how far."""
    counted = [("fed", now.fed), ("started", now.taken - now.refused - now.repeated), ("invoiced", now.closed)]
    counted += [("documents", now.documents), ("parked", now.parked)]
    counted += [(name, count) for name, count in (("refused", now.refused), ("repeated", now.repeated)) if count]
    return Text(" · ").join(
        Text(f"{name} {count:,}", "yellow" if count and name in {"parked", "refused"} else "dim")
        for name, count in counted
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _why(status: "Status") -> str:
    if status.failure is None:
        return f"at {status.step}"
    return f"{status.failure.step}: {status.failure.reason} [{status.failure.code}]"

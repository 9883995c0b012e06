"""The judges as fixtures: ``verapdf``, ``mustang``, ``schematron``; and how much they judged, at the end of a run.

A test says what was judged with ``judged("veraPDF 3a: 17/17")``.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.judges import mustang as mustang_judge
from tests.judges import schematron as schematron_judge
from tests.judges import verapdf as verapdf_judge
from tests.judges.verdict import Verdicts
from tests.servers import programs
from tests.servers.fixtures import or_missing
from tests.servers.programs import MissingServerError

_FETCHES: Mapping[str, Callable[[], Path]] = {
    "verapdf": programs.verapdf,
    "mustang": programs.mustang,
    "schematron": programs.schematron,
}
_JUDGED = "judged"
Judged = Callable[[str], None]
Mustang = Callable[[Sequence[Path]], Verdicts]
Schematron = Callable[[bytes, str], tuple[str, ...]]


class VeraPdf(Protocol):
    """See :func:`tests.judges.verapdf.verapdf`."""

    def __call__(self, paths: Sequence[Path], flavours: Sequence[str] = ...) -> Mapping[str, Verdicts]: ...


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch what these tests need: the first time takes longer than a test may take."""
    if session.config.option.collectonly:
        return
    wanted = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    for name in wanted & _FETCHES.keys():
        with contextlib.suppress(MissingServerError):  # the tests will say so
            _FETCHES[name]()


@pytest.fixture(scope="session")
def verapdf() -> VeraPdf:
    """Judges PDF/A and PDF/UA."""
    or_missing(lambda: (programs.java(), programs.verapdf()))
    return verapdf_judge.verapdf


@pytest.fixture(scope="session")
def mustang() -> Mustang:
    """Judges Factur-X."""
    or_missing(lambda: (programs.java_compiler(), programs.mustang()))
    return mustang_judge.mustang


@pytest.fixture(scope="session")
def schematron() -> Schematron:
    """Judges XML: the ids of the rules that it breaks and may not."""
    or_missing(programs.schematron)
    return schematron_judge.fatal


@pytest.fixture
def judged(record_property: Callable[[str, object], None]) -> Judged:
    """Prints a line at the end of the run, whichever process the test runs in."""

    def say(line: str) -> None:
        record_property(_JUDGED, line)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was judged."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    said = sorted(str(value) for report in reports for key, value in report.user_properties if key == _JUDGED)
    if said:
        terminalreporter.section("judged")
        for line in said:
            terminalreporter.write_line(line)

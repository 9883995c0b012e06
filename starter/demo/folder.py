"""The folder of a demonstration: stores, logs, and the invoices under names that people read.

invoices/<number>.pdf   hard links to the stored documents
invoices.jsonl          every document of the last run, one JSON object a line
data/                   records, numbers, documents and evidence; survives, and is used by the next run
gallery/                a page per country, with --gallery
report.html             what a candidate did, and trips.jsonl, the trips that may be sent to it, with --compare
logs/                   what the servers had to say
demo.env                how other terminals find the servers, while they run
"""

import contextlib
import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from tripinvoice.errors import ConfigurationError


class DemoFolder:
    """The paths below ``root``, which is absolute."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.invoices = root / "invoices"
        self.data = root / "data"
        self.logs = root / "logs"
        self.listing = root / "invoices.jsonl"
        self.env = root / "demo.env"
        self.report = root / "report.html"
        self.trips = root / "trips.jsonl"

    def write_env(self, variables: Mapping[str, str]) -> None:
        """Write ``demo.env``, to be sourced by a shell."""
        self.env.write_text(exports(variables) + "\n", "utf-8")

    def link(self, stored: Path, number: str) -> Path:
        """The document under its number: a hard link, or a copy where the file system has no links."""
        path = self.invoices / f"{number}.pdf"
        with contextlib.suppress(FileNotFoundError):
            if path.samefile(stored):
                return path
            path.unlink()
        try:
            path.hardlink_to(stored)
        except OSError:
            shutil.copy2(stored, path)
        return path


def exports(variables: Mapping[str, str]) -> str:
    """Lines for a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


@contextlib.contextmanager
def opened(path: Path) -> Iterator[DemoFolder]:
    """Make the folder and hold it, so that no second demonstration works in it.

    Raises ``ConfigurationError`` when it is held, is not ours, or cannot be written.
    """
    folder = DemoFolder(path.absolute())
    with contextlib.ExitStack() as stack:
        try:
            _make(folder)
            stack.enter_context(_lock(folder))
        except BlockingIOError:
            raise ConfigurationError("--out: another demo works in this folder; give this one another") from None
        except OSError as error:
            raise ConfigurationError(f"--out: the folder cannot be used ({error.strerror}); give another") from None
        stack.callback(folder.env.unlink, missing_ok=True)
        yield folder


def _make(folder: DemoFolder) -> None:
    """A folder with other things in it is somebody's: nothing is written there."""
    if folder.root.is_dir() and not folder.data.is_dir() and any(folder.root.iterdir()):
        raise ConfigurationError("--out: the folder holds other things; give an empty or a new one")
    for made in (folder.data, folder.invoices, folder.logs):
        made.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def _lock(folder: DemoFolder) -> Iterator[None]:
    descriptor = os.open(folder.data / ".demo.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)

"""The disk of the embedded stores fills up, and is emptied again: workers wait, and nothing is half done.

The disk is a small one in memory, in a mount namespace of its own: so it can be filled without harm to the machine, and
without being root where the kernel allows user namespaces. The act is therefore played by a process of its own, this
module run as a script, which has that disk and shares the servers.
"""

import contextlib
import errno
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.faults import Fault, Scene
from tests.chaos.performance import Row, Size
from tests.chaos.performance import perform as perform_act
from tests.chaos.stage import Servers, until

TITLE = "disk full (embedded stores)"
DISK = "256m"
_OWN_DISK = (
    *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
    f'mount -t tmpfs -o size={DISK} tmpfs "$0" && exec "$@"',
)


def possible() -> bool:
    """Whether a disk of one's own can be mounted here."""
    if not all(map(shutil.which, ("unshare", "mount"))):
        return False
    return subprocess.run([*_OWN_DISK, "/mnt", "true"], capture_output=True, check=False).returncode == 0


def perform(stage: Servers, name: str, size: Size) -> Row:
    """Play it in a process with a small disk. Raises ``RuntimeError`` with what that said when it did not succeed."""
    disk, result = stage.folder / f"{name}-disk", stage.folder / f"{name}.row"
    disk.mkdir()
    play = [sys.executable, "-m", "tests.chaos.disk_full", str(result)]
    ran = subprocess.run(
        [*_OWN_DISK, str(disk), *play],
        input=pickle.dumps((stage.folder, stage.systems, name, disk, size)),
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{TITLE}: {ran.stderr.decode(errors='replace')[-2000:]}")
    row: Row = pickle.loads(result.read_bytes())  # noqa: S301 - our own child wrote it
    return row


def play(stage: Servers, name: str, disk: Path, size: Size) -> Row:
    """The act as any other, with the embedded stores on that disk."""

    def fill_up(scene: Scene) -> None:
        ballast = disk / "ballast"
        _fill(ballast)
        time.sleep(scene.pause)
        _check_full(disk)
        ballast.unlink()

    embedded = {
        "TRIPINVOICE_STORE": "sqlite:",
        "TRIPINVOICE_DOCUMENTS": "folder:",
        "TRIPINVOICE_DATA": str(disk / "data"),
    }
    return perform_act(stage, name, TITLE, Fault(do=fill_up), size, embedded)


def _fill(ballast: Path) -> None:
    """Leave not a byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with _until_full():
                while True:
                    file.write(bytes(size))


@contextlib.contextmanager
def _until_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def _check_full(disk: Path) -> None:
    if shutil.disk_usage(disk).free:
        raise AssertionError("the disk was not full: the act shows nothing")


def main() -> None:
    """Play what standard input says; the row goes into the file that the argument names."""
    folder, systems, name, disk, size = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent says it
    until(disk.is_dir, 5, "the disk")
    row = play(Servers.opened(folder, systems), name, disk, size)
    Path(sys.argv[1]).write_bytes(pickle.dumps(row))


if __name__ == "__main__":
    main()

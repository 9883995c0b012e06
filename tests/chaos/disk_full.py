"""The disk of the embedded stores fills up, and is emptied again: workers wait, and nothing is half done.

The disk is a small one in memory, in a mount namespace of its own: so it can be filled without harm to the machine, and
without being root where the kernel allows user namespaces. The act is therefore played by a process of its own, this
module run as a script, which has that disk and shares the servers.
"""

import contextlib
import errno
import pickle
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.delivery import Delivery, Upstream
from tests.chaos.performance import Row, Size, Watch
from tests.chaos.stage import Servers, act, until
from tests.chaos.trips import generated
from tests.chaos.verdict import judge, looking_into

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
    """Half of the trips, a full disk, the other half, room again."""
    chance = random.Random(f"{TITLE}/{size.seed}")  # noqa: S311 - the same act for the same seed
    trips = generated(size.trips, chance.randrange(1 << 30))
    stage.teach([trip.scenario for trip in trips])
    half = len(trips) // 2
    embedded = {
        "TRIPINVOICE_STORE": "sqlite:",
        "TRIPINVOICE_DOCUMENTS": "folder:",
        "TRIPINVOICE_DATA": str(disk / "data"),
    }
    with act(stage, name, stores=embedded) as playing, looking_into(playing) as stores:
        upstream = Upstream(stage.kafka.address, playing.trips_topic)
        began = time.monotonic()
        watch = Watch(stores, trips)
        upstream.send([trip.scenario for trip in trips[:half]], Delivery(), chance)
        watch.until_invoiced(max(1, half // 6))
        upstream.send([trip.scenario for trip in trips[half:]], Delivery(), chance)
        ballast = disk / "ballast"
        _fill(ballast)
        time.sleep(size.pause)
        _check_full(disk)
        ballast.unlink()
        ended = time.monotonic()
        upstream.finish()
        watch.until_invoiced(len(trips))
        took, recovered = time.monotonic() - began, watch.recovery(ended)
        watch.until_quiet()
        verdict = judge(playing, stores, trips)
    return Row(fault=TITLE, trips=size.trips, verdict=verdict, recovered=recovered, took=took)


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

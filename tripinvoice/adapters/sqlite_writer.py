"""One writer of a file at a time, over all threads and processes of a machine.

SQLite would keep writers apart by itself. Two reasons to do it before it does: waiting threads queue here instead of
sleeping and asking again, and in WAL mode a commit must not run while another connection checkpoints: SQLite 3.7.0 to
3.51.2 (but not 3.44.6 and 3.50.7) may then lose committed rows (https://www.sqlite.org/wal.html#walresetbug).
Checkpoints happen inside a commit or a close, and we do both under this lock. It ends with the process that holds it.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tripinvoice.errors import StoreUnavailableError

_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.01


class WriterLock:
    """An advisory lock on ``path``, a file of its own: it is never deleted and never holds anything."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._threads = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for all other holders; raises ``StoreUnavailableError`` after ``patience`` seconds."""
        deadline = time.monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise self._too_busy()
        try:
            self._lock_file(deadline)
            try:
                yield
            finally:
                if self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Give the file back; call it while holding the lock. Nobody can hold it any more."""
        os.close(self._file)
        self._file = -1

    def _lock_file(self, deadline: float) -> None:
        """Ask, wait a little, ask again: a blocking flock could not be given up."""
        pause = _FIRST_PAUSE
        while not self._try():
            if time.monotonic() >= deadline:
                raise self._too_busy()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(self) -> bool:
        if self._file < 0:
            raise StoreUnavailableError(f"{self._path.name}: the store is closed, the process is stopping")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise StoreUnavailableError(
                f"{self._path.name}: cannot be locked (errno {error.errno}); keep the store on a local file system"
            ) from None
        return True

    def _too_busy(self) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"{self._path.name}: held by other writers for {self._patience:g} s; `fuser` on it shows which processes"
        )

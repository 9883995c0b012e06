"""Documents in a folder of a local disk: write-once, read-only files named by the hash of their bytes.

An object appears under its name complete and already on the disk, or not at all: it is written beside, synced, then
linked. Writers of the same bytes do not disturb each other, and what a killed one left behind is removed after a day.
"""

import contextlib
import errno
import os
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tripinvoice.adapters import object_keys
from tripinvoice.errors import NotFoundError, StoreUnavailableError
from tripinvoice.ports import ObjectRef, Shelf

_INCOMING = ".incoming"  # files being written; on the same file system, or they could not be linked
_LEFTOVER_AGE = timedelta(days=1)
_READ_ONLY = 0o444


class FolderDocumentStore:
    """Objects below ``root``, which is made when missing. Needs a file system with hard links.

    Every method raises ``StoreUnavailableError`` when the file system refuses (full, read-only, I/O error).
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._settled: set[Path] = set()  # folders known to be on the disk
        with _explained():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync_folder(self._root.parent)
            self._remove_leftovers()

    def put(self, content: bytes, media_type: str, shelf: Shelf) -> ObjectRef:
        """Store durably; the same bytes on the same shelf again give the same reference.

        Raises ``ConflictError`` when a file of that name is there with other bytes, and ``DocumentError`` for a media
        type that is not kept.
        """
        ref = object_keys.reference(content, media_type, shelf)
        path = self._path(ref)
        with _explained():
            if not path.exists():
                self._settle(path.parent)
                self._write(path, content)
            object_keys.check_content(ref, path.read_bytes())  # a name promises nothing, bytes do
            _sync_folder(path.parent)  # also for a file of another writer, who may not have come so far
        return ref

    def get(self, ref: ObjectRef) -> bytes:
        """Read back and verify. Raises ``NotFoundError``, or ``ConflictError`` when the bytes are no longer those."""
        object_keys.check_reference(ref)
        with _explained():
            try:
                content = self._path(ref).read_bytes()
            except FileNotFoundError:
                raise NotFoundError(
                    f"{ref.key}: is not in the document store; check that the setting points at the right folder",
                    field="key",
                ) from None
        object_keys.check_content(ref, content)
        return content

    def stream(self, ref: ObjectRef) -> Iterator[bytes]:
        """The bytes, in one piece: they are on this machine, and documents are small."""
        yield self.get(ref)

    def link(self, ref: ObjectRef, filename: str, valid: timedelta) -> None:  # noqa: ARG002 - the port's
        """Nobody can be given a link into a folder."""
        object_keys.check_reference(ref)

    def location(self, ref: ObjectRef) -> str:
        """The absolute path of the file."""
        object_keys.check_reference(ref)
        return str(self._path(ref))

    def count(self, media_type: str) -> int:
        """How many objects of this media type are stored, counted by listing them."""
        extension = object_keys.extension(media_type)
        with _explained():
            return sum(1 for _ in self._root.glob(f"*/*/*/*/*/*/*.{extension}"))

    @property
    def _incoming(self) -> Path:
        return self._root / _INCOMING

    def _path(self, ref: ObjectRef) -> Path:
        return self._root / ref.key

    def _settle(self, folder: Path) -> None:
        """Make the folder and those above it, and have each on the disk before anything is put into it."""
        inside = folder.relative_to(self._root)
        for made in (*reversed([self._root / part for part in inside.parents][:-1]), folder):
            if made not in self._settled:
                made.mkdir(exist_ok=True)
                _sync_folder(made.parent)
                self._settled.add(made)

    def _write(self, path: Path, content: bytes) -> None:
        """Write beside, sync, link. Another writer of the same bytes may be first; then there is nothing to do."""
        incoming = self._incoming / f"{uuid.uuid4().hex}.tmp"
        try:
            with incoming.open("xb") as file:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), _READ_ONLY)
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(incoming)
        except FileNotFoundError:
            self._settled.clear()  # somebody removed a folder; the next attempt makes it again
            self._incoming.mkdir(parents=True, exist_ok=True)
            raise
        finally:
            incoming.unlink(missing_ok=True)

    def _remove_leftovers(self) -> None:
        oldest = time.time() - _LEFTOVER_AGE.total_seconds()
        for file in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process removes them too
                if file.stat().st_mtime < oldest:
                    file.unlink()


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """The file system's errors in our words; all may pass when the disk is mended, so all are worth another try."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown")
        raise StoreUnavailableError(
            f"document store: the file system refused ({name}); check free space, permissions and the disk"
        ) from None


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: syncing a file does not sync its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

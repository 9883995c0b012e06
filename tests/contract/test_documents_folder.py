"""What only the folder of documents promises: how files are written, and what it does when they were tampered with."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.contract.stores import SHELF
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.errors import ConflictError, NotFoundError, StoreUnavailableError

PDF = "application/pdf"


@pytest.fixture
def store(tmp_path: Path) -> FolderDocumentStore:
    return FolderDocumentStore(tmp_path / "documents")


def test_a_stored_file_is_read_only_and_alone(store: FolderDocumentStore, tmp_path: Path) -> None:
    """Nobody may write it, it has one name, and nothing lies about beside it."""
    path = Path(store.location(store.put(b"one", PDF, SHELF)))
    status = path.stat()
    assert (0o100444, 1, hashlib.sha256(b"one").hexdigest()) == (status.st_mode, status.st_nlink, path.stem)
    assert [path] == [found for found in (tmp_path / "documents").rglob("*") if found.is_file()]


def test_changed_bytes_are_a_conflict(store: FolderDocumentStore) -> None:
    """Reading tells, and so does storing the same document again: a name promises nothing."""
    ref = store.put(b"one", PDF, SHELF)
    path = Path(store.location(ref))
    path.chmod(0o644)
    path.write_bytes(b"two")
    for ask in (lambda: store.get(ref), lambda: store.put(b"one", PDF, SHELF)):
        with pytest.raises(ConflictError, match="backup"):
            ask()
    assert path.read_bytes() == b"two"


def test_a_cut_file_is_a_conflict(store: FolderDocumentStore) -> None:
    """Also one of no bytes."""
    ref = store.put(b"one", PDF, SHELF)
    path = Path(store.location(ref))
    path.chmod(0o644)
    path.write_bytes(b"")
    with pytest.raises(ConflictError):
        store.get(ref)


def test_a_removed_file_is_not_found_and_can_be_stored_again(store: FolderDocumentStore) -> None:
    """Making the document again from its sources mends the store."""
    ref = store.put(b"one", PDF, SHELF)
    Path(store.location(ref)).unlink()
    with pytest.raises(NotFoundError):
        store.get(ref)
    assert (ref, b"one") == (store.put(b"one", PDF, SHELF), store.get(ref))


def test_a_removed_folder_is_made_again(store: FolderDocumentStore) -> None:
    """At the second attempt: the first finds out."""
    path = Path(store.location(store.put(b"one", PDF, SHELF)))
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(StoreUnavailableError):
        store.put(b"one", PDF, SHELF)
    assert store.get(store.put(b"one", PDF, SHELF)) == b"one"


def test_leftovers_of_killed_writers_are_removed_when_old(store: FolderDocumentStore, tmp_path: Path) -> None:
    """Those of writers that may still be at it stay; neither is counted or found."""
    incoming = tmp_path / "documents" / ".incoming"
    old, new = incoming / "old.tmp", incoming / "new.tmp"
    for file in (old, new):
        file.write_bytes(b"half a")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    assert store.count(PDF) == 0
    FolderDocumentStore(tmp_path / "documents")
    assert [new] == list(incoming.iterdir())


_LIMITED = """
import resource, sys
from pathlib import Path
from tests.contract.stores import SHELF
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.errors import StoreUnavailableError
store = FolderDocumentStore(Path(sys.argv[1]))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
try:
    store.put(b"x" * 5_000, "application/pdf", SHELF)
except StoreUnavailableError as error:
    print(error)
print(store.count("application/pdf"), len([f for f in Path(sys.argv[1]).rglob("*") if f.is_file()]))
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print(len(store.get(store.put(b"x" * 5_000, "application/pdf", SHELF))))
"""


def test_a_write_that_the_system_refuses_leaves_nothing(tmp_path: Path) -> None:
    """The operating system fails the write half-way; the next attempt in the same process succeeds."""
    done = subprocess.run([sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, check=True)
    refused, nothing, size = done.stdout.splitlines()
    assert ("refused (EFBIG)", "0 0", "5000") == (refused[32:47], nothing, size)


def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A file where a folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError, match="ENOTDIR"):
        FolderDocumentStore(tmp_path / "file" / "documents")


def test_a_relative_root_does_not_move_with_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A location stays right after the process goes elsewhere."""
    monkeypatch.chdir(tmp_path)
    store = FolderDocumentStore(Path("documents"))
    ref = store.put(b"one", PDF, SHELF)
    monkeypatch.chdir("/")
    assert (b"one", str(tmp_path / "documents" / ref.key)) == (store.get(ref), store.location(ref))

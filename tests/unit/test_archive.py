"""Evidence is packed and comes out whole, or not at all."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice import archive
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.errors import ConflictError
from tripinvoice.money import Money
from tripinvoice.ports import Shelf

SHELF = Shelf(country="GB", line_of_business="rides", day=date(2026, 3, 29))


@given(content=st.binary(max_size=4_000))
def test_what_was_packed_comes_out(content: bytes) -> None:
    """Every byte of it, and packing the same again gives the same bytes."""
    packed = archive.pack(content)
    assert archive.unpack(packed) == content
    assert archive.pack(content) == packed


@pytest.mark.parametrize("position", [0, 4, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    """Wherever it is: in the frame's mark, in the content or in its checksum."""
    packed = bytearray(archive.pack(b'{"fare":"12.30"}' * 50))
    packed[position] ^= 0x01
    with pytest.raises(ConflictError, match=r"^archived object: its compressed frame is damaged; restore it"):
        archive.unpack(bytes(packed))


@pytest.mark.parametrize("length", [0, 3, 20])
def test_a_part_of_a_frame_is_refused(length: int) -> None:
    """A write that was cut off does not pass for shorter evidence."""
    packed = archive.pack(bytes(range(256)))
    with pytest.raises(ConflictError, match=r"^archived object: truncated, or larger"):
        archive.unpack(packed[:length])


def test_more_than_any_evidence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes that unpack to very many do not fill the memory."""
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1_000)
    assert archive.unpack(archive.pack(bytes(1_000))) == bytes(1_000)
    with pytest.raises(ConflictError, match="larger than 1000 bytes when unpacked"):
        archive.unpack(archive.pack(bytes(1_001)))


def test_a_value_is_kept_once_on_its_shelf_and_recalled(tmp_path: Path) -> None:
    """What comes back is equal; keeping it again is the same object, on another shelf it is another."""
    documents, value = FolderDocumentStore(tmp_path), Money(1240, "GBP")
    ref = archive.keep(value, documents, SHELF)
    assert (SHELF, "application/zstd") == (ref.shelf, ref.media_type)
    assert ref == archive.keep(value, documents, ref.shelf)
    assert value == archive.recall(ref, documents, Money)
    elsewhere = archive.keep(value, documents, Shelf(country="DE", line_of_business="rides", day=date(2026, 3, 29)))
    assert (ref.sha256, False) == (elsewhere.sha256, ref.key == elsewhere.key)


def test_what_is_no_such_value_is_refused(tmp_path: Path) -> None:
    """Somebody's reference to something else."""
    documents = FolderDocumentStore(tmp_path)
    ref = archive.keep({"fare": "12.40"}, documents, SHELF)
    with pytest.raises(ConflictError):
        archive.recall(ref, documents, Money)
